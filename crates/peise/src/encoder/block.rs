//! The basic residual block, and the convolution with batch normalisation that it is made of.
//!
//! Source: He et al. 2015, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), section 3.3 and figure 5.

use super::norm::batch_norm_with;
use burn::module::{Initializer, Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor};
use peise_convolution::burn::{Epilogue, conv2d, conv2d_fused};

/// Convolution followed by batch normalisation; [`ConvNorm::fold`] makes it one convolution.
#[derive(Module, Debug)]
pub struct ConvNorm {
    /// The convolution; it has a bias only once folded.
    pub conv: Conv2d,
    /// The normalisation; `None` once folded.
    pub norm: Option<BatchNorm>,
}

impl ConvNorm {
    pub(super) fn init(channels: [usize; 2], kernel: usize, stride: usize, device: &Device) -> Self {
        let padding = kernel / 2;
        let conv = Conv2dConfig::new(channels, [kernel, kernel])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
            .with_bias(false)
            .with_initializer(Initializer::KaimingNormal { gain: std::f64::consts::SQRT_2, fan_out_only: true })
            .init(device);
        Self { conv, norm: Some(BatchNormConfig::new(channels[1]).init(device)) }
    }

    /// # Shapes
    /// - input `[N, C, H, W]`; returns `[N, C', H', W']`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.forward_with(input, Epilogue::default())
    }

    /// The same, followed by ReLU.
    pub fn forward_relu(&self, input: Tensor<4>) -> Tensor<4> {
        self.forward_with(input, Epilogue { residual: None, relu: true })
    }

    /// Followed by the addition of a residual and ReLU; once folded, all of it is one pass.
    fn forward_with(&self, input: Tensor<4>, epilogue: Epilogue) -> Tensor<4> {
        let weight = self.conv.weight.val();
        let bias = self.conv.bias.as_ref().map(Param::val);
        let (stride, padding) = (self.conv.stride, [self.conv.kernel_size[0] / 2, self.conv.kernel_size[1] / 2]);
        let Some(norm) = &self.norm else {
            return conv2d_fused(input, weight, bias, epilogue, stride, padding);
        };
        batch_norm_with(norm, conv2d(input, weight, bias, stride, padding), epilogue)
    }

    /// Folds the normalisation's running statistics into the convolution's weight and bias:
    /// `w' = w g / sqrt(v + e)`, `b' = beta - mean g / sqrt(v + e)`. For inference alone.
    pub fn fold(self) -> Self {
        let Some(norm) = self.norm else { return self };
        let variance = norm.running_var.value();
        let scale = norm.gamma.val() / (variance + norm.epsilon).sqrt();
        let bias = norm.beta.val() - norm.running_mean.value() * scale.clone();
        let mut conv = self.conv;
        let [channels] = scale.dims();
        conv.weight = conv.weight.map(|weight| weight * scale.reshape([channels, 1, 1, 1]));
        conv.bias = Some(Param::from_tensor(bias));
        Self { conv, norm: None }
    }
}

/// Two 3x3 convolutions with a shortcut around them.
#[derive(Module, Debug)]
pub struct BasicBlock {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl BasicBlock {
    /// A block with random weights: channels in and out, stride of its first convolution.
    pub fn init(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        let reshaped = stride != 1 || channels[0] != channels[1];
        Self {
            first: ConvNorm::init(channels, 3, stride, device),
            second: ConvNorm::init([channels[1], channels[1]], 3, 1, device),
            shortcut: reshaped.then(|| ConvNorm::init(channels, 1, stride, device)),
        }
    }

    /// # Shapes
    /// - input `[N, C, H, W]`; returns `[N, C', H', W']`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let shortcut = match &self.shortcut {
            Some(shortcut) => shortcut.forward(input.clone()),
            None => input.clone(),
        };
        let output = self.first.forward_relu(input);
        self.second.forward_with(output, Epilogue { residual: Some(shortcut), relu: true })
    }

    pub(super) fn fold(self) -> Self {
        Self { first: self.first.fold(), second: self.second.fold(), shortcut: self.shortcut.map(ConvNorm::fold) }
    }
}
