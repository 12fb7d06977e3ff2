//! The compact model's matcher (`matcher.rs`): units of [self, cross], and a head that scores the last states.

use super::attention::{CrossAttention, LAYER_NORM_EPSILON, SelfAttention, Side, UnitConfig, edge, edge_scores};
use super::graph::{Graph, Value};
use super::linear::Linear;
use super::parts::part_score;
use super::weights::Weights;
use crate::matcher::AttentionMatcherConfig;
use crate::weights::WeightsError;

/// What a matcher is given.
pub struct MatcherInput {
    /// Image features `[B, I, D]`.
    pub images: Value,
    /// Label features `[B, L, D]`.
    pub labels: Value,
    /// `[B, I]`, `true` = padding.
    pub image_mask: Value,
    /// `[B, L]`, `true` = padding.
    pub label_mask: Value,
}

/// What a matcher gives: the last unit's scores.
pub struct MatcherOutput {
    /// `[B, I, L]`: unnormalised log-weights; where padded, meaningless.
    pub scores: Value,
    /// `[B, I]`: log-weight of "shows no label".
    pub none: Value,
}

/// Scores every image against every label of each listing. `weights` are those below `matcher`; the rows of images and
/// labels have these widths.
///
/// # Errors
/// If a tensor is missing or misshaped.
pub fn attention_matcher(
    graph: &mut Graph,
    weights: &Weights,
    config: &AttentionMatcherConfig,
    [image_row, label_row]: [usize; 2],
    input: MatcherInput,
) -> Result<MatcherOutput, WeightsError> {
    let unit = UnitConfig {
        width: config.width,
        heads: config.heads,
        scaled: true,
        edge_hidden: config.edge_hidden,
        node_hidden: config.node_hidden,
        norm: true,
    };
    let (mut whole_images, mut whole_labels, mut fine) = (input.images, input.labels, None);
    if config.part_width > 0 {
        let image_parts;
        let label_parts;
        [whole_images, image_parts] = graph.split(&whole_images, 2, [config.width, image_row - config.width]);
        [whole_labels, label_parts] = graph.split(&whole_labels, 2, [config.width, label_row - config.width]);
        fine = Some(part_score(graph, &weights.at("parts"), config.part_width, &image_parts, &label_parts)?);
    }
    let images = layer_norm(graph, &weights.at("image_norm"), config.width, &whole_images)?;
    let labels = layer_norm(graph, &weights.at("label_norm"), config.width, &whole_labels)?;
    let mut images = Side::new(graph, images, &input.image_mask);
    let mut labels = Side::new(graph, labels, &input.label_mask);
    for place in 0..config.units {
        let weights = weights.at(format!("units.{place}"));
        let within = SelfAttention::read(&unit, &weights.at("within"))?;
        within.apply(graph, &mut images);
        within.apply(graph, &mut labels);
        CrossAttention::read(&unit, &weights.at("across"))?.apply(graph, &mut images, &mut labels);
    }
    let output = head(graph, &weights.at("head"), config, &images.states, &labels.states)?;
    Ok(match fine {
        None => output,
        Some(fine) => MatcherOutput { scores: graph.add(&output.scores, &fine), ..output },
    })
}

/// Scores final states: edge score plus scaled dot product; and a no-label score from the image.
fn head(
    graph: &mut Graph,
    weights: &Weights,
    config: &AttentionMatcherConfig,
    images: &Value,
    labels: &Value,
) -> Result<MatcherOutput, WeightsError> {
    let (width, hidden) = (config.width, config.edge_hidden);
    let read = |name, output| weights.at(name).linear(width, output);
    let (image, label) = (read("image", width)?, read("label", width)?);
    let edge_weights = weights.at("edge");
    let ([edge_query, edge_key], output) = edge(&edge_weights, width, hidden, [&image, &label])?;
    let none = read("none", 1)?;
    // The scale of the dot product is within its query.
    let image = image.scaled(1.0 / (width as f64).sqrt());

    let images = layer_norm(graph, &weights.at("norm"), width, images)?;
    let labels = layer_norm(graph, &weights.at("norm"), width, labels)?;
    let images = graph.linear(&weights.name("image_edge_none"), &Linear::beside(&[image, edge_query, none]), &images);
    let labels = graph.linear(&weights.name("label_edge"), &Linear::beside(&[label, edge_key]), &labels);
    let [query, edge_query, none] = graph.split(&images, 2, [width, hidden, 1]);
    let [key, edge_key] = graph.split(&labels, 2, [width, hidden]);
    let key = graph.transpose(&key, &[0, 2, 1]);
    let dot = graph.matrix_product(&query, &key);
    let edge = edge_scores(graph, &edge_weights.name("output"), &output, &edge_query, &edge_key);
    Ok(MatcherOutput { scores: graph.add(&dot, &edge), none: graph.squeeze(&none, &[2]) })
}

fn layer_norm(graph: &mut Graph, weights: &Weights, width: usize, states: &Value) -> Result<Value, WeightsError> {
    Ok(graph.layer_norm(weights.path(), &weights.layer_norm(width)?, LAYER_NORM_EPSILON, states))
}
