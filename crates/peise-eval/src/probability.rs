//! How far saved probabilities can be trusted: calibration, coverage, risk.
//!
//! # Source
//! ECE: Naeini et al. 2015, in the equal-mass form of Nguyen & O'Connor 2015; here equal confidences share a bin.
//! Brier 1950, the sum over classes. AURC: Geifman et al. 2019 (arXiv 1805.08206); within equal confidences the risk is
//! that of their order at random.

use rand::RngExt;
use serde::Serialize;

use crate::bootstrap::{self, Estimate};
use crate::rows::{Guess, ImageRow, ListingRow, share};

/// Smaller probabilities count as this one, so that one certain mistake does not make the mean infinite.
const LEAST_PROBABILITY: f64 = 1e-12;
const BINS: usize = 15;
const CURVE: usize = 100;
const SIMULATIONS: usize = 400;
const PRECISIONS: [f64; 2] = [0.95, 0.99];

/// How far the probabilities of an evaluation can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbabilityReport {
    /// Mean of -ln(probability of the truth) over photos with probabilities, natural logarithm, floor 1e-12.
    pub nll: Option<f64>,
    /// Mean over these photos of the squared errors, summed over labels and "no label", in `[0, 2]`.
    pub brier: Option<f64>,
    /// Guesses of photos against their marginal probabilities.
    pub images: Option<Calibration>,
    /// Listings guessed right as a whole against their joint probabilities; the mean confidence is the expected EM.
    /// Only listings with a truth and a guess for every photo.
    pub listings: Option<Calibration>,
    /// Photos that a threshold on the marginal probability lets through.
    pub image_coverage: Vec<Coverage>,
    /// Listings that a threshold on the joint probability lets through, of those with a truth for every photo.
    pub listing_coverage: Vec<Coverage>,
    /// The wrong guesses with the highest probability.
    pub worst: Vec<Mistake>,
}

/// Confidence against what came true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Guesses.
    pub count: usize,
    /// Mean probability.
    pub confidence: f64,
    /// Share that was right.
    pub frequency: f64,
    /// Expected calibration error over 15 bins of equal mass.
    pub ece: f64,
    /// The ECE that perfectly calibrated probabilities would show by chance, with as many guesses: the mean of simulated
    /// outcomes and the middle 95 % of them. Outcomes are drawn independently. Photos of one listing are not independent,
    /// so for photos the value is somewhat too low.
    pub ece_if_perfect: Estimate,
    /// Area under the risk-coverage curve: the mean share of wrong guesses among the k most confident ones, over all k.
    pub aurc: f64,
    /// The bins, the most confident first.
    pub bins: Vec<Point>,
    /// Precision by coverage, from the most confident guesses to all, a hundred points at most.
    pub curve: Vec<Point>,
}

/// What some guesses have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Guesses.
    pub count: usize,
    /// Mean probability (bins), or the least (curve).
    pub confidence: f64,
    /// Share that was right.
    pub frequency: f64,
}

/// The share that can be answered at a given precision.
///
/// The threshold is chosen on the evaluated file itself, so the coverage is the best case.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coverage {
    /// The precision to keep.
    pub precision: f64,
    /// The largest share of all that can be answered at it, those without a guess counted as not answered.
    pub coverage: f64,
    /// Answers at or above this probability; `None` if none may be given.
    pub threshold: Option<f64>,
}

/// A wrong guess.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// The listing.
    pub id: String,
    /// The photo.
    pub file: String,
    /// Its label; `None` = shows no option.
    pub truth: Option<String>,
    /// What was guessed; `None` = shows no option.
    pub guess: Option<String>,
    /// How sure.
    pub probability: f64,
}

/// A confidence and whether it came true.
type Outcome = (f64, bool);

impl ProbabilityReport {
    pub(crate) fn new(rows: &[ListingRow<'_>], worst: usize, seed: u64) -> Self {
        let images = || rows.iter().flat_map(|row| &row.images);
        let guesses = || images().filter_map(|image| image.guess.as_ref());
        let labelled = || rows.iter().filter(|row| row.is_fully_labelled());
        let mut image_outcomes: Vec<Outcome> =
            images().filter_map(|image| Some((image.guess.as_ref()?.probability, image.is_guessed_right()))).collect();
        let mut listing_outcomes: Vec<Outcome> = labelled().filter_map(outcome).collect();
        sort(&mut image_outcomes);
        sort(&mut listing_outcomes);
        Self {
            nll: mean(guesses().map(|guess| -guess.truth_probability.max(LEAST_PROBABILITY).ln())),
            brier: mean(guesses().map(|guess| guess.brier)),
            images: calibration(&image_outcomes, seed),
            listings: calibration(&listing_outcomes, seed),
            image_coverage: PRECISIONS.map(|goal| coverage(&image_outcomes, images().count(), goal)).to_vec(),
            listing_coverage: PRECISIONS.map(|goal| coverage(&listing_outcomes, labelled().count(), goal)).to_vec(),
            worst: mistakes(rows, worst),
        }
    }
}

fn outcome(row: &ListingRow<'_>) -> Option<Outcome> {
    let complete = row.images.iter().all(|image| image.guess.is_some());
    let joint = row.joint.filter(|_| complete)?;
    Some((joint, row.images.iter().all(ImageRow::is_guessed_right)))
}

/// Most confident first.
fn sort(outcomes: &mut [Outcome]) {
    outcomes.sort_by(|a, b| b.0.total_cmp(&a.0));
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// Groups of equal confidence. No threshold and no bin may split them, since their order is arbitrary.
fn ties(sorted: &[Outcome]) -> impl Iterator<Item = &[Outcome]> {
    sorted.chunk_by(|a, b| a.0 == b.0)
}

fn right(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.1).count()
}

fn calibration(sorted: &[Outcome], seed: u64) -> Option<Calibration> {
    let count = sorted.len();
    let confidence = mean(sorted.iter().map(|outcome| outcome.0))?;
    let bins = bins(sorted);
    let ece_if_perfect = bootstrap::simulated(SIMULATIONS, seed, |random| {
        let outcomes: Vec<Outcome> =
            sorted.iter().map(|&(confidence, _)| (confidence, random.random::<f64>() < confidence)).collect();
        ece(&self::bins(&outcomes))
    });
    Some(Calibration {
        count,
        confidence,
        frequency: share(right(sorted), count),
        ece: ece(&bins),
        ece_if_perfect,
        aurc: aurc(sorted),
        bins,
        curve: curve(sorted),
    })
}

fn bins(sorted: &[Outcome]) -> Vec<Point> {
    let count = sorted.len();
    let (mut start, mut end, mut bin, mut bins) = (0, 0, 1, Vec::new());
    for tie in ties(sorted) {
        end += tie.len();
        if end * BINS < bin * count {
            continue;
        }
        let inside = &sorted[start..end];
        let confident: f64 = inside.iter().map(|outcome| outcome.0).sum();
        let frequency = share(right(inside), inside.len());
        bins.push(Point { count: inside.len(), confidence: confident / inside.len() as f64, frequency });
        start = end;
        bin = end * BINS / count + 1;
    }
    bins
}

fn ece(bins: &[Point]) -> f64 {
    let count: usize = bins.iter().map(|bin| bin.count).sum();
    bins.iter().map(|bin| (bin.confidence - bin.frequency).abs() * share(bin.count, count)).sum()
}

fn aurc(sorted: &[Outcome]) -> f64 {
    let (mut guessed, mut wrong, mut area) = (0.0, 0.0, 0.0);
    for tie in ties(sorted) {
        let each = (tie.len() - right(tie)) as f64 / tie.len() as f64;
        for _ in tie {
            guessed += 1.0;
            wrong += each;
            area += wrong / guessed;
        }
    }
    area / guessed
}

fn curve(sorted: &[Outcome]) -> Vec<Point> {
    let (mut count, mut correct, mut points) = (0, 0, Vec::new());
    for tie in ties(sorted) {
        let before = count * CURVE / sorted.len();
        count += tie.len();
        correct += right(tie);
        if count * CURVE / sorted.len() > before || count == sorted.len() {
            points.push(Point { count, confidence: tie[0].0, frequency: share(correct, count) });
        }
    }
    points
}

fn coverage(sorted: &[Outcome], total: usize, precision: f64) -> Coverage {
    let mut best = Coverage { precision, coverage: 0.0, threshold: None };
    let (mut answered, mut correct) = (0, 0);
    for tie in ties(sorted) {
        answered += tie.len();
        correct += right(tie);
        if share(correct, answered) >= precision {
            best.coverage = share(answered, total);
            best.threshold = Some(tie[0].0);
        }
    }
    best
}

fn mistakes(rows: &[ListingRow<'_>], count: usize) -> Vec<Mistake> {
    let images = rows.iter().flat_map(|row| row.images.iter().map(move |image| (row.id, image)));
    let mut wrong: Vec<_> = images
        .filter(|(_, image)| !image.is_guessed_right())
        .filter_map(|(id, image)| Some((id, image, image.guess.as_ref()?)))
        .collect();
    // Stable, and rows come by id: equal probabilities have one order.
    wrong.sort_by(|a, b| b.2.probability.total_cmp(&a.2.probability));
    wrong.truncate(count);
    let mistake = |(id, image, guess): (&str, &ImageRow<'_>, &Guess<'_>)| Mistake {
        id: id.to_owned(),
        file: image.file.to_owned(),
        truth: image.truth.label().map(str::to_owned),
        guess: guess.shown.label().map(str::to_owned),
        probability: guess.probability,
    };
    wrong.into_iter().map(mistake).collect()
}

#[cfg(test)]
mod tests;
