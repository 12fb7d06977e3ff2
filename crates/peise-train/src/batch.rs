//! Batches: which listings, how changed, with which photos; a pure function of seed and step, so
//! that a resumed run sees what the uninterrupted one would have seen.

use crate::loss::Target;
use burn::tensor::{Device, Tensor, TensorData};
use peise::encoder::TokenInput;
use peise::image::{RgbImage, SharedRegions, write_tensor};
use peise::model::{BatchLayout, LabelTokenizer};
use peise_data::augment::Augmentation;
use peise_data::augment::text::{TextChanges, same_kinds};
use peise_data::dataset::{NEAR_COLOURS, Relation, TrainingData, TrainingListing};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;

/// How listings are changed while training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListingChanges {
    /// Probability that a photo of a clearly different colour is added to a listing, as an example of "no label".
    pub distractor: f64,
    /// Probability that a label of a clearly different colour joins a listing, without a photo.
    pub extra_label: f64,
    /// Listings with more photos are cut to this many (each label keeps one).
    pub max_photos: usize,
    /// How label text is changed.
    pub text: TextChanges,
}

impl Default for ListingChanges {
    /// Listings as they are.
    fn default() -> Self {
        Self { distractor: 0.0, extra_label: 0.0, max_photos: 4096, text: TextChanges::none() }
    }
}

/// One batch, on the host.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Photos, planar and normalised, `[N, 3, H, W]`; empty where their features are kept.
    pub photos: Vec<f32>,
    /// For each of the N photos its index in the [`TrainingData`].
    pub photo_places: Vec<usize>,
    /// N, H, W.
    pub shape: [usize; 3],
    /// Distinct labels, M of them: indices into [`TrainingData::labels`].
    pub labels: Vec<usize>,
    /// What the encoder reads for each of them.
    pub texts: Vec<String>,
    /// For each photo its label in `labels`, where it has one.
    pub photo_labels: Vec<Option<usize>>,
    /// Which listing has which of them.
    pub layout: BatchLayout,
    /// The truth of each listing.
    pub targets: Vec<Target>,
}

impl Batch {
    /// The photos as a tensor `[N, 3, H, W]`.
    pub fn photo_tensor(&self, device: &Device) -> Tensor<4> {
        let [count, height, width] = self.shape;
        Tensor::from_data(TensorData::new(self.photos.clone(), [count, 3, height, width]), device)
    }

    /// The labels as tokens, on `device`.
    pub fn tokens(&self, tokenizer: &LabelTokenizer, device: &Device) -> TokenInput {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        tokenizer.batch(&texts).on(device)
    }

    /// For every photo and label of the batch what they have to do with each other, `[N, M]`; colours no further apart than `near`
    /// (CIEDE2000) are left out.
    pub fn relations(&self, data: &TrainingData, near: f32) -> Vec<Relation> {
        let mut known: HashMap<(usize, usize), Relation> = HashMap::new();
        let mut relations = Vec::with_capacity(self.photo_labels.len() * self.labels.len());
        for truth in &self.photo_labels {
            for &label in &self.labels {
                relations.push(match truth {
                    None => Relation::Ignored,
                    Some(truth) => {
                        let truth = self.labels[*truth];
                        *known
                            .entry((truth, label))
                            .or_insert_with(|| data.labels[truth].relation(&data.labels[label], near))
                    }
                });
            }
        }
        relations
    }
}

/// How batches are made.
#[derive(Debug, Clone, Copy)]
pub struct BatchMaker<'a> {
    /// Where from.
    pub data: &'a TrainingData,
    /// Mean and standard deviation per channel.
    pub normalisation: ([f32; 3], [f32; 3]),
    /// Photo augmentation.
    pub augmentation: &'a Augmentation,
    /// Listing augmentation.
    pub changes: &'a ListingChanges,
    /// Listings of a batch.
    pub size: usize,
    /// Seed of the run.
    pub seed: u64,
    /// Whether what a listing's photos share is suppressed.
    pub shared_regions: bool,
    /// Whether the photos themselves are needed.
    pub pixels: bool,
}

impl BatchMaker<'_> {
    /// Makes batch number `step` of a run: a pure function of seed and number.
    pub fn training(&self, step: u64) -> Batch {
        let Self { data, augmentation, changes, size, seed, .. } = *self;
        let per_epoch = (data.listings.len() / size).max(1) as u64;
        let mut order: Vec<usize> = (0..data.listings.len()).collect();
        order.shuffle(&mut random(seed, step / per_epoch, 0));
        let first = (step % per_epoch) as usize * size;
        let listings: Vec<TrainingListing> = order[first..(first + size).min(order.len())]
            .iter()
            .enumerate()
            .map(|(place, &index)| {
                let mut random = random(seed, step, 1 + place as u64);
                change(data, &data.listings[index], changes, &mut random)
            })
            .collect();
        let texts = listings.iter().enumerate().map(|(place, listing)| {
            let texts: Vec<String> = listing.labels.iter().map(|&label| data.labels[label].text.clone()).collect();
            if changes.text.is_none() {
                return texts;
            }
            // As when matching: what the seller might have written is cleaned as what he wrote.
            let written = changes.text.apply(&listing.written, &mut random(seed ^ 0x7ec7, step, place as u64));
            let cleaned = data.cleaner.clean(&written);
            if same_kinds(&texts, &cleaned) { cleaned } else { texts }
        });
        let texts = texts.collect();
        self.assemble(listings, texts, |photo, place| {
            augmentation.apply(&photo, &mut random(seed ^ 0x9e37_79b9, step, place))
        })
    }

    /// Makes a batch of listings as they are, for validation.
    pub fn plain(&self, listings: &[TrainingListing]) -> Batch {
        let text = |&label: &usize| self.data.labels[label].text.clone();
        let texts = listings.iter().map(|listing| listing.labels.iter().map(text).collect()).collect();
        self.assemble(listings.to_vec(), texts, |photo, _| photo.into_owned())
    }

    fn assemble(
        &self,
        mut listings: Vec<TrainingListing>,
        mut texts: Vec<Vec<String>>,
        prepare: impl Fn(Cow<RgbImage>, u64) -> RgbImage + Sync,
    ) -> Batch {
        let photos = if self.pixels { self.photos(&mut listings, &mut texts, prepare) } else { Vec::new() };
        let mut batch = Batch {
            photos: Vec::new(),
            photo_places: Vec::new(),
            shape: [0; 3],
            labels: Vec::new(),
            texts: Vec::new(),
            photo_labels: Vec::new(),
            layout: BatchLayout::default(),
            targets: Vec::new(),
        };
        let mut label_places = HashMap::new();
        for (listing, texts) in listings.iter().zip(texts) {
            let labels: Vec<usize> = listing
                .labels
                .iter()
                .zip(texts)
                .map(|(&label, text)| {
                    *label_places.entry((label, text)).or_insert_with_key(|(_, text)| {
                        batch.labels.push(label);
                        batch.texts.push(text.clone());
                        batch.labels.len() - 1
                    })
                })
                .collect();
            let first = batch.photo_places.len();
            batch.layout.images.push((first..first + listing.photos.len()).collect());
            batch.photo_places.extend(&listing.photos);
            batch.photo_labels.extend(listing.truth.iter().map(|truth| truth.map(|at| labels[at])));
            batch.targets.push(Target { labels: listing.truth.clone(), label_count: labels.len() });
            batch.layout.labels.push(labels);
        }
        let (width, height) = photos.first().map_or((0, 0), RgbImage::dimensions);
        batch.shape = [batch.photo_places.len(), height as usize, width as usize];
        let pixels = 3 * width as usize * height as usize;
        batch.photos = vec![0.0; photos.len() * pixels];
        let (mean, std) = self.normalisation;
        if pixels > 0 {
            let pairs = batch.photos.par_chunks_mut(pixels).zip(&photos);
            pairs.for_each(|(out, photo)| write_tensor(photo, mean, std, out));
        }
        batch
    }

    /// The photos of listings, in order. One that has become unreadable leaves its listing; a listing without any leaves
    /// the batch.
    fn photos(
        &self,
        listings: &mut Vec<TrainingListing>,
        texts: &mut Vec<Vec<String>>,
        prepare: impl Fn(Cow<RgbImage>, u64) -> RgbImage + Sync,
    ) -> Vec<RgbImage> {
        let starts = listings.iter().scan(0, |next, listing| {
            let start = *next;
            *next += listing.photos.len() as u64;
            Some(start)
        });
        let starts: Vec<u64> = starts.collect();
        let photos: Vec<Vec<Option<RgbImage>>> = listings
            .par_iter()
            .zip(starts)
            .map(|(listing, start)| {
                let photos = listing.photos.par_iter().map(|&index| self.data.photo(index)).collect();
                let photos = if self.shared_regions { without_shared(photos) } else { photos };
                let places = (start..).take(photos.len()).collect::<Vec<u64>>();
                photos.into_par_iter().zip(places).map(|(photo, place)| Some(prepare(photo?, place))).collect()
            })
            .collect();
        for (listing, photos) in listings.iter_mut().zip(&photos) {
            let mut keep = photos.iter();
            listing.photos.retain(|_| keep.next().is_some_and(Option::is_some));
            let mut keep = photos.iter();
            listing.truth.retain(|_| keep.next().is_some_and(Option::is_some));
        }
        let mut keep = listings.iter();
        texts.retain(|_| keep.next().is_some_and(|listing| !listing.photos.is_empty()));
        listings.retain(|listing| !listing.photos.is_empty());
        photos.into_iter().flatten().flatten().collect()
    }
}

/// The photos of one listing without what they share.
fn without_shared(photos: Vec<Option<Cow<RgbImage>>>) -> Vec<Option<Cow<RgbImage>>> {
    let readable: Vec<RgbImage> = photos.iter().flatten().map(|photo| photo.as_ref().clone()).collect();
    let Some(suppressed) = SharedRegions::default().suppress_listing(&readable) else { return photos };
    let mut suppressed = suppressed.into_iter();
    photos.into_iter().map(|photo| photo.and_then(|_| suppressed.next()).map(Cow::Owned)).collect()
}

fn random(seed: u64, step: u64, place: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ step.wrapping_mul(0xd134_2543_de82_ef95));
    random.set_stream(place);
    random
}

/// Applies [`ListingChanges`] to one listing.
fn change(
    data: &TrainingData,
    listing: &TrainingListing,
    changes: &ListingChanges,
    random: &mut ChaCha8Rng,
) -> TrainingListing {
    let mut changed = listing.clone();
    // Order carries no meaning: shuffle labels and photos.
    let mut order: Vec<usize> = (0..listing.labels.len()).collect();
    order.shuffle(random);
    changed.labels = order.iter().map(|&old| listing.labels[old]).collect();
    changed.written = order.iter().map(|&old| listing.written[old].clone()).collect();
    let place = |old: usize| order.iter().position(|&at| at == old);
    let mut photos: Vec<usize> = (0..listing.photos.len()).collect();
    photos.shuffle(random);
    if photos.len() > changes.max_photos {
        // One photo of each label first, then the others.
        let mut seen = std::collections::HashSet::new();
        let (mut kept, rest): (Vec<usize>, Vec<usize>) =
            photos.into_iter().partition(|&at| listing.truth[at].is_some() && seen.insert(listing.truth[at]));
        kept.extend(rest);
        kept.truncate(changes.max_photos.max(listing.labels.len()));
        photos = kept;
    }
    changed.truth = photos.iter().map(|&at| listing.truth[at].and_then(place)).collect();
    changed.photos = photos.iter().map(|&at| listing.photos[at]).collect();

    // Of another listing, a label whose colour is clearly none of this listing's.
    let mut foreign = || {
        let other = &data.listings[random.random_range(0..data.listings.len())];
        let at = random.random_range(0..other.photos.len());
        let label = other.truth[at]?;
        let (label, written) = (other.labels[label], &other.written[label]);
        let clear = changed
            .labels
            .iter()
            .all(|&own| data.labels[own].relation(&data.labels[label], NEAR_COLOURS) == Relation::Negative);
        clear.then_some((other.photos[at], label, written))
    };
    let (photo, label) = (foreign(), foreign());
    if random.random_bool(changes.distractor)
        && let Some((photo, ..)) = photo
        && !changed.photos.contains(&photo)
    {
        changed.photos.push(photo);
        changed.truth.push(None);
    } else if random.random_bool(changes.extra_label)
        && let Some((_, label, written)) = label
    {
        changed.labels.push(label);
        changed.written.push(written.clone());
    }
    changed
}
