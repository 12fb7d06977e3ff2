//! `peise train`: a recipe, data sets, a run.

use crate::allocator;
use crate::device;
use crate::failure::{Failure, Outcome};
use crate::hub;
use crate::progress;
use clap::Args;
use peise::atomic::write_atomically;
use peise::describe;
use peise::image::Preprocess;
use peise_data::dataset::{LoadOptions, TrainingData};
use peise_listings::course::DataSet;
use peise_pages::Language;
use peise_pages::runs::render;
use peise_train::recipe::Recipe;
use peise_train::trainer::{self, Event, RunData, RunOptions};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Train a model from a recipe.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The recipe, e.g. recipes/compact.toml.
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    /// Change one value of the recipe, e.g. stages.0.steps=100; an empty value removes it. May be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Data set in the course format: train_all.json and, optionally, validation_all.json. May be repeated. Without a
    /// validation file, the recipe's share of the listings is used for validation.
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Folder of the run: best/ is the model, report.html the curves (as data: metrics.jsonl).
    #[arg(long, value_name = "RUN")]
    out: PathBuf,
    /// Continue the run in --out from its last checkpoint; without one, start it.
    #[arg(long)]
    resume: bool,
    /// Device to train on: cpu; vulkan or cuda in builds with that feature.
    #[arg(long, default_value = "cpu", value_name = "DEVICE")]
    device: String,
}

static STOP: AtomicBool = AtomicBool::new(false);

/// Runs the command.
pub fn run(args: &TrainArgs) -> Result<Outcome, Failure> {
    allocator::keep_memory();
    let device = device::parse(&args.device)?;
    let mut recipe = Recipe::read(&args.recipe, &args.set)?;
    if let Some(name) = &recipe.weights.text_encoder {
        recipe.weights.text_encoder = Some(hub::resolve(&name.to_string_lossy())?);
    }
    let recipe = recipe;
    let open = |split: &str| -> Result<Vec<DataSet>, Failure> {
        args.data.iter().map(|root| Ok(DataSet::open(root, split)?)).collect()
    };
    let with_validation = args.data.iter().all(|root| root.join("validation_all.json").exists());
    let preparing = progress::Preparing::new();
    let load = |sets: &[DataSet], preprocess: &Preprocess| {
        let memory = recipe.photo_memory << 20;
        let options =
            LoadOptions { preprocess, cleaner: recipe.model.cleaner(), memory, unlabelled: recipe.unlabelled };
        TrainingData::load(sets, &options, &|done, all| preparing.set(done, all))
    };
    let first = recipe.stages.first().and_then(|stage| stage.preprocess.clone());
    let preprocess = first.clone().unwrap_or_else(|| recipe.model.training_preprocess());
    let mut training = load(&open("train")?, &preprocess);
    let validation = if with_validation {
        load(&open("validation")?, &first.unwrap_or_else(|| recipe.model.preprocess()))
    } else {
        training.split_off(recipe.validation)
    };
    preparing.finish();
    for reason in training.skipped.iter().chain(&validation.skipped).take(10) {
        eprintln!("peise: left out: {reason}");
    }
    eprintln!(
        "peise: {} listings, {} photos, {} labels to train on; {} listings to validate on",
        training.listings.len(),
        training.photo_count(),
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
            Event::Validation(line) => {
                lock(&bar, &|bar| bar.validation(line));
                // What the curves are drawn from is in the run's folder; a page that fails costs no training.
                if let Err(failure) = write_curves(&args.out) {
                    crate::failure::tell(&describe(&failure));
                }
            }
        }
    };
    let options = RunOptions { out: &args.out, resume: args.resume, device, stop: &STOP };
    let outcome = trainer::train(&recipe, RunData { training, validation }, &options, &tell)?;
    write_curves(&args.out)?;
    let model = if outcome.best.is_some() { "best" } else { "last" };
    if outcome.stopped {
        eprintln!("peise: stopped; continue it with --resume");
    } else {
        let page = args.out.join("report.html");
        eprintln!("peise: done; the model is {}, its curves are {}", args.out.join(model).display(), page.display());
    }
    Ok(Outcome::Done)
}

/// Writes the page of a run's curves into its folder.
fn write_curves(run: &Path) -> Result<(), Failure> {
    let curves = trainer::read_run(run).map_err(|source| Failure::Run { path: run.join(trainer::METRICS), source })?;
    let page = render(&[curves], Language::English);
    Ok(write_atomically(&run.join("report.html"), |file| file.write_all(page.as_bytes()))?)
}
