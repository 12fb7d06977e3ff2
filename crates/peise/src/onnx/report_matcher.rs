//! The report's matcher (`matcher/report.rs`) and the normalisation of its inputs (`model/report.rs`).

use super::attention::{CrossAttention, CrossScores, SelfAttention, Side, UnitConfig};
use super::graph::{Graph, Value};
use super::matcher::{MatcherInput, MatcherOutput};
use super::weights::Weights;
use crate::model::ReportConfig;
use crate::weights::WeightsError;

/// Log-weight of "shows no label". This matcher has no such score, so it never wins.
const NEVER: f32 = -1.0e4;

/// Scores every image against every label of each listing. `weights` are those of the whole model.
///
/// # Errors
/// If a tensor is missing or misshaped.
pub fn report_matcher(
    graph: &mut Graph,
    weights: &Weights,
    config: &ReportConfig,
    mut input: MatcherInput,
) -> Result<MatcherOutput, WeightsError> {
    let matcher = &config.matcher;
    if config.input_norm {
        input.images = input_norm(graph, &weights.at("image_norm"), matcher.width, &input.images)?;
        input.labels = input_norm(graph, &weights.at("label_norm"), matcher.width, &input.labels)?;
    }
    let unit = UnitConfig {
        width: matcher.width,
        heads: matcher.heads,
        scaled: matcher.scaled,
        edge_hidden: matcher.edge_hidden,
        node_hidden: matcher.node_hidden,
        norm: false,
    };
    let none = graph.full_like(&input.image_mask, NEVER);
    let mut images = Side::new(graph, input.images, &input.image_mask);
    let mut labels = Side::new(graph, input.labels, &input.label_mask);
    let units = weights.at("matcher.units");
    let last = matcher.units.saturating_sub(1);
    for place in 0..=last {
        let weights = units.at(place.to_string());
        let within = SelfAttention::read(&unit, &weights.at("within"))?;
        within.apply(graph, &mut images);
        within.apply(graph, &mut labels);
        if place < last {
            CrossAttention::read(&unit, &weights.at("across"))?.apply(graph, &mut images, &mut labels);
        }
    }
    // Nothing reads the states that the last unit would update.
    let across = units.at(last.to_string()).at("across");
    let scores = CrossScores::read(&unit, &across)?.apply(graph, &images, &labels);
    Ok(MatcherOutput { scores, none })
}

/// Batch normalisation of nodes `[B, N, D]` by its running statistics.
fn input_norm(graph: &mut Graph, weights: &Weights, width: usize, states: &Value) -> Result<Value, WeightsError> {
    let norm = weights.batch_norm(width)?;
    let factor = graph.floats(&weights.name("factor"), &norm.factor);
    let shift = graph.floats(&weights.name("shift"), &norm.shift);
    let scaled = graph.multiply(states, &factor);
    Ok(graph.add(&scaled, &shift))
}
