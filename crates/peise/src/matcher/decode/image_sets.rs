//! Exact sums over all assignments, label by label, by which images are taken: for listings of few
//! images and many labels.

use super::label_sets::Sums;
use super::problem::{Coupling, Table};
use super::weight::Weight;

/// Number of states of the programme, `None` past `usize`.
pub(super) fn states(images: usize, coupling: Coupling) -> Option<usize> {
    1usize.checked_shl(u32::try_from(images).ok()?)?.checked_mul(coupling.counted() + 1)
}

/// Forward and backward pass over the labels.
///
/// A state is the set of images that have a label or none; within a label also the number of images
/// the label has so far, counted up to [`Coupling::counted`], while the images pass in order.
/// Time `O(states I L)`, memory `O(states (I + L))`.
///
/// As in [`super::label_sets::sums`] the weights must be probabilities.
pub(super) fn sums<W: Weight>(table: &Table, coupling: Coupling) -> Sums<W> {
    let (images, labels, columns) = (table.images, table.labels, table.columns());
    let sets = 1 << images;
    let weight = |image: usize, column: usize| W::from_ln(table.row(image)[column]);
    let column = |column: usize| (0..images).map(|image| weight(image, column)).collect::<Vec<W>>();

    let mut forward = vec![W::ZERO; (labels + 1) * sets];
    forward[0] = W::from_ln(0.0);
    for (image, &none) in column(labels).iter().enumerate() {
        for set in 0..1 << image {
            forward[set | 1 << image] = forward[set].times(none);
        }
    }
    let mut layers = Layers::<W>::new(images, coupling);
    for label in 0..labels {
        let (before, after) = forward[label * sets..].split_at_mut(sets);
        layers.fill(before, &column(label));
        layers.merge(&mut after[..sets]);
    }
    let total = forward[(labels + 1) * sets - 1];

    let mut rest = vec![W::ZERO; images * columns];
    let mut backward = vec![W::ZERO; sets];
    backward[sets - 1] = W::from_ln(0.0);
    let mut bare = vec![0.0; labels];
    for label in (0..labels).rev() {
        let before = &forward[label * sets..(label + 1) * sets];
        let skipped = before
            .iter()
            .zip(&backward)
            .fold(W::ZERO, |sum, (before, after)| sum.plus(before.times(layers.uncovered).times(*after)));
        bare[label] = skipped.share(total);
        let weights = column(label);
        layers.fill(before, &weights);
        layers.transpose(&mut backward, &weights, |image, sum| rest[image * columns + label] = sum);
    }
    for image in 0..images {
        let bit = 1 << image;
        for set in (0..sets).filter(|set| set & bit == 0) {
            let sum = &mut rest[image * columns + labels];
            *sum = sum.plus(forward[set].times(backward[set | bit]));
        }
    }
    Sums { total, rest, bare }
}

/// One label at work: `[count, set]` after each image.
struct Layers<W> {
    images: usize,
    counted: usize,
    saturates: bool,
    uncovered: W,
    /// `[I + 1, count, set]`
    history: Vec<W>,
}

impl<W: Weight> Layers<W> {
    fn new(images: usize, coupling: Coupling) -> Self {
        let counted = coupling.counted();
        Self {
            images,
            counted,
            saturates: coupling.saturates(),
            uncovered: W::from_ln(coupling.log_uncovered()),
            history: vec![W::ZERO; ((images + 1) * (counted + 1)) << images],
        }
    }

    fn size(&self) -> usize {
        (self.counted + 1) << self.images
    }

    /// The counts that one more image leads from and to.
    fn moves(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<W> {
        let stay = self.saturates.then_some((self.counted, self.counted));
        (0..self.counted).map(|count| (count, count + 1)).chain(stay)
    }

    fn fill(&mut self, before: &[W], weights: &[W]) {
        let (size, sets, moves) = (self.size(), 1 << self.images, self.moves());
        self.history[..size].fill(W::ZERO);
        self.history[..sets].copy_from_slice(before);
        for (image, &weight) in weights.iter().enumerate() {
            let (done, next) = self.history[image * size..].split_at_mut(size);
            let next = &mut next[..size];
            next.copy_from_slice(done);
            for (from, to) in moves.clone() {
                for set in without(image, sets) {
                    let into = &mut next[to * sets + (set | 1 << image)];
                    *into = into.plus(done[from * sets + set].times(weight));
                }
            }
        }
    }

    fn merge(&self, after: &mut [W]) {
        let (size, sets) = (self.size(), 1 << self.images);
        let last = &self.history[self.images * size..];
        for (set, after) in after.iter_mut().enumerate() {
            let uncovered = last[set].times(self.uncovered);
            *after = (1..=self.counted).fold(uncovered, |sum, count| sum.plus(last[count * sets + set]));
        }
    }

    /// Takes the backward sums from after the label to before it.
    fn transpose(&self, backward: &mut [W], weights: &[W], mut emit: impl FnMut(usize, W)) {
        let (size, sets) = (self.size(), 1 << self.images);
        let mut sums = vec![W::ZERO; size];
        for (set, &after) in backward.iter().enumerate() {
            sums[set] = after.times(self.uncovered);
            (1..=self.counted).for_each(|count| sums[count * sets + set] = after);
        }
        for (image, &weight) in weights.iter().enumerate().rev() {
            let done = &self.history[image * size..(image + 1) * size];
            let mut rest = W::ZERO;
            for (from, to) in self.moves() {
                for set in without(image, sets) {
                    let later = sums[to * sets + (set | 1 << image)];
                    rest = rest.plus(done[from * sets + set].times(later));
                    let into = &mut sums[from * sets + set];
                    *into = into.plus(later.times(weight));
                }
            }
            emit(image, rest);
        }
        backward.copy_from_slice(&sums[..sets]);
    }
}

/// The sets that do not hold the image.
fn without(image: usize, sets: usize) -> impl Iterator<Item = usize> {
    let low = 1 << image;
    (0..sets).step_by(2 * low).flat_map(move |high| high..high + low)
}
