//! Attention inside one side of a listing, and across its two sides.
//!
//! Source: the course report, section 3.2, after SuperGlue (arXiv 1911.11763), equations 3-5.
//! `x_i <- x_i + f_node([x_i, sum_j w_ij v_j])`; inside a side `w_ij = softmax_j(q_i . k_j / sqrt(d))`,
//! across `w_ij = softmax_j f_edge([q_i, k_j])`. Deviation of `compact`: states are normalised before use (pre-norm).

use crate::layers::{MASKED, dropout, linear};
use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Bool, Device, Tensor};

/// Architecture of a unit of [self, cross].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitConfig {
    /// Width D of the states.
    pub width: usize,
    /// Heads of the self-attention.
    pub heads: usize,
    /// Whether its scores are divided by the square root of a head's width.
    pub scaled: bool,
    /// Hidden width of the edge score.
    pub edge_hidden: usize,
    /// Hidden width of the node update.
    pub node_hidden: usize,
    /// Whether states are normalised before use.
    pub norm: bool,
    /// Dropout of the node update while training.
    pub dropout: f64,
}

impl UnitConfig {
    fn norm(&self, device: &Device) -> Option<LayerNorm> {
        self.norm.then(|| LayerNormConfig::new(self.width).init(device))
    }
}

/// The states as they are, or normalised.
fn normalise(norm: &Option<LayerNorm>, states: Tensor<3>) -> Tensor<3> {
    match norm {
        Some(norm) => norm.forward(states),
        None => states,
    }
}

/// The residual update of a node from what it attended to.
#[derive(Module, Debug)]
pub struct NodeUpdate {
    first: Linear,
    second: Linear,
    dropout: Dropout,
}

impl NodeUpdate {
    fn init(config: &UnitConfig, device: &Device) -> Self {
        Self {
            first: LinearConfig::new(2 * config.width, config.node_hidden).init(device),
            second: LinearConfig::new(config.node_hidden, config.width).init(device),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, state: Tensor<3>, normalised: Tensor<3>, message: Tensor<3>) -> Tensor<3> {
        let hidden = relu(linear(&self.first, Tensor::cat(vec![normalised, message], 2)));
        state + linear(&self.second, dropout(&self.dropout, hidden))
    }
}

/// Multi-head attention among the images, or among the labels, of a listing.
#[derive(Module, Debug)]
pub struct SelfAttention {
    norm: Option<LayerNorm>,
    query: Linear,
    key: Linear,
    value: Linear,
    update: NodeUpdate,
    heads: usize,
    scaled: bool,
}

impl SelfAttention {
    /// With random weights on `device`.
    pub fn init(config: &UnitConfig, device: &Device) -> Self {
        let square = || LinearConfig::new(config.width, config.width).init(device);
        Self {
            norm: config.norm(device),
            query: square(),
            key: square(),
            value: square(),
            update: NodeUpdate::init(config, device),
            heads: config.heads,
            scaled: config.scaled,
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
        let normalised = normalise(&self.norm, states.clone());
        let split = |layer: &Linear| {
            let projected = linear(layer, normalised.clone());
            projected.reshape([batch, count, self.heads, head_width]).swap_dims(1, 2)
        };
        let scale = if self.scaled { (head_width as f64).sqrt() } else { 1.0 };
        let scores = split(&self.query).matmul(split(&self.key).swap_dims(2, 3)) / scale;
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
    /// With random weights on `device`.
    pub fn init(width: usize, hidden: usize, device: &Device) -> Self {
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
        let query = linear(&self.query, queries);
        let hidden = query.dims()[2];
        let pairs =
            query.reshape([batch, rows, 1, hidden]) + linear(&self.key, keys).reshape([batch, 1, columns, hidden]);
        linear(&self.output, relu(pairs)).reshape([batch, rows, columns])
    }
}

/// What comes of attending across.
#[derive(Debug, Clone)]
pub struct CrossOutput {
    /// The updated states, `[B, N, D]`.
    pub states: Tensor<3>,
    /// The edge scores that were attended by, before the softmax over M, `[B, N, M]`; where padded, meaningless.
    pub scores: Tensor<3>,
}

/// Attention of one side of a listing to the other.
#[derive(Module, Debug)]
pub struct CrossAttention {
    norm: Option<LayerNorm>,
    query: Linear,
    key: Linear,
    value: Linear,
    edge: EdgeScore,
    update: NodeUpdate,
}

impl CrossAttention {
    /// With random weights on `device`.
    pub fn init(config: &UnitConfig, device: &Device) -> Self {
        let square = || LinearConfig::new(config.width, config.width).init(device);
        Self {
            norm: config.norm(device),
            query: square(),
            key: square(),
            value: square(),
            edge: EdgeScore::init(config.width, config.edge_hidden, device),
            update: NodeUpdate::init(config, device),
        }
    }

    /// The edge scores alone, before the softmax over M.
    ///
    /// # Shapes
    /// - states `[B, N, D]`, others `[B, M, D]`; returns `[B, N, M]`
    pub fn scores(&self, states: Tensor<3>, others: Tensor<3>) -> Tensor<3> {
        let (states, others) = (normalise(&self.norm, states), normalise(&self.norm, others));
        self.edge.forward(linear(&self.query, states), linear(&self.key, others))
    }

    /// Updates every node of one side from the other side's nodes.
    ///
    /// # Shapes
    /// - states `[B, N, D]`, others `[B, M, D]`, other_mask `[B, M]`, `true` = padding
    pub fn forward(&self, states: Tensor<3>, others: Tensor<3>, other_mask: Tensor<2, Bool>) -> CrossOutput {
        let [batch, rows, _] = states.dims();
        let columns = others.dims()[1];
        let normalised = normalise(&self.norm, states.clone());
        let others = normalise(&self.norm, others);
        let scores = self.edge.forward(linear(&self.query, normalised.clone()), linear(&self.key, others.clone()));
        let mask = other_mask.reshape([batch, 1, columns]).expand([batch, rows, columns]);
        let weights = softmax(scores.clone().mask_fill(mask, MASKED), 2);
        let message = weights.matmul(linear(&self.value, others));
        CrossOutput { states: self.update.forward(states, normalised, message), scores }
    }
}
