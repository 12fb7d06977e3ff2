//! Listings drawn from nothing, as sellers make them: products in known colours, photographed and labelled the way
//! shops do, with the truth of everything drawn.
//!
//! A listing is a pure function of the configuration, the seed and its index, so any part of a set can be drawn alone,
//! in parallel and on any machine, with the same bytes. [`SynthConfig`] has one range or rate for every axis;
//! [`Preset`] names the sets that models are trained and measured on.

mod blur;
mod camera;
mod canvas;
mod check;
mod config;
mod dye;
mod garment;
mod junk;
mod lettering;
mod light;
mod material;
mod overlay;
mod pattern;
mod photo;
mod plan;
mod preset;
mod random;
mod relief;
mod scene;
mod set;
mod sizes;
mod stage;
mod truth;
mod view;
mod wardrobe;
mod write;

pub use camera::{Development, jpeg};
pub use check::SynthConfigError;
pub use config::*;
pub use light::Light;
pub use material::Material;
pub use overlay::{Overlay, OverlayKind};
pub use pattern::Pattern;
pub use photo::Drawn;
pub use plan::{Layout, Staging};
pub use preset::{Preset, UnknownPreset};
pub use scene::Background;
pub use scene::family::Family;
pub use set::{SynthListing, SynthSet};
pub use truth::{ListingTruth, Mask, OptionTruth, PartTruth, PhotoTruth};
pub use wardrobe::Product;
pub use write::{DrawnSplit, SynthError, write};

#[cfg(test)]
mod tests;
