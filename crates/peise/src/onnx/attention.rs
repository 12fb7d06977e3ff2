//! Attention inside one side of a listing, and across its two sides (`matcher/attention.rs`).
//!
//! Layers that follow each other without an activation are one here: query and key of an edge score and of the
//! attention around it. What reads the same states is one matrix product.

use super::graph::{Graph, Value};
use super::linear::Linear;
use super::multi_head::{Heads, among};
use super::weights::{Scale, Weights};
use crate::layers::MASKED;
use crate::weights::{Stored, WeightsError};

/// What the framework's layer normalisation adds to the variance.
pub const LAYER_NORM_EPSILON: f64 = 1e-5;

/// Architecture of a unit of [self, cross].
#[derive(Debug, Clone, Copy)]
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
}

/// The images or the labels of a batch of listings.
#[derive(Debug, Clone)]
pub struct Side {
    /// `[B, N, D]`.
    pub states: Value,
    /// `[B, 1, 1, N]`, `true` = padding: for those of this side.
    among: Value,
    /// `[B, 1, N]`: for those of the other.
    across: Value,
}

impl Side {
    /// A side from states `[B, N, D]` and mask `[B, N]`.
    pub fn new(graph: &mut Graph, states: Value, mask: &Value) -> Self {
        Self { states, among: among(graph, mask), across: graph.unsqueeze(mask, &[1]) }
    }
}

/// The weights of a layer normalisation, where there is one.
fn norm(config: &UnitConfig, weights: &Weights) -> Result<Option<Scale>, WeightsError> {
    config.norm.then(|| weights.at("norm").layer_norm(config.width)).transpose()
}

/// The states as they are, or normalised.
fn normalise(graph: &mut Graph, path: &str, norm: &Option<Scale>, states: &Value) -> Value {
    match norm {
        Some(norm) => graph.layer_norm(&format!("{path}.norm"), norm, LAYER_NORM_EPSILON, states),
        None => states.clone(),
    }
}

/// The residual update of a node from what it attended to.
struct NodeUpdate {
    path: String,
    first: Linear,
    second: Linear,
}

impl NodeUpdate {
    fn read(config: &UnitConfig, weights: &Weights) -> Result<Self, WeightsError> {
        let weights = weights.at("update");
        Ok(Self {
            path: weights.path().to_owned(),
            first: weights.at("first").linear(2 * config.width, config.node_hidden)?,
            second: weights.at("second").linear(config.node_hidden, config.width)?,
        })
    }

    fn apply(&self, graph: &mut Graph, states: &Value, normalised: &Value, message: &Value) -> Value {
        let both = graph.concatenate(&[normalised, message], 2);
        let hidden = graph.linear(&format!("{}.first", self.path), &self.first, &both);
        let hidden = graph.relu(&hidden);
        let change = graph.linear(&format!("{}.second", self.path), &self.second, &hidden);
        graph.add(states, &change)
    }
}

/// Multi-head attention among the images, or among the labels, of a listing.
pub struct SelfAttention {
    path: String,
    heads: Heads,
    norm: Option<Scale>,
    projection: Linear,
    update: NodeUpdate,
}

impl SelfAttention {
    /// The weights below a path.
    ///
    /// # Errors
    /// If a tensor is missing or misshaped.
    pub fn read(config: &UnitConfig, weights: &Weights) -> Result<Self, WeightsError> {
        let heads = Heads { width: config.width, heads: config.heads, scaled: config.scaled };
        Ok(Self {
            path: weights.path().to_owned(),
            heads,
            norm: norm(config, weights)?,
            projection: heads.projection(weights)?,
            update: NodeUpdate::read(config, weights)?,
        })
    }

    /// Updates every node from its siblings.
    pub fn apply(&self, graph: &mut Graph, side: &mut Side) {
        let normalised = normalise(graph, &self.path, &self.norm, &side.states);
        let name = format!("{}.query_key_value", self.path);
        let projected = graph.linear(&name, &self.projection, &normalised);
        let message = self.heads.attend(graph, &projected, Some(&side.among));
        side.states = self.update.apply(graph, &side.states, &normalised, &message);
    }
}

/// Scores of pairs from what each of the two gives: `sum_h output_h relu(query_h + key_h)`.
///
/// # Shapes
/// - queries `[B, N, H]`, keys `[B, M, H]`, output `[H, 1]`; returns `[B, N, M]`
pub fn edge_scores(graph: &mut Graph, name: &str, output: &Stored, queries: &Value, keys: &Value) -> Value {
    let (queries, keys) = (graph.unsqueeze(queries, &[2]), graph.unsqueeze(keys, &[1]));
    let pairs = graph.add(&queries, &keys);
    let pairs = graph.relu(&pairs);
    let output = Linear { weight: output.clone(), bias: None };
    let scores = graph.linear(name, &output, &pairs);
    graph.squeeze(&scores, &[3])
}

/// The layers of an edge score behind those that make queries and keys, and its output layer.
///
/// # Errors
/// If a tensor is missing or misshaped.
pub fn edge(
    weights: &Weights,
    width: usize,
    hidden: usize,
    [query, key]: [&Linear; 2],
) -> Result<([Linear; 2], Stored), WeightsError> {
    let query = query.then(&weights.at("query").linear(width, hidden)?);
    let key = key.then(&weights.at("key").linear_without_bias(width, hidden)?);
    Ok(([query, key], weights.at("output").tensor("weight", &[hidden, 1])?))
}

/// The scores of attention across, alone.
pub struct CrossScores {
    path: String,
    norm: Option<Scale>,
    edge: [Linear; 2],
    output: Stored,
}

impl CrossScores {
    /// The weights below a path.
    ///
    /// # Errors
    /// If a tensor is missing or misshaped.
    pub fn read(config: &UnitConfig, weights: &Weights) -> Result<Self, WeightsError> {
        let read = |name| weights.at(name).linear(config.width, config.width);
        let (query, key) = (read("query")?, read("key")?);
        let (edge, output) = edge(&weights.at("edge"), config.width, config.edge_hidden, [&query, &key])?;
        Ok(Self { path: weights.path().to_owned(), norm: norm(config, weights)?, edge, output })
    }

    /// # Shapes
    /// - returns `[B, I, L]`
    pub fn apply(&self, graph: &mut Graph, images: &Side, labels: &Side) -> Value {
        let mut project = |name: &str, linear: &Linear, side: &Side| {
            let normalised = normalise(graph, &self.path, &self.norm, &side.states);
            graph.linear(&format!("{}.edge.{name}", self.path), linear, &normalised)
        };
        let queries = project("query", &self.edge[0], images);
        let keys = project("key", &self.edge[1], labels);
        edge_scores(graph, &format!("{}.edge.output", self.path), &self.output, &queries, &keys)
    }
}

/// Attention of either side of a listing to the other.
pub struct CrossAttention {
    scores: CrossScores,
    widths: [usize; 3],
    projection: Linear,
    update: NodeUpdate,
}

impl CrossAttention {
    /// The weights below a path.
    ///
    /// # Errors
    /// If a tensor is missing or misshaped.
    pub fn read(config: &UnitConfig, weights: &Weights) -> Result<Self, WeightsError> {
        let scores = CrossScores::read(config, weights)?;
        let [query, key] = scores.edge.clone();
        let value = weights.at("value").linear(config.width, config.width)?;
        Ok(Self {
            scores,
            widths: [config.edge_hidden, config.edge_hidden, config.width],
            projection: Linear::beside(&[query, key, value]),
            update: NodeUpdate::read(config, weights)?,
        })
    }

    /// Updates both sides at once from the old values, with the same weights.
    pub fn apply(&self, graph: &mut Graph, images: &mut Side, labels: &mut Side) {
        let image = self.project(graph, images);
        let label = self.project(graph, labels);
        let new_images = self.attend(graph, images, &image, labels, &label);
        labels.states = self.attend(graph, labels, &label, images, &image);
        images.states = new_images;
    }

    /// The normalised states, and query, key and value of each.
    fn project(&self, graph: &mut Graph, side: &Side) -> (Value, [Value; 3]) {
        let path = &self.scores.path;
        let normalised = normalise(graph, path, &self.scores.norm, &side.states);
        let projected = graph.linear(&format!("{path}.query_key_value"), &self.projection, &normalised);
        (normalised, graph.split(&projected, 2, self.widths))
    }

    fn attend(
        &self,
        graph: &mut Graph,
        side: &Side,
        (normalised, [query, _, _]): &(Value, [Value; 3]),
        other: &Side,
        (_, [_, key, value]): &(Value, [Value; 3]),
    ) -> Value {
        let name = format!("{}.edge.output", self.scores.path);
        let scores = edge_scores(graph, &name, &self.scores.output, query, key);
        let scores = graph.fill(&scores, &other.across, MASKED);
        let weights = graph.softmax(&scores);
        let message = graph.matrix_product(&weights, value);
        self.update.apply(graph, &side.states, normalised, &message)
    }
}
