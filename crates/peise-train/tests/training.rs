//! The shipped recipe, shrunk, from drawn listings to a loadable model: it learns eight listings by heart, and a run
//! that is stopped and resumed ends where the uninterrupted one does.

use burn::tensor::Device;
use peise::format::course::DataSet;
use peise_train::dataset::TrainingData;
use peise_train::recipe::Recipe;
use peise_train::synth::{self, SynthOptions};
use peise_train::trainer::{Event, RunOptions, StepLog, TrainError, train};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The backend's random generator is one for the process: runs that draw from it take turns.
static TURN: Mutex<()> = Mutex::new(());

fn recipe(steps: u64) -> Recipe {
    let settings = [
        "batch=8",
        "validate_every=1000",
        "checkpoint_seconds=3600",
        "model.preprocess={ steps = [{ resize = { width = 32, height = 32 } }] }",
        "model.image.stem=8",
        "model.image.widths=[8, 16, 32]",
        "model.image.blocks=[1, 1, 1]",
        "model.image.output=32",
        "model.label.width=32",
        "model.label.output=32",
        "model.matcher.width=32",
        "model.matcher.node_hidden=64",
        "model.matcher.units=2",
        "augmentation.rotation=0",
        "changes.distractor=0",
        "changes.extra_label=0",
        "stages.0.warmup=10",
        "stages.0.lr=0.004",
        "stages.0.lr_end=0.001",
    ];
    let mut settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    settings.push(format!("stages.0.steps={steps}"));
    Recipe::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/compact.toml"), &settings)
        .expect("the shipped recipe takes these settings")
}

/// Eight drawn listings, their truth known.
fn data(recipe: &Recipe) -> TrainingData {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = SynthOptions { width: 48, height: 64, max_labels: 3, max_images: 5, ..SynthOptions::default() };
    synth::write(folder.path(), &options, 8, |_| {}).expect("listings are written");
    std::fs::rename(folder.path().join("test_truth.json"), folder.path().join("test_all.json")).expect("renamed");
    let set = DataSet::open(folder.path(), "test").expect("what was written is read");
    let data = TrainingData::load(&[set], &recipe.model.preprocess, recipe.model.cleaner, &|_, _| {});
    assert_eq!((data.listings.len(), data.skipped.len()), (8, 0));
    data
}

/// Runs a recipe, stopping after `stop_after` steps where given; returns its steps.
fn run(
    recipe: &Recipe,
    data: (TrainingData, TrainingData),
    out: &Path,
    resume: bool,
    stop_after: Option<u64>,
) -> Result<Vec<StepLog>, TrainError> {
    let stop = AtomicBool::new(false);
    let steps = Mutex::new(Vec::new());
    let options = RunOptions { out, resume, device: Device::flex(), stop: &stop };
    train(recipe, data.0, data.1, &options, &|event| {
        if let Event::Step(line) = event {
            if stop_after == Some(line.step + 1) {
                stop.store(true, Ordering::Relaxed);
            }
            steps.lock().expect("not poisoned").push(line.clone());
        }
    })?;
    Ok(steps.into_inner().expect("not poisoned"))
}

#[test]
fn the_recipe_learns_eight_listings_by_heart_and_leaves_a_model_that_loads() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recipe = recipe(120);
    let out = tempfile::tempdir().expect("a temporary folder");
    let steps = run(&recipe, (data(&recipe), data(&recipe)), out.path(), false, None).expect("it trains");
    let last: f64 = steps[100..].iter().map(|line| line.accuracy).sum::<f64>() / 20.0;
    assert!(last > 0.97, "accuracy of the last steps: {last}");
    assert!(steps[119].loss < 0.3 * steps[0].loss, "{} to {}", steps[0].loss, steps[119].loss);
    peise::Matcher::load(&out.path().join("best"), Device::flex()).expect("the best weights load");
    for name in ["metrics.jsonl", "recipe.toml", "run.json", "checkpoint/state.json", "last/model.safetensors"] {
        assert!(out.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_resumed_run_ends_where_the_uninterrupted_one_does() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recipe = recipe(8);
    let nothing = TrainingData::default;
    let (whole, parts) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let expected = run(&recipe, (data(&recipe), nothing()), whole.path(), false, None).expect("it trains");
    let first = run(&recipe, (data(&recipe), nothing()), parts.path(), false, Some(4)).expect("it stops");
    assert_eq!(first.len(), 4);
    let rest = run(&recipe, (data(&recipe), nothing()), parts.path(), true, None).expect("it resumes");
    assert_eq!(rest.len(), 4);
    for (one, other) in expected[4..].iter().zip(&rest) {
        assert_eq!((one.step, one.lr), (other.step, other.lr));
        assert_eq!((one.loss, one.contrast), (other.loss, other.contrast), "step {}: bit for bit", one.step);
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    let missing = run(&recipe, (data(&recipe), nothing()), nowhere.path(), true, None).expect_err("nothing to resume");
    assert!(missing.to_string().contains("--resume"), "{missing}");
}

#[test]
fn without_listings_training_says_what_is_missing() {
    let recipe = recipe(1);
    let out = tempfile::tempdir().expect("a folder");
    let error = run(&recipe, (TrainingData::default(), TrainingData::default()), out.path(), false, None);
    assert!(matches!(error, Err(TrainError::NoListing { .. })));
}
