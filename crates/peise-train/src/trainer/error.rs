//! Why a run stops short.

use super::disk::CheckpointError;
use peise::ModelError;
use peise::encoder::vocabulary::VocabularyError;
use peise::matcher::decode::RuleError;
use std::path::PathBuf;

/// Why a run stopped short.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Nothing to train on.
    #[error("no usable training listing; {skipped} were left out, the first because: {first}")]
    NoListing {
        /// Photos and listings left out.
        skipped: usize,
        /// Why the first was.
        first: String,
    },
    /// The folder of another run.
    #[error("{path} holds a run already; resume it, or name another folder for the run")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The loss or a score is no longer finite.
    #[error(
        "step {step}: the loss is no longer finite; lower the learning rate (`lr` of the stage) and start a new run in another folder; the last checkpoint is unchanged"
    )]
    Diverged {
        /// Step.
        step: u64,
        /// Which score, if it was one.
        #[source]
        source: Option<RuleError>,
    },
    /// A selector that chooses nothing.
    #[error("stage {stage}: `{selector}` is no part of this model; its parts are {has}, and paths below them")]
    Selector {
        /// The stage.
        stage: String,
        /// The selector.
        selector: String,
        /// What there is.
        has: String,
    },
    /// A stage that trains nothing.
    #[error("stage {stage}: everything that its loss depends on is frozen, so there is nothing to train")]
    AllFrozen {
        /// The stage.
        stage: String,
    },
    /// Initial weights for a model without such parts.
    #[error("[weights] names parts that the architecture {architecture} does not have")]
    NoSuchPart {
        /// The architecture.
        architecture: &'static str,
    },
    /// No vocabulary.
    #[error(
        "the text encoder needs a vocabulary: set the recipe's weights.vocabulary to a vocab.txt, or weights.text_encoder to a folder that has one"
    )]
    NoVocabulary,
    /// The vocabulary cannot be used.
    #[error("cannot use the vocabulary of {path}")]
    Vocabulary {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<VocabularyError>,
    },
    /// Initial weights cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of the run could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A log could not be written or read.
    #[error("cannot write or read {path}")]
    Log {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
