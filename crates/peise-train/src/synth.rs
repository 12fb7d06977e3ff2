//! Listings drawn from nothing: silhouettes in known colours, labelled the way sellers write.
//!
//! For `peise demo`, for pictures in documents and for tests that must ship their own data. A listing depends on the
//! options and its index alone, so any part of a set can be drawn again without the rest. What it is not: training
//! data that looks like shop photos; there is one plain garment on a plain ground, and truth is never in doubt.

use image::RgbImage;
use peise::colour::{ColourTerm, TERMS, by_name, delta_e};
use peise::listing::{Listing, ListingImage};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

mod background;
mod blur;
mod cloth;
mod draw;
mod shape;
mod text;
mod write;

use background::Background;
use draw::{Canvas, Pose};
use shape::{Cut, Shape};
use text::Manner;
pub use write::{SynthError, jpeg, write};

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynthOptions {
    /// Seed of the whole set.
    pub seed: u64,
    /// Width of the pictures in pixels.
    pub width: u32,
    /// Height of the pictures in pixels.
    pub height: u32,
    /// Least number of labels of a listing.
    pub min_labels: usize,
    /// Greatest number of labels of a listing, at most 12.
    pub max_labels: usize,
    /// Greatest number of images of a listing; a listing with more labels has as many images as labels.
    pub max_images: usize,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
}

impl Default for SynthOptions {
    fn default() -> Self {
        Self { seed: 0, width: 224, height: 298, min_labels: 2, max_labels: 5, max_images: 9, quality: 92 }
    }
}

/// A drawn listing.
#[derive(Debug, Clone)]
pub struct SynthListing {
    /// Labels and images; every image carries its true label.
    pub listing: Listing,
    /// The pictures, in the order of the listing's images.
    pub images: Vec<RgbImage>,
}

/// Colours that shops stock most; the rest of the table is drawn more seldom.
const COMMON: &[&str] = &[
    "Black",
    "White",
    "Grey",
    "Apricot",
    "Khaki",
    "Red",
    "Burgundy",
    "Pink",
    "Yellow",
    "Green",
    "Army Green",
    "Blue",
    "Navy Blue",
    "Sky Blue",
    "Purple",
    "Orange",
    "Coffee Brown",
    "Camel",
    "Mint",
    "Haze Blue",
];
/// Shares of listings and images, per cent.
const COMMON_SHARE: u32 = 75;
const OUTFIT_SHARE: u32 = 20;
const CLOSE_UP_SHARE: u32 = 14;
/// Least CIEDE2000 difference of two colours in a listing: nobody could tell nearer ones apart under tint.
const MIN_DIFFERENCE: f32 = 13.0;

/// What one label's photos show: the colour of each piece of clothing.
type Colours = Vec<&'static ColourTerm>;

/// Draws one listing.
///
/// # Panics
/// If `min_labels` is 0, exceeds `max_labels`, or `max_labels` exceeds 12; if a side is 0 (programmer error).
pub fn listing(options: &SynthOptions, index: usize) -> SynthListing {
    assert!(
        (1..=options.max_labels).contains(&options.min_labels) && options.max_labels <= 12,
        "labels must be 1 to 12, least first"
    );
    assert!(options.width > 0 && options.height > 0, "a picture has at least one pixel");
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    // Stream 0 of an index belongs to the listing, stream k + 1 to image k.
    rng.set_stream((index as u64) << 16);
    let outfit = rng.random_ratio(OUTFIT_SHARE, 100);
    let shapes = if outfit { shape::outfit(&mut rng) } else { vec![shape::single(&mut rng)] };
    let count = rng.random_range(options.min_labels..=options.max_labels);
    let colours = choose_colours(count, shapes.len(), &mut rng);
    let labels = Manner::choose(&shapes, &mut rng).write(&colours);
    let total = rng.random_range(count..=options.max_images.max(count));
    let mut truth: Vec<usize> = (0..total).map(|k| if k < count { k } else { rng.random_range(0..count) }).collect();
    truth.shuffle(&mut rng);
    let style = Style::choose(shapes, &mut rng);
    let images = truth
        .par_iter()
        .enumerate()
        .map(|(k, &label)| {
            let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
            rng.set_stream((index as u64) << 16 | (k as u64 + 1));
            style.photo(options, &colours[label], &mut rng)
        })
        .collect();
    let id = format!("synth{}-{index:04}", options.seed);
    let named = |(k, &label): (usize, &usize)| ListingImage {
        file: format!("{id}_{k}.jpg"),
        label: Some(labels[label].clone()),
    };
    let photos = truth.iter().enumerate().map(named).collect();
    SynthListing { listing: Listing { id, labels, images: photos }, images }
}

/// For each label a colour per piece, such that any two labels differ plainly in some piece.
fn choose_colours(count: usize, pieces: usize, rng: &mut ChaCha8Rng) -> Vec<Colours> {
    let mut chosen: Vec<Colours> = Vec::with_capacity(count);
    let mut least = MIN_DIFFERENCE;
    while chosen.len() < count {
        let candidate: Colours = (0..pieces).map(|_| any_colour(rng)).collect();
        let difference =
            |other: &Colours| candidate.iter().zip(other).map(|(a, b)| delta_e(a.lab(), b.lab())).fold(0.0, f32::max);
        if chosen.iter().all(|other| difference(other) >= least) {
            chosen.push(candidate);
        } else {
            // Where the colours taken leave no room, the search still ends.
            least *= 0.995;
        }
    }
    chosen
}

fn any_colour(rng: &mut ChaCha8Rng) -> &'static ColourTerm {
    let common = rng.random_ratio(COMMON_SHARE, 100).then(|| COMMON.choose(rng).and_then(|name| by_name(name)));
    common.flatten().unwrap_or_else(|| &TERMS[rng.random_range(0..TERMS.len())])
}

/// What the photos of one listing share.
struct Style {
    shapes: Vec<Shape>,
    cut: Cut,
    background: Background,
    /// Gain of each channel: the light of that seller's room.
    tint: [f32; 3],
}

impl Style {
    fn choose(shapes: Vec<Shape>, rng: &mut ChaCha8Rng) -> Self {
        let warmth = rng.random_range(-0.03..0.03f32);
        let tint = [1.0 + warmth, 1.0 + rng.random_range(-0.008..0.008f32), 1.0 - warmth];
        Self { shapes, cut: Cut::choose(rng), background: Background::choose(rng), tint }
    }

    /// One photo of the listing's garment in the given colours.
    fn photo(&self, options: &SynthOptions, colours: &Colours, rng: &mut ChaCha8Rng) -> RgbImage {
        let background = if rng.random_ratio(1, 4) { Background::White } else { self.background };
        let mut canvas = Canvas::new(options.width, options.height, &background, rng);
        let close_up = self.shapes.len() == 1 && rng.random_ratio(CLOSE_UP_SHARE, 100);
        let pose = Pose::choose(close_up, rng);
        // From below: a top falls over the waist of what it is worn with.
        for (shape, colour) in self.shapes.iter().zip(colours).rev() {
            let [l, a, b] = colour.lab();
            let dyed = [
                l + rng.random_range(-2.0..2.0f32),
                a + rng.random_range(-1.5..1.5f32),
                b + rng.random_range(-1.5..1.5f32),
            ];
            canvas.draw(shape, &self.cut, &pose, dyed, rng);
        }
        let exposure = rng.random_range(0.94..1.04f32);
        canvas.develop(self.tint.map(|gain| gain * exposure), rng)
    }
}

#[cfg(test)]
mod tests;
