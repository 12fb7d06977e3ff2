//! The programme over sets of covered labels, with only the likeliest sets kept: for sharp scores,
//! where few of the `2^L` sets matter.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::beliefs::Beliefs;
use super::problem::{Coupling, argmax};

/// Sets kept after each image.
const WIDTH: usize = 1536;

/// Sets worth less than this share of all are not kept either.
const LEAST_WORTH: f64 = 1e-12;

/// Share of the weight that may be lost before the programme gives up.
const MAX_LOST: f64 = 1e-4;

/// Images times labels up to which the programme is tried; bounds its memory to about 50 MB.
const MAX_TABLE: usize = 4096;

/// Hopes and remainders below this are as good as nothing, and must not divide.
const LEAST_HOPE: f64 = 1e-12;

/// Marginals, or `None` if too much would be lost.
///
/// Images pass in an order that finishes labels early. A set's worth is its weight times the
/// chance, by the `guess` and the scores, that the images to come cover what it lacks.
///
/// # Shapes
/// - weights and guess `[I, L + 1]`, rows sum to 1; the guess holds approximate marginals
pub(super) fn marginals(weights: &[f64], guess: &[f64], labels: usize, coupling: Coupling) -> Option<Beliefs> {
    let counts_sets = matches!(coupling, Coupling::Cover | Coupling::Reserve(_));
    if !counts_sets || labels > u64::BITS as usize || weights.len() > MAX_TABLE {
        return None;
    }
    let columns = labels + 1;
    let order = closing_order(guess, columns);
    // A guess can be surely wrong about an image; its own scores then leave some hope.
    let mixed: Vec<f64> = guess.iter().zip(weights).map(|(a, b)| 0.5 * (a + b)).collect();
    let hopes = hopes(&mixed, &order, labels, coupling);
    let row = |image: usize| &weights[image * columns..(image + 1) * columns];

    let mut levels = vec![Level { sets: vec![0], weights: vec![1.0], moves: Vec::new() }];
    let (mut log_scale, mut lost) = (0.0, 0.0);
    for (step, &image) in order.iter().enumerate() {
        let hope = &hopes[(step + 1) * labels..(step + 2) * labels];
        let mut next = levels[step].extend(row(image), hope);
        lost += next.prune(&mut levels[step].moves, hope);
        let top = next.weights.iter().copied().fold(0.0, f64::max);
        if lost > MAX_LOST || !top.is_normal() {
            return None;
        }
        next.weights.iter_mut().for_each(|weight| *weight /= top);
        log_scale += top.ln();
        levels.push(next);
    }

    let last = levels.last()?;
    let missing = |set: u64| labels as f64 - f64::from(set.count_ones());
    let finish = |&set: &u64| match missing(set) {
        0.0 => 1.0,
        missing => (missing * coupling.log_uncovered()).exp(),
    };
    let mut after: Vec<f64> = last.sets.iter().map(finish).collect();
    let (mut total, mut bare) = (0.0, vec![0.0; labels]);
    for ((&set, weight), after) in last.sets.iter().zip(&last.weights).zip(&after) {
        total += weight * after;
        lacking(set, labels).for_each(|label| bare[label] += weight * after);
    }
    if !total.is_normal() {
        return None;
    }
    let mut values = vec![0.0; weights.len()];
    for (level, &image) in levels.iter().zip(&order).rev() {
        let out = &mut values[image * columns..(image + 1) * columns];
        after = level.backward(&after, row(image), out);
    }
    let log_partition = log_scale + f64::ln(total);
    bare.iter_mut().for_each(|bare| *bare /= total);
    Some(Beliefs { log_partition, values, bare })
}

/// Greedy order: next comes the image that takes most of what is left of some label.
fn closing_order(guess: &[f64], columns: usize) -> Vec<usize> {
    let row = |image: usize| &guess[image * columns..(image + 1) * columns - 1];
    let mut waiting: Vec<usize> = (0..guess.len() / columns).collect();
    let mut left = vec![0.0; columns - 1];
    for &image in &waiting {
        left.iter_mut().zip(row(image)).for_each(|(left, value)| *left += value);
    }
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let closes =
            |image: usize| -> f64 { row(image).iter().zip(&left).map(|(p, left)| p * p / left.max(LEAST_HOPE)).sum() };
        let worth: Vec<f64> = waiting.iter().map(|&image| closes(image)).collect();
        let image = waiting.remove(argmax(&worth));
        left.iter_mut().zip(row(image)).for_each(|(left, value)| *left -= value);
        order.push(image);
    }
    order
}

/// `[I + 1, L]`: factor expected of a label that is not covered yet after so many images.
fn hopes(guess: &[f64], order: &[usize], labels: usize, coupling: Coupling) -> Vec<f64> {
    let uncovered = coupling.log_uncovered().exp();
    let mut hopes = vec![1.0; (order.len() + 1) * labels];
    for label in 0..labels {
        let mut missed = 1.0;
        for step in (0..=order.len()).rev() {
            hopes[step * labels + label] = (1.0 - missed * (1.0 - uncovered)).max(LEAST_HOPE);
            if step > 0 {
                missed *= 1.0 - guess[order[step - 1] * (labels + 1) + label];
            }
        }
    }
    hopes
}

/// The sets kept after some images.
struct Level {
    sets: Vec<u64>,
    weights: Vec<f64>,
    /// Per set: where it goes if the image changes nothing, then for each label it lacks.
    moves: Vec<u32>,
}

/// A move to a set that was not kept.
const NOWHERE: u32 = u32::MAX;

impl Level {
    /// All sets that one more image leads to.
    fn extend(&mut self, row: &[f64], hope: &[f64]) -> Self {
        let labels = hope.len();
        let mut next = Self { sets: Vec::new(), weights: Vec::new(), moves: Vec::new() };
        let mut index = HashMap::with_capacity_and_hasher(self.sets.len() * 4, BuildHasherDefault::<Mix>::default());
        for (&set, &weight) in self.sets.iter().zip(&self.weights) {
            let mut reach = |set: u64, weight: f64| {
                let at = *index.entry(set).or_insert_with(|| {
                    next.sets.push(set);
                    next.weights.push(0.0);
                    next.sets.len() - 1
                });
                next.weights[at] += weight;
                self.moves.push(at as u32);
            };
            let kept = (0..labels).filter(|label| set >> label & 1 == 1);
            reach(set, weight * (row[labels] + kept.map(|label| row[label]).sum::<f64>()));
            for label in lacking(set, labels) {
                reach(set | 1 << label, weight * row[label]);
            }
        }
        next
    }

    /// Keeps the sets of most worth; returns the share of worth that was lost.
    fn prune(&mut self, moves: &mut [u32], hope: &[f64]) -> f64 {
        let chance = |set: u64| lacking(set, hope.len()).map(|label| hope[label]).product::<f64>();
        let worth: Vec<f64> = self.sets.iter().zip(&self.weights).map(|(&set, weight)| weight * chance(set)).collect();
        let total: f64 = worth.iter().sum();
        let mut least = LEAST_WORTH * total;
        if worth.len() > WIDTH {
            let mut ranked = worth.clone();
            let (_, nth, _) = ranked.select_nth_unstable_by(WIDTH, |a, b| b.total_cmp(a));
            least = least.max(*nth);
        }
        let mut places = vec![NOWHERE; worth.len()];
        let (mut kept, mut kept_worth) = (0, 0.0);
        for at in (0..worth.len()).filter(|&at| worth[at] > least) {
            places[at] = kept as u32;
            self.sets[kept] = self.sets[at];
            self.weights[kept] = self.weights[at];
            kept_worth += worth[at];
            kept += 1;
        }
        self.sets.truncate(kept);
        self.weights.truncate(kept);
        moves.iter_mut().for_each(|to| *to = places[*to as usize]);
        1.0 - kept_worth / total
    }

    /// Sums from after an image to before it, and the image's marginals.
    fn backward(&self, after: &[f64], row: &[f64], out: &mut [f64]) -> Vec<f64> {
        let labels = row.len() - 1;
        let sum_of = |to: u32| {
            if to == NOWHERE { 0.0 } else { after[to as usize] }
        };
        let mut moves = self.moves.iter().map(|&to| sum_of(to));
        let mut before = Vec::with_capacity(self.sets.len());
        for (&set, weight) in self.sets.iter().zip(&self.weights) {
            let stay = moves.next().unwrap_or(0.0);
            let mut sum = row[labels] * stay;
            out[labels] += weight * stay;
            for label in 0..labels {
                let to = if set >> label & 1 == 1 { stay } else { moves.next().unwrap_or(0.0) };
                out[label] += weight * to;
                sum += row[label] * to;
            }
            before.push(sum);
        }
        out.iter_mut().zip(row).for_each(|(out, weight)| *out *= weight);
        let norm: f64 = out.iter().sum();
        out.iter_mut().for_each(|value| *value /= norm);
        let top = before.iter().copied().fold(0.0, f64::max);
        before.iter_mut().for_each(|sum| *sum /= top);
        before
    }
}

/// The labels that are not in the set.
fn lacking(set: u64, labels: usize) -> impl Iterator<Item = usize> {
    (0..labels).filter(move |label| set >> label & 1 == 0)
}

/// Multiplicative hash of one number: sets are small integers, nobody attacks them.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}
