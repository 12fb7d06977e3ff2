//! The training losses.
//!
//! Structured likelihood: the probability of a listing's true assignment under the soft cover rule,
//! `P(a) = exp(sum_i s(i, a_i) + r |covered(a)|) / Z`, the same programme that decodes. The gradient
//! of `log Z` with respect to a score is the marginal, so the loss is computed outside the graph
//! and its gradient handed in: `d(-log P)/ds = marginal - truth`, `d(-log P)/dr = E|covered| - |covered(truth)|`.

mod cross_entropy;
mod supcon;
mod target;

pub use cross_entropy::cross_entropy;
pub use supcon::{Supcon, SupconForm, supcon};
pub use target::Target;

use burn::tensor::{Tensor, TensorData};
use peise::listing::Scores;
use peise::matcher::decode::{NonePolicy, Rule, RuleError, log_weight, marginals};
use peise_data::dataset::Relation;
use rayon::prelude::*;
use supcon::log_sum_exp;

/// A loss with a gradient.
pub struct Structured {
    /// Its value equals nothing of interest; its gradient is that of the mean loss per image.
    pub surrogate: Tensor<1>,
    /// Mean negative log-likelihood per image.
    pub value: f64,
}

/// Structured likelihood of a batch of listings.
///
/// # Shapes
/// - scores `[B, I, L]`, none `[B, I]`, reward `[1]`; targets: B listings with counts within I and L
/// # Errors
/// If a score is not finite.
pub fn structured(
    scores: Tensor<3>,
    none: Tensor<2>,
    reward: Tensor<1>,
    targets: &[Target],
) -> Result<Structured, RuleError> {
    let [batch, images, labels] = scores.dims();
    let device = scores.device();
    let values = to_vec(scores.clone().into_data());
    let none_values = to_vec(none.clone().into_data());
    let reward_value = f64::from(reward.clone().into_scalar::<f32>());

    struct ListingLoss {
        loss: f64,
        gradient: Vec<f32>,
        reward: f64,
    }
    let losses = targets
        .par_iter()
        .enumerate()
        .map(|(listing, target)| {
            let count = target.labels.len();
            let row = |image: usize| &values[(listing * images + image) * labels..][..target.label_count];
            let table: Vec<f32> = (0..count).flat_map(|image| row(image).iter().copied()).collect();
            let nones = none_values[listing * images..][..count].to_vec();
            let table = Scores::new(count, target.label_count, table, nones);
            let found = marginals(&table, Rule::Reserve, NonePolicy::Allow, reward_value)?;
            let covered: std::collections::BTreeSet<usize> = target.labels.iter().flatten().copied().collect();
            let mut gradient: Vec<f32> = found.values.iter().map(|&p| p as f32).collect();
            for (image, truth) in target.labels.iter().enumerate() {
                gradient[image * (target.label_count + 1) + truth.unwrap_or(target.label_count)] -= 1.0;
            }
            Ok(ListingLoss {
                loss: found.log_partition - log_weight(&table, &target.labels, reward_value),
                gradient,
                reward: found.expected_covered - covered.len() as f64,
            })
        })
        .collect::<Result<Vec<ListingLoss>, RuleError>>()?;

    let total: usize = targets.iter().map(|target| target.labels.len()).sum();
    let scale = 1.0 / total.max(1) as f32;
    let mut score_gradient = vec![0f32; batch * images * labels];
    let mut none_gradient = vec![0f32; batch * images];
    for (listing, (one, target)) in losses.iter().zip(targets).enumerate() {
        for (image, row) in one.gradient.chunks(target.label_count + 1).enumerate() {
            let at = listing * images + image;
            for (label, value) in row[..target.label_count].iter().enumerate() {
                score_gradient[at * labels + label] = value * scale;
            }
            none_gradient[at] = row[target.label_count] * scale;
        }
    }
    let reward_gradient = losses.iter().map(|one| one.reward).sum::<f64>() as f32 * scale;
    let score_gradient = Tensor::<3>::from_data(TensorData::new(score_gradient, [batch, images, labels]), &device);
    let none_gradient = Tensor::<2>::from_data(TensorData::new(none_gradient, [batch, images]), &device);
    let surrogate = (scores * score_gradient).sum() + (none * none_gradient).sum() + reward * reward_gradient;
    Ok(Structured { surrogate, value: losses.iter().map(|one| one.loss).sum::<f64>() * f64::from(scale) })
}

/// Image-text contrast across the batch, with several positives and doubtful pairs left out.
///
/// Source: SupCon (Khosla et al. 2020, arXiv 2004.11362), L_in, between photos (anchors) and labels:
/// `-log( sum_{positives} exp(z.t / tau) / sum_{positives, negatives} exp(z.t / tau) )`, z and t
/// L2-normalised. Photos without a positive are left out.
///
/// # Shapes
/// - images `[N, D]`, labels `[M, D]`; relations row-major `[N, M]`; returns `[1]`, the mean
pub fn contrast(images: Tensor<2>, labels: Tensor<2>, relations: &[Relation], temperature: f64) -> Tensor<1> {
    let device = images.device();
    let [rows, _] = images.dims();
    let [columns, _] = labels.dims();
    let unit = |x: Tensor<2>| x.clone() / (x.square().sum_dim(1) + 1e-12).sqrt();
    let logits = unit(images).matmul(unit(labels).transpose()) / temperature;
    let kept: Vec<f32> =
        relations.chunks(columns).map(|row| if row.contains(&Relation::Positive) { 1.0 } else { 0.0 }).collect();
    let count = kept.iter().sum::<f32>().max(1.0);
    // Where a row is left out every pair counts as positive, so that its loss is exactly zero.
    let bias = |wanted: &dyn Fn(Relation) -> bool| {
        let values: Vec<f32> = relations
            .iter()
            .enumerate()
            .map(|(at, &relation)| if wanted(relation) || kept[at / columns] == 0.0 { 0.0 } else { -1.0e4 })
            .collect();
        Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), &device)
    };
    let positive = log_sum_exp(logits.clone() + bias(&|relation| relation == Relation::Positive));
    let all = log_sum_exp(logits + bias(&|relation| relation != Relation::Ignored));
    (all - positive).sum() / count
}

pub(crate) fn to_vec(data: TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let device = Device::flex().autodiff();
        let plain = Device::flex();
        let targets = [
            Target { labels: vec![Some(0), Some(1), None], label_count: 2 },
            Target { labels: vec![Some(2), Some(2), Some(0), Some(1)], label_count: 3 },
        ];
        let scores = Tensor::<3>::random([2, 4, 3], Distribution::Normal(0.0, 2.0), &plain);
        let none = Tensor::<2>::random([2, 4], Distribution::Default, &plain);
        let value = |scores: Tensor<3>, none: Tensor<2>, reward: f32| {
            structured(scores, none, Tensor::from_floats([reward], &plain), &targets).expect("finite").value
        };
        let tracked = Tensor::<3>::from_data(scores.to_data(), &device).require_grad();
        let tracked_none = Tensor::<2>::from_data(none.to_data(), &device).require_grad();
        let reward = Tensor::<1>::from_floats([0.7], &device).require_grad();
        let loss = structured(tracked.clone(), tracked_none.clone(), reward.clone(), &targets).expect("finite");
        let gradients = loss.surrogate.backward();
        let gradient = to_vec(tracked.grad(&gradients).expect("tracked").into_data());
        let none_gradient = to_vec(tracked_none.grad(&gradients).expect("tracked").into_data());
        let base = to_vec(scores.to_data());
        for (at, expected) in gradient.iter().enumerate() {
            let moved = |step: f32| {
                let mut values = base.clone();
                values[at] += step;
                value(Tensor::from_data(TensorData::new(values, [2, 4, 3]), &plain), none.clone(), 0.7)
            };
            let slope = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!((slope - f64::from(*expected)).abs() < 1e-3, "{at}: {slope} {expected}");
        }
        let base_none = to_vec(none.to_data());
        for (at, expected) in none_gradient.iter().enumerate() {
            let moved = |step: f32| {
                let mut values = base_none.clone();
                values[at] += step;
                value(scores.clone(), Tensor::from_data(TensorData::new(values, [2, 4]), &plain), 0.7)
            };
            let slope = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!((slope - f64::from(*expected)).abs() < 1e-3, "{at}: {slope} {expected}");
        }
        let slope = (value(scores.clone(), none.clone(), 0.71) - value(scores, none, 0.69)) / 0.02;
        let expected = reward.grad(&gradients).expect("tracked").into_scalar::<f32>();
        assert!((slope - f64::from(expected)).abs() < 1e-3, "{slope} {expected}");
    }

    #[test]
    fn contrast_matches_a_hand_computed_case() {
        let device = Device::flex();
        let images = Tensor::<2>::from_floats([[2.0, 0.0], [0.0, 3.0], [1.0, 0.0]], &device);
        let labels = Tensor::<2>::from_floats([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], &device);
        use Relation::{Ignored, Negative, Positive};
        let relations = [Positive, Negative, Ignored, Negative, Positive, Negative, Ignored, Negative, Ignored];
        let loss = contrast(images, labels, &relations, 0.5).into_scalar::<f32>();
        // First: log(e^2 + 1) - 2; second: log(1 + e^2 + 1) - 2; third has no positive.
        let e2 = 2f32.exp();
        let expected = (((e2 + 1.0).ln() - 2.0) + ((e2 + 2.0).ln() - 2.0)) / 2.0;
        assert!((loss - expected).abs() < 1e-5, "{loss} {expected}");
    }
}
