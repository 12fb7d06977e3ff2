//! Hair styles.

use super::curve::{Knot, mirrored, mix, on_side, soft, wave as curl};
use super::pose::disc;

/// Hair behind and in front. `free`: length, fullness, where the parting is.
pub(crate) fn hair(style: usize, free: [f32; 3], back: bool) -> (Vec<Vec<Knot>>, Vec<Vec<Knot>>) {
    let [long, full, part] = free;
    let puff = mix(0.5, 1.2, full);
    let side = 5.0 + puff;
    let crown = -50.6 - puff;
    let low = match style {
        0 | 1 => mix(-25.0, -12.0, long),
        2 => mix(-38.0, -33.5, long),
        _ => -40.0,
    };
    let loose = style <= 2;
    let wave = if style == 1 { 0.9 } else { 0.15 };
    // From the crown down the right side and back up the left.
    let mane = |low: f32| -> Vec<Knot> {
        let mut right = vec![soft(0.0, crown), soft(3.8, crown + 1.3), soft(side, -45.0)];
        let steps = 4;
        for step in 1..=steps {
            let share = step as f32 / steps as f32;
            let swing = wave * curl(step as f32 * 2.2 + long * 3.0);
            right.push(soft(
                side + 0.5 + 1.4 * share + swing - if step == steps { 1.8 } else { 0.0 },
                mix(-42.0, low, share),
            ));
        }
        right.push(soft(1.5, low + 1.2 + 0.4 * part));
        let left = right.iter().rev().filter(|knot| knot.x > 0.1).map(|knot| Knot {
            x: -knot.x + 0.25 * part,
            y: knot.y + 0.6 * part,
            ..*knot
        });
        right.iter().copied().chain(left).collect()
    };
    // Tied or short hair follows the head to the nape.
    let close = |nape: f32| {
        mirrored(&[
            soft(0.0, crown),
            soft(3.8, crown + 1.3),
            soft(side, -45.4),
            soft(4.9, -42.4),
            soft(3.4, nape - 0.8),
            soft(0.0, nape),
        ])
    };
    if back {
        let mut front = vec![if loose { mane(low) } else { close(-38.4) }];
        match style {
            3 => front.push(vec![
                soft(0.0, -47.0),
                soft(2.4, -45.0),
                soft(2.2, -36.0),
                soft(1.4, -27.0),
                soft(0.3, -24.0),
                soft(-1.0, -28.0),
                soft(-2.2, -36.0),
                soft(-2.4, -45.0),
            ]),
            4 => front.push(disc(0.0, -52.2, 2.9 + puff * 0.5)),
            _ => {}
        }
        return (Vec::new(), front);
    }
    let mut behind = Vec::new();
    let mut front = Vec::new();
    if loose {
        behind.push(mane(low));
    } else {
        behind.push(close(-40.0));
    }
    match style {
        3 => behind.push(vec![
            soft(3.0, -48.0),
            soft(6.6, -46.0),
            soft(8.0, -40.0),
            soft(8.2, -32.0),
            soft(7.0, -26.0),
            soft(5.8, -30.0),
            soft(5.6, -38.0),
            soft(4.0, -43.0),
        ]),
        4 => behind.push(disc(0.3 * part, -52.6, 2.9 + puff * 0.5)),
        _ => {}
    }
    // The cap of hair over the forehead, its lower edge the hairline.
    let temple = match style {
        2 => -37.5,
        5 | 6 => -43.8,
        _ => -41.5,
    };
    let parting = part * 1.9;
    let fringe = style == 6 || (style <= 2 && full > 0.6);
    let mut cap = vec![
        soft(-side + 0.6, temple),
        soft(-side, -45.0),
        soft(-3.8, crown + 1.3),
        soft(0.0, crown),
        soft(3.8, crown + 1.3),
        soft(side, -45.0),
        soft(side - 0.6, temple),
    ];
    if fringe {
        cap.extend([
            soft(4.1, -43.5),
            soft(3.9, -45.0),
            soft(1.6, -45.7),
            soft(0.0, -45.4),
            soft(-1.8, -45.8),
            soft(-3.9, -45.0),
            soft(-4.1, -43.5),
        ]);
    } else {
        cap.extend([
            soft(4.3, -43.6),
            soft(3.7, -46.0),
            soft(mix(parting, 3.0, 0.5), -47.8),
            Knot { sharp: true, ..soft(parting, -49.0) },
            soft(mix(parting, -3.0, 0.5), -47.8),
            soft(-3.7, -46.0),
            soft(-4.3, -43.6),
        ]);
    }
    front.push(cap);
    if loose && style != 2 {
        // A strand before one or both shoulders.
        for hand in [1.0, -1.0] {
            if part * hand > -0.6 {
                let end = low.min(-19.0) + 1.5 * hand * part;
                let at = |share: f32| mix(-38.0, end, share);
                let strand = [
                    soft(4.2, -44.0),
                    soft(side, -43.6),
                    soft(side + 0.7, -38.5),
                    soft(side + 1.4 + wave, at(0.35)),
                    soft(side + 1.0 - wave, at(0.7)),
                    soft(side - 0.8, end),
                    soft(side - 2.4, at(0.85)),
                    soft(3.6 + wave, at(0.55)),
                    soft(3.0, at(0.2)),
                    soft(4.1, -39.5),
                ];
                front.push(on_side(hand, &strand));
            }
        }
    }
    (behind, front)
}
