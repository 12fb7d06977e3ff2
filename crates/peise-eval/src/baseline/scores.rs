//! The scores of the baselines.

use image::RgbImage;
use image::imageops::thumbnail;
use peise::colour::{delta_e, mentions, srgb_to_lab};
use peise::listing::{Listing, Scores};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Score of "shows no label": the baselines always give a label.
const NO_LABEL: f32 = -1e4;
/// Longer side to which a photo is brought before its colours are taken.
const SIDE: u32 = 72;
/// Share of the photo, each way, in which the product is sought.
const MIDDLE: f32 = 0.5;
/// A pixel this near to the ground (Euclidean CIELAB) belongs to it.
const GROUND: f32 = 10.0;
/// If less than this share of the middle is left, the product has the colour of the ground.
const LEAST_PRODUCT: f32 = 0.12;
/// Colours taken from a photo.
const CLUSTERS: usize = 4;
/// CIEDE2000 units per unit of score.
const TEMPERATURE: f32 = 20.0;
/// Difference assumed for a label that names no colour: neither like the product nor quite unlike it.
const UNNAMED: f32 = 25.0;

/// A CIELAB colour and the share of the product that has it.
type Patch = ([f32; 3], f32);

/// Scores drawn from the images' content and the labels' text alone.
///
/// The same photo and label score the same in any order, so that permuted listings are answered alike.
///
/// # Shapes
/// - image_hashes `[I]`; returns scores `[I, L]`, uniform in `[0, 1)`
pub fn random_scores(listing: &Listing, image_hashes: &[u128]) -> Scores {
    let values =
        image_hashes.iter().flat_map(|hash| listing.labels.iter().map(|label| random_score(*hash, label))).collect();
    Scores::new(image_hashes.len(), listing.labels.len(), values, vec![NO_LABEL; image_hashes.len()])
}

fn random_score(image: u128, label: &str) -> f32 {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&image.to_le_bytes());
    seed[16..].copy_from_slice(&xxhash_rust::xxh3::xxh3_128(label.as_bytes()).to_le_bytes());
    ChaCha8Rng::from_seed(seed).random()
}

/// Scores by how far the product's colours are from those that the label names.
///
/// # Shapes
/// - images `[I]`, at any size; returns scores `[I, L]`
pub fn nearest_colour_scores<'a>(listing: &Listing, images: impl ExactSizeIterator<Item = &'a RgbImage>) -> Scores {
    let count = images.len();
    let named: Vec<Vec<[f32; 3]>> =
        listing.labels.iter().map(|label| mentions(label).iter().map(|mention| mention.lab()).collect()).collect();
    let mut values = Vec::with_capacity(count * named.len());
    for image in images {
        let product = product_colours(image);
        values.extend(named.iter().map(|colours| label_score(&product, colours)));
    }
    Scores::new(count, named.len(), values, vec![NO_LABEL; count])
}

/// Mean over the colours named of how much of the product is near them, as a log-weight.
fn label_score(product: &[Patch], named: &[[f32; 3]]) -> f32 {
    if named.is_empty() {
        return -UNNAMED / TEMPERATURE;
    }
    let nearness = |&colour: &[f32; 3]| {
        let near = |&(patch, share): &Patch| share * (-delta_e(patch, colour) / TEMPERATURE).exp();
        product.iter().map(near).sum::<f32>().max(1e-12).ln()
    };
    named.iter().map(nearness).sum::<f32>() / named.len() as f32
}

/// The product's colours: the middle of the photo without its ground, in clusters, the largest first.
///
/// The ground is the median colour of the border; where hardly anything differs from it, all of the middle counts.
pub fn product_colours(image: &RgbImage) -> Vec<Patch> {
    let small = small(image);
    let (width, height) = small.dimensions();
    let (mut border, mut middle) = (Vec::new(), Vec::new());
    for (x, y, pixel) in small.enumerate_pixels() {
        let lab = srgb_to_lab(pixel.0);
        let off = |at: u32, length: u32| ((at as f32 + 0.5) / length as f32 - 0.5).abs() * 2.0;
        let (across, down) = (off(x, width), off(y, height));
        // The border is left, right and above: below, garments leave the picture.
        if across > 0.92 || (y as f32) < 0.04 * height as f32 {
            border.push(lab);
        }
        if across.max(down) <= MIDDLE {
            middle.push(lab);
        }
    }
    let ground = median(&border);
    let product: Vec<[f32; 3]> = middle.iter().copied().filter(|&lab| distance(lab, ground) > GROUND).collect();
    let enough = product.len() as f32 >= LEAST_PRODUCT * middle.len() as f32;
    cluster(if enough && !product.is_empty() { &product } else { &middle })
}

/// The photo at the size at which its colours are taken.
pub(super) fn small(image: &RgbImage) -> RgbImage {
    let (width, height) = image.dimensions();
    let scale = (SIDE as f32 / width.max(height).max(1) as f32).min(1.0);
    let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
    thumbnail(image, side(width), side(height))
}

/// Median of each channel; mid-grey of nothing.
fn median(colours: &[[f32; 3]]) -> [f32; 3] {
    [0, 1, 2].map(|channel| {
        let mut values: Vec<f32> = colours.iter().map(|colour| colour[channel]).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(if channel == 0 { 50.0 } else { 0.0 })
    })
}

/// Euclidean distance.
fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

/// k-means, started at the median and then always at the colour farthest from all starts.
fn cluster(colours: &[[f32; 3]]) -> Vec<Patch> {
    let mut centres = vec![median(colours)];
    while centres.len() < CLUSTERS {
        let far = |colour: &[f32; 3]| centres.iter().map(|&centre| distance(centre, *colour)).fold(f32::MAX, f32::min);
        match colours.iter().max_by(|a, b| far(a).total_cmp(&far(b))) {
            Some(&colour) if far(&colour) > 1.0 => centres.push(colour),
            _ => break,
        }
    }
    let mut counts = vec![0usize; centres.len()];
    for _ in 0..10 {
        let mut sums = vec![[0f32; 3]; centres.len()];
        counts.fill(0);
        for colour in colours {
            let nearest = (0..centres.len())
                .min_by(|&a, &b| distance(centres[a], *colour).total_cmp(&distance(centres[b], *colour)))
                .unwrap_or(0);
            counts[nearest] += 1;
            for channel in 0..3 {
                sums[nearest][channel] += colour[channel];
            }
        }
        for (centre, (sum, &count)) in centres.iter_mut().zip(sums.iter().zip(&counts)) {
            if count > 0 {
                *centre = sum.map(|value| value / count as f32);
            }
        }
    }
    let total = colours.len().max(1) as f32;
    let mut patches: Vec<Patch> =
        centres.into_iter().zip(&counts).map(|(centre, &count)| (centre, count as f32 / total)).collect();
    patches.sort_by(|a, b| b.1.total_cmp(&a.1));
    patches
}
