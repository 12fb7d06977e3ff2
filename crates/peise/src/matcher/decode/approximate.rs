//! Marginals where no exact programme is small enough.
//!
//! 1. Belief propagation between groups of a few labels ([`super::clusters`]) gives a first guess.
//! 2. With that guess the pruned programme ([`super::pruned`]) settles listings with sharp scores.
//! 3. Else the guess is corrected: pairs and triples of groups are merged one at a time, which makes
//!    them exact among themselves, and the changes are added up. What is left out is what four and
//!    more groups do to each other only jointly.
//!
//! Measured against exact sums for 15 to 24 labels: marginals within 2e-3, mostly 1e-3, where there
//! are at least 9 images more than labels, and at any number for sharp scores; within 1e-2 for 4
//! more; up to 0.1 for equal numbers and scores neither flat nor sharp.
//!
//! # Source
//! Step 3 is the cluster expansion of R. Kikuchi, "A theory of cooperative phenomena", 1951, cut
//! after triples, with groups of labels for sites and belief propagation for the outside.

use super::beliefs::Beliefs;
use super::clusters::Clusters;
use super::label_sets;
use super::problem::{Coupling, Table};
use super::pruned;
use super::weight::{Log, Weight};

/// States of three groups merged.
const MERGED_STATES: usize = 512;

/// Number of groups up to which triples are merged; more of them would take seconds.
const MAX_GROUPS_FOR_TRIPLES: usize = 10;

/// Number of groups up to which pairs are merged; beyond, the first guess stands.
const MAX_GROUPS_FOR_PAIRS: usize = 24;

/// Rounds for the groups alone, which start from nothing. They rarely need twenty.
const ROUNDS_ALONE: usize = 100;

/// Rounds after a merger, which changes little. More did not make marginals better when measured.
const ROUNDS_MERGED: usize = 1;

/// Approximate marginals; expects normalised rows.
pub(super) fn beliefs(table: &Table, coupling: Coupling) -> Beliefs {
    let plain = table.weights::<f64>();
    let found =
        estimate(&plain, table.labels, coupling, |guess| pruned::marginals(&plain, guess, table.labels, coupling));
    if found.is_finite() { found } else { estimate(&table.weights::<Log>(), table.labels, coupling, |_| None) }
}

fn estimate<W: Weight>(
    weights: &[W],
    labels: usize,
    coupling: Coupling,
    pruned: impl FnOnce(&[f64]) -> Option<Beliefs>,
) -> Beliefs {
    let mut clusters = Clusters::new(weights, coupling, groups(labels, coupling));
    clusters.settle(ROUNDS_ALONE);
    let alone = clusters.beliefs();
    if !alone.is_finite() {
        return alone;
    }
    pruned(&alone.values).unwrap_or_else(|| expand(&clusters, &alone, labels + 1))
}

/// Neighbouring labels, as many to a group as three merged groups may have states for.
fn groups(labels: usize, coupling: Coupling) -> Vec<Vec<usize>> {
    let fits = |size: &usize| label_sets::states(3 * size, coupling).is_some_and(|states| states <= MERGED_STATES);
    let size = (1..=labels).take_while(fits).last().unwrap_or(1);
    let count = labels.div_ceil(size);
    (0..count).map(|at| (at * labels / count..(at + 1) * labels / count).collect()).collect()
}

/// Adds up what merging does: `F + sum_pairs D(ij) + sum_triples D(ijk)`, where `D(ij)` is what the
/// merger of i and j changes, and `D(ijk)` what that of all three changes beyond its pairs. Each
/// pair is part of `groups - 2` triples, hence its factor.
fn expand<W: Weight>(clusters: &Clusters<'_, W>, alone: &Beliefs, columns: usize) -> Beliefs {
    let count = clusters.groups();
    let triples = count <= MAX_GROUPS_FOR_TRIPLES;
    let pair_factor = if triples { 3.0 - count as f64 } else { 1.0 };
    let merged = |members: &[usize]| {
        let mut merged = clusters.merged(members);
        merged.settle(ROUNDS_MERGED);
        merged.beliefs()
    };
    let mut sum = alone.clone();
    if count > MAX_GROUPS_FOR_PAIRS {
        return sum;
    }
    for first in 0..count {
        for second in first + 1..count {
            sum.add_change(&merged(&[first, second]), alone, pair_factor);
            for third in (second + 1..count).filter(|_| triples) {
                sum.add_change(&merged(&[first, second, third]), alone, 1.0);
            }
        }
    }
    for row in sum.values.chunks_exact_mut(columns) {
        row.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
        let norm: f64 = row.iter().sum();
        row.iter_mut().for_each(|value| *value /= norm);
    }
    sum.bare.iter_mut().for_each(|bare| *bare = bare.clamp(0.0, 1.0));
    sum
}

#[cfg(test)]
mod tests {
    use super::super::exact::{self, Programme};
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Gaussian scores; each image's true label gets `gap` on top, and every label is some image's.
    fn table(images: usize, labels: usize, sigma: f64, gap: f64) -> Table {
        let mut rng = ChaCha8Rng::seed_from_u64(images as u64);
        let mut gaussian = || {
            let (radius, angle): (f64, f64) = (rng.random(), rng.random());
            (-2.0 * (1.0 - radius).ln()).sqrt() * (angle * std::f64::consts::TAU).cos()
        };
        let mut values = Vec::new();
        for image in 0..images {
            for label in 0..labels {
                let bonus = if label == image % labels { gap } else { 0.0 };
                values.push(sigma * gaussian() + bonus);
            }
            values.push(f64::NEG_INFINITY);
        }
        let mut table = Table { images, labels, values };
        table.normalise();
        table
    }

    /// The largest error of a marginal or of the probability that a label is bare.
    fn worst(found: &Beliefs, table: &Table, coupling: Coupling) -> f64 {
        let expected = exact::beliefs(table, coupling, Programme::LabelSets);
        let pairs = found.values.iter().zip(&expected.values).chain(found.bare.iter().zip(&expected.bare));
        pairs.map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn close_to_the_exact_programme() {
        // (images, labels, sigma, gap, bar)
        let cases = [
            (23, 15, 0.0, 0.0, 1e-3),
            (23, 15, 0.5, 0.0, 1e-3),
            (24, 15, 1.0, 0.0, 1e-3),
            (25, 15, 2.0, 0.0, 1e-3),
            (33, 15, 0.5, 0.0, 1e-4),
            (33, 15, 1.0, 0.0, 2e-4),
            (33, 15, 2.0, 0.0, 5e-4),
            (33, 15, 4.0, 0.0, 5e-4),
            (33, 15, 8.0, 0.0, 5e-4),
            (33, 15, 1.0, 3.0, 5e-4),
            (15, 15, 1.0, 6.0, 1e-4),
            (16, 15, 1.0, 6.0, 1e-4),
        ];
        for (images, labels, sigma, gap, bar) in cases {
            let table = table(images, labels, sigma, gap);
            let error = worst(&beliefs(&table, Coupling::Cover), &table, Coupling::Cover);
            assert!(error < bar, "{images} images, sigma {sigma}, gap {gap}: {error:.1e}");
        }
    }

    #[test]
    fn other_couplings_too() {
        // Nine labels with two places each leave 16 images little room: the worst case for pairs.
        let cases =
            [(Coupling::Reserve(2.0), 15, 2e-3), (Coupling::AtMost(2), 9, 1e-2), (Coupling::AtMost(3), 9, 2e-3)];
        for (coupling, labels, bar) in cases {
            let table = table(16, labels, 1.0, 2.0);
            let error = worst(&beliefs(&table, coupling), &table, coupling);
            assert!(error < bar, "{coupling:?}: {error:.1e}");
        }
    }

    #[test]
    fn wild_scores_stay_finite() {
        let mut table = table(40, 20, 300.0, 0.0);
        (0..40).for_each(|image| table.values[image * 21 + 3] = -5000.0);
        table.normalise();
        let found = beliefs(&table, Coupling::Cover);
        assert!(found.log_partition.is_finite());
        for row in found.values.chunks(21) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{row:?}");
        }
    }
}
