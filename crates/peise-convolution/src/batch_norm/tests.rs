use super::{BatchNorm, BatchNormGrads};
use crate::Error;
use crate::tests::{assert_close, levels, values};
use proptest::prelude::*;

const EPSILON: f32 = 1e-5;

/// Moments, output, and gradients of input, residual, gamma and beta, in double precision, by the definition.
struct Reference {
    moments: Vec<f64>,
    output: Vec<f64>,
    grad_input: Vec<f64>,
    grad_residual: Vec<f64>,
    grad_affine: [Vec<f64>; 2],
}

fn reference(
    [batch, channels, height, width]: [usize; 4],
    input: &[f32],
    [gamma, beta]: [&[f32]; 2],
    residual: Option<&[f32]>,
    relu: bool,
    grad_output: &[f32],
) -> Reference {
    let pixels = height * width;
    let zeros = vec![0.0; input.len()];
    let mut result = Reference {
        moments: vec![0.0; 2 * channels],
        output: zeros.clone(),
        grad_input: zeros.clone(),
        grad_residual: zeros,
        grad_affine: [vec![0.0; channels], vec![0.0; channels]],
    };
    let count = (batch * pixels) as f64;
    for channel in 0..channels {
        let places = || {
            (0..batch)
                .flat_map(move |image| (0..pixels).map(move |pixel| (image * channels + channel) * pixels + pixel))
        };
        let mean = places().map(|at| f64::from(input[at])).sum::<f64>() / count;
        let variance = places().map(|at| (f64::from(input[at]) - mean).powi(2)).sum::<f64>() / count;
        (result.moments[channel], result.moments[channels + channel]) = (mean, variance);
        let inverse = 1.0 / (variance + f64::from(EPSILON)).sqrt();
        let (gamma, beta) = (f64::from(gamma[channel]), f64::from(beta[channel]));
        let normal = |at: usize| (f64::from(input[at]) - mean) * inverse;
        for at in places() {
            let value = normal(at) * gamma + beta + residual.map_or(0.0, |residual| f64::from(residual[at]));
            result.output[at] = if relu { value.max(0.0) } else { value };
            result.grad_residual[at] = if relu && value <= 0.0 { 0.0 } else { f64::from(grad_output[at]) };
        }
        let sum: f64 = places().map(|at| result.grad_residual[at]).sum();
        let product: f64 = places().map(|at| result.grad_residual[at] * normal(at)).sum();
        (result.grad_affine[0][channel], result.grad_affine[1][channel]) = (product, sum);
        for at in places() {
            let grad = result.grad_residual[at] - sum / count - normal(at) * product / count;
            result.grad_input[at] = grad * gamma * inverse;
        }
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_and_gradients_are_the_definitions(
        sizes in [1..=5_usize, 1..=9, 1..=9, 1..=9].prop_filter("a variance", |[n, _, h, w]| n * h * w > 1),
        seed in 0..1000_u64,
        has_residual in any::<bool>(),
        relu in any::<bool>(),
        mean in -4.0_f32..4.0,
    ) {
        let [gamma, beta] = [1, 2].map(|step| values(&[sizes[1]], seed + step));
        let input: Vec<f32> = values(&sizes, seed).into_iter().map(|value| value + mean).collect();
        let residual = has_residual.then(|| values(&sizes, seed + 3));
        let grad_output = values(&sizes, seed + 4);
        let expected = reference(sizes, &input, [&gamma, &beta], residual.as_deref(), relu, &grad_output);
        // Of a few values that are all but equal, rounding decides the deviation.
        prop_assume!(expected.moments[sizes[1]..].iter().all(|&variance| variance > 1e-3));
        for level in levels() {
            let norm = BatchNorm { level, ..BatchNorm::new(sizes, EPSILON) };
            let nan = |len: usize| vec![f32::NAN; len];
            let (mut moments, mut output) = (nan(2 * sizes[1]), nan(input.len()));
            norm.moments(&input, &mut moments).unwrap();
            assert_close("moments", &moments, &expected.moments);
            norm.forward(&input, &moments, [&gamma, &beta], residual.as_deref(), relu, &mut output).unwrap();
            assert_close("output", &output, &expected.output);
            // Where rounding decides what ReLU lets through, gradients may differ.
            prop_assume!(!relu || output.iter().zip(&expected.output).all(|(a, b)| (*a > 0.0) == (*b > 0.0)));
            let (mut grad_maps, mut grad_residual) = (grad_output.clone(), nan(input.len()));
            let (mut grad_gamma, mut grad_beta) = (nan(sizes[1]), nan(sizes[1]));
            let grads = BatchNormGrads {
                maps: &mut grad_maps,
                residual: has_residual.then_some(&mut grad_residual[..]),
                gamma: &mut grad_gamma,
                beta: &mut grad_beta,
            };
            let output = relu.then_some(&output[..]);
            norm.backward(&input, &moments, &gamma, output, grads).unwrap();
            assert_close("grad_maps", &grad_maps, &expected.grad_input);
            assert_close("grad_gamma", &grad_gamma, &expected.grad_affine[0]);
            assert_close("grad_beta", &grad_beta, &expected.grad_affine[1]);
            if has_residual {
                assert_close("grad_residual", &grad_residual, &expected.grad_residual);
            }
        }
    }
}

#[test]
fn threads_change_nothing() {
    let sizes = [37, 24, 32, 32];
    let norm = BatchNorm::new(sizes, EPSILON);
    let (input, grad_output) = (values(&sizes, 1), values(&sizes, 2));
    let (gamma, beta) = (values(&[24], 3), values(&[24], 4));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (mut moments, mut output) = (vec![0.0; 48], vec![0.0; input.len()]);
            let (mut grad_maps, mut grad_gamma, mut grad_beta) = (grad_output.clone(), vec![0.0; 24], vec![0.0; 24]);
            norm.moments(&input, &mut moments).unwrap();
            norm.forward(&input, &moments, [&gamma, &beta], None, true, &mut output).unwrap();
            let grads =
                BatchNormGrads { maps: &mut grad_maps, residual: None, gamma: &mut grad_gamma, beta: &mut grad_beta };
            norm.backward(&input, &moments, &gamma, Some(&output), grads).unwrap();
            [moments, output, grad_maps, grad_gamma, grad_beta]
                .map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        })
    };
    assert!(run(1) == run(3), "three threads differ from one");
}

#[test]
fn a_large_mean_drowns_no_variance() {
    let sizes = [4, 1, 16, 16];
    let input: Vec<f32> = values(&sizes, 1).into_iter().map(|value| 1000.0 + value * 0.01).collect();
    let mut moments = [0.0; 2];
    BatchNorm::new(sizes, EPSILON).moments(&input, &mut moments).unwrap();
    let count = input.len() as f64;
    let mean = input.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let variance = input.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count;
    assert!((f64::from(moments[1]) / variance - 1.0).abs() < 1e-4, "{} is not {variance}", moments[1]);
}

#[test]
fn wrong_lengths_are_refused_and_nothing_is_written() {
    let norm = BatchNorm::new([2, 3, 4, 4], EPSILON);
    let (maps, three) = ([1.0; 96], [1.0; 3]);
    let mut moments = [0.0; 6];
    assert!(matches!(norm.moments(&maps[1..], &mut moments), Err(Error::Length { name: "input", .. })));
    assert_eq!(moments, [0.0; 6]);
    let mut output = [7.0; 96];
    let short = norm.forward(&maps, &moments, [&three, &three[1..]], None, false, &mut output);
    assert!(matches!(short, Err(Error::Length { name: "beta", .. })));
    let short = norm.forward(&maps, &moments, [&three, &three], Some(&maps[1..]), false, &mut output);
    assert!(matches!(short, Err(Error::Length { name: "residual", .. })));
    assert_eq!(output, [7.0; 96]);
    let (mut gamma, mut beta) = ([0.0; 3], [0.0; 2]);
    let grads = BatchNormGrads { maps: &mut output, residual: None, gamma: &mut gamma, beta: &mut beta };
    let short = norm.backward(&maps, &moments, &three, None, grads);
    assert!(matches!(short, Err(Error::Length { name: "grad_beta", .. })));
    assert_eq!(output, [7.0; 96]);
}

#[test]
fn an_empty_batch_is_nothing() {
    let norm = BatchNorm::new([0, 3, 4, 4], EPSILON);
    let mut moments = [f32::NAN; 6];
    norm.moments(&[], &mut moments).unwrap();
    assert_eq!(moments, [0.0; 6]);
    norm.forward(&[], &moments, [&[1.0; 3], &[0.0; 3]], None, true, &mut []).unwrap();
}
