//! Buttons, zips and pockets.

use super::block::Block;
use super::collar::SIDES;
use super::curve::{closed_quad, mix, on_side, sharp, soft};
use super::cut::{Closure, Collar, Pockets};
use super::piece::{DetailKind, Tailor};
use super::product::Product;

pub(crate) fn closure(tailor: &mut Tailor, block: &Block, product: Product) {
    let cut = tailor.cut;
    let top = block.neck_edge(cut)[0].y;
    let bottom = match cut.closure {
        Closure::Placket => -20.0,
        _ => block.hem_y + block.drop - 0.2,
    };
    let shift = if cut.collar == Collar::Lapel { 0.6 } else { 0.0 };
    match cut.closure {
        Closure::None => {}
        Closure::Zip => {
            tailor.line(
                DetailKind::Zip,
                0.55,
                &[soft(0.0, top + 0.2), soft(0.15, mix(top, bottom, 0.5)), soft(0.0, bottom)],
            );
            tailor.line(DetailKind::Seam, 0.2, &[soft(1.0, top + 0.4), soft(1.0, bottom)]);
            tailor.line(DetailKind::Seam, 0.2, &[soft(-1.0, top + 0.4), soft(-1.0, bottom)]);
            tailor.area(DetailKind::Metal, &closed_quad(-0.35, top + 1.0, 0.35, top + 2.6));
        }
        Closure::Buttons | Closure::Placket => {
            let half = if cut.collar == Collar::Lapel { 0.0 } else { 1.1 };
            if half > 0.0 {
                tailor.line(DetailKind::Seam, 0.22, &[soft(-half, top + 0.5), soft(-half, bottom)]);
            }
            tailor.seam(&[sharp(half, top + 0.3), soft(half + 0.1, mix(top, bottom, 0.5)), soft(half + shift, bottom)]);
            if cut.closure == Closure::Placket {
                tailor.seam(&[sharp(half, bottom), sharp(-half, bottom)]);
            }
            let (count, first, last) = match product {
                Product::Blazer => (1 + usize::from(cut.model % 3), top + 1.0, -4.0),
                Product::Coat => (3 + usize::from(cut.model % 2), top + 1.5, 4.0),
                _ if cut.closure == Closure::Placket => (3, top + 1.4, bottom - 1.4),
                Product::Vest | Product::Cardigan => (5, top + 1.2, bottom - 1.8),
                _ => (7 + usize::from(block.hem_y > 12.0) * 3, top + 1.2, bottom - 3.0),
            };
            let size = if matches!(product, Product::Shirt | Product::Polo | Product::ShirtDress | Product::Blouse) {
                0.42
            } else {
                0.75
            };
            for index in 0..count {
                let y = mix(first, last, if count > 1 { index as f32 / (count - 1) as f32 } else { 0.0 });
                tailor.dot(DetailKind::Button, (-0.05, y), size);
            }
        }
        Closure::Double => {
            tailor.seam(&[sharp(4.4, top - 3.0), soft(4.6, mix(top, bottom, 0.4)), soft(4.4, bottom)]);
            let rows = if product == Product::Coat { 3 } else { 2 };
            for row in 0..rows {
                let y =
                    mix(top + 1.5, if product == Product::Coat { 3.0 } else { -3.0 }, row as f32 / (rows - 1) as f32);
                for x in [-3.4, 3.4] {
                    tailor.dot(DetailKind::Button, (x, y), 0.8);
                }
            }
        }
    }
}

pub(crate) fn pockets(tailor: &mut Tailor, block: &Block, product: Product) {
    let cut = tailor.cut;
    let wide = block.width_at(-4.0);
    let lowest = if matches!(product, Product::Coat | Product::DownJacket) { 1.0 } else { -2.0 };
    let hips = (block.hem_y - 8.0).clamp(-10.0, lowest);
    match cut.pockets {
        Pockets::None | Pockets::Cargo => {}
        Pockets::Chest => {
            let both = product == Product::Jacket || cut.model.is_multiple_of(4);
            for side in SIDES.into_iter().filter(|&side| both || side > 0.0) {
                let x = 2.6 + 0.25 * wide;
                let y = block.armhole_y - 1.4;
                let pouch = [
                    sharp(x - 2.2, y),
                    sharp(x + 2.2, y),
                    sharp(x + 2.2, y + 4.4),
                    soft(x, y + 5.3),
                    sharp(x - 2.2, y + 4.4),
                ];
                tailor.area(DetailKind::Panel, &on_side(side, &pouch));
                if both {
                    let flap = [
                        sharp(x - 2.4, y - 0.2),
                        sharp(x + 2.4, y - 0.2),
                        sharp(x + 2.4, y + 1.2),
                        soft(x, y + 2.0),
                        sharp(x - 2.4, y + 1.2),
                    ];
                    tailor.area(DetailKind::Panel, &on_side(side, &flap));
                    tailor.dot(DetailKind::Button, (side * x, y + 1.1), 0.4);
                }
            }
        }
        Pockets::Patch => {
            for side in SIDES {
                let x = wide * 0.56;
                let size = (wide * 0.3).min(3.6);
                let pouch = [
                    sharp(x - size, hips),
                    sharp(x + size, hips - 0.3),
                    sharp(x + size, hips + 5.5),
                    soft(x, hips + 6.2),
                    sharp(x - size, hips + 5.5),
                ];
                if product == Product::Blazer || product == Product::Coat {
                    tailor.area(
                        DetailKind::Panel,
                        &on_side(
                            side,
                            &[
                                sharp(x - size, hips),
                                sharp(x + size, hips - 0.4),
                                sharp(x + size, hips + 2.0),
                                sharp(x - size, hips + 2.4),
                            ],
                        ),
                    );
                } else {
                    tailor.area(DetailKind::Panel, &on_side(side, &pouch));
                }
            }
        }
        Pockets::Slant => {
            for side in SIDES {
                let welt = [
                    sharp(wide * 0.48, hips),
                    sharp(wide * 0.55, hips - 0.2),
                    sharp(wide * 0.78, hips + 6.0),
                    sharp(wide * 0.71, hips + 6.3),
                ];
                tailor.area(DetailKind::Panel, &on_side(side, &welt));
            }
        }
        Pockets::Kangaroo => {
            let low = block.hem_y - 2.8;
            let half = (block.hem * 0.62).min(8.0);
            for side in SIDES {
                tailor.seam(&on_side(side, &[sharp(half * 0.55, low - 9.0), sharp(half, low - 3.0), sharp(half, low)]));
            }
            tailor.seam(&[sharp(-half * 0.55, low - 9.0), sharp(half * 0.55, low - 9.0)]);
        }
    }
}
