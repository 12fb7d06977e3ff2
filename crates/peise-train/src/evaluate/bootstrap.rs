//! Percentile bootstrap over listings.
//!
//! # Source
//! Efron 1979, "Bootstrap methods: another look at the jackknife". Acc is a ratio of sums over the resampled listings.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::rows::ListingRow;
use super::share;

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

/// Acc and EM. `rows` must be in an order of their own for the result not to depend on the files'.
pub(super) fn intervals(rows: &[ListingRow<'_>], resamples: usize, seed: u64) -> (Estimate, Estimate) {
    let counts: Vec<_> = rows
        .iter()
        .map(|row| Counts { right: row.right(), images: row.images.len(), exact: usize::from(row.is_exact()) })
        .collect();
    let values = shares(&counts, counts.iter());
    let resampled: Vec<_> = (0..resamples as u64)
        .into_par_iter()
        .map(|resample| {
            // A stream of its own per resample: the same numbers on any number of threads.
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(resample);
            shares(&counts, (0..counts.len()).map(|_| &counts[random.random_range(0..counts.len())]))
        })
        .collect();
    let (acc, em) = resampled.into_iter().unzip();
    (estimate(values.0, acc), estimate(values.1, em))
}

#[derive(Clone, Copy)]
struct Counts {
    right: usize,
    images: usize,
    exact: usize,
}

fn shares<'a>(all: &[Counts], drawn: impl Iterator<Item = &'a Counts>) -> (f64, f64) {
    let (mut right, mut images, mut exact) = (0, 0, 0);
    for counts in drawn {
        right += counts.right;
        images += counts.images;
        exact += counts.exact;
    }
    (share(right, images), share(exact, all.len()))
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
