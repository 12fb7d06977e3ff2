//! AdamW in one pass over a tensor, on the CPU.
//!
//! Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization" (arXiv 1711.05101), algorithm 2. Its
//! state is that of burn's AdamW, so checkpoints of either are the other's.

use burn::optim::{AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// Values that one thread takes at a time.
const PIECE: usize = 1 << 14;

/// AdamW with betas of 0.9 and 0.999 and an epsilon of 1e-8; gradients are clipped per tensor before.
///
/// burn's own makes a dozen passes, each on one thread; it is used on other devices than the CPU.
#[derive(Clone)]
pub(super) struct FusedAdamW {
    weight_decay: f32,
    clip: f32,
    elsewhere: AdamW,
}

impl FusedAdamW {
    /// `clip`: largest norm of a tensor's gradient; 0 = not clipped.
    pub(super) fn new(weight_decay: f32, clip: f32) -> Self {
        let elsewhere = AdamWConfig::new().with_weight_decay(weight_decay).with_epsilon(EPSILON).build();
        Self { weight_decay, clip, elsewhere }
    }
}

impl Optimizer for FusedAdamW {
    type State<const D: usize> = AdamWState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<AdamWState<D>>,
    ) -> (Tensor<D>, Option<AdamWState<D>>) {
        let (device, shape) = (tensor.device(), tensor.dims());
        if device != Device::flex() || tensor.dtype() != DType::F32 || grad.dtype() != DType::F32 {
            let grad = if self.clip > 0.0 { clipped(grad, self.clip) } else { grad };
            return self.elsewhere.step(lr, tensor, grad, state);
        }
        let mut weights = values(tensor);
        let grad = values(grad);
        let (time, mut moment_1, mut moment_2) = match state {
            Some(AdamWState { momentum }) => (momentum.time + 1, values(momentum.moment_1), values(momentum.moment_2)),
            None => (1, vec![0.0; grad.len()], vec![0.0; grad.len()]),
        };
        let scale = if self.clip > 0.0 { (self.clip / norm(&grad).max(f32::MIN_POSITIVE)).min(1.0) } else { 1.0 };
        let powers = i32::try_from(time).unwrap_or(i32::MAX);
        let [correction_1, correction_2] = [BETA_1, BETA_2].map(|beta| 1.0 - beta.powi(powers));
        let (lr, kept) = (lr as f32, (1.0 - lr * f64::from(self.weight_decay)) as f32);
        let update = |weights: &mut [f32], grad: &[f32], moment_1: &mut [f32], moment_2: &mut [f32]| {
            let moments = moment_1.iter_mut().zip(moment_2);
            for ((weight, &grad), (first, second)) in weights.iter_mut().zip(grad).zip(moments) {
                let grad = grad * scale;
                *first = *first * BETA_1 + grad * (1.0 - BETA_1);
                *second = *second * BETA_2 + grad * grad * (1.0 - BETA_2);
                let step = (*first / correction_1) / ((*second / correction_2).sqrt() + EPSILON);
                *weight = *weight * kept - step * lr;
            }
        };
        if grad.len() <= PIECE {
            update(&mut weights, &grad, &mut moment_1, &mut moment_2);
        } else {
            let moments = moment_1.par_chunks_mut(PIECE).zip(moment_2.par_chunks_mut(PIECE));
            let pieces = weights.par_chunks_mut(PIECE).zip(grad.par_chunks(PIECE)).zip(moments);
            pieces.for_each(|((weights, grad), (first, second))| update(weights, grad, first, second));
        }
        let [weights, moment_1, moment_2] =
            [weights, moment_1, moment_2].map(|values| Tensor::from_data(TensorData::new(values, shape), &device));
        (weights, Some(AdamWState::new(AdaptiveMomentumState::new(time, moment_1, moment_2))))
    }

    fn to_device<const D: usize>(state: AdamWState<D>, device: &Device) -> AdamWState<D> {
        AdamW::to_device(state, device)
    }
}

/// The tensor's values; without a copy where nothing else holds them.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("32-bit floats")
}

/// In pieces of one size whatever the number of threads, so that the sum is the same.
fn norm(values: &[f32]) -> f32 {
    let sums: Vec<f32> = values.par_chunks(PIECE).map(|piece| piece.iter().map(|value| value * value).sum()).collect();
    sums.iter().sum::<f32>().sqrt()
}

fn clipped<const D: usize>(grad: Tensor<D>, clip: f32) -> Tensor<D> {
    burn::grad_clipping::GradientClipping::Norm(clip).clip_gradient(grad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::grad_clipping::GradientClipping;
    use burn::tensor::Distribution;

    #[test]
    fn it_steps_as_burns_does_on_small_and_large_tensors() {
        let device = Device::flex();
        for rows in [3, 900] {
            for clip in [0.0, 0.5, 1e9] {
                let own = FusedAdamW::new(0.02, clip);
                let theirs = &own.elsewhere;
                let start = Tensor::<2>::random([rows, 37], Distribution::Normal(0.0, 1.0), &device);
                let (mut a, mut b) = ((start.clone(), None), (start, None));
                for step in 0..5 {
                    let grad = Tensor::random([rows, 37], Distribution::Normal(0.1, 0.5), &device);
                    let lr = 0.01 / f64::from(step + 1);
                    a = own.step(lr, a.0, grad.clone(), a.1);
                    let grad = if clip > 0.0 { GradientClipping::Norm(clip).clip_gradient(grad) } else { grad };
                    b = theirs.step(lr, b.0, grad, b.1);
                }
                let difference = (a.0 - b.0).abs().max().into_scalar::<f32>();
                assert!(difference < 1e-6, "{rows} rows, clipped at {clip}: {difference}");
                let (a, b) = (a.1.expect("a state").momentum, b.1.expect("a state").momentum);
                assert_eq!((a.time, b.time), (5, 5));
                assert!((a.moment_2 - b.moment_2).abs().max().into_scalar::<f32>() < 1e-6);
            }
        }
    }

    #[test]
    fn a_gradient_of_zero_leaves_all_but_the_decay() {
        let device = Device::flex();
        let (weights, state) =
            FusedAdamW::new(0.5, 1.0).step(0.1, Tensor::<1>::ones([4], &device), Tensor::zeros([4], &device), None);
        assert_eq!(weights.into_data().iter::<f32>().collect::<Vec<_>>(), [0.95; 4]);
        assert_eq!(state.expect("a state").momentum.time, 1);
    }
}
