//! Boots, loafers and slippers from their side.

use super::curve::{mix, sharp, soft};
use super::piece::{DetailKind, Tailor};

pub(crate) fn boot(tailor: &mut Tailor) {
    let [high, thick, width] = tailor.cut.proportion;
    let ground = 38.0;
    let sole = mix(4.0, 8.0, thick);
    let top = mix(-42.0, -14.0, 1.0 - high);
    let half = mix(0.0, 4.0, width);
    let heeled = tailor.cut.model % 3 == 2;
    let upper = [
        sharp(-31.0, ground - sole),
        soft(-33.4, 22.0),
        soft(-31.0, 6.0),
        soft(-28.5 - half * 0.4, mix(6.0, top, 0.5)),
        sharp(-30.0 - half, top + 1.0),
        soft(-14.0, top + 1.8),
        sharp(4.0 + half, top),
        soft(3.0 + half * 0.4, mix(4.0, top, 0.5)),
        soft(5.0, 4.0),
        soft(11.0, 12.5),
        soft(24.0, 17.0),
        soft(36.0, 21.5),
        soft(39.5, 28.0),
        sharp(39.0, ground - sole),
    ];
    tailor.cloth(&upper);
    tailor.flap(
        DetailKind::Opening,
        &[sharp(-30.0 - half, top + 0.9), soft(-14.0, top - 2.2), sharp(4.0 + half, top), soft(-13.0, top + 2.4)],
    );
    let heel = if heeled { 7.0 } else { 2.0 };
    tailor.flap(
        DetailKind::Trim,
        &[
            soft(-33.0, ground - sole),
            soft(0.0, ground - sole + 0.4),
            soft(37.0, ground - sole - 0.4),
            soft(41.0, ground - sole + 0.6),
            soft(41.0, ground - 1.0),
            sharp(39.0, ground),
            sharp(0.0, ground),
            sharp(-6.0, ground - sole * 0.4),
            sharp(-9.0, ground - sole * 0.4),
            sharp(-10.0, ground + heel),
            sharp(-32.0, ground + heel),
            soft(-34.0, ground - 1.0),
        ],
    );
    match tailor.cut.model % 3 {
        0 => {
            // Laced, in the working style.
            tailor.seam(&[
                soft(-4.0 + half, top + 0.6),
                soft(-5.0, 2.0),
                soft(3.0, 17.0),
                soft(16.0, 20.0),
                soft(20.0, 16.0),
            ]);
            let rows = 4 + (high * 4.0) as usize;
            for row in 0..rows {
                let share = row as f32 / (rows - 1) as f32;
                let y = mix(top + 3.0, 12.0, share);
                let x = mix(-1.0 + half * 0.5, 8.0, share.powi(3));
                tailor.line(DetailKind::Cord, 1.4, &[soft(x - 4.6, y + 1.8), soft(x + 4.2, y - 0.6)]);
            }
            tailor.line(DetailKind::Seam, 0.7, &[soft(-32.6, 16.0), soft(-20.0, 15.0), soft(-17.0, ground - sole)]);
            tailor.line(
                DetailKind::Cord,
                1.8,
                &[soft(-30.0 - half, top - 3.0), soft(-27.6 - half, top - 5.0), soft(-27.0 - half, top + 3.0)],
            );
        }
        1 => {
            // Elastic at the ankle.
            tailor.area(
                DetailKind::Trim,
                &[
                    soft(-16.0, top + 3.0),
                    soft(-6.0, top + 3.0),
                    soft(-9.0, mix(top, 14.0, 0.7)),
                    soft(-12.0, 13.0),
                    soft(-15.0, mix(top, 14.0, 0.7)),
                ],
            );
            tailor.seam(&[soft(-12.0, 13.0), soft(-12.0, ground - sole)]);
        }
        _ => {
            tailor.line(DetailKind::Zip, 1.0, &[soft(-13.0, top + 2.0), soft(-14.0, 0.0), soft(-12.0, 24.0)]);
            tailor.line(DetailKind::Fold, 1.4, &[soft(-29.0, 4.0), soft(-16.0, 7.0), soft(-4.0, 4.0)]);
            tailor.line(DetailKind::Fold, 1.4, &[soft(4.0, 6.0), soft(-6.0, 10.0), soft(-14.0, 10.0)]);
        }
    }
}

pub(crate) fn loafer(tailor: &mut Tailor) {
    let [thick, blunt, _] = tailor.cut.proportion;
    let ground = 18.0;
    let sole = mix(3.0, 8.0, thick);
    let top = ground - sole;
    tailor.cloth(&[
        sharp(-39.0, top + 1.0),
        soft(-40.6, 2.0),
        soft(-38.8, -10.0),
        sharp(-36.8, -14.0),
        soft(-27.0, -8.6),
        soft(-13.0, -7.4),
        soft(-4.0, -12.0),
        sharp(3.0, -18.0),
        soft(12.0, -15.4),
        soft(24.0, -7.6 - 2.0 * blunt),
        soft(36.0, -1.6 - 1.5 * blunt),
        soft(42.0, 5.0),
        sharp(42.0, top + 1.0),
    ]);
    tailor.area(
        DetailKind::Opening,
        &[
            sharp(-36.4, -13.4),
            soft(-27.0, -8.2),
            soft(-13.0, -7.0),
            soft(-4.0, -11.6),
            sharp(2.6, -17.4),
            soft(-10.0, -16.6),
            soft(-24.0, -14.2),
        ],
    );
    tailor.flap(
        DetailKind::Trim,
        &[
            soft(-40.5, top),
            soft(0.0, top + 0.5),
            soft(42.0, top - 0.3),
            soft(44.0, top + sole * 0.4),
            sharp(40.0, ground),
            sharp(-10.0, ground),
            sharp(-11.0, ground - 1.2),
            sharp(-14.0, ground - 1.2),
            sharp(-15.0, ground + 2.5),
            sharp(-39.6, ground + 2.5),
        ],
    );
    // The raised seam around the toe, the strap over the instep.
    tailor.line(
        DetailKind::Seam,
        1.0,
        &[soft(9.0, -9.0), soft(20.0, -3.0), soft(31.0, 2.0), soft(38.0, 2.4), soft(40.0, 1.6)],
    );
    tailor.area(
        DetailKind::Panel,
        &[sharp(-7.0, top), soft(-6.0, -2.0), sharp(2.0, -12.6), sharp(11.6, -14.2), soft(6.0, -4.0), sharp(4.0, top)],
    );
    if tailor.cut.model.is_multiple_of(2) {
        tailor.line(DetailKind::Metal, 1.6, &[soft(-1.4, -7.0), soft(5.0, -8.0), soft(8.6, -11.0)]);
    }
    tailor.line(DetailKind::Seam, 0.7, &[soft(-24.0, top), soft(-25.0, -5.4)]);
}

pub(crate) fn slipper(tailor: &mut Tailor) {
    let [thick, band, _] = tailor.cut.proportion;
    let ground = 17.0;
    let sole = mix(6.0, 15.0, thick);
    let top = ground - sole;
    let base = [
        soft(-42.0, top + 1.0),
        soft(-38.0, top - 1.5),
        soft(-20.0, top + 1.5),
        soft(4.0, top + 2.6),
        soft(30.0, top + 0.6),
        soft(41.0, top - 0.6),
        soft(44.5, top + sole * 0.35),
        soft(41.0, ground - 0.6),
        sharp(34.0, ground),
        soft(4.0, ground - 0.4),
        sharp(-38.0, ground),
        soft(-43.0, ground - 2.0),
    ];
    tailor.flap(DetailKind::Trim, &base);
    tailor.line(
        DetailKind::Seam,
        0.7,
        &[soft(-42.5, top + sole * 0.4), soft(0.0, top + sole * 0.55), soft(43.8, top + sole * 0.4)],
    );
    let back = mix(-8.0, 2.0, band);
    let front = mix(26.0, 33.0, band);
    tailor.flap(
        DetailKind::Opening,
        &[
            sharp(front - 1.0, top + 0.4),
            soft(front - 3.0, top - 7.0),
            soft(front - 11.0, top - 11.0),
            soft(front - 4.0, top - 12.0),
            soft(front + 3.0, top - 6.0),
            sharp(front + 3.0, top + 0.4),
        ],
    );
    tailor.flap(
        DetailKind::Panel,
        &[
            sharp(back, top + sole * 0.5),
            soft(back + 1.0, top - 7.0),
            sharp(back + 5.0, top - 17.0),
            soft(mix(back, front, 0.55), top - 18.0),
            soft(front - 3.0, top - 11.5),
            soft(front, top - 4.0),
            sharp(front + 1.0, top + sole * 0.45),
            soft(mix(back, front, 0.5), top + sole * 0.6),
        ],
    );
    match tailor.cut.model % 3 {
        0 => tailor.line(
            DetailKind::Metal,
            1.3,
            &[
                sharp(back + 8.0, top - 13.0),
                sharp(back + 15.0, top - 13.6),
                sharp(back + 15.0, top - 6.0),
                sharp(back + 8.0, top - 5.4),
                sharp(back + 8.0, top - 13.0),
            ],
        ),
        1 => tailor.line(
            DetailKind::Seam,
            0.8,
            &[soft(back + 6.0, top - 14.0), soft(back + 14.0, top - 15.0), soft(front - 4.0, top - 8.0)],
        ),
        _ => tailor.area(
            DetailKind::PrintArea,
            &[
                sharp(back + 7.0, top - 13.0),
                sharp(front - 9.0, top - 12.0),
                sharp(front - 6.0, top - 4.0),
                sharp(back + 5.0, top - 3.0),
            ],
        ),
    }
}
