//! Belief propagation between groups of labels, each group exact within itself.
//!
//! # Source
//! J. S. Yedidia, W. T. Freeman and Y. Weiss, "Constructing free-energy approximations and
//! generalized belief propagation algorithms", 2005, for the messages and the Bethe partition sum.
//! Here a factor is the rule on a group of labels, and its messages come from the exact programme.

use super::beliefs::Beliefs;
use super::label_sets;
use super::problem::Coupling;
use super::weight::Weight;

/// Beliefs change less than this once converged.
const TOLERANCE: f64 = 1e-7;

/// Messages between groups and images.
///
/// An image tells a group how much it wants each of the group's labels, and all that lies outside,
/// taken together; the group answers with the ratio that the rule multiplies each label by.
#[derive(Debug, Clone)]
pub(super) struct Clusters<'a, W> {
    /// `[I, L + 1]`
    weights: &'a [W],
    labels: usize,
    coupling: Coupling,
    groups: Vec<Vec<usize>>,
    /// `[I, L + 1]`: weight times ratio; 1 is the ratio of "no label".
    wanted: Vec<W>,
    /// Per group: log-sum of what it saw.
    seen: Vec<f64>,
    /// `[L]`
    bare: Vec<f64>,
}

impl<'a, W: Weight> Clusters<'a, W> {
    pub(super) fn new(weights: &'a [W], coupling: Coupling, groups: Vec<Vec<usize>>) -> Self {
        let labels = groups.iter().map(Vec::len).sum();
        let (seen, bare) = (vec![0.0; groups.len()], vec![0.0; labels]);
        Self { weights, labels, coupling, groups, wanted: weights.to_vec(), seen, bare }
    }

    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The same messages with some groups merged into one, which is updated first.
    pub(super) fn merged(&self, members: &[usize]) -> Self {
        let rest = (0..self.groups.len()).filter(|group| !members.contains(group));
        let merged = members.iter().flat_map(|&group| &self.groups[group]).copied().collect();
        let groups: Vec<_> = std::iter::once(merged).chain(rest.map(|group| self.groups[group].clone())).collect();
        Self { seen: vec![0.0; groups.len()], groups, ..self.clone() }
    }

    /// Updates all groups in turn until the messages settle, or for that many rounds.
    pub(super) fn settle(&mut self, rounds: usize) {
        let mut before = self.values();
        for _ in 0..rounds {
            (0..self.groups.len()).for_each(|group| self.update(group));
            let after = self.values();
            let change = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            before = after;
            if change < TOLERANCE {
                break;
            }
        }
    }

    fn update(&mut self, index: usize) {
        let (group, columns) = (&self.groups[index], self.labels + 1);
        let width = group.len() + 1;
        let mut inside = vec![false; columns];
        group.iter().for_each(|&label| inside[label] = true);
        let mut weights = Vec::with_capacity(self.weights.len() / columns * width);
        let mut scale = 0.0;
        for (row, wanted) in self.rows() {
            let outside =
                (0..columns).filter(|&column| !inside[column]).fold(W::ZERO, |sum, column| sum.plus(wanted[column]));
            let norm = group.iter().fold(outside, |sum, &label| sum.plus(row[label]));
            weights.extend(group.iter().map(|&label| row[label].over(norm)));
            weights.push(outside.over(norm));
            scale += norm.ln();
        }
        let sums = label_sets::sums(&weights, group.len(), self.coupling);
        self.seen[index] = scale + sums.total.ln();
        group.iter().zip(&sums.bare).for_each(|(&label, &bare)| self.bare[label] = bare);
        for (image, rest) in sums.rest.chunks_exact(width).enumerate() {
            for (position, &label) in group.iter().enumerate() {
                let at = image * columns + label;
                let ratio = rest[position].over(rest[group.len()]);
                self.wanted[at] = self.weights[at].times(ratio);
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = (&[W], &[W])> {
        let columns = self.labels + 1;
        self.weights.chunks_exact(columns).zip(self.wanted.chunks_exact(columns))
    }

    fn values(&self) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.wanted.len());
        for (_, wanted) in self.rows() {
            let norm = wanted.iter().fold(W::ZERO, |sum, &want| sum.plus(want));
            values.extend(wanted.iter().map(|want| want.share(norm)));
        }
        values
    }

    pub(super) fn beliefs(&self) -> Beliefs {
        let twice = self.groups.len() as f64 - 1.0;
        let norms: f64 =
            self.rows().map(|(_, wanted)| wanted.iter().fold(W::ZERO, |sum, &want| sum.plus(want)).ln()).sum();
        Beliefs {
            log_partition: self.seen.iter().sum::<f64>() - twice * norms,
            values: self.values(),
            bare: self.bare.clone(),
        }
    }
}
