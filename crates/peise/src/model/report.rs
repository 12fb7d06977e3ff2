//! The course report's system: ResNet-18, BERT and GRU, and an attention matcher.
//!
//! Source: the report, section 3. Everything that its text and its published run disagree on, and every width, is a
//! field of [`ReportConfig`], whose default is the published run's.

use super::{BatchLayout, gather};
use crate::encoder::TokenInput;
use crate::encoder::bert::{Bert, BertConfig};
use crate::encoder::norm::batch_norm;
use crate::encoder::recurrent::{RecurrentHead, RecurrentHeadConfig};
use crate::encoder::resnet::{ResNet, ResNetConfig};
use crate::encoder::segments::{SegmentHead, SegmentHeadConfig};
use crate::encoder::vocabulary::TokenConfig;
use crate::image::{Preprocess, Step};
use crate::label::Cleaner;
use crate::matcher::report::{ReportMatcher, ReportMatcherConfig};
use crate::matcher::{MatcherInput, MatcherOutput};
use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// When photos are blurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlurWhen {
    /// In training and in test: the published run's.
    #[default]
    Both,
    /// In training alone: an augmentation.
    Train,
    /// In test alone.
    Test,
    /// Never.
    Off,
}

/// The report's Gaussian blur, after all other preprocessing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blur {
    /// Width of the kernel, pixels, odd.
    pub kernel: u32,
    /// Standard deviation, pixels.
    pub sigma: f32,
    /// When.
    pub when: BlurWhen,
}

impl Default for Blur {
    fn default() -> Self {
        Self { kernel: 11, sigma: 3.0, when: BlurWhen::Both }
    }
}

/// Everything that defines a model of the report's kind but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportConfig {
    /// What is done to a photo before the blur and the encoder.
    pub preprocess: Preprocess,
    /// The blur.
    pub blur: Blur,
    /// Mean per channel (R, G, B in `[0, 1]`) subtracted from a photo.
    pub mean: [f32; 3],
    /// Standard deviation per channel that a photo is divided by.
    pub std: [f32; 3],
    /// Cleaner of a listing's labels.
    pub cleaner: Cleaner,
    /// The photo encoder.
    pub image: ResNetConfig,
    /// The MLP and the segments behind it.
    pub image_head: SegmentHeadConfig,
    /// How labels become tokens.
    pub tokens: TokenConfig,
    /// The text encoder.
    pub text: BertConfig,
    /// The GRU and the MLP behind it.
    pub label_head: RecurrentHeadConfig,
    /// The matcher.
    pub matcher: ReportMatcherConfig,
    /// Whether the matcher's inputs are batch-normalised.
    pub input_norm: bool,
    /// Scores are divided by this before decoding; fitted on validation listings after training.
    pub temperature: f32,
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self {
            preprocess: Preprocess::report(124),
            blur: Blur::default(),
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
            cleaner: Cleaner::Report,
            image: ResNetConfig::scratch(),
            image_head: SegmentHeadConfig::default(),
            tokens: TokenConfig::default(),
            text: BertConfig::default(),
            label_head: RecurrentHeadConfig::default(),
            matcher: ReportMatcherConfig::default(),
            input_norm: true,
            temperature: 1.0,
        }
    }
}

/// The model. Built by [`ReportConfig::init`].
#[derive(Module, Debug)]
pub struct Report {
    /// Photos to features; a file of its own.
    pub image_encoder: ResNet,
    /// Tokens to features; a file of its own. `None` where their features are given.
    pub text_encoder: Option<Bert>,
    image_head: SegmentHead,
    label_head: RecurrentHead,
    image_norm: Option<BatchNorm>,
    label_norm: Option<BatchNorm>,
    matcher: ReportMatcher,
    mask: bool,
}

impl ReportConfig {
    /// Height and width of the photos that the encoder is given.
    fn photo(&self) -> Option<[usize; 2]> {
        self.preprocess.output_size().map(|(width, height)| [height as usize, width as usize])
    }

    /// Whether a model of this configuration can be built; what is wrong, if not.
    ///
    /// # Errors
    /// If values contradict each other or are beyond reason.
    pub fn check(&self) -> Result<(), &'static str> {
        let photo = match self.photo() {
            Some([height, width]) if height.max(width) <= 1024 => [height, width],
            _ => return Err("preprocess must end in one size, of at most 1024 px"),
        };
        self.image.check(photo)?;
        self.image_head.check(self.image.output)?;
        if !(2..=512).contains(&self.tokens.max_length) {
            return Err("tokens.max_length must lie within 2..=512: [CLS] and [SEP] take two");
        }
        self.text.check(self.tokens.max_length)?;
        let head = &self.label_head;
        if ![head.width, head.hidden, head.output].iter().all(|size| (1..=8192).contains(size)) {
            return Err("label_head: width, hidden and output must lie within 1..=8192");
        }
        self.matcher.check()?;
        if self.image_head.output != self.matcher.width || head.output != self.matcher.width {
            return Err("image_head.output, label_head.output and matcher.width must be equal");
        }
        if Preprocess::new(vec![self.blur_step()]).is_err() {
            return Err("blur: kernel must be odd and at most 255, sigma positive");
        }
        if self.std.iter().any(|std| !(std.is_finite() && *std > 0.0)) || self.mean.iter().any(|mean| !mean.is_finite())
        {
            return Err("mean must be finite and std positive");
        }
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return Err("temperature must be positive");
        }
        Ok(())
    }

    fn blur_step(&self) -> Step {
        Step::GaussianBlur { kernel: self.blur.kernel, sigma: self.blur.sigma }
    }

    /// The preprocessing with the blur, if it is blurred then.
    pub(super) fn blurred(&self, then: BlurWhen) -> Preprocess {
        let mut steps = self.preprocess.steps().to_vec();
        if self.blur.when == BlurWhen::Both || self.blur.when == then {
            steps.push(self.blur_step());
        }
        // What `check` let pass can be carried out.
        Preprocess::new(steps).unwrap_or_else(|_| self.preprocess.clone())
    }

    /// A model with random weights on `device`.
    ///
    /// # Panics
    /// If [`ReportConfig::check`] fails (programmer error).
    pub fn init(&self, device: &Device) -> Report {
        if let Err(reason) = self.check() {
            panic!("{reason}");
        }
        let norm = || self.input_norm.then(|| BatchNormConfig::new(self.matcher.width).init(device));
        Report {
            image_encoder: self.image.init(self.photo().unwrap_or_default(), device),
            text_encoder: Some(self.text.init(device)),
            image_head: self.image_head.init(self.image.output, device),
            label_head: self.label_head.init(self.text.width, device),
            image_norm: norm(),
            label_norm: norm(),
            matcher: self.matcher.init(device),
            mask: self.tokens.mask,
        }
    }
}

impl Report {
    /// The photo encoder's features.
    ///
    /// # Shapes
    /// - photos `[N, 3, H, W]`, preprocessed and normalised; returns `[N, F]`
    pub fn image_features(&self, photos: Tensor<4>) -> Tensor<2> {
        self.image_encoder.forward(photos)
    }

    /// The matcher's inputs of photos, before their normalisation.
    ///
    /// # Shapes
    /// - features `[N, F]`; returns `[N, D]`
    pub fn image_inputs(&self, features: Tensor<2>) -> Tensor<2> {
        self.image_head.forward(features)
    }

    /// The text encoder's features.
    ///
    /// # Shapes
    /// - tokens `[M, T]`; returns `[M, T, W]`
    /// # Panics
    /// If the model was left without its text encoder (programmer error).
    pub fn label_features(&self, mut labels: TokenInput) -> Tensor<3> {
        let Some(encoder) = &self.text_encoder else { panic!("the text encoder was taken out of this model") };
        if !self.mask {
            labels.mask = Tensor::full_like(&labels.mask, false);
        }
        encoder.forward(labels)
    }

    /// The matcher's inputs of labels, before their normalisation.
    ///
    /// # Shapes
    /// - features `[M, T, W]`, mask `[M, T]`, `true` = padding; returns `[M, D]`
    pub fn label_inputs(&self, features: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<2> {
        self.label_head.forward(features, mask)
    }

    /// Scores of listings; the inputs are normalised over all nodes of the batch, padding left out.
    ///
    /// # Shapes
    /// - images `[N, D]`, labels `[M, D]`, indexed by `layout` (B listings)
    /// - returns per unit `[B, I, L]` and `[B, I]`, I and L the largest counts in the batch
    pub fn match_inputs(&self, images: Tensor<2>, labels: Tensor<2>, layout: &BatchLayout) -> MatcherOutput {
        let (images, image_mask) = nodes(images, &self.image_norm, &layout.images);
        let (labels, label_mask) = nodes(labels, &self.label_norm, &layout.labels);
        self.matcher.forward(MatcherInput { images, labels, image_mask, label_mask })
    }

    pub(super) fn device(&self) -> Device {
        self.matcher.devices().into_iter().next().unwrap_or_default()
    }

    pub(super) fn fold(self) -> Self {
        Self { image_encoder: self.image_encoder.fold(), ..self }
    }
}

/// One row per listing and node, normalised, as a padded batch with its mask: a photo that two listings share counts
/// twice in the statistics, as it would if it were encoded twice.
fn nodes(features: Tensor<2>, norm: &Option<BatchNorm>, indices: &[Vec<usize>]) -> (Tensor<3>, Tensor<2, Bool>) {
    let Some(norm) = norm else { return gather(features, indices) };
    let flat: Vec<i64> = indices.iter().flatten().map(|&index| index as i64).collect();
    let count = flat.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(flat, [count]), &features.device());
    let normalised = batch_norm(norm, features.select(0, rows));
    let mut next = 0;
    let places: Vec<Vec<usize>> = indices
        .iter()
        .map(|listing| {
            next += listing.len();
            (next - listing.len()..next).collect()
        })
        .collect();
    gather(normalised, &places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    /// A model of the report's shape that a test can afford.
    fn config() -> ReportConfig {
        let image = ResNetConfig { widths: vec![4, 4, 8, 8], hidden: 12, output: 10, ..ResNetConfig::scratch() };
        ReportConfig {
            preprocess: Preprocess::stretch(32),
            image,
            image_head: SegmentHeadConfig { hidden: 12, output: 16, segments: 4, ..SegmentHeadConfig::default() },
            text: BertConfig { vocabulary: 30, width: 8, layers: 1, heads: 2, feed_forward: 16, ..Default::default() },
            label_head: RecurrentHeadConfig { width: 8, hidden: 12, output: 16, ..Default::default() },
            matcher: ReportMatcherConfig { width: 16, units: 2, edge_hidden: 8, node_hidden: 16, ..Default::default() },
            ..ReportConfig::default()
        }
    }

    #[test]
    fn the_default_is_the_report_s_and_can_be_built() {
        let config = ReportConfig::default();
        assert_eq!(config.check(), Ok(()));
        let resnet_a = ReportConfig {
            image: ResNetConfig::imagenet(),
            preprocess: Preprocess::report(224),
            ..ReportConfig::default()
        };
        assert_eq!(resnet_a.check(), Ok(()));
        let small = ReportConfig { preprocess: Preprocess::report(16), ..ReportConfig::default() };
        assert!(small.check().is_err());
        let text = toml_like(&config);
        assert_eq!(serde_json::from_str::<ReportConfig>(&text).expect("what was written is read"), config);
        assert!(serde_json::from_str::<ReportConfig>(r#"{"imagee": {}}"#).is_err());
    }

    fn toml_like(config: &ReportConfig) -> String {
        serde_json::to_string(config).expect("a config")
    }

    #[test]
    fn listings_do_not_depend_on_each_other_and_order_does_not_matter() {
        let device = Device::flex();
        let model = config().init(&device);
        let images = Tensor::<2>::random([5, 16], Distribution::Default, &device);
        let labels = Tensor::<2>::random([4, 16], Distribution::Default, &device);
        let scores = |layout: &BatchLayout| {
            let mut output = model.match_inputs(images.clone(), labels.clone(), layout);
            output.scores.pop().expect("two units")
        };
        let alone = scores(&BatchLayout { images: vec![vec![0, 1, 2]], labels: vec![vec![0, 1]] });
        let both = scores(&BatchLayout {
            images: vec![vec![4, 3, 2, 0], vec![2, 0, 1]],
            labels: vec![vec![3, 2, 0], vec![1, 0]],
        });
        for (image, place) in [(0, 1), (1, 2), (2, 0)] {
            for (label, column) in [(0, 1), (1, 0)] {
                let one = alone.clone().slice([0..1, image..image + 1, label..label + 1]).into_scalar::<f32>();
                let other = both.clone().slice([1..2, place..place + 1, column..column + 1]).into_scalar::<f32>();
                assert!((one - other).abs() < 1e-5, "{image} {label}: {one} {other}");
            }
        }
    }

    #[test]
    fn blur_is_where_the_config_says() {
        for (when, train, test) in [
            (BlurWhen::Both, true, true),
            (BlurWhen::Train, true, false),
            (BlurWhen::Test, false, true),
            (BlurWhen::Off, false, false),
        ] {
            let config = ReportConfig { blur: Blur { when, ..Blur::default() }, ..ReportConfig::default() };
            let blurs = |then| config.blurred(then).steps().len() == config.preprocess.steps().len() + 1;
            assert_eq!((blurs(BlurWhen::Train), blurs(BlurWhen::Test)), (train, test), "{when:?}");
        }
    }
}
