//! The framework's layers, passed through faster: their parameters, names and values, other passes over memory.

use burn::module::Param;
use burn::nn::activation::Activation;
use burn::nn::transformer::{TransformerEncoder, TransformerEncoderLayer};
use burn::nn::{Dropout, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Distribution, Tensor, TensorData};
use peise_convolution::burn::{self as fused, is_ours};
use rayon::prelude::*;

/// What padding gets instead of a score. Finite, so that a row that is all padding stays free of NaN; the least there
/// is, so that no score lies below.
pub(crate) const MASKED: f32 = f32::MIN;

/// A linear layer over the last axis, all others as one: with several, the framework may multiply matrix by matrix, and
/// its gradient of the weight is then one matrix for each, summed afterwards; and it copies every result once more.
///
/// # Shapes
/// - input `[.., in]`; returns `[.., out]`
pub(crate) fn linear<const D: usize>(layer: &Linear, input: Tensor<D>) -> Tensor<D> {
    let mut shape = input.dims();
    let rows = input.reshape([-1, shape[D - 1] as i64]);
    let output = fused::linear(rows, layer.weight.val(), layer.bias.as_ref().map(Param::val));
    shape[D - 1] = output.dims()[1];
    output.reshape(shape)
}

/// Dropout; what is dropped is drawn here, on the CPU: the framework draws a number of a cipher for each value.
pub(crate) fn dropout<const D: usize>(layer: &Dropout, input: Tensor<D>) -> Tensor<D> {
    let device = input.device();
    if layer.prob == 0.0 || !layer.training.is_enabled() || !device.is_autodiff() || !is_ours(&input) {
        return layer.forward(input);
    }
    let shape = input.dims();
    // Two numbers of the device's own generator, so that whoever seeds it decides what is dropped.
    let drawn: Vec<f32> = Tensor::<1>::random([2], Distribution::Uniform(0.0, 1.0), &device)
        .into_data()
        .try_into_vec()
        .expect("values of a device whose floats are the input's, 32 bits");
    let seed = drawn.iter().fold(0, |seed, &value| seed << 32 | u64::from(value.to_bits()));
    let mask = TensorData::new(dropped(seed, shape.iter().product(), layer.prob), shape);
    input * Tensor::from_data(mask, &device)
}

/// For each value 0 with this probability (to a 65,536th), else what makes up for it.
fn dropped(seed: u64, len: usize, probability: f64) -> Vec<f32> {
    let least = (probability * 65_536.0).round() as u64;
    let kept = (1.0 / (1.0 - probability)) as f32;
    let mut mask = vec![0.0; len];
    // Steele et al. 2014, "Fast splittable pseudorandom number generators": SplitMix64, four values of each number.
    mask.par_chunks_mut(1 << 14).enumerate().for_each(|(chunk, mask)| {
        for (index, four) in mask.chunks_mut(4).enumerate() {
            let place = (chunk << 12 | index) as u64;
            let mut number = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            number ^= number >> 31;
            for (part, value) in four.iter_mut().enumerate() {
                *value = if number >> (16 * part) & 0xFFFF < least { 0.0 } else { kept };
            }
        }
    });
    mask
}

/// A pre-norm transformer encoder, padding masked by [`MASKED`] (Vaswani et al. 2017, arXiv 1706.03762; Xiong et al. 2020, arXiv 2002.04745).
///
/// # Shapes
/// - input `[N, T, W]`, mask `[N, T]`, `true` = padding; returns `[N, T, W]`
/// # Panics
/// If it is not pre-norm, or has another activation than exact GELU, or the quiet softmax (programmer error).
pub(crate) fn transformer(layers: &TransformerEncoder, input: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<3> {
    assert!(layers.norm_first && !layers.quiet_softmax, "what is computed here is pre-norm with the usual softmax");
    let gelu =
        |layer: &TransformerEncoderLayer| matches!(&layer.pwff.activation, Activation::Gelu(gelu) if !gelu.approximate);
    assert!(layers.layers.iter().all(gelu), "what is computed here has exact GELU");
    layers.layers.iter().fold(input, |states, layer| transformer_layer(layer, states, mask.clone()))
}

fn transformer_layer(layer: &TransformerEncoderLayer, states: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<3> {
    let [batch, length, width] = states.dims();
    let attention = &layer.mha;
    let normalised = layer.norm_2.forward(states.clone());
    let split = |layer: &Linear| {
        let projected = linear(layer, normalised.clone());
        projected.reshape([batch, length, attention.n_heads, attention.d_k]).swap_dims(1, 2)
    };
    let scores = split(&attention.query).matmul(split(&attention.key).transpose()) / (attention.d_k as f64).sqrt();
    let mask = mask.reshape([batch, 1, 1, length]).expand([batch, attention.n_heads, length, length]);
    let weights = dropout(&attention.dropout, softmax(scores.mask_fill(mask, MASKED), 3));
    let context = weights.matmul(split(&attention.value)).swap_dims(1, 2).reshape([batch, length, width]);
    let states = states + dropout(&layer.dropout, linear(&attention.output, context));
    let hidden = fused::gelu(linear(&layer.pwff.linear_inner, layer.norm_1.forward(states.clone())));
    let hidden = linear(&layer.pwff.linear_outer, dropout(&layer.pwff.dropout, hidden));
    states + dropout(&layer.dropout, hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::transformer::{TransformerEncoderConfig, TransformerEncoderInput};
    use burn::nn::{DropoutConfig, LinearConfig};
    use burn::tensor::Device;

    fn largest<const D: usize>(difference: Tensor<D>) -> f32 {
        difference.abs().max().into_scalar::<f32>()
    }

    fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
    }

    #[test]
    fn values_and_gradients_are_the_frameworks() {
        let device = Device::flex().autodiff();
        let layer = LinearConfig::new(6, 5).init(&device);
        let input = random([3, 32, 6], &device).require_grad();
        let run = |output: Tensor<3>| {
            let grads = output.clone().sin().sum().backward();
            (output.inner(), input.grad(&grads).unwrap(), layer.weight.grad(&grads).unwrap())
        };
        let (found, expected) = (run(linear(&layer, input.clone())), run(layer.forward(input.clone())));
        assert!(largest(found.0 - expected.0) < 1e-5);
        assert!(largest(found.1 - expected.1) < 1e-5);
        assert!(largest(found.2 - expected.2) < 1e-4);

        let device = Device::flex();
        let layers = TransformerEncoderConfig::new(16, 64, 4, 2).with_norm_first(true).init(&device);
        let input = random([3, 5, 16], &device);
        let mask = Tensor::<2, Bool>::from_data([[false; 5], [false, false, true, true, true], [false; 5]], &device);
        let found = transformer(&layers, input.clone(), mask.clone());
        let expected = layers.forward(TransformerEncoderInput::new(input).mask_pad(mask));
        assert!(largest(found - expected) < 1e-5);
    }

    #[test]
    fn dropout_drops_its_share_and_keeps_the_mean() {
        let device = Device::flex().autodiff();
        let ones = Tensor::<2>::ones([300, 401], &device).require_grad();
        for probability in [0.1, 0.5] {
            let layer = DropoutConfig::new(probability).init();
            let draw = |seed| {
                device.seed(seed);
                dropout(&layer, ones.clone())
            };
            let output = draw(1);
            let values: Vec<f32> = output.clone().into_data().try_into_vec().unwrap();
            let kept = (1.0 / (1.0 - probability)) as f32;
            assert!(values.iter().all(|&value| value == 0.0 || value == kept));
            let share = values.iter().filter(|&&value| value == 0.0).count() as f64 / values.len() as f64;
            // Four standard deviations.
            let deviation = (probability * (1.0 - probability) / values.len() as f64).sqrt();
            assert!((share - probability).abs() < 4.0 * deviation, "{share}, not {probability}");
            // Neighbours are dropped independently.
            let both = values.windows(2).filter(|pair| pair[0] == 0.0 && pair[1] == 0.0).count() as f64;
            assert!((both / values.len() as f64 - probability * probability).abs() < 0.005);
            let grad = ones.grad(&output.sum().backward()).unwrap();
            assert_eq!(grad.into_data().try_into_vec::<f32>().unwrap(), values);
            assert_eq!(draw(1).into_data().try_into_vec::<f32>().unwrap(), values, "the seed decides");
            assert_ne!(draw(2).into_data().try_into_vec::<f32>().unwrap(), values);
        }
    }

    #[test]
    fn nothing_is_dropped_without_training() {
        let layer = DropoutConfig::new(0.5).init();
        let input = random([4, 4], &Device::flex());
        assert_eq!(largest(dropout(&layer, input.clone()) - input), 0.0);
    }
}
