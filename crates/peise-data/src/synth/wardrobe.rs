//! Vector silhouettes of shop products and of the people who wear them.
//!
//! Figure units: `x` right, `y` down, an adult from crown (-50) to soles (50), the centre line at 0. Worn things sit on
//! that body; products such as shoes and bags fill about -40..40.

mod accessory;
mod block;
mod boot;
mod bottom;
mod carried;
mod closure;
mod collar;
mod curve;
mod cut;
mod display;
mod front;
mod hair;
mod hat;
mod person;
mod piece;
mod pose;
mod product;
mod shoe;
mod skirt;
mod sleeve;
mod tailor;
#[cfg(test)]
mod tests;
mod top;

pub use cut::Cut;
pub use display::{hanger, mannequin};
pub use person::person;
pub use piece::{Detail, DetailKind, Drape, Piece};
pub use pose::{Placement, Pose, View};
pub use product::{Product, Slot};
pub use tailor::{pair, piece};
