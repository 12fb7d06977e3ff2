//! Two linear layers with a ReLU between them (`encoder/mlp.rs`).

use super::graph::{Graph, Value};
use super::weights::Weights;
use crate::weights::WeightsError;

/// # Shapes
/// - rows `[N, input]`; returns `[N, output]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn mlp(
    graph: &mut Graph,
    weights: &Weights,
    [input, hidden, output]: [usize; 3],
    rows: &Value,
) -> Result<Value, WeightsError> {
    let (first, second) = (weights.at("first"), weights.at("second"));
    let between = graph.linear_of_rows(first.path(), &first.linear(input, hidden)?, rows);
    let between = graph.relu(&between);
    Ok(graph.linear_of_rows(second.path(), &second.linear(hidden, output)?, &between))
}
