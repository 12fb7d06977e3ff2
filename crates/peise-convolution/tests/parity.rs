//! Values and gradients are burn's own.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor, activation, module};
use peise_convolution::burn::{Epilogue, batch_norm_train, conv2d, conv2d_fused, gelu, linear};
use proptest::prelude::*;

fn assert_close<const D: usize>(name: &str, found: Tensor<D>, expected: Tensor<D>) {
    assert_eq!(found.dims(), expected.dims(), "{name}");
    let scale = expected.clone().abs().max().into_scalar::<f32>().max(1.0);
    let error = (found - expected).abs().max().into_scalar::<f32>();
    assert!(error < 1e-4 * scale, "{name}: {error} of {scale}");
}

#[derive(Debug, Clone)]
struct Case {
    input: [usize; 4],
    weight: [usize; 4],
    stride: [usize; 2],
    padding: [usize; 2],
    bias: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..=4_usize, 1..=9_usize, [5..=12_usize, 5..=12], 1..=30_usize, [1..=5_usize, 1..=5]);
    (sizes, [1..=3_usize, 1..=3], [0..=2_usize, 0..=2], any::<bool>()).prop_map(
        |((n, c, [h, w], o, [kh, kw]), stride, padding, bias)| Case {
            input: [n, c, h, w],
            weight: [o, c, kh, kw],
            stride,
            padding,
            bias,
        },
    )
}

type Convolution = fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, [usize; 2], [usize; 2]) -> Tensor<4>;

fn burns(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> Tensor<4> {
    module::conv2d(input, weight, bias, ConvOptions::new(stride, padding, [1, 1], 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_and_gradients_are_burns(case in cases()) {
        for device in [Device::flex().autodiff(), Device::flex().autodiff().gradient_checkpointing()] {
            let random = |sizes: [usize; 4]| Tensor::<4>::random(sizes, Distribution::Default, &device) - 0.5;
            let (input, weight) = (random(case.input).require_grad(), random(case.weight).require_grad());
            let bias = case.bias.then(|| {
                Tensor::<1>::random([case.weight[0]], Distribution::Default, &device).require_grad()
            });
            let run = |convolution: Convolution| {
                // A sine's gradient differs everywhere.
                let output = convolution(
                    input.clone() * 2.0,
                    weight.clone(),
                    bias.clone(),
                    case.stride,
                    case.padding,
                );
                let grads = output.clone().sin().sum().backward();
                let grad_bias = bias.as_ref().map(|bias| bias.grad(&grads).unwrap());
                (output.inner(), input.grad(&grads).unwrap(), weight.grad(&grads).unwrap(), grad_bias)
            };
            let (found, expected) = (run(conv2d), run(burns));
            assert_close("output", found.0, expected.0);
            assert_close("grad_input", found.1, expected.1);
            assert_close("grad_weight", found.2, expected.2);
            if let (Some(found), Some(expected)) = (found.3, expected.3) {
                assert_close("grad_bias", found, expected);
            }
        }
    }

    #[test]
    fn the_fused_epilogue_is_burns(case in cases(), has_residual in any::<bool>(), relu in any::<bool>()) {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let random = |sizes: [usize; 4]| Tensor::<4>::random(sizes, Distribution::Default, &device) - 0.5;
            let (input, weight) = (random(case.input).swap_dims(2, 3), random(case.weight));
            let bias = case.bias.then(|| Tensor::<1>::random([case.weight[0]], Distribution::Default, &device));
            let mut expected = burns(input.clone(), weight.clone(), bias.clone(), case.stride, case.padding);
            let residual = has_residual.then(|| random(expected.dims()));
            if let Some(residual) = residual.clone() {
                expected = expected + residual;
            }
            if relu {
                expected = activation::relu(expected);
            }
            let epilogue = Epilogue { residual, relu };
            let found = conv2d_fused(input, weight, bias, epilogue, case.stride, case.padding);
            assert_close("output", found, expected);
        }
    }

    #[test]
    fn gelu_is_burns(sizes in [1..=5_usize, 1..=9, 1..=9], checkpointing in any::<bool>()) {
        let device = Device::flex().autodiff();
        let device = if checkpointing { device.gradient_checkpointing() } else { device };
        let input = Tensor::<3>::random(sizes, Distribution::Normal(0.0, 3.0), &device).require_grad();
        let run = |activation: fn(Tensor<3>) -> Tensor<3>| {
            let output = activation(input.clone().swap_dims(0, 2) * 1.5);
            let grads = output.clone().sin().sum().backward();
            (output.inner(), input.grad(&grads).unwrap())
        };
        let (found, expected) = (run(gelu), run(activation::gelu));
        assert_close("output", found.0, expected.0);
        assert_close("grad_input", found.1, expected.1);
    }

    #[test]
    fn linear_layers_are_burns(rows in 1..40_usize, inputs in 1..20_usize, outputs in 1..20_usize, has: [bool; 2]) {
        let [has_bias, checkpointing] = has;
        let device = Device::flex().autodiff();
        let device = if checkpointing { device.gradient_checkpointing() } else { device };
        let random = |sizes: [usize; 2]| (Tensor::<2>::random(sizes, Distribution::Default, &device) - 0.5).require_grad();
        // In another order in memory.
        let (input, weight) = (random([inputs, rows]), random([inputs, outputs]));
        let bias = has_bias.then(|| Tensor::<1>::random([outputs], Distribution::Default, &device).require_grad());
        let run = |layer: fn(Tensor<2>, Tensor<2>, Option<Tensor<1>>) -> Tensor<2>| {
            let output = layer(input.clone().transpose(), weight.clone(), bias.clone());
            let grads = output.clone().sin().sum().backward();
            let grad_bias = bias.as_ref().map(|bias| bias.grad(&grads).unwrap());
            (output.inner(), input.grad(&grads).unwrap(), weight.grad(&grads).unwrap(), grad_bias)
        };
        let (found, expected) = (run(linear), run(module::linear));
        assert_close("output", found.0, expected.0);
        assert_close("grad_input", found.1, expected.1);
        assert_close("grad_weight", found.2, expected.2);
        if let (Some(found), Some(expected)) = (found.3, expected.3) {
            assert_close("grad_bias", found, expected);
        }
    }

    #[test]
    fn batch_normalisation_is_burns(
        sizes in [2..=5_usize, 1..=9, 1..=9, 1..=9],
        has_residual in any::<bool>(),
        relu in any::<bool>(),
        checkpointing in any::<bool>(),
    ) {
        let device = Device::flex().autodiff();
        let device = if checkpointing { device.gradient_checkpointing() } else { device };
        let random = |sizes: [usize; 4]| Tensor::<4>::random(sizes, Distribution::Default, &device) - 0.5;
        let input = (random(sizes) * 4.0).require_grad();
        let residual = has_residual.then(|| random(sizes).require_grad());
        let affine = || (Tensor::<1>::random([sizes[1]], Distribution::Default, &device) + 0.5).require_grad();
        let (gamma, beta) = (affine(), affine());
        let run = |own: bool| {
            // In another order in memory, and not a leaf.
            let (input_, gamma, beta) = (input.clone().swap_dims(2, 3) * 2.0, gamma.clone(), beta.clone());
            let residual_ = residual.clone().map(|residual| residual.swap_dims(2, 3));
            let [output, mean, variance] = if own {
                let found = batch_norm_train(input_, gamma.clone(), beta.clone(), 1e-5, Epilogue { residual: residual_, relu });
                [found.output, found.mean.reshape([1, 1, 1, -1]), found.variance.reshape([1, 1, 1, -1])]
            } else {
                let result = module::batch_norm_train(input_, gamma.clone(), beta.clone(), 1e-5);
                let output = residual_.into_iter().fold(result.output, |output, residual| output + residual);
                let output = if relu { activation::relu(output) } else { output };
                [output, result.mean.reshape([1, 1, 1, -1]), result.variance.reshape([1, 1, 1, -1])]
            };
            let grads = (output.clone().sin() * 3.0).sum().backward();
            let residual = residual.as_ref().map(|residual| residual.grad(&grads).unwrap());
            let affine = [gamma.grad(&grads).unwrap(), beta.grad(&grads).unwrap()];
            ([output.inner(), mean.inner(), variance.inner()], input.grad(&grads).unwrap(), residual, affine)
        };
        let (found, expected) = (run(true), run(false));
        for (name, (found, expected)) in ["output", "mean", "variance"].into_iter().zip(found.0.into_iter().zip(expected.0)) {
            assert_close(name, found, expected);
        }
        assert_close("grad_input", found.1, expected.1);
        if let (Some(found), Some(expected)) = (found.2, expected.2) {
            assert_close("grad_residual", found, expected);
        }
        for (found, expected) in found.3.into_iter().zip(expected.3) {
            assert_close("grad_affine", found, expected);
        }
    }
}

#[test]
fn frozen_weights_and_inputs_without_gradient_are_constants() {
    let device = Device::flex().autodiff();
    let input = Tensor::<4>::random([2, 3, 6, 6], Distribution::Default, &device);
    let weight = Tensor::<4>::random([4, 3, 3, 3], Distribution::Default, &device).require_grad();
    let grads = conv2d(input.clone(), weight.clone(), None, [1, 1], [1, 1]).sum().backward();
    assert!(weight.grad(&grads).is_some() && input.grad(&grads).is_none());
    let plain = Tensor::<4>::random([2, 3, 6, 6], Distribution::Default, &Device::flex());
    let grads = conv2d(plain, weight.clone(), None, [1, 1], [1, 1]).sum().backward();
    assert!(weight.grad(&grads).is_some(), "an input that autodiff does not know is a constant");
}
