//! The gradients of the operations.

use super::extension::{ConvolutionOps, Maybe, computed, values};
use crate::{Shape, backward_bias, backward_data, backward_weight};
use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;

/// The gradients of a convolution of N tensors: input, weight and perhaps bias.
#[derive(Debug)]
struct ConvolutionBackward;

/// Where input and weight are kept.
type State = (NodeId, NodeId, Shape);

impl ConvolutionBackward {
    fn register<const N: usize>(ops: Ops<State, N>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (input, weight, shape) = ops.state;
        // Both are always taken: whoever keeps them counts.
        let input = checkpointer.retrieve_node_output::<FlexTensor>(input);
        let weight = checkpointer.retrieve_node_output::<FlexTensor>(weight);
        let grad_output = grads.consume::<Flex>(&ops.node).to_contiguous();
        let grad_output = values(&grad_output);
        for (index, parent) in ops.parents.into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            let grad = match index {
                0 => {
                    let weight = weight.to_contiguous();
                    computed(shape.input_size(), |grad| backward_data(&shape, grad_output, values(&weight), grad))
                }
                1 => {
                    let input = input.to_contiguous();
                    computed(shape.weight_size(), |grad| backward_weight(&shape, values(&input), grad_output, grad))
                }
                _ => computed([shape.output_size()[1]], |grad| backward_bias(&shape, grad_output, grad)),
            };
            grads.register::<Flex>(parent.id, grad);
        }
    }
}

macro_rules! backward {
    ($tensors:literal) => {
        impl Backward<Flex, $tensors> for ConvolutionBackward {
            type State = State;

            fn backward(self, ops: Ops<State, $tensors>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
                Self::register(ops, grads, checkpointer);
            }
        }
    };
}

backward!(2);
backward!(3);

impl<C: CheckpointStrategy> ConvolutionOps for Autodiff<Flex, C> {
    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: Maybe<Self>,
        shape: Shape,
    ) -> FloatTensor<Self> {
        macro_rules! tracked {
            ($nodes:expr, $bias:expr) => {{
                match ConvolutionBackward.prepare::<C>($nodes).compute_bound().stateful() {
                    OpsKind::Tracked(mut ops) => {
                        let state = (ops.checkpoint(&input), ops.checkpoint(&weight), shape);
                        let (input, weight) = (input.into_primitive(), weight.into_primitive());
                        ops.finish(state, Flex::convolution(input, weight, $bias, shape))
                    }
                    OpsKind::UnTracked(ops) => {
                        let (input, weight) = (input.into_primitive(), weight.into_primitive());
                        ops.finish(Flex::convolution(input, weight, $bias, shape))
                    }
                }
            }};
        }
        match bias {
            Maybe::Given(bias) => {
                tracked!([input.node(), weight.node(), bias.node()], Maybe::Given(bias.into_primitive()))
            }
            Maybe::Absent => tracked!([input.node(), weight.node()], Maybe::Absent),
        }
    }

    fn convolution_fused(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Maybe<Self>,
        _: Maybe<Self>,
        _: bool,
        _: Shape,
    ) -> FloatTensor<Self> {
        unreachable!("only tensors that autodiff does not follow are given to it")
    }
}
