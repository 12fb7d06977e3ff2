//! Scores the places of a photo against the characters of a label, so that each part of a label can match its own
//! place.
//!
//! Source: the late interaction of Khattab and Zaharia 2020, "ColBERT" (arXiv 2004.12832), section 3.2. Deviations: the
//! best place is an average weighted by softmax, so that every place learns; and each character has a weight.

use burn::module::{Module, Param};
use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Device, Tensor};

/// Pairs of place and character that are compared at once.
pub(crate) const PAIRS_AT_ONCE: usize = 1 << 22;

/// The score of places against characters.
#[derive(Module, Debug)]
pub struct PartScore {
    scale: Param<Tensor<1>>,
    width: usize,
}

impl PartScore {
    /// For features of this width.
    pub fn init(width: usize, device: &Device) -> Self {
        Self { scale: Param::from_tensor(Tensor::from_floats([1.0], device)), width }
    }

    /// Width W of the features.
    pub fn width(&self) -> usize {
        self.width
    }

    /// For each character the place of the photo that fits it best, and the sum over characters, each by its weight.
    ///
    /// # Shapes
    /// - images `[B, I, S * W]`, labels `[B, L, T * (W + 1)]`, a character's log-odds last; returns `[B, I, L]`
    /// # Panics
    /// If a row is not of S or T parts (programmer error).
    pub fn forward(&self, images: Tensor<3>, labels: Tensor<3>) -> Tensor<3> {
        let [batch, image_count, image_row] = images.dims();
        let [_, label_count, label_row] = labels.dims();
        let (places, characters) = (image_row / self.width, label_row / (self.width + 1));
        let images =
            images.reshape([batch, image_count * places, self.width]).swap_dims(1, 2) / (self.width as f64).sqrt();
        let labels = labels.reshape([batch, label_count, characters, self.width + 1]);
        // Some labels at a time: all pairs of a large listing would fill the memory.
        let at_once = (PAIRS_AT_ONCE / (batch * image_count * places * characters).max(1)).clamp(1, label_count.max(1));
        let scores = (0..label_count).step_by(at_once).map(|first| {
            let count = at_once.min(label_count - first);
            let some = labels.clone().narrow(1, first, count).reshape([batch, count * characters, self.width + 1]);
            let weight = sigmoid(some.clone().narrow(2, self.width, 1));
            let pairs = some.narrow(2, 0, self.width).matmul(images.clone());
            let pairs = pairs.reshape([batch, count * characters, image_count, places]);
            let best = (pairs.clone() * softmax(pairs, 3)).sum_dim(3);
            let weighted = best.reshape([batch, count * characters, image_count]) * weight;
            weighted.reshape([batch, count, characters, image_count]).sum_dim(2).reshape([batch, count, image_count])
        });
        Tensor::cat(scores.collect(), 1).swap_dims(1, 2) * self.scale.val().reshape([1, 1, 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::characters::SILENT;
    use burn::tensor::{Distribution, TensorData};

    /// Of two listings: three photos with two places of five numbers, two labels with four characters.
    fn features(device: &Device) -> [Tensor<3>; 2] {
        let random = |shape| Tensor::<3>::random(shape, Distribution::Normal(0.0, 1.0), device);
        [random([2, 3, 2 * 5]), random([2, 2, 4 * 6])]
    }

    #[test]
    fn it_is_the_sum_over_characters_of_their_best_places() {
        let device = Device::flex();
        let [images, labels] = features(&device);
        let score = PartScore { scale: Param::from_tensor(Tensor::from_floats([0.5], &device)), width: 5 };
        let values = |tensor: Tensor<3>| tensor.into_data().iter::<f64>().collect::<Vec<f64>>();
        let (images, labels, found) =
            (values(images.clone()), values(labels.clone()), values(score.forward(images, labels)));
        for (at, found) in found.iter().enumerate() {
            let (listing, image, label) = (at / 6, at / 2 % 3, at % 2);
            let places: Vec<&[f64]> = images[(listing * 3 + image) * 10..][..10].chunks(5).collect();
            let expected: f64 = labels[(listing * 2 + label) * 24..][..24]
                .chunks(6)
                .map(|character| {
                    let fits: Vec<f64> = places
                        .iter()
                        .map(|place| place.iter().zip(character).map(|(a, b)| a * b).sum::<f64>() / 5f64.sqrt())
                        .collect();
                    let sum: f64 = fits.iter().map(|fit| fit.exp()).sum();
                    let best: f64 = fits.iter().map(|fit| fit * fit.exp() / sum).sum();
                    best / (1.0 + (-character[5]).exp())
                })
                .sum();
            assert!((found - 0.5 * expected).abs() < 1e-5, "{at}: {found} {}", 0.5 * expected);
        }
    }

    #[test]
    fn a_character_that_says_nothing_does_not_count() {
        let device = Device::flex();
        let [images, labels] = features(&device);
        let score = PartScore::init(5, &device);
        let silent = Tensor::<3>::from_data(TensorData::new(vec![SILENT; 2 * 2 * 6], [2, 2, 6]), &device);
        let longer = score.forward(images.clone(), Tensor::cat(vec![labels.clone(), silent], 2));
        let difference = (longer - score.forward(images, labels)).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-6, "{difference}");
    }
}
