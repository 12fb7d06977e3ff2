//! Backpacks, telephone cases, socks and scarves.

use super::carried::{band, strap};
use super::curve::{Knot, closed_quad, mirrored, mix, on_side, sharp, soft};
use super::piece::{DetailKind, Drape, Tailor};
use super::pose::oval;

/// A telephone case, its back.
pub(crate) fn phone_case(tailor: &mut Tailor) {
    let [wide, corner, lens] = tailor.cut.proportion;
    let half = mix(18.5, 21.0, wide);
    let round = mix(4.0, 8.0, corner);
    let edge = |inset: f32| {
        let (right, bottom, bow) = (half - inset, 40.0 - inset, round * 0.29);
        mirrored(&[
            soft(0.0, -bottom),
            sharp(right - round, -bottom),
            soft(right - bow, -bottom + bow),
            sharp(right, -bottom + round),
            soft(right, 0.0),
            sharp(right, bottom - round),
            soft(right - bow, bottom - bow),
            sharp(right - round, bottom),
            soft(0.0, bottom),
        ])
    };
    tailor.cloth(&edge(0.0));
    tailor.line(DetailKind::Seam, 0.6, &{
        let mut rim = edge(1.6);
        rim.extend(rim.first().copied());
        rim
    });
    let left = -half + 3.6;
    match tailor.cut.model % 3 {
        0 => {
            let size = mix(14.0, 18.0, lens);
            tailor.area(DetailKind::Opening, &rounded((left, -36.4), (size, size), 3.6));
            for (x, y) in [(0.3, 0.3), (0.3, 0.7), (0.7, 0.5)] {
                tailor.dot(DetailKind::Metal, (left + size * x, -36.4 + size * y), size * 0.17);
                tailor.dot(DetailKind::Opening, (left + size * x, -36.4 + size * y), size * 0.1);
            }
        }
        1 => {
            let size = mix(7.0, 9.0, lens);
            tailor.area(DetailKind::Opening, &rounded((left, -36.4), (size, size * 2.6), 3.4));
            for step in 0..3 {
                tailor.dot(
                    DetailKind::Metal,
                    (left + size * 0.5, -36.4 + size * (0.5 + 0.8 * step as f32)),
                    size * 0.28,
                );
            }
        }
        _ => {
            let radius = mix(8.0, 11.0, lens);
            tailor.dot(DetailKind::Opening, (0.0, -26.0), radius);
            for (x, y) in [(-0.35, -0.35), (0.35, -0.35), (-0.35, 0.35), (0.35, 0.35)] {
                tailor.dot(DetailKind::Metal, (radius * x, -26.0 + radius * y), radius * 0.24);
            }
        }
    }
    tailor.flap(DetailKind::Trim, &closed_quad(half - 0.2, -18.0, half + 0.9, -9.0));
    tailor.area(DetailKind::PrintArea, &closed_quad(-half * 0.7, -8.0, half * 0.7, 30.0));
}

fn rounded((left, top): (f32, f32), (wide, high): (f32, f32), radius: f32) -> Vec<Knot> {
    let (right, bottom) = (left + wide, top + high);
    let bow = radius * 0.29;
    vec![
        sharp(left + radius, top),
        sharp(right - radius, top),
        soft(right - bow, top + bow),
        sharp(right, top + radius),
        sharp(right, bottom - radius),
        soft(right - bow, bottom - bow),
        sharp(right - radius, bottom),
        sharp(left + radius, bottom),
        soft(left + bow, bottom - bow),
        sharp(left, bottom - radius),
        sharp(left, top + radius),
        soft(left + bow, top + bow),
    ]
}

/// A pair of socks.
pub(crate) fn socks(tailor: &mut Tailor) {
    let [high, wide, gap] = tailor.cut.proportion;
    let top = mix(-14.0, -40.0, high);
    let half = mix(7.0, 9.0, wide);
    for (index, x) in [-17.0, 7.0 + 4.0 * gap].into_iter().enumerate() {
        let y = if index == 0 { 0.0 } else { 3.0 };
        let moved = |knots: &[Knot]| -> Vec<Knot> { knots.iter().map(|knot| knot.moved(x, y)).collect() };
        tailor.cloth(&moved(&[
            sharp(-half, top),
            soft(0.0, top + 0.5),
            sharp(half, top),
            soft(half - 0.6, top * 0.4),
            soft(half - 0.2, 8.0),
            soft(half + 5.0, 18.0),
            soft(half + 14.0, 26.0),
            soft(half + 15.0, 33.0),
            soft(half + 8.0, 37.0),
            soft(0.0, 32.0),
            soft(-half - 1.4, 25.0),
            soft(-half - 1.6, 14.0),
            soft(-half + 0.4, 0.0),
        ]));
        let kind = tailor.trim();
        tailor.area(
            kind,
            &moved(&[
                sharp(-half, top),
                soft(0.0, top + 0.5),
                sharp(half, top),
                sharp(half - 0.1, top + 7.0),
                soft(0.0, top + 7.6),
                sharp(0.1 - half, top + 7.0),
            ]),
        );
        for rib in 1..7 {
            let at = mix(-half, half, rib as f32 / 7.0);
            tailor.line(DetailKind::Fold, 0.6, &moved(&[soft(at, top + 0.8), soft(at, top + 6.8)]));
        }
        tailor.area(
            kind,
            &moved(&[
                soft(-half - 1.2, 15.0),
                soft(-half + 4.0, 17.0),
                soft(-half + 5.6, 22.0),
                soft(-half + 2.0, 27.6),
                soft(-half - 1.2, 25.0),
            ]),
        );
        tailor.area(
            kind,
            &moved(&[
                soft(half + 8.4, 22.0),
                soft(half + 14.0, 26.0),
                soft(half + 15.0, 33.0),
                soft(half + 8.0, 37.0),
                soft(half + 3.4, 35.0),
                soft(half + 3.6, 29.0),
            ]),
        );
    }
}

/// A scarf: laid in a loop, or around the neck.
pub(crate) fn scarf(tailor: &mut Tailor) {
    let [long, wide, _] = tailor.cut.proportion;
    tailor.drape = Drape::Pleats;
    let half = mix(6.0, 9.0, wide);
    let ends = [mix(30.0, 38.0, long), mix(22.0, 36.0, tailor.cut.ease)];
    for (side, end) in [(-1.0, ends[0]), (1.0, ends[1])] {
        let x = side * (half + 1.5);
        let tail = [
            sharp(x - half, -22.0),
            soft(x - half - 0.8, 0.0),
            sharp(x - half + 0.4, end),
            sharp(x + half, end + side),
            soft(x + half - 0.8, 2.0),
            sharp(x + half - 1.0, -20.0),
        ];
        tailor.flap(DetailKind::Panel, &tail);
        for fringe in 0..8 {
            let at = x + mix(-half + 1.2, half - 0.8, fringe as f32 / 7.0);
            let knots = band(&[soft(at, end - 0.5), soft(at + 0.3 * tailor.cut.irregular(fringe), end + 5.0)], 0.55);
            tailor.cloth(&knots);
        }
        for fold in [-0.35, 0.3] {
            tailor.line(
                DetailKind::Fold,
                1.0,
                &[soft(x + half * fold, -16.0), soft(x + half * fold * 1.3, 8.0), soft(x + half * fold, end - 3.0)],
            );
        }
        tailor.line(DetailKind::Seam, 0.5, &[soft(x - half + 0.6, end - 3.0), soft(x + half - 0.4, end - 2.4)]);
    }
    // The loop around the neck: a thick soft roll.
    let roll = [
        soft(-21.0, -22.0),
        soft(-20.0, -33.0),
        soft(-10.0, -39.0),
        soft(0.0, -38.0),
        soft(10.0, -39.0),
        soft(20.0, -33.0),
        soft(21.0, -22.0),
        soft(13.0, -12.5),
        soft(0.0, -9.0),
        soft(-13.0, -12.5),
    ];
    tailor.flap(DetailKind::Panel, &roll);
    if tailor.is_product() {
        tailor.area(DetailKind::Opening, &oval(0.0, -31.0, 9.5, 4.4));
    } else {
        tailor.line(DetailKind::Fold, 1.2, &[soft(-12.0, -34.0), soft(0.0, -29.0), soft(12.0, -34.0)]);
    }
    for (y, bow) in [(-22.0, 5.0), (-16.0, 4.0), (-27.0, 4.5)] {
        tailor.line(
            DetailKind::Fold,
            1.2,
            &[soft(-18.0, y - 5.0), soft(-6.0, y + bow * 0.4), soft(7.0, y + bow * 0.6), soft(18.0, y - 4.0)],
        );
    }
}

/// A backpack; worn and seen from the front only its straps show.
pub(crate) fn backpack(tailor: &mut Tailor) {
    let [wide, round, pocket] = tailor.cut.proportion;
    let half = mix(24.0, 31.0, wide);
    if !tailor.is_product() && tailor.front() {
        for side in [1.0, -1.0] {
            strap(
                tailor,
                &on_side(side, &[soft(17.0, -40.0), soft(21.0, -28.0), soft(22.0, -10.0), soft(26.0, 4.0)]),
                3.2,
            );
        }
        return;
    }
    let corner = mix(8.0, 20.0, round);
    if tailor.is_product() {
        for side in [1.0, -1.0] {
            strap(
                tailor,
                &on_side(
                    side,
                    &[
                        soft(half * 0.5, -30.0),
                        soft(half + 2.0, -18.0),
                        soft(half + 5.5, 2.0),
                        soft(half + 3.0, 22.0),
                        soft(half - 2.0, 33.0),
                    ],
                ),
                2.4,
            );
        }
        strap(
            tailor,
            &[soft(-6.0, -31.0), soft(-5.0, -38.5), soft(0.0, -40.5), soft(5.0, -38.5), soft(6.0, -31.0)],
            1.4,
        );
    }
    tailor.cloth(&mirrored(&[
        soft(0.0, -34.0),
        soft(half - corner, -32.6),
        soft(half - corner * 0.25, -32.0 + corner * 0.6),
        soft(half, -6.0),
        soft(half + 1.4, 22.0),
        soft(half, 35.0),
        soft(half - 4.0, 39.4),
        soft(0.0, 40.2),
    ]));
    let top = mix(2.0, 10.0, pocket);
    tailor.line(
        DetailKind::Zip,
        0.9,
        &[
            soft(-half + 1.6, 8.0),
            soft(-half + 2.6, -14.0),
            soft(-half + corner * 0.9, -28.0),
            soft(0.0, -30.2),
            soft(half - corner * 0.9, -28.0),
            soft(half - 2.6, -14.0),
            soft(half - 1.6, 8.0),
        ],
    );
    let low = half * 0.8;
    tailor.area(
        DetailKind::Panel,
        &mirrored(&[
            soft(0.0, top),
            soft(low - 4.0, top + 0.4),
            soft(low, top + 4.0),
            soft(low + 1.0, 30.0),
            soft(low - 3.0, 36.0),
            soft(0.0, 36.8),
        ]),
    );
    tailor.line(DetailKind::Zip, 0.8, &[soft(3.0 - low, top + 4.2), soft(0.0, top + 3.6), soft(low - 3.0, top + 4.2)]);
    if tailor.cut.model.is_multiple_of(2) {
        tailor.area(tailor.trim(), &closed_quad(-5.0, -18.0, 5.0, -11.0));
    } else {
        for x in [-0.45, 0.45] {
            tailor.line(DetailKind::Cord, 2.0, &[sharp(half * x, -26.0), sharp(half * x, top + 6.0)]);
        }
    }
}
