//! BERT's encoder.
//!
//! Source: Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers" (arXiv 1810.04805), as published
//! weights have it: post-norm layers, exact GELU, learned positions, token types (all zero here). Without pooler and
//! pre-training heads. [`crate::weights::keys::BERT`] has the key map.

use super::TokenInput;
use crate::layers::{MASKED, dropout, linear};
use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Device, Int, Tensor, assert_shape};
use peise_convolution::burn::gelu;
use serde::{Deserialize, Serialize};

/// Architecture of a [`Bert`]; the default is BERT-base-Chinese's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BertConfig {
    /// Tokens known.
    pub vocabulary: usize,
    /// Width W of the states.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width of the feed-forward part.
    pub feed_forward: usize,
    /// Positions known.
    pub positions: usize,
    /// Token types known.
    pub types: usize,
    /// Epsilon of the layer normalisation.
    pub epsilon: f64,
    /// Dropout while training.
    pub dropout: f64,
}

impl Default for BertConfig {
    fn default() -> Self {
        Self {
            vocabulary: 21_128,
            width: 768,
            layers: 12,
            heads: 12,
            feed_forward: 3072,
            positions: 512,
            types: 2,
            epsilon: 1e-12,
            dropout: 0.1,
        }
    }
}

#[derive(Module, Debug)]
struct BertLayer {
    query: Linear,
    key: Linear,
    value: Linear,
    attention_output: Linear,
    attention_norm: LayerNorm,
    intermediate: Linear,
    output: Linear,
    output_norm: LayerNorm,
    dropout: Dropout,
    heads: usize,
}

/// The encoder. Built by [`BertConfig::init`].
#[derive(Module, Debug)]
pub struct Bert {
    word: Embedding,
    position: Embedding,
    token_type: Embedding,
    norm: LayerNorm,
    dropout: Dropout,
    layers: Vec<BertLayer>,
}

impl BertConfig {
    /// Whether an encoder of this configuration can be built for labels of so many tokens; what is wrong, if not.
    ///
    /// # Errors
    /// If a count is zero or beyond reason, or contradicts another.
    pub fn check(&self, tokens: usize) -> Result<(), &'static str> {
        let reasonable = |size: usize| (1..=1 << 16).contains(&size);
        if !(1..=1 << 20).contains(&self.vocabulary) {
            return Err("text.vocabulary must lie within 1..=1048576");
        }
        if ![self.width, self.feed_forward, self.positions, self.types].into_iter().all(reasonable) || self.width > 8192
        {
            return Err("text: width must lie within 1..=8192, feed_forward, positions and types within 1..=65536");
        }
        if self.layers > 64 || self.heads == 0 || !self.width.is_multiple_of(self.heads) {
            return Err("text: at most 64 layers, and width must be a multiple of heads");
        }
        if tokens > self.positions {
            return Err("tokens.max_length is beyond text.positions");
        }
        if !((0.0..1.0).contains(&self.dropout) && self.epsilon.is_finite() && self.epsilon > 0.0) {
            return Err("text.dropout must lie within 0..1, and text.epsilon must be positive");
        }
        Ok(())
    }

    /// An encoder with random weights on `device`.
    pub fn init(&self, device: &Device) -> Bert {
        let small = burn::module::Initializer::Normal { mean: 0.0, std: 0.02 };
        let norm = || LayerNormConfig::new(self.width).with_epsilon(self.epsilon).init(device);
        let linear = |from, to| LinearConfig::new(from, to).with_initializer(small.clone()).init(device);
        let embedding = |count| EmbeddingConfig::new(count, self.width).with_initializer(small.clone()).init(device);
        let dropout = || DropoutConfig::new(self.dropout).init();
        let layer = |_| BertLayer {
            query: linear(self.width, self.width),
            key: linear(self.width, self.width),
            value: linear(self.width, self.width),
            attention_output: linear(self.width, self.width),
            attention_norm: norm(),
            intermediate: linear(self.width, self.feed_forward),
            output: linear(self.feed_forward, self.width),
            output_norm: norm(),
            dropout: dropout(),
            heads: self.heads,
        };
        Bert {
            word: embedding(self.vocabulary),
            position: embedding(self.positions),
            token_type: embedding(self.types),
            norm: norm(),
            dropout: dropout(),
            layers: (0..self.layers).map(layer).collect(),
        }
    }
}

impl Bert {
    /// Encodes tokens.
    ///
    /// # Shapes
    /// - tokens `[N, T]`; attend: mask `[N, T]`, `true` = padding, not attended to; returns `[N, T, W]`
    /// # Panics
    /// If a token or position is unknown (programmer error).
    pub fn forward(&self, input: TokenInput) -> Tensor<3> {
        let [count, length] = input.tokens.dims();
        assert_shape!(input.mask, [count, length]);
        let device = input.tokens.device();
        let places = Tensor::<1, Int>::arange(0..length as i64, &device).reshape([1, length]);
        let types = Tensor::<2, Int>::zeros([1, length], &device);
        let embedded = self.word.forward(input.tokens) + self.position.forward(places) + self.token_type.forward(types);
        let mut states = dropout(&self.dropout, self.norm.forward(embedded));
        for layer in &self.layers {
            states = layer.forward(states, input.mask.clone());
        }
        states
    }
}

impl BertLayer {
    fn forward(&self, states: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<3> {
        let [count, length, width] = states.dims();
        let head_width = width / self.heads;
        let split = |layer: &Linear| {
            linear(layer, states.clone()).reshape([count, length, self.heads, head_width]).swap_dims(1, 2)
        };
        let scores = split(&self.query).matmul(split(&self.key).swap_dims(2, 3)) / (head_width as f64).sqrt();
        let mask = mask.reshape([count, 1, 1, length]).expand([count, self.heads, length, length]);
        let weights = dropout(&self.dropout, softmax(scores.mask_fill(mask, MASKED), 3));
        let message = weights.matmul(split(&self.value)).swap_dims(1, 2).reshape([count, length, width]);
        let message = dropout(&self.dropout, linear(&self.attention_output, message));
        let states = self.attention_norm.forward(message + states);
        let hidden = gelu(linear(&self.intermediate, states.clone()));
        let hidden = dropout(&self.dropout, linear(&self.output, hidden));
        self.output_norm.forward(hidden + states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    #[test]
    fn masked_padding_does_not_leak() {
        let device = Device::flex();
        let config =
            BertConfig { vocabulary: 20, width: 16, layers: 2, heads: 4, feed_forward: 32, ..BertConfig::default() };
        let model = config.init(&device);
        let input = |tokens: Vec<i64>, padding: usize| {
            let length = tokens.len();
            let mask: Vec<bool> = (0..length).map(|at| at >= length - padding).collect();
            TokenInput {
                tokens: Tensor::from_data(TensorData::new(tokens, [1, length]), &device),
                mask: Tensor::from_data(TensorData::new(mask, [1, length]), &device),
            }
        };
        let alone = model.forward(input(vec![3, 7, 4], 0));
        let padded = model.forward(input(vec![3, 7, 4, 0, 9], 2)).narrow(1, 0, 3);
        assert!((alone - padded).abs().max().into_scalar::<f32>() < 1e-5);
    }
}
