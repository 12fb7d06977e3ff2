//! The report's label head (`encoder/recurrent.rs`).

use super::graph::{Graph, Value};
use super::mlp::mlp;
use super::operations::Recurrence;
use super::weights::Weights;
use crate::encoder::recurrent::{LastStep, RecurrentHeadConfig};
use crate::weights::{Stored, WeightsError};

/// The operator's order of gates.
const GATES: [&str; 3] = ["update_gate", "reset_gate", "new_gate"];

/// Features of labels from those of their tokens, which have this width. `weights` are those below `label_head`.
///
/// # Shapes
/// - tokens `[M, T, W]`, mask `[M, T]`, `true` = padding (at the end); returns `[M, D]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn recurrent_head(
    graph: &mut Graph,
    weights: &Weights,
    config: &RecurrentHeadConfig,
    width: usize,
    [tokens, mask]: [&Value; 2],
) -> Result<Value, WeightsError> {
    let lengths = match config.last_step {
        LastStep::Padded => None,
        LastStep::Real => {
            // A label has one token at least.
            let (lengths, one) = (graph.count_unmasked(mask), graph.small_integer(1));
            Some(graph.maximum(&lengths, &one))
        }
    };
    let gru = weights.at("gru");
    let steps = graph.transpose(tokens, &[1, 0, 2]);
    let recurrence = Recurrence {
        input: &transform(graph, &gru, "input_transform", [width, config.width])?,
        hidden: &transform(graph, &gru, "hidden_transform", [config.width, config.width])?,
        bias: &biases(graph, &gru, config.width)?,
        width: config.width,
    };
    let state = graph.last_state(&recurrence, &steps, lengths.as_ref());
    let state = graph.squeeze(&state, &[0]);
    mlp(graph, &weights.at("mlp"), [config.width, config.hidden, config.output], &state)
}

/// The gates' weights one under another, transposed, `[1, 3 out, in]`.
fn transform(
    graph: &mut Graph,
    weights: &Weights,
    name: &str,
    [input, output]: [usize; 2],
) -> Result<Value, WeightsError> {
    let mut values = Vec::with_capacity(3 * input * output);
    for gate in GATES {
        let weight = weights.at(gate).at(name).tensor("weight", &[input, output])?;
        for column in 0..output {
            values.extend(weight.values.iter().skip(column).step_by(output));
        }
    }
    Ok(graph.floats(&weights.name(name), &Stored { values, shape: vec![1, 3 * output, input] }))
}

/// The gates' biases of the input, then those of the state, `[1, 6 out]`.
fn biases(graph: &mut Graph, weights: &Weights, output: usize) -> Result<Value, WeightsError> {
    let mut values = Vec::with_capacity(6 * output);
    for name in ["input_transform", "hidden_transform"] {
        for gate in GATES {
            values.extend(weights.at(gate).at(name).tensor("bias", &[output])?.values);
        }
    }
    Ok(graph.floats(&weights.name("bias"), &Stored { values, shape: vec![1, 6 * output] }))
}
