//! The training loop: forward, backward, step in plain sight.

use super::adamw::FusedAdamW;
use super::average::Average;
use super::checkpoint::{self, Checkpoint, State};
use super::error::TrainError;
use super::features::{Encoder, Features};
use super::files::ModelFiles;
use super::log::{Line, Log};
use super::options::{Event, Outcome, RunData, RunOptions};
use super::pass::{self, Pass};
use super::{calibrate, freeze, validate};
use crate::batch::{Batch, BatchMaker};
use crate::recipe::{Loss, Recipe, Stage, Start};
use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use peise::model::{LabelTokenizer, Model};
use peise_data::augment::Augmentation;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

/// The optimiser of a recipe, as it is before its first step.
pub(super) fn new_optimiser(recipe: &Recipe) -> ModuleOptimizer {
    ModuleOptimizer::from(FusedAdamW::new(recipe.optimiser.weight_decay, recipe.optimiser.clip))
}

/// A run in progress.
pub(super) struct ActiveRun<'a> {
    pub recipe: &'a Recipe,
    pub options: &'a RunOptions<'a>,
    pub tell: &'a (dyn Fn(Event) + Sync),
    pub tokenizer: LabelTokenizer,
    pub device: Device,
    pub files: ModelFiles,
    pub data: RunData,
    pub model: Model,
    pub optimiser: ModuleOptimizer,
    pub average: Average,
    pub state: State,
    pub log: Log,
    pub last_saved: Instant,
}

/// One of the two data sets of a stage, with what is kept of it.
struct Prepared<'a> {
    maker: BatchMaker<'a>,
    kept: Features,
}

/// A stage and its data.
struct StageData<'a> {
    stage: &'a Stage,
    steps: u64,
    training: Prepared<'a>,
    validation: Prepared<'a>,
}

impl ActiveRun<'_> {
    /// Runs what is left of the recipe, then calibrates the best model.
    pub fn train(mut self) -> Result<Outcome, TrainError> {
        let first = self.state.stage;
        for stage in &self.recipe.stages[first.min(self.recipe.stages.len())..] {
            if self.stage(stage)? {
                return Ok(Outcome { config: self.files.config().clone(), best: self.state.best, stopped: true });
            }
        }
        let mut config = self.files.config().clone();
        if self.state.best.as_ref().is_some_and(|best| best.validation_accuracy.is_some()) {
            let preparing = |done, all| (self.tell)(Event::Preparing(done, all));
            self.data.validation.preprocess(&config.preprocess(), &preparing);
            let best = calibrate::temperature(&self.files, &self.data.validation, self.recipe, &self.options.device)?;
            config = config.with_temperature(best);
        }
        Ok(Outcome { config, best: self.state.best, stopped: false })
    }

    /// Runs what is left of a stage; whether it was stopped from outside.
    fn stage(&mut self, stage: &Stage) -> Result<bool, TrainError> {
        let (recipe, tell) = (self.recipe, self.tell);
        let steps = stage.length(self.data.training.listings.len(), recipe.batch * recipe.accumulate);
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
        let config = self.files.config().clone();
        let own = stage.preprocess.clone();
        self.data.training.preprocess(&own.clone().unwrap_or_else(|| config.training_preprocess()), &preparing);
        self.data.validation.preprocess(&own.unwrap_or_else(|| config.preprocess()), &preparing);
        let (model, frozen) = freeze::apply(self.model.clone(), stage, self.files.text_is_aside())?;
        self.model = model;

        // Nothing below borrows `self` as a whole: the next batch is made on another thread while this one trains.
        let data = std::mem::take(&mut self.data);
        let none = Augmentation::default();
        let supcon = match stage.loss {
            Loss::SupconIn | Loss::SupconOut => true,
            Loss::Structured | Loss::CrossEntropy => false,
        };
        let maker = BatchMaker {
            data: &data.training,
            normalisation: config.normalisation(),
            augmentation: &recipe.augmentation,
            changes: &recipe.changes,
            size: recipe.batch,
            seed: recipe.seed,
            shared_regions: config.shared_regions(),
            pixels: true,
        };
        let plain = BatchMaker { data: &data.validation, augmentation: &none, ..maker };
        let mut training = Prepared { maker, kept: Features::default() };
        let mut validation = Prepared { maker: plain, kept: Features::default() };
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
            for prepared in [&mut training, &mut validation] {
                prepared.kept = encoder.keep(&prepared.maker, &preparing)?;
                prepared.maker.pixels = !prepared.kept.has_images();
            }
        }
        let maker = training.maker;
        let at = StageData { stage, steps, training, validation };
        let stopped = std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Batch>(2);
            let (first, micro) = (self.state.stage_step, recipe.accumulate as u64);
            scope.spawn(move || {
                for number in first * micro..steps * micro {
                    if sender.send(maker.training(number)).is_err() {
                        return;
                    }
                }
            });
            self.steps(&at, &receiver)
        });
        self.data = data;
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
    fn steps(&mut self, at: &StageData, batches: &Receiver<Batch>) -> Result<bool, TrainError> {
        let StageData { stage, steps, training, validation } = at;
        let steps = *steps;
        let (recipe, tell) = (self.recipe, self.tell);
        let device = self.device.clone();
        let tokenizer = self.tokenizer.clone();
        let pass = Pass {
            data: training.maker.data,
            features: &training.kept,
            tokenizer: &tokenizer,
            optimiser: &recipe.optimiser,
            loss: stage.loss,
            device: &device,
        };
        let plain = validation.maker;
        let on_validation = Pass { data: plain.data, features: &validation.kept, device: &self.options.device, ..pass };
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
                let one = pass.run(&self.model, &batch, self.state.step)?;
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
            let mut line = pass::line(&found);
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
                end |= self.validate(stage, &on_validation, &plain)?;
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
    fn validate(&mut self, stage: &Stage, pass: &Pass, plain: &BatchMaker) -> Result<bool, TrainError> {
        let averaged = self.average.apply(self.model.valid());
        let mut impatient = false;
        if !plain.data.listings.is_empty() {
            let mut result = validate::validate(&averaged.clone().fold(), pass, plain, self.state.step)?;
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
        let (model, config) = (&self.model, self.files.config());
        let (optimiser, average, state) = (&self.optimiser, &self.average, &self.state);
        checkpoint::save(self.options.out, &Checkpoint { model, optimiser, average, state, config })?;
        self.last_saved = Instant::now();
        Ok(())
    }
}
