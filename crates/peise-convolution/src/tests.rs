//! Every operation at every level against sums written out.

use crate::backward_data::backward_data_at;
use crate::backward_weight::backward_weight_at;
use crate::forward::forward_at;
use crate::kernel::Level;
use crate::{Epilogue, Error, Shape, backward_bias, backward_data, backward_weight, forward};
use proptest::prelude::*;

/// All three operations in `f64`, each product once.
struct Reference {
    output: Vec<f64>,
    grad_input: Vec<f64>,
    grad_weight: Vec<f64>,
}

fn reference(shape: &Shape, input: &[f32], weight: &[f32], grad_output: &[f32]) -> Reference {
    let zeros = |sizes: [usize; 4]| vec![0.0; sizes.iter().product()];
    let mut result = Reference {
        output: zeros(shape.output_size()),
        grad_input: zeros(shape.input_size()),
        grad_weight: zeros(shape.weight_size()),
    };
    let [batch, in_channels, height, width] = shape.input_size();
    let [_, out_channels, out_height, out_width] = shape.output_size();
    let [kernel_height, kernel_width] = shape.kernel;
    let ranges = [batch, out_channels, out_height, out_width, in_channels, kernel_height, kernel_width];
    for mut index in 0..ranges.iter().product::<usize>() {
        let mut places = [0; 7];
        for (place, range) in places.iter_mut().zip(ranges).rev() {
            *place = index % range;
            index /= range;
        }
        let [n, o, y, x, c, ky, kx] = places;
        let source_y = (y * shape.stride[0] + ky).checked_sub(shape.padding[0]).filter(|&y| y < height);
        let source_x = (x * shape.stride[1] + kx).checked_sub(shape.padding[1]).filter(|&x| x < width);
        let (Some(source_y), Some(source_x)) = (source_y, source_x) else { continue };
        let at_input = ((n * in_channels + c) * height + source_y) * width + source_x;
        let at_weight = ((o * in_channels + c) * kernel_height + ky) * kernel_width + kx;
        let at_output = ((n * out_channels + o) * out_height + y) * out_width + x;
        result.output[at_output] += f64::from(input[at_input]) * f64::from(weight[at_weight]);
        result.grad_input[at_input] += f64::from(grad_output[at_output]) * f64::from(weight[at_weight]);
        result.grad_weight[at_weight] += f64::from(grad_output[at_output]) * f64::from(input[at_input]);
    }
    result
}

/// Numbers in -1..1 that look random, the same every time.
pub(crate) fn values(sizes: &[usize], seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..sizes.iter().product()).map(|_| next()).collect()
}

/// Values that an operation must overwrite.
fn unset(sizes: [usize; 4]) -> Vec<f32> {
    vec![f32::NAN; sizes.iter().product()]
}

pub(crate) fn assert_close(name: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1.0, |scale: f64, value| scale.max(value.abs()));
    for (index, (&found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(found) - expected).abs() / scale;
        assert!(error < 1e-4, "{name}[{index}]: {found}, not {expected}");
    }
}

pub(crate) fn levels() -> impl Iterator<Item = Level> {
    [Level::Portable, Level::Avx2, Level::Avx512].into_iter().filter(|level| level.is_available())
}

fn check_all(shape: &Shape, seed: u64) {
    let input = values(&shape.input_size(), seed);
    let weight = values(&shape.weight_size(), seed + 1);
    let grad_output = values(&shape.output_size(), seed + 2);
    let expected = reference(shape, &input, &weight, &grad_output);
    for level in levels() {
        let mut output = unset(shape.output_size());
        forward_at(level, shape, &input, &weight, None, Epilogue::default(), &mut output).unwrap();
        assert_close("output", &output, &expected.output);
        let mut grad_input = unset(shape.input_size());
        backward_data_at(level, shape, &grad_output, &weight, &mut grad_input).unwrap();
        assert_close("grad_input", &grad_input, &expected.grad_input);
        let mut grad_weight = unset(shape.weight_size());
        backward_weight_at(level, shape, &input, &grad_output, &mut grad_weight).unwrap();
        assert_close("grad_weight", &grad_weight, &expected.grad_weight);
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let sizes = (1..=5_usize, 1..=30_usize, [1..=17_usize, 1..=17], 1..=30_usize, [1..=5_usize, 1..=5]);
    let steps = ([1..=3_usize, 1..=3], [0..=2_usize, 0..=2]);
    (sizes, steps).prop_filter_map("a kernel that fits", |((n, c, [h, w], o, kernel), (stride, padding))| {
        Shape::new([n, c, h, w], [o, c, kernel[0], kernel[1]], stride, padding).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_is_what_it_should_be(shape in shapes(), seed in 0..1000_u64) {
        check_all(&shape, seed);
    }

    #[test]
    fn the_epilogue_is_what_it_should_be(shape in shapes(), seed in 0..1000_u64, has in any::<[bool; 3]>()) {
        let input = values(&shape.input_size(), seed);
        let weight = values(&shape.weight_size(), seed + 1);
        let residual = values(&shape.output_size(), seed + 2);
        let bias = values(&[shape.out_channels], seed + 3);
        let mut expected = reference(&shape, &input, &weight, &residual).output;
        for (index, value) in expected.iter_mut().enumerate() {
            *value += if has[0] { f64::from(bias[index / shape.out_pixels() % shape.out_channels]) } else { 0.0 };
            *value += if has[1] { f64::from(residual[index]) } else { 0.0 };
            *value = if has[2] { value.max(0.0) } else { *value };
        }
        let epilogue = Epilogue { residual: has[1].then_some(&residual[..]), relu: has[2] };
        for level in levels() {
            let mut output = unset(shape.output_size());
            forward_at(level, &shape, &input, &weight, has[0].then_some(&bias[..]), epilogue, &mut output).unwrap();
            assert_close("output", &output, &expected);
        }
    }

    #[test]
    fn the_bias_gradient_is_a_sum(shape in shapes(), seed in 0..1000_u64) {
        let grad_output = values(&shape.output_size(), seed);
        let mut expected = vec![0.0; shape.out_channels];
        for (index, value) in grad_output.iter().enumerate() {
            expected[index / shape.out_pixels() % shape.out_channels] += f64::from(*value);
        }
        let mut grad_bias = vec![f32::NAN; shape.out_channels];
        backward_bias(&shape, &grad_output, &mut grad_bias).unwrap();
        assert_close("grad_bias", &grad_bias, &expected);
    }
}

#[test]
fn many_channels_and_images_are_split_and_joined() {
    let of = |n, c, side, o, kernel, stride| {
        Shape::new([n, c, side, side], [o, c, kernel, kernel], [stride, stride], [kernel / 2, kernel / 2]).unwrap()
    };
    for shape in [of(19, 96, 8, 100, 3, 2), of(40, 30, 4, 60, 3, 1), of(3, 8, 40, 50, 3, 1), of(2, 70, 9, 65, 1, 2)] {
        check_all(&shape, 7);
    }
}

#[test]
fn threads_change_nothing() {
    for (kernel, stride) in [(3, 1), (3, 2), (1, 2)] {
        let padding = [kernel / 2; 2];
        let shape = Shape::new([37, 20, 12, 12], [50, 20, kernel, kernel], [stride; 2], padding).unwrap();
        let input = values(&shape.input_size(), 1);
        let weight = values(&shape.weight_size(), 2);
        let grad_output = values(&shape.output_size(), 3);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let (mut output, mut grad_input) = (unset(shape.output_size()), unset(shape.input_size()));
                let (mut grad_weight, mut grad_bias) = (unset(shape.weight_size()), vec![0.0; shape.out_channels]);
                forward(&shape, &input, &weight, None, Epilogue::default(), &mut output).unwrap();
                backward_data(&shape, &grad_output, &weight, &mut grad_input).unwrap();
                backward_weight(&shape, &input, &grad_output, &mut grad_weight).unwrap();
                backward_bias(&shape, &grad_output, &mut grad_bias).unwrap();
                [output, grad_input, grad_weight, grad_bias]
                    .map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
            })
        };
        let one = run(1);
        for threads in [2, 3, 8] {
            assert!(run(threads) == one, "{threads} threads differ from one");
        }
    }
}

#[test]
fn wrong_lengths_are_refused() {
    let shape = Shape::new([2, 3, 5, 5], [4, 3, 3, 3], [1, 1], [1, 1]).unwrap();
    let (input, weight, output) = (vec![0.0; 150], vec![0.0; 108], vec![0.0; 200]);
    let none = Epilogue::default();
    let refused = |result: Result<(), Error>, name: &str| match result {
        Err(Error::Length { name: found, .. }) => assert_eq!(found, name),
        other => panic!("{name}: {other:?}"),
    };
    refused(forward(&shape, &input[1..], &weight, None, none, &mut output.clone()), "input");
    refused(forward(&shape, &input, &weight[1..], None, none, &mut output.clone()), "weight");
    refused(forward(&shape, &input, &weight, None, none, &mut output.clone()[1..]), "output");
    refused(forward(&shape, &input, &weight, Some(&[0.0; 3]), none, &mut output.clone()), "bias");
    let short = Epilogue { residual: Some(&output[1..]), relu: false };
    refused(forward(&shape, &input, &weight, None, short, &mut output.clone()), "residual");
    refused(backward_data(&shape, &output[1..], &weight, &mut input.clone()), "grad_output");
    refused(backward_data(&shape, &output, &weight[1..], &mut input.clone()), "weight");
    refused(backward_data(&shape, &output, &weight, &mut input.clone()[1..]), "grad_input");
    refused(backward_weight(&shape, &input[1..], &output, &mut weight.clone()), "input");
    refused(backward_weight(&shape, &input, &output[1..], &mut weight.clone()), "grad_output");
    refused(backward_weight(&shape, &input, &output, &mut weight.clone()[1..]), "grad_weight");
    refused(backward_bias(&shape, &output[1..], &mut [0.0; 4]), "grad_output");
    refused(backward_bias(&shape, &output, &mut [0.0; 5]), "grad_bias");
}

#[test]
fn sizes_that_make_no_convolution_are_refused() {
    let refused = |input, weight, stride, padding| assert!(Shape::new(input, weight, stride, padding).is_err());
    refused([1, 3, 5, 5], [4, 2, 3, 3], [1, 1], [1, 1]);
    refused([1, 3, 5, 5], [4, 3, 6, 3], [1, 1], [0, 0]);
    refused([1, 3, 5, 5], [4, 3, 3, 3], [0, 1], [0, 0]);
    refused([1, 0, 5, 5], [4, 0, 3, 3], [1, 1], [0, 0]);
    refused([1, 3, 5, 5], [4, 3, 3, 3], [1, 1], [usize::MAX, 0]);
    refused([usize::MAX, 3, 5, 5], [4, 3, 3, 3], [1, 1], [0, 0]);
    let shape = Shape::new([0, 3, 5, 4], [4, 3, 3, 2], [2, 1], [1, 0]).unwrap();
    assert_eq!(shape.output_size(), [0, 4, 3, 3]);
    let mut grad_weight = vec![f32::NAN; 72];
    forward(&shape, &[], &[0.0; 72], None, Epilogue::default(), &mut []).unwrap();
    backward_data(&shape, &[], &[0.0; 72], &mut []).unwrap();
    backward_weight(&shape, &[], &[], &mut grad_weight).unwrap();
    assert!(grad_weight.iter().all(|&value| value == 0.0), "an empty batch has no gradient");
}
