//! How a command ends: 0 done, 1 done in part, 2 wrong use or unreadable input, 130 interrupted.

use peise::describe;
use peise_data::import::ImportError;
use peise_data::synth::SynthError;
use peise_listings::FormatError;
use peise_train::trainer::TrainError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit code after Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// How a command that ran to its end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Done,
    /// Some images or listings could not be processed; each was named.
    Partly,
    /// It was interrupted, and can be resumed where it says so.
    Interrupted,
}

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong use.
    #[error("{0}")]
    Usage(String),
    /// A data file.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A prediction.
    #[error(transparent)]
    Predict(#[from] peise_listings::predict::PredictError),
    /// A recipe.
    #[error(transparent)]
    Recipe(#[from] peise_train::recipe::RecipeError),
    /// A run.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// An import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// An evaluation.
    #[error(transparent)]
    Evaluate(#[from] peise_eval::EvaluateError),
    /// Synthetic listings.
    #[error(transparent)]
    Synth(#[from] SynthError),
    /// What synthetic listings may hold.
    #[error(transparent)]
    SynthConfig(#[from] peise_data::synth::SynthConfigError),
    /// JSON could not be made.
    #[error("cannot write JSON")]
    Json(#[source] serde_json::Error),
    /// A model.
    #[error(transparent)]
    Model(#[from] peise::ModelError),
    /// The engine that was asked for is not available.
    #[cfg(feature = "onnxruntime")]
    #[error("this --engine cannot be had; omit --engine to use flex")]
    Runtime(#[from] peise::onnxruntime::RuntimeError),
    /// A file could not be written.
    #[error(transparent)]
    WriteFile(#[from] peise::atomic::WriteError),
    /// A model as ONNX.
    #[error(transparent)]
    Onnx(#[from] peise::onnx::ExportError),
    /// A model by its Hugging Face name.
    #[error(transparent)]
    Hub(#[from] crate::hub::HubError),
    /// The curves of a run.
    #[error("cannot read {path}; name a folder that peise train --out wrote")]
    Run {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The handler for SIGINT could not be set.
    #[error("cannot watch for Ctrl-C")]
    Signal(#[source] ctrlc::Error),
}

/// Wraps what writing a file can fail with.
pub fn write_error(path: &Path) -> impl FnOnce(io::Error) -> Failure + use<> {
    let path = path.to_owned();
    move |source| Failure::Write { path, source }
}

/// Prints a message for the user on one line of stderr.
pub fn tell(text: &str) {
    eprintln!("peise: {}", one_line(text));
}

/// The text with control characters escaped: names out of data files may hold line breaks, or sequences that a
/// terminal obeys.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() { line.extend(character.escape_default()) } else { line.push(character) }
    }
    line
}

/// The option by which to do what a library's error says, where there is one.
fn option(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Train(TrainError::Exists { .. }) => Some("--resume, or another --out"),
        Failure::Train(TrainError::Diverged { .. }) => Some("--set stages.0.lr=..., and another --out"),
        Failure::Train(TrainError::NoVocabulary) => {
            Some("--set weights.vocabulary=FILE or --set weights.text_encoder=DIR")
        }
        Failure::Import(ImportError::Occupied { .. }) | Failure::Synth(SynthError::Exists { .. }) => Some("--replace"),
        _ => None,
    }
}

/// Prints a failure on one line and gives the exit code.
pub fn exit(result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partly) => ExitCode::from(1),
        Ok(Outcome::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(failure) => {
            let option = option(&failure).map(|option| format!(" ({option})"));
            tell(&format!("{}{}", describe(&failure), option.unwrap_or_default()));
            ExitCode::from(2)
        }
    }
}
