//! Things worn on the upper body: bodies, sleeves and hems. Dresses use them too.

use super::block::Block;
use super::curve::{Knot, mirrored, mix, on_side, sharp, soft};
use super::cut::{Collar, Neckline};
use super::piece::{DetailKind, Tailor};
use super::sleeve::sleeve;

/// Draws a top, outer or dress body with its sleeves; the details come after.
pub(crate) fn body(tailor: &mut Tailor, block: &Block) {
    let cut = tailor.cut;
    let sleeveless = cut.sleeve <= 0.0;
    if cut.neckline == Neckline::Straps && cut.collar == Collar::None {
        strap_body(tailor, block);
        return;
    }
    let neck = if tailor.front() { block.neck_edge(cut) } else { block.back_edge(cut) };
    if tailor.open() {
        for side in [1.0, -1.0] {
            open_panel(tailor, block, side);
        }
    } else {
        let right: Vec<Knot> = neck.iter().copied().chain(block.side_edge(sleeveless)).collect();
        tailor.cloth(&closed_body(&right, &block.hem_edge(cut)));
    }
    if tailor.front() && tailor.is_product() {
        let edge: Vec<Knot> = neck.iter().rev().copied().collect();
        let back = block.back_edge(cut);
        let inside: Vec<Knot> = mirrored(&back.iter().copied().chain(edge.into_iter().skip(1)).collect::<Vec<_>>());
        if cut.neckline == Neckline::Turtle && cut.collar == Collar::None {
            tailor.flap(DetailKind::Opening, &super::pose::oval(0.0, -37.0, 2.9, 0.8));
        } else {
            tailor.flap(DetailKind::Opening, &inside);
        }
    }
    if !sleeveless {
        for side in [1.0, -1.0] {
            sleeve(tailor, block, side);
        }
    }
}

/// The right half, a hem and the mirrored half.
pub(crate) fn closed_body(right: &[Knot], hem: &[Knot]) -> Vec<Knot> {
    let left = right.iter().rev().filter(|knot| knot.x.abs() > 1e-3).map(|knot| knot.mirrored());
    right.iter().copied().chain(hem.iter().copied()).chain(left).collect()
}

fn open_panel(tailor: &mut Tailor, block: &Block, side: f32) {
    let cut = tailor.cut;
    let gap = 2.2 + 2.2 * cut.proportion[2] + 0.8 * side * cut.irregular(3);
    let mut knots = vec![sharp(block.neck, block.shoulder_y(block.neck))];
    knots.extend(block.side_edge(cut.sleeve <= 0.0));
    knots.push(soft(mix(block.hem, gap, 0.5), block.hem_y + block.drop * 0.7));
    knots.push(sharp(gap + 1.6, block.hem_y + block.drop));
    knots.push(soft(gap + 0.6, mix(block.hem_y, -20.0, 0.5)));
    knots.push(soft(gap + 0.3, -21.0));
    tailor.cloth(&on_side(side, &knots));
}

fn strap_body(tailor: &mut Tailor, block: &Block) {
    let cut = tailor.cut;
    let top = mix(-26.0, -23.5, cut.proportion[0]);
    let heart = if tailor.front() { 1.6 * cut.proportion[1] } else { 1.2 };
    let strap = 5.2 + 1.0 * cut.proportion[2];
    let peak = if tailor.front() { top - 1.0 - heart } else { top + 0.8 };
    let mut right =
        vec![soft(0.0, top + heart * 0.4), sharp(strap, peak), soft(mix(strap, block.chest, 0.6), top + 1.6)];
    right.push(sharp(block.chest - 0.2, block.armhole_y));
    right.extend(block.side_edge(false).into_iter().skip(2));
    tailor.cloth(&closed_body(&right, &block.hem_edge(cut)));
    let wide = if cut.model.is_multiple_of(3) { 1.1 } else { 0.4 };
    if tailor.is_product() && tailor.front() {
        let back = [soft(0.0, top + 0.6), sharp(strap - 0.2, peak + 0.3), soft(block.chest * 0.75, top + 1.0)];
        let edge = [sharp(block.chest - 0.2, block.armhole_y), soft(mix(strap, block.chest, 0.6), top + 1.6)];
        let edge2 = [sharp(strap, peak), soft(0.0, top + heart * 0.4 + 0.4)];
        let inside: Vec<Knot> = back.into_iter().chain(edge).chain(edge2).collect();
        tailor.area(DetailKind::Opening, &mirrored(&inside));
    }
    for side in [1.0, -1.0] {
        let up = block.shoulder_y(strap) - 0.5;
        let ribbon = [
            sharp(strap - wide, peak + 0.4),
            soft(strap - wide + 0.2, mix(peak, up, 0.5)),
            sharp(strap - wide + 0.1, up),
            sharp(strap + 0.1, up),
            soft(strap + 0.3, mix(peak, up, 0.5)),
            sharp(strap + 0.1, peak + 0.4),
        ];
        tailor.cloth(&on_side(side, &ribbon));
        if tailor.is_product() {
            // The strap's far half goes down to the back, inside.
            let behind =
                [soft(strap - 0.2, up + 0.1), soft(strap - 1.2, mix(peak, up, 0.5)), soft(strap - 1.6, top + 0.5)];
            let ribbon: Vec<Knot> =
                behind.iter().copied().chain(behind.iter().rev().map(|knot| knot.moved(wide.min(0.6), 0.0))).collect();
            tailor.cloth(&on_side(side, &ribbon));
        }
    }
    tailor.seam(&[soft(-strap, peak + 1.0), soft(0.0, top + heart * 0.4 + 0.8), soft(strap, peak + 1.0)]);
}
