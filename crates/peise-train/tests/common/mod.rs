//! Shipped recipes, shrunk to what a test can afford, and drawn listings to train them on.

#![allow(dead_code)] // Each test binary uses a part.

use burn::tensor::Device;
use peise_data::dataset::{LoadOptions, TrainingData};
use peise_data::split::Split;
use peise_data::synth::{self, DrawnSplit, Preset, SynthSet};
use peise_listings::course::DataSet;
use peise_train::recipe::Recipe;
use peise_train::trainer::{Event, Outcome, RunData, RunOptions, StepLog, TrainError, train};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// The backend's random generator is one for the process: runs that draw from it take turns.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const COMPACT: &[&str] = &[
    "batch=8",
    "model.preprocess={ steps = [{ resize = { width = 32, height = 32 } }] }",
    "model.image.stem=8",
    "model.image.widths=[8, 16, 32]",
    "model.image.blocks=[1, 1, 1]",
    "model.image.output=32",
    "model.image.part_width=0",
    "model.label.part_width=0",
    "model.matcher.part_width=0",
    "model.label.width=32",
    "model.label.output=32",
    "model.matcher.width=32",
    "model.matcher.node_hidden=64",
    "model.matcher.units=2",
    "augmentation.steps=[{ flip = { probability = 0.5 } }, { zoom = { scale = [0.9, 1.3], shift = 0.08 } }, { exposure = { range = 0.1 } }]",
    "changes.distractor=0",
    "changes.extra_label=0",
    "stages.0.warmup=10",
    "stages.0.lr=0.004",
    "stages.0.lr_end=0.001",
];

const REPORT: &[&str] = &[
    "batch=8",
    "model.preprocess={ steps = [{ resize = { width = 32, height = 32 } }] }",
    "model.blur.when=off",
    "model.image.widths=[8, 8, 16, 16]",
    "model.image.blocks=[1, 1, 1, 1]",
    "model.image.output=32",
    "model.image_head.hidden=32",
    "model.image_head.output=32",
    "model.image_head.segments=4",
    "model.tokens.max_length=12",
    "model.tokens.mask=true",
    "model.label_head.last_step=real",
    "model.text.vocabulary=512",
    "model.text.width=32",
    "model.text.layers=1",
    "model.text.heads=2",
    "model.text.feed_forward=32",
    "model.label_head.width=32",
    "model.label_head.hidden=32",
    "model.label_head.output=32",
    "model.matcher.width=32",
    "model.matcher.units=2",
    "model.matcher.edge_hidden=32",
    "model.matcher.node_hidden=64",
    "stages.0.epochs=",
    "stages.0.lr=0.004",
];

/// How a recipe is run.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub out: &'a Path,
    /// Whether it is validated, on the training listings.
    pub validated: bool,
    pub resume: bool,
    /// Stopped after so many steps.
    pub stop_after: Option<u64>,
}

impl<'a> Case<'a> {
    /// From start to end, validated.
    pub fn validated(out: &'a Path) -> Self {
        Self { out, validated: true, resume: false, stop_after: None }
    }
}

/// Eight drawn listings, a vocabulary of their characters (alone, and within a word), and a folder for the run.
pub struct Bench {
    pub folder: TempDir,
    pub out: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut set = SynthSet::preset(Preset::Plain, 0);
        set.config.photo.size = 48;
        (set.config.structure.labels, set.config.structure.max_photos) = ([2, 3], 5);
        let drawn = DrawnSplit { dir: folder.path(), split: Split::Test, indices: 0..8, replace: false };
        synth::write(&set, &drawn, &|_| {}).expect("listings are written");
        std::fs::rename(folder.path().join("test_truth.json"), folder.path().join("test_all.json")).expect("renamed");
        let bench = Self { folder, out: tempfile::tempdir().expect("a temporary folder") };
        let words: String = bench.data(&bench.recipe("compact", &["model.cleaner=none"])).characters().chars().fold(
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\n".to_owned(),
            |list, character| {
                if character.is_whitespace() { list } else { format!("{list}{character}\n##{character}\n") }
            },
        );
        std::fs::write(bench.vocabulary(), words).expect("written");
        bench
    }

    fn vocabulary(&self) -> PathBuf {
        self.folder.path().join("vocab.txt")
    }

    /// A shipped recipe with the settings of its kind, and more.
    pub fn recipe(&self, name: &str, more: &[&str]) -> Recipe {
        let kind = if name == "compact" { COMPACT } else { REPORT };
        let mut settings: Vec<String> = kind.iter().chain(more).map(|&setting| setting.to_owned()).collect();
        settings.extend(["validate_every=1000", "checkpoint_seconds=3600"].map(str::to_owned));
        if name != "compact" {
            settings.push(format!("weights.vocabulary={}", self.vocabulary().display()));
            let stages = if ["staged", "supcon"].contains(&name) { 2 } else { 1 };
            for stage in 0..stages {
                let given =
                    |key: &str| more.iter().any(|setting| setting.starts_with(&format!("stages.{stage}.{key}=")));
                settings.push(format!("stages.{stage}.epochs="));
                settings.extend((!given("lr")).then(|| format!("stages.{stage}.lr=0.004")));
            }
        }
        // Given last, so that a test's own validate_every and the like win.
        settings.extend(more.iter().map(|&setting| setting.to_owned()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../recipes/{name}.toml"));
        Recipe::read(&path, &settings).expect("the shipped recipe takes these settings")
    }

    pub fn data(&self, recipe: &Recipe) -> TrainingData {
        let set = DataSet::open(self.folder.path(), "test").expect("what was written is read");
        let preprocess = recipe.model.training_preprocess();
        let memory = recipe.photo_memory << 20;
        let options = LoadOptions {
            preprocess: &preprocess,
            cleaner: recipe.model.cleaner(),
            memory,
            unlabelled: recipe.unlabelled,
        };
        let data = TrainingData::load(&[set], &options, &|_, _| {});
        assert_eq!((data.listings.len(), data.skipped.len()), (8, 0));
        data
    }

    /// Runs a recipe; its steps, and what came out.
    pub fn run_as(&self, recipe: &Recipe, case: Case) -> Result<(Vec<StepLog>, Outcome), TrainError> {
        let Case { out, validated, resume, stop_after } = case;
        let stop = AtomicBool::new(false);
        let steps = Mutex::new(Vec::new());
        let options = RunOptions { out, resume, device: Device::flex(), stop: &stop };
        let validation = if validated { self.data(recipe) } else { TrainingData::default() };
        let data = RunData { training: self.data(recipe), validation };
        let outcome = train(recipe, data, &options, &|event| {
            if let Event::Step(line) = event {
                if stop_after == Some(line.step + 1) {
                    stop.store(true, Ordering::Relaxed);
                }
                steps.lock().expect("not poisoned").push(line.clone());
            }
        })?;
        Ok((steps.into_inner().expect("not poisoned"), outcome))
    }

    /// Runs a recipe from start to end, in place of the run before.
    pub fn run(&self, recipe: &Recipe) -> Result<(Vec<StepLog>, Outcome), TrainError> {
        std::fs::remove_dir_all(self.out.path()).expect("removed");
        std::fs::create_dir(self.out.path()).expect("made anew");
        self.run_as(recipe, Case::validated(self.out.path()))
    }

    pub fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.out.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

/// Mean accuracy of the last steps.
pub fn accuracy(steps: &[StepLog], last: usize) -> f64 {
    let found: Vec<f64> = steps[steps.len() - last..].iter().filter_map(|line| line.accuracy).collect();
    found.iter().sum::<f64>() / found.len() as f64
}
