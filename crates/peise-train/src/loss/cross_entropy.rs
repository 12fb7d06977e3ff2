//! The report's loss: each photo a classification among its listing's labels.

use super::target::Target;
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Bool, Device, Tensor, TensorData};

/// Stands for minus infinity, and stays finite.
const EXCLUDED: f32 = -1.0e9;

/// Mean cross-entropy over the photos that have a label.
///
/// With `double_softmax` the probabilities are taken for scores, as in the report's published run, whose framework's
/// cross-entropy applied its softmax to them again.
///
/// # Shapes
/// - scores `[B, I, L]`; targets: B listings with counts within I and L; returns `[1]`
/// # Panics
/// If a target lies outside its listing's labels, or counts are beyond the scores' (programmer error).
/// # Source
/// The report, section 3.2.
pub fn cross_entropy(scores: Tensor<3>, targets: &[Target], double_softmax: bool) -> Tensor<1> {
    let [batch, images, labels] = scores.dims();
    assert_eq!(batch, targets.len(), "one target per listing");
    let device = scores.device();
    let mut truth = vec![0f32; batch * images * labels];
    let mut count = 0usize;
    for (listing, target) in targets.iter().enumerate() {
        assert!(target.labels.len() <= images && target.label_count <= labels, "counts within the scores");
        for (image, label) in target.labels.iter().enumerate() {
            let Some(label) = *label else { continue };
            assert!(label < target.label_count, "label {label} of {} in listing {listing}", target.label_count);
            truth[(listing * images + image) * labels + label] = 1.0;
            count += 1;
        }
    }
    let padding = padding(targets, [batch, images, labels], &device);
    let mut scores = scores.mask_fill(padding.clone(), EXCLUDED);
    if double_softmax {
        scores = softmax(scores, 2).mask_fill(padding, EXCLUDED);
    }
    let truth = Tensor::<3>::from_data(TensorData::new(truth, [batch, images, labels]), &device);
    -(log_softmax(scores, 2) * truth).sum() / count.max(1) as f64
}

/// `[B, I, L]`, `true` where a label is beyond its listing's.
fn padding(targets: &[Target], shape: [usize; 3], device: &Device) -> Tensor<3, Bool> {
    let [_, images, labels] = shape;
    let mask: Vec<bool> = targets
        .iter()
        .flat_map(|target| (0..images * labels).map(move |at| at % labels >= target.label_count))
        .collect();
    Tensor::from_data(TensorData::new(mask, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mean_over_labelled_photos_and_padding_does_not_count() {
        let device = Device::flex();
        let scores = Tensor::<3>::from_floats([[[1.0, 0.0, 50.0], [0.0, 2.0, 50.0], [9.0, 9.0, 9.0]]], &device);
        let target = Target { labels: vec![Some(0), Some(0), None], label_count: 2 };
        let found = cross_entropy(scores.clone(), std::slice::from_ref(&target), false).into_scalar::<f32>();
        let expected = ((1.0 + (-1f32).exp()).ln() + (1.0 + 2f32.exp()).ln()) / 2.0;
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        // Twice: probabilities p and 1 - p, then a softmax over them.
        let double = cross_entropy(scores, &[target], true).into_scalar::<f32>();
        let p = |score: f32, other: f32| score.exp() / (score.exp() + other.exp());
        let again = |p: f32| (1.0 + (1.0 - 2.0 * p).exp()).ln();
        let expected = (again(p(1.0, 0.0)) + again(p(0.0, 2.0))) / 2.0;
        assert!((double - expected).abs() < 1e-5, "{double} {expected}");
    }

    #[test]
    #[should_panic(expected = "label 2 of 2 in listing 0")]
    fn a_label_outside_its_listing_is_a_programmer_error() {
        let scores = Tensor::<3>::zeros([1, 1, 3], &Device::flex());
        cross_entropy(scores, &[Target { labels: vec![Some(2)], label_count: 2 }], false);
    }
}
