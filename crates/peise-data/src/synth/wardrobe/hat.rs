//! Hats.

use super::curve::{mirrored, mix, sharp, soft};
use super::front::pompom;
use super::piece::{DetailKind, Tailor};

/// A cap, its peak to the right; worn, the peak points to the viewer.
pub(crate) fn cap(tailor: &mut Tailor) {
    let [high, peak, _] = tailor.cut.proportion;
    let top = mix(-24.0, -31.0, high);
    if !tailor.is_product() {
        tailor.cloth(&mirrored(&[
            soft(0.0, top),
            soft(16.0, top + 4.0),
            soft(26.0, -10.0),
            sharp(29.0, 10.0),
            soft(0.0, 13.0),
        ]));
        tailor.seam(&[soft(0.0, top), soft(0.0, 8.0)]);
        if tailor.front() {
            tailor.flap(
                DetailKind::Panel,
                &mirrored(&[soft(0.0, 6.0), sharp(27.0, 8.0), soft(26.0, 15.0), soft(14.0, 17.0), soft(0.0, 18.0)]),
            );
        }
        return;
    }
    let long = mix(36.0, 43.0, peak);
    tailor.cloth(&[
        sharp(-30.0, 14.0),
        soft(-32.0, 0.0),
        soft(-27.0, -15.0),
        soft(-12.0, top + 2.0),
        soft(0.0, top),
        soft(13.0, -20.0),
        soft(20.0, -8.0),
        sharp(22.0, 7.0),
        soft(4.0, 14.0),
        soft(-14.0, 16.5),
    ]);
    tailor.flap(
        DetailKind::Panel,
        &[
            sharp(-2.0, 12.8),
            soft(10.0, 8.0),
            sharp(22.5, 4.5),
            soft(33.0, 8.0),
            soft(long, 17.0),
            sharp(long + 1.0, 20.6),
            soft(32.0, 17.6),
            soft(18.0, 17.4),
            soft(6.0, 17.0),
        ],
    );
    tailor.line(DetailKind::Seam, 0.7, &[soft(-5.0, top + 0.3), soft(4.0, -12.0), soft(4.4, 11.0)]);
    tailor.line(DetailKind::Seam, 0.7, &[soft(-5.0, top + 0.3), soft(-18.0, -12.0), soft(-20.0, 15.6)]);
    tailor.line(DetailKind::Seam, 0.6, &[soft(-30.6, 10.4), soft(-14.0, 13.0), soft(5.0, 10.4)]);
    for (x, y) in [(-10.0, -12.0), (-24.0, -8.0)] {
        tailor.dot(DetailKind::Button, (x, y), 1.0);
    }
    tailor.flap(DetailKind::Panel, &super::pose::oval(-5.0, top - 0.2, 2.6, 1.4));
    tailor.area(DetailKind::PrintArea, &[sharp(7.0, -12.0), sharp(16.0, -10.0), sharp(18.0, 2.0), sharp(8.0, 4.0)]);
    if tailor.cut.model.is_multiple_of(2) {
        tailor.area(
            DetailKind::Trim,
            &[soft(8.0, -9.0), soft(13.0, -10.0), soft(16.0, -5.0), soft(14.0, 1.0), soft(9.0, 1.6), soft(7.4, -4.0)],
        );
    }
}

/// A bucket hat.
pub(crate) fn bucket_hat(tailor: &mut Tailor) {
    let [high, brim, flat] = tailor.cut.proportion;
    let top = mix(-22.0, -28.0, high);
    let (wide, low) = (mix(35.0, 43.0, brim), mix(18.0, 25.0, brim));
    let crown = mix(17.0, 21.0, flat);
    tailor.cloth(&mirrored(&[
        soft(0.0, top),
        soft(crown - 5.0, top + 1.0),
        soft(crown, top + 4.5),
        soft(crown + 3.5, -8.0),
        sharp(25.0, 2.0),
        soft(32.0, 10.0),
        soft(wide, low - 2.0),
        soft(wide - 1.0, low + 1.0),
        soft(wide * 0.6, low + 5.0),
        soft(0.0, low + 7.0),
    ]));
    // Far side of the brim, seen from slightly below the crown's edge.
    tailor.seam(&[soft(-crown, top + 4.6), soft(0.0, top + 7.6), soft(crown, top + 4.6)]);
    tailor.line(
        DetailKind::Seam,
        0.8,
        &[soft(-25.0, 2.0), soft(-12.0, 6.8), soft(0.0, 8.0), soft(12.0, 6.8), soft(25.0, 2.0)],
    );
    for ring in 1..5 {
        let share = ring as f32 / 5.0;
        let (x, y) = (mix(25.0, wide, share), mix(2.0, low, share));
        let dip = mix(6.0, 7.4, share);
        tailor.line(
            DetailKind::Seam,
            0.35,
            &[
                soft(-x, y),
                soft(-x * 0.5, y + dip * 0.82),
                soft(0.0, y + dip),
                soft(x * 0.5, y + dip * 0.82),
                soft(x, y),
            ],
        );
    }
    tailor.seam(&[soft(11.0, top + 6.6), soft(13.5, 6.4)]);
    if tailor.cut.contrast {
        tailor.area(
            DetailKind::Trim,
            &mirrored(&[
                soft(0.0, 1.6),
                soft(12.0, 0.6),
                sharp(24.2, -3.0),
                sharp(25.0, 2.0),
                soft(12.0, 6.8),
                soft(0.0, 8.0),
            ]),
        );
    }
}

/// A knitted cap.
pub(crate) fn beanie(tailor: &mut Tailor) {
    let [high, cuff, slouch] = tailor.cut.proportion;
    let top = mix(-24.0, -32.0, high);
    let fold = mix(6.0, 13.0, cuff);
    if tailor.cut.model.is_multiple_of(2) {
        pompom(tailor, mix(-1.0, 3.0, slouch), top - 4.0, 8.0);
    }
    tailor.cloth(&[
        soft(-28.0, 24.0),
        soft(-28.6, 4.0),
        soft(-24.0, top + 17.0),
        soft(-13.0, top + 4.0),
        soft(0.0 + 3.0 * slouch, top),
        soft(14.0, top + 4.0),
        soft(25.0, top + 16.0),
        soft(28.6, 4.0),
        soft(28.0, 24.0),
        soft(14.0, 26.4),
        soft(0.0, 27.0),
        soft(-14.0, 26.4),
    ]);
    tailor.flap(
        tailor.trim(),
        &[
            soft(-29.4, 23.6 - fold),
            soft(0.0, 27.0 - fold),
            soft(29.4, 23.6 - fold),
            soft(29.6, 24.0),
            soft(15.0, 27.4),
            soft(0.0, 28.2),
            soft(-15.0, 27.4),
            soft(-29.6, 24.0),
        ],
    );
    for rib in 1..14 {
        let share = mix(-1.0, 1.0, rib as f32 / 14.0);
        let arc = 3.0 * (1.0 - share * share);
        tailor.line(
            DetailKind::Fold,
            0.8,
            &[soft(share * 28.6, 25.0 - fold + arc * 0.8), soft(share * 29.0, 23.8 + arc)],
        );
        tailor.line(
            DetailKind::Fold,
            0.8,
            &[
                soft(share * 28.0, 22.0 - fold + arc * 0.8),
                soft(share * 25.0, top + 14.0),
                soft(share * 6.0 + 3.0 * slouch, top + 3.0 + 5.0 * share.abs()),
            ],
        );
    }
}
