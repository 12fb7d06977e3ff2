//! Attention inside one side of a listing, and across its two sides.
//!
//! Source: the course report, section 3.2, after SuperGlue (arXiv 1911.11763), equations 3-5.
//! `x_i <- x_i + f_node([x_i, sum_j w_ij v_j])`; inside a side `w_ij = softmax_j(q_i . k_j / sqrt(d))`,
//! across `w_ij = softmax_j f_edge([q_i, k_j])`. Deviation: states are normalised before use (pre-norm).

use super::AttentionMatcherConfig;
use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Bool, Device, Tensor};

// Finite, so that a row that is all padding stays free of NaN.
const MASKED: f32 = -1.0e4;

/// The residual update of a node from what it attended to.
#[derive(Module, Debug)]
pub struct NodeUpdate {
    first: Linear,
    second: Linear,
    dropout: Dropout,
}

impl NodeUpdate {
    fn init(config: &AttentionMatcherConfig, device: &Device) -> Self {
        Self {
            first: LinearConfig::new(2 * config.width, config.node_hidden).init(device),
            second: LinearConfig::new(config.node_hidden, config.width).init(device),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, state: Tensor<3>, normalised: Tensor<3>, message: Tensor<3>) -> Tensor<3> {
        let hidden = relu(self.first.forward(Tensor::cat(vec![normalised, message], 2)));
        state + self.second.forward(self.dropout.forward(hidden))
    }
}

/// Multi-head attention among the images, or among the labels, of a listing.
#[derive(Module, Debug)]
pub struct SelfAttention {
    norm: LayerNorm,
    query: Linear,
    key: Linear,
    value: Linear,
    update: NodeUpdate,
    heads: usize,
}

impl SelfAttention {
    pub(super) fn init(config: &AttentionMatcherConfig, device: &Device) -> Self {
        let linear = || LinearConfig::new(config.width, config.width).init(device);
        Self {
            norm: LayerNormConfig::new(config.width).init(device),
            query: linear(),
            key: linear(),
            value: linear(),
            update: NodeUpdate::init(config, device),
            heads: config.heads,
        }
    }

    /// Updates every node from its siblings.
    ///
    /// # Shapes
    /// - states `[B, N, D]`, mask `[B, N]`, `true` = padding
    /// - returns `[B, N, D]`
    pub fn forward(&self, states: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<3> {
        let [batch, count, width] = states.dims();
        let head_width = width / self.heads;
        let normalised = self.norm.forward(states.clone());
        let split = |linear: &Linear| {
            let projected = linear.forward(normalised.clone());
            projected.reshape([batch, count, self.heads, head_width]).swap_dims(1, 2)
        };
        let scores = split(&self.query).matmul(split(&self.key).swap_dims(2, 3)) / (head_width as f64).sqrt();
        let mask = mask.reshape([batch, 1, 1, count]).expand([batch, self.heads, count, count]);
        let message = softmax(scores.mask_fill(mask, MASKED), 3).matmul(split(&self.value));
        let message = message.swap_dims(1, 2).reshape([batch, count, width]);
        self.update.forward(states, normalised, message)
    }
}

/// A learned score of a pair: an MLP over `[q_i, k_j]`.
///
/// Its first layer is linear in both, so it is computed per node and added per pair.
#[derive(Module, Debug)]
pub struct EdgeScore {
    query: Linear,
    key: Linear,
    output: Linear,
}

impl EdgeScore {
    pub(super) fn init(width: usize, hidden: usize, device: &Device) -> Self {
        Self {
            query: LinearConfig::new(width, hidden).init(device),
            key: LinearConfig::new(width, hidden).with_bias(false).init(device),
            output: LinearConfig::new(hidden, 1).with_bias(false).init(device),
        }
    }

    /// # Shapes
    /// - queries `[B, N, D]`, keys `[B, M, D]`
    /// - returns `[B, N, M]`
    pub fn forward(&self, queries: Tensor<3>, keys: Tensor<3>) -> Tensor<3> {
        let [batch, rows, _] = queries.dims();
        let columns = keys.dims()[1];
        let query = self.query.forward(queries);
        let hidden = query.dims()[2];
        let pairs =
            query.reshape([batch, rows, 1, hidden]) + self.key.forward(keys).reshape([batch, 1, columns, hidden]);
        self.output.forward(relu(pairs)).reshape([batch, rows, columns])
    }
}

/// Attention of one side of a listing to the other.
#[derive(Module, Debug)]
pub struct CrossAttention {
    norm: LayerNorm,
    query: Linear,
    key: Linear,
    value: Linear,
    edge: EdgeScore,
    update: NodeUpdate,
}

impl CrossAttention {
    pub(super) fn init(config: &AttentionMatcherConfig, device: &Device) -> Self {
        let linear = || LinearConfig::new(config.width, config.width).init(device);
        Self {
            norm: LayerNormConfig::new(config.width).init(device),
            query: linear(),
            key: linear(),
            value: linear(),
            edge: EdgeScore::init(config.width, config.edge_hidden, device),
            update: NodeUpdate::init(config, device),
        }
    }

    /// Updates every node of one side from the other side's nodes.
    ///
    /// # Shapes
    /// - states `[B, N, D]`, others `[B, M, D]`, other_mask `[B, M]`, `true` = padding
    /// - returns `[B, N, D]`
    pub fn forward(&self, states: Tensor<3>, others: Tensor<3>, other_mask: Tensor<2, Bool>) -> Tensor<3> {
        let [batch, rows, _] = states.dims();
        let columns = others.dims()[1];
        let normalised = self.norm.forward(states.clone());
        let others = self.norm.forward(others);
        let scores = self.edge.forward(self.query.forward(normalised.clone()), self.key.forward(others.clone()));
        let mask = other_mask.reshape([batch, 1, columns]).expand([batch, rows, columns]);
        let message = softmax(scores.mask_fill(mask, MASKED), 2).matmul(self.value.forward(others));
        self.update.forward(states, normalised, message)
    }
}
