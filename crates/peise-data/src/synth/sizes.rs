//! How many labels and photos a listing has.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::config::StructureConfig;
use crate::random::weighted;
use crate::real_sizes::REAL_SIZES;

/// Draws labels m and photos n, as often as real listings have them, within what the config allows.
pub(super) fn draw_sizes(config: &StructureConfig, rng: &mut ChaCha8Rng) -> (usize, usize) {
    let [least, most] = [config.labels[0], config.labels[1].min(config.max_photos)];
    let fits = |m: usize| (least..=most).contains(&m);
    let weights: Vec<f64> = REAL_SIZES.iter().map(|&(m, _, count)| if fits(m) { count.into() } else { 0.0 }).collect();
    let (m, n) = if weights.iter().any(|weight| *weight > 0.0) {
        let (m, n, _) = REAL_SIZES[weighted(&weights, rng)];
        (m, n)
    } else {
        let m = rng.random_range(least..=most.max(least));
        (m, m + rng.random_range(0..=5))
    };
    if m > 1 && rng.random_bool(config.more_labels) {
        return (m, rng.random_range(1..m));
    }
    (m, n.min(config.max_photos).max(m))
}
