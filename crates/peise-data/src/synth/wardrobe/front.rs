//! What is sewn on tops, outers and dresses: collars, closures, pockets, ribs, belts, quilting.

use super::block::Block;
use super::closure::{closure, pockets};
use super::collar::{SIDES, collar};
use super::curve::{Knot, closed_quad, mix, on_side, sharp, soft};
use super::cut::{Collar, Neckline, Waist};
use super::piece::{DetailKind, Drape, Tailor};
use super::pose::oval;
use super::product::Product;

/// Everything on the body.
pub(crate) fn details(tailor: &mut Tailor, block: &Block, product: Product) {
    neck_band(tailor, block);
    if product == Product::DownJacket {
        quilting(tailor, block);
    }
    hem_band(tailor, block, product);
    if tailor.front() && !tailor.open() {
        closure(tailor, block, product);
        pockets(tailor, block, product);
        if product.slot() != super::product::Slot::Outer {
            tailor.area(DetailKind::PrintArea, &closed_quad(-6.0, block.armhole_y - 3.5, 6.0, -11.5));
        }
    } else if !tailor.front() {
        back(tailor, block, product);
    }
    waist(tailor, block, product);
    collar(tailor, block);
    if tailor.drape == Drape::Body {
        creases(tailor, block);
    }
}

fn neck_band(tailor: &mut Tailor, block: &Block) {
    let cut = tailor.cut;
    if cut.collar != Collar::None || cut.neckline == Neckline::Straps {
        return;
    }
    let edge = if tailor.front() { block.neck_edge(cut) } else { block.back_edge(cut) };
    if cut.neckline == Neckline::Turtle {
        let roll = [soft(-3.2, -34.6), soft(0.0, -34.0), soft(3.2, -34.6)];
        tailor.seam(&roll);
        tailor.seam(&[soft(-3.8, -33.2), soft(0.0, -32.2), soft(3.8, -33.2)]);
        return;
    }
    let wide = if block.rib { 1.5 } else { 0.9 };
    let outer = |knot: &Knot| {
        knot.moved(if knot.x > 0.1 { wide * 0.75 } else { 0.0 }, if knot.x > block.neck - 0.1 { 0.25 } else { wide })
    };
    let right: Vec<Knot> = edge.iter().rev().copied().collect();
    let all = |half: &[Knot]| -> Vec<Knot> {
        half.iter().copied().chain(half.iter().rev().skip(1).map(|knot| knot.moved(-2.0 * knot.x, 0.0))).collect()
    };
    let inner = all(&right);
    let lower: Vec<Knot> = all(&right.iter().map(outer).collect::<Vec<_>>());
    if (block.rib || cut.contrast) && !tailor.open() {
        let ring: Vec<Knot> = inner.iter().copied().chain(lower.iter().rev().copied()).collect();
        let kind = tailor.trim();
        tailor.area(kind, &ring);
    } else if !tailor.open() {
        tailor.seam(&lower);
    }
}

fn hem_band(tailor: &mut Tailor, block: &Block, product: Product) {
    let cut = tailor.cut;
    if tailor.open() {
        return;
    }
    let rise = if block.rib { 2.6 } else { 1.1 };
    let half = block.hem - 0.15;
    let mut line = vec![soft(half, block.hem_y - rise)];
    line.extend(block.hem_edge(cut).iter().map(|knot| knot.moved(0.0, -rise)));
    line.push(soft(-half, block.hem_y - rise));
    if block.rib {
        let mut band = line.clone();
        band.push(sharp(-block.hem, block.hem_y));
        band.extend(block.hem_edge(cut).iter().rev());
        band.push(sharp(block.hem, block.hem_y));
        let kind = tailor.trim();
        tailor.area(kind, &band);
        let ribs = 14;
        for rib in 1..ribs {
            let x = mix(-block.hem, block.hem, rib as f32 / ribs as f32);
            let y = block.hem_y + block.drop * (1.0 - (x / block.hem).powi(2)) * 0.9;
            tailor.line(DetailKind::Fold, 0.22, &[soft(x, y - rise + 0.3), soft(x, y - 0.2)]);
        }
    } else if !matches!(product, Product::SlipDress | Product::Blazer | Product::Coat | Product::DownJacket) {
        tailor.line(DetailKind::Seam, 0.2, &line);
    }
}

fn back(tailor: &mut Tailor, block: &Block, product: Product) {
    match product {
        Product::Shirt | Product::Jacket | Product::ShirtDress => {
            let y = block.armhole_y - 5.0;
            let half = block.shoulder - 1.0;
            tailor.seam(&[soft(-half, y), soft(0.0, y + 0.5), soft(half, y)]);
        }
        Product::Blazer | Product::Coat => {
            tailor.seam(&[soft(0.0, block.shoulder_y(block.neck) + 1.0), soft(0.1, -8.0), soft(0.2, block.hem_y)]);
        }
        _ => {}
    }
}

fn waist(tailor: &mut Tailor, block: &Block, product: Product) {
    let cut = tailor.cut;
    if block.hem_y < 8.0 || !matches!(product.slot(), super::product::Slot::Whole | super::product::Slot::Outer) {
        return;
    }
    let half = block.width_at(-10.0) + 0.15;
    let seam = |y: f32| [soft(half, y - 0.3), soft(0.0, y + 0.5), soft(-half, y - 0.3)];
    match cut.waist {
        Waist::Plain => {}
        Waist::Seam if matches!(product, Product::Dress | Product::LongDress) => tailor.seam(&seam(-9.8)),
        Waist::Seam => {}
        Waist::Elastic => {
            tailor.seam(&seam(-10.6));
            tailor.seam(&seam(-9.0));
            for gather in 0..11 {
                let x = mix(-half, half, (gather as f32 + 0.5) / 11.0);
                tailor.line(DetailKind::Fold, 0.35, &[soft(x, -9.6), soft(x * 1.06, -5.5 + cut.irregular(gather))]);
            }
        }
        Waist::Belt if !tailor.open() => {
            let band = [
                sharp(half + 0.3, -11.2),
                soft(0.0, -10.6),
                sharp(-half - 0.3, -11.2),
                sharp(-half - 0.3, -8.9),
                soft(0.0, -8.2),
                sharp(half + 0.3, -8.9),
            ];
            let kind = tailor.trim();
            tailor.flap(kind, &band);
            if tailor.front() && cut.model.is_multiple_of(2) {
                tailor.line(
                    DetailKind::Metal,
                    0.5,
                    &[sharp(-1.4, -11.1), sharp(1.4, -11.1), sharp(1.4, -7.9), sharp(-1.4, -7.9), sharp(-1.4, -11.1)],
                );
            } else if tailor.front() {
                let end = [
                    sharp(1.6, -10.2),
                    soft(3.4, -5.0),
                    sharp(3.2, 0.6),
                    sharp(1.6, 0.8),
                    soft(1.6, -4.0),
                    sharp(0.4, -9.0),
                ];
                tailor.area(kind, &end);
                tailor.area(kind, &[soft(0.6, -10.9), soft(2.4, -10.6), soft(2.2, -8.4), soft(0.5, -8.4)]);
            }
        }
        Waist::Belt => {}
    }
    if tailor.drape == Drape::Pleats {
        let folds = block.folds.max(3) * 2;
        for fold in 1..folds {
            let share = 1.0 - 2.0 * (fold as f32 + 0.25 * cut.irregular(fold)) / folds as f32;
            let top = mix(-8.5, 2.0, 0.5 + 0.5 * cut.irregular(fold + 3));
            let start = share * block.width_at(-9.0) * 0.9;
            let end = share * block.hem * 0.98;
            let y = block.hem_y + block.drop * (1.0 - share * share) - 0.8;
            tailor.line(
                DetailKind::Fold,
                0.5 + 0.3 * cut.flare,
                &[soft(start, top), soft(mix(start, end, 0.42), mix(top, y, 0.5)), soft(end, y)],
            );
        }
    }
}

fn quilting(tailor: &mut Tailor, block: &Block) {
    let gap = 3.0 + 2.4 * tailor.cut.proportion[1];
    let mut y = -27.0;
    while y < block.hem_y - 1.5 {
        let half = if y < block.armhole_y { block.shoulder - 0.6 } else { block.width_at(y) - 0.2 };
        tailor.line(
            DetailKind::Seam,
            0.35,
            &[soft(-half, y), soft(-half * 0.5, y + 0.7), soft(0.0, y + 0.5), soft(half * 0.5, y + 0.7), soft(half, y)],
        );
        y += gap;
    }
    tailor.draw_on_sleeve(true);
    for side in SIDES {
        let arm = tailor.view.pose.arm(side);
        let rings = (30.0 / gap) as usize;
        for ring in 1..rings {
            let along = mix(0.2, 0.97, ring as f32 / rings as f32);
            let half = if along < 0.5 { block.elbow } else { mix(block.elbow, block.wrist, along * 2.0 - 1.0) } * 0.97;
            tailor.line(
                DetailKind::Seam,
                0.35,
                &[arm.soft(along, half), arm.soft(along + 0.02, 0.0), arm.soft(along, -half)],
            );
        }
    }
    tailor.draw_on_sleeve(false);
}

/// A few creases from the armholes, as cloth on a body has.
fn creases(tailor: &mut Tailor, block: &Block) {
    let y = block.armhole_y;
    for side in SIDES {
        let long = 3.0 + tailor.cut.irregular(4);
        let edge = block.chest - 0.6;
        tailor.line(
            DetailKind::Fold,
            0.45,
            &on_side(side, &[soft(edge, y + 1.0), soft(edge - long * 0.6, y + 1.6), soft(edge - long, y + 3.4)]),
        );
        if block.hem_y > -8.0 {
            let width = block.width_at(-8.0) - 0.4;
            tailor.line(
                DetailKind::Fold,
                0.45,
                &on_side(side, &[soft(width, -9.5), soft(width - 2.0, -8.2), soft(width - 4.0 - long, -7.6)]),
            );
        }
    }
}

/// A small knot cap, for hoods and hats.
pub(crate) fn pompom(tailor: &mut Tailor, x: f32, y: f32, size: f32) {
    tailor.flap(DetailKind::Panel, &oval(x, y, size, size * 0.95));
}
