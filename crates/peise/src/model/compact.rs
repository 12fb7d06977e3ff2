//! The compact model: a small residual network, a character transformer and a supervised matcher.

use super::{BatchLayout, gather};
use crate::encoder::TokenInput;
use crate::encoder::characters::{CharacterEncoder, CharacterEncoderConfig, CharacterTokenizer};
use crate::encoder::residual::{ResidualEncoder, ResidualEncoderConfig};
use crate::image::Preprocess;
use crate::label::Cleaner;
use crate::matcher::parts::PAIRS_AT_ONCE;
use crate::matcher::{AttentionMatcher, AttentionMatcherConfig, MatcherInput, MatcherOutput};
use burn::module::{Module, Param};
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Everything that defines a compact model but its weights; saved beside them as `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompactConfig {
    /// Preprocessing of photos, in training and in matching.
    pub preprocess: Preprocess,
    /// Mean per channel (R, G, B in `[0, 1]`) subtracted from a photo.
    pub mean: [f32; 3],
    /// Standard deviation per channel that a photo is divided by.
    pub std: [f32; 3],
    /// Whether what a listing's photos share is blended to white, by [`crate::image::SharedRegions`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared_regions: bool,
    /// Cleaner of a listing's labels.
    pub cleaner: Cleaner,
    /// The photo encoder.
    pub image: ResidualEncoderConfig,
    /// The label encoder.
    pub label: CharacterEncoderConfig,
    /// The matcher.
    pub matcher: AttentionMatcherConfig,
    /// Scores are divided by this before decoding; fitted on validation listings after training.
    pub temperature: f32,
    /// The log-odds that a listing has a photo for every option, fitted on validation listings of both kinds after
    /// training (`benches/results/reserve.py`). Without it the trained reward leaves options bare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<f32>,
}

/// Largest row of features of one photo or label, in numbers.
const LARGEST_ROW: usize = 1 << 14;
/// Pairs of place and character that a photo and a label may have.
const MOST_PARTS: usize = 1 << 16;

/// The model. Built by [`CompactConfig::init`].
#[derive(Module, Debug)]
pub struct Compact {
    /// Photos to features.
    pub image_encoder: ResidualEncoder,
    /// Labels to features.
    pub label_encoder: CharacterEncoder,
    /// Features to scores.
    pub matcher: AttentionMatcher,
    /// Its softplus is the log-weight that a covered label adds to an assignment, `[1]`.
    pub cover_reward: Param<Tensor<1>>,
}

impl CompactConfig {
    /// A model with random weights on `device`.
    ///
    /// # Panics
    /// If the encoders' outputs and the matcher's width differ (checked by [`CompactConfig::check`]).
    pub fn init(&self, device: &Device) -> Compact {
        assert_eq!(self.image.output, self.matcher.width, "image features feed the matcher");
        assert_eq!(self.label.output, self.matcher.width, "label features feed the matcher");
        Compact {
            image_encoder: self.image.init(device),
            label_encoder: self.label.init(device),
            matcher: self.matcher.init(device),
            cover_reward: Param::from_tensor(Tensor::from_floats([1.0], device)),
        }
    }

    /// Whether a model of this configuration can be built; what is wrong, if not.
    ///
    /// # Errors
    /// If widths contradict each other, a count is zero, or a size is beyond what any model of ours
    /// needs: a configuration is untrusted, and is checked before anything is allocated.
    pub fn check(&self) -> Result<(), &'static str> {
        let (image, label, matcher) = (&self.image, &self.label, &self.matcher);
        let reasonable = |sizes: &[usize]| sizes.iter().all(|size| (1..=4096).contains(size));
        if image.widths.len() != image.blocks.len() || image.widths.is_empty() || image.widths.len() > 8 {
            return Err("image.widths and image.blocks must name the same stages, 1 to 8 of them");
        }
        if !reasonable(&image.widths) || image.blocks.iter().any(|blocks| !(1..=64).contains(blocks)) {
            return Err("image.widths must lie within 1..=4096, image.blocks within 1..=64");
        }
        if !reasonable(&[image.stem, image.output, label.width, label.max_length, label.output, matcher.width])
            || !reasonable(&[matcher.edge_hidden, matcher.node_hidden, label.hash_buckets])
        {
            return Err("widths, lengths and buckets must lie within 1..=4096");
        }
        if image.pool_queries > 64 || label.layers > 64 || matcher.units > 64 || label.characters.len() > 1 << 20 {
            return Err("more than 64 layers, units or queries, or more than 1 MiB of characters");
        }
        if !(0.0..1.0).contains(&label.dropout) || !(0.0..1.0).contains(&matcher.dropout) {
            return Err("label.dropout and matcher.dropout must lie within 0..1");
        }
        let parts = [image.part_width, label.part_width, matcher.part_width];
        if parts.iter().any(|&width| width != parts[0] || width > 256) {
            return Err("image.part_width, label.part_width and matcher.part_width must be equal, and at most 256");
        }
        if image.output != matcher.width || label.output != matcher.width {
            return Err("image.output, label.output and matcher.width must be equal");
        }
        if label.heads == 0 || matcher.heads == 0 {
            return Err("label.heads and matcher.heads must be at least 1");
        }
        if !matcher.width.is_multiple_of(matcher.heads) || !label.width.is_multiple_of(label.heads) {
            return Err("widths must be multiples of their heads");
        }
        if self.std.iter().any(|std| !(std.is_finite() && *std > 0.0)) || self.mean.iter().any(|mean| !mean.is_finite())
        {
            return Err("mean must be finite and std positive");
        }
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return Err("temperature must be positive");
        }
        if self.reserve.is_some_and(|reserve| !reserve.is_finite()) {
            return Err("reserve must be finite");
        }
        let Some((width, height)) = self.preprocess.output_size().filter(|&(width, height)| width.max(height) <= 1024)
        else {
            return Err("preprocess must end in one size, of at most 1024 px");
        };
        let (photo, label) = (image.row_width([height as usize, width as usize]), label.row_width());
        if photo.max(label) > LARGEST_ROW {
            return Err("part_width is too large for so many places of a photo, or characters of a label");
        }
        if self.parts_per_pair() > MOST_PARTS {
            return Err("a photo has too many places, or a label too many characters, for part_width to be above 0");
        }
        Ok(())
    }

    /// Pairs of image and label to score at once: at most `most`, fewer where each takes much memory, but one at least.
    pub(super) fn pairs_per_pass(&self, most: usize) -> usize {
        most.min(PAIRS_AT_ONCE / self.parts_per_pair().max(1)).max(1)
    }

    /// Pairs of place and character that the matcher compares for a photo and a label; 0 = none.
    fn parts_per_pair(&self) -> usize {
        match self.preprocess.output_size() {
            Some((width, height)) if self.image.part_width > 0 => {
                let places = self.image.row_width([height as usize, width as usize]) - self.image.output;
                places / self.image.part_width * (self.label.max_length + 1)
            }
            _ => 0,
        }
    }

    /// The label tokenizer of this configuration.
    pub fn tokenizer(&self) -> CharacterTokenizer {
        CharacterTokenizer::new(&self.label)
    }
}

impl Compact {
    /// Features of photos.
    ///
    /// # Shapes
    /// - photos `[N, 3, H, W]`, preprocessed and normalised; returns `[N, P]`, P the encoder's row width
    pub fn encode_images(&self, photos: Tensor<4>) -> Tensor<2> {
        self.image_encoder.forward(photos)
    }

    /// Features of cleaned labels.
    ///
    /// # Shapes
    /// - tokens `[M, T]`; returns `[M, Q]`, Q the encoder's row width
    pub fn encode_labels(&self, labels: TokenInput) -> Tensor<2> {
        self.label_encoder.forward(labels)
    }

    /// Scores of listings from features.
    ///
    /// # Shapes
    /// - images `[N, P]`, labels `[M, Q]`, indexed by `layout` (B listings)
    /// - returns per unit `[B, I, L]` and `[B, I]`, I and L the largest counts in the batch
    /// # Panics
    /// If `layout` is empty or holds a listing without image or label (programmer error).
    pub fn match_features(&self, images: Tensor<2>, labels: Tensor<2>, layout: &BatchLayout) -> MatcherOutput {
        let (images, image_mask) = gather(images, &layout.images);
        let (labels, label_mask) = gather(labels, &layout.labels);
        self.matcher.forward(MatcherInput { images, labels, image_mask, label_mask })
    }

    /// Log-weight that a covered label adds to an assignment, `[1]`, never negative.
    pub fn reward(&self) -> Tensor<1> {
        softplus(self.cover_reward.val(), 1.0)
    }

    /// The same model for inference: batch normalisation folded into the convolutions.
    pub fn fold(self) -> Self {
        Self { image_encoder: self.image_encoder.fold(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ModelConfig;
    use super::*;

    fn embedded() -> CompactConfig {
        let text = include_str!("../../assets/compact/config.json");
        match serde_json::from_str(text).expect("the embedded configuration is read") {
            ModelConfig::Compact(config) => config,
            #[cfg(feature = "report")]
            ModelConfig::Report(_) => panic!("the embedded model is compact"),
        }
    }

    #[test]
    fn parts_are_as_wide_on_all_sides_and_fit_into_memory() {
        let with = |[image, label, matcher]: [usize; 3], change: &dyn Fn(&mut CompactConfig)| {
            let mut config = embedded();
            (config.image.part_width, config.label.part_width, config.matcher.part_width) = (image, label, matcher);
            change(&mut config);
            config.check()
        };
        assert_eq!(with([0; 3], &|_| {}), Ok(()));
        assert_eq!(with([32; 3], &|_| {}), Ok(()));
        assert!(with([32, 32, 0], &|_| {}).is_err());
        assert!(with([0, 32, 32], &|_| {}).is_err());
        assert!(with([257; 3], &|_| {}).is_err());
        assert!(with([32; 3], &|config| config.label.max_length = 4096).is_err());
        let single = |config: &mut CompactConfig| {
            (config.image.widths, config.image.blocks) = (vec![8], vec![1]);
        };
        assert!(with([32; 3], &single).is_err());
        assert!(with([1; 3], &|config| (single(config), config.label.max_length = 100).1).is_err());
    }
}
