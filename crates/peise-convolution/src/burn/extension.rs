//! The operations as an extension of burn's backends: how "flex" does them, and their gradients.

use crate::buffer::zeros;
use crate::{Epilogue, Shape, forward};
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, ExtensionType, Flex, backend_extension};
use burn::tensor::{Bytes, DType};

/// A tensor that may be absent; what the extension mechanism has in place of `Option`.
#[derive(ExtensionType)]
pub enum Maybe<B: Backend> {
    /// There is one.
    Given(FloatTensor<B>),
    /// There is none.
    Absent,
}

impl<B: Backend> Maybe<B> {
    pub(super) fn given(self) -> Option<FloatTensor<B>> {
        match self {
            Self::Given(tensor) => Some(tensor),
            Self::Absent => None,
        }
    }
}

/// The operations that a backend needs for this crate's functions.
///
/// # Panics
/// All panic if a tensor is not of 32-bit floats, or its sizes are not the shape's.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait ConvolutionOps: Backend {
    /// Convolves.
    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Maybe<Self>,
        shape: Shape,
    ) -> FloatTensor<Self>;

    /// Convolves, adds a residual and applies ReLU. Not differentiable.
    fn convolution_fused(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Maybe<Self>,
        #[extension_type] residual: Maybe<Self>,
        relu: bool,
        shape: Shape,
    ) -> FloatTensor<Self>;
}

impl ConvolutionOps for Flex {
    fn convolution(input: FlexTensor, weight: FlexTensor, bias: Maybe<Self>, shape: Shape) -> FlexTensor {
        Self::convolution_fused(input, weight, bias, Maybe::Absent, false, shape)
    }

    fn convolution_fused(
        input: FlexTensor,
        weight: FlexTensor,
        bias: Maybe<Self>,
        residual: Maybe<Self>,
        relu: bool,
        shape: Shape,
    ) -> FlexTensor {
        let (input, weight) = (input.to_contiguous(), weight.to_contiguous());
        let [bias, residual] = [bias, residual].map(|tensor| tensor.given().map(|tensor| tensor.to_contiguous()));
        let epilogue = Epilogue { residual: residual.as_ref().map(values), relu };
        computed(shape.output_size(), |output| {
            forward(&shape, values(&input), values(&weight), bias.as_ref().map(values), epilogue, output)
        })
    }
}

pub(super) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("contiguous 32-bit floats")
}

/// A tensor of what `compute` writes.
pub(super) fn computed<const D: usize>(
    sizes: [usize; D],
    compute: impl FnOnce(&mut [f32]) -> Result<(), crate::Error>,
) -> FlexTensor {
    let mut values = zeros(sizes.iter().product());
    compute(&mut values).expect("sizes are the shape's");
    tensor(sizes, values)
}

/// A contiguous tensor's values, without a copy where nothing else holds them.
#[cfg(feature = "autodiff")]
pub(super) fn owned(tensor: FlexTensor) -> Vec<f32> {
    if tensor.is_unique() {
        return tensor.into_data().try_into_vec().expect("32-bit floats");
    }
    let mut copy = zeros(values(&tensor).len());
    copy.copy_from_slice(values(&tensor));
    copy
}

pub(super) fn tensor<const D: usize>(sizes: [usize; D], values: Vec<f32>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(sizes.into()), DType::F32)
}
