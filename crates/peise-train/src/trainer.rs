//! The training loop: forward, backward, step in plain sight.

use crate::batch::{Batch, plain_batch, training_batch};
use crate::dataset::TrainingData;
use crate::loss::{contrast, structured, to_vec};
use crate::recipe::Recipe;
use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use peise::listing::Scores;
use peise::matcher::MatcherOutput;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Objective, Rule, RuleError, decode};
use peise::model::{Compact, CompactConfig};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

mod average;
mod calibrate;
mod checkpoint;

pub use checkpoint::CheckpointError;

use average::Average;
use checkpoint::State;

/// Where a run reads and writes.
pub struct RunOptions<'a> {
    /// Folder of the run.
    pub out: &'a Path,
    /// Continue the run in `out`.
    pub resume: bool,
    /// Where tensors live.
    pub device: Device,
    /// Set from outside to save and stop.
    pub stop: &'a AtomicBool,
}

/// What a run tells while it goes on.
pub enum Event<'a> {
    /// Photos are being prepared: done, all.
    Preparing(u64, u64),
    /// After a step.
    Step(&'a StepLog),
    /// After a validation.
    Validation(&'a ValidationLog),
}

/// One optimiser step, as written to `metrics.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepLog {
    /// Step of the run, from 0.
    pub step: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// Stage.
    pub stage: String,
    /// Learning rate.
    pub lr: f64,
    /// Structured negative log-likelihood per image, last unit.
    pub loss: f64,
    /// Image-text contrast.
    pub contrast: f64,
    /// Right images / images with a label, under the training augmentation.
    pub accuracy: f64,
    /// Listings with every image right / listings.
    pub exact_match: f64,
    /// Learned reward of a covered label.
    pub cover_reward: f64,
    /// Photos a second.
    pub photos_per_second: f64,
}

/// One validation of the averaged weights, as written to `metrics.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ValidationLog {
    /// Steps done.
    pub step: u64,
    /// Structured negative log-likelihood per image.
    pub validation_loss: f64,
    /// Right images / images, cover-decoded.
    pub validation_accuracy: f64,
    /// Listings with every image right / listings, cover-decoded.
    pub validation_exact_match: f64,
    /// Whether these are the best weights so far (by loss).
    pub best: bool,
}

/// Why a run stopped short.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Nothing to train on.
    #[error("no usable training listing; {skipped} were left out, the first because: {first}")]
    NoListing {
        /// Photos and listings left out.
        skipped: usize,
        /// Why the first was.
        first: String,
    },
    /// The loss is no longer finite.
    #[error("step {step}: the scores are no longer finite; lower the learning rate (--set stages.0.lr=...)")]
    Diverged {
        /// Step.
        step: u64,
        /// Which score.
        #[source]
        source: RuleError,
    },
    /// A file of the run could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A log could not be written.
    #[error("cannot write {path}")]
    Log {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// What came out of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The model as configured, characters and temperature filled in.
    pub config: CompactConfig,
    /// Best validation, if there was one.
    pub best: Option<ValidationLog>,
    /// Whether the run was stopped from outside before its end.
    pub stopped: bool,
}

/// Trains the recipe's model on `training`, validating on `validation`.
///
/// `OUT/best/` holds the best averaged weights as a loadable model, `OUT/metrics.jsonl` the curves,
/// `OUT/recipe.toml` the resolved recipe, `OUT/checkpoint/` what `resume` needs.
///
/// # Errors
/// If there is nothing to train on, a file cannot be written or read, or training diverges.
pub fn train(
    recipe: &Recipe,
    mut training: TrainingData,
    mut validation: TrainingData,
    options: &RunOptions,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, TrainError> {
    if training.listings.is_empty() {
        let first = training.skipped.first().cloned().unwrap_or_else(|| "there was none".into());
        return Err(TrainError::NoListing { skipped: training.skipped.len(), first });
    }
    let mut config = recipe.model.clone();
    if config.label.characters.is_empty() {
        config.label.characters = training.characters();
    }
    let device = options.device.clone().autodiff();
    device.seed(recipe.seed);
    let mut model = config.init(&device);
    let mut optimiser = AdamWConfig::new()
        .with_weight_decay(recipe.optimiser.weight_decay)
        .with_epsilon(1e-8)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(recipe.optimiser.clip)))
        .init();
    let mut state = State::new(recipe.seed, training.fingerprint());
    let mut average = Average::new(&model);
    if options.resume {
        (model, optimiser, average, state) = checkpoint::load(options.out, model, optimiser, &config, &state)?;
    }
    checkpoint::write_recipe(options.out, recipe, &state)?;
    let log_path = options.out.join("metrics.jsonl");
    let log_error = |source| TrainError::Log { path: log_path.clone(), source };
    let mut log = std::fs::OpenOptions::new().create(true).append(true).open(&log_path).map_err(log_error)?;
    let mut write = |line: serde_json::Result<String>| -> Result<(), TrainError> {
        let line = line.map_err(|error| log_error(error.into()))?;
        writeln!(log, "{line}").map_err(log_error)
    };

    let steps: u64 = recipe.stages.iter().map(|stage| stage.steps).sum();
    let mut saved = Instant::now();
    let mut first = 0;
    let mut current = config.preprocess.clone();
    for stage in &recipe.stages {
        let last = first + stage.steps;
        if state.step >= last {
            first = last;
            continue;
        }
        let preprocess = stage.preprocess.as_ref().unwrap_or(&config.preprocess);
        if *preprocess != current {
            for data in [&mut training, &mut validation] {
                data.preprocess(preprocess, &|done, all| tell(Event::Preparing(done, all)));
            }
            current = preprocess.clone();
        }
        // The next batch is made while this one trains.
        let start = state.step;
        let (training, config) = (&training, &config);
        let outcome = std::thread::scope(|scope| -> Result<bool, TrainError> {
            let (sender, receiver) = std::sync::mpsc::sync_channel::<Batch>(2);
            scope.spawn(move || {
                for step in start..last {
                    let batch = training_batch(
                        training,
                        config,
                        &recipe.augmentation,
                        &recipe.changes,
                        recipe.batch,
                        recipe.seed,
                        step,
                    );
                    if sender.send(batch).is_err() {
                        return;
                    }
                }
            });
            for batch in receiver {
                let began = Instant::now();
                device.seed(recipe.seed ^ state.step);
                let lr = stage.learning_rate(state.step - first);
                let (next, mut line) = step(recipe, training, config, model.clone(), &mut optimiser, &batch, lr)
                    .map_err(|source| TrainError::Diverged { step: state.step, source })?;
                model = next;
                // A young average forgets its random start faster.
                let decay = recipe.optimiser.average.min((1.0 + state.step as f32) / (10.0 + state.step as f32));
                average.update(&model, decay);
                line.step = state.step;
                line.steps = steps;
                line.stage.clone_from(&stage.name);
                line.photos_per_second = batch.photo_labels.len() as f64 / began.elapsed().as_secs_f64();
                tell(Event::Step(&line));
                write(serde_json::to_string(&line))?;
                state.step += 1;

                let stop = options.stop.load(Ordering::Relaxed);
                if state.step.is_multiple_of(recipe.validate_every) || state.step == last {
                    let averaged = average.apply(model.valid());
                    if !validation.listings.is_empty() {
                        let mut result = validate(&averaged.clone().fold(), config, &validation, recipe.batch)
                            .map_err(|source| TrainError::Diverged { step: state.step, source })?;
                        result.step = state.step;
                        result.best = state.improves(&result);
                        if result.best {
                            state.best = Some(result.clone());
                            checkpoint::write_model(&options.out.join("best"), &averaged, config)?;
                        }
                        tell(Event::Validation(&result));
                        write(serde_json::to_string(&result))?;
                    }
                    checkpoint::write_model(&options.out.join("last"), &averaged, config)?;
                }
                if stop || state.step == last || saved.elapsed().as_secs() >= recipe.checkpoint_seconds {
                    checkpoint::save(options.out, &model, &optimiser, &average, &state, config)?;
                    saved = Instant::now();
                }
                if stop {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        if outcome {
            return Ok(Outcome { config: config.clone(), best: state.best, stopped: true });
        }
        first = last;
    }
    if state.best.is_some() {
        config.temperature =
            calibrate::temperature(&options.out.join("best"), &config, &validation, &options.device, recipe.batch)?;
    }
    Ok(Outcome { config, best: state.best, stopped: false })
}

/// One optimiser step: forward, losses, backward, update.
fn step(
    recipe: &Recipe,
    data: &TrainingData,
    config: &CompactConfig,
    model: Compact,
    optimiser: &mut ModuleOptimizer,
    batch: &Batch,
    lr: f64,
) -> Result<(Compact, StepLog), RuleError> {
    let device = model.cover_reward.val().device();
    let texts: Vec<&str> = batch.labels.iter().map(|&label| data.labels[label].text.as_str()).collect();
    let images = model.encode_images(batch.photo_tensor(&device));
    let labels = model.encode_labels(config.tokenizer().batch(&texts, &device));
    let output = model.match_features(images.clone(), labels.clone(), &batch.layout);

    let reward = model.reward();
    let units = output.scores.len();
    let mut total: Option<Tensor<1>> = None;
    let mut value = 0.0;
    let mut add = |term: Tensor<1>| {
        total = Some(match total.take() {
            Some(sum) => sum + term,
            None => term,
        });
    };
    for (unit, (scores, none)) in output.scores.iter().zip(&output.none).enumerate() {
        let loss = structured(scores.clone(), none.clone(), reward.clone(), &batch.targets)?;
        let last = unit + 1 == units;
        value = loss.value;
        add(if last { loss.surrogate } else { loss.surrogate * recipe.optimiser.layer_weight });
    }
    let mut contrast_value = 0.0;
    if recipe.optimiser.contrast_weight > 0.0 {
        let loss = contrast(images, labels, &batch.relations(data), recipe.optimiser.contrast_temperature);
        contrast_value = f64::from(loss.clone().into_scalar::<f32>());
        add(loss * recipe.optimiser.contrast_weight);
    }
    let (right, images, exact) =
        count_right(&scores_of(&output.scores[units - 1], &output.none[units - 1], batch), batch)?;
    let line = StepLog {
        step: 0,
        steps: 0,
        stage: String::new(),
        lr,
        loss: value,
        contrast: contrast_value,
        accuracy: right as f64 / images.max(1) as f64,
        exact_match: exact as f64 / batch.targets.len().max(1) as f64,
        cover_reward: f64::from(reward.into_scalar::<f32>()),
        photos_per_second: 0.0,
    };
    let Some(total) = total else { return Ok((model, line)) };
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    Ok((optimiser.step(lr, model, gradients), line))
}

/// The score tables of a batch's listings, padding cut off.
fn scores_of(scores: &Tensor<3>, none: &Tensor<2>, batch: &Batch) -> Vec<Scores> {
    let [_, images, labels] = scores.dims();
    let (values, nones) = (to_vec(scores.to_data()), to_vec(none.to_data()));
    let table = |(listing, target): (usize, &crate::loss::Target)| {
        let count = target.labels.len();
        let rows = (0..count)
            .flat_map(|image| values[(listing * images + image) * labels..][..target.label_count].to_vec())
            .collect();
        Scores::new(count, target.label_count, rows, nones[listing * images..][..count].to_vec())
    };
    batch.targets.iter().enumerate().map(table).collect()
}

/// Right images, images with a truth, listings with every image right: cover-decoded where the
/// listing keeps the rule, else freely.
fn count_right(scores: &[Scores], batch: &Batch) -> Result<(usize, usize, usize), RuleError> {
    let counted = scores
        .par_iter()
        .zip(&batch.targets)
        .map(|(scores, target)| {
            let rule = if scores.images() >= scores.labels() { Rule::Cover } else { Rule::Free };
            let options =
                DecodeOptions { rule, objective: Objective::Listing, none: NonePolicy::Forbid, cover_reward: 0.0 };
            let assignment = decode(scores, &options)?;
            let known = target.labels.iter().zip(&assignment.choices).filter(|(truth, _)| truth.is_some());
            let right = known.clone().filter(|(truth, choice)| **truth == choice.label).count();
            Ok((right, known.count()))
        })
        .collect::<Result<Vec<_>, RuleError>>()?;
    let exact = counted.iter().filter(|(right, all)| right == all).count();
    let sum = |f: fn(&(usize, usize)) -> usize| counted.iter().map(f).sum::<usize>();
    Ok((sum(|c| c.0), sum(|c| c.1), exact))
}

/// A batch of listings as they are, and what the model says of it.
fn forward(
    model: &Compact,
    config: &CompactConfig,
    data: &TrainingData,
    listings: &[crate::dataset::TrainingListing],
) -> (Batch, MatcherOutput) {
    let device = model.cover_reward.val().device();
    let batch = plain_batch(data, config, listings);
    let texts: Vec<&str> = batch.labels.iter().map(|&label| data.labels[label].text.as_str()).collect();
    let output = model.forward(batch.photo_tensor(&device), config.tokenizer().batch(&texts, &device), &batch.layout);
    (batch, output)
}

fn validate(
    model: &Compact,
    config: &CompactConfig,
    data: &TrainingData,
    size: usize,
) -> Result<ValidationLog, RuleError> {
    let (mut right, mut images, mut exact, mut loss) = (0, 0, 0, 0.0);
    for listings in data.listings.chunks(size) {
        let (batch, output) = forward(model, config, data, listings);
        let last = output.scores.len() - 1;
        let counted = count_right(&scores_of(&output.scores[last], &output.none[last], &batch), &batch)?;
        right += counted.0;
        images += counted.1;
        exact += counted.2;
        let value =
            structured(output.scores[last].clone(), output.none[last].clone(), model.reward(), &batch.targets)?.value;
        loss += value * batch.photo_labels.len() as f64;
    }
    Ok(ValidationLog {
        step: 0,
        validation_loss: loss / images.max(1) as f64,
        validation_accuracy: right as f64 / images.max(1) as f64,
        validation_exact_match: exact as f64 / data.listings.len().max(1) as f64,
        best: false,
    })
}
