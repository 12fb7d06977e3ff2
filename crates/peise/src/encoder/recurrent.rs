//! The report's label head: a GRU over token features, its last step, and an MLP.
//!
//! Source: the report, "Labels"; Cho et al. 2014 (arXiv 1406.1078v1), with the reset gate after the product, as PyTorch
//! has it. The published run took the last step although it may be padding: a config field.

use super::mlp::{Mlp, MlpConfig};
use burn::module::{Initializer, Module};
use burn::nn::gru::{Gru, GruConfig};
use burn::tensor::{Bool, Device, Int, Tensor, assert_shape};
use serde::{Deserialize, Serialize};

/// Which step of the recurrence is the label's feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastStep {
    /// The last one, padding or not: the published run's.
    #[default]
    Padded,
    /// The last one that is no padding.
    Real,
}

/// Architecture of a [`RecurrentHead`]; the default is the report's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecurrentHeadConfig {
    /// Width of the GRU's state.
    pub width: usize,
    /// Which step is taken.
    pub last_step: LastStep,
    /// Hidden width of the MLP.
    pub hidden: usize,
    /// Width D of the features.
    pub output: usize,
}

impl Default for RecurrentHeadConfig {
    fn default() -> Self {
        Self { width: 768, last_step: LastStep::Padded, hidden: 512, output: 512 }
    }
}

/// The head. Built by [`RecurrentHeadConfig::init`].
#[derive(Module, Debug)]
pub struct RecurrentHead {
    gru: Gru,
    mlp: Mlp,
    last_real: bool,
}

impl RecurrentHeadConfig {
    /// A head with random weights on `device`, for token features of this width.
    pub fn init(&self, input: usize, device: &Device) -> RecurrentHead {
        let bound = 1.0 / (self.width as f64).sqrt();
        RecurrentHead {
            gru: GruConfig::new(input, self.width, true)
                .with_initializer(Initializer::Uniform { min: -bound, max: bound })
                .init(device),
            mlp: MlpConfig { input: self.width, hidden: self.hidden, output: self.output }.init(device),
            last_real: self.last_step == LastStep::Real,
        }
    }
}

impl RecurrentHead {
    /// Features of labels from those of their tokens.
    ///
    /// # Shapes
    /// - tokens `[N, T, W]`, mask `[N, T]`, `true` = padding (at the end); returns `[N, D]`
    pub fn forward(&self, tokens: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<2> {
        self.mlp.forward(self.step(tokens, mask))
    }

    /// The GRU's state at the step that is taken, before the MLP.
    ///
    /// # Shapes
    /// - tokens `[N, T, W]`, mask `[N, T]`, `true` = padding (at the end); returns `[N, W']`
    pub fn step(&self, tokens: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<2> {
        let [count, length, _] = tokens.dims();
        assert_shape!(mask, [count, length]);
        let states = self.gru.forward(tokens, None);
        let width = states.dims()[2];
        if !self.last_real {
            return states.narrow(1, length - 1, 1).reshape([count, width]);
        }
        // The last step that is no padding: real tokens - 1.
        let last: Tensor<2, Int> = mask.bool_not().int().sum_dim(1).clamp_min(1) - 1;
        let index = last.reshape([count, 1, 1]).expand([count, 1, width]);
        states.gather(1, index).reshape([count, width])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Distribution, TensorData};

    #[test]
    fn the_last_real_step_ignores_padding_and_the_padded_one_does_not() {
        let device = Device::flex();
        for (last_step, same) in [(LastStep::Real, true), (LastStep::Padded, false)] {
            let config = RecurrentHeadConfig { width: 6, last_step, hidden: 5, output: 4 };
            let head = config.init(3, &device);
            let tokens = Tensor::<3>::random([1, 4, 3], Distribution::Default, &device);
            let mask = |row: &[bool]| Tensor::from_data(TensorData::new(row.to_vec(), [1, row.len()]), &device);
            let alone = head.forward(tokens.clone().narrow(1, 0, 2), mask(&[false; 2]));
            let padded = head.forward(tokens, mask(&[false, false, true, true]));
            assert_eq!((alone - padded).abs().max().into_scalar::<f32>() < 1e-6, same, "{last_step:?}");
        }
    }
}
