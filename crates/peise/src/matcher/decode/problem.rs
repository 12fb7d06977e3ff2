//! A listing's scores and rule in the form that the programmes work on.

use crate::listing::Scores;

use super::rule::{NonePolicy, RuleError};
use super::weight::Weight;

/// Log-weights, row-major `[I, L + 1]`; the last column is "no label", `-inf` where forbidden.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) images: usize,
    pub(super) labels: usize,
    pub(super) values: Vec<f64>,
}

/// What is left of a rule once the listing is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coupling {
    Free,
    Cover,
    /// Reward for each covered label, greater than 0.
    Reserve(f64),
    /// Images per label, fewer than there are.
    AtMost(usize),
}

impl Table {
    pub(super) fn new(scores: &Scores, none: NonePolicy) -> Result<Self, RuleError> {
        let (images, labels) = (scores.images(), scores.labels());
        if images > 0 && labels == 0 && none == NonePolicy::Forbid {
            return Err(RuleError::NoLabels { images });
        }
        let finite = |image, label, value: f32| match value.is_finite() {
            true => Ok(f64::from(value)),
            false => Err(RuleError::NonFiniteScore { image, label, value }),
        };
        let mut values = Vec::with_capacity(images * (labels + 1));
        for image in 0..images {
            for (label, &value) in scores.row(image).iter().enumerate() {
                values.push(finite(image, Some(label), value)?);
            }
            values.push(match none {
                NonePolicy::Allow => finite(image, None, scores.none(image))?,
                NonePolicy::Forbid => f64::NEG_INFINITY,
            });
        }
        Ok(Self { images, labels, values })
    }

    pub(super) fn columns(&self) -> usize {
        self.labels + 1
    }

    pub(super) fn row(&self, image: usize) -> &[f64] {
        &self.values[image * self.columns()..(image + 1) * self.columns()]
    }

    /// The weights in a number system.
    pub(super) fn weights<W: Weight>(&self) -> Vec<W> {
        self.values.iter().map(|&value| W::from_ln(value)).collect()
    }

    /// Subtracts each row's log-sum-exp, so that weights are probabilities; returns what was
    /// subtracted in all.
    pub(super) fn normalise(&mut self) -> f64 {
        let columns = self.columns();
        self.values
            .chunks_exact_mut(columns)
            .map(|row| {
                let norm = log_sum_exp(row);
                row.iter_mut().for_each(|value| *value -= norm);
                norm
            })
            .sum()
    }
}

impl Coupling {
    /// Number of images of a label that are counted.
    pub(super) fn counted(self) -> usize {
        match self {
            Self::Free => 0,
            Self::Cover | Self::Reserve(_) => 1,
            Self::AtMost(images) => images,
        }
    }

    /// Whether a label may have more images than are counted.
    pub(super) fn saturates(self) -> bool {
        !matches!(self, Self::AtMost(_))
    }

    /// Log-factor of a label without images, relative to a label with some; at most 0.
    pub(super) fn log_uncovered(self) -> f64 {
        match self {
            Self::Free | Self::AtMost(_) => 0.0,
            Self::Cover => f64::NEG_INFINITY,
            Self::Reserve(reward) => -reward,
        }
    }

    /// Reward for each covered label.
    pub(super) fn reward(self) -> f64 {
        match self {
            Self::Reserve(reward) => reward,
            _ => 0.0,
        }
    }

    /// Whether the coupling admits that many images on each label.
    pub(super) fn admits(self, counts: &[usize]) -> bool {
        match self {
            Self::Free | Self::Reserve(_) => true,
            Self::Cover => counts.iter().all(|&count| count > 0),
            Self::AtMost(images) => counts.iter().all(|&count| count <= images),
        }
    }
}

/// `ln sum exp` without overflow; `-inf` for an empty slice.
pub(super) fn log_sum_exp(values: &[f64]) -> f64 {
    let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + values.iter().map(|value| (value - top).exp()).sum::<f64>().ln()
}

/// Index of the greatest value, the first of several.
pub(super) fn argmax(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
