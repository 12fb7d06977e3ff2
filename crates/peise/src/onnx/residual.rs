//! The compact model's photo encoder (`encoder/residual.rs`).

use super::convolution::{Convolution, stages};
use super::graph::{Graph, Value};
use super::weights::Weights;
use crate::encoder::residual::ResidualEncoderConfig;
use crate::weights::{Stored, WeightsError};

/// Encodes photos of this height and width. `weights` are those below `image_encoder`.
///
/// # Shapes
/// - photos `[N, 3, H, W]`; returns `[N, D]`, or `[N, D + S W]` with parts of width W in S places
/// # Errors
/// If a tensor is missing or misshaped.
pub fn residual_encoder(
    graph: &mut Graph,
    weights: &Weights,
    config: &ResidualEncoderConfig,
    size: [usize; 2],
    photos: &Value,
) -> Result<Value, WeightsError> {
    let stem = weights.at("stem");
    let maps = graph.convolution(stem.path(), &stem.convolution([3, config.stem], 3, 2)?, photos);
    let maps = graph.relu(&maps);
    let mut blocks = 0..;
    let path = |_, _| format!("blocks.{}", blocks.next().unwrap_or_default());
    let maps = stages(graph, weights, (config.stem, &config.widths, &config.blocks), path, maps)?;

    let (channels, queries) = (config.widths.last().copied().unwrap_or(config.stem), config.pool_queries);
    let mut pooled = graph.global_average(&maps);
    if queries > 0 {
        let attended = attend(graph, &weights.at("attention"), [channels, queries], &maps)?;
        pooled = graph.concatenate(&[&pooled, &attended], 1);
    }
    let projection = weights.at("projection");
    let layer = projection.linear(channels * (1 + queries), config.output)?;
    let features = graph.linear_of_rows(projection.path(), &layer, &pooled);
    if config.part_width == 0 {
        return Ok(features);
    }
    let parts = weights.at("parts");
    let layer = parts.linear(channels, config.part_width)?;
    let places = graph.reshape(&maps, &[0, 0, -1]);
    let places = graph.transpose(&places, &[0, 2, 1]);
    // As rows: one node, which is not among those that become 8-bit integers.
    let rows = graph.reshape(&places, &[-1, channels as i64]);
    let own = graph.linear_of_rows(parts.path(), &layer, &rows);
    let own = graph.reshape(&own, &[-1, (config.row_width(size) - config.output) as i64]);
    Ok(graph.concatenate(&[&features, &own], 1))
}

/// Attention pooling: the linear layer that scores places is a 1x1 convolution here, so maps are not transposed.
///
/// # Shapes
/// - maps `[N, C, H, W]`; returns `[N, C Q]`
fn attend(
    graph: &mut Graph,
    weights: &Weights,
    [channels, queries]: [usize; 2],
    maps: &Value,
) -> Result<Value, WeightsError> {
    let layer = weights.linear(channels, queries)?;
    let column = |query: usize| layer.weight.values.iter().skip(query).step_by(queries).copied();
    let weight = Stored { values: (0..queries).flat_map(column).collect(), shape: vec![queries, channels, 1, 1] };
    let bias = layer.bias.clone().unwrap_or(Stored { values: vec![0.0; queries], shape: vec![queries] });
    let scores = graph.convolution(weights.path(), &Convolution { weight, bias, stride: 1 }, maps);
    let scores = graph.reshape(&scores, &[0, 0, -1]);
    let shares = graph.softmax(&scores);
    let shares = graph.transpose(&shares, &[0, 2, 1]);
    let places = graph.reshape(maps, &[0, 0, -1]);
    let pooled = graph.matrix_product(&places, &shares);
    Ok(graph.flatten(&pooled))
}
