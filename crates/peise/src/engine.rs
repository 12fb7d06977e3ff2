//! `Matcher`: load once, match many.

use crate::answer::{Answer, Problem, describe};
use crate::image::{
    DecodeLimits, ImageError, Preprocess, RgbImage, SharedRegions, content_hash, read_bytes, write_tensor,
};
use crate::listing::{Listing, Scores};
use crate::matcher::decode::{DecodeOptions, RuleError};
use crate::model::{BatchLayout, LabelTokenizer, ModelConfig};
use crate::model_folder::{self, LoadedModel, ModelError};
use burn::tensor::Device;
use rayon::prelude::*;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod batch;
mod canonical;
mod compute;
mod label_cache;
#[cfg(feature = "onnxruntime")]
pub mod onnxruntime;
mod reading;

use batch::{Batch, Member, groups_of_equal_length};
use canonical::Canonical;
use label_cache::LabelCache;

pub use compute::{BurnEngine, Engine, EngineError, Features, PaddedScores};

/// Photos encoded at once: bounds memory, large enough to keep two to sixteen cores busy.
const PHOTOS_PER_PASS: usize = 64;
/// Labels encoded at once: bounds memory.
const LABELS_PER_PASS: usize = 256;
/// Pairs of image and label scored at once.
const PAIRS_PER_PASS: usize = 1 << 15;
/// Scores are rounded to this step before decoding. Scores that differ only by the order of floating-point sums then
/// tie, and content breaks the tie.
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
#[derive(Debug, Clone, Copy)]
pub struct MatchInput<'a> {
    /// The listing. Labels that its images already have are ignored.
    pub listing: &'a Listing,
    /// Its photos, one for each image, or the reason why it could not be read. An unreadable photo does not affect the
    /// others.
    pub photos: &'a [Result<Photo, Problem>],
}

/// Why one listing could not be matched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// The listing has no label.
    #[error("the listing has no label; add its colour options")]
    NoLabel,
    /// The listing is larger than [`LISTING_LIMIT`].
    #[error("the listing has {images} images and {labels} labels; the limit is {} and {}", LISTING_LIMIT.0, LISTING_LIMIT.1)]
    TooLarge {
        /// Images of the listing.
        images: usize,
        /// Labels of the listing.
        labels: usize,
    },
    /// A photo was prepared by another model.
    #[error("image {image} was prepared for {} x {} pixels, this model takes {} x {}; prepare it with this model", found.0, found.1, expected.0, expected.1)]
    PhotoSize {
        /// Index of the image.
        image: usize,
        /// Its width and height, pixels.
        found: (u32, u32),
        /// The model's, pixels.
        expected: (u32, u32),
    },
    /// The listing cannot keep the rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl From<&MatchError> for Problem {
    fn from(error: &MatchError) -> Self {
        let code = match error {
            MatchError::NoLabel => "no-label",
            MatchError::TooLarge { .. } => "listing-too-large",
            MatchError::PhotoSize { .. } => "photo-size",
            MatchError::Rule(_) => "rule",
        };
        Self::new(code, describe(error))
    }
}

/// A loaded model, ready to match. Share one between threads.
#[derive(Debug)]
pub struct Matcher {
    config: ModelConfig,
    engine: Arc<dyn Engine>,
    tokenizer: LabelTokenizer,
    preprocess: Preprocess,
    photo_size: (u32, u32),
    cover_reward: f64,
    cache: Mutex<LabelCache>,
}

impl Matcher {
    /// The model that comes with the library.
    ///
    /// # Errors
    /// If the embedded files are damaged; the tests of a release exclude this.
    pub fn embedded(device: Device) -> Result<Self, ModelError> {
        Self::new(model_folder::embedded(&device)?, device)
    }

    /// A model folder: `config.json` and its weights.
    ///
    /// # Errors
    /// If a file is missing, unreadable, or does not fit the other; the error names it.
    pub fn load(folder: &Path, device: Device) -> Result<Self, ModelError> {
        Self::new(model_folder::load(folder, &device)?, device)
    }

    fn new(loaded: LoadedModel, device: Device) -> Result<Self, ModelError> {
        let LoadedModel { config, model, tokenizer } = loaded;
        let engine = BurnEngine::new(model, device);
        let cover_reward = f64::from(engine.model().reward().into_scalar::<f32>());
        let preprocess = config.preprocess();
        let photo_size = preprocess.output_size().ok_or(ModelError::PhotoSize)?;
        let engine = Arc::new(engine);
        Ok(Self { config, engine, tokenizer, preprocess, photo_size, cover_reward, cache: Mutex::default() })
    }

    /// The same model, computed by another engine.
    pub fn with_engine(mut self, engine: Arc<dyn Engine>) -> Self {
        self.engine = engine;
        self.forget_labels();
        self
    }

    /// The model's configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The engine that runs the model.
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    /// The reward of a covered label that training left, for [`DecodeOptions::cover_reward`]. What holds where
    /// [`ModelConfig::reserve`] is not set.
    pub fn cover_reward(&self) -> f64 {
        self.cover_reward
    }

    /// Decodes and preprocesses a photo from its file's bytes.
    ///
    /// # Errors
    /// If the bytes are no photo that can be read within `limits`.
    pub fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Photo, ImageError> {
        Ok(Photo::new(self.preprocess.decode(bytes, limits)?.pixels))
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
        Photo::new(self.preprocess.apply(photo))
    }

    /// Matches the photos of files: one entry of [`Answer::images`] for each file, in their order. A file that cannot be
    /// read has its error there.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn match_files(
        &self,
        files: &[impl AsRef<Path> + Sync],
        labels: &[impl AsRef<str>],
        options: &DecodeOptions,
    ) -> Result<Answer, EngineError> {
        let limits = DecodeLimits::default();
        let prepare =
            |file: &dyn AsRef<Path>| self.prepare_file(file.as_ref(), &limits).map_err(|error| (&error).into());
        let photos: Vec<Result<Photo, Problem>> = files.par_iter().map(|file| prepare(file)).collect();
        let names = files.iter().map(|file| file.as_ref().to_string_lossy().into_owned());
        let listing = Listing::new("", labels.iter().map(|label| label.as_ref().to_owned()), names);
        self.match_listing(MatchInput { listing: &listing, photos: &photos }, options)
    }

    /// Matches one listing.
    ///
    /// If a listing cannot be matched, for instance because it has no label, [`Answer::error`] has the reason.
    ///
    /// # Errors
    /// If the engine fails.
    /// # Panics
    /// If there is not one photo for each image of the listing (programmer error).
    pub fn match_listing(&self, input: MatchInput, options: &DecodeOptions) -> Result<Answer, EngineError> {
        Ok(self.match_listings(&[input], options)?.remove(0))
    }

    /// Matches several listings in one batch. Equal photos and labels are encoded once.
    ///
    /// Returns one answer for each listing, in order. An answer does not depend on the other listings of the batch, to
    /// the bit. An error in one listing does not affect the others.
    ///
    /// # Errors
    /// If the engine fails.
    /// # Panics
    /// As [`Matcher::match_listing`].
    pub fn match_listings(&self, inputs: &[MatchInput], options: &DecodeOptions) -> Result<Vec<Answer>, EngineError> {
        for input in inputs {
            assert_eq!(input.photos.len(), input.listing.images.len(), "one photo for each image");
        }
        if !self.config.shared_regions() {
            return self.match_prepared(inputs, options);
        }
        let photos: Vec<Vec<Result<Photo, Problem>>> =
            inputs.par_iter().map(|input| without_shared(input.photos)).collect();
        let inputs: Vec<MatchInput> =
            inputs.iter().zip(&photos).map(|(input, photos)| MatchInput { listing: input.listing, photos }).collect();
        self.match_prepared(&inputs, options)
    }

    fn match_prepared(&self, inputs: &[MatchInput], options: &DecodeOptions) -> Result<Vec<Answer>, EngineError> {
        let options = DecodeOptions { cover_reward: self.cover_reward, ..*options };
        let canonical = |input| Canonical::of(input, self.config.cleaner(), self.photo_size);
        let canonical: Vec<Result<Canonical, MatchError>> = inputs.iter().map(canonical).collect();
        let ready = canonical.iter().enumerate().filter_map(|(at, listing)| Some((at, listing.as_ref().ok()?)));
        let mut scores = self.score(&Batch::gather(ready), inputs.len())?;
        let decide = |(at, listing): (usize, &Result<Canonical, MatchError>)| {
            let listing = listing.as_ref().map_err(Clone::clone)?;
            let empty = || Scores::new(0, listing.texts.len(), Vec::new(), Vec::new());
            listing.decide(&scores[at].take().unwrap_or_else(empty), &options, self.config.reserve())
        };
        let decided: Vec<Result<_, MatchError>> = canonical.iter().enumerate().map(decide).collect();
        let answer = |(input, decision): (&MatchInput, Result<_, MatchError>)| {
            let problems: Vec<Option<Problem>> =
                input.photos.iter().map(|photo| photo.as_ref().err().cloned()).collect();
            match decision {
                Ok(decision) => Answer::decided(input.listing, &problems, &decision),
                Err(error) => Answer::failed(input.listing, &problems, (&error).into()),
            }
        };
        Ok(inputs.iter().zip(decided).map(answer).collect())
    }

    /// Scores of a batch's listings, each at its place among `listings`; `None` for those without a photo.
    fn score(&self, batch: &Batch, listings: usize) -> Result<Vec<Option<Scores>>, EngineError> {
        let mut scores = vec![None; listings];
        if batch.members.is_empty() {
            return Ok(scores);
        }
        let images = self.encode_photos(&batch.photos)?;
        let labels = self.encode_labels(&batch.labels)?;
        for pass in batch.passes(self.config.pairs_per_pass(PAIRS_PER_PASS)) {
            self.score_pass(&images, &labels, pass, &mut scores)?;
        }
        Ok(scores)
    }

    /// Scores listings of one shape.
    fn score_pass(
        &self,
        images: &Features,
        labels: &Features,
        pass: &[Member],
        scores: &mut [Option<Scores>],
    ) -> Result<(), EngineError> {
        let (photos, texts) = pass[0].shape();
        let padded = at_least_two(pass);
        let layout = BatchLayout {
            images: padded.iter().map(|member| member.photos.clone()).collect(),
            labels: padded.iter().map(|member| member.labels.clone()).collect(),
        };
        let found = self.engine.score(images, labels, &layout)?;
        let temperature = self.config.temperature();
        let step = |value: &f32| (value / temperature / SCORE_STEP).round() * SCORE_STEP;
        let tables = found.scores.chunks(photos * texts).zip(found.none.chunks(photos));
        for (member, (table, none)) in pass.iter().zip(tables) {
            let (table, none) = (table.iter().map(step).collect(), none.iter().map(step).collect());
            scores[member.listing] = Some(Scores::new(photos, texts, table, none));
        }
        Ok(())
    }

    /// Features of photos, `[N, P]`, 64 at a time.
    ///
    /// # Errors
    /// If the engine fails.
    /// # Panics
    /// If a photo was prepared for another input size (programmer error).
    pub fn encode_photos(&self, photos: &[&Photo]) -> Result<Features, EngineError> {
        let (mean, std) = self.config.normalisation();
        let (width, height) = self.photo_size;
        let pixels = 3 * (width * height) as usize;
        let mut features = Features::default();
        for photos in photos.chunks(PHOTOS_PER_PASS) {
            let padded = at_least_two(photos);
            let mut values = vec![0f32; padded.len() * pixels];
            for (photo, out) in padded.iter().zip(values.chunks_mut(pixels)) {
                write_tensor(&photo.pixels, mean, std, out);
            }
            let pass = self.engine.encode_images(values, [padded.len(), 3, height as usize, width as usize])?;
            features.width = pass.width;
            features.values.extend(&pass.values[..photos.len() * pass.width]);
        }
        Ok(features)
    }

    /// Forgets the cached label features.
    pub fn forget_labels(&self) {
        self.cache().clear();
    }

    /// Features of cleaned labels, `[M, Q]`; those seen before come from the cache.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn encode_labels(&self, labels: &[&str]) -> Result<Features, EngineError> {
        // The cache is not locked while labels are encoded: callers on other threads need not wait.
        let (mut rows, new) = self.cache().rows(labels);
        let tokens: Vec<Vec<i64>> = new.iter().map(|&place| self.tokenizer.tokens(labels[place])).collect();
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        for group in groups_of_equal_length(&lengths, LABELS_PER_PASS) {
            let padded: Vec<&[i64]> = at_least_two(&group).iter().map(|&row| tokens[row].as_slice()).collect();
            let pass = self.engine.encode_labels(&self.tokenizer.pad(&padded))?;
            for (&row, values) in group.iter().zip(pass.values.chunks(pass.width.max(1))) {
                rows[new[row]] = values.to_vec();
            }
        }
        let mut cache = self.cache();
        cache.make_room();
        new.iter().for_each(|&place| cache.insert(labels[place], &rows[place]));
        drop(cache);
        let width = rows.first().map_or(0, Vec::len);
        Ok(Features { values: rows.concat(), width })
    }

    fn cache(&self) -> MutexGuard<'_, LabelCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Photo {
    fn new(pixels: RgbImage) -> Self {
        Self { hash: content_hash(&pixels), pixels }
    }
}

/// The rows; a single row is given twice, because kernels sum in another order for one row.
fn at_least_two<T: Clone>(rows: &[T]) -> Vec<T> {
    let mut rows = rows.to_vec();
    if rows.len() == 1 {
        rows.push(rows[0].clone());
    }
    rows
}

/// The photos of one listing without what they share.
fn without_shared(photos: &[Result<Photo, Problem>]) -> Vec<Result<Photo, Problem>> {
    let readable: Vec<RgbImage> = photos.iter().flatten().map(|photo| photo.pixels.clone()).collect();
    let Some(suppressed) = SharedRegions::default().suppress_listing(&readable) else { return photos.to_vec() };
    let mut suppressed = suppressed.into_iter().map(Photo::new);
    let replace = |photo: &Result<Photo, Problem>| photo.clone().map(|photo| suppressed.next().unwrap_or(photo));
    photos.iter().map(replace).collect()
}
