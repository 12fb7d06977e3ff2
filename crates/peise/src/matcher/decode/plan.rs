//! A rule applied to a listing: labels that need no photo are folded away before any programme runs.
//!
//! Under cover and reserve a label that needs no photo, such as 随机 or an empty one, is to the other labels what "no
//! label" is: an image on it covers nothing. So all of these are one column, and what that column has of an image is
//! shared among them by their weights. Exact, since nothing else depends on which of them an image takes.

use super::map;
use super::marginals::{Marginals, of_table};
use super::problem::{Coupling, Table, argmax, log_sum_exp};
use super::rule::{NonePolicy, Rule, RuleError};

/// A [`Rule`] resolved for one listing.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The rule, [`Rule::Auto`] resolved.
    pub(super) rule: Rule,
    coupling: Coupling,
    /// Columns that the coupling sees each by itself.
    apart: Vec<usize>,
    /// Columns that it sees as one; the last is "no label".
    folded: Vec<usize>,
    /// Whether the folded column may be taken.
    folded_allowed: bool,
}

impl Plan {
    /// Checks that the listing can keep the rule. Cover alone can always be kept as far as images go: with fewer of
    /// them than labels that need one, every image covers another label.
    ///
    /// # Shapes
    /// - `optional` `[L]`: labels that need no photo
    pub(super) fn new(
        rule: Rule,
        table: &Table,
        optional: &[bool],
        none: NonePolicy,
        reward: f64,
    ) -> Result<Self, RuleError> {
        let (images, labels) = (table.images, table.labels);
        if !reward.is_finite() || reward < 0.0 {
            return Err(RuleError::Reward { value: reward });
        }
        let rule = if rule == Rule::Auto { Rule::Reserve } else { rule };
        let asks = matches!(rule, Rule::Cover | Rule::Reserve);
        let (mut folded, apart): (Vec<usize>, Vec<usize>) = (0..labels).partition(|&label| asks && optional[label]);
        folded.push(labels);
        let at_most = |per_label: usize| if per_label < images { Coupling::AtMost(per_label) } else { Coupling::Free };
        let too_few = rule == Rule::Cover && images < apart.len();
        let coupling = match rule {
            Rule::Cover if too_few => at_most(1),
            Rule::Cover => Coupling::Cover,
            Rule::Auto | Rule::Reserve if reward > 0.0 => Coupling::Reserve(reward),
            Rule::Auto | Rule::Reserve | Rule::Free => Coupling::Free,
            Rule::AtMost(0) => return Err(RuleError::AtMostZero),
            Rule::OneToOne | Rule::AtMost(_) => {
                let per_label = if let Rule::AtMost(most) = rule { most } else { 1 };
                if none == NonePolicy::Forbid && images > labels.saturating_mul(per_label) {
                    return Err(RuleError::TooManyImages { rule, images, labels, per_label });
                }
                at_most(per_label)
            }
        };
        Ok(Self { rule, coupling, apart, folded, folded_allowed: !too_few })
    }

    /// Marginals of the folded table.
    pub(super) fn run(&self, table: &Table) -> Marginals {
        of_table(self.fold(table, &self.folded, log_sum_exp), self.coupling)
    }

    /// Marginals of all columns, `[I, L + 1]`, from those of the folded table.
    pub(super) fn unfold(&self, table: &Table, found: &Marginals) -> Vec<f64> {
        let mut values = vec![0.0; table.images * table.columns()];
        let rows = values.chunks_exact_mut(table.columns()).zip(found.values.chunks_exact(self.apart.len() + 1));
        for (image, (out, row)) in rows.enumerate() {
            self.apart.iter().zip(row).for_each(|(&column, &value)| out[column] = value);
            let rest = row[self.apart.len()];
            if rest > 0.0 {
                let weights = self.folded.iter().map(|&column| table.row(image)[column]);
                let norm = log_sum_exp(&weights.clone().collect::<Vec<f64>>());
                self.folded
                    .iter()
                    .zip(weights)
                    .for_each(|(&column, weight)| out[column] = rest * (weight - norm).exp());
            }
        }
        values
    }

    /// Probability of each label that no image has it, `[L]`, from the marginals of the folded table.
    ///
    /// Of a folded label it is the share of the assignments that do without its column.
    pub(super) fn bare(&self, table: &Table, found: &Marginals) -> Vec<f64> {
        let mut bare = vec![0.0; table.labels];
        self.apart.iter().zip(&found.bare).for_each(|(&label, &value)| bare[label] = value);
        for &label in self.folded.iter().filter(|&&column| column < table.labels) {
            let others: Vec<usize> = self.folded.iter().copied().filter(|&column| column != label).collect();
            let without = self.fold(table, &others, log_sum_exp);
            let possible = (0..table.images).all(|image| log_sum_exp(without.row(image)).is_finite());
            if possible {
                let log_partition = of_table(without, self.coupling).log_partition;
                bare[label] = (log_partition - found.log_partition).exp().min(1.0);
            }
        }
        bare
    }

    /// The most probable assignment, as columns.
    pub(super) fn most_probable(&self, table: &Table) -> Vec<usize> {
        let chosen = map::most_probable(&self.fold(table, &self.folded, greatest), self.coupling);
        let best = |image: usize| {
            let weights: Vec<f64> = self.folded.iter().map(|&column| table.row(image)[column]).collect();
            self.folded[argmax(&weights)]
        };
        let unfold = |(image, column): (usize, usize)| self.apart.get(column).copied().unwrap_or_else(|| best(image));
        chosen.into_iter().enumerate().map(unfold).collect()
    }

    /// Log-weight of an assignment of columns; `None` if it breaks the rule.
    pub(super) fn log_weight(&self, table: &Table, columns: &[usize]) -> Option<f64> {
        let mut counts = vec![0; table.columns()];
        columns.iter().for_each(|&column| counts[column] += 1);
        let folded: usize = self.folded.iter().map(|&column| counts[column]).sum();
        let counts: Vec<usize> = self.apart.iter().map(|&column| counts[column]).collect();
        if !self.coupling.admits(&counts) || (folded > 0 && !self.folded_allowed) {
            return None;
        }
        let covered = counts.iter().filter(|&&count| count > 0).count();
        let scores: f64 = columns.iter().enumerate().map(|(image, &column)| table.row(image)[column]).sum();
        Some(scores + self.coupling.reward() * covered as f64)
    }

    /// The table with some columns as one, the last.
    fn fold(&self, table: &Table, columns: &[usize], join: fn(&[f64]) -> f64) -> Table {
        let mut values = Vec::with_capacity(table.images * (self.apart.len() + 1));
        for image in 0..table.images {
            let row = table.row(image);
            values.extend(self.apart.iter().map(|&column| row[column]));
            let folded: Vec<f64> = columns.iter().map(|&column| row[column]).collect();
            values.push(if self.folded_allowed { join(&folded) } else { f64::NEG_INFINITY });
        }
        Table { images: table.images, labels: self.apart.len(), values }
    }
}

fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
