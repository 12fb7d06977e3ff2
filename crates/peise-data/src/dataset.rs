//! Training data: every distinct photo once, in memory where they fit, every listing an index into them.

use ::image::RgbImage;
use peise::colour::{Mention, delta_e, mentions};
use peise::describe;
use peise::image::{DecodeLimits, ImageError, Preprocess, read_bytes};
use peise::label::Cleaner;
use peise::listing::Listing;
use peise_listings::course::DataSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// One listing with its truth, as indices into a [`TrainingData`].
#[derive(Debug, Clone)]
pub struct TrainingListing {
    /// Photos, numbers of [`TrainingData::photo`].
    pub photos: Vec<usize>,
    /// Labels, indices into [`TrainingData::labels`].
    pub labels: Vec<usize>,
    /// The same labels as the seller wrote them.
    pub written: Vec<String>,
    /// For each photo the place of its label in `labels`; `None` = shows none of them.
    pub truth: Vec<Option<usize>>,
}

/// A cleaned label and what is known of its colour.
#[derive(Debug, Clone)]
pub struct TrainingLabel {
    /// The cleaned text, as the encoder reads it.
    pub text: String,
    /// CIELAB of each colour that the text names; empty = no known colour word.
    pub colours: Vec<[f32; 3]>,
}

/// What a photo has to do with a label of the same batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The photo shows it.
    Positive,
    /// The photo shows another colour.
    Negative,
    /// Unknown, or too near to tell: left out.
    Ignored,
}

/// Listings of one or more data sets.
#[derive(Debug, Default)]
pub struct TrainingData {
    /// Distinct cleaned labels.
    pub labels: Vec<TrainingLabel>,
    /// The listings; those without a usable photo, label or truth are left out.
    pub listings: Vec<TrainingListing>,
    /// What was done to labels.
    pub cleaner: Cleaner,
    /// What was left out, and why.
    pub skipped: Vec<String>,
    /// Distinct photos: their files, and what they look like after preprocessing.
    photos: Photos,
    hashes: Vec<u128>,
    memory: u64,
}

/// Distinct photos of training data.
#[derive(Debug, Clone, Default)]
struct Photos {
    files: Arc<Vec<PathBuf>>,
    /// All of them preprocessed, where they fit into memory.
    kept: Option<Arc<Vec<RgbImage>>>,
    /// How they are preprocessed; `None` before they first were.
    preprocess: Option<Preprocess>,
}

impl Photos {
    fn decode(&self, index: usize) -> Result<RgbImage, ImageError> {
        let limits = DecodeLimits::default();
        let path = &self.files[index];
        read_bytes(path, &limits)
            .and_then(|bytes| self.preprocess.as_ref().unwrap_or(&Preprocess::default()).decode(&bytes, &limits))
            .map(|photo| photo.pixels)
            .map_err(|error| error.at(path))
    }
}

/// What a photo without a label (`null`) is taken for in training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlabelled {
    /// Its label is unknown: it is left out and reported.
    #[default]
    Skip,
    /// It shows none of the labels, such as the size charts of synthetic listings.
    ShowsNone,
}

/// How training data is read.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions<'a> {
    /// What is done to a photo.
    pub preprocess: &'a Preprocess,
    /// What is done to labels.
    pub cleaner: Cleaner,
    /// Memory for preprocessed photos, bytes.
    pub memory: u64,
    /// What a photo without a label is taken for.
    pub unlabelled: Unlabelled,
}

/// Below this CIEDE2000 difference two colour words may well be said of one photo.
pub const NEAR_COLOURS: f32 = 22.0;

impl TrainingData {
    /// Reads all listings of `sets` and preprocesses every distinct photo, if they fit into memory.
    ///
    /// A photo that cannot be read is left out and named in [`TrainingData::skipped`]. `progress` is told (done, all)
    /// photos.
    pub fn load(sets: &[DataSet], options: &LoadOptions, progress: &(dyn Fn(u64, u64) + Sync)) -> Self {
        let LoadOptions { preprocess, cleaner, memory, unlabelled } = *options;
        let mut data = Self { memory, cleaner, ..Self::default() };
        let mut files: Vec<PathBuf> = Vec::new();
        let mut label_index = HashMap::new();
        let mut photo_index: HashMap<u128, Option<usize>> = HashMap::new();
        for set in sets {
            data.skipped.extend(set.broken().map(|broken| broken.to_string()));
            // Hash files in parallel: listings that share a photo share its place.
            let listings: Vec<&Listing> = set.listings().collect();
            let hashed: Vec<Vec<Result<(u128, PathBuf), String>>> = listings
                .par_iter()
                .map(|listing| {
                    let hash = |image| {
                        let path = set.image_path(listing, image).map_err(|error| error.to_string())?;
                        let bytes = read_bytes(&path, &DecodeLimits::default()).map_err(|error| error.to_string())?;
                        Ok((xxh3_128(&bytes), path))
                    };
                    listing.images.iter().map(hash).collect()
                })
                .collect();
            for (listing, hashes) in listings.into_iter().zip(hashed) {
                let cleaned = cleaner.clean(&listing.labels);
                let labels: Vec<usize> = cleaned
                    .into_iter()
                    .map(|text| {
                        *label_index.entry(text.clone()).or_insert_with(|| {
                            data.labels.push(TrainingLabel::new(text));
                            data.labels.len() - 1
                        })
                    })
                    .collect();
                let (mut photos, mut truth) = (Vec::new(), Vec::new());
                for ((image, hash), label) in listing.images.iter().zip(hashes).zip(listing.truth()) {
                    match (hash, label) {
                        (Err(error), _) => data.skipped.push(error),
                        (Ok(_), None) if image.label.is_some() || unlabelled == Unlabelled::Skip => {
                            data.skipped.push(match &image.label {
                                Some(label) => {
                                    let (id, file) = (&listing.id, &image.file);
                                    format!("{id}/{file}: its label {label:?} is none of the listing's")
                                }
                                None => format!("{}/{}: it has no label", listing.id, image.file),
                            });
                        }
                        (Ok((hash, path)), label) => {
                            let place = photo_index.entry(hash).or_insert_with(|| {
                                files.push(path);
                                data.hashes.push(hash);
                                Some(files.len() - 1)
                            });
                            if let Some(place) = place {
                                photos.push(*place);
                                truth.push(label);
                            }
                        }
                    }
                }
                if !photos.is_empty() && !labels.is_empty() {
                    data.listings.push(TrainingListing { photos, labels, written: listing.labels.clone(), truth });
                }
            }
        }
        data.photos.files = Arc::new(files);
        data.preprocess(preprocess, progress);
        data
    }

    /// Preprocesses the photos anew where they are not preprocessed so already, e.g. for a stage at another size.
    ///
    /// Photos that do not fit into the memory given are only tried, and decoded anew whenever they are asked for.
    pub fn preprocess(&mut self, preprocess: &Preprocess, progress: &(dyn Fn(u64, u64) + Sync)) {
        if self.photos.preprocess.as_ref() == Some(preprocess) {
            return;
        }
        self.photos.preprocess = Some(preprocess.clone());
        let (width, height) = preprocess.output_size().unwrap_or((1024, 1024));
        let mut used = vec![false; self.photos.files.len()];
        self.listings.iter().flat_map(|listing| &listing.photos).for_each(|&photo| used[photo] = true);
        let all = used.iter().filter(|&&used| used).count() as u64;
        let fits = all.saturating_mul(3 * u64::from(width) * u64::from(height)) <= self.memory;
        self.photos.kept = None;
        let done = AtomicU64::new(0);
        let photos: Vec<Result<RgbImage, ImageError>> = (0..used.len())
            .into_par_iter()
            .map(|index| {
                if !used[index] {
                    return Ok(RgbImage::new(1, 1));
                }
                let photo = self.photos.decode(index);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                if fits { photo } else { photo.map(|_| RgbImage::new(1, 1)) }
            })
            .collect();
        // A photo that failed keeps its place, so that indices hold, but no listing points to it.
        let failed: Vec<bool> = photos.iter().map(Result::is_err).collect();
        self.skipped.extend(photos.iter().filter_map(|photo| photo.as_ref().err().map(|error| describe(error))));
        if fits {
            self.photos.kept =
                Some(Arc::new(photos.into_iter().map(|photo| photo.unwrap_or_else(|_| RgbImage::new(1, 1))).collect()));
        }
        for listing in &mut self.listings {
            let kept: Vec<usize> = (0..listing.photos.len()).filter(|&at| !failed[listing.photos[at]]).collect();
            listing.truth = kept.iter().map(|&at| listing.truth[at]).collect();
            listing.photos = kept.iter().map(|&at| listing.photos[at]).collect();
        }
        self.listings.retain(|listing| !listing.photos.is_empty());
    }

    /// A preprocessed photo; `None` if its file has become unreadable since.
    pub fn photo(&self, index: usize) -> Option<Cow<'_, RgbImage>> {
        match &self.photos.kept {
            Some(kept) => kept.get(index).map(Cow::Borrowed),
            None => self.photos.decode(index).ok().map(Cow::Owned),
        }
    }

    /// Number of distinct photos.
    pub fn photo_count(&self) -> usize {
        self.photos.files.len()
    }

    /// Sets a part of the listings aside, evenly spread, for validation where a data set has no split of its own.
    pub fn split_off(&mut self, part: f64) -> Self {
        let listing = |at: usize| ((at + 1) as f64 * part).floor() > (at as f64 * part).floor();
        let (aside, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.listings).into_iter().enumerate().partition(|&(at, _)| listing(at));
        let listings = |numbered: Vec<(usize, TrainingListing)>| numbered.into_iter().map(|(_, one)| one).collect();
        self.listings = listings(kept);
        Self {
            photos: self.photos.clone(),
            labels: self.labels.clone(),
            cleaner: self.cleaner,
            listings: listings(aside),
            skipped: Vec::new(),
            hashes: self.hashes.clone(),
            memory: self.memory,
        }
    }

    /// A hash of everything that training sees: photo files, label text, listings and their truth.
    pub fn fingerprint(&self) -> String {
        let mut hasher = Xxh3::new();
        let mut number = |value: u128| hasher.update(&value.to_le_bytes());
        self.hashes.iter().for_each(|&hash| number(hash));
        self.labels.iter().for_each(|label| number(xxh3_128(label.text.as_bytes())));
        for listing in &self.listings {
            number(listing.photos.len() as u128);
            listing.photos.iter().chain(&listing.labels).for_each(|&index| number(index as u128));
            listing.truth.iter().for_each(|&truth| number(truth.map_or(u128::MAX, |label| label as u128)));
        }
        format!("{:032x}", hasher.digest128())
    }

    /// The characters of all labels, each once, in code point order.
    pub fn characters(&self) -> String {
        let set: std::collections::BTreeSet<char> = self.labels.iter().flat_map(|label| label.text.chars()).collect();
        set.into_iter().collect()
    }
}

impl TrainingLabel {
    fn new(text: String) -> Self {
        let colours = mentions(&text).iter().map(Mention::lab).collect();
        Self { text, colours }
    }

    /// What a photo of this label has to do with another label: the same text is positive, clearly
    /// different colours are negative, all else is left out. Clear is a CIEDE2000 difference above `near`.
    pub fn relation(&self, other: &Self, near: f32) -> Relation {
        if self.text == other.text {
            return Relation::Positive;
        }
        if self.colours.is_empty() || other.colours.is_empty() {
            return Relation::Ignored;
        }
        if self.colours.len() == 1 && self.colours == other.colours {
            return Relation::Positive;
        }
        let clear = self.colours.iter().all(|&one| other.colours.iter().all(|&two| delta_e(one, two) > near));
        if clear { Relation::Negative } else { Relation::Ignored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_colours_are_left_out_up_to_the_distance_that_is_asked_for() {
        let label = |text: &str| TrainingLabel::new(text.to_owned());
        let relation = |one: &str, two: &str, near| label(one).relation(&label(two), near);
        assert_eq!(relation("黑色", "纯黑", 0.0), Relation::Positive);
        assert_eq!(relation("黑色", "红色", NEAR_COLOURS), Relation::Negative);
        assert_eq!(relation("黑色", "藏青色", NEAR_COLOURS), Relation::Ignored);
        assert_eq!(relation("黑色", "藏青色", 0.0), Relation::Negative);
        // What shares a colour is never told apart by it, and a label without one is not by any.
        assert_eq!(relation("黑色+红色", "黑色", 0.0), Relation::Ignored);
        assert_eq!(relation("黑色", "图片色", 0.0), Relation::Ignored);
    }
}
