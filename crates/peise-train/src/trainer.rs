//! Training: a recipe and data to a run in a folder.

use crate::recipe::Recipe;
use std::time::Instant;

mod adamw;
mod average;
mod calibrate;
mod checkpoint;
mod disk;
mod error;
mod features;
mod files;
mod freeze;
mod initial;
mod log;
mod options;
mod pass;
mod record;
mod run;
mod validate;

pub use disk::CheckpointError;
pub use error::TrainError;
pub use log::{METRICS, read_run};
pub use options::{Event, Outcome, RunData, RunOptions};
pub use record::{StepLog, ValidationLog};

use average::Average;
use checkpoint::State;
use files::ModelFiles;
use log::Log;
use run::{ActiveRun, new_optimiser};

/// Trains a recipe's model.
///
/// `OUT/best/` holds the best (averaged) weights as a loadable model, `OUT/last/` the last, `OUT/metrics.jsonl` the
/// curves, `OUT/recipe.toml` the resolved recipe, `OUT/checkpoint/` what `resume` needs.
///
/// # Errors
/// If there is nothing to train on, a file cannot be written or read, or training diverges.
pub fn train(
    recipe: &Recipe,
    data: RunData,
    options: &RunOptions,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, TrainError> {
    let RunData { training, .. } = &data;
    if training.listings.is_empty() {
        let first = training.skipped.first().cloned().unwrap_or_else(|| "there was none".into());
        return Err(TrainError::NoListing { skipped: training.skipped.len(), first });
    }
    let config = initial::completed(&recipe.model, training);
    let device = options.device.clone().autodiff();
    let tokenizer = initial::tokenizer(recipe, &config)?;
    let fingerprint = format!("{} {}", training.fingerprint(), data.validation.fingerprint());
    let fresh = State::new(recipe.seed, fingerprint, initial::fingerprint(&recipe.weights)?);
    let saved = match checkpoint::find(options.out) {
        Some(_) if !options.resume => return Err(TrainError::Exists { path: options.out.to_owned() }),
        Some(folder) => Some(checkpoint::open((options.out, folder), recipe, &config, &fresh)?),
        None => None,
    };
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
    let run = ActiveRun {
        recipe,
        options,
        tell,
        tokenizer,
        device,
        files,
        data,
        model,
        optimiser,
        average,
        state,
        log,
        last_saved,
    };
    run.train()
}
