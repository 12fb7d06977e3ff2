//! Collars, lapels and hoods.

use super::block::Block;
use super::curve::{mix, on_side, sharp, soft};
use super::cut::Collar;
use super::piece::{DetailKind, Tailor};

pub(crate) const SIDES: [f32; 2] = [1.0, -1.0];

pub(crate) fn collar(tailor: &mut Tailor, block: &Block) {
    let cut = tailor.cut;
    let kind = tailor.trim();
    let top = block.shoulder_y(block.neck);
    let front = tailor.front();
    match cut.collar {
        Collar::None => {}
        Collar::Shirt if front => {
            let long = 3.6 + 1.6 * cut.proportion[1];
            if tailor.is_product() {
                inside_collar(tailor, top - 1.4, -30.8);
            }
            for side in SIDES {
                let leaf = [
                    sharp(0.2, -30.6),
                    soft(2.4, -32.2),
                    sharp(3.5, top - 1.9),
                    sharp(4.5, top - 0.1),
                    sharp(3.2 + long * 0.35, -31.2 + long * 0.75),
                ];
                tailor.flap(kind, &on_side(side, &leaf));
            }
        }
        Collar::Shirt => {
            let band = [
                sharp(-4.6, top + 0.3),
                soft(-3.6, top - 1.8),
                soft(0.0, top - 2.4),
                soft(3.6, top - 1.8),
                sharp(4.6, top + 0.3),
                soft(0.0, top + 2.0),
            ];
            tailor.flap(kind, &band);
        }
        Collar::Round if front => {
            for side in SIDES {
                let leaf = [
                    sharp(0.1, -30.4),
                    soft(2.6, -31.6),
                    sharp(3.9, top),
                    soft(6.4, top + 1.4),
                    soft(5.2, -28.4),
                    soft(2.0, -27.6),
                ];
                tailor.flap(kind, &on_side(side, &leaf));
            }
        }
        Collar::Round => tailor.flap(
            kind,
            &[
                soft(-5.0, top + 0.4),
                soft(0.0, top + 0.4),
                soft(5.0, top + 0.4),
                soft(4.6, top + 2.6),
                soft(0.0, top + 3.4),
                soft(-4.6, top + 2.6),
            ],
        ),
        Collar::Stand => {
            if front {
                let half = [
                    soft(0.3, -31.4),
                    sharp(0.5, -34.6),
                    soft(2.6, -36.0),
                    sharp(4.0, -36.2),
                    soft(4.2, -34.6),
                    sharp(4.6, top + 0.4),
                    soft(2.6, -31.9),
                ];
                tailor.cloth(&[
                    soft(-3.8, -36.4),
                    soft(0.0, -37.2),
                    soft(3.8, -36.4),
                    soft(4.0, -33.0),
                    soft(0.0, -31.4),
                    soft(-4.0, -33.0),
                ]);
                if tailor.is_product() {
                    tailor.area(
                        DetailKind::Opening,
                        &[soft(-3.6, -36.2), soft(0.0, -36.9), soft(3.6, -36.2), soft(1.0, -34.4), soft(-1.0, -34.4)],
                    );
                }
                for side in SIDES {
                    tailor.flap(kind, &on_side(side, &half));
                }
            } else {
                tailor.flap(
                    kind,
                    &[
                        sharp(-4.6, top + 0.4),
                        soft(-4.0, -36.4),
                        soft(0.0, -36.8),
                        soft(4.0, -36.4),
                        sharp(4.6, top + 0.4),
                        soft(0.0, top + 1.2),
                    ],
                );
            }
        }
        Collar::Lapel if front => lapels(tailor, block, kind),
        Collar::Lapel => tailor.flap(
            kind,
            &[
                sharp(-4.8, top + 0.3),
                soft(-3.4, top - 1.6),
                soft(0.0, top - 1.9),
                soft(3.4, top - 1.6),
                sharp(4.8, top + 0.3),
                soft(0.0, top + 1.8),
            ],
        ),
        Collar::Hood => hood(tailor, block),
    }
}

/// The back of a standing collar, seen inside.
fn inside_collar(tailor: &mut Tailor, rim: f32, low: f32) {
    tailor.flap(
        DetailKind::Opening,
        &[
            sharp(-3.7, rim),
            soft(0.0, rim - 0.8),
            sharp(3.7, rim),
            soft(2.0, low - 1.0),
            soft(0.0, low),
            soft(-2.0, low - 1.0),
        ],
    );
    tailor.seam(&[soft(-3.4, rim + 1.6), soft(0.0, rim + 1.0), soft(3.4, rim + 1.6)]);
}

fn lapels(tailor: &mut Tailor, block: &Block, kind: DetailKind) {
    let cut = tailor.cut;
    let top = block.shoulder_y(block.neck);
    let low = block.neck_edge(cut)[0].y;
    let wide = mix(5.2, 7.6, cut.proportion[1]);
    let notch = top + 5.2;
    if tailor.is_product() {
        inside_collar(tailor, top - 1.2, top + 1.6);
    }
    for side in SIDES {
        let spread = if tailor.open() { 2.6 } else { 0.0 };
        let lapel = [
            sharp(spread + 0.1, low + 0.2),
            soft(spread * 0.6 + 2.3, mix(low, top, 0.5)),
            sharp(3.5, notch - 2.0),
            sharp(wide - 0.6, notch),
            sharp(wide + 0.4, notch + 1.3),
            soft(mix(wide, spread, 0.45), mix(notch, low, 0.55)),
        ];
        tailor.flap(kind, &on_side(side, &lapel));
        let collar = [
            sharp(3.2, top - 1.3),
            soft(4.6, top - 0.7),
            sharp(wide + 0.3, notch - 1.3),
            sharp(wide - 0.6, notch),
            sharp(3.3, notch - 1.9),
        ];
        tailor.flap(kind, &on_side(side, &collar));
    }
}

fn hood(tailor: &mut Tailor, block: &Block) {
    let top = block.shoulder_y(block.neck);
    let size = mix(0.9, 1.15, tailor.cut.proportion[1]);
    if !tailor.front() {
        let sack = [
            sharp(-5.4, top + 0.8),
            soft(-5.6, top - 2.4),
            soft(0.0, top - 3.4),
            soft(5.6, top - 2.4),
            sharp(5.4, top + 0.8),
            soft(6.0, top + 5.0),
            soft(3.0, top + 10.0 * size),
            soft(0.0, top + 11.6 * size),
            soft(-3.0, top + 10.0 * size),
            soft(-6.0, top + 5.0),
        ];
        tailor.flap(DetailKind::Panel, &sack);
        tailor.seam(&[soft(0.0, top - 3.2), soft(0.1, top + 11.0 * size)]);
        return;
    }
    if tailor.is_product() && tailor.cut.model % 4 < 3 {
        // The hood stands up behind the neck, as it lies on a table.
        let rise = 10.5 * size;
        tailor.flap(
            DetailKind::Panel,
            &[
                sharp(-6.2, top + 1.2),
                soft(-7.0, top - 4.0),
                soft(-5.0, top - rise + 1.4),
                soft(0.0, top - rise),
                soft(5.0, top - rise + 1.4),
                soft(7.0, top - 4.0),
                sharp(6.2, top + 1.2),
                soft(0.0, top + 4.6),
            ],
        );
        tailor.area(
            DetailKind::Opening,
            &[
                sharp(0.0, -28.4),
                soft(-3.6, top + 0.2),
                soft(-4.6, top - 3.6),
                soft(-3.0, top - rise * 0.76),
                soft(0.0, top - rise * 0.86),
                soft(3.0, top - rise * 0.76),
                soft(4.6, top - 3.6),
                soft(3.6, top + 0.2),
            ],
        );
    } else {
        tailor.cloth(&[
            soft(-6.6, top),
            soft(-5.0, top - 3.0),
            soft(0.0, top - 1.6),
            soft(5.0, top - 3.0),
            soft(6.6, top),
            soft(0.0, top + 2.0),
        ]);
    }
    for side in SIDES {
        let leaf = [
            sharp(0.0, -27.6),
            soft(2.6, -30.4),
            sharp(3.9, top - 2.4),
            soft(6.2, top - 1.8),
            sharp(7.0, top + 1.4),
            soft(4.0, top + 4.6),
            soft(1.6, top + 6.6),
        ];
        tailor.flap(DetailKind::Panel, &on_side(side, &leaf));
        let end = -21.0 + 2.0 * tailor.cut.irregular(if side > 0.0 { 1 } else { 2 });
        tailor.line(DetailKind::Cord, 0.55, &on_side(side, &[soft(1.7, -27.8), soft(2.3, -25.0), soft(1.9, end)]));
    }
}
