//! Batch normalisation for burn's tensors.

use super::extension::{Maybe, computed, values};
use super::{Epilogue, is_ours, maybe};
use crate::batch_norm::BatchNorm;
#[cfg(feature = "autodiff")]
use crate::batch_norm::BatchNormGrads;
#[cfg(feature = "autodiff")]
use crate::buffer::zeros;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Tensor, activation, module};

/// What [`batch_norm_train`] returns.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// `[N, C, H, W]`.
    pub output: Tensor<4>,
    /// Mean of each channel `[C]`, without a gradient.
    pub mean: Tensor<1>,
    /// Biased variance of each channel `[C]`, without a gradient.
    pub variance: Tensor<1>,
}

/// Normalises by the batch's own mean and variance, adds a residual and applies ReLU, as asked for.
///
/// # Shapes
/// - input `[N, C, H, W]`, as the residual is; gamma and beta `[C]`
/// # Panics
/// If the sizes do not fit (programmer error).
pub fn batch_norm_train(
    input: Tensor<4>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    epilogue: Epilogue,
) -> Normalised {
    let sizes = input.dims();
    let Epilogue { residual, relu } = epilogue;
    assert_eq!([gamma.dims(), beta.dims()], [[sizes[1]]; 2], "one gamma and beta per channel");
    assert!(residual.as_ref().is_none_or(|residual| residual.dims() == sizes), "the residual has the input's sizes");
    let ours = is_ours(&input) && residual.as_ref().is_none_or(is_ours) && is_ours(&gamma) && is_ours(&beta);
    if !ours {
        let result = module::batch_norm_train(input, gamma, beta, epsilon);
        let output = residual.into_iter().fold(result.output, |output, residual| output + residual);
        let output = if relu { activation::relu(output) } else { output };
        return Normalised { output, mean: result.mean.detach(), variance: result.variance.detach() };
    }
    let norm = BatchNorm::new(sizes, epsilon as f32);
    let moments = moments(&input, norm);
    let output = Tensor::from_dispatch(Dispatch::batch_norm(
        input.into_dispatch(),
        moments.clone().into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        maybe(residual),
        relu,
        norm,
    ));
    let row = |row: usize| moments.clone().narrow(0, row, 1).reshape([sizes[1]]);
    Normalised { output, mean: row(0), variance: row(1) }
}

/// Mean and biased variance `[2, C]` of the input, without a gradient.
#[cfg(feature = "autodiff")]
fn moments(input: &Tensor<4>, norm: BatchNorm) -> Tensor<2> {
    let of = |input: Tensor<4>| Tensor::from_dispatch(Dispatch::moments(input.into_dispatch(), norm));
    if !input.device().is_autodiff() {
        return of(input.clone());
    }
    let moments = Tensor::from_inner(of(input.clone().inner()));
    match input.gradient_checkpointing_strategy() {
        Some(strategy) => moments.with_gradient_checkpointing_strategy(strategy),
        None => moments,
    }
}

#[cfg(not(feature = "autodiff"))]
fn moments(input: &Tensor<4>, norm: BatchNorm) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::moments(input.clone().into_dispatch(), norm))
}

/// The operations that a backend needs for batch normalisation.
///
/// # Panics
/// All panic if a tensor is not of 32-bit floats, or its sizes are not the norm's.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait BatchNormOps: Backend {
    /// Mean and biased variance of each channel, `[2, C]`. Not differentiable.
    fn moments(input: FloatTensor<Self>, norm: BatchNorm) -> FloatTensor<Self>;

    /// Normalises by the moments, which are the input's own, adds a residual and applies ReLU.
    fn batch_norm(
        input: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        #[extension_type] residual: Maybe<Self>,
        relu: bool,
        norm: BatchNorm,
    ) -> FloatTensor<Self>;
}

impl BatchNormOps for Flex {
    fn moments(input: FlexTensor, norm: BatchNorm) -> FlexTensor {
        let input = input.to_contiguous();
        computed([2, norm.sizes()[1]], |moments| norm.moments(values(&input), moments))
    }

    fn batch_norm(
        input: FlexTensor,
        moments: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        residual: Maybe<Self>,
        relu: bool,
        norm: BatchNorm,
    ) -> FlexTensor {
        let [input, moments, gamma, beta] = [input, moments, gamma, beta].map(|tensor| tensor.to_contiguous());
        let residual = residual.given().map(|tensor| tensor.to_contiguous());
        let affine = [values(&gamma), values(&beta)];
        computed(norm.sizes(), |output| {
            let residual = residual.as_ref().map(values);
            norm.forward(values(&input), values(&moments), affine, residual, relu, output)
        })
    }
}

#[cfg(feature = "autodiff")]
mod gradient {
    use super::super::extension::{owned, tensor};
    use super::*;
    use burn::backend::autodiff::Autodiff;
    use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};

    /// The gradients of a normalisation of N tensors: input, gamma, beta and perhaps a residual.
    #[derive(Debug)]
    struct BatchNormBackward;

    /// What the gradients need.
    #[derive(Debug, Clone)]
    struct State {
        input: FlexTensor,
        moments: FlexTensor,
        gamma: FlexTensor,
        /// What came out, if it went through ReLU.
        output: Option<FlexTensor>,
        norm: BatchNorm,
    }

    impl BatchNormBackward {
        fn register<const N: usize>(ops: Ops<State, N>, grads: &mut Gradients) {
            let State { input, moments, gamma, output, norm } = ops.state;
            let grad_output = grads.consume::<Flex>(&ops.node).to_contiguous();
            let [input, moments, gamma] = [input, moments, gamma].map(|tensor| tensor.to_contiguous());
            let sizes = norm.sizes();
            let len = sizes.iter().product();
            let mut grad_maps = owned(grad_output);
            let (mut grad_gamma, mut grad_beta) = (zeros(sizes[1]), zeros(sizes[1]));
            let mut grad_residual = ops.parents.get(3).is_some_and(Option::is_some).then(|| zeros(len));
            let into = BatchNormGrads {
                maps: &mut grad_maps,
                residual: grad_residual.as_deref_mut(),
                gamma: &mut grad_gamma,
                beta: &mut grad_beta,
            };
            let output = output.as_ref().map(values);
            norm.backward(values(&input), values(&moments), values(&gamma), output, into)
                .expect("sizes are the norm's");
            let found = [
                Some(tensor(sizes, grad_maps)),
                Some(tensor([sizes[1]], grad_gamma)),
                Some(tensor([sizes[1]], grad_beta)),
                grad_residual.map(|grad| tensor(sizes, grad)),
            ];
            for (parent, grad) in ops.parents.into_iter().zip(found) {
                if let (Some(parent), Some(grad)) = (parent, grad) {
                    grads.register::<Flex>(parent.id, grad);
                }
            }
        }
    }

    macro_rules! backward {
        ($tensors:literal) => {
            impl Backward<Flex, $tensors> for BatchNormBackward {
                type State = State;

                fn backward(self, ops: Ops<State, $tensors>, grads: &mut Gradients, _: &mut Checkpointer) {
                    Self::register(ops, grads);
                }
            }
        };
    }

    backward!(3);
    backward!(4);

    impl<C: CheckpointStrategy> BatchNormOps for Autodiff<Flex, C> {
        fn moments(_: FloatTensor<Self>, _: BatchNorm) -> FloatTensor<Self> {
            unreachable!("only tensors that autodiff does not follow are given to it")
        }

        fn batch_norm(
            input: FloatTensor<Self>,
            moments: FloatTensor<Self>,
            gamma: FloatTensor<Self>,
            beta: FloatTensor<Self>,
            residual: Maybe<Self>,
            relu: bool,
            norm: BatchNorm,
        ) -> FloatTensor<Self> {
            macro_rules! tracked {
                ($nodes:expr, $residual:expr) => {{
                    let nodes = $nodes;
                    let [input, moments, gamma, beta] =
                        [input, moments, gamma, beta].map(|tensor| tensor.into_primitive());
                    let kept = (input.clone(), moments.clone(), gamma.clone());
                    let output = Flex::batch_norm(input, moments, gamma, beta, $residual, relu, norm);
                    match BatchNormBackward.prepare::<C>(nodes).compute_bound().stateful() {
                        OpsKind::Tracked(ops) => {
                            let (input, moments, gamma) = kept;
                            let kept = relu.then(|| output.clone());
                            ops.finish(State { input, moments, gamma, output: kept, norm }, output)
                        }
                        OpsKind::UnTracked(ops) => ops.finish(output),
                    }
                }};
            }
            let nodes = [input.node(), gamma.node(), beta.node()];
            match residual {
                Maybe::Given(residual) => {
                    let [input, gamma, beta] = nodes;
                    tracked!([input, gamma, beta, residual.node()], Maybe::Given(residual.into_primitive()))
                }
                Maybe::Absent => tracked!(nodes, Maybe::Absent),
            }
        }
    }
}
