//! Batch normalisation with PyTorch's running statistics.
//!
//! Source: Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1 and section 3.1. The framework's layer keeps the biased
//! variance of each batch in its running statistics; the paper and PyTorch keep the unbiased one, m/(m-1) times as
//! large. The layer is the framework's, so its names, freezing and folding are; only this pass differs.

use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use burn::tensor::module::batch_norm_train;

/// Normalises over all axes but the second; in training by the batch's statistics, which become part of the running
/// ones, else, or if the layer is frozen, by the running ones.
///
/// # Shapes
/// - input `[N, C, ..]`; returns the same
pub fn batch_norm<const D: usize>(norm: &BatchNorm, input: Tensor<D>) -> Tensor<D> {
    if !(input.device().is_autodiff() && norm.training.is_enabled()) {
        return norm.forward(input);
    }
    let shape = input.dims();
    let values = (shape.iter().product::<usize>() / shape[1].max(1)) as f64;
    let unbiased = if values > 1.0 { values / (values - 1.0) } else { 1.0 };
    let result = batch_norm_train(input, norm.gamma.val(), norm.beta.val(), norm.epsilon);
    let mean = norm.running_mean.value_sync() * (1.0 - norm.momentum) + result.mean.detach() * norm.momentum;
    let variance =
        norm.running_var.value_sync() * (1.0 - norm.momentum) + result.variance.detach() * (norm.momentum * unbiased);
    norm.running_mean.update(mean.detach());
    norm.running_var.update(variance.detach());
    result.output
}
