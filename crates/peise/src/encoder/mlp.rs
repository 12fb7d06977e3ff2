//! Two linear layers with a ReLU between them: the report's only MLP.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

/// Widths of an [`Mlp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MlpConfig {
    /// Width of the input.
    pub input: usize,
    /// Width between the layers.
    pub hidden: usize,
    /// Width of the output.
    pub output: usize,
}

/// The MLP. Built by [`MlpConfig::init`].
#[derive(Module, Debug)]
pub struct Mlp {
    first: Linear,
    second: Linear,
}

impl MlpConfig {
    /// An MLP with random weights on `device`.
    pub fn init(&self, device: &Device) -> Mlp {
        Mlp {
            first: LinearConfig::new(self.input, self.hidden).init(device),
            second: LinearConfig::new(self.hidden, self.output).init(device),
        }
    }
}

impl Mlp {
    /// # Shapes
    /// - input `[.., input]`; returns `[.., output]`
    pub fn forward<const R: usize>(&self, input: Tensor<R>) -> Tensor<R> {
        self.second.forward(relu(self.first.forward(input)))
    }
}
