//! Two files of predictions of the same listings.
//!
//! # Source
//! McNemar 1947, "Note on the sampling error of the difference between correlated proportions", in its exact form.
//! Differences by the paired bootstrap over listings.

use peise::Answer;
use peise_listings::course::Entry;
use serde::Serialize;

use crate::bootstrap::{Counts, Estimate, paired};
use crate::options::{EvaluateError, EvaluateOptions};
use crate::rows::align;

/// How two sets of predictions differ. What either lacks is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Acc of the first less that of the second, with a 95 % interval.
    pub acc: Estimate,
    /// EM of the first less that of the second, with a 95 % interval.
    pub em: Estimate,
    /// Listings that only the first has right.
    pub only_first: usize,
    /// Listings that only the second has right.
    pub only_second: usize,
    /// McNemar's exact two-sided p-value.
    pub p_value: f64,
}

impl Comparison {
    /// The p-value as it is written: `= 0.012` or `< 0.001`.
    pub fn significance(&self) -> String {
        if self.p_value < 0.001 { "< 0.001".to_owned() } else { format!("= {:.3}", self.p_value) }
    }
}

/// Compares predictions that were read before.
///
/// # Errors
/// If the truth labels no photo.
pub fn compare(
    truth: &[Entry],
    first: &[Answer],
    second: &[Answer],
    options: &EvaluateOptions,
) -> Result<Comparison, EvaluateError> {
    // Which rows there are follows from the truth alone, so both have the same.
    let [first, second] = [first, second].map(|answers| align(truth, answers, None).rows);
    if first.is_empty() {
        return Err(EvaluateError::NoTruth { listings: truth.len() });
    }
    let pairs: Vec<[Counts; 2]> =
        first.iter().zip(&second).map(|(first, second)| [Counts::of(first), Counts::of(second)]).collect();
    let only = |this: usize| pairs.iter().filter(|pair| pair[this].exact > pair[1 - this].exact).count();
    let (acc, em) = paired(&pairs, options.resamples, options.seed);
    let (only_first, only_second) = (only(0), only(1));
    Ok(Comparison { acc, em, only_first, only_second, p_value: mcnemar(only_first, only_second) })
}

/// `min(1, 2 P(X <= min(b, c)))`, X binomial of b + c fair throws.
fn mcnemar(first: usize, second: usize) -> f64 {
    let (least, count) = (first.min(second), first + second);
    // ln of C(count, k) / 2^count, from k = 0 on.
    let mut term = -(count as f64) * std::f64::consts::LN_2;
    let mut sum = term.exp();
    for k in 1..=least {
        term += ((count - k + 1) as f64 / k as f64).ln();
        sum += term.exp();
    }
    (2.0 * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_as_they_are_defined() {
        // As scipy.stats.binomtest(min(b, c), b + c) has them.
        for (first, second, expected) in [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (5, 5, 1.0),
            (0, 5, 0.0625),
            (2, 10, 0.038_574_218_75),
            (30, 50, 0.032_992_618_426),
            (400, 300, 0.000_178_476_314_486),
        ] {
            let found = mcnemar(first, second);
            assert!((found - expected).abs() < 1e-9, "{first} {second}: {found}, not {expected}");
            assert_eq!(found, mcnemar(second, first));
        }
    }
}
