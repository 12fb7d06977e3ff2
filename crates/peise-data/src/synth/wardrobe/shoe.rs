//! Shoes: each from its side, toe to the right, or on the feet from the front.

use super::boot::{boot, loafer, slipper};
use super::curve::{Knot, mix, sharp, soft};
use super::piece::{DetailKind, Drape, Tailor};
use super::product::Product;

/// A shoe on the side of its own.
pub(crate) fn shoe(tailor: &mut Tailor, product: Product) {
    tailor.drape = Drape::Stiff;
    match product {
        Product::HighHeel => high_heel(tailor),
        Product::Boot => boot(tailor),
        Product::Loafer => loafer(tailor),
        Product::Slipper => slipper(tailor),
        _ => sneaker(tailor),
    }
}

fn sneaker(tailor: &mut Tailor) {
    let [thick, high, round] = tailor.cut.proportion;
    let sole = mix(6.0, 12.0, thick);
    let ground = 24.0;
    let top = ground - sole;
    let chunky = tailor.cut.model.is_multiple_of(3);
    let ankle = if tailor.cut.model % 5 == 1 { -12.0 } else { 0.0 };
    let heel = -17.0 - 5.0 * high + ankle;
    let upper = [
        sharp(-39.0, top + 2.0),
        soft(-39.6, top - 12.0),
        soft(-37.0, heel + 5.0),
        soft(-35.0, heel - 0.5),
        soft(-31.5, heel),
        soft(-24.0, heel + 7.5 - ankle * 0.2),
        soft(-14.0, heel + 4.0),
        soft(-7.0, heel - 6.0),
        soft(-2.5, heel - 8.5),
        sharp(2.0, heel - 5.0),
        soft(8.0, -13.0 + ankle * 0.4),
        soft(19.0, -4.0),
        soft(30.0, 0.5 - 2.0 * round),
        soft(39.5, 6.0),
        soft(43.0, top - 1.0),
        sharp(42.6, top + 2.0),
    ];
    tailor.cloth(&upper);
    tailor.area(
        DetailKind::Opening,
        &[
            soft(-34.5, heel + 0.6),
            soft(-24.0, heel + 7.8 - ankle * 0.2),
            soft(-14.0, heel + 4.2),
            sharp(-6.0, heel - 6.0),
            soft(-16.0, heel - 3.0),
            soft(-26.0, heel - 1.4),
        ],
    );
    let bump = if chunky { 2.4 } else { 0.0 };
    let outsole = [
        soft(-41.0, top),
        soft(-20.0, top + 0.8 - bump),
        soft(0.0, top + 2.0),
        soft(24.0, top + 1.0 - bump * 0.5),
        soft(40.0, top - 2.4),
        soft(45.0, top - 1.6),
        soft(45.6, top + sole * 0.4),
        soft(41.0, ground - 1.2),
        soft(30.0, ground),
        soft(-32.0, ground),
        soft(-40.5 - bump, ground - 1.2),
        soft(-42.8 - bump, top + sole * 0.5),
    ];
    tailor.flap(DetailKind::Trim, &outsole);
    tailor.line(
        DetailKind::Seam,
        0.8,
        &[soft(-42.0, top + sole * 0.62), soft(0.0, top + sole * 0.74), soft(44.5, top + sole * 0.46)],
    );
    // Toe cap, eyestay, heel counter, side mark.
    tailor.line(DetailKind::Seam, 0.8, &[soft(25.0, top + 1.0), soft(24.6, 4.0), soft(29.0, 0.4)]);
    tailor.line(
        DetailKind::Seam,
        0.8,
        &[soft(-10.0, heel + 0.5), soft(-3.5, -8.0), soft(8.0, 0.6), soft(21.0, 3.0), soft(24.0, -1.6)],
    );
    tailor.line(
        DetailKind::Seam,
        0.8,
        &[soft(-24.0, top + 0.8), soft(-24.6, 2.0), soft(-30.0, -6.0), soft(-36.8, -7.0)],
    );
    tailor
        .area(tailor.trim(), &[soft(-39.4, -6.0), soft(-37.2, heel + 4.0), soft(-34.0, heel + 2.2), soft(-33.0, -5.0)]);
    match tailor.cut.model % 4 {
        0 => tailor.area(
            DetailKind::Trim,
            &[soft(-20.0, 0.0), soft(-8.0, 7.0), soft(10.0, 3.0), sharp(18.0, -1.0), soft(4.0, 8.0), soft(-12.0, 11.0)],
        ),
        1 => {
            for stripe in 0..3 {
                let x = -14.0 + 7.0 * stripe as f32;
                tailor.area(
                    DetailKind::Trim,
                    &[
                        sharp(x, top - 0.5),
                        sharp(x + 3.4, top - 0.5),
                        sharp(x + 9.0, -6.0 + 3.0 * stripe as f32),
                        sharp(x + 5.8, -7.0 + 3.0 * stripe as f32),
                    ],
                );
            }
        }
        _ => {}
    }
    for lace in 0..5 {
        let share = lace as f32 / 4.0;
        let (x, y) = (mix(-1.5, 18.0, share), mix(heel - 1.5, -1.6, share.powf(0.8)));
        tailor.line(DetailKind::Cord, 1.7, &[soft(x - 4.0, y + 3.6), soft(x + 0.8, y - 1.2), soft(x + 4.6, y - 2.6)]);
    }
}

fn high_heel(tailor: &mut Tailor) {
    let [slim, height, point] = tailor.cut.proportion;
    let ground = 26.0;
    let lift = mix(16.0, 34.0, height);
    let seat = ground - lift;
    let half = mix(1.6, 5.0, slim * slim);
    let tip = mix(40.0, 45.0, point);
    let strap = tailor.cut.model.is_multiple_of(3);
    // The sole runs from the toe along the ground, up the arch to the heel seat.
    let body = [
        sharp(-37.0, seat + 1.0),
        soft(-39.0, seat - 9.0),
        soft(-37.0, seat - 18.0),
        sharp(-35.6, seat - 20.5),
        soft(-28.0, seat - 13.0),
        soft(-16.0, seat - 6.0 + lift * 0.1),
        soft(0.0, mix(seat, ground, 0.42) - 3.0),
        sharp(12.0, mix(seat, ground, 0.62) - 7.0),
        soft(24.0, ground - 11.5),
        soft(36.0, ground - 6.0),
        soft(tip, ground - 2.4),
        sharp(tip + 0.4, ground - 1.0),
        soft(30.0, ground - 0.4),
        soft(16.0, ground - 0.2),
        soft(4.0, mix(seat, ground, 0.72)),
        soft(-12.0, mix(seat, ground, 0.3)),
        soft(-24.0, seat + 3.2),
    ];
    tailor.cloth(&body);
    let post = [
        sharp(-38.4, seat - 2.0),
        soft(-37.4, mix(seat, ground, 0.5)),
        sharp(-33.5 - half, ground),
        sharp(-33.5 + half, ground),
        soft(-30.5 + half * 0.6, mix(seat, ground, 0.45)),
        sharp(-22.0, seat + 3.6),
    ];
    tailor.cloth(&post);
    tailor.area(
        DetailKind::Opening,
        &[
            sharp(-35.2, seat - 19.6),
            soft(-28.0, seat - 12.4),
            soft(-16.0, seat - 5.6 + lift * 0.1),
            soft(0.0, mix(seat, ground, 0.42) - 2.6),
            sharp(11.6, mix(seat, ground, 0.62) - 7.0),
            soft(0.0, mix(seat, ground, 0.4) - 6.6),
            soft(-18.0, seat - 11.0),
        ],
    );
    tailor.line(
        DetailKind::Trim,
        1.0,
        &[
            soft(tip, ground - 0.9),
            soft(20.0, ground - 0.6),
            soft(4.0, mix(seat, ground, 0.72)),
            soft(-24.0, seat + 3.2),
        ],
    );
    tailor.seam(&[soft(-37.6, seat - 1.5), soft(-30.0, seat + 1.0), soft(-23.0, seat + 3.0)]);
    if strap {
        // A loop around the ankle, rising from the heel.
        let y = seat - 29.0;
        tailor.cloth(&[
            sharp(-37.6, seat - 15.0),
            soft(-36.8, seat - 22.0),
            sharp(-37.0, y),
            sharp(-33.4, y),
            soft(-33.6, seat - 22.0),
            sharp(-33.6, seat - 16.0),
        ]);
        let front = [
            sharp(-37.4, y - 2.2),
            soft(-26.0, y + 1.6),
            sharp(-13.0, y - 2.6),
            sharp(-12.8, y + 0.8),
            soft(-25.0, y + 5.4),
            sharp(-37.2, y + 1.6),
        ];
        tailor.flap(
            DetailKind::Opening,
            &[
                sharp(-37.2, y - 1.6),
                soft(-25.0, y - 4.6),
                sharp(-13.0, y - 2.4),
                sharp(-13.2, y - 0.8),
                soft(-25.0, y - 2.8),
                sharp(-36.6, y + 0.2),
            ],
        );
        tailor.flap(DetailKind::Panel, &front);
        tailor.line(
            DetailKind::Metal,
            0.8,
            &[
                sharp(-22.0, y - 0.2),
                sharp(-18.0, y - 1.2),
                sharp(-17.6, y + 4.2),
                sharp(-21.6, y + 5.2),
                sharp(-22.0, y - 0.2),
            ],
        );
    } else if tailor.cut.model % 3 == 1 {
        tailor.area(
            DetailKind::Panel,
            &[
                soft(14.0, ground - 12.0),
                soft(19.0, ground - 16.0),
                soft(22.0, ground - 11.0),
                soft(27.0, ground - 12.0),
                soft(25.0, ground - 7.6),
                soft(20.0, ground - 9.6),
                soft(15.0, ground - 7.6),
            ],
        );
    }
}

/// Both shoes on the feet of the pose, seen from the front.
pub(crate) fn worn(tailor: &mut Tailor, product: Product) {
    tailor.drape = Drape::Stiff;
    let high = tailor.cut.proportion[0];
    for side in [1.0, -1.0] {
        let leg = tailor.view.pose.leg(side);
        let (x, _) = leg.end;
        let out = |dx: f32, y: f32| soft(x + side * dx, y);
        let foot: Vec<Knot> = match product {
            Product::HighHeel => vec![
                out(2.0, 47.6),
                out(2.7, 49.6),
                out(2.0, 52.0),
                out(0.5, 53.0),
                out(-0.9, 52.0),
                out(-1.9, 49.6),
                out(-1.6, 47.6),
                out(0.3, 49.2),
            ],
            Product::Boot | Product::Sneaker => vec![
                out(2.2, 45.4),
                out(2.6, 47.6),
                out(3.9, 50.4),
                out(2.8, 52.0),
                out(0.6, 52.2),
                out(-1.6, 51.8),
                out(-2.1, 49.0),
                out(-2.1, 45.4),
            ],
            _ => vec![
                out(2.4, 47.4),
                out(3.6, 50.2),
                out(2.5, 51.6),
                out(0.6, 51.8),
                out(-1.4, 51.4),
                out(-2.0, 49.0),
                out(-1.6, 47.4),
                out(0.4, 48.4),
            ],
        };
        tailor.cloth(&foot);
        if product == Product::Boot {
            let from = mix(0.9, 0.62, high);
            let edge = |along: f32, half: f32| leg.soft(along, half);
            let wide = mix(2.6, 3.9, high);
            tailor.cloth(&[
                leg.sharp(from, wide),
                edge(0.96, 2.5),
                leg.sharp(1.03, 2.5),
                leg.sharp(1.03, -2.3),
                edge(0.96, -2.4),
                leg.sharp(from, -wide),
                edge(from + 0.005, 0.0),
            ]);
            tailor.line(
                DetailKind::Seam,
                0.25,
                &[edge(from + 0.02, wide), edge(from + 0.028, 0.0), edge(from + 0.02, -wide)],
            );
        }
        if product != Product::HighHeel {
            tailor.area(
                DetailKind::Trim,
                &[
                    out(3.9, 50.4),
                    out(2.8, 52.2),
                    out(0.6, 52.4),
                    out(-1.6, 52.0),
                    out(-2.1, 50.4),
                    out(-1.0, 51.2),
                    out(0.8, 51.6),
                    out(2.6, 51.3),
                ],
            );
        }
        if product == Product::Sneaker {
            for lace in 0..3 {
                let y = 46.8 + 1.1 * lace as f32;
                tailor.line(DetailKind::Cord, 0.35, &[out(-0.9, y), out(1.6, y + 0.1)]);
            }
        }
    }
}
