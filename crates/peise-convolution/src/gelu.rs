//! The Gaussian error linear unit, exact to the precision of 32-bit floats.
//!
//! Source: Hendrycks and Gimpel 2016 (arXiv 1606.08415): `x F(x)`, F the standard normal distribution. Its tail by
//! Abramowitz and Stegun 1964, 7.1.26, whose error is below 1.5e-7.

use crate::kernel::{Level, run_at};
use crate::shape::{Error, check};
use rayon::prelude::*;

/// Values that are worth a thread.
const PIECE: usize = 1 << 14;

/// `output = x F(x)` for each value x of the input.
///
/// # Errors
/// If the slices have unlike lengths; the output is then untouched.
pub fn gelu(input: &[f32], output: &mut [f32]) -> Result<(), Error> {
    gelu_at(Level::detect(), input, output)
}

/// The gradient of the input: `grad_output (F(x) + x F'(x))`.
///
/// # Errors
/// If the slices have unlike lengths; the gradient is then untouched.
pub fn backward_gelu(input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) -> Result<(), Error> {
    backward_gelu_at(Level::detect(), input, grad_output, grad_input)
}

fn gelu_at(level: Level, input: &[f32], output: &mut [f32]) -> Result<(), Error> {
    check("output", output, &[input.len()])?;
    input.par_chunks(PIECE).zip(output.par_chunks_mut(PIECE)).for_each(|(input, output)| {
        run_at(level, || {
            for (x, output) in input.iter().zip(output) {
                *output = x * normal(*x).0;
            }
        });
    });
    Ok(())
}

fn backward_gelu_at(level: Level, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) -> Result<(), Error> {
    check("grad_output", grad_output, &[input.len()])?;
    check("grad_input", grad_input, &[input.len()])?;
    let grads = grad_output.par_chunks(PIECE).zip(grad_input.par_chunks_mut(PIECE));
    input.par_chunks(PIECE).zip(grads).for_each(|(input, (grad_output, grad_input))| {
        run_at(level, || {
            for ((x, grad), target) in input.iter().zip(grad_output).zip(grad_input) {
                let (below, density) = normal(*x);
                *target = grad * (below + x * density);
            }
        });
    });
    Ok(())
}

/// The standard normal distribution and its density.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let decay = exp(-z * z);
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = t * (0.254_829_6 + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    let tail = 0.5 * series * decay;
    let inverse_root = 0.398_942_3; // 1 / sqrt(2 pi)
    (if x < 0.0 { tail } else { 1.0 - tail }, inverse_root * decay)
}

/// e to a power of 0 at most, without branches or calls, so that compilers make vectors of it.
#[inline(always)]
fn exp(power: f32) -> f32 {
    // Adding it leaves a whole number in the last bits.
    const SHIFT: f32 = 12_582_912.0;
    let power = if power < -87.0 { -87.0 } else { power };
    let shifted = power * std::f32::consts::LOG2_E + SHIFT;
    let whole = shifted - SHIFT;
    // The part that is left, |rest| <= ln(2) / 2, with ln(2) in two parts.
    let rest = power - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_67 + rest * (0.041_666_67 + rest * (0.008_333_334 + rest * 0.001_388_889)))));
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::levels;

    /// erfc by its continued fraction and series in double precision.
    fn normal_reference(x: f64) -> f64 {
        // Simpson's rule over the density, from 0.
        let steps = 2000;
        let h = x / f64::from(steps);
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let inner: f64 = (1..steps).map(|i| density(f64::from(i) * h) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        0.5 + (density(0.0) + inner + density(x)) * h / 3.0
    }

    #[test]
    fn values_and_gradients_are_the_definitions() {
        let input: Vec<f32> = (-1200..=1200).map(|step| step as f32 / 100.0).collect();
        let grad = vec![2.0_f32; input.len()];
        for level in levels() {
            let (mut output, mut grad_input) = (vec![f32::NAN; input.len()], vec![f32::NAN; input.len()]);
            gelu_at(level, &input, &mut output).unwrap();
            backward_gelu_at(level, &input, &grad, &mut grad_input).unwrap();
            for ((&x, &found), &found_grad) in input.iter().zip(&output).zip(&grad_input) {
                let x = f64::from(x);
                let below = normal_reference(x);
                let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
                let (expected, expected_grad) = (x * below, 2.0 * (below + x * density));
                assert!((f64::from(found) - expected).abs() < 2e-6, "gelu({x}) is {expected}, not {found}");
                let error = (f64::from(found_grad) - expected_grad).abs();
                assert!(error < 2e-6, "gelu'({x}) is {expected_grad} / 2, not {found_grad} / 2");
            }
        }
    }

    #[test]
    fn what_is_no_number_stays_none_and_lengths_must_fit() {
        let mut output = [0.0; 2];
        gelu(&[f32::NAN, 1e30], &mut output).unwrap();
        assert!(output[0].is_nan() && output[1] == 1e30);
        assert!(matches!(gelu(&[1.0], &mut output), Err(Error::Length { name: "output", .. })));
        assert!(matches!(
            backward_gelu(&[1.0; 2], &[1.0], &mut output),
            Err(Error::Length { name: "grad_output", .. })
        ));
        assert!(matches!(backward_gelu(&[1.0], &[1.0], &mut output), Err(Error::Length { name: "grad_input", .. })));
    }
}
