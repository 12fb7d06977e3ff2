//! One evaluation: everything that truth and predictions say together.

use peise::Answer;
use peise_listings::course::{Entry, read_merged};
use serde::Serialize;

use crate::bootstrap::{Estimate, intervals};
use crate::comparison::{Comparison, compare};
use crate::confusion::Confusion;
use crate::finding::Finding;
use crate::options::{EvaluateError, EvaluateFiles, EvaluateOptions};
use crate::probability::ProbabilityReport;
use crate::read::{SavedPredictions, read_predictions};
use crate::rows::{Aligned, Shown, align};
use crate::slices::Slices;

/// What an evaluation found; [`Display`](std::fmt::Display) is a table for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Listings counted.
    pub listings: usize,
    /// Photos counted.
    pub images: usize,
    /// Of the photos counted, those that show no option.
    pub shows_none: usize,
    /// Photos counted that got no answer.
    pub unanswered: usize,
    /// Photos that are not counted, since the truth does not say what they show.
    pub left_out: usize,
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
    /// How far the probabilities can be trusted, where they were saved.
    pub probabilities: Option<ProbabilityReport>,
    /// How these predictions differ from the others, if there are others.
    pub comparison: Option<Comparison>,
    /// Disagreements between the files.
    pub findings: Vec<Finding>,
}

/// Reads the files and evaluates them.
///
/// # Errors
/// If a file as a whole cannot be read, or the truth labels no photo.
pub fn evaluate_files(files: &EvaluateFiles, options: &EvaluateOptions) -> Result<Evaluation, EvaluateError> {
    let truth = read_merged(&files.truth)?;
    let mut answers = read_predictions(&files.pred)?;
    let scores = files.scores.as_deref().map(read_predictions).transpose()?;
    if let Some(scores) = &scores {
        answers.take_verdicts_of(scores);
    }
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
    let Aligned { rows, left_out, mut findings } = align(truth, answers, scores);
    if rows.is_empty() {
        return Err(EvaluateError::NoTruth { listings: truth.len() });
    }
    findings.sort();
    let (acc, em) = intervals(&rows, options.resamples, options.seed);
    let images = || rows.iter().flat_map(|row| &row.images);
    Ok(Evaluation {
        listings: rows.len(),
        images: images().count(),
        shows_none: images().filter(|image| image.truth == Shown::NoOption).count(),
        unanswered: images().filter(|image| image.answer.is_none()).count(),
        left_out,
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
