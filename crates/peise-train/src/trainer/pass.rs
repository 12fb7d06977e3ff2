//! One batch: forward, losses, what is right.

use super::error::TrainError;
use super::features::Features;
use super::record::StepLog;
use crate::batch::Batch;
use crate::loss::{Supcon, SupconForm, Target, contrast, cross_entropy, structured, supcon, to_vec};
use crate::recipe::{Loss, OptimiserConfig};
use burn::tensor::{Device, Tensor};
use peise::listing::Scores;
use peise::matcher::MatcherOutput;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Objective, Rule, RuleError, decode};
use peise::model::{LabelTokenizer, Model};
use peise_data::dataset::TrainingData;
use rayon::prelude::*;

/// A pass over batches of one data set: what it needs beside model and batch.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub data: &'a TrainingData,
    pub features: &'a Features,
    pub tokenizer: &'a LabelTokenizer,
    pub optimiser: &'a OptimiserConfig,
    pub loss: Loss,
    pub device: &'a Device,
}

/// What comes of a batch.
pub(super) struct Found {
    /// What is differentiated.
    pub total: Tensor<1>,
    /// The reported loss: per photo (SupCon: per anchor), of the last unit.
    pub loss: f64,
    pub contrast: f64,
    pub reward: f64,
    pub right: Option<Right>,
    /// What the loss is a mean over.
    pub count: usize,
}

/// How much is right, cover-decoded where the listing keeps the rule.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Right {
    pub photos: usize,
    pub of_photos: usize,
    pub listings: usize,
    pub of_listings: usize,
}

impl Right {
    pub fn add(&mut self, other: Self) {
        self.photos += other.photos;
        self.of_photos += other.of_photos;
        self.listings += other.listings;
        self.of_listings += other.of_listings;
    }

    pub fn accuracy(&self) -> f64 {
        self.photos as f64 / self.of_photos.max(1) as f64
    }

    pub fn exact_match(&self) -> f64 {
        self.listings as f64 / self.of_listings.max(1) as f64
    }
}

impl Pass<'_> {
    /// Runs a batch.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] if a score or the loss is not finite; `number` is the step that it is told of.
    pub fn run(&self, model: &Model, batch: &Batch, number: u64) -> Result<Found, TrainError> {
        let found = match self.loss {
            Loss::SupconOut => Ok(self.supcon(model, batch, SupconForm::Out)),
            Loss::SupconIn => Ok(self.supcon(model, batch, SupconForm::In)),
            Loss::Structured | Loss::CrossEntropy => self.matching(model, batch),
        };
        let found = found.map_err(|source| TrainError::Diverged { step: number, source: Some(source) })?;
        if found.loss.is_finite() { Ok(found) } else { Err(TrainError::Diverged { step: number, source: None }) }
    }

    fn supcon(&self, model: &Model, batch: &Batch, form: SupconForm) -> Found {
        let features = model.whole(model.image_features(batch.photo_tensor(self.device)));
        let Supcon { sum, anchors } = supcon(features, &classes(batch), self.optimiser.supcon_temperature, form);
        let total = sum / anchors.max(1) as f64;
        let loss = f64::from(total.clone().into_scalar::<f32>());
        Found { total, loss, contrast: 0.0, reward: 0.0, right: None, count: anchors }
    }

    fn matching(&self, model: &Model, batch: &Batch) -> Result<Found, RuleError> {
        let images = self.features.images(model, batch, self.device);
        let labels = self.features.labels(model, batch, batch.tokens(self.tokenizer, self.device));
        let output = model.match_inputs(images.clone(), labels.clone(), &batch.layout);
        let reward = model.reward();
        let last = output.scores.len() - 1;
        let (mut total, mut loss) = (Tensor::<1>::zeros([1], self.device), 0.0);
        for (unit, (scores, none)) in output.scores.iter().zip(&output.none).enumerate() {
            let weight = if unit == last { 1.0 } else { self.optimiser.layer_weight };
            if weight == 0.0 {
                continue;
            }
            if self.loss == Loss::CrossEntropy {
                let value = cross_entropy(scores.clone(), &batch.targets, self.optimiser.double_softmax);
                loss = f64::from(value.clone().into_scalar::<f32>());
                total = total + value * weight;
            } else {
                let found = structured(scores.clone(), none.clone(), reward.clone(), &batch.targets)?;
                loss = found.value;
                total = total + found.surrogate * weight;
            }
        }
        let mut contrast_value = 0.0;
        if self.optimiser.contrast_weight > 0.0 {
            let relations = batch.relations(self.data, self.optimiser.contrast_near);
            let (images, labels) = (model.whole(images), model.whole(labels));
            let found = contrast(images, labels, &relations, self.optimiser.contrast_temperature);
            contrast_value = f64::from(found.clone().into_scalar::<f32>());
            total = total + found * self.optimiser.contrast_weight;
        }
        let right = count_right(&scores_of(&output, batch), batch)?;
        let reward = f64::from(reward.into_scalar::<f32>());
        let count = batch.photo_places.len();
        Ok(Found { total, loss, contrast: contrast_value, reward, right: Some(right), count })
    }
}

/// The class of every photo for SupCon: (listing, label); a photo without a label is a class of its own.
fn classes(batch: &Batch) -> Vec<usize> {
    let mut next = 0;
    let mut classes = Vec::new();
    for target in &batch.targets {
        let first = next;
        next += target.label_count;
        for truth in &target.labels {
            classes.push(match truth {
                Some(label) => first + label,
                None => {
                    next += 1;
                    next - 1
                }
            });
        }
    }
    classes
}

/// The last unit's score tables of a batch's listings, padding cut off.
pub(super) fn scores_of(output: &MatcherOutput, batch: &Batch) -> Vec<Scores> {
    let last = output.scores.len() - 1;
    let (scores, none) = (&output.scores[last], &output.none[last]);
    let [_, images, labels] = scores.dims();
    let (values, nones) = (to_vec(scores.to_data()), to_vec(none.to_data()));
    let table = |(listing, target): (usize, &Target)| {
        let count = target.labels.len();
        let rows = (0..count)
            .flat_map(|image| values[(listing * images + image) * labels..][..target.label_count].to_vec())
            .collect();
        Scores::new(count, target.label_count, rows, nones[listing * images..][..count].to_vec())
    };
    batch.targets.iter().enumerate().map(table).collect()
}

/// Counts what is right: cover-decoded where the listing keeps the rule, else freely.
fn count_right(scores: &[Scores], batch: &Batch) -> Result<Right, RuleError> {
    let counted = scores
        .par_iter()
        .zip(&batch.targets)
        .map(|(scores, target)| {
            let rule = if scores.images() >= scores.labels() { Rule::Cover } else { Rule::Free };
            let options =
                DecodeOptions { rule, objective: Objective::Listing, none: NonePolicy::Forbid, cover_reward: 0.0 };
            let assignment = decode(scores, &options)?;
            let known = target.labels.iter().zip(&assignment.choices).filter(|(truth, _)| truth.is_some());
            let photos = known.clone().filter(|(truth, choice)| **truth == choice.label).count();
            let of_photos = known.count();
            Ok(Right { photos, of_photos, listings: usize::from(photos == of_photos), of_listings: 1 })
        })
        .collect::<Result<Vec<Right>, RuleError>>()?;
    let mut sum = Right::default();
    counted.into_iter().for_each(|one| sum.add(one));
    Ok(sum)
}

/// The log line of a step from its batches.
pub(super) fn line(found: &[Found]) -> StepLog {
    let mean = |value: fn(&Found) -> f64| found.iter().map(value).sum::<f64>() / found.len().max(1) as f64;
    let right = found.iter().filter_map(|one| one.right).reduce(|mut sum, one| {
        sum.add(one);
        sum
    });
    StepLog {
        step: 0,
        steps: 0,
        stage: String::new(),
        lr: 0.0,
        loss: mean(|one| one.loss),
        contrast: mean(|one| one.contrast),
        accuracy: right.map(|right| right.accuracy()),
        exact_match: right.map(|right| right.exact_match()),
        cover_reward: mean(|one| one.reward),
        photos_per_second: 0.0,
    }
}
