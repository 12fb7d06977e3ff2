//! Features of frozen encoders, computed once.
//!
//! A frozen encoder is a function of the label, and of the photo if no augmentation changes it. Its features are cached
//! for every distinct photo and label, and what is trained behind it sees the kept features.

use super::error::TrainError;
use super::files::ModelFiles;
use super::freeze::Frozen;
use crate::architecture::Architecture;
use crate::batch::{Batch, BatchMaker};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use peise::encoder::TokenInput;
use peise::model::{LabelTokenizer, Model};
use peise_data::dataset::TrainingListing;
use std::collections::HashMap;

/// Photos or labels encoded at once.
const AT_ONCE: usize = 64;

/// Kept rows, by index of photo or label in the data.
#[derive(Debug, Default)]
pub(super) struct Kept {
    rows: HashMap<usize, usize>,
    values: Vec<f32>,
    /// Shape of a row.
    shape: [usize; 2],
}

impl Kept {
    /// The rows of these indices, `[N, A, B]`.
    fn tensor(&self, indices: &[usize], device: &Device) -> Tensor<3> {
        let [a, b] = self.shape;
        let mut values = Vec::with_capacity(indices.len() * a * b);
        for index in indices {
            match self.rows.get(index) {
                Some(row) => values.extend_from_slice(&self.values[row * a * b..][..a * b]),
                // A photo that became unreadable after it was checked: it says nothing.
                None => values.resize(values.len() + a * b, 0.0),
            }
        }
        Tensor::from_data(TensorData::new(values, [indices.len(), a, b]), device)
    }

    fn add(&mut self, indices: &[usize], features: Tensor<3>) {
        let [_, a, b] = features.dims();
        self.shape = [a, b];
        let first = self.rows.len();
        self.rows.extend(indices.iter().enumerate().map(|(place, &index)| (index, first + place)));
        self.values.extend(features.into_data().iter::<f32>());
    }
}

/// What is kept during a stage, of one data set.
#[derive(Debug, Default)]
pub(super) struct Features {
    images: Option<Kept>,
    labels: Option<Kept>,
}

impl Features {
    /// Whether photos are not needed any more.
    pub fn has_images(&self) -> bool {
        self.images.is_some()
    }

    /// The matcher's inputs of a batch's photos, `[N, D]`.
    pub fn images(&self, model: &Model, batch: &Batch, device: &Device) -> Tensor<2> {
        match &self.images {
            Some(kept) => model.image_inputs(kept.tensor(&batch.photo_places, device).squeeze_dim(1)),
            None => model.encode_images(batch.photo_tensor(device)),
        }
    }

    /// The matcher's inputs of a batch's labels, `[M, D]`.
    pub fn labels(&self, model: &Model, batch: &Batch, tokens: TokenInput) -> Tensor<2> {
        match &self.labels {
            Some(kept) => model.label_inputs(kept.tensor(&batch.labels, &tokens.tokens.device()), tokens.mask),
            None => model.encode_labels(tokens),
        }
    }
}

/// Computes the features of a data set by frozen encoders.
pub(super) struct Encoder<'a> {
    pub model: &'a Model,
    pub frozen: &'a Frozen,
    pub tokenizer: &'a LabelTokenizer,
    pub device: &'a Device,
    pub files: &'a ModelFiles,
}

impl Encoder<'_> {
    /// Keeps what can be kept; `maker` prepares the photos. `progress` is told (done, all) photos and labels.
    pub fn keep(&self, maker: &BatchMaker, progress: &dyn Fn(u64, u64)) -> Result<Features, TrainError> {
        let whole = |prefix| self.frozen.whole(self.model, prefix);
        let text = Architecture::of(self.files.config()).label_encoder;
        let images = whole("image_encoder") && maker.augmentation.is_none() && !maker.shared_regions;
        let labels = self.files.text_is_aside() || whole(text) && maker.changes.text.is_none();
        let used = |of: &dyn Fn(&TrainingListing) -> &[usize]| {
            let mut used: Vec<usize> =
                maker.data.listings.iter().flat_map(|listing| of(listing).iter().copied()).collect();
            used.sort_unstable();
            used.dedup();
            used
        };
        let photos = if images { used(&|listing| &listing.photos) } else { Vec::new() };
        let texts = if labels { used(&|listing| &listing.labels) } else { Vec::new() };
        let all = (photos.len() + texts.len()) as u64;
        let mut done = 0;
        let mut told = |count: usize| {
            done += count as u64;
            progress(done, all);
        };
        let mut model = self.model.valid().fold();
        if labels {
            model = self.files.with_text_encoder(model, self.device)?;
        }
        let mut features = Features::default();
        if images {
            let mut kept = Kept::default();
            for places in photos.chunks(AT_ONCE) {
                // As one listing without labels: the photos are prepared as for training.
                let listing = TrainingListing {
                    photos: places.to_vec(),
                    labels: vec![],
                    written: vec![],
                    truth: vec![None; places.len()],
                };
                let batch = maker.plain(std::slice::from_ref(&listing));
                if !batch.photo_places.is_empty() {
                    let found = model.image_features(batch.photo_tensor(self.device));
                    kept.add(&batch.photo_places, found.unsqueeze_dim(1));
                }
                told(places.len());
            }
            features.images = Some(kept);
        }
        if labels {
            let mut kept = Kept::default();
            for places in texts.chunks(AT_ONCE) {
                let texts: Vec<&str> = places.iter().map(|&label| maker.data.labels[label].text.as_str()).collect();
                kept.add(places, model.label_features(self.tokenizer.batch(&texts).on(self.device)));
                told(places.len());
            }
            features.labels = Some(kept);
        }
        Ok(features)
    }
}
