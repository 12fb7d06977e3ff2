//! Model folders: `config.json` beside `model.safetensors`; and the one that is embedded.

use crate::model::{Compact, CompactConfig};
use crate::weights::{self, WeightsError};
use burn::tensor::Device;
use std::path::{Path, PathBuf};

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file is missing or unreadable.
    #[error("cannot read {path}; a model folder holds config.json and model.safetensors")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than any model of ours.
    #[error("{path} has {bytes} bytes; the most that is read is {MAX_BYTES}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// `config.json` is not valid.
    #[error("{path} is no model configuration")]
    Config {
        /// The file.
        path: PathBuf,
        /// Line, column and expectation.
        #[source]
        source: serde_json::Error,
    },
    /// `config.json` is valid but describes no model that can be built.
    #[error("{path}: {reason}")]
    Architecture {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// `model.safetensors` does not fit `config.json`.
    #[error("cannot use {path}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// Which tensor, and why.
        #[source]
        source: WeightsError,
    },
}

const MAX_BYTES: u64 = 1 << 30;
const EMBEDDED_CONFIG: &[u8] = include_bytes!("../assets/compact/config.json");
const EMBEDDED_WEIGHTS: &[u8] = include_bytes!("../assets/compact/model.safetensors");

/// The card of the embedded model: data, recipe, metrics, limits.
pub const EMBEDDED_CARD: &str = include_str!("../../../model-cards/compact.md");

/// The embedded model.
pub(crate) fn embedded(device: &Device) -> Result<(CompactConfig, Compact), ModelError> {
    build(EMBEDDED_CONFIG, EMBEDDED_WEIGHTS, Path::new("(embedded)"), device)
}

/// Size of the embedded weights in bytes.
pub fn embedded_bytes() -> usize {
    EMBEDDED_WEIGHTS.len()
}

/// Loads a folder.
pub(crate) fn load(folder: &Path, device: &Device) -> Result<(CompactConfig, Compact), ModelError> {
    let config = read(&folder.join("config.json"))?;
    let weights = read(&folder.join("model.safetensors"))?;
    build(&config, &weights, folder, device)
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let error = |source| ModelError::Read { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(error)?.len();
    if bytes > MAX_BYTES {
        return Err(ModelError::TooLarge { path: path.to_owned(), bytes });
    }
    std::fs::read(path).map_err(error)
}

fn build(
    config: &[u8],
    weights: &[u8],
    folder: &Path,
    device: &Device,
) -> Result<(CompactConfig, Compact), ModelError> {
    let path = folder.join("config.json");
    let config: CompactConfig =
        serde_json::from_slice(config).map_err(|source| ModelError::Config { path: path.clone(), source })?;
    config.check().map_err(|reason| ModelError::Architecture { path, reason })?;
    let model = weights::from_bytes(config.init(device), weights)
        .map_err(|source| ModelError::Weights { path: folder.join("model.safetensors"), source })?;
    Ok((config, model))
}
