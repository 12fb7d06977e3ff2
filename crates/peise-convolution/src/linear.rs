//! Linear layers: products of matrices by the crate `gemm`, without copies of what it can read as it lies.

use crate::shape::{Error, check};
use gemm::{Parallelism, gemm};
use rayon::prelude::*;

/// Multiplications that are worth every thread.
const ENOUGH: usize = 1 << 23;
/// Multiplications that are worth a second thread.
const ENOUGH_FOR_TWO: usize = 1 << 20;

/// Rows of features through a linear layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linear {
    /// R.
    pub rows: usize,
    /// I.
    pub inputs: usize,
    /// O.
    pub outputs: usize,
}

/// A matrix that is read as it lies or transposed.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a [f32],
    size: [usize; 2],
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    fn new(values: &'a [f32], size: [usize; 2]) -> Self {
        assert_eq!(values.len(), size[0] * size[1]);
        Self { values, size, strides: [size[1], 1] }
    }

    /// The first rows, and the others.
    fn split(self, rows: usize) -> (Self, Self) {
        let [all, columns] = self.size;
        let part = |from: usize, to: usize| Self {
            values: &self.values[(from * self.strides[0]).min(self.values.len())..],
            size: [to - from, columns],
            ..self
        };
        (part(0, rows), part(rows, all))
    }

    fn transposed(self) -> Self {
        let swap = |[a, b]: [usize; 2]| [b, a];
        Self { values: self.values, size: swap(self.size), strides: swap(self.strides) }
    }
}

/// `target = left * right`, plus what the target was, if it is to be kept.
fn multiply(left: Matrix, right: Matrix, target: &mut [f32], keep: bool) {
    let ([rows, inner], [_, columns]) = (left.size, right.size);
    if !(ENOUGH_FOR_TWO..ENOUGH).contains(&(rows * inner * columns)) {
        return multiply_at_once(left, right, target, keep);
    }
    let (upper, lower) = left.split(rows / 2);
    let (above, below) = target.split_at_mut(rows / 2 * columns);
    rayon::join(|| multiply_at_once(upper, right, above, keep), || multiply_at_once(lower, right, below, keep));
}

fn multiply_at_once(left: Matrix, right: Matrix, target: &mut [f32], keep: bool) {
    let ([rows, inner], [same, columns]) = (left.size, right.size);
    assert_eq!(inner, same);
    assert_eq!(target.len(), rows * columns);
    if rows * columns == 0 {
        return;
    }
    let stride = |stride: usize| isize::try_from(stride).expect("slices are shorter");
    let last = |matrix: Matrix| (0..2).map(|axis| (matrix.size[axis].max(1) - 1) * matrix.strides[axis]).sum::<usize>();
    assert!(inner == 0 || last(left) < left.values.len() && last(right) < right.values.len());
    // SAFETY: by the assertions every place that the sizes and strides name lies in its slice; the target is not read unless kept,
    // and borrowed exclusively.
    #[allow(unsafe_code, reason = "the interface of gemm")]
    unsafe {
        gemm(
            rows,
            columns,
            inner,
            target.as_mut_ptr(),
            1,
            stride(columns),
            keep,
            left.values.as_ptr(),
            stride(left.strides[1]),
            stride(left.strides[0]),
            right.values.as_ptr(),
            stride(right.strides[1]),
            stride(right.strides[0]),
            1.0,
            1.0,
            false,
            false,
            false,
            if rows * columns * inner < ENOUGH { Parallelism::None } else { Parallelism::Rayon(0) },
        );
    }
}

impl Linear {
    /// Whether each of its products is too small for every thread, but two of them are not for one thread each.
    #[cfg_attr(not(all(feature = "burn", feature = "autodiff")), expect(dead_code))]
    pub(crate) fn two_at_once(&self) -> bool {
        (ENOUGH_FOR_TWO / 2..ENOUGH).contains(&(self.rows * self.inputs * self.outputs))
    }

    /// `output = input * weight + bias`.
    ///
    /// # Shapes
    /// - `input` `[R, I]`, `weight` `[I, O]`, `bias` `[O]`; `output` `[R, O]`, overwritten
    /// # Errors
    /// If a slice has another length than its shape; the output is then untouched.
    pub fn forward(
        &self,
        input: &[f32],
        weight: &[f32],
        bias: Option<&[f32]>,
        output: &mut [f32],
    ) -> Result<(), Error> {
        check("input", input, &[self.rows, self.inputs])?;
        check("weight", weight, &[self.inputs, self.outputs])?;
        check("output", output, &[self.rows, self.outputs])?;
        if let Some(bias) = bias {
            check("bias", bias, &[self.outputs])?;
            output.chunks_exact_mut(self.outputs.max(1)).for_each(|row| row.copy_from_slice(bias));
        }
        multiply(self.rows_of(input, self.inputs), self.weight(weight), output, bias.is_some());
        Ok(())
    }

    /// The gradient of the input.
    ///
    /// # Shapes
    /// - `grad_output` `[R, O]`, `weight` `[I, O]`; `grad_input` `[R, I]`, overwritten
    /// # Errors
    /// If a slice has another length than its shape; the gradient is then untouched.
    pub fn backward_input(&self, grad_output: &[f32], weight: &[f32], grad_input: &mut [f32]) -> Result<(), Error> {
        check("grad_output", grad_output, &[self.rows, self.outputs])?;
        check("weight", weight, &[self.inputs, self.outputs])?;
        check("grad_input", grad_input, &[self.rows, self.inputs])?;
        multiply(self.rows_of(grad_output, self.outputs), self.weight(weight).transposed(), grad_input, false);
        Ok(())
    }

    /// The gradient of the weight.
    ///
    /// # Shapes
    /// - `input` `[R, I]`, `grad_output` `[R, O]`; `grad_weight` `[I, O]`, overwritten
    /// # Errors
    /// If a slice has another length than its shape; the gradient is then untouched.
    pub fn backward_weight(&self, input: &[f32], grad_output: &[f32], grad_weight: &mut [f32]) -> Result<(), Error> {
        check("input", input, &[self.rows, self.inputs])?;
        check("grad_output", grad_output, &[self.rows, self.outputs])?;
        check("grad_weight", grad_weight, &[self.inputs, self.outputs])?;
        let input = self.rows_of(input, self.inputs).transposed();
        multiply(input, self.rows_of(grad_output, self.outputs), grad_weight, false);
        Ok(())
    }

    /// The gradient of the bias: sums over rows.
    ///
    /// # Shapes
    /// - `grad_output` `[R, O]`; `grad_bias` `[O]`, overwritten
    /// # Errors
    /// If a slice has another length than its shape; the gradient is then untouched.
    pub fn backward_bias(&self, grad_output: &[f32], grad_bias: &mut [f32]) -> Result<(), Error> {
        check("grad_output", grad_output, &[self.rows, self.outputs])?;
        check("grad_bias", grad_bias, &[self.outputs])?;
        // Parts follow from the sizes alone, so the sums do not depend on the number of threads.
        const ROWS: usize = 64;
        let parts: Vec<Vec<f32>> = grad_output
            .par_chunks((ROWS * self.outputs).max(1))
            .map(|rows| {
                let mut sums = vec![0.0; self.outputs];
                for row in rows.chunks_exact(self.outputs.max(1)) {
                    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
                sums
            })
            .collect();
        grad_bias.fill(0.0);
        for part in parts {
            grad_bias.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
        }
        Ok(())
    }

    fn rows_of<'a>(&self, values: &'a [f32], width: usize) -> Matrix<'a> {
        Matrix::new(values, [self.rows, width])
    }

    fn weight<'a>(&self, values: &'a [f32]) -> Matrix<'a> {
        Matrix::new(values, [self.inputs, self.outputs])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{assert_close, values};
    use proptest::prelude::*;

    /// `sum_k left[i, k] * right[k, j]`, with any strides.
    fn product(
        left: impl Fn(usize, usize) -> f32,
        right: impl Fn(usize, usize) -> f32,
        [m, k, n]: [usize; 3],
    ) -> Vec<f64> {
        let sum = |i, j| (0..k).map(|at| f64::from(left(i, at)) * f64::from(right(at, j))).sum::<f64>();
        (0..m).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| sum(i, j)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn values_and_gradients_are_sums(rows in 0..90_usize, inputs in 1..40_usize, outputs in 1..40_usize, seed in 0..1000_u64) {
            let layer = Linear { rows, inputs, outputs };
            let (input, weight) = (values(&[rows, inputs], seed), values(&[inputs, outputs], seed + 1));
            let (bias, grad) = (values(&[outputs], seed + 2), values(&[rows, outputs], seed + 3));
            let nan = |len: usize| vec![f32::NAN; len];
            let x = |i: usize, k: usize| input[i * inputs + k];
            let w = |k: usize, j: usize| weight[k * outputs + j];
            let g = |i: usize, j: usize| grad[i * outputs + j];

            let mut output = nan(rows * outputs);
            layer.forward(&input, &weight, None, &mut output).unwrap();
            let mut expected = product(x, w, [rows, inputs, outputs]);
            assert_close("output", &output, &expected);
            layer.forward(&input, &weight, Some(&bias), &mut output).unwrap();
            expected.iter_mut().enumerate().for_each(|(at, value)| *value += f64::from(bias[at % outputs]));
            assert_close("output with bias", &output, &expected);

            let mut grad_input = nan(rows * inputs);
            layer.backward_input(&grad, &weight, &mut grad_input).unwrap();
            assert_close("grad_input", &grad_input, &product(g, |j, k| w(k, j), [rows, outputs, inputs]));
            let mut grad_weight = nan(inputs * outputs);
            layer.backward_weight(&input, &grad, &mut grad_weight).unwrap();
            assert_close("grad_weight", &grad_weight, &product(|k, i| x(i, k), g, [inputs, rows, outputs]));
            let mut grad_bias = nan(outputs);
            layer.backward_bias(&grad, &mut grad_bias).unwrap();
            assert_close("grad_bias", &grad_bias, &product(|_, _| 1.0, g, [1, rows, outputs]));
        }
    }

    #[test]
    fn threads_change_nothing() {
        // Products that all threads share, two share, and one does.
        for [rows, inputs, outputs] in [[700, 600, 96], [129, 192, 96], [60, 96, 96]] {
            let layer = Linear { rows, inputs, outputs };
            let (input, weight) = (values(&[rows, inputs], 1), values(&[inputs, outputs], 2));
            let (bias, grad) = (values(&[outputs], 3), values(&[rows, outputs], 4));
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    let (mut output, mut grad_input) = (vec![0.0; rows * outputs], vec![0.0; rows * inputs]);
                    let (mut grad_weight, mut grad_bias) = (vec![0.0; inputs * outputs], vec![0.0; outputs]);
                    layer.forward(&input, &weight, Some(&bias), &mut output).unwrap();
                    layer.backward_input(&grad, &weight, &mut grad_input).unwrap();
                    layer.backward_weight(&input, &grad, &mut grad_weight).unwrap();
                    layer.backward_bias(&grad, &mut grad_bias).unwrap();
                    [output, grad_input, grad_weight, grad_bias]
                })
            };
            let found = run(1);
            let bits =
                |found: [Vec<f32>; 4]| found.map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>());
            let (x, g) = (|i, k| input[i * inputs + k], |i, j| grad[i * outputs + j]);
            let expected = product(x, |k, j| weight[k * outputs + j], [rows, inputs, outputs]);
            let expected: Vec<f64> =
                expected.iter().enumerate().map(|(at, value)| value + f64::from(bias[at % outputs])).collect();
            assert_close("output", &found[0], &expected);
            let expected = product(g, |j, k| weight[k * outputs + j], [rows, outputs, inputs]);
            assert_close("grad_input", &found[1], &expected);
            assert_close("grad_weight", &found[2], &product(|k, i| x(i, k), g, [inputs, rows, outputs]));
            assert!(bits(found) == bits(run(3)), "three threads differ from one: {layer:?}");
        }
    }

    #[test]
    fn no_rows_and_no_inputs_are_nothing() {
        let mut grad_weight = [f32::NAN; 6];
        Linear { rows: 0, inputs: 2, outputs: 3 }.backward_weight(&[], &[], &mut grad_weight).unwrap();
        assert_eq!(grad_weight, [0.0; 6]);
        let mut output = [f32::NAN; 6];
        Linear { rows: 2, inputs: 0, outputs: 3 }.forward(&[], &[], Some(&[1.0, 2.0, 3.0]), &mut output).unwrap();
        assert_eq!(output, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
        Linear { rows: 2, inputs: 3, outputs: 0 }.backward_bias(&[], &mut []).unwrap();
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let layer = Linear { rows: 2, inputs: 3, outputs: 4 };
        let (input, weight, output) = (vec![0.0; 6], vec![0.0; 12], vec![0.0; 8]);
        let name = |result: Result<(), Error>| match result {
            Err(Error::Length { name, .. }) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(layer.forward(&input[1..], &weight, None, &mut output.clone())), "input");
        assert_eq!(name(layer.forward(&input, &weight[1..], None, &mut output.clone())), "weight");
        assert_eq!(name(layer.forward(&input, &weight, Some(&[0.0; 3]), &mut output.clone())), "bias");
        assert_eq!(name(layer.forward(&input, &weight, None, &mut output.clone()[1..])), "output");
        assert_eq!(name(layer.backward_input(&output[1..], &weight, &mut input.clone())), "grad_output");
        assert_eq!(name(layer.backward_input(&output, &weight, &mut input.clone()[1..])), "grad_input");
        assert_eq!(name(layer.backward_weight(&input, &output, &mut weight.clone()[1..])), "grad_weight");
        assert_eq!(name(layer.backward_bias(&output, &mut [0.0; 3])), "grad_bias");
    }
}
