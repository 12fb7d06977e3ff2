//! Marginals and partition sum of a table under a coupling: exact where a programme is small enough.

use super::approximate;
use super::exact::{self, smaller_programme};
use super::problem::{Coupling, Table};

/// What a rule makes of a listing's scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginals {
    /// Logarithm of the summed weight of all assignments that keep the rule.
    pub log_partition: f64,
    /// Probability of each column for each image, row-major `[I, L + 1]`; the last column is
    /// "no label". Rows sum to 1. Also the gradient of [`Self::log_partition`] in the scores.
    pub values: Vec<f64>,
    /// Probability of each label that no image has it, `[L]`.
    pub bare: Vec<f64>,
    /// Mean number of labels with an image. Under [`super::rule::Rule::Reserve`] also the derivative of
    /// [`Self::log_partition`] in the reward.
    pub expected_covered: f64,
    /// `false` where the numbers above are approximate.
    pub exact: bool,
}

pub(super) fn of_table(mut table: Table, coupling: Coupling) -> Marginals {
    let base = table.normalise() + coupling.reward() * table.labels as f64;
    let (beliefs, exact) = match smaller_programme(&table, coupling) {
        _ if coupling == Coupling::Free => (exact::free(&table), true),
        Some(programme) => (exact::beliefs(&table, coupling, programme), true),
        None => (approximate::beliefs(&table, coupling), false),
    };
    Marginals {
        log_partition: beliefs.log_partition + base,
        values: beliefs.values,
        expected_covered: beliefs.bare.iter().map(|bare| 1.0 - bare).sum(),
        bare: beliefs.bare,
        exact,
    }
}
