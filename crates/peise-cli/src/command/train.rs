//! `peise train`: a recipe, data sets, a run.

use crate::device;
use crate::failure::{Failure, Outcome};
use crate::progress;
use clap::Args;
use peise::format::course::DataSet;
use peise_train::dataset::TrainingData;
use peise_train::recipe::Recipe;
use peise_train::trainer::{self, Event, RunOptions};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Train a model from a recipe.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The recipe, e.g. recipes/compact.toml.
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    /// Change one value of the recipe, e.g. stages.0.steps=100; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Data set in the course format, with train_all.json and, if there is one, validation_all.json;
    /// may be given several times. Without a validation file a tenth of the listings is set aside.
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Folder of the run: best/ is the model, metrics.jsonl the curves.
    #[arg(long, value_name = "RUN")]
    out: PathBuf,
    /// Continue the run in --out from its last checkpoint.
    #[arg(long)]
    resume: bool,
    /// Where to train.
    #[arg(long, default_value = "cpu", value_name = "DEVICE")]
    device: String,
}

static STOP: AtomicBool = AtomicBool::new(false);

/// Runs the command.
pub fn run(args: &TrainArgs) -> Result<Outcome, Failure> {
    let device = device::parse(&args.device)?;
    let recipe = Recipe::read(&args.recipe, &args.set)?;
    let open = |split: &str| -> Result<Vec<DataSet>, Failure> {
        args.data.iter().map(|root| Ok(DataSet::open(root, split)?)).collect()
    };
    let with_validation = args.data.iter().all(|root| root.join("validation_all.json").exists());
    let preparing = progress::Preparing::new();
    let load = |sets: &[DataSet]| {
        TrainingData::load(sets, &recipe.model.preprocess, recipe.model.cleaner, &|done, all| preparing.set(done, all))
    };
    let mut training = load(&open("train")?);
    let validation = if with_validation { load(&open("validation")?) } else { training.split_off(10) };
    preparing.finish();
    for reason in training.skipped.iter().chain(&validation.skipped).take(10) {
        eprintln!("peise: left out: {reason}");
    }
    eprintln!(
        "peise: {} listings, {} photos, {} labels to train on; {} listings to validate on",
        training.listings.len(),
        training.photos.len(),
        training.labels.len(),
        validation.listings.len()
    );
    // A second signal ends the process at once; checkpoints survive that.
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("peise: saving and stopping after this step");
    })
    .map_err(Failure::Signal)?;

    let bar = Mutex::new(progress::Training::new());
    let told = Mutex::new(Instant::now());
    let tell = |event: Event| {
        let lock = |mutex: &Mutex<progress::Training>, f: &dyn Fn(&mut progress::Training)| {
            f(&mut mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        };
        match event {
            Event::Preparing(done, all) => preparing.set(done, all),
            Event::Step(line) => {
                let mut told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let due = told.elapsed() > Duration::from_secs(20);
                lock(&bar, &|bar| bar.step(line, due));
                if due {
                    *told = Instant::now();
                }
            }
            Event::Validation(line) => lock(&bar, &|bar| bar.validation(line)),
        }
    };
    let options = RunOptions { out: &args.out, resume: args.resume, device, stop: &STOP };
    let outcome = trainer::train(&recipe, training, validation, &options, &tell)?;
    if outcome.stopped {
        eprintln!("peise: stopped; go on with --resume");
    } else {
        eprintln!("peise: done; the model is {}", args.out.join("best").display());
    }
    Ok(Outcome::Done)
}
