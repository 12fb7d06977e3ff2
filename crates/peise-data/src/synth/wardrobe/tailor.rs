//! Sews a product by a cut for a view.

use tiny_skia::Transform;

use super::block::Block;
use super::cut::{Closure, Collar, Cut, Neckline};
use super::piece::{Drape, Piece, Tailor};
use super::pose::{Placement, View};
use super::product::{Product, Slot};
use super::{accessory, bottom, carried, front, hat, shoe, skirt, top};

/// The paths of a product.
pub fn piece(product: Product, cut: &Cut, view: &View) -> Piece {
    let view = &View { open: view.open && can_open(product, cut), ..*view };
    match product.slot() {
        Slot::Top | Slot::Outer | Slot::Whole => upper(product, cut, view),
        Slot::Bottom => {
            let mut tailor = Tailor::worn(cut, view);
            match product {
                Product::Skirt | Product::PleatedSkirt | Product::LongSkirt => skirt::skirt(&mut tailor, product),
                _ => bottom::trousers(&mut tailor, product),
            }
            tailor.finish()
        }
        Slot::Footwear if view.placement == Placement::Worn => {
            let mut tailor = Tailor::worn(cut, view);
            shoe::worn(&mut tailor, product);
            tailor.finish()
        }
        Slot::Footwear | Slot::Accessory => object(product, cut, view),
    }
}

/// Two shoes (or any other product) as a pair, the farther one first.
pub fn pair(product: Product, cut: &Cut, view: &View) -> [Piece; 2] {
    let near = piece(product, cut, view);
    let moved = |x: f32, y: f32, scale: f32| near.transform(Transform::from_row(scale, 0.0, 0.0, scale, x, y));
    let far = moved(7.0, -11.0, 0.84).unwrap_or_else(|| near.clone());
    let close = moved(-6.0, 8.0, 0.88).unwrap_or_else(|| near.clone());
    [far, close]
}

/// Whether the front can hang open.
fn can_open(product: Product, cut: &Cut) -> bool {
    let opens = product.slot() == Slot::Outer || matches!(product, Product::Shirt | Product::Hoodie);
    opens && !matches!(cut.closure, Closure::None | Closure::Placket)
}

fn upper(product: Product, cut: &Cut, view: &View) -> Piece {
    let mut tailor = Tailor::worn(cut, view);
    let block = Block::new(product, cut);
    tailor.drape = match product {
        Product::DownJacket => Drape::Padded,
        Product::Dress | Product::LongDress | Product::SlipDress | Product::ShirtDress if block.folds > 0 => {
            Drape::Pleats
        }
        _ => Drape::Body,
    };
    if product == Product::Jumpsuit {
        bottom::trousers(&mut tailor, product);
    }
    top::body(&mut tailor, &block);
    if !(cut.neckline == Neckline::Straps && cut.collar == Collar::None) || product.slot() == Slot::Whole {
        front::details(&mut tailor, &block, product);
    }
    tailor.finish()
}

fn object(product: Product, cut: &Cut, view: &View) -> Piece {
    let hat = |scale: f32, y: f32| Transform::from_row(scale, 0.0, 0.0, scale, 0.0, y);
    let (hand_x, hand_y) = view.pose.arm(1.0).at(1.15, 0.0);
    let carried = match product {
        Product::Cap => hat(0.19, -48.2),
        Product::BucketHat => hat(0.215, -48.4),
        Product::Beanie => hat(0.2, -49.4),
        Product::Scarf => hat(0.34, -22.0),
        Product::Backpack => hat(0.32, -18.0),
        Product::PhoneCase => Transform::from_row(0.12, 0.0, 0.0, 0.12, hand_x, hand_y),
        _ => Transform::from_row(0.2, 0.0, 0.0, 0.2, hand_x, hand_y + 7.6),
    };
    let mut tailor = Tailor::product(cut, view, carried);
    match product {
        Product::Bag => carried::bag(&mut tailor),
        Product::Backpack => accessory::backpack(&mut tailor),
        Product::Cap => hat::cap(&mut tailor),
        Product::BucketHat => hat::bucket_hat(&mut tailor),
        Product::Beanie => hat::beanie(&mut tailor),
        Product::Scarf => accessory::scarf(&mut tailor),
        Product::Socks => accessory::socks(&mut tailor),
        Product::PhoneCase => accessory::phone_case(&mut tailor),
        _ => shoe::shoe(&mut tailor, product),
    }
    tailor.finish()
}
