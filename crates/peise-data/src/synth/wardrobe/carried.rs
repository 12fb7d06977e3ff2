//! Hand and shoulder bags.

use super::curve::{Knot, closed_quad, length, mirrored, mix, on_side, sharp, soft};
use super::piece::{DetailKind, Tailor};
use super::pose::disc;

/// An open line thickened to a band of constant width: a strap or handle.
pub(crate) fn band(line: &[Knot], half: f32) -> Vec<Knot> {
    let last = line.len().saturating_sub(1);
    let side = |sign: f32| {
        line.iter().enumerate().map(move |(index, knot)| {
            let (before, after) = (line[index.saturating_sub(1)], line[(index + 1).min(last)]);
            let (dx, dy) = (after.x - before.x, after.y - before.y);
            let long = length(dx, dy).max(1e-3);
            let corner = index == 0 || index == last;
            Knot { sharp: corner || knot.sharp, ..knot.moved(-dy / long * half * sign, dx / long * half * sign) }
        })
    };
    side(1.0).chain(side(-1.0).rev()).collect()
}

/// A handle or strap as cloth of its own.
pub(crate) fn strap(tailor: &mut Tailor, line: &[Knot], half: f32) {
    let knots = band(line, half);
    tailor.flap(DetailKind::Panel, &knots);
}

/// Hand and shoulder bags.
pub(crate) fn bag(tailor: &mut Tailor) {
    let [wide, high, taper] = tailor.cut.proportion;
    match tailor.cut.model % 4 {
        0 => tote(tailor, wide, high, taper),
        1 => flap_bag(tailor, wide, high),
        2 => hobo(tailor, wide, high),
        _ => satchel(tailor, wide, taper),
    }
}

fn tote(tailor: &mut Tailor, wide: f32, high: f32, taper: f32) {
    let (top, bottom) = (mix(-14.0, -4.0, 1.0 - high), 40.0);
    let half = mix(25.0, 36.0, wide);
    let low = half - mix(-2.0, 7.0, taper);
    let loop_top = -40.0;
    let back = [
        soft(-half * 0.5, top),
        soft(-half * 0.46, mix(top, loop_top, 0.6)),
        soft(-2.0, loop_top),
        soft(half * 0.42, mix(top, loop_top, 0.6)),
        soft(half * 0.46, top),
    ];
    strap(tailor, &back, 1.5);
    tailor.cloth(&[
        sharp(-half, top),
        soft(0.0, top + 1.6),
        sharp(half, top - 0.6),
        soft(mix(half, low, 0.5) + 0.4, mix(top, bottom, 0.5)),
        soft(low, bottom - 3.0),
        soft(low - 3.0, bottom),
        soft(0.0, bottom + 0.6),
        soft(3.0 - low, bottom),
        soft(-low, bottom - 3.0),
    ]);
    tailor.flap(
        DetailKind::Opening,
        &[sharp(-half + 0.4, top + 0.1), soft(0.0, top + 1.8), sharp(half - 0.4, top - 0.5), soft(0.0, top - 2.2)],
    );
    let front = [
        soft(-half * 0.5, top + 8.0),
        soft(-half * 0.5, top - 2.0),
        soft(-half * 0.4, mix(top, loop_top, 0.62) + 3.0),
        soft(0.0, loop_top + 4.0),
        soft(half * 0.4, mix(top, loop_top, 0.62) + 3.0),
        soft(half * 0.5, top - 2.0),
        soft(half * 0.5, top + 8.0),
    ];
    strap(tailor, &front, 1.6);
    tailor.line(
        DetailKind::Seam,
        0.6,
        &[soft(-half + 1.0, top + 3.0), soft(0.0, top + 4.6), soft(half - 1.0, top + 2.4)],
    );
    tailor.line(
        DetailKind::Fold,
        1.2,
        &[soft(-low * 0.7, bottom - 6.0), soft(-low * 0.5, bottom - 18.0), soft(-low * 0.55, bottom - 26.0)],
    );
    tailor.area(DetailKind::PrintArea, &closed_quad(-half * 0.5, top + 13.0, half * 0.5, bottom - 9.0));
}

fn flap_bag(tailor: &mut Tailor, wide: f32, high: f32) {
    let half = mix(28.0, 38.0, wide);
    let (top, bottom) = (mix(-2.0, 2.0, high), mix(32.0, 40.0, high));
    let chain = tailor.cut.model.is_multiple_of(8) || tailor.cut.model % 8 == 5;
    let line = [
        soft(-half + 3.0, top + 3.0),
        soft(-half * 0.85, -18.0),
        soft(-half * 0.4, -36.0),
        soft(2.0, -40.0),
        soft(half * 0.5, -34.0),
        soft(half * 0.85, -16.0),
        soft(half - 3.0, top + 3.0),
    ];
    if chain {
        let knots = band(&line, 0.9);
        tailor.flap(DetailKind::Metal, &knots);
    } else {
        strap(tailor, &line, 1.5);
    }
    let corner = 5.0;
    tailor.cloth(&[
        soft(-half + corner, top),
        soft(0.0, top - 0.8),
        soft(half - corner, top),
        soft(half, top + corner),
        soft(half + 1.0, bottom - corner),
        soft(half - corner, bottom),
        soft(0.0, bottom + 0.5),
        soft(corner - half, bottom),
        soft(-half - 1.0, bottom - corner),
        soft(-half, top + corner),
    ]);
    let flap = top + (bottom - top) * mix(0.48, 0.68, high);
    tailor.area(
        DetailKind::Panel,
        &mirrored(&[
            soft(0.0, top - 0.4),
            soft(half - corner, top + 0.2),
            soft(half - 0.4, top + corner),
            soft(half - 1.5, flap - 8.0),
            soft(half * 0.72, flap - 1.5),
            soft(0.0, flap),
        ]),
    );
    tailor.area(DetailKind::Metal, &closed_quad(-3.2, flap - 4.5, 3.2, flap + 1.8));
    if tailor.cut.contrast {
        for step in 1..5 {
            let x = mix(-half, half, step as f32 / 5.0);
            tailor.line(DetailKind::Seam, 0.6, &[sharp(x - 7.0, top + 1.0), sharp(x + 7.0, flap - 3.0)]);
            tailor.line(DetailKind::Seam, 0.6, &[sharp(x + 7.0, top + 1.0), sharp(x - 7.0, flap - 3.0)]);
        }
    }
    for side in [1.0, -1.0] {
        tailor.line(
            DetailKind::Metal,
            1.0,
            &on_side(
                side,
                &[
                    soft(half - 5.0, top + 1.0),
                    soft(half - 3.0, top - 2.0),
                    soft(half - 1.0, top + 1.0),
                    soft(half - 3.0, top + 4.0),
                    soft(half - 5.0, top + 1.0),
                ],
            ),
        );
    }
}

fn hobo(tailor: &mut Tailor, wide: f32, high: f32) {
    let half = mix(31.0, 40.0, wide);
    let top = mix(-10.0, 0.0, 1.0 - high);
    // A crescent: the sides run up into the strap.
    tailor.cloth(&[
        sharp(-half * 0.62, -22.0),
        soft(-half * 0.42, -8.0),
        soft(-half * 0.2, top + 8.0),
        soft(half * 0.2, top + 8.6),
        soft(half * 0.42, -8.0),
        sharp(half * 0.6, -23.0),
        sharp(half * 0.72, -20.0),
        soft(half * 0.95, 6.0),
        soft(half * 0.92, 24.0),
        soft(half * 0.6, 37.0),
        soft(0.0, 40.0),
        soft(-half * 0.62, 37.0),
        soft(-half * 0.94, 23.0),
        soft(-half * 0.96, 5.0),
        sharp(-half * 0.74, -19.0),
    ]);
    let line = [
        soft(-half * 0.68, -19.0),
        soft(-half * 0.55, -32.0),
        soft(-half * 0.2, -40.0),
        soft(half * 0.2, -40.0),
        soft(half * 0.53, -33.0),
        soft(half * 0.66, -20.0),
    ];
    strap(tailor, &line, 2.4);
    for side in [1.0, -1.0] {
        tailor.line(DetailKind::Metal, 1.3, &disc_line(side * half * 0.67, -20.5, 2.6));
        tailor.line(
            DetailKind::Fold,
            1.4,
            &on_side(side, &[soft(half * 0.62, -14.0), soft(half * 0.5, 2.0), soft(half * 0.3, 14.0)]),
        );
    }
    tailor.line(
        DetailKind::Zip,
        1.0,
        &[
            soft(-half * 0.42, -6.0),
            soft(-half * 0.2, top + 9.6),
            soft(half * 0.2, top + 10.2),
            soft(half * 0.42, -6.0),
        ],
    );
}

fn disc_line(x: f32, y: f32, radius: f32) -> Vec<Knot> {
    let ring = disc(x, y, radius);
    let first = ring[0];
    ring.into_iter().chain([first]).collect()
}

fn satchel(tailor: &mut Tailor, wide: f32, taper: f32) {
    let half = mix(28.0, 38.0, wide);
    let top = -8.0;
    let upper = half - mix(3.0, 10.0, taper);
    let handle = [
        soft(-upper * 0.5, top + 1.0),
        soft(-upper * 0.48, -20.0),
        soft(-upper * 0.2, -31.0),
        soft(upper * 0.2, -31.0),
        soft(upper * 0.48, -20.0),
        soft(upper * 0.5, top + 1.0),
    ];
    strap(tailor, &handle, 2.0);
    tailor.cloth(&[
        soft(3.0 - upper, top),
        sharp(0.0, top - 1.2),
        soft(upper - 3.0, top),
        soft(upper, top + 3.0),
        soft(mix(upper, half, 0.6), 14.0),
        soft(half, 33.0),
        soft(half - 4.0, 38.0),
        soft(0.0, 38.6),
        soft(4.0 - half, 38.0),
        soft(-half, 33.0),
        soft(-mix(upper, half, 0.6), 14.0),
        soft(-upper, top + 3.0),
    ]);
    tailor.line(
        DetailKind::Zip,
        1.0,
        &[soft(2.0 - upper, top + 2.4), soft(0.0, top + 1.4), soft(upper - 2.0, top + 2.4)],
    );
    let kind = tailor.trim();
    tailor.area(
        kind,
        &[
            soft(-half + 0.4, 27.0),
            soft(0.0, 28.4),
            soft(half - 0.4, 27.0),
            soft(half - 0.2, 33.0),
            soft(half - 4.0, 37.6),
            soft(0.0, 38.2),
            soft(4.0 - half, 37.6),
            soft(0.2 - half, 33.0),
        ],
    );
    for side in [1.0, -1.0] {
        let tab = closed_quad(upper * 0.5 - 2.6, top + 1.0, upper * 0.5 + 2.6, top + 13.0);
        tailor.area(DetailKind::Panel, &on_side(side, &tab));
        tailor.dot(DetailKind::Metal, (side * upper * 0.5, top + 10.0), 1.3);
        tailor.cloth(&closed_quad(side * half * 0.7 - 1.6, 37.0, side * half * 0.7 + 1.6, 40.0));
    }
    tailor.area(DetailKind::Metal, &closed_quad(-4.0, 6.0, 4.0, 9.0));
}
