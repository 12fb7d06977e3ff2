//! Weighted draws.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A position, as often as its weight says; 0 where all weights are 0.
pub(crate) fn weighted(weights: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let total: f64 = weights.iter().sum();
    at(weights, rng.random::<f64>() * total).unwrap_or(0)
}

/// A position, as often as its weight says; `None` where all weights are 0.
pub(crate) fn weighted_if_any(weights: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 { None } else { at(weights, rng.random_range(0.0..total)) }
}

/// The position that this share of the sum of weights falls on.
fn at(weights: &[f64], mut left: f64) -> Option<usize> {
    for (position, weight) in weights.iter().enumerate() {
        if left < *weight {
            return Some(position);
        }
        left -= weight;
    }
    weights.iter().rposition(|weight| *weight > 0.0)
}
