//! Reading and writing the files of a run.

use burn::module::Module;
use burn::store::RecordError;
use peise::atomic::{WriteError, write_atomically};
use peise::weights::{self, Precision, WeightsError};
use serde::Serialize;
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
    Write(#[from] WriteError),
    /// Weights do not fit.
    #[error("{path}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: WeightsError,
    },
    /// Weights or optimiser state could not be written.
    #[error("cannot write {path}; the previous checkpoint is unchanged")]
    Save {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: RecordError,
    },
    /// A file of a checkpoint is not what was written.
    #[error("{path} is damaged (its checksum differs): {way_out}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What can be done.
        way_out: String,
    },
    /// Optimiser or module state does not fit.
    #[error("{path} does not belong to this recipe; start a new run in another folder")]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: RecordError,
    },
    /// JSON or TOML could not be written or read.
    #[error("{path} is not the output of a run: {reason}")]
    Text {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

pub(super) fn write_weights<M: Module>(
    path: &Path,
    module: &M,
    precision: Precision,
    rename: impl Fn(&str) -> Option<String>,
) -> Result<(), CheckpointError> {
    let bytes = weights::to_bytes(module, precision, HashMap::new(), rename)
        .map_err(|source| CheckpointError::Weights { path: path.to_owned(), source })?;
    write_bytes(path, &bytes)
}

pub(super) fn write_text(path: &Path, text: &str) -> Result<(), CheckpointError> {
    write_bytes(path, text.as_bytes())
}

pub(super) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
    Ok(write_atomically(path, |file| io::Write::write_all(file, bytes))?)
}

pub(super) fn to_json<T: Serialize>(path: &Path, value: &T) -> Result<String, CheckpointError> {
    serde_json::to_string_pretty(value)
        .map_err(|error| CheckpointError::Text { path: path.to_owned(), reason: error.to_string() })
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CheckpointError> {
    let text = fs::read_to_string(path).map_err(file_error(path))?;
    serde_json::from_str(&text)
        .map_err(|error| CheckpointError::Text { path: path.to_owned(), reason: error.to_string() })
}

pub(super) fn remove(folder: &Path) -> Result<(), CheckpointError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(folder)(error)),
        _ => Ok(()),
    }
}

pub(super) fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CheckpointError + use<> {
    let path = path.to_owned();
    move |source| CheckpointError::File { path, source }
}
