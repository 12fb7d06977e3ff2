//! The report's photo encoder (`encoder/resnet.rs`).

use super::convolution::stages;
use super::graph::{Graph, Value};
use super::weights::Weights;
use crate::encoder::resnet::{ResNetConfig, Stem};
use crate::weights::WeightsError;

/// Encodes photos of this height and width. `weights` are those below `image_encoder`.
///
/// # Shapes
/// - photos `[N, 3, H, W]`; returns `[N, F]`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn resnet(
    graph: &mut Graph,
    weights: &Weights,
    config: &ResNetConfig,
    photo: [usize; 2],
    photos: &Value,
) -> Result<Value, WeightsError> {
    let channels = config.widths.first().copied().unwrap_or_default();
    let imagenet = config.stem == Stem::Imagenet;
    let (kernel, stride) = if imagenet { (7, 2) } else { (3, 1) };
    let stem = weights.at("stem");
    let maps = graph.convolution(stem.path(), &stem.convolution([3, channels], kernel, stride)?, photos);
    let mut maps = graph.relu(&maps);
    if imagenet {
        maps = graph.max_pool(&maps, 3, 2, 1);
    }
    let path = |stage, block| format!("stages.{stage}.{block}");
    let maps = stages(graph, weights, (channels, &config.widths, &config.blocks), path, maps)?;
    let mut rows = match config.pool {
        0 => graph.global_average(&maps),
        side => {
            let maps = graph.average_pool(&maps, side);
            graph.flatten(&maps)
        }
    };
    let mut width = pooled(config, photo);
    if config.hidden > 0 {
        let hidden = weights.at("hidden");
        rows = graph.linear_of_rows(hidden.path(), &hidden.linear(width, config.hidden)?, &rows);
        width = config.hidden;
    }
    let output = weights.at("output");
    Ok(graph.linear_of_rows(output.path(), &output.linear(width, config.output)?, &rows))
}

/// Values after pooling: as `ResNetConfig::pooled` there.
fn pooled(config: &ResNetConfig, photo: [usize; 2]) -> usize {
    let halved = |side: usize| side.div_ceil(2);
    let side = |side: usize| {
        let stem = if config.stem == Stem::Imagenet { halved(halved(side)) } else { side };
        let map = (1..config.widths.len()).fold(stem, |side, _| halved(side));
        map.checked_div(config.pool).unwrap_or(1)
    };
    side(photo[0]) * side(photo[1]) * config.widths.last().copied().unwrap_or_default()
}
