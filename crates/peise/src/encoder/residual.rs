//! A small residual convolutional network for product photos.
//!
//! Source: He et al. 2015, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), basic
//! blocks of section 3.3. Deviations: one stride-2 stem convolution without max-pool, few and narrow
//! stages, and attention pooling beside average pooling, so that the network can dwell on the
//! product and not on what surrounds it (its segments are places in the photo; the course report cut the pooled vector).

use super::block::{BasicBlock, ConvNorm};
use crate::layers::linear;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, assert_shape};
use serde::{Deserialize, Serialize};

/// Architecture of a [`ResidualEncoder`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualEncoderConfig {
    /// Channels of the stride-2 stem.
    pub stem: usize,
    /// Channels of each stage; every stage but the first halves height and width.
    pub widths: Vec<usize>,
    /// Basic blocks in each stage.
    pub blocks: Vec<usize>,
    /// Learned queries of the attention pooling; 0 = average pooling alone.
    pub pool_queries: usize,
    /// Width D of the features.
    pub output: usize,
    /// Width of the features of each place of the last map, which follow the photo's; 0 = none.
    #[serde(default)]
    pub part_width: usize,
}

/// The network. Built by [`ResidualEncoderConfig::init`].
#[derive(Module, Debug)]
pub struct ResidualEncoder {
    stem: ConvNorm,
    blocks: Vec<BasicBlock>,
    attention: Option<Linear>,
    projection: Linear,
    parts: Option<Linear>,
}

impl ResidualEncoderConfig {
    /// Width of a photo's row, for this height and width: its global features, then those of its segments.
    pub fn row_width(&self, size: [usize; 2]) -> usize {
        let halvings = self.widths.len();
        let [height, width] = size.map(|side| (0..halvings).fold(side, |side, _| side.div_ceil(2)));
        self.output + height * width * self.part_width
    }

    /// A network with random weights on `device`.
    ///
    /// # Panics
    /// If `widths` and `blocks` differ in length or are empty (programmer error).
    pub fn init(&self, device: &Device) -> ResidualEncoder {
        assert_eq!(self.widths.len(), self.blocks.len(), "one block count per stage");
        let mut blocks = Vec::new();
        let mut channels = self.stem;
        for (stage, (&width, &count)) in self.widths.iter().zip(&self.blocks).enumerate() {
            for block in 0..count {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                blocks.push(BasicBlock::init([channels, width], stride, device));
                channels = width;
            }
        }
        let queries = self.pool_queries;
        ResidualEncoder {
            stem: ConvNorm::init([3, self.stem], 3, 2, device),
            blocks,
            attention: (queries > 0).then(|| LinearConfig::new(channels, queries).init(device)),
            projection: LinearConfig::new(channels * (1 + queries), self.output).init(device),
            parts: (self.part_width > 0).then(|| LinearConfig::new(channels, self.part_width).init(device)),
        }
    }
}

impl ResidualEncoder {
    /// Encodes photos.
    ///
    /// # Shapes
    /// - images `[N, 3, H, W]`, R, G, B, normalised as the model's preprocessing states
    /// - returns `[N, D]`; with parts `[N, D + S * part_width]`, S places, row by row
    /// # Panics
    /// If there are not three channels (programmer error).
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        assert_shape!(images, [_, 3, _, _]);
        let mut maps = self.stem.forward_relu(images);
        for block in &self.blocks {
            maps = block.forward(maps);
        }
        let [batch, channels, height, width] = maps.dims();
        let segments = maps.reshape([batch, channels, height * width]);
        let average = segments.clone().mean_dim(2).reshape([batch, channels]);
        let pooled = match &self.attention {
            None => average,
            Some(attention) => {
                // [N, S, C] -> weights over segments [N, S, Q] -> pooled [N, C, Q]
                let logits = attention.forward(segments.clone().swap_dims(1, 2));
                let queries = logits.dims()[2];
                let attended = segments.clone().matmul(softmax(logits, 1));
                Tensor::cat(vec![average, attended.reshape([batch, channels * queries])], 1)
            }
        };
        let features = self.projection.forward(pooled);
        match &self.parts {
            None => features,
            Some(layer) => {
                let own = linear(layer, segments.swap_dims(1, 2));
                let [_, count, width] = own.dims();
                Tensor::cat(vec![features, own.reshape([batch, count * width])], 1)
            }
        }
    }

    /// The same network for inference, batch normalisation folded into the convolutions.
    pub fn fold(self) -> Self {
        Self {
            stem: self.stem.fold(),
            blocks: self.blocks.into_iter().map(BasicBlock::fold).collect(),
            attention: self.attention,
            projection: self.projection,
            parts: self.parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn rows_are_as_wide_as_the_configuration_says() {
        let device = Device::flex();
        for part_width in [0, 3] {
            let config = ResidualEncoderConfig {
                stem: 2,
                widths: vec![2, 4, 4],
                blocks: vec![1, 1, 1],
                pool_queries: 2,
                output: 5,
                part_width,
            };
            let model = config.init(&device);
            for size in [[8, 6], [7, 9], [33, 64], [1, 1]] {
                let photos = Tensor::random([2, 3, size[0], size[1]], Distribution::Default, &device);
                assert_eq!(model.forward(photos).dims(), [2, config.row_width(size)], "{size:?}");
            }
        }
    }
}
