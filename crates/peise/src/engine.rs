//! `Matcher`: load once, match many.

use crate::image::shared::SharedRegions;
use crate::image::{DecodeLimits, ImageError, Preprocess, RgbImage, content_hash, read_bytes, write_tensor};
use crate::label::{indistinguishable, normalize};
use crate::listing::{Assignment, Choice, Scores};
use crate::matcher::decode::{self, DecodeOptions, RuleError};
use crate::model::{BatchLayout, LabelTokenizer, ModelConfig};
#[cfg(feature = "onnxruntime")]
use crate::model_folder::StoredModel;
use crate::model_folder::{self, LoadedModel, ModelError};
use burn::tensor::Device;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

mod compute;
mod label_cache;
#[cfg(feature = "onnxruntime")]
pub mod onnxruntime;

#[cfg(feature = "onnxruntime")]
use onnxruntime::{OnnxEngine, Precision, RuntimeError};

use label_cache::LabelCache;

pub use compute::{BurnEngine, Engine, Features, PaddedScores};

/// Photos encoded at once: bounds memory, large enough to keep two to sixteen cores busy.
const PHOTOS_PER_PASS: usize = 64;
/// Labels encoded at once: bounds memory.
const LABELS_PER_PASS: usize = 256;
/// Pairs of image and label scored at once, padding included.
const PAIRS_PER_PASS: usize = 1 << 15;
/// Pairs of a photo's place and a label's character that are compared at once.
const PARTS_PER_PASS: usize = 1 << 22;
/// Scores are rounded to this step before decoding, so that what is equal but for the order of
/// floating-point sums ties, and ties are broken by content.
const SCORE_STEP: f32 = 1.0 / 4096.0;

/// The largest listing that is matched: images, labels.
pub const LISTING_LIMIT: (usize, usize) = (4096, 512);

/// A decoded and preprocessed photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pixels: RgbImage,
    hash: u128,
}

/// One listing to match.
#[derive(Debug, Clone)]
pub struct MatchInput<'a> {
    /// The labels as the seller wrote them.
    pub labels: &'a [String],
    /// The photos; `None` = could not be read, gets no label and costs its neighbours nothing.
    pub photos: &'a [Option<Photo>],
}

/// A matched listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Choices and marginals of the readable photos, in the listing's own order. Of labels that cannot
    /// be told apart the first has the probability of all.
    pub assignment: Assignment,
    /// For every label the index of the first label that cannot be told from it; itself, mostly.
    pub same_as: Vec<usize>,
}

/// Why one listing could not be matched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MatchError {
    /// There is no label to give.
    #[error("the listing has no label; add its colour options")]
    NoLabel,
    /// More than is matched at once.
    #[error("the listing has {images} images and {labels} labels; the most is {} and {}", LISTING_LIMIT.0, LISTING_LIMIT.1)]
    TooLarge {
        /// Images of the listing.
        images: usize,
        /// Labels of the listing.
        labels: usize,
    },
    /// The listing cannot keep the rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// A loaded model, ready to match. Share one between threads.
#[derive(Debug)]
pub struct Matcher {
    config: ModelConfig,
    engine: Arc<dyn Engine>,
    tokenizer: LabelTokenizer,
    preprocess: Preprocess,
    cover_reward: f64,
    cache: Mutex<LabelCache>,
}

/// A listing in canonical order: labels by text, photos by content, equal ones merged.
struct Canonical {
    /// Cleaned distinct labels, sorted.
    texts: Vec<String>,
    /// For each of them its first label in the listing.
    labels: Vec<usize>,
    /// Readable photos in order of content: index in the listing.
    photos: Vec<usize>,
    same_as: Vec<usize>,
}

impl Matcher {
    /// The model that comes with the library.
    ///
    /// # Errors
    /// If the embedded files are damaged, which a release's tests exclude.
    pub fn embedded(device: Device) -> Result<Self, ModelError> {
        Ok(Self::new(model_folder::embedded(&device)?, device))
    }

    /// A model folder: `config.json` and its weights.
    ///
    /// # Errors
    /// If a file is missing, unreadable, or does not fit the other; the error names it.
    pub fn load(folder: &Path, device: Device) -> Result<Self, ModelError> {
        Ok(Self::new(model_folder::load(folder, &device)?, device))
    }

    /// Lets ONNX Runtime compute the model; `stored` is the model as it was loaded. Where that cannot be, all stays as
    /// it was.
    ///
    /// # Errors
    /// If the library cannot be used, the model cannot be exported, or has no 8-bit photo encoder where one is asked for.
    #[cfg(feature = "onnxruntime")]
    pub fn use_onnxruntime(
        &mut self,
        stored: &StoredModel,
        library: &Path,
        precision: Precision,
    ) -> Result<(), RuntimeError> {
        self.engine = Arc::new(OnnxEngine::new(stored, library, precision, Arc::clone(&self.engine))?);
        Ok(())
    }

    fn new(loaded: LoadedModel, device: Device) -> Self {
        let LoadedModel { config, model, tokenizer } = loaded;
        let engine = BurnEngine::new(model, device);
        let cover_reward = f64::from(engine.model().reward().into_scalar::<f32>());
        let preprocess = config.preprocess();
        Self { config, engine: Arc::new(engine), tokenizer, preprocess, cover_reward, cache: Mutex::default() }
    }

    /// The model's configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// What computes the model.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// The learned reward of a covered label, for [`DecodeOptions::cover_reward`].
    pub fn cover_reward(&self) -> f64 {
        self.cover_reward
    }

    /// Decodes and preprocesses a photo from its file's bytes.
    ///
    /// # Errors
    /// If the bytes are no photo that can be read within `limits`.
    pub fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Photo, ImageError> {
        let pixels = self.preprocess.decode(bytes, limits)?;
        Ok(Photo { hash: content_hash(&pixels), pixels })
    }

    /// Reads, decodes and preprocesses a photo.
    ///
    /// # Errors
    /// If the file cannot be read, or is no photo that can be read within `limits`.
    pub fn prepare_file(&self, path: &Path, limits: &DecodeLimits) -> Result<Photo, ImageError> {
        let bytes = read_bytes(path, limits)?;
        self.prepare(&bytes, limits).map_err(|error| error.at(path))
    }

    /// Preprocesses a decoded photo.
    pub fn prepare_pixels(&self, photo: &RgbImage) -> Photo {
        let pixels = self.preprocess.apply(photo);
        Photo { hash: content_hash(&pixels), pixels }
    }

    /// Matches one listing.
    ///
    /// # Errors
    /// If the listing has no label, is too large, or cannot keep the rule.
    pub fn match_listing(&self, input: MatchInput, options: &DecodeOptions) -> Result<Matched, MatchError> {
        let mut matched = self.match_listings(&[input], options);
        matched.pop().unwrap_or(Err(MatchError::NoLabel))
    }

    /// Matches listings together: photos and labels that recur among them are encoded once.
    ///
    /// One result per listing, in order; a listing's error costs no other listing.
    pub fn match_listings(&self, inputs: &[MatchInput], options: &DecodeOptions) -> Vec<Result<Matched, MatchError>> {
        if !self.config.shared_regions() {
            return self.match_prepared(inputs, options);
        }
        let photos: Vec<Vec<Option<Photo>>> = inputs.par_iter().map(|input| without_shared(input.photos)).collect();
        let inputs: Vec<MatchInput> = inputs
            .iter()
            .zip(&photos)
            .map(|(input, photos)| MatchInput { labels: input.labels, photos: photos.as_slice() })
            .collect();
        self.match_prepared(&inputs, options)
    }

    fn match_prepared(&self, inputs: &[MatchInput], options: &DecodeOptions) -> Vec<Result<Matched, MatchError>> {
        let canonical: Vec<Result<Canonical, MatchError>> = inputs.iter().map(|input| self.canonical(input)).collect();
        let ready: Vec<(usize, &Canonical)> = canonical
            .iter()
            .enumerate()
            .filter_map(|(at, listing)| listing.as_ref().ok().map(|listing| (at, listing)))
            .collect();
        let mut scores = self.score(inputs, &ready);
        canonical
            .iter()
            .zip(inputs)
            .enumerate()
            .map(|(at, (listing, input))| {
                let listing = listing.as_ref().map_err(Clone::clone)?;
                let empty = || Scores::new(0, listing.texts.len(), Vec::new(), Vec::new());
                let scores = scores.remove(&at).unwrap_or_else(empty);
                let assignment =
                    decode::decode(&scores, &DecodeOptions { cover_reward: self.cover_reward, ..*options })?;
                Ok(restore(listing, input, &assignment))
            })
            .collect()
    }

    fn canonical(&self, input: &MatchInput) -> Result<Canonical, MatchError> {
        let (images, labels) = (input.photos.len(), input.labels.len());
        if labels == 0 {
            return Err(MatchError::NoLabel);
        }
        if images > LISTING_LIMIT.0 || labels > LISTING_LIMIT.1 {
            return Err(MatchError::TooLarge { images, labels });
        }
        let same_as = indistinguishable(input.labels);
        let first: Vec<usize> = (0..labels).filter(|&label| same_as[label] == label).collect();
        // Sorted by normalised text before cleaning, so that cleaning sees one order only.
        let mut order: Vec<(String, usize)> =
            first.into_iter().map(|label| (normalize(&input.labels[label]), label)).collect();
        order.sort();
        let raw: Vec<&str> = order.iter().map(|&(_, label)| input.labels[label].as_str()).collect();
        let texts = self.config.cleaner().clean(&raw);
        let mut photos: Vec<usize> = (0..images).filter(|&image| input.photos[image].is_some()).collect();
        photos.sort_by_key(|&image| input.photos[image].as_ref().map(|photo| photo.hash));
        Ok(Canonical { texts, labels: order.into_iter().map(|(_, label)| label).collect(), photos, same_as })
    }

    /// Scores of the listings that have a photo, by their place in `inputs`.
    fn score(&self, inputs: &[MatchInput], ready: &[(usize, &Canonical)]) -> HashMap<usize, Scores> {
        // Distinct photos and labels of the whole batch.
        let (mut photos, mut photo_place) = (Vec::new(), HashMap::new());
        let (mut labels, mut label_place) = (Vec::new(), HashMap::new());
        let mut layouts = Vec::new();
        for &(at, listing) in ready.iter().filter(|(_, listing)| !listing.photos.is_empty()) {
            let images: Vec<usize> = listing
                .photos
                .iter()
                .filter_map(|&image| inputs[at].photos[image].as_ref())
                .map(|photo| {
                    *photo_place.entry(photo.hash).or_insert_with(|| {
                        photos.push(photo);
                        photos.len() - 1
                    })
                })
                .collect();
            let texts: Vec<usize> = listing
                .texts
                .iter()
                .map(|text| {
                    *label_place.entry(text.as_str()).or_insert_with(|| {
                        labels.push(text.as_str());
                        labels.len() - 1
                    })
                })
                .collect();
            layouts.push((at, images, texts));
        }
        if layouts.is_empty() {
            return HashMap::new();
        }
        let images = self.encode_photos(&photos);
        let texts = self.encode_labels(&labels);
        // Listings of like size share a pass, so that little of it is padding.
        layouts.sort_by_key(|(at, images, labels)| (images.len(), labels.len(), *at));
        let mut scores = HashMap::new();
        let most = pairs_per_pass(&self.config);
        let mut rest = layouts.as_slice();
        while !rest.is_empty() {
            let mut take = 1;
            let mut widest = rest[0].2.len();
            while let Some((_, images, labels)) = rest.get(take) {
                widest = widest.max(labels.len());
                if (take + 1) * images.len() * widest > most {
                    break;
                }
                take += 1;
            }
            let (pass, next) = rest.split_at(take);
            rest = next;
            let layout = BatchLayout {
                images: pass.iter().map(|(_, images, _)| images.clone()).collect(),
                labels: pass.iter().map(|(_, _, labels)| labels.clone()).collect(),
            };
            self.score_pass(&images, &texts, &layout, pass, &mut scores);
        }
        scores
    }

    fn score_pass(
        &self,
        images: &Features,
        labels: &Features,
        layout: &BatchLayout,
        pass: &[(usize, Vec<usize>, Vec<usize>)],
        scores: &mut HashMap<usize, Scores>,
    ) {
        let PaddedScores { scores: values, none: nones, images: rows, labels: columns } =
            self.engine.score(images, labels, layout);
        let temperature = self.config.temperature();
        let step = |value: f32| (value / temperature / SCORE_STEP).round() * SCORE_STEP;
        for (place, (at, images, labels)) in pass.iter().enumerate() {
            let table = (0..images.len())
                .flat_map(|image| &values[(place * rows + image) * columns..][..labels.len()])
                .map(|&value| step(value))
                .collect();
            let none = nones[place * rows..][..images.len()].iter().map(|&value| step(value)).collect();
            scores.insert(*at, Scores::new(images.len(), labels.len(), table, none));
        }
    }

    /// Features of photos, `[N, P]`, 64 at a time.
    pub fn encode_photos(&self, photos: &[&Photo]) -> Features {
        let (mean, std) = self.config.normalisation();
        let mut features = Features::default();
        for photos in photos.chunks(PHOTOS_PER_PASS) {
            let (width, height) = photos[0].pixels.dimensions();
            let pixels = 3 * (width * height) as usize;
            let mut values = vec![0f32; photos.len() * pixels];
            for (photo, out) in photos.iter().zip(values.chunks_mut(pixels)) {
                write_tensor(&photo.pixels, mean, std, out);
            }
            let pass = self.engine.encode_images(values, [photos.len(), 3, height as usize, width as usize]);
            features.width = pass.width;
            features.values.extend(pass.values);
        }
        features
    }

    /// Forgets the cached label features.
    pub fn forget_labels(&self) {
        self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    /// Features of cleaned labels, `[M, Q]`; those seen before come from the cache.
    pub fn encode_labels(&self, labels: &[&str]) -> Features {
        let mut cache = self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        cache.make_room();
        let new: Vec<&str> = labels.iter().copied().filter(|label| !cache.contains(label)).collect();
        for new in new.chunks(LABELS_PER_PASS) {
            let Features { values, width } = self.engine.encode_labels(&self.tokenizer.batch(new));
            new.iter().zip(values.chunks(width)).for_each(|(label, row)| cache.insert(label, row));
        }
        cache.features(labels)
    }
}

/// Pairs of image and label that one pass scores, padding included. A listing that has more is a pass of its own.
fn pairs_per_pass(config: &ModelConfig) -> usize {
    PAIRS_PER_PASS.min(PARTS_PER_PASS / config.parts_per_pair().max(1))
}

/// The photos of one listing without what they share.
fn without_shared(photos: &[Option<Photo>]) -> Vec<Option<Photo>> {
    let readable: Vec<RgbImage> = photos.iter().flatten().map(|photo| photo.pixels.clone()).collect();
    if readable.len() > SharedRegions::MOST_PHOTOS {
        return photos.to_vec();
    }
    let (suppressed, alignment) = SharedRegions::default().suppress(&readable);
    if !alignment.is_open() {
        return photos.to_vec();
    }
    let mut suppressed = suppressed.into_iter().map(|pixels| Photo { hash: content_hash(&pixels), pixels });
    photos.iter().map(|photo| photo.as_ref().and_then(|_| suppressed.next())).collect()
}

/// From canonical order back to the listing's own.
fn restore(listing: &Canonical, input: &MatchInput, assignment: &Assignment) -> Matched {
    let labels = input.labels.len();
    let columns = listing.texts.len() + 1;
    let mut order: Vec<usize> = (0..listing.photos.len()).collect();
    order.sort_by_key(|&row| listing.photos[row]);
    let mut choices = Vec::with_capacity(order.len());
    let mut marginals = vec![0f32; order.len() * (labels + 1)];
    for (&row, out) in order.iter().zip(marginals.chunks_mut(labels + 1)) {
        let choice = assignment.choices[row];
        choices.push(Choice { label: choice.label.map(|label| listing.labels[label]), ..choice });
        let found = &assignment.marginals[row * columns..][..columns];
        for (&label, &value) in listing.labels.iter().zip(found) {
            out[label] = value;
        }
        out[labels] = found[columns - 1];
    }
    Matched { assignment: Assignment { choices, marginals, ..*assignment }, same_as: listing.same_as.clone() }
}
