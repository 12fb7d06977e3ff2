//! The matcher: compares all images and labels of one listing with each other.
//!
//! Source: Sarlin et al. 2020, "SuperGlue" (arXiv 1911.11763), sections 3.1-3.2 (the paper; no code),
//! as the course report adapted it to listings: units of self- and cross-attention on a complete
//! bipartite graph, with a learned edge score in place of a dot product. Deviations: pre-norm;
//! masked batches; every unit's state is scored by one shared head, so that every layer can be
//! supervised; the score adds a scaled dot product to the edge score; a no-label score beside; and, where features have
//! parts, every score is the whole's plus that of the parts (coarse, then fine).

use crate::layers::linear;
use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Bool, Device, Tensor};
use serde::{Deserialize, Serialize};

pub mod attention;
pub mod decode;
pub mod parts;
#[cfg(feature = "report")]
pub mod report;

use attention::{CrossAttention, EdgeScore, SelfAttention, UnitConfig};
use parts::PartScore;

/// Architecture of an [`AttentionMatcher`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionMatcherConfig {
    /// Width D of the global features of both inputs, and of the states.
    pub width: usize,
    /// Units of [self, cross].
    pub units: usize,
    /// Heads of the self-attention.
    pub heads: usize,
    /// Hidden width of the edge score.
    pub edge_hidden: usize,
    /// Hidden width of the node update.
    pub node_hidden: usize,
    /// Dropout of the node update while training.
    pub dropout: f64,
    /// Width of the features of parts, which follow those of the whole; 0 = none.
    #[serde(default)]
    pub part_width: usize,
}

/// A masked batch of listings.
#[derive(Debug, Clone)]
pub struct MatcherInput {
    /// Image features `[B, I, D]`, or with parts of width W in S places `[B, I, D + S W]`.
    pub images: Tensor<3>,
    /// Label features `[B, L, D]`, or with parts of T characters `[B, L, D + T (W + 1)]`.
    pub labels: Tensor<3>,
    /// `[B, I]`, `true` = padding.
    pub image_mask: Tensor<2, Bool>,
    /// `[B, L]`, `true` = padding.
    pub label_mask: Tensor<2, Bool>,
}

/// Scores after every unit, the last one last.
#[derive(Debug, Clone)]
pub struct MatcherOutput {
    /// One `[B, I, L]` per unit: unnormalised log-weights; where padded, meaningless.
    pub scores: Vec<Tensor<3>>,
    /// One `[B, I]` per unit: log-weight of "shows no label".
    pub none: Vec<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Unit {
    within: SelfAttention,
    across: CrossAttention,
}

/// The matcher. Built by [`AttentionMatcherConfig::init`].
#[derive(Module, Debug)]
pub struct AttentionMatcher {
    image_norm: LayerNorm,
    label_norm: LayerNorm,
    units: Vec<Unit>,
    head: ScoreHead,
    parts: Option<PartScore>,
}

/// Scores final states: edge score plus scaled dot product; and a no-label score from the image.
#[derive(Module, Debug)]
struct ScoreHead {
    norm: LayerNorm,
    image: Linear,
    label: Linear,
    edge: EdgeScore,
    none: Linear,
}

impl AttentionMatcherConfig {
    fn unit(&self) -> UnitConfig {
        UnitConfig {
            width: self.width,
            heads: self.heads,
            scaled: true,
            edge_hidden: self.edge_hidden,
            node_hidden: self.node_hidden,
            norm: true,
            dropout: self.dropout,
        }
    }

    /// A matcher with random weights on `device`.
    ///
    /// # Panics
    /// If `width` is not a multiple of `heads` (programmer error).
    pub fn init(&self, device: &Device) -> AttentionMatcher {
        assert_eq!(self.width % self.heads, 0, "width must be a multiple of heads");
        let layer = |out| LinearConfig::new(self.width, out).init(device);
        AttentionMatcher {
            image_norm: LayerNormConfig::new(self.width).init(device),
            label_norm: LayerNormConfig::new(self.width).init(device),
            units: (0..self.units)
                .map(|_| Unit {
                    within: SelfAttention::init(&self.unit(), device),
                    across: CrossAttention::init(&self.unit(), device),
                })
                .collect(),
            head: ScoreHead {
                norm: LayerNormConfig::new(self.width).init(device),
                image: layer(self.width),
                label: layer(self.width),
                edge: EdgeScore::init(self.width, self.edge_hidden, device),
                none: layer(1),
            },
            parts: (self.part_width > 0).then(|| PartScore::init(self.part_width, device)),
        }
    }
}

impl AttentionMatcher {
    /// Width D of the global features of both inputs.
    pub fn width(&self) -> usize {
        self.head.none.weight.dims()[0]
    }

    /// Scores every image against every label of each listing.
    ///
    /// # Shapes
    /// - as [`MatcherInput`] has them; masks `true` = padding
    /// - returns per unit `[B, I, L]` and `[B, I]`; with no unit, the scores of the inputs
    /// # Panics
    /// If the widths are not its own (programmer error).
    pub fn forward(&self, input: MatcherInput) -> MatcherOutput {
        let parts = |features: &Tensor<3>| {
            let [_, _, row] = features.dims();
            features.clone().narrow(2, self.width(), row - self.width())
        };
        let [image_row, label_row] = [input.images.dims()[2], input.labels.dims()[2]];
        let fits = |row: usize, width: usize| row > self.width() && (row - self.width()).is_multiple_of(width);
        let whole = image_row == self.width() && label_row == self.width();
        let fit = self
            .parts
            .as_ref()
            .map_or(whole, |score| fits(image_row, score.width()) && fits(label_row, score.width() + 1));
        assert!(fit, "rows of {image_row} and {label_row} numbers are not what this matcher takes");
        let fine = self.parts.as_ref().map(|score| score.forward(parts(&input.images), parts(&input.labels)));
        let mut images = self.image_norm.forward(input.images.narrow(2, 0, self.width()));
        let mut labels = self.label_norm.forward(input.labels.narrow(2, 0, self.width()));
        let mut output = MatcherOutput { scores: Vec::new(), none: Vec::new() };
        for unit in &self.units {
            images = unit.within.forward(images, input.image_mask.clone());
            labels = unit.within.forward(labels, input.label_mask.clone());
            // Both sides are updated at once from the old values, with the same weights.
            let next = unit.across.forward(images.clone(), labels.clone(), input.label_mask.clone()).states;
            labels = unit.across.forward(labels, images, input.image_mask.clone()).states;
            images = next;
            self.head.forward(images.clone(), labels.clone(), &mut output);
        }
        if self.units.is_empty() {
            self.head.forward(images, labels, &mut output);
        }
        if let Some(fine) = fine {
            output.scores.iter_mut().for_each(|scores| *scores = scores.clone() + fine.clone());
        }
        output
    }
}

impl ScoreHead {
    fn forward(&self, images: Tensor<3>, labels: Tensor<3>, output: &mut MatcherOutput) {
        let [batch, count, width] = images.dims();
        let images = self.norm.forward(images);
        let query = linear(&self.image, images.clone());
        let key = linear(&self.label, self.norm.forward(labels));
        let dot = query.clone().matmul(key.clone().swap_dims(1, 2)) / (width as f64).sqrt();
        output.scores.push(dot + self.edge.forward(query, key));
        output.none.push(linear(&self.none, images).reshape([batch, count]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    fn config() -> AttentionMatcherConfig {
        AttentionMatcherConfig {
            width: 16,
            units: 2,
            heads: 2,
            edge_hidden: 8,
            node_hidden: 32,
            dropout: 0.0,
            part_width: 3,
        }
    }

    fn mask(rows: &[&[bool]], device: &Device) -> Tensor<2, Bool> {
        let flat: Vec<bool> = rows.iter().flat_map(|row| row.iter().copied()).collect();
        Tensor::from_data(burn::tensor::TensorData::new(flat, [rows.len(), rows[0].len()]), device)
    }

    fn largest(difference: Tensor<3>) -> f32 {
        difference.abs().max().into_scalar::<f32>()
    }

    #[test]
    fn padding_does_not_leak_and_order_does_not_matter() {
        let device = Device::flex();
        let model = config().init(&device);
        // Two places and two characters beside the whole.
        let (image_row, label_row) = (16 + 2 * 3, 16 + 2 * 4);
        let images = Tensor::<3>::random([1, 3, image_row], Distribution::Default, &device);
        let labels = Tensor::<3>::random([1, 2, label_row], Distribution::Default, &device);
        let alone = model.forward(MatcherInput {
            images: images.clone(),
            labels: labels.clone(),
            image_mask: mask(&[&[false; 3]], &device),
            label_mask: mask(&[&[false; 2]], &device),
        });
        let noise = |rows, row| Tensor::<3>::random([1, rows, row], Distribution::Normal(0.0, 9.0), &device);
        let padded = model.forward(MatcherInput {
            images: Tensor::cat(vec![images.clone().flip([1]), noise(2, image_row)], 1),
            labels: Tensor::cat(vec![labels.clone().flip([1]), noise(3, label_row)], 1),
            image_mask: mask(&[&[false, false, false, true, true]], &device),
            label_mask: mask(&[&[false, false, true, true, true]], &device),
        });
        assert_eq!(alone.scores.len(), 2);
        for (one, other) in alone.scores.iter().zip(&padded.scores) {
            let back = other.clone().slice([0..1, 0..3, 0..2]).flip([1, 2]);
            assert!(largest(one.clone() - back) < 1e-5);
        }
    }
}
