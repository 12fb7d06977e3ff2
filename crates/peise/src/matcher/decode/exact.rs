//! Exact sums: which programme runs, and in which number system.

use super::beliefs::Beliefs;
use super::image_sets;
use super::label_sets::{self, Sums};
use super::problem::{Coupling, Table, log_sum_exp};
use super::weight::{Log, Weight};

/// States up to which the exact programmes always run: 14 labels under cover and reserve.
const MAX_STATES: usize = 1 << 14;

/// Work (states by images by labels) up to which they also run: about a quarter of a second, and 18
/// labels for up to 28 images. Images barely more than labels are where the approximation is worst.
const MAX_WORK: usize = 1 << 27;

/// Below this total plain numbers might lose states that matter, and logarithms take over.
const MIN_TOTAL: f64 = 1e-250;

/// Which exact programme to run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Programme {
    LabelSets,
    ImageSets,
}

/// The smaller programme, `None` if both are too large.
pub(super) fn smaller_programme(table: &Table, coupling: Coupling) -> Option<Programme> {
    let by_labels = label_sets::states(table.labels, coupling).unwrap_or(usize::MAX);
    let by_images = image_sets::states(table.images, coupling).unwrap_or(usize::MAX);
    let work = by_labels.saturating_mul(table.images).saturating_mul(table.labels);
    let labels_fit = by_labels <= MAX_STATES || work <= MAX_WORK;
    // The image programme counts twice the sets, so that 14 images are as good as 14 labels.
    let images_fit = by_images <= 2 * MAX_STATES;
    match (labels_fit, images_fit) {
        (true, true) if by_labels <= by_images => Some(Programme::LabelSets),
        (_, true) => Some(Programme::ImageSets),
        (true, false) => Some(Programme::LabelSets),
        (false, false) => None,
    }
}

/// Runs an exact programme; expects normalised rows.
pub(super) fn beliefs(table: &Table, coupling: Coupling, programme: Programme) -> Beliefs {
    let plain: Sums<f64> = run(table, coupling, programme);
    if plain.total > MIN_TOTAL {
        return plain.beliefs(table);
    }
    run::<Log>(table, coupling, programme).beliefs(table)
}

fn run<W: Weight>(table: &Table, coupling: Coupling, programme: Programme) -> Sums<W> {
    match programme {
        Programme::LabelSets => label_sets::sums(&table.weights(), table.labels, coupling),
        Programme::ImageSets => image_sets::sums(table, coupling),
    }
}

impl<W: Weight> Sums<W> {
    /// Out of the number system.
    pub(super) fn beliefs(self, table: &Table) -> Beliefs {
        let mut values: Vec<f64> = self.rest.iter().map(|rest| rest.ln()).collect();
        values.iter_mut().zip(&table.values).for_each(|(value, weight)| *value += weight);
        for row in values.chunks_exact_mut(table.columns()) {
            let norm = log_sum_exp(row);
            row.iter_mut().for_each(|value| *value = (*value - norm).exp());
        }
        Beliefs { log_partition: self.total.ln(), values, bare: self.bare }
    }
}

/// Images that do not depend on each other; expects normalised rows.
pub(super) fn free(table: &Table) -> Beliefs {
    let values: Vec<f64> = table.values.iter().map(|value| value.exp()).collect();
    let mut bare = vec![1.0; table.labels];
    for row in values.chunks_exact(table.columns()) {
        bare.iter_mut().zip(row).for_each(|(bare, value)| *bare *= 1.0 - value);
    }
    Beliefs { log_partition: 0.0, values, bare }
}
