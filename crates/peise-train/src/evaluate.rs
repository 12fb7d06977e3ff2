//! Evaluation of saved predictions: it reads files, never a model.
//!
//! - **Acc**: right photos / photos. **EM**: listings with every photo right / listings.
//! - Photos whose truth is null, or none of the listing's labels, are not counted; a listing counts if one photo does.
//! - What the predictions lack, or leave null, is wrong. Everything that does not fit is reported as a [`Finding`].
//! - An answer is right if its text is the truth's, so equal labels of a listing are one.
//! - Intervals: percentile bootstrap over listings (Efron 1979), since photos of a listing are decided together.
//! - Probabilities, where they were saved, are judged by the guess they belong to, also where it was not answered.

use std::path::PathBuf;

use peise::format::FormatError;
use peise::format::course::{Entry, read_merged};
use peise::format::predictions::ListingPrediction;
use serde::Serialize;

mod bootstrap;
mod finding;
mod probability;
mod read;
mod rows;
mod table;
#[cfg(test)]
mod tests;

pub use bootstrap::Estimate;
pub use finding::Finding;
pub use probability::{Calibration, Coverage, Mistake, ProbabilityReport};
pub use read::{SavedPredictions, read_predictions};

use rows::ListingRow;

/// The files of one evaluation.
#[derive(Debug, Clone)]
pub struct EvaluateFiles {
    /// Predictions, in the course format or as JSON lines.
    pub pred: PathBuf,
    /// The truth, in the course format.
    pub truth: PathBuf,
    /// Predictions with probabilities as JSON lines; without it `pred` if it is that.
    pub scores: Option<PathBuf>,
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

/// Accuracy of the listings of one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// The sizes, e.g. `5-8`.
    pub size: &'static str,
    /// Listings counted.
    pub listings: usize,
    /// Photos counted.
    pub images: usize,
    /// Right photos / photos.
    pub acc: f64,
    /// Listings with every photo right / listings.
    pub em: f64,
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
    /// By number of labels m.
    pub by_labels: Vec<Slice>,
    /// By number of photos n.
    pub by_images: Vec<Slice>,
    /// What the probabilities are worth, where they were saved.
    pub probabilities: Option<ProbabilityReport>,
    /// What did not fit together.
    pub findings: Vec<Finding>,
}

/// Sizes by number of labels: two thirds of all listings have 2 or 3.
const LABEL_SIZES: [(&str, usize, usize); 6] =
    [("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4", 4, 4), ("5-8", 5, 8), ("9+", 9, usize::MAX)];
/// Sizes by number of photos: 7 is by far the most frequent.
const IMAGE_SIZES: [(&str, usize, usize); 5] =
    [("1-3", 0, 3), ("4-6", 4, 6), ("7", 7, 7), ("8-12", 8, 12), ("13+", 13, usize::MAX)];

/// Reads the files and evaluates them.
///
/// # Errors
/// If a file as a whole cannot be read, or the truth labels no photo.
pub fn evaluate_files(files: &EvaluateFiles, options: &EvaluateOptions) -> Result<Evaluation, EvaluateError> {
    let truth = read_merged(&files.truth)?;
    let answers = read_predictions(&files.pred)?;
    let scores = files.scores.as_deref().map(read_predictions).transpose()?;
    let mut evaluation = evaluate(&truth, &answers.predictions, scores_of(&answers, scores.as_ref()), options)?;
    evaluation.findings.extend(answers.findings);
    evaluation.findings.extend(scores.into_iter().flat_map(|scores| scores.findings));
    evaluation.findings.sort();
    Ok(evaluation)
}

fn scores_of<'a>(
    answers: &'a SavedPredictions,
    scores: Option<&'a SavedPredictions>,
) -> Option<&'a [ListingPrediction]> {
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
    answers: &[ListingPrediction],
    scores: Option<&[ListingPrediction]>,
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
        by_labels: slices(&rows, &LABEL_SIZES, |row| row.label_count),
        by_images: slices(&rows, &IMAGE_SIZES, |row| row.image_count),
        probabilities: scores.map(|_| ProbabilityReport::new(&rows, options.worst)),
        findings,
    })
}

fn slices(
    rows: &[ListingRow<'_>],
    sizes: &[(&'static str, usize, usize)],
    size_of: impl Fn(&ListingRow<'_>) -> usize,
) -> Vec<Slice> {
    let slice = |&(size, least, most): &(&'static str, usize, usize)| {
        let inside = || rows.iter().filter(|row| (least..=most).contains(&size_of(row)));
        let listings = inside().count();
        let images: usize = inside().map(|row| row.images.len()).sum();
        let right: usize = inside().map(ListingRow::right).sum();
        let exact = inside().filter(|row| row.is_exact()).count();
        (listings > 0).then(|| Slice { size, listings, images, acc: share(right, images), em: share(exact, listings) })
    };
    sizes.iter().filter_map(slice).collect()
}

/// A share of a whole that is not 0.
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
