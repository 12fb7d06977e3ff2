//! Marginals and partition sum of a listing's assignments under a rule.

use crate::listing::Scores;

use super::approximate;
use super::image_sets;
use super::label_sets::{self, Sums};
use super::problem::{Coupling, Table, log_sum_exp};
use super::rule::{NonePolicy, Rule, RuleError};
use super::weight::{Log, Weight};

/// States up to which the exact programmes always run: 14 labels under cover and reserve.
const MAX_STATES: usize = 1 << 14;

/// Work (states by images by labels) up to which they also run: about a quarter of a second, and 18
/// labels for up to 28 images. Images barely more than labels are where the approximation is worst.
const MAX_WORK: usize = 1 << 27;

/// Below this total plain numbers might lose states that matter, and logarithms take over.
pub(super) const MIN_TOTAL: f64 = 1e-250;

/// What a rule makes of a listing's scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginals {
    /// Logarithm of the summed weight of all assignments that keep the rule.
    pub log_partition: f64,
    /// Probability of each column for each image, row-major `[I, L + 1]`; the last column is
    /// "no label". Rows sum to 1. Also the gradient of [`Self::log_partition`] in the scores.
    pub values: Vec<f64>,
    /// Mean number of labels with an image. Under [`Rule::Reserve`] also the derivative of
    /// [`Self::log_partition`] in the reward.
    pub expected_covered: f64,
    /// `false` where the numbers above are approximate.
    pub exact: bool,
}

/// Sums over all assignments that keep the rule.
///
/// Exact under free at any size; under cover and reserve for up to 14 labels or 14 images, and up to 18
/// labels where there are few images (`2^L I L` up to `2^27`); under the others likewise with
/// `(k + 1)^L` in place of `2^L`. Approximate beyond. Scores may differ by any finite amount.
///
/// # Shapes
/// - scores `[I, L]` and `[I]`
/// - returns `[I, L + 1]`
/// # Errors
/// If the listing cannot keep the rule, or a score or the reward is not a finite number.
pub fn marginals(scores: &Scores, rule: Rule, none: NonePolicy, cover_reward: f64) -> Result<Marginals, RuleError> {
    let table = Table::new(scores, none)?;
    let coupling = Coupling::new(rule, &table, none, cover_reward)?;
    Ok(of_table(table, coupling))
}

pub(super) fn of_table(mut table: Table, coupling: Coupling) -> Marginals {
    let base = table.normalise() + coupling.reward() * table.labels as f64;
    let mut found = if coupling == Coupling::Free {
        free(&table)
    } else {
        match smaller_programme(&table, coupling) {
            Some(programme) => exact(&table, coupling, programme).marginals(&table),
            None => approximate::marginals(&table, coupling),
        }
    };
    found.log_partition += base;
    found
}

/// Which exact programme to run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Programme {
    LabelSets,
    ImageSets,
}

fn smaller_programme(table: &Table, coupling: Coupling) -> Option<Programme> {
    let by_labels = label_sets::states(table.labels, coupling).unwrap_or(usize::MAX);
    let by_images = image_sets::states(table.images, coupling).unwrap_or(usize::MAX);
    let work = by_labels.saturating_mul(table.images).saturating_mul(table.labels);
    let labels_fit = by_labels <= MAX_STATES || work <= MAX_WORK;
    // The image programme counts twice the sets, so that 14 images are as good as 14 labels.
    let images_fit = by_images <= 2 * MAX_STATES;
    match (labels_fit, images_fit) {
        (true, true) if by_labels <= by_images => Some(Programme::LabelSets),
        (_, true) => Some(Programme::ImageSets),
        (true, false) => Some(Programme::LabelSets),
        (false, false) => None,
    }
}

/// Images independent of each other; expects normalised rows.
fn free(table: &Table) -> Marginals {
    let values: Vec<f64> = table.values.iter().map(|value| value.exp()).collect();
    let mut uncovered = vec![1.0; table.labels];
    for row in values.chunks_exact(table.columns()) {
        uncovered.iter_mut().zip(row).for_each(|(uncovered, value)| *uncovered *= 1.0 - value);
    }
    let expected_covered = uncovered.iter().map(|uncovered| 1.0 - uncovered).sum();
    Marginals { log_partition: 0.0, values, expected_covered, exact: true }
}

/// Result of an exact programme, out of its number system.
pub(super) struct Exact {
    pub(super) log_total: f64,
    /// `[I, L + 1]` log-weight of what the other images do if this one takes that column.
    pub(super) log_rest: Vec<f64>,
    pub(super) covered: f64,
}

/// Runs an exact programme; expects normalised rows.
pub(super) fn exact(table: &Table, coupling: Coupling, programme: Programme) -> Exact {
    let plain: Sums<f64> = run(table, coupling, programme);
    if plain.total > MIN_TOTAL {
        return Exact::from(plain);
    }
    Exact::from(run::<Log>(table, coupling, programme))
}

fn run<W: Weight>(table: &Table, coupling: Coupling, programme: Programme) -> Sums<W> {
    match programme {
        Programme::LabelSets => label_sets::sums(&weights(table), table.labels, coupling),
        Programme::ImageSets => image_sets::sums(table, coupling),
    }
}

/// The table in a number system.
pub(super) fn weights<W: Weight>(table: &Table) -> Vec<W> {
    table.values.iter().map(|&value| W::from_ln(value)).collect()
}

impl<W: Weight> From<Sums<W>> for Exact {
    fn from(sums: Sums<W>) -> Self {
        Self {
            log_total: sums.total.ln(),
            log_rest: sums.rest.iter().map(|rest| rest.ln()).collect(),
            covered: sums.covered,
        }
    }
}

impl Exact {
    pub(super) fn marginals(self, table: &Table) -> Marginals {
        let mut values = self.log_rest;
        values.iter_mut().zip(&table.values).for_each(|(value, weight)| *value += weight);
        for row in values.chunks_exact_mut(table.columns()) {
            let norm = log_sum_exp(row);
            row.iter_mut().for_each(|value| *value = (*value - norm).exp());
        }
        Marginals { log_partition: self.log_total, values, expected_covered: self.covered, exact: true }
    }
}
