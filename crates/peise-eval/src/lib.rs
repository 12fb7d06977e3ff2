//! Evaluation of saved predictions: it reads files, never a model.
//!
//! - **Acc**: right photos / photos. **EM**: listings with every photo right / listings.
//! - Photos whose truth is null, or none of the listing's labels, are not counted; a listing counts if one photo does.
//! - What the predictions lack, or leave null, is wrong. Everything that does not fit is reported as a [`Finding`].
//! - An answer is right if its text is the truth's, so equal labels of a listing are one.
//! - Intervals: percentile bootstrap over listings (Efron 1979), since photos of a listing are decided together.
//! - Probabilities, where they were saved, are judged by the guess they belong to, also where it was not answered.

use std::path::PathBuf;

use peise::Answer;
use peise_listings::FormatError;
use peise_listings::course::{Entry, read_merged};
use serde::Serialize;

pub mod baseline;
mod bootstrap;
mod comparison;
pub mod confusion;
pub mod curves;
mod finding;
mod probability;
mod read;
mod rows;
mod slices;
mod table;
#[cfg(test)]
mod tests;

pub use bootstrap::Estimate;
pub use comparison::{Comparison, compare};
pub use confusion::Confusion;
pub use finding::Finding;
pub use probability::{Calibration, Coverage, Mistake, Point, ProbabilityReport};
pub use read::{SavedPredictions, read_predictions};
pub use slices::{Slice, Slices};

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
    /// No photo of the truth has a label.
    #[error("the truth labels no photo in its {listings} listings; expected the file that holds the answers")]
    NoTruth {
        /// Listings that were read.
        listings: usize,
    },
}

/// What an evaluation found; [`Display`](std::fmt::Display) is a table for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Listings counted.
    pub listings: usize,
    /// Photos counted.
    pub images: usize,
    /// Photos counted that got no answer.
    pub unanswered: usize,
    /// Right photos / photos, with a 95 % interval.
    pub acc: Estimate,
    /// Listings with every photo right / listings, with a 95 % interval.
    pub em: Estimate,
    /// Resamples of the bootstrap.
    pub resamples: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Listings by kind.
    #[serde(flatten)]
    pub slices: Slices,
    /// Which colours are taken for which.
    pub confusion: Confusion,
    /// What the probabilities are worth, where they were saved.
    pub probabilities: Option<ProbabilityReport>,
    /// What is between these predictions and the others, if there are others.
    pub comparison: Option<Comparison>,
    /// What did not fit together.
    pub findings: Vec<Finding>,
}

/// Reads the files and evaluates them.
///
/// # Errors
/// If a file as a whole cannot be read, or the truth labels no photo.
pub fn evaluate_files(files: &EvaluateFiles, options: &EvaluateOptions) -> Result<Evaluation, EvaluateError> {
    let truth = read_merged(&files.truth)?;
    let answers = read_predictions(&files.pred)?;
    let scores = files.scores.as_deref().map(read_predictions).transpose()?;
    let mut evaluation = evaluate(&truth, &answers.predictions, scores_of(&answers, scores.as_ref()), options)?;
    if let Some(path) = &files.compare {
        let others = read_predictions(path)?;
        evaluation.comparison = Some(compare(&truth, &answers.predictions, &others.predictions, options)?);
        evaluation.findings.extend(others.findings);
    }
    evaluation.findings.extend(answers.findings);
    evaluation.findings.extend(scores.into_iter().flat_map(|scores| scores.findings));
    evaluation.findings.sort();
    Ok(evaluation)
}

fn scores_of<'a>(answers: &'a SavedPredictions, scores: Option<&'a SavedPredictions>) -> Option<&'a [Answer]> {
    let scores = scores.unwrap_or(answers);
    scores.with_probabilities.then_some(&scores.predictions[..])
}

/// Evaluates predictions that were read before.
///
/// `answers` are judged by their labels, `scores` (often the same) by their probabilities. Of predictions with the
/// same id the first counts. The result does not depend on the order of listings.
///
/// # Errors
/// If the truth labels no photo.
pub fn evaluate(
    truth: &[Entry],
    answers: &[Answer],
    scores: Option<&[Answer]>,
    options: &EvaluateOptions,
) -> Result<Evaluation, EvaluateError> {
    let mut findings = Vec::new();
    let rows = rows::align(truth, answers, scores, &mut findings);
    if rows.is_empty() {
        return Err(EvaluateError::NoTruth { listings: truth.len() });
    }
    findings.sort();
    let (acc, em) = bootstrap::intervals(&rows, options.resamples, options.seed);
    Ok(Evaluation {
        listings: rows.len(),
        images: rows.iter().map(|row| row.images.len()).sum(),
        unanswered: rows.iter().flat_map(|row| &row.images).filter(|image| image.answer.is_none()).count(),
        acc,
        em,
        resamples: options.resamples,
        seed: options.seed,
        slices: Slices::new(&rows),
        confusion: Confusion::new(&rows),
        probabilities: scores.map(|_| ProbabilityReport::new(&rows, options.worst, options.seed)),
        comparison: None,
        findings,
    })
}

/// A share of a whole that is not 0.
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
