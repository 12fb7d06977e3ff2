//! The report's image head (`encoder/segments.rs`).

use super::graph::{Graph, Value};
use super::mlp::mlp;
use super::multi_head::Heads;
use super::weights::Weights;
use crate::encoder::segments::{SegmentHeadConfig, SegmentPlace};
use crate::weights::WeightsError;

/// Features of photos from the encoder's. `weights` are those below `image_head`.
///
/// # Shapes
/// - features `[N, F]`; returns `[N, D]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn segment_head(
    graph: &mut Graph,
    weights: &Weights,
    config: &SegmentHeadConfig,
    width: usize,
    features: &Value,
) -> Result<Value, WeightsError> {
    let widths = [width, config.hidden, config.output];
    match config.place {
        SegmentPlace::Off => mlp(graph, &weights.at("mlp"), widths, features),
        SegmentPlace::AfterMlp => {
            let features = mlp(graph, &weights.at("mlp"), widths, features)?;
            attend(graph, weights, config, config.output, &features)
        }
        SegmentPlace::BeforeMlp => {
            let features = attend(graph, weights, config, width, features)?;
            mlp(graph, &weights.at("mlp"), widths, &features)
        }
    }
}

fn attend(
    graph: &mut Graph,
    weights: &Weights,
    config: &SegmentHeadConfig,
    width: usize,
    features: &Value,
) -> Result<Value, WeightsError> {
    let segment = width / config.segments;
    let segments = graph.reshape(features, &[0, config.segments as i64, segment as i64]);
    let heads = Heads { width: segment, heads: config.heads, scaled: true };
    let context = heads.layer(graph, &weights.at("attention"), "output", &segments, None)?;
    Ok(graph.flatten(&context))
}
