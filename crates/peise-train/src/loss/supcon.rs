//! Supervised contrastive learning of photo features.
//!
//! Source: Khosla et al. 2020, "Supervised Contrastive Learning" (arXiv 2004.11362), equations 2 and 3; the report,
//! section 3.1.2. Classes are (listing, label).

use burn::tensor::{Bool, Tensor, TensorData};

/// Stands for minus infinity, and stays finite.
const EXCLUDED: f32 = -1.0e9;

/// Where the mean over positives stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupconForm {
    /// Outside the logarithm: L_out.
    Out,
    /// Inside: L_in.
    In,
}

/// A SupCon loss.
#[derive(Debug)]
pub struct Supcon {
    /// The sum over anchors, `[1]`.
    pub sum: Tensor<1>,
    /// Anchors that have a positive; the others are left out.
    pub anchors: usize,
}

/// SupCon of features, which are L2-normalised here.
///
/// Every row's largest logit is taken off before the exponential, so no temperature overflows.
///
/// # Shapes
/// - features `[N, D]`; classes: N numbers, equal for photos of one class
/// # Panics
/// If there are not N classes (programmer error).
/// # Source
/// The module's; both forms literally, the sum over anchors.
pub fn supcon(features: Tensor<2>, classes: &[usize], temperature: f64, form: SupconForm) -> Supcon {
    let [count, _] = features.dims();
    assert_eq!(count, classes.len(), "one class per row");
    let device = features.device();
    let pair = |wanted: &dyn Fn(usize, usize) -> bool| -> Vec<bool> {
        (0..count * count).map(|at| wanted(at / count, at % count)).collect()
    };
    let positive = pair(&|i, j| i != j && classes[i] == classes[j]);
    let positives: Vec<usize> =
        positive.chunks(count.max(1)).map(|row| row.iter().filter(|&&positive| positive).count()).collect();
    let anchors = positives.iter().filter(|&&count| count > 0).count();
    let bools = |values: Vec<bool>| Tensor::<2, Bool>::from_data(TensorData::new(values, [count, count]), &device);
    let column = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, [count, 1]), &device);

    let norm = (features.clone().square().sum_dim(1) + 1e-12).sqrt();
    let unit = features / norm;
    let logits = unit.clone().matmul(unit.transpose()) / temperature;
    let logits = logits.mask_fill(bools(pair(&|i, j| i == j)), EXCLUDED);
    let all = log_sum_exp(logits.clone());
    let weight = positives.iter().map(|&count| if count > 0 { 1.0 } else { 0.0 }).collect();
    let mean = match form {
        SupconForm::Out => {
            let share: Vec<f32> = positive
                .iter()
                .enumerate()
                .map(|(at, &positive)| if positive { 1.0 / positives[at / count] as f32 } else { 0.0 })
                .collect();
            let share = Tensor::<2>::from_data(TensorData::new(share, [count, count]), &device);
            (logits * share).sum_dim(1)
        }
        SupconForm::In => {
            // A row without positives takes all pairs, so that it stays finite; its weight is zero.
            let excluded = positive.iter().enumerate().map(|(at, &positive)| !positive && positives[at / count] > 0);
            let among = logits.mask_fill(bools(excluded.collect()), EXCLUDED);
            let logs = positives.iter().map(|&count| (count.max(1) as f32).ln()).collect();
            log_sum_exp(among) - column(logs)
        }
    };
    Supcon { sum: ((all - mean) * column(weight)).sum(), anchors }
}

/// `[N, M]` to `[N, 1]`.
pub(super) fn log_sum_exp(values: Tensor<2>) -> Tensor<2> {
    let largest = values.clone().detach().max_dim(1);
    (values - largest.clone()).exp().sum_dim(1).log() + largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    /// The formulas as they are written, in two loops.
    fn literally(z: &[Vec<f64>], classes: &[usize], temperature: f64, form: SupconForm) -> f64 {
        let norm = |z: &Vec<f64>| z.iter().map(|value| value * value).sum::<f64>().sqrt();
        let dot = |a: &Vec<f64>, b: &Vec<f64>| {
            a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / norm(a) / norm(b) / temperature
        };
        let mut total = 0.0;
        for i in 0..z.len() {
            let others: Vec<usize> = (0..z.len()).filter(|&a| a != i).collect();
            let positives: Vec<usize> = others.iter().copied().filter(|&p| classes[p] == classes[i]).collect();
            if positives.is_empty() {
                continue;
            }
            let denominator: f64 = others.iter().map(|&a| dot(&z[i], &z[a]).exp()).sum();
            let terms = positives.iter().map(|&p| dot(&z[i], &z[p]).exp() / denominator);
            total += match form {
                SupconForm::Out => -terms.map(f64::ln).sum::<f64>() / positives.len() as f64,
                SupconForm::In => -(terms.sum::<f64>() / positives.len() as f64).ln(),
            };
        }
        total
    }

    #[test]
    fn it_equals_the_formulas_written_out() {
        let device = Device::flex();
        for (classes, temperature) in [
            (vec![0, 0, 1, 1, 1, 2, 0], 0.1),
            (vec![3, 3, 3, 3, 3, 3, 3], 0.5),
            (vec![0, 1, 2, 3, 4, 5, 6], 0.1),
            (vec![0, 1, 0, 1, 0, 1, 9], 0.01),
        ] {
            for form in [SupconForm::Out, SupconForm::In] {
                let z = Tensor::<2>::random([7, 5], Distribution::Normal(0.0, 3.0), &device);
                let values: Vec<f64> = z.to_data().iter::<f64>().collect();
                let rows: Vec<Vec<f64>> = values.chunks(5).map(<[f64]>::to_vec).collect();
                let found = supcon(z, &classes, temperature, form);
                let expected = literally(&rows, &classes, temperature, form);
                let value = f64::from(found.sum.into_scalar::<f32>());
                let tolerance = 1e-4 * expected.abs().max(1.0);
                assert!((value - expected).abs() < tolerance, "{form:?} {classes:?}: {value} {expected}");
                let with_positive = |i: usize| classes.iter().filter(|&&class| class == classes[i]).count() > 1;
                assert_eq!(found.anchors, (0..7).filter(|&i| with_positive(i)).count());
            }
        }
    }

    #[test]
    fn extreme_features_stay_finite_and_lone_anchors_have_no_gradient() {
        let device = Device::flex().autodiff();
        for form in [SupconForm::Out, SupconForm::In] {
            let z = Tensor::<2>::from_floats([[1e4, 0.0], [1e4, 1.0], [-1e4, 3.0], [0.0, 0.0]], &device).require_grad();
            let lone = supcon(z.clone(), &[0, 1, 2, 3], 1e-3, form);
            assert_eq!(lone.anchors, 0);
            let gradient = z.grad(&lone.sum.backward()).expect("tracked");
            assert_eq!(gradient.abs().max().into_scalar::<f32>(), 0.0);
            let loss = supcon(z.clone(), &[0, 1, 0, 1], 1e-3, form);
            assert!(loss.sum.clone().into_scalar::<f32>().is_finite());
            let gradient = z.grad(&loss.sum.backward()).expect("tracked").abs().max().into_scalar::<f32>();
            assert!(gradient.is_finite());
        }
    }
}
