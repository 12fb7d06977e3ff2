//! Linear layers for burn's tensors.

use super::extension::{Maybe, computed, values};
use super::{is_ours, maybe};
use crate::linear::Linear;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Tensor, module};

/// `input * weight + bias`, as [`burn::tensor::module::linear`].
///
/// # Shapes
/// - input `[R, I]`, weight `[I, O]`, bias `[O]`; returns `[R, O]`
/// # Panics
/// If the sizes do not fit (programmer error).
pub fn linear(input: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    let ([rows, inputs], [same, outputs]) = (input.dims(), weight.dims());
    assert_eq!(inputs, same, "the weight takes what the input has");
    assert!(bias.as_ref().is_none_or(|bias| bias.dims() == [outputs]), "one bias per output");
    if !(is_ours(&input) && is_ours(&weight) && bias.as_ref().is_none_or(is_ours)) {
        return module::linear(input, weight, bias);
    }
    Tensor::from_dispatch(Dispatch::linear_layer(
        input.into_dispatch(),
        weight.into_dispatch(),
        maybe(bias),
        Linear { rows, inputs, outputs },
    ))
}

/// The operations that a backend needs for linear layers.
///
/// # Panics
/// All panic if a tensor is not of 32-bit floats, or its sizes are not the layer's.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait LinearOps: Backend {
    /// `input * weight + bias`.
    fn linear_layer(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Maybe<Self>,
        layer: Linear,
    ) -> FloatTensor<Self>;
}

impl LinearOps for Flex {
    fn linear_layer(input: FlexTensor, weight: FlexTensor, bias: Maybe<Self>, layer: Linear) -> FlexTensor {
        let (input, weight) = (input.to_contiguous(), weight.to_contiguous());
        let bias = bias.given().map(|bias| bias.to_contiguous());
        computed([layer.rows, layer.outputs], |output| {
            layer.forward(values(&input), values(&weight), bias.as_ref().map(values), output)
        })
    }
}

#[cfg(feature = "autodiff")]
mod gradient {
    use super::*;
    use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
    use burn::backend::autodiff::{Autodiff, NodeId};

    /// The gradients of a layer of N tensors: input, weight and perhaps bias.
    #[derive(Debug)]
    struct LinearBackward;

    /// Where input and weight are kept.
    type State = (NodeId, NodeId, Linear);

    impl LinearBackward {
        fn register<const N: usize>(ops: Ops<State, N>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
            let (input, weight, layer) = ops.state;
            // Both are always taken: whoever keeps them counts.
            let input = checkpointer.retrieve_node_output::<FlexTensor>(input);
            let weight = checkpointer.retrieve_node_output::<FlexTensor>(weight);
            let grad_output = grads.consume::<Flex>(&ops.node).to_contiguous();
            let grad_output = values(&grad_output);
            let Linear { rows, inputs, outputs } = layer;
            let mut wanted = ops.parents.into_iter();
            let mut next = || wanted.next().flatten().map(|parent| parent.id);
            let (of_input, of_weight, of_bias) = (next(), next(), next());
            let grad_input = || {
                let weight = of_input.map(|_| weight.to_contiguous())?;
                Some(computed([rows, inputs], |grad| layer.backward_input(grad_output, values(&weight), grad)))
            };
            let grad_weight = || {
                let input = of_weight.map(|_| input.to_contiguous())?;
                Some(computed([inputs, outputs], |grad| layer.backward_weight(values(&input), grad_output, grad)))
            };
            let (grad_input, grad_weight) =
                if layer.two_at_once() { rayon::join(grad_input, grad_weight) } else { (grad_input(), grad_weight()) };
            let grad_bias = of_bias.map(|_| computed([outputs], |grad| layer.backward_bias(grad_output, grad)));
            for (id, grad) in [(of_input, grad_input), (of_weight, grad_weight), (of_bias, grad_bias)] {
                if let (Some(id), Some(grad)) = (id, grad) {
                    grads.register::<Flex>(id, grad);
                }
            }
        }
    }

    macro_rules! backward {
        ($tensors:literal) => {
            impl Backward<Flex, $tensors> for LinearBackward {
                type State = State;

                fn backward(self, ops: Ops<State, $tensors>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
                    Self::register(ops, grads, checkpointer);
                }
            }
        };
    }

    backward!(2);
    backward!(3);

    impl<C: CheckpointStrategy> LinearOps for Autodiff<Flex, C> {
        fn linear_layer(
            input: FloatTensor<Self>,
            weight: FloatTensor<Self>,
            bias: Maybe<Self>,
            layer: Linear,
        ) -> FloatTensor<Self> {
            macro_rules! tracked {
                ($nodes:expr, $bias:expr) => {{
                    match LinearBackward.prepare::<C>($nodes).compute_bound().stateful() {
                        OpsKind::Tracked(mut ops) => {
                            let state = (ops.checkpoint(&input), ops.checkpoint(&weight), layer);
                            let (input, weight) = (input.into_primitive(), weight.into_primitive());
                            ops.finish(state, Flex::linear_layer(input, weight, $bias, layer))
                        }
                        OpsKind::UnTracked(ops) => {
                            let (input, weight) = (input.into_primitive(), weight.into_primitive());
                            ops.finish(Flex::linear_layer(input, weight, $bias, layer))
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
    }
}
