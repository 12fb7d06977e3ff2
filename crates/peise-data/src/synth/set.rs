//! A set of drawn listings.

use image::RgbImage;
use peise::listing::{Listing, ListingImage};
use xxhash_rust::xxh3::xxh3_64;

use super::config::SynthConfig;
use super::photo;
use super::plan::{Layout, Plan};
use super::preset::Preset;
use super::random::stream;
use super::truth::{ListingTruth, PhotoTruth, masks};

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
        let plan = Plan::choose(&self.config, &mut stream(seed, index, None));
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
            // A junk photo has no parts to tell.
            let masks = if drawn.layout == Layout::Junk { Vec::new() } else { masks(&parts, image.width() as usize) };
            photos.push(PhotoTruth { file, label, repeats: None, drawn, masks });
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
