//! The operations for burn's tensors: [`conv2d`], with gradients where the feature `autodiff` is on, and
//! [`conv2d_fused`] for inference; [`batch_norm_train`], what follows them in training;
//! [`linear`] and [`gelu`].
//!
//! Both use it for 32-bit floats on the CPU backend "flex", and burn's own operations for everything else, so they can
//! replace burn's anywhere. One group, dilation 1.

mod batch_norm;
mod extension;
mod gelu;
#[cfg(feature = "autodiff")]
mod gradient;
mod linear;

use crate::Shape;
pub use batch_norm::{Normalised, batch_norm_train};
use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Tensor, activation, module};
use extension::{ConvolutionOps, Maybe};
pub use gelu::gelu;
pub use linear::linear;

/// Convolves, as [`burn::tensor::module::conv2d`] does with one group and dilation 1. Padding is symmetric.
///
/// # Shapes
/// - input `[N, C, H, W]`, weight `[C', C, KH, KW]`, bias `[C']`; returns `[N, C', H', W']`
/// # Panics
/// If the sizes do not make a convolution (programmer error).
pub fn conv2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> Tensor<4> {
    match shape(&input, &weight, bias.as_ref(), stride, padding) {
        Some(shape) => Tensor::from_dispatch(Dispatch::convolution(
            input.into_dispatch(),
            weight.into_dispatch(),
            maybe(bias),
            shape,
        )),
        None => module::conv2d(input, weight, bias, ConvOptions::new(stride, padding, [1, 1], 1)),
    }
}

/// What follows a convolution in [`conv2d_fused`].
#[derive(Debug, Clone, Default)]
pub struct Epilogue {
    /// Added to the output; of its shape.
    pub residual: Option<Tensor<4>>,
    /// Whether negative values (after the addition) become zero.
    pub relu: bool,
}

/// Convolves, adds the bias and a residual and applies ReLU, in one pass over the output. Tensors that autodiff follows
/// go through one operation after the other.
///
/// # Shapes
/// - input `[N, C, H, W]`, weight `[C', C, KH, KW]`, bias `[C']`; returns `[N, C', H', W']`, as the residual is
/// # Panics
/// If the sizes do not make a convolution, or the residual has others than the output (programmer error).
pub fn conv2d_fused(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    epilogue: Epilogue,
    stride: [usize; 2],
    padding: [usize; 2],
) -> Tensor<4> {
    let Epilogue { residual, relu } = epilogue;
    let followed = [Some(&input), Some(&weight), residual.as_ref()];
    let followed = followed.into_iter().flatten().any(|tensor| tensor.device().is_autodiff())
        || bias.as_ref().is_some_and(|bias| bias.device().is_autodiff());
    let shape = shape(&input, &weight, bias.as_ref(), stride, padding);
    let fits = residual.as_ref().is_none_or(is_ours);
    match shape {
        Some(shape) if fits && !followed => {
            if let Some(residual) = &residual {
                assert_eq!(residual.dims(), shape.output_size(), "the residual has the output's sizes");
            }
            Tensor::from_dispatch(Dispatch::convolution_fused(
                input.into_dispatch(),
                weight.into_dispatch(),
                maybe(bias),
                maybe(residual),
                relu,
                shape,
            ))
        }
        _ => {
            let mut output = conv2d(input, weight, bias, stride, padding);
            if let Some(residual) = residual {
                output = output + residual;
            }
            if relu { activation::relu(output) } else { output }
        }
    }
}

fn maybe<const D: usize>(tensor: Option<Tensor<D>>) -> Maybe<Dispatch> {
    tensor.map_or(Maybe::Absent, |tensor| Maybe::Given(tensor.into_dispatch()))
}

/// The convolution's shape, if it can be done here.
fn shape(
    input: &Tensor<4>,
    weight: &Tensor<4>,
    bias: Option<&Tensor<1>>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> Option<Shape> {
    let ours =
        is_ours(input) && is_ours(weight) && bias.is_none_or(|bias| is_ours(bias) && bias.dims() == [weight.dims()[0]]);
    ours.then(|| Shape::new(input.dims(), weight.dims(), stride, padding).ok()).flatten()
}

/// Whether a tensor is of the kind that is computed here: 32-bit floats on the CPU backend "flex", perhaps followed by
/// autodiff.
pub fn is_ours<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && matches!(tensor.device().without_autodiff().as_dispatch(), DispatchDevice::Flex(_))
}
