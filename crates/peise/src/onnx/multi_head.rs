//! Multi-head attention among the nodes of one sequence: what `matcher/attention.rs`, `encoder/bert.rs` and the
//! framework's layer have in common.

use super::graph::{Graph, Value};
use super::linear::Linear;
use super::weights::Weights;
use crate::layers::MASKED;
use crate::weights::WeightsError;

/// Sizes of an attention.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// Width D of the states.
    pub width: usize,
    /// Heads.
    pub heads: usize,
    /// Whether scores are divided by the square root of a head's width.
    pub scaled: bool,
}

/// A mask as attention among the nodes of one sequence needs it: `[B, N]` to `[B, 1, 1, N]`.
pub fn among(graph: &mut Graph, mask: &Value) -> Value {
    graph.unsqueeze(mask, &[1, 2])
}

impl Heads {
    /// The layers `query`, `key` and `value` below a path as one, `[D]` to `[3 D]`; the scale is within the query's.
    ///
    /// # Errors
    /// If a tensor is missing or misshaped.
    pub fn projection(&self, weights: &Weights) -> Result<Linear, WeightsError> {
        let read = |name| weights.at(name).linear(self.width, self.width);
        let scale = if self.scaled { 1.0 / ((self.width / self.heads) as f64).sqrt() } else { 1.0 };
        Ok(Linear::beside(&[read("query")?.scaled(scale), read("key")?, read("value")?]))
    }

    /// What every node attends to.
    ///
    /// # Shapes
    /// - projected `[B, N, 3 D]`, by [`Heads::projection`]; returns `[B, N, D]`
    pub fn attend(&self, graph: &mut Graph, projected: &Value, mask: Option<&Value>) -> Value {
        let (heads, head_width) = (self.heads, self.width / self.heads);
        let apart = graph.reshape(projected, &[0, 0, 3 * heads as i64, head_width as i64]);
        let apart = graph.transpose(&apart, &[0, 2, 1, 3]);
        let [query, key, value] = graph.split(&apart, 1, [heads; 3]);
        let key = graph.transpose(&key, &[0, 1, 3, 2]);
        let mut scores = graph.matrix_product(&query, &key);
        if let Some(padding) = mask {
            scores = graph.fill(&scores, padding, MASKED);
        }
        let weights = graph.softmax(&scores);
        let message = graph.matrix_product(&weights, &value);
        let message = graph.transpose(&message, &[0, 2, 1, 3]);
        graph.reshape(&message, &[0, 0, self.width as i64])
    }

    /// The framework's layer, or another with an output layer of the given name.
    ///
    /// # Shapes
    /// - states `[B, N, D]`; returns `[B, N, D]`
    /// # Errors
    /// If a tensor is missing or misshaped.
    pub fn layer(
        &self,
        graph: &mut Graph,
        weights: &Weights,
        output: &str,
        states: &Value,
        mask: Option<&Value>,
    ) -> Result<Value, WeightsError> {
        let projection = self.projection(weights)?;
        let projected = graph.linear(&weights.name("query_key_value"), &projection, states);
        let message = self.attend(graph, &projected, mask);
        let output = weights.at(output);
        Ok(graph.linear(output.path(), &output.linear(self.width, self.width)?, &message))
    }
}
