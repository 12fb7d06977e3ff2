//! Listings drawn from nothing, as sellers make them: products in known colours, photographed and labelled the way
//! shops do, with the truth of everything drawn.
//!
//! A listing is a pure function of the configuration, the seed and its index, so any part of a set can be drawn alone,
//! in parallel and on any machine, with the same bytes. [`SynthConfig`] has one range or rate for every axis;
//! [`Preset`] names the sets that models are trained and measured on.

use image::RgbImage;
use peise::listing::{Listing, ListingImage};
use xxhash_rust::xxh3::xxh3_64;

mod blur;
mod camera;
mod canvas;
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
mod sizes;
mod truth;
mod view;
mod wardrobe;
mod write;

pub use camera::{Development, jpeg};
pub use config::*;
pub use light::Light;
pub use material::Material;
pub use overlay::{Overlay, OverlayKind};
pub use pattern::Pattern;
pub use photo::Drawn;
use plan::Plan;
pub use plan::{Layout, Staging};
pub use preset::{Preset, UnknownPreset};
pub(crate) use random::weighted;
pub use scene::{Background, Family};
pub use truth::{ListingTruth, Mask, OptionTruth, PartTruth, PhotoTruth};
pub use wardrobe::Product;
pub use write::{Split, SynthError, write};

/// Which set of listings.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSet {
    /// Name of the set: a preset's, or any other; part of what the listings follow from.
    pub name: String,
    /// Seed of the set.
    pub seed: u64,
    /// What it may hold.
    pub config: SynthConfig,
}

/// A drawn listing.
#[derive(Debug, Clone)]
pub struct SynthListing {
    /// Labels and images. An image that shows an option carries its label, others none.
    pub listing: Listing,
    /// The pictures, in the order of the listing's images.
    pub images: Vec<RgbImage>,
    /// What was drawn.
    pub truth: ListingTruth,
}

impl SynthSet {
    /// A preset's set.
    pub fn preset(preset: Preset, seed: u64) -> Self {
        Self { name: preset.name().to_owned(), seed, config: preset.config() }
    }

    /// Draws one listing.
    ///
    /// # Panics
    /// If the configuration fails [`SynthConfig::check`] (programmer error).
    pub fn listing(&self, index: usize) -> SynthListing {
        // Sets of one seed have nothing in common: a test set never repeats its training set.
        let seed = self.seed ^ xxh3_64(self.name.as_bytes());
        let plan = Plan::choose(&self.config, &mut random::stream(seed, index, None));
        let id = format!("{}-{}-{index:06}", self.name, self.seed);
        let mut images: Vec<RgbImage> = Vec::with_capacity(plan.shots.len());
        let mut photos: Vec<PhotoTruth> = Vec::with_capacity(plan.shots.len());
        for (k, shot) in plan.shots.iter().enumerate() {
            let file = format!("{id}_{k}.jpg");
            let label = shot.option.map(|option| plan.labels[option].text.clone());
            if let Some(of) = shot.of {
                images.push(images[of].clone());
                let first = &photos[of];
                photos.push(PhotoTruth { file, repeats: Some(first.file.clone()), ..first.clone() });
                continue;
            }
            let (image, parts, drawn) = photo::photo(&self.config, &plan, (shot, seed, index, k));
            photos.push(PhotoTruth::new(file, label, &parts, image.width() as usize, drawn));
            images.push(image);
        }
        let named = |photo: &PhotoTruth| ListingImage { file: photo.file.clone(), label: photo.label.clone() };
        let listing = Listing {
            id: id.clone(),
            labels: plan.labels.iter().map(|label| label.text.clone()).collect(),
            images: photos.iter().map(named).collect(),
            ..Listing::default()
        };
        SynthListing { truth: ListingTruth::new(id, &plan, photos), listing, images }
    }
}

#[cfg(test)]
mod tests;
