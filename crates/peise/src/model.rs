//! Models: encoders and matcher composed, with everything a user needs to run them.
//!
//! Every model maps photos and labels to features (encoders), features to the matcher's inputs (heads), and these to
//! scores. Features of a frozen encoder can be cached, because everything after it depends on them alone.

use crate::encoder::characters::CharacterTokenizer;
use crate::encoder::vocabulary::{TokenConfig, Vocabulary, VocabularyError};
#[cfg(feature = "report")]
use crate::encoder::wordpiece::WordPieceTokenizer;
use crate::encoder::{PaddedTokens, TokenInput};
use crate::image::Preprocess;
use crate::label::Cleaner;
use crate::matcher::MatcherOutput;
use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

mod compact;
#[cfg(feature = "report")]
mod report;

pub use compact::{Compact, CompactConfig};
#[cfg(feature = "report")]
pub use report::{Blur, BlurWhen, Report, ReportConfig};

/// Everything that defines a model but its weights; saved beside them as `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "architecture", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // One a process; boxing would only clutter.
pub enum ModelConfig {
    /// The embedded default's.
    Compact(CompactConfig),
    /// The course report's system.
    #[cfg(feature = "report")]
    Report(ReportConfig),
}

/// A model. Built by [`ModelConfig::init`].
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Model {
    /// The embedded default's architecture.
    Compact(Compact),
    /// The course report's system.
    #[cfg(feature = "report")]
    Report(Report),
}

/// Turns cleaned labels into a model's tokens.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)]
pub enum LabelTokenizer {
    /// One token a character.
    Characters(CharacterTokenizer),
    /// BERT's.
    #[cfg(feature = "report")]
    WordPiece(WordPieceTokenizer),
}

impl LabelTokenizer {
    /// Tokens of several labels as one padded batch.
    ///
    /// # Shapes
    /// - returns tokens `[N, T]` and mask `[N, T]`, `true` = padding
    pub fn batch(&self, labels: &[&str]) -> PaddedTokens {
        let rows: Vec<Vec<i64>> = labels.iter().map(|label| self.tokens(label)).collect();
        self.pad(&rows)
    }

    /// Tokens of one label, without padding.
    pub fn tokens(&self, label: &str) -> Vec<i64> {
        match self {
            Self::Characters(tokenizer) => tokenizer.encode(label),
            #[cfg(feature = "report")]
            Self::WordPiece(tokenizer) => tokenizer.encode(label),
        }
    }

    /// Rows of tokens as one padded batch.
    ///
    /// # Shapes
    /// As [`LabelTokenizer::batch`].
    pub fn pad(&self, rows: &[impl AsRef<[i64]>]) -> PaddedTokens {
        let least = match self {
            Self::Characters(_) => 1,
            #[cfg(feature = "report")]
            Self::WordPiece(tokenizer) => tokenizer.padded_length(),
        };
        PaddedTokens::new(rows, least)
    }

    /// The vocabulary file that belongs beside the weights, if there is one.
    pub fn vocabulary(&self) -> Option<&Vocabulary> {
        match self {
            Self::Characters(_) => None,
            #[cfg(feature = "report")]
            Self::WordPiece(tokenizer) => Some(tokenizer.vocabulary()),
        }
    }
}

/// For each listing of a batch, the indices of its photos and labels among the distinct ones, which are encoded once.
#[derive(Debug, Clone, Default)]
pub struct BatchLayout {
    /// For each listing the indices of its photos.
    pub images: Vec<Vec<usize>>,
    /// For each listing the indices of its labels.
    pub labels: Vec<Vec<usize>>,
}

impl ModelConfig {
    /// A model with random weights on `device`.
    ///
    /// # Panics
    /// If [`ModelConfig::check`] fails (programmer error).
    pub fn init(&self, device: &Device) -> Model {
        match self {
            Self::Compact(config) => Model::Compact(config.init(device)),
            #[cfg(feature = "report")]
            Self::Report(config) => Model::Report(config.init(device)),
        }
    }

    /// Whether a model of this configuration can be built; what is wrong, if not.
    ///
    /// # Errors
    /// If values contradict each other or are beyond reason: a configuration is untrusted, and is checked before
    /// anything is allocated.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Compact(config) => config.check(),
            #[cfg(feature = "report")]
            Self::Report(config) => config.check(),
        }
    }

    /// The name of the architecture.
    pub fn architecture(&self) -> &'static str {
        match self {
            Self::Compact(_) => "compact",
            #[cfg(feature = "report")]
            Self::Report(_) => "report",
        }
    }

    /// Preprocessing of photos for matching.
    pub fn preprocess(&self) -> Preprocess {
        match self {
            Self::Compact(config) => config.preprocess.clone(),
            #[cfg(feature = "report")]
            Self::Report(config) => config.blurred(BlurWhen::Test),
        }
    }

    /// Preprocessing of photos in training; it differs from matching only if the config says so.
    pub fn training_preprocess(&self) -> Preprocess {
        match self {
            Self::Compact(config) => config.preprocess.clone(),
            #[cfg(feature = "report")]
            Self::Report(config) => config.blurred(BlurWhen::Train),
        }
    }

    /// Mean and standard deviation per channel (R, G, B in `[0, 1]`).
    pub fn normalisation(&self) -> ([f32; 3], [f32; 3]) {
        match self {
            Self::Compact(config) => (config.mean, config.std),
            #[cfg(feature = "report")]
            Self::Report(config) => (config.mean, config.std),
        }
    }

    /// Whether regions that the photos of a listing share are suppressed before the encoder.
    pub fn shared_regions(&self) -> bool {
        match self {
            Self::Compact(config) => config.shared_regions,
            #[cfg(feature = "report")]
            Self::Report(_) => false,
        }
    }

    /// Cleaner of a listing's labels.
    pub fn cleaner(&self) -> Cleaner {
        match self {
            Self::Compact(config) => config.cleaner,
            #[cfg(feature = "report")]
            Self::Report(config) => config.cleaner,
        }
    }

    /// Scores are divided by this before decoding.
    pub fn temperature(&self) -> f32 {
        match self {
            Self::Compact(config) => config.temperature,
            #[cfg(feature = "report")]
            Self::Report(config) => config.temperature,
        }
    }

    /// The log-odds, before any photo is seen, that a listing has a photo for every option it can; see
    /// [`crate::matcher::decode::reward`]. Without it the reward that training left holds for every listing.
    pub fn reserve(&self) -> Option<f64> {
        match self {
            Self::Compact(config) => config.reserve.map(f64::from),
            #[cfg(feature = "report")]
            Self::Report(_) => None,
        }
    }

    /// Pairs of image and label to score at once: at most `most`, fewer where each takes much memory, but one at least.
    pub fn pairs_per_pass(&self, most: usize) -> usize {
        match self {
            Self::Compact(config) => config.pairs_per_pass(most),
            #[cfg(feature = "report")]
            Self::Report(_) => most,
        }
    }

    /// The same configuration with another temperature.
    pub fn with_temperature(mut self, temperature: f32) -> Self {
        match &mut self {
            Self::Compact(config) => config.temperature = temperature,
            #[cfg(feature = "report")]
            Self::Report(config) => config.temperature = temperature,
        }
        self
    }

    /// How labels become BERT's tokens, where they do.
    pub fn tokens(&self) -> Option<&TokenConfig> {
        match self {
            Self::Compact(_) => None,
            #[cfg(feature = "report")]
            Self::Report(config) => Some(&config.tokens),
        }
    }

    /// The label tokenizer; `vocabulary` is needed where [`ModelConfig::tokens`] is not `None`.
    ///
    /// # Errors
    /// If the vocabulary is missing, unusable or another encoder's.
    #[cfg_attr(not(feature = "report"), allow(unused_variables))]
    pub fn tokenizer(&self, vocabulary: Option<Vocabulary>) -> Result<LabelTokenizer, VocabularyError> {
        Ok(match self {
            Self::Compact(config) => LabelTokenizer::Characters(config.tokenizer()),
            #[cfg(feature = "report")]
            Self::Report(config) => {
                let vocabulary = vocabulary.unwrap_or(Vocabulary::Words(Vec::new()));
                let known = config.text.vocabulary;
                LabelTokenizer::WordPiece(WordPieceTokenizer::new(vocabulary, &config.tokens, known)?)
            }
        })
    }
}

impl Model {
    /// The photo encoder's features.
    ///
    /// # Shapes
    /// - photos `[N, 3, H, W]`, preprocessed and normalised; returns `[N, F]`
    pub fn image_features(&self, photos: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Compact(model) => model.encode_images(photos),
            #[cfg(feature = "report")]
            Self::Report(model) => model.image_features(photos),
        }
    }

    /// The matcher's inputs from the photo encoder's features.
    ///
    /// # Shapes
    /// - features `[N, F]`; returns `[N, P]`
    pub fn image_inputs(&self, features: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Compact(_) => features,
            #[cfg(feature = "report")]
            Self::Report(model) => model.image_inputs(features),
        }
    }

    /// The label encoder's features.
    ///
    /// # Shapes
    /// - tokens `[M, T]`; returns `[M, T', W]`
    pub fn label_features(&self, labels: TokenInput) -> Tensor<3> {
        match self {
            Self::Compact(model) => model.encode_labels(labels).unsqueeze_dim(1),
            #[cfg(feature = "report")]
            Self::Report(model) => model.label_features(labels),
        }
    }

    /// The matcher's inputs from the label encoder's features.
    ///
    /// # Shapes
    /// - features `[M, T', W]`, mask `[M, T]`, `true` = padding; returns `[M, Q]`
    #[cfg_attr(not(feature = "report"), allow(unused_variables))]
    pub fn label_inputs(&self, features: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<2> {
        match self {
            Self::Compact(_) => features.squeeze_dim(1),
            #[cfg(feature = "report")]
            Self::Report(model) => model.label_inputs(features, mask),
        }
    }

    /// The global features of matcher inputs, without the per-part features.
    ///
    /// # Shapes
    /// - inputs `[N, P]` or `[N, Q]`; returns `[N, D]`
    pub fn whole(&self, inputs: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Compact(model) => inputs.narrow(1, 0, model.matcher.width()),
            #[cfg(feature = "report")]
            Self::Report(_) => inputs,
        }
    }

    /// Matcher inputs of photos: encoder, then head.
    ///
    /// # Shapes
    /// - photos `[N, 3, H, W]`, preprocessed and normalised; returns `[N, P]`
    pub fn encode_images(&self, photos: Tensor<4>) -> Tensor<2> {
        self.image_inputs(self.image_features(photos))
    }

    /// Matcher inputs of cleaned labels: encoder, then head.
    ///
    /// # Shapes
    /// - tokens `[M, T]`; returns `[M, Q]`
    pub fn encode_labels(&self, labels: TokenInput) -> Tensor<2> {
        let mask = labels.mask.clone();
        self.label_inputs(self.label_features(labels), mask)
    }

    /// Scores of listings from the matcher's inputs.
    ///
    /// # Shapes
    /// - images `[N, P]`, labels `[M, Q]`, indexed by `layout` (B listings)
    /// - returns per unit `[B, I, L]` and `[B, I]`, I and L the largest counts in the batch
    /// # Panics
    /// If `layout` is empty or holds a listing without image or label (programmer error).
    pub fn match_inputs(&self, images: Tensor<2>, labels: Tensor<2>, layout: &BatchLayout) -> MatcherOutput {
        match self {
            Self::Compact(model) => model.match_features(images, labels, layout),
            #[cfg(feature = "report")]
            Self::Report(model) => model.match_inputs(images, labels, layout),
        }
    }

    /// Scores of listings from photos and labels.
    ///
    /// # Shapes
    /// As [`Model::encode_images`], [`Model::encode_labels`] and [`Model::match_inputs`].
    pub fn forward(&self, photos: Tensor<4>, labels: TokenInput, layout: &BatchLayout) -> MatcherOutput {
        let (images, labels) = (self.encode_images(photos), self.encode_labels(labels));
        self.match_inputs(images, labels, layout)
    }

    /// Log-weight that a covered label adds to an assignment, `[1]`, never negative.
    pub fn reward(&self) -> Tensor<1> {
        match self {
            Self::Compact(model) => model.reward(),
            #[cfg(feature = "report")]
            Self::Report(model) => Tensor::zeros([1], &model.device()),
        }
    }

    /// The same model for inference: batch normalisation folded into the convolutions.
    pub fn fold(self) -> Self {
        match self {
            Self::Compact(model) => Self::Compact(model.fold()),
            #[cfg(feature = "report")]
            Self::Report(model) => Self::Report(model.fold()),
        }
    }
}

/// Rows of `features` `[N, D]` as a padded batch `[B, K, D]` with its mask `[B, K]`.
fn gather(features: Tensor<2>, indices: &[Vec<usize>]) -> (Tensor<3>, Tensor<2, Bool>) {
    let device = features.device();
    let [_, width] = features.dims();
    let batch = indices.len();
    let longest = indices.iter().map(Vec::len).max().unwrap_or(0);
    let mut rows = vec![0i64; batch * longest];
    let mut mask = vec![true; batch * longest];
    for (listing, indices) in indices.iter().enumerate() {
        for (place, &index) in indices.iter().enumerate() {
            rows[listing * longest + place] = index as i64;
            mask[listing * longest + place] = false;
        }
    }
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [batch * longest]), &device);
    let mask = Tensor::from_data(TensorData::new(mask, [batch, longest]), &device);
    (features.select(0, rows).reshape([batch, longest, width]), mask)
}
