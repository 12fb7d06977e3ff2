//! Convolutions with their batch normalisation folded in, and the basic residual block (`encoder/block.rs`).

use super::graph::{Graph, Value};
use super::weights::{Scale, Weights};
use crate::weights::{Stored, WeightsError};

/// A convolution with a bias, padded by half its kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// `[C', C, K, K]`.
    pub weight: Stored,
    /// `[C']`.
    pub bias: Stored,
    /// Pixels from window to window.
    pub stride: usize,
}

impl Convolution {
    /// A convolution and the normalisation of its output as one: `w * factor`, `shift`.
    pub fn folded(mut weight: Stored, norm: Scale, stride: usize) -> Self {
        let size = weight.shape[1..].iter().product::<usize>().max(1);
        for (values, &factor) in weight.values.chunks_exact_mut(size).zip(&norm.factor.values) {
            values.iter_mut().for_each(|value| *value *= factor);
        }
        Self { weight, bias: norm.shift, stride }
    }

    /// Side of its window.
    pub fn kernel(&self) -> usize {
        self.weight.shape[2]
    }

    /// Zeros around the map.
    pub fn padding(&self) -> usize {
        self.kernel() / 2
    }
}

/// Two 3x3 convolutions with a shortcut around them, which is a 1x1 convolution where the shape changes.
///
/// # Shapes
/// - maps `[N, C, H, W]`; returns `[N, C', H', W']`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn basic_block(
    graph: &mut Graph,
    weights: &Weights,
    channels: [usize; 2],
    stride: usize,
    maps: &Value,
) -> Result<Value, WeightsError> {
    let mut part = |name: &str, channels, kernel, stride, input: &Value| {
        let weights = weights.at(name);
        let convolution = weights.convolution(channels, kernel, stride)?;
        Ok::<_, WeightsError>(graph.convolution(weights.path(), &convolution, input))
    };
    let first = part("first", channels, 3, stride, maps)?;
    let shortcut = match stride != 1 || channels[0] != channels[1] {
        true => part("shortcut", channels, 1, stride, maps)?,
        false => maps.clone(),
    };
    let first = graph.relu(&first);
    let weights = weights.at("second");
    let convolution = weights.convolution([channels[1]; 2], 3, 1)?;
    let second = graph.convolution(weights.path(), &convolution, &first);
    let sum = graph.add(&second, &shortcut);
    Ok(graph.relu(&sum))
}

/// Stages of basic blocks; every stage but the first halves height and width. `place` gives a block's path, by its
/// stage and its number in the stage.
///
/// # Shapes
/// - maps `[N, C, H, W]`; returns `[N, last width, H', W']`
/// # Errors
/// If a tensor is missing or misshaped.
pub fn stages(
    graph: &mut Graph,
    weights: &Weights,
    (mut channels, widths, blocks): (usize, &[usize], &[usize]),
    mut place: impl FnMut(usize, usize) -> String,
    mut maps: Value,
) -> Result<Value, WeightsError> {
    for (stage, (&width, &count)) in widths.iter().zip(blocks).enumerate() {
        for block in 0..count {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            maps = basic_block(graph, &weights.at(place(stage, block)), [channels, width], stride, &maps)?;
            channels = width;
        }
    }
    Ok(maps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normalisation_is_folded_per_output_channel() {
        let stored = |values: &[f32], shape: &[usize]| Stored { values: values.to_vec(), shape: shape.to_vec() };
        let norm = Scale { factor: stored(&[2.0, 3.0], &[2]), shift: stored(&[0.5, 0.25], &[2]) };
        let folded = Convolution::folded(stored(&[1.0, 2.0, 3.0, 4.0], &[2, 2, 1, 1]), norm, 1);
        assert_eq!(folded.weight.values, [2.0, 4.0, 9.0, 12.0]);
        assert_eq!(folded.bias.values, [0.5, 0.25]);
        assert_eq!((folded.kernel(), folded.padding()), (1, 0));
    }
}
