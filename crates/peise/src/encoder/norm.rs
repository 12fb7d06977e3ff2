//! Batch normalisation with PyTorch's running statistics.
//!
//! Source: Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1 and section 3.1. The framework's layer keeps the biased
//! variance of each batch in its running statistics; the paper and PyTorch keep the unbiased one, m/(m-1) times as
//! large. The layer is the framework's, so its names, freezing and folding are; only this pass differs.

use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::batch_norm_train;
use peise_convolution::burn::{self as fused, Epilogue};

/// Normalises over all axes but the second; in training by the batch's statistics, which become part of the running
/// ones, else, or if the layer is frozen, by the running ones.
///
/// # Shapes
/// - input `[N, C, ..]`; returns the same
pub fn batch_norm<const D: usize>(norm: &BatchNorm, input: Tensor<D>) -> Tensor<D> {
    if !is_trained(norm, &input) {
        return norm.forward(input);
    }
    let shape = input.dims();
    let result = batch_norm_train(input, norm.gamma.val(), norm.beta.val(), norm.epsilon);
    keep(norm, &shape, result.mean.detach(), result.variance.detach());
    result.output
}

/// The same, then adds a residual and applies ReLU; in training, all of it in one pass over the maps.
///
/// # Shapes
/// - input `[N, C, H, W]`, as the residual; returns the same
pub fn batch_norm_with(norm: &BatchNorm, input: Tensor<4>, epilogue: Epilogue) -> Tensor<4> {
    if !is_trained(norm, &input) {
        let output = epilogue.residual.into_iter().fold(norm.forward(input), |output, residual| output + residual);
        return if epilogue.relu { relu(output) } else { output };
    }
    let shape = input.dims();
    let result = fused::batch_norm_train(input, norm.gamma.val(), norm.beta.val(), norm.epsilon, epilogue);
    keep(norm, &shape, result.mean, result.variance);
    result.output
}

fn is_trained<const D: usize>(norm: &BatchNorm, input: &Tensor<D>) -> bool {
    input.device().is_autodiff() && norm.training.is_enabled()
}

/// Makes a batch's mean and biased variance part of the running ones.
fn keep(norm: &BatchNorm, shape: &[usize], mean: Tensor<1>, variance: Tensor<1>) {
    let values = (shape.iter().product::<usize>() / shape[1].max(1)) as f64;
    let unbiased = if values > 1.0 { values / (values - 1.0) } else { 1.0 };
    let mean = norm.running_mean.value_sync() * (1.0 - norm.momentum) + mean * norm.momentum;
    let variance = norm.running_var.value_sync() * (1.0 - norm.momentum) + variance * (norm.momentum * unbiased);
    norm.running_mean.update(mean.detach());
    norm.running_var.update(variance.detach());
}
