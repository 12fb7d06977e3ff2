//! The training loop: forward, backward, step in plain sight.

use crate::batch::{Batch, BatchMaker};
use crate::recipe::{Recipe, Stage, Start};
use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use peise::model::{LabelTokenizer, Model, ModelConfig};
use peise_data::dataset::TrainingData;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

mod adamw;
mod average;
mod calibrate;
mod checkpoint;
mod error;
mod features;
mod files;
mod freeze;
mod initial;
mod log;
mod record;
mod step;
pub mod tensorboard;
mod validate;

pub use checkpoint::CheckpointError;
pub use error::TrainError;
pub use log::{METRICS, read_run};
pub use record::{StepLog, ValidationLog};

use adamw::FusedAdamW;
use average::Average;
use checkpoint::State;
use features::{Encoder, Features};
use files::ModelFiles;
use log::{Line, Log};
use step::Step;

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
    /// Photos are being prepared, or a frozen encoder reads them: done, all.
    Preparing(u64, u64),
    /// After a step.
    Step(&'a StepLog),
    /// After a validation.
    Validation(&'a ValidationLog),
}

/// What came out of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The model as configured, characters and temperature filled in.
    pub config: ModelConfig,
    /// Best validation of the last stage, if there was one.
    pub best: Option<ValidationLog>,
    /// Whether the run was stopped from outside before its end.
    pub stopped: bool,
}

/// Trains the recipe's model on `training`, validating on `validation`.
///
/// `OUT/best/` holds the best (averaged) weights as a loadable model, `OUT/last/` the last, `OUT/metrics.jsonl`,
/// `OUT/tensorboard/` and `OUT/report.html` the curves, `OUT/recipe.toml` the resolved recipe, `OUT/checkpoint/` what
/// `resume` needs.
///
/// # Errors
/// If there is nothing to train on, a file cannot be written or read, or training diverges.
pub fn train(
    recipe: &Recipe,
    training: TrainingData,
    validation: TrainingData,
    options: &RunOptions,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, TrainError> {
    if training.listings.is_empty() {
        let first = training.skipped.first().cloned().unwrap_or_else(|| "there was none".into());
        return Err(TrainError::NoListing { skipped: training.skipped.len(), first });
    }
    let mut config = recipe.model.clone();
    if let ModelConfig::Compact(compact) = &mut config
        && compact.label.characters.is_empty()
    {
        compact.label.characters = training.characters();
    }
    let device = options.device.clone().autodiff();
    let tokenizer = initial::tokenizer(recipe, &config)?;
    let data = format!("{} {}", training.fingerprint(), validation.fingerprint());
    let fresh = State::new(recipe.seed, data, initial::fingerprint(&recipe.weights)?);
    if !options.resume && checkpoint::exists(options.out) {
        return Err(TrainError::Exists { path: options.out.to_owned() });
    }
    let saved = if options.resume { Some(checkpoint::find(options.out, recipe, &config, &fresh)?) } else { None };
    let model = initial::model(recipe, &config, &device)?;
    // Selectors are checked before anything is written or trained.
    for stage in &recipe.stages {
        freeze::apply(model.clone(), stage, false)?;
    }
    let mut files = ModelFiles::new(options.out, &config, &tokenizer);
    let model = files.set_text_aside(model, recipe)?;
    let optimiser = new_optimiser(recipe);
    let (model, optimiser, average, state) = match saved {
        Some(saved) => saved.load(model, optimiser)?,
        None => {
            let average = Average::new(&model, recipe.optimiser.average);
            (model, optimiser, average, fresh)
        }
    };
    checkpoint::write_recipe(options.out, recipe, &state, &config)?;
    let log = Log::open(options.out, state.step)?;
    let last_saved = Instant::now();
    let mut run = Run {
        recipe,
        options,
        tell,
        config,
        tokenizer,
        device,
        files,
        training,
        validation,
        model,
        optimiser,
        average,
        state,
        log,
        last_saved,
    };
    let first = run.state.stage;
    for stage in &recipe.stages[first.min(recipe.stages.len())..] {
        if run.stage(stage)? {
            return Ok(Outcome { config: run.config, best: run.state.best, stopped: true });
        }
    }
    let mut config = run.config;
    if run.state.best.as_ref().is_some_and(|best| best.validation_accuracy.is_some()) {
        let preparing = |done, all| tell(Event::Preparing(done, all));
        run.validation.preprocess(&config.preprocess(), &preparing);
        let best = calibrate::temperature(&run.files, &config, &run.validation, recipe, &options.device)?;
        config = config.with_temperature(best);
    }
    Ok(Outcome { config, best: run.state.best, stopped: false })
}

fn new_optimiser(recipe: &Recipe) -> ModuleOptimizer {
    ModuleOptimizer::from(FusedAdamW::new(recipe.optimiser.weight_decay, recipe.optimiser.clip))
}

/// A run in progress.
struct Run<'a> {
    recipe: &'a Recipe,
    options: &'a RunOptions<'a>,
    tell: &'a (dyn Fn(Event) + Sync),
    config: ModelConfig,
    tokenizer: LabelTokenizer,
    device: Device,
    files: ModelFiles,
    training: TrainingData,
    validation: TrainingData,
    model: Model,
    optimiser: ModuleOptimizer,
    average: Average,
    state: State,
    log: Log,
    last_saved: Instant,
}

impl Run<'_> {
    /// Runs what is left of a stage; whether it was stopped from outside.
    fn stage(&mut self, stage: &Stage) -> Result<bool, TrainError> {
        let (recipe, tell) = (self.recipe, self.tell);
        let steps = stage.length(self.training.listings.len(), recipe.batch * recipe.accumulate);
        if !self.state.begun {
            // Each stage is a run of its own: a fresh optimiser, and the best weights are sought anew.
            self.optimiser = new_optimiser(recipe);
            if stage.start == Start::Best && self.state.best.is_some() {
                self.model = self.files.read("best", self.model.clone())?;
            }
            // The average begins anew, too: what this stage freezes is then the same in both, to the bit.
            self.average = Average::new(&self.model, recipe.optimiser.average);
            (self.state.begun, self.state.best, self.state.worse) = (true, None, 0);
            self.save()?;
        }
        if steps == 0 {
            return self.next_stage();
        }
        let preparing = |done, all| tell(Event::Preparing(done, all));
        let own = stage.preprocess.clone();
        self.training.preprocess(&own.clone().unwrap_or_else(|| self.config.training_preprocess()), &preparing);
        self.validation.preprocess(&own.unwrap_or_else(|| self.config.preprocess()), &preparing);
        let (model, frozen) = freeze::apply(self.model.clone(), stage, self.files.text_is_aside())?;
        self.model = model;

        // Nothing below borrows `self` as a whole: the next batch is made on another thread while this one trains.
        let (training, validation) = (std::mem::take(&mut self.training), std::mem::take(&mut self.validation));
        let none = peise_data::augment::Augmentation::default();
        let supcon = matches!(stage.loss, crate::recipe::Loss::SupconIn | crate::recipe::Loss::SupconOut);
        let mut maker = BatchMaker {
            data: &training,
            normalisation: self.config.normalisation(),
            augmentation: &recipe.augmentation,
            changes: &recipe.changes,
            size: recipe.batch,
            seed: recipe.seed,
            shared_regions: self.config.shared_regions(),
            pixels: true,
        };
        let mut plain = BatchMaker { data: &validation, augmentation: &none, ..maker };
        let (mut kept, mut kept_plain) = (Features::default(), Features::default());
        if supcon && frozen.whole(&self.model, "image_encoder") {
            return Err(TrainError::AllFrozen { stage: stage.name.clone() });
        }
        if !supcon {
            let encoder = Encoder {
                model: &self.model,
                frozen: &frozen,
                tokenizer: &self.tokenizer,
                device: &self.options.device,
                files: &self.files,
            };
            kept = encoder.keep(&maker, &preparing)?;
            kept_plain = encoder.keep(&plain, &preparing)?;
        }
        (maker.pixels, plain.pixels) = (!kept.has_images(), !kept_plain.has_images());
        let stopped = std::thread::scope(|scope| {
            let (sender, receiver) = std::sync::mpsc::sync_channel::<Batch>(2);
            let (first, micro) = (self.state.stage_step, recipe.accumulate as u64);
            scope.spawn(move || {
                for number in first * micro..steps * micro {
                    if sender.send(maker.training(number)).is_err() {
                        return;
                    }
                }
            });
            self.steps(stage, steps, &maker, &kept, &plain, &kept_plain, &receiver)
        });
        (self.training, self.validation) = (training, validation);
        if stopped? {
            return Ok(true);
        }
        self.next_stage()
    }

    fn next_stage(&mut self) -> Result<bool, TrainError> {
        self.state.stage += 1;
        (self.state.stage_step, self.state.begun) = (0, false);
        self.save()?;
        Ok(false)
    }

    /// The steps of a stage; whether it was stopped from outside.
    #[allow(clippy::too_many_arguments)] // The two sides of a stage, training and validation.
    fn steps(
        &mut self,
        stage: &Stage,
        steps: u64,
        maker: &BatchMaker,
        kept: &Features,
        plain: &BatchMaker,
        kept_plain: &Features,
        batches: &std::sync::mpsc::Receiver<Batch>,
    ) -> Result<bool, TrainError> {
        let (recipe, tell) = (self.recipe, self.tell);
        let device = self.device.clone();
        let tokenizer = self.tokenizer.clone();
        let step = Step {
            data: maker.data,
            features: kept,
            tokenizer: &tokenizer,
            optimiser: &recipe.optimiser,
            loss: stage.loss,
            device: &device,
        };
        let on_validation = Step { data: plain.data, features: kept_plain, device: &self.options.device, ..step };
        let whole = self.state.step - self.state.stage_step + steps;
        let patience = stage.patience.unwrap_or(u64::MAX);
        while self.state.stage_step < steps && self.state.worse < patience {
            let began = Instant::now();
            device.seed(recipe.seed ^ self.state.step);
            let lr = stage.learning_rate(self.state.stage_step, steps);
            let (mut accumulated, mut found, mut photos) = (GradientsAccumulator::new(), Vec::new(), 0);
            let mut received = 0;
            for batch in batches.iter().take(recipe.accumulate) {
                received += 1;
                photos += batch.photo_places.len();
                if batch.photo_places.is_empty() {
                    continue;
                }
                let one = step.run(&self.model, &batch, self.state.step)?;
                let gradients = (one.total.clone() / recipe.accumulate as f64).backward();
                accumulated.accumulate(&self.model, GradientsParams::from_grads(gradients, &self.model));
                found.push(one);
            }
            if received < recipe.accumulate {
                // The maker of batches has panicked; its scope tells so. Nothing of this step may be kept.
                return Ok(true);
            }
            self.model = self.optimiser.step(lr, self.model.clone(), accumulated.grads());
            self.average.update(&self.model, self.state.step);
            let mut line = step::line(&found);
            (line.step, line.steps, line.lr) = (self.state.step, whole, lr);
            line.stage.clone_from(&stage.name);
            line.photos_per_second = photos as f64 / began.elapsed().as_secs_f64();
            tell(Event::Step(&line));
            self.log.write(&Line::Step(line))?;
            self.state.step += 1;
            self.state.stage_step += 1;

            let stop = self.options.stop.load(Ordering::Relaxed);
            let mut end = self.state.stage_step == steps;
            if end || self.state.step.is_multiple_of(recipe.validate_every) {
                end |= self.validate(stage, &on_validation, plain)?;
            }
            if stop || end || self.last_saved.elapsed().as_secs() >= recipe.checkpoint_seconds {
                self.save()?;
            }
            if stop {
                return Ok(true);
            }
            if end {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Validates and keeps the weights; whether the stage has run out of patience.
    fn validate(&mut self, stage: &Stage, step: &Step, plain: &BatchMaker) -> Result<bool, TrainError> {
        let averaged = self.average.apply(self.model.valid());
        let mut impatient = false;
        if !plain.data.listings.is_empty() {
            let mut result = validate::validate(&averaged.clone().fold(), step, plain, self.state.step)?;
            result.best = self.state.improves(&result);
            if result.best {
                (self.state.best, self.state.worse) = (Some(result.clone()), 0);
                self.files.write("best", &averaged)?;
            } else {
                self.state.worse += 1;
                impatient = stage.patience.is_some_and(|patience| self.state.worse >= patience);
            }
            (self.tell)(Event::Validation(&result));
            self.log.write(&Line::Validation(result))?;
        }
        self.files.write("last", &averaged)?;
        Ok(impatient)
    }

    fn save(&mut self) -> Result<(), TrainError> {
        if !checkpoint::is_finite(&self.model) {
            return Err(TrainError::Diverged { step: self.state.step, source: None });
        }
        self.log.sync()?;
        checkpoint::save(self.options.out, &self.model, &self.optimiser, &self.average, &self.state, &self.config)?;
        self.last_saved = Instant::now();
        Ok(())
    }
}
