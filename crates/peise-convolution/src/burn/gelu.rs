//! GELU for burn's tensors.

use super::extension::values;
use super::is_ours;
use crate::buffer::zeros;
#[cfg(feature = "autodiff")]
use crate::gelu::backward_gelu;
use crate::gelu::gelu as gelu_of;
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Bytes, DType, Tensor, activation};

/// `x F(x)`, F the standard normal distribution, as [`burn::tensor::activation::gelu`].
pub fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    if !is_ours(&input) {
        return activation::gelu(input);
    }
    Tensor::from_dispatch(Dispatch::gelu_of_floats(input.into_dispatch()))
}

/// The operation that a backend needs for GELU.
///
/// # Panics
/// If a tensor is not of 32-bit floats.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait GeluOps: Backend {
    /// `x F(x)`.
    fn gelu_of_floats(input: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// A tensor like this one, of what `compute` writes.
fn like(tensor: &FlexTensor, compute: impl FnOnce(&mut [f32]) -> Result<(), crate::Error>) -> FlexTensor {
    let shape = tensor.layout().shape().clone();
    let mut values = zeros(shape.num_elements());
    compute(&mut values).expect("as many values as the tensor has");
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape), DType::F32)
}

impl GeluOps for Flex {
    fn gelu_of_floats(input: FlexTensor) -> FlexTensor {
        let input = input.to_contiguous();
        like(&input, |output| gelu_of(values(&input), output))
    }
}

#[cfg(feature = "autodiff")]
mod gradient {
    use super::*;
    use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
    use burn::backend::autodiff::{Autodiff, NodeId};

    #[derive(Debug)]
    struct GeluBackward;

    impl Backward<Flex, 1> for GeluBackward {
        /// Where the input is kept.
        type State = NodeId;

        fn backward(self, ops: Ops<NodeId, 1>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
            let input = checkpointer.retrieve_node_output::<FlexTensor>(ops.state).to_contiguous();
            let grad_output = grads.consume::<Flex>(&ops.node).to_contiguous();
            let [parent] = ops.parents;
            if let Some(parent) = parent {
                let grad = like(&input, |grad| backward_gelu(values(&input), values(&grad_output), grad));
                grads.register::<Flex>(parent.id, grad);
            }
        }
    }

    impl<C: CheckpointStrategy> GeluOps for Autodiff<Flex, C> {
        fn gelu_of_floats(input: FloatTensor<Self>) -> FloatTensor<Self> {
            match GeluBackward.prepare::<C>([input.node()]).compute_bound().stateful() {
                OpsKind::Tracked(mut ops) => {
                    let state = ops.checkpoint(&input);
                    ops.finish(state, Flex::gelu_of_floats(input.into_primitive()))
                }
                OpsKind::UnTracked(ops) => ops.finish(Flex::gelu_of_floats(input.into_primitive())),
            }
        }
    }
}
