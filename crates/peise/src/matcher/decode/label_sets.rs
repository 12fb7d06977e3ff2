//! Exact sums over all assignments, image by image, by how many images each label has so far.

use super::problem::Coupling;
use super::weight::Weight;

/// Sums over all assignments.
pub(super) struct Sums<W> {
    /// Total weight of the assignments that keep the rule.
    pub(super) total: W,
    /// `[I, L + 1]`: total weight of the assignments that give the image that column, its own
    /// weight left out.
    pub(super) rest: Vec<W>,
    /// `[L]`: probability of each label that no image has it.
    pub(super) bare: Vec<f64>,
}

/// Number of states of the programme, `None` past `usize`.
pub(super) fn states(labels: usize, coupling: Coupling) -> Option<usize> {
    (coupling.counted() + 1).checked_pow(u32::try_from(labels).ok()?)
}

/// Forward and backward pass over the images.
///
/// A state holds one digit per label, the number of its images so far, counted up to
/// [`Coupling::counted`]. Under cover and reserve that is the set of labels covered so far.
/// Time `O(states I L)`, memory `O(states I)`.
///
/// # Shapes
/// - weights `[I, L + 1]`; rows sum to 1. Then no sum exceeds 1, and plain numbers lose nothing
///   that matters as long as the total is far above the least of them
pub(super) fn sums<W: Weight>(weights: &[W], labels: usize, coupling: Coupling) -> Sums<W> {
    let columns = labels + 1;
    let images = weights.len() / columns;
    let count = coupling.counted() + 1;
    let states = count.pow(labels as u32);
    let row = |image: usize| &weights[image * columns..(image + 1) * columns];

    let mut forward = vec![W::ZERO; (images + 1) * states];
    forward[0] = W::from_ln(0.0);
    for image in 0..images {
        let (before, after) = forward[image * states..].split_at_mut(states);
        step_forward(before, &mut after[..states], row(image), coupling);
    }

    let mut after = finish::<W>(states, count, coupling);
    let last = &forward[images * states..];
    let total = dot(last, &after);
    let bare = bare(last, &after, total, count);

    let mut rest = vec![W::ZERO; images * columns];
    let mut before = vec![W::ZERO; states];
    for image in (0..images).rev() {
        let reached = &forward[image * states..(image + 1) * states];
        let rest = &mut rest[image * columns..(image + 1) * columns];
        step_backward(&mut before, &after, reached, row(image), rest, coupling);
        std::mem::swap(&mut before, &mut after);
    }
    Sums { total, rest, bare }
}

/// `after(state + image on label) += before(state) * weight(label)` for all states and labels.
fn step_forward<W: Weight>(before: &[W], after: &mut [W], weights: &[W], coupling: Coupling) {
    let (none, labels) = split_none(weights);
    for (after, &before) in after.iter_mut().zip(before) {
        *after = before.times(none);
    }
    let (counted, mut stride) = (coupling.counted(), 1);
    for &weight in labels {
        let full = counted * stride;
        if coupling.saturates() && counted == 1 && stride <= 4 {
            match stride {
                1 => sets_forward::<W, 1, 2>(before, after, weight),
                2 => sets_forward::<W, 2, 4>(before, after, weight),
                _ => sets_forward::<W, 4, 8>(before, after, weight),
            }
            stride *= 2;
            continue;
        }
        let blocks = before.chunks_exact(full + stride).zip(after.chunks_exact_mut(full + stride));
        for (before, after) in blocks {
            add_scaled(&mut after[stride..], &before[..full], weight);
            if coupling.saturates() {
                add_scaled(&mut after[full..], &before[full..], weight);
            }
        }
        stride += full;
    }
}

/// The transpose of [`step_forward`], and the sums for each column of the image.
fn step_backward<W: Weight>(
    before: &mut [W],
    after: &[W],
    reached: &[W],
    weights: &[W],
    rest: &mut [W],
    coupling: Coupling,
) {
    let (none, labels) = split_none(weights);
    for (before, &after) in before.iter_mut().zip(after) {
        *before = after.times(none);
    }
    let (counted, mut stride) = (coupling.counted(), 1);
    for (&weight, rest) in labels.iter().zip(rest.iter_mut()) {
        let (full, block) = (counted * stride, (counted + 1) * stride);
        if coupling.saturates() && counted == 1 && stride <= 4 {
            *rest = match stride {
                1 => sets_backward::<W, 1, 2>(before, after, reached, weight),
                2 => sets_backward::<W, 2, 4>(before, after, reached, weight),
                _ => sets_backward::<W, 4, 8>(before, after, reached, weight),
            };
            stride = block;
            continue;
        }
        let blocks = before.chunks_exact_mut(block).zip(after.chunks_exact(block));
        for ((before, after), reached) in blocks.zip(reached.chunks_exact(block)) {
            add_scaled(&mut before[..full], &after[stride..], weight);
            *rest = rest.plus(dot(&reached[..full], &after[stride..]));
            if coupling.saturates() {
                add_scaled(&mut before[full..], &after[full..], weight);
                *rest = rest.plus(dot(&reached[full..], &after[full..]));
            }
        }
        stride = block;
    }
    rest[labels.len()] = dot(reached, after);
}

/// [`step_forward`] of one label whose digit is a bit with a small stride: blocks of known size
/// leave no loop overhead.
fn sets_forward<W: Weight, const STRIDE: usize, const BLOCK: usize>(before: &[W], after: &mut [W], weight: W) {
    let blocks = before.as_chunks::<BLOCK>().0.iter().zip(after.as_chunks_mut::<BLOCK>().0);
    for (before, after) in blocks {
        for at in 0..STRIDE {
            let reach = before[at].plus(before[STRIDE + at]).times(weight);
            after[STRIDE + at] = after[STRIDE + at].plus(reach);
        }
    }
}

/// [`step_backward`] likewise; returns the sum for the label.
fn sets_backward<W: Weight, const STRIDE: usize, const BLOCK: usize>(
    before: &mut [W],
    after: &[W],
    reached: &[W],
    weight: W,
) -> W {
    let mut rest = [W::ZERO; STRIDE];
    let blocks = before.as_chunks_mut::<BLOCK>().0.iter_mut().zip(after.as_chunks::<BLOCK>().0);
    for ((before, after), reached) in blocks.zip(reached.as_chunks::<BLOCK>().0) {
        for at in 0..STRIDE {
            let covered = after[STRIDE + at];
            let add = covered.times(weight);
            before[at] = before[at].plus(add);
            before[STRIDE + at] = before[STRIDE + at].plus(add);
            rest[at] = rest[at].plus(reached[at].plus(reached[STRIDE + at]).times(covered));
        }
    }
    rest.into_iter().fold(W::ZERO, W::plus)
}

/// Factor of every final state: the product of the factors of the labels left uncovered.
fn finish<W: Weight>(states: usize, count: usize, coupling: Coupling) -> Vec<W> {
    let uncovered = W::from_ln(coupling.log_uncovered());
    let mut factors = vec![W::from_ln(0.0); states];
    let mut stride = 1;
    while stride < states {
        for block in factors.chunks_exact_mut(count * stride) {
            block[..stride].iter_mut().for_each(|factor| *factor = factor.times(uncovered));
        }
        stride *= count;
    }
    factors
}

/// For each label the share of the states in which its digit is zero.
fn bare<W: Weight>(last: &[W], factors: &[W], total: W, count: usize) -> Vec<f64> {
    let mut bare = Vec::new();
    let mut stride = 1;
    while stride < last.len() {
        let blocks = last.chunks_exact(count * stride).zip(factors.chunks_exact(count * stride));
        let zero = blocks.fold(W::ZERO, |sum, (last, factors)| sum.plus(dot(&last[..stride], &factors[..stride])));
        bare.push(zero.share(total));
        stride *= count;
    }
    bare
}

fn split_none<W: Weight>(weights: &[W]) -> (W, &[W]) {
    match weights.split_last() {
        Some((&none, labels)) => (none, labels),
        None => (W::ZERO, &[]),
    }
}

fn add_scaled<W: Weight>(into: &mut [W], from: &[W], weight: W) {
    for (into, &from) in into.iter_mut().zip(from) {
        *into = into.plus(from.times(weight));
    }
}

/// Four running sums, so that additions need not wait for each other.
fn dot<W: Weight>(left: &[W], right: &[W]) -> W {
    let mut sums = [W::ZERO; 4];
    let (left, left_tail) = left.as_chunks::<4>();
    let (right, right_tail) = right.as_chunks::<4>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..4 {
            sums[lane] = sums[lane].plus(left[lane].times(right[lane]));
        }
    }
    for (&left, &right) in left_tail.iter().zip(right_tail) {
        sums[0] = sums[0].plus(left.times(right));
    }
    sums[0].plus(sums[1]).plus(sums[2].plus(sums[3]))
}
