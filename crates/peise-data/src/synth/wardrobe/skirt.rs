//! Skirts.

use super::block::Hem;
use super::curve::{mix, on_side, sharp, soft};
use super::cut::{Pockets, Waist};
use super::piece::{DetailKind, Drape, Tailor};
use super::pose::oval;
use super::product::Product;
use super::top::closed_body;

/// Skirts.
pub(crate) fn skirt(tailor: &mut Tailor, product: Product) {
    let cut = tailor.cut;
    let (long, hem_width) = match product {
        Product::LongSkirt => (mix(28.0, 43.0, cut.length), mix(12.0, 24.0, cut.flare)),
        Product::PleatedSkirt => (mix(8.0, 34.0, cut.length), mix(13.0, 20.0, cut.flare) + mix(0.0, 3.0, cut.length)),
        _ => (mix(7.0, 22.0, cut.length), mix(9.4, 16.5, cut.flare)),
    };
    let (half, top) = (7.4, -10.0);
    let pleated = product == Product::PleatedSkirt;
    let folds = match product {
        Product::PleatedSkirt => 9 + usize::from(cut.model % 5),
        _ if cut.flare > 0.35 => 2 + usize::from(cut.model % 3) + usize::from(product == Product::LongSkirt),
        _ => 0,
    };
    tailor.drape = if folds > 0 { Drape::Pleats } else { Drape::Body };
    let hip = mix(9.8, hem_width.max(10.0), 0.34).max(9.8);
    let drop = 0.8 + 1.2 * cut.flare;
    let right = [
        sharp(0.0, top + 0.5),
        sharp(half, top),
        soft(mix(half, hip, 0.7), -4.0),
        soft(hip, 1.5),
        soft(mix(hip, hem_width, 0.55), mix(1.5, long, 0.55)),
        sharp(hem_width, long),
    ];
    let depth = if pleated { 0.45 } else { 0.5 + 0.7 * cut.flare };
    tailor.cloth(&closed_body(&right, &Hem { half: hem_width, y: long, drop, folds, depth }.knots(cut)));
    if tailor.is_product() && tailor.front() {
        tailor.flap(DetailKind::Opening, &oval(0.0, top + 0.1, half - 0.2, 0.6));
    }
    let band = [soft(half + 0.6, top + 2.2), soft(0.0, top + 2.8), soft(-half - 0.6, top + 2.2)];
    tailor.seam(&band);
    if cut.waist == Waist::Elastic {
        for gather in 0..15 {
            let x = mix(-half, half, (gather as f32 + 0.5) / 15.0);
            tailor.line(DetailKind::Fold, 0.3, &[soft(x, top + 0.5), soft(x * 1.1, top + 4.0 + cut.irregular(gather))]);
        }
    }
    let steps = folds * 2;
    for step in 1..steps {
        let share = 1.0 - 2.0 * (step as f32 + 0.25 * cut.irregular(step)) / steps as f32;
        let bottom = long + drop * (1.0 - share * share) - 0.5;
        let start = if pleated { top + 2.6 } else { mix(top + 3.0, top + 9.0, 0.5 + 0.5 * cut.irregular(step + 2)) };
        let knots = [
            soft(share * half, start),
            soft(share * hip, mix(top, long, 0.36)),
            soft(share * mix(hip, hem_width, 0.55), mix(1.5, long, 0.55)),
            soft(share * hem_width, bottom),
        ];
        if pleated && step % 2 == 0 {
            tailor.line(DetailKind::Seam, 0.3, &knots);
        } else {
            tailor.line(DetailKind::Fold, if pleated { 0.5 } else { 0.8 }, &knots);
        }
    }
    if folds == 0 {
        let y = long - 1.2;
        tailor.seam(&[soft(hem_width - 0.2, y), soft(0.0, y + drop), soft(0.2 - hem_width, y)]);
        match (cut.pockets, tailor.front()) {
            (Pockets::Slant, true) => {
                for side in [1.0, -1.0] {
                    tailor.seam(&on_side(
                        side,
                        &[soft(half * 0.6, top + 2.5), soft(half * 0.75, top + 5.6), soft(hip - 0.4, top + 7.0)],
                    ));
                }
                tailor.seam(&[soft(0.0, top + 2.6), soft(0.1, top + 10.0)]);
                tailor.dot(DetailKind::Button, (0.0, top + 1.5), 0.6);
            }
            (_, true) => tailor.seam(&[soft(4.4, top + 2.6), soft(4.6, long - 7.0)]),
            (_, false) => tailor.seam(&[soft(0.0, top + 2.6), soft(0.1, long)]),
        }
    }
}
