//! Sleeves, along the arms of the pose.

use super::block::{Block, SHOULDER_ROUND};
use super::curve::{mix, sharp, soft};
use super::cut::Collar;
use super::piece::{DetailKind, Tailor};

pub(crate) fn sleeve(tailor: &mut Tailor, block: &Block, side: f32) {
    let cut = tailor.cut;
    let arm = tailor.view.pose.arm(side);
    let end = cut.sleeve;
    let puff = block.puff;
    let seam = block.shoulder - SHOULDER_ROUND;
    let tip_y = block.shoulder_y(seam);
    let tip = sharp(seam * side, tip_y);
    // Where the sleeve leaves the body: at the armpit, or in front of it where the arm hangs and hides the armpit.
    let raised = ((arm.lift() - 14.0) / 26.0).clamp(0.0, 1.0);
    let crease = mix((block.chest - 0.3).min(8.6), block.chest - 0.3, raised);
    let pit = soft(crease * side, block.armhole_y + 0.3 - 1.2 * (1.0 - raised));
    let bow = soft((mix(seam, crease, 0.45) - 0.7) * side, mix(tip_y, block.armhole_y, 0.5));
    let cap = (block.shoulder - 9.4).max(2.2) + 0.5 + if puff { 1.5 } else { 0.0 };
    let width = |along: f32| {
        if along < 0.5 { mix(cap, block.elbow, along / 0.5) } else { mix(block.elbow, block.wrist, along / 0.5 - 1.0) }
    };
    let gather = end > 0.9 && (block.rib || puff);
    // A narrow seam sits on the shoulder's ball, which the sleeve must cover.
    let over_shoulder = if block.shoulder < 11.3 {
        arm.soft(0.03, 2.55)
    } else {
        soft((block.shoulder + 0.3) * side, block.shoulder_y(block.shoulder) + 1.5)
    };
    let mut outer =
        vec![tip, soft((block.shoulder - 0.2) * side, block.shoulder_y(block.shoulder) + 0.15), over_shoulder];
    let mut inner = Vec::new();
    if end < 0.55 {
        let half = mix(block.elbow, 2.9, 0.25) * if puff { 0.92 } else { 1.0 };
        outer.push(arm.soft(end * 0.5, mix(cap, half, 0.5) + if puff { 1.1 } else { 0.4 }));
        outer.push(arm.sharp(end, half));
        inner.push(arm.sharp(end + 0.01, -half));
    } else {
        outer.push(arm.soft(0.2, width(0.2) + if puff { 0.8 } else { 0.35 }));
        if arm.is_bent() {
            outer.extend(arm.outer_joint(block.elbow));
            inner.push(arm.inner_joint(block.elbow));
        } else {
            outer.push(arm.soft(0.5, block.elbow));
            inner.push(arm.soft(0.5, -block.elbow));
        }
        let belly = if puff { 1.35 } else { 1.0 };
        let mut both = |along: f32, half: f32, corner: bool| {
            let knot = |out: f32| if corner { arm.sharp(along, out) } else { arm.soft(along, out) };
            outer.push(knot(half));
            inner.push(knot(-half));
        };
        both(end * 0.8, width(0.8) * belly, false);
        if gather {
            both(end * 0.9, width(0.9) * belly + 0.35, false);
            both(end * 0.925, block.wrist * 0.92, true);
            both(end, block.wrist * 0.9, true);
        } else {
            both(end, block.wrist, true);
        }
    }
    outer.extend(inner.into_iter().rev());
    outer.extend([pit, bow]);
    tailor.sleeve(&[outer]);
    tailor.draw_on_sleeve(true);
    let across = |along: f32, half: f32| [arm.soft(along, half), arm.soft(along + 0.012, 0.0), arm.soft(along, -half)];
    if gather {
        let half = block.wrist * 0.9;
        let cuff =
            [arm.sharp(end * 0.925, half), arm.sharp(end, half), arm.sharp(end, -half), arm.sharp(end * 0.925, -half)];
        let kind = tailor.trim();
        tailor.area(kind, &cuff);
    } else if end > 0.9 && cut.collar == Collar::Shirt {
        tailor.seam(&across(end - 0.075, block.wrist * 1.02));
    } else if end < 0.55 {
        tailor.seam(&across(end - 0.03, mix(block.elbow, 2.9, 0.25) * 0.94));
    } else {
        tailor.seam(&across(end - 0.028, width(end - 0.03) * 0.98));
    }
    if end > 0.9 && !arm.is_bent() {
        let bend = |along: f32, from: f32, to: f32| [arm.soft(along, from), arm.soft(along + 0.03, to)];
        tailor.line(DetailKind::Fold, 0.5, &bend(0.46, -block.elbow * 0.9, block.elbow * 0.1));
        tailor.line(DetailKind::Fold, 0.5, &bend(0.54, -block.elbow * 0.8, block.elbow * 0.3));
    }
    tailor.seam(&[tip, bow, pit]);
    tailor.draw_on_sleeve(false);
}
