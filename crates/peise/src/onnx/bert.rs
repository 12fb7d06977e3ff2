//! The report's text encoder (`encoder/bert.rs`).

use super::graph::{Graph, Value};
use super::multi_head::{Heads, among};
use super::weights::Weights;
use crate::encoder::bert::BertConfig;
use crate::weights::{Stored, WeightsError};

/// Encodes tokens. `weights` are those below `text_encoder`; without a mask, padding is attended to.
///
/// # Shapes
/// - tokens `[M, T]`, mask `[M, T]`, `true` = padding; returns `[M, T, W]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn bert(
    graph: &mut Graph,
    weights: &Weights,
    config: &BertConfig,
    tokens: &Value,
    mask: Option<&Value>,
) -> Result<Value, WeightsError> {
    let table = weights.at("word");
    let table = graph.floats(table.path(), &table.tensor("weight", &[config.vocabulary, config.width])?);
    let places = graph.floats(&weights.name("position"), &positions(weights, config)?);
    let length = graph.size(tokens, 1);
    let (words, places) = (graph.rows(&table, tokens), graph.first_rows(&places, &length));
    let embedded = graph.add(&words, &places);
    let mut states = norm(graph, weights, "norm", config, &embedded)?;
    let mask = mask.map(|mask| among(graph, mask));
    for place in 0..config.layers {
        states = layer(graph, &weights.at(format!("layers.{place}")), config, &states, mask.as_ref())?;
    }
    Ok(states)
}

/// The embeddings of positions, with that of the first token type, which all tokens have.
fn positions(weights: &Weights, config: &BertConfig) -> Result<Stored, WeightsError> {
    let mut places = weights.at("position").tensor("weight", &[config.positions, config.width])?;
    let types = weights.at("token_type").tensor("weight", &[config.types, config.width])?;
    for row in places.values.chunks_exact_mut(config.width) {
        row.iter_mut().zip(&types.values).for_each(|(value, of_type)| *value += of_type);
    }
    Ok(places)
}

fn norm(
    graph: &mut Graph,
    weights: &Weights,
    name: &str,
    config: &BertConfig,
    states: &Value,
) -> Result<Value, WeightsError> {
    let weights = weights.at(name);
    Ok(graph.layer_norm(weights.path(), &weights.layer_norm(config.width)?, config.epsilon, states))
}

/// A post-norm layer.
fn layer(
    graph: &mut Graph,
    weights: &Weights,
    config: &BertConfig,
    states: &Value,
    mask: Option<&Value>,
) -> Result<Value, WeightsError> {
    let heads = Heads { width: config.width, heads: config.heads, scaled: true };
    let message = heads.layer(graph, weights, "attention_output", states, mask)?;
    let states = graph.add(&message, states);
    let states = norm(graph, weights, "attention_norm", config, &states)?;
    let (intermediate, output) = (weights.at("intermediate"), weights.at("output"));
    let hidden = intermediate.linear(config.width, config.feed_forward)?;
    let hidden = graph.linear(intermediate.path(), &hidden, &states);
    let hidden = graph.gelu(&hidden);
    let hidden = graph.linear(output.path(), &output.linear(config.feed_forward, config.width)?, &hidden);
    let states = graph.add(&hidden, &states);
    norm(graph, weights, "output_norm", config, &states)
}
