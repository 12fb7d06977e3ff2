//! Draws that every axis needs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Smallest and largest value; drawn evenly between.
pub type Range = [f32; 2];

/// The stream of random numbers that belongs to one photo of a listing, or to the listing itself (`None`).
pub(super) fn stream(seed: u64, listing: usize, photo: Option<usize>) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((listing as u64) << 16 | photo.map_or(0, |photo| photo as u64 + 1));
    rng
}

/// Evenly within a range; a range of one value gives that value.
pub(super) fn within(range: Range, rng: &mut ChaCha8Rng) -> f32 {
    let [low, high] = range;
    if low < high { rng.random_range(low..high) } else { low }
}

/// Evenly between `-reach` and `reach`.
pub(super) fn about(reach: f32, rng: &mut ChaCha8Rng) -> f32 {
    within([-reach, reach], rng)
}

/// A value of the standard normal distribution, by the sum of twelve even ones: bounded, hence no outliers.
pub(super) fn normal(rng: &mut ChaCha8Rng) -> f32 {
    (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0
}

/// The largest whole number not above `x`; without a call to the mathematical library.
#[inline]
pub(super) fn floor(x: f32) -> f32 {
    let cut = x as i32 as f32;
    if cut > x { cut - 1.0 } else { cut }
}

/// Noise without structure from a lattice point and a seed, 0 to 1.
#[inline]
pub(super) fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut value = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ seed;
    value = (value ^ (value >> 15)).wrapping_mul(0x2c1b_3c6d);
    value = (value ^ (value >> 12)).wrapping_mul(0x297a_2d39);
    ((value ^ (value >> 15)) >> 8) as f32 / (1 << 24) as f32
}

/// Smooth noise with features of size 1, 0 to 1.
#[inline]
pub(super) fn smooth_noise(x: f32, y: f32, seed: u32) -> f32 {
    let (left, top) = (floor(x), floor(y));
    let ease = |part: f32| part * part * (3.0 - 2.0 * part);
    let (u, v) = (ease(x - left), ease(y - top));
    let (left, top) = (left as i32, top as i32);
    let upper = hash(left, top, seed) * (1.0 - u) + hash(left + 1, top, seed) * u;
    let lower = hash(left, top + 1, seed) * (1.0 - u) + hash(left + 1, top + 1, seed) * u;
    upper * (1.0 - v) + lower * v
}

/// A wave of period 1 between -1 and 1 with straight flanks: cheaper than a sine.
#[inline]
pub(super) fn triangle(x: f32) -> f32 {
    4.0 * (x - floor(x) - 0.5).abs() - 1.0
}

/// 0 below the edge, 1 above, over a width of `soft`.
#[inline]
pub(super) fn step(edge: f32, x: f32, soft: f32) -> f32 {
    ((x - edge) / soft.max(1e-4) + 0.5).clamp(0.0, 1.0)
}
