//! Checkpoints. Everything is written aside, synced and renamed: a crash at any moment leaves either the old checkpoint
//! or the new one.

use super::average::Average;
use super::disk::{CheckpointError, file_error, read_json, remove, to_json, write_text, write_weights};
use super::record::ValidationLog;
use crate::recipe::Recipe;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use peise::model::{Model, ModelConfig};
use peise::weights::{self, Precision};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where a run stands, beside its tensors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// The stage that the run is in.
    pub stage: usize,
    /// Steps of that stage done.
    pub stage_step: u64,
    /// Whether the stage has begun: its optimiser is new, its first weights are set.
    pub begun: bool,
    /// Validations since the best one.
    pub worse: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Fingerprint of the training data; a run is resumed on the same data only.
    pub data: String,
    /// Fingerprint of the initial weights.
    pub weights: String,
    /// Best validation of the stage so far.
    pub best: Option<ValidationLog>,
    /// Its loss to the bit, which decimal digits need not keep.
    best_bits: Option<u64>,
}

impl State {
    pub(super) fn new(seed: u64, data: String, weights: String) -> Self {
        Self {
            step: 0,
            stage: 0,
            stage_step: 0,
            begun: false,
            worse: 0,
            seed,
            data,
            weights,
            best: None,
            best_bits: None,
        }
    }

    /// Whether a validation is better than the best so far: by loss, since steps near the end differ in exact match by
    /// less than its error.
    pub(super) fn improves(&self, found: &ValidationLog) -> bool {
        self.best.as_ref().is_none_or(|best| found.validation_loss < best.validation_loss)
    }
}

const FOLDER: &str = "checkpoint";
const PREVIOUS: &str = "checkpoint.old";
const SUMS: &str = "checksums.json";

/// What a checkpoint holds.
pub(super) struct Checkpoint<'a> {
    pub model: &'a Model,
    pub optimiser: &'a ModuleOptimizer,
    pub average: &'a Average,
    pub state: &'a State,
    pub config: &'a ModelConfig,
}

/// Saves everything that [`open`] and [`Saved::load`] need. The checkpoint before stays as `checkpoint.old`.
pub(super) fn save(out: &Path, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
    let Checkpoint { model, optimiser, average, state, config } = *checkpoint;
    // Going over to validation makes normalisations write down the statistics of their last batch.
    let plain = model.valid();
    let (aside, place, old) = (out.join("checkpoint.new"), out.join(FOLDER), out.join(PREVIOUS));
    remove(&aside)?;
    fs::create_dir_all(&aside).map_err(file_error(&aside))?;
    let record = |path: &Path| {
        let path = path.to_owned();
        move |source| CheckpointError::Save { path, source }
    };
    let path = aside.join("model.bpk");
    model.clone().save_file(&path).map_err(record(&path))?;
    let path = aside.join("optimiser.bpk");
    optimiser.save(&path).map_err(record(&path))?;
    if average.is_kept() {
        let averaged = average.apply(plain);
        write_weights(&aside.join("average.safetensors"), &averaged, Precision::Single, |name| Some(name.to_owned()))?;
    }
    write_text(&aside.join("config.json"), &to_json(&aside, config)?)?;
    let bits = state.best.as_ref().map(|best| best.validation_loss.to_bits());
    let state = State { best_bits: bits, ..state.clone() };
    write_text(&aside.join("state.json"), &to_json(&aside, &state)?)?;
    write_text(&aside.join(SUMS), &to_json(&aside, &checksums(&aside)?)?)?;
    for entry in fs::read_dir(&aside).map_err(file_error(&aside))? {
        let path = entry.map_err(file_error(&aside))?.path();
        fs::File::open(&path).and_then(|file| file.sync_all()).map_err(file_error(&path))?;
    }
    fs::File::open(&aside).and_then(|folder| folder.sync_all()).map_err(file_error(&aside))?;
    // The old one gives way only when the new one is whole; `find` looks for either.
    if place.exists() {
        remove(&old)?;
        fs::rename(&place, &old).map_err(file_error(&place))?;
    }
    fs::rename(&aside, &place).map_err(file_error(&place))?;
    fs::File::open(out).and_then(|folder| folder.sync_all()).map_err(file_error(out))
}

/// Whether all weights are numbers: others would be no checkpoint to go on from.
pub(super) fn is_finite(model: &Model) -> bool {
    weights::tensors(model).values().all(|data| data.iter::<f32>().all(f32::is_finite))
}

/// SHA-256 of every file of a folder but the list of them, in hexadecimal.
fn checksums(folder: &Path) -> Result<BTreeMap<String, String>, CheckpointError> {
    let mut sums = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(file_error(folder))? {
        let path = entry.map_err(file_error(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != SUMS {
            let mut hasher = Sha256::new();
            let mut file = fs::File::open(&path).map_err(file_error(&path))?;
            io::copy(&mut file, &mut hasher).map_err(file_error(&path))?;
            sums.insert(name, hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    Ok(sums)
}

/// A checkpoint that belongs to a recipe and data, and is whole.
pub(super) struct Saved {
    folder: PathBuf,
    state: State,
    average: f32,
}

/// The folder of a run's checkpoint, if there is one.
pub(super) fn find(out: &Path) -> Option<PathBuf> {
    [FOLDER, PREVIOUS].into_iter().map(|name| out.join(name)).find(|folder| folder.join("state.json").exists())
}

/// Checks that a checkpoint is whole and that the run can continue from it.
pub(super) fn open(
    (out, folder): (&Path, PathBuf),
    recipe: &Recipe,
    config: &ModelConfig,
    fresh: &State,
) -> Result<Saved, CheckpointError> {
    let sums: BTreeMap<String, String> = read_json(&folder.join(SUMS))?;
    let found = checksums(&folder)?;
    if let Some((name, _)) = sums.iter().find(|(name, sum)| found.get(*name) != Some(sum)) {
        let previous = out.join(PREVIOUS);
        let way_out = if folder != previous && previous.exists() {
            format!("remove {} and resume from the one before, {}", folder.display(), previous.display())
        } else {
            "start the run anew".to_owned()
        };
        return Err(CheckpointError::Damaged { path: folder.join(name), way_out });
    }
    let foreign = |file: &str, reason: String| Err(CheckpointError::Text { path: folder.join(file), reason });
    let before = out.join("recipe.toml");
    let text = fs::read_to_string(&before).map_err(file_error(&before))?;
    if let Some(key) = difference(&text, recipe) {
        let reason = format!("the recipe's `{key}` was another one; resume with what the run began with");
        return Err(CheckpointError::Text { path: before, reason });
    }
    let saved: ModelConfig = read_json(&folder.join("config.json"))?;
    if saved != *config {
        return foreign("config.json", "its model or its training labels differ from this recipe and data".to_owned());
    }
    let mut state: State = read_json(&folder.join("state.json"))?;
    if let (Some(best), Some(bits)) = (&mut state.best, state.best_bits) {
        best.validation_loss = f64::from_bits(bits);
    }
    for (what, same) in [
        ("another seed", state.seed == fresh.seed),
        ("other training or validation data", state.data == fresh.data),
        ("other initial weights", state.weights == fresh.weights),
    ] {
        if !same {
            return foreign("state.json", format!("the run had {what}; resume with what it began with"));
        }
    }
    Ok(Saved { folder, state, average: recipe.optimiser.average })
}

/// The first key in which a saved recipe differs; how often it is saved may, how much memory photos take, and where files
/// lie: what is in them is compared by fingerprint.
fn difference(saved: &str, recipe: &Recipe) -> Option<String> {
    let current = toml::Table::try_from(recipe).ok()?;
    // Both go the same way, so that numbers are rounded alike.
    let saved = toml::from_str::<Recipe>(saved).ok().and_then(|saved| toml::Table::try_from(&saved).ok());
    let saved = saved.unwrap_or_default();
    let free = ["checkpoint_seconds", "photo_memory", "weights"];
    let keys: BTreeSet<&String> = current.keys().chain(saved.keys()).collect();
    keys.into_iter().find(|key| !free.contains(&key.as_str()) && current.get(*key) != saved.get(*key)).cloned()
}

impl Saved {
    /// Restores the run.
    pub fn load(
        self,
        model: Model,
        optimiser: ModuleOptimizer,
    ) -> Result<(Model, ModuleOptimizer, Average, State), CheckpointError> {
        let record = |path: &Path| {
            let path = path.to_owned();
            move |source| CheckpointError::Record { path, source }
        };
        let path = self.folder.join("model.bpk");
        let model = model.try_load_file(&path).map_err(record(&path))?;
        let path = self.folder.join("optimiser.bpk");
        let optimiser = optimiser.load(&path).map_err(record(&path))?;
        let average = if self.average > 0.0 {
            let path = self.folder.join("average.safetensors");
            let bytes = fs::read(&path).map_err(file_error(&path))?;
            let averaged = weights::from_bytes(model.valid(), &bytes)
                .map_err(|source| CheckpointError::Weights { path: path.clone(), source })?;
            Average::new(&averaged, self.average)
        } else {
            Average::new(&model, 0.0)
        };
        Ok((model, optimiser, average, self.state))
    }
}

/// What a run was made of, beside its recipe.
#[derive(Serialize)]
struct Provenance<'a> {
    peise: &'a str,
    commit: Option<&'a str>,
    recipe: &'a str,
    architecture: &'a str,
    seed: u64,
    data: &'a str,
    initial_weights: &'a str,
}

/// Writes the resolved recipe, and `run.json`: version, commit (if the build was told, as `PEISE_COMMIT`), seed and
/// data fingerprint.
pub(super) fn write_recipe(
    out: &Path,
    recipe: &Recipe,
    state: &State,
    config: &ModelConfig,
) -> Result<(), CheckpointError> {
    fs::create_dir_all(out).map_err(file_error(out))?;
    let provenance = Provenance {
        peise: env!("CARGO_PKG_VERSION"),
        commit: option_env!("PEISE_COMMIT"),
        recipe: &recipe.name,
        architecture: config.architecture(),
        seed: state.seed,
        data: &state.data,
        initial_weights: &state.weights,
    };
    write_text(&out.join("run.json"), &to_json(out, &provenance)?)?;
    let path = out.join("recipe.toml");
    let text = toml::to_string(recipe)
        .map_err(|error| CheckpointError::Text { path: path.clone(), reason: error.to_string() })?;
    write_text(&path, &text)
}
