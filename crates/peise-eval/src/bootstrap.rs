//! Percentile bootstrap over listings.
//!
//! # Source
//! Efron 1979, "Bootstrap methods: another look at the jackknife". Acc is a ratio of sums over the resampled listings.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::rows::{ListingRow, share};

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// The 2.5th percentile of the resamples.
    pub low: f64,
    /// The 97.5th percentile of the resamples.
    pub high: f64,
}

/// Acc and EM. The result depends on the order of `rows`, so they must be sorted.
pub(crate) fn intervals(rows: &[ListingRow<'_>], resamples: usize, seed: u64) -> (Estimate, Estimate) {
    let counts: Vec<Counts> = rows.iter().map(Counts::of).collect();
    resampled(&counts, resamples, seed, |drawn| shares(&mut drawn.copied()))
}

/// The differences of Acc and EM between two answers to the same listings.
pub(crate) fn paired(pairs: &[[Counts; 2]], resamples: usize, seed: u64) -> (Estimate, Estimate) {
    resampled(pairs, resamples, seed, |drawn| {
        let drawn: Vec<&[Counts; 2]> = drawn.collect();
        let [first, second] = [0, 1].map(|this| shares(&mut drawn.iter().map(|pair| pair[this])));
        (first.0 - second.0, first.1 - second.1)
    })
}

/// Two values of all items, with intervals from resamples of the same size.
fn resampled<T: Sync>(
    all: &[T],
    resamples: usize,
    seed: u64,
    values: impl Fn(&mut dyn Iterator<Item = &T>) -> (f64, f64) + Sync,
) -> (Estimate, Estimate) {
    let found = values(&mut all.iter());
    let draw = |resample| {
        let mut random = stream(seed, resample);
        values(&mut (0..all.len()).map(|_| &all[random.random_range(0..all.len())]))
    };
    let (first, second) = (0..resamples as u64).into_par_iter().map(draw).unzip();
    (estimate(found.0, first), estimate(found.1, second))
}

/// Mean and middle 95 % of a simulated value.
pub(crate) fn simulated(times: usize, seed: u64, value: impl Fn(&mut ChaCha8Rng) -> f64 + Sync) -> Estimate {
    let values: Vec<f64> = (0..times as u64).into_par_iter().map(|time| value(&mut stream(seed, time))).collect();
    estimate(values.iter().sum::<f64>() / times.max(1) as f64, values)
}

/// A stream of random numbers for each resample, so that results do not depend on the number of threads.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    random
}

/// How much of a listing is right.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub right: usize,
    pub images: usize,
    pub exact: usize,
}

impl Counts {
    pub fn of(row: &ListingRow<'_>) -> Self {
        Self { right: row.right(), images: row.images.len(), exact: usize::from(row.is_exact()) }
    }
}

fn shares(drawn: &mut dyn Iterator<Item = Counts>) -> (f64, f64) {
    let (mut right, mut images, mut exact, mut listings) = (0, 0, 0, 0);
    for counts in drawn {
        right += counts.right;
        images += counts.images;
        exact += counts.exact;
        listings += 1;
    }
    (share(right, images), share(exact, listings))
}

fn estimate(value: f64, mut resampled: Vec<f64>) -> Estimate {
    resampled.sort_unstable_by(f64::total_cmp);
    Estimate {
        value,
        low: percentile(&resampled, 0.025).unwrap_or(value),
        high: percentile(&resampled, 0.975).unwrap_or(value),
    }
}

/// Linear between the two nearest ranks; `None` of nothing.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = share * (sorted.len().checked_sub(1)?) as f64;
    let (below, above) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    Some(below + (above - below) * rank.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_as_numpy_gives_them() {
        // numpy.percentile(values, 100 * share)
        let cases: [(&[f64], f64, Option<f64>); 5] = [
            (&[], 0.5, None),
            (&[3.0], 0.025, Some(3.0)),
            (&[1.0, 2.0], 0.5, Some(1.5)),
            (&[1.0, 2.0, 3.0, 4.0, 5.0], 0.025, Some(1.1)),
            (&[1.0, 2.0, 3.0, 4.0, 5.0], 0.975, Some(4.9)),
        ];
        for (values, share, expected) in cases {
            match (percentile(values, share), expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12),
                (found, expected) => assert_eq!(found, expected),
            }
        }
    }
}
