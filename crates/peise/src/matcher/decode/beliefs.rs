//! What a programme finds, exact or not.

/// Marginals of a listing's assignments, of normalised rows.
#[derive(Debug, Clone)]
pub(super) struct Beliefs {
    pub(super) log_partition: f64,
    /// `[I, L + 1]`
    pub(super) values: Vec<f64>,
    /// `[L]`: probability of each label that no image has it.
    pub(super) bare: Vec<f64>,
}

impl Beliefs {
    pub(super) fn is_finite(&self) -> bool {
        self.log_partition.is_finite() && self.values.iter().chain(&self.bare).all(|value| value.is_finite())
    }

    /// Adds `factor` times what differs between two others.
    pub(super) fn add_change(&mut self, changed: &Self, from: &Self, factor: f64) {
        let add = |sums: &mut [f64], changed: &[f64], from: &[f64]| {
            for ((sum, changed), from) in sums.iter_mut().zip(changed).zip(from) {
                *sum += factor * (changed - from);
            }
        };
        self.log_partition += factor * (changed.log_partition - from.log_partition);
        add(&mut self.values, &changed.values, &from.values);
        add(&mut self.bare, &changed.bare, &from.bare);
    }
}
