//! What a run leaves on disk. Everything is written aside, synced and renamed: a crash at any moment
//! leaves either the old checkpoint or the new one.

use super::ValidationLog;
use super::average::Average;
use crate::recipe::Recipe;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::RecordError;
use burn::tensor::Device;
use peise::format::{FormatError, write_atomically};
use peise::model::{Compact, CompactConfig};
use peise::weights::{self, Precision, WeightsError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file could not be written or read.
    #[error("cannot write or read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] FormatError),
    /// Weights do not fit.
    #[error("{path}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: WeightsError,
    },
    /// Optimiser or module state does not fit.
    #[error("{path} does not belong to this recipe; start anew with another --out")]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: RecordError,
    },
    /// JSON or TOML could not be written or read.
    #[error("{path} is not what a run leaves behind: {reason}")]
    Text {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Nothing to resume.
    #[error("there is no checkpoint in {path}; leave out --resume to start the run")]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
}

/// Where a run stands, beside its tensors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Fingerprint of the training data; a run is resumed on the same data only.
    #[serde(default)]
    pub data: Option<String>,
    /// Best validation so far.
    pub best: Option<ValidationLog>,
}

impl State {
    pub(super) fn new(seed: u64, data: String) -> Self {
        Self { step: 0, seed, data: Some(data), best: None }
    }

    /// Whether a validation is better than the best so far: by loss, since steps near the end differ in exact match by
    /// less than its error.
    pub(super) fn improves(&self, found: &ValidationLog) -> bool {
        self.best.as_ref().is_none_or(|best| found.validation_loss < best.validation_loss)
    }
}

const FOLDER: &str = "checkpoint";

/// Saves everything that [`load`] needs.
pub(super) fn save(
    out: &Path,
    model: &Compact,
    optimiser: &ModuleOptimizer,
    average: &Average,
    state: &State,
    config: &CompactConfig,
) -> Result<(), CheckpointError> {
    let (aside, place, old) = (out.join("checkpoint.new"), out.join(FOLDER), out.join("checkpoint.old"));
    remove(&aside)?;
    fs::create_dir_all(&aside).map_err(file_error(&aside))?;
    let record = |path: &Path| {
        let path = path.to_owned();
        move |source| CheckpointError::Record { path, source }
    };
    let path = aside.join("model.bpk");
    model.clone().save_file(&path).map_err(record(&path))?;
    let path = aside.join("optimiser.bpk");
    optimiser.save(&path).map_err(record(&path))?;
    write_weights(&aside.join("average.safetensors"), &average.apply(model.valid()), Precision::Single)?;
    write_text(&aside.join("config.json"), &to_json(&aside, config)?)?;
    write_text(&aside.join("state.json"), &to_json(&aside, state)?)?;
    for entry in fs::read_dir(&aside).map_err(file_error(&aside))? {
        let path = entry.map_err(file_error(&aside))?.path();
        fs::File::open(&path).and_then(|file| file.sync_all()).map_err(file_error(&path))?;
    }
    // The old one gives way only when the new one is whole; `load` looks for either.
    remove(&old)?;
    if place.exists() {
        fs::rename(&place, &old).map_err(file_error(&place))?;
    }
    fs::rename(&aside, &place).map_err(file_error(&place))?;
    fs::File::open(out).and_then(|folder| folder.sync_all()).map_err(file_error(out))?;
    remove(&old)
}

/// Restores a run.
pub(super) fn load(
    out: &Path,
    model: Compact,
    optimiser: ModuleOptimizer,
    config: &CompactConfig,
    fresh: &State,
) -> Result<(Compact, ModuleOptimizer, Average, State), CheckpointError> {
    let folder = [FOLDER, "checkpoint.old"]
        .into_iter()
        .map(|name| out.join(name))
        .find(|folder| folder.join("state.json").exists())
        .ok_or_else(|| CheckpointError::Nothing { path: out.to_owned() })?;
    let found: CompactConfig = read_json(&folder.join("config.json"))?;
    if found != *config {
        let reason = "its model or its training labels differ from this recipe and data".to_owned();
        return Err(CheckpointError::Text { path: folder.join("config.json"), reason });
    }
    let state: State = read_json(&folder.join("state.json"))?;
    if state.seed != fresh.seed || (state.data.is_some() && state.data != fresh.data) {
        let reason = "the run had another seed or other training data; resume with what it began with".to_owned();
        return Err(CheckpointError::Text { path: folder.join("state.json"), reason });
    }
    let record = |path: &Path| {
        let path = path.to_owned();
        move |source| CheckpointError::Record { path, source }
    };
    let path = folder.join("average.safetensors");
    let bytes = fs::read(&path).map_err(file_error(&path))?;
    let averaged = weights::from_bytes(model.valid(), &bytes)
        .map_err(|source| CheckpointError::Weights { path: path.clone(), source })?;
    let path = folder.join("model.bpk");
    let model = model.try_load_file(&path).map_err(record(&path))?;
    let path = folder.join("optimiser.bpk");
    let optimiser = optimiser.load(&path).map_err(record(&path))?;
    Ok((model, optimiser, Average::new(&averaged), state))
}

/// Writes a loadable model folder: `config.json` and `model.safetensors` at half precision.
pub(super) fn write_model(folder: &Path, model: &Compact, config: &CompactConfig) -> Result<(), CheckpointError> {
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    write_weights(&folder.join("model.safetensors"), model, Precision::Half)?;
    write_config(folder, config)
}

/// Reads the weights of a model folder into a fresh model.
pub(super) fn read_model(folder: &Path, config: &CompactConfig, device: &Device) -> Result<Compact, CheckpointError> {
    let path = folder.join("model.safetensors");
    let bytes = fs::read(&path).map_err(file_error(&path))?;
    weights::from_bytes(config.init(device), &bytes).map_err(|source| CheckpointError::Weights { path, source })
}

/// Rewrites the configuration of a model folder.
pub(super) fn write_config(folder: &Path, config: &CompactConfig) -> Result<(), CheckpointError> {
    write_text(&folder.join("config.json"), &to_json(folder, config)?)
}

/// What a run was made of, beside its recipe.
#[derive(Serialize)]
struct Provenance<'a> {
    peise: &'a str,
    commit: Option<&'a str>,
    seed: u64,
    data: &'a Option<String>,
}

/// Writes the resolved recipe, and `run.json`: version, commit (if the build was told, as `PEISE_COMMIT`), seed and
/// data fingerprint.
pub(super) fn write_recipe(out: &Path, recipe: &Recipe, state: &State) -> Result<(), CheckpointError> {
    fs::create_dir_all(out).map_err(file_error(out))?;
    let provenance = Provenance {
        peise: env!("CARGO_PKG_VERSION"),
        commit: option_env!("PEISE_COMMIT"),
        seed: state.seed,
        data: &state.data,
    };
    write_text(&out.join("run.json"), &to_json(out, &provenance)?)?;
    let path = out.join("recipe.toml");
    let text = toml::to_string(recipe)
        .map_err(|error| CheckpointError::Text { path: path.clone(), reason: error.to_string() })?;
    write_text(&path, &text)
}

fn write_weights(path: &Path, model: &Compact, precision: Precision) -> Result<(), CheckpointError> {
    let bytes = weights::to_bytes(model, precision, HashMap::new())
        .map_err(|source| CheckpointError::Weights { path: path.to_owned(), source })?;
    write_bytes(path, &bytes)
}

fn write_text(path: &Path, text: &str) -> Result<(), CheckpointError> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
    Ok(write_atomically(path, |file| io::Write::write_all(file, bytes))?)
}

fn to_json<T: Serialize>(path: &Path, value: &T) -> Result<String, CheckpointError> {
    serde_json::to_string_pretty(value)
        .map_err(|error| CheckpointError::Text { path: path.to_owned(), reason: error.to_string() })
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CheckpointError> {
    let text = fs::read_to_string(path).map_err(file_error(path))?;
    serde_json::from_str(&text)
        .map_err(|error| CheckpointError::Text { path: path.to_owned(), reason: error.to_string() })
}

fn remove(folder: &Path) -> Result<(), CheckpointError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(folder)(error)),
        _ => Ok(()),
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CheckpointError + use<> {
    let path = path.to_owned();
    move |source| CheckpointError::File { path, source }
}
