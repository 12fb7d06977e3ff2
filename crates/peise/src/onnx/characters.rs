//! The compact model's label encoder (`encoder/characters.rs`).

use super::attention::LAYER_NORM_EPSILON;
use super::graph::{Graph, Value};
use super::multi_head::{Heads, among};
use super::weights::Weights;
use crate::encoder::characters::{CharacterEncoderConfig, SILENT};
use crate::weights::WeightsError;

/// Padding and the start token come before the hash buckets.
pub const RESERVED: usize = 2;

/// Encodes labels; the feature is the start token's. `weights` are those below `label_encoder`.
///
/// # Shapes
/// - tokens `[M, T]`, mask `[M, T]`, `true` = padding; returns `[M, D]`, or with parts of width W
///   `[M, D + (max_length + 1) (W + 1)]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn character_encoder(
    graph: &mut Graph,
    weights: &Weights,
    config: &CharacterEncoderConfig,
    [tokens, mask]: [&Value; 2],
) -> Result<Value, WeightsError> {
    let vocabulary = RESERVED + config.hash_buckets + config.characters.chars().count();
    let (width, positions) = (config.width, config.max_length + 1);
    let table = weights.at("embedding");
    let table = graph.floats(table.path(), &table.tensor("weight", &[vocabulary, width])?);
    let places = weights.at("position");
    let places = graph.floats(places.path(), &places.tensor("weight", &[positions, width])?);
    let length = graph.size(tokens, 1);
    let (characters, places) = (graph.rows(&table, tokens), graph.first_rows(&places, &length));
    let mut states = graph.add(&characters, &places);
    let padding = graph.unsqueeze(mask, &[2]);
    let mask = among(graph, mask);
    for place in 0..config.layers {
        let weights = weights.at(format!("transformer.layers.{place}"));
        states = layer(graph, &weights, config, &states, &mask)?;
    }
    let norm = weights.at("norm");
    let scale = norm.layer_norm(width)?;
    let start = graph.first_of_second_axis(&states);
    let start = graph.layer_norm(norm.path(), &scale, LAYER_NORM_EPSILON, &start);
    let projection = weights.at("projection");
    let features = graph.linear_of_rows(projection.path(), &projection.linear(width, config.output)?, &start);
    if config.part_width == 0 {
        return Ok(features);
    }
    let parts = weights.at("parts");
    let states = graph.layer_norm(norm.path(), &scale, LAYER_NORM_EPSILON, &states);
    let own = graph.linear(parts.path(), &parts.linear(width, config.part_width + 1)?, &states);
    let own = graph.fill(&own, &padding, SILENT);
    let own = graph.lengthen_second_axis(&own, positions, SILENT);
    let own = graph.reshape(&own, &[0, (positions * (config.part_width + 1)) as i64]);
    Ok(graph.concatenate(&[&features, &own], 1))
}

/// The framework's pre-norm layer: its second normalisation stands before the attention.
fn layer(
    graph: &mut Graph,
    weights: &Weights,
    config: &CharacterEncoderConfig,
    states: &Value,
    mask: &Value,
) -> Result<Value, WeightsError> {
    let width = config.width;
    let norm = weights.at("norm_2");
    let normalised = graph.layer_norm(norm.path(), &norm.layer_norm(width)?, LAYER_NORM_EPSILON, states);
    let heads = Heads { width, heads: config.heads, scaled: true };
    let message = heads.layer(graph, &weights.at("mha"), "output", &normalised, Some(mask))?;
    let states = graph.add(states, &message);

    let norm = weights.at("norm_1");
    let normalised = graph.layer_norm(norm.path(), &norm.layer_norm(width)?, LAYER_NORM_EPSILON, &states);
    let (inner, outer) = (weights.at("pwff.linear_inner"), weights.at("pwff.linear_outer"));
    let hidden = graph.linear(inner.path(), &inner.linear(width, 4 * width)?, &normalised);
    let hidden = graph.gelu(&hidden);
    let change = graph.linear(outer.path(), &outer.linear(4 * width, width)?, &hidden);
    Ok(graph.add(&states, &change))
}
