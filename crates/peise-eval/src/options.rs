//! What is evaluated, how, and why it may fail.

use std::path::PathBuf;

use peise_listings::FormatError;

/// The files of one evaluation.
#[derive(Debug, Clone)]
pub struct EvaluateFiles {
    /// Predictions, in the course format or as JSON lines.
    pub pred: PathBuf,
    /// The truth, in the course format.
    pub truth: PathBuf,
    /// Predictions with probabilities as JSON lines; without it `pred` if it is that.
    pub scores: Option<PathBuf>,
    /// Other predictions of the same listings, to compare with.
    pub compare: Option<PathBuf>,
}

/// How to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluateOptions {
    /// Resamples of the bootstrap; with 0 intervals are their values.
    pub resamples: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// How many of the most confident mistakes to list.
    pub worst: usize,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self { resamples: 2000, seed: 0, worst: 20 }
    }
}

/// Why there is nothing to evaluate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A file could not be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The truth does not say of any photo what it shows.
    #[error("the truth labels no photo in its {listings} listings; expected the file that holds the answers")]
    NoTruth {
        /// Listings that were read.
        listings: usize,
    },
}
