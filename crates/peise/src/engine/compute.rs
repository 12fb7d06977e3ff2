//! Engines that run a model, behind one trait, so that matching does not depend on the runtime.

use crate::encoder::PaddedTokens;
use crate::model::{BatchLayout, Model};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

/// Features of photos or labels on the host, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// `[N, width]`, one row after the other.
    pub values: Vec<f32>,
    /// Width D of a row.
    pub width: usize,
}

/// Scores of a padded batch of listings on the host.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaddedScores {
    /// `[B, I, L]`, one row after the other; where padded, meaningless.
    pub scores: Vec<f32>,
    /// `[B, I]`: "shows no label".
    pub none: Vec<f32>,
    /// I, the most photos of a listing in the batch.
    pub images: usize,
    /// L, the most labels.
    pub labels: usize,
}

/// An engine failed, for instance because memory ran out.
#[derive(Debug, thiserror::Error)]
#[error("{engine} failed to {task}")]
pub struct EngineError {
    /// [`Engine::name`].
    pub engine: String,
    /// What it was to do, such as `encode photos`.
    pub task: &'static str,
    /// Why it could not.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Computes encoders and matcher of one model.
///
/// An engine may serve many threads at once. Rows of a result depend on their own input alone, to the last bit, as long
/// as the other dimensions are equal: callers rely on it for answers that do not depend on what shares a batch.
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// What computes, and how exactly, for people.
    fn name(&self) -> String;

    /// Matcher inputs of photos.
    ///
    /// # Shapes
    /// - photos `[N, 3, H, W]`, preprocessed and normalised; returns `[N, P]`
    /// # Errors
    /// If the engine fails.
    fn encode_images(&self, photos: Vec<f32>, shape: [usize; 4]) -> Result<Features, EngineError>;

    /// Matcher inputs of cleaned labels.
    ///
    /// # Shapes
    /// - tokens `[M, T]`; returns `[M, Q]`
    /// # Errors
    /// If the engine fails.
    fn encode_labels(&self, tokens: &PaddedTokens) -> Result<Features, EngineError>;

    /// Scores of listings, by the last of the matcher's units.
    ///
    /// # Shapes
    /// - images `[N, P]`, labels `[M, Q]`, indexed by `layout` (B listings); returns `[B, I, L]` and `[B, I]`
    /// # Errors
    /// If the engine fails.
    fn score(&self, images: &Features, labels: &Features, layout: &BatchLayout) -> Result<PaddedScores, EngineError>;
}

/// burn computes, on the processor (its backend `flex`) or wherever the device is.
#[derive(Debug)]
pub struct BurnEngine {
    model: Model,
    device: Device,
}

impl BurnEngine {
    /// For inference: batch normalisation is folded into the convolutions.
    pub fn new(model: Model, device: Device) -> Self {
        Self { model: model.valid().fold(), device }
    }

    /// The model as it is computed.
    pub fn model(&self) -> &Model {
        &self.model
    }

    fn tensor(&self, features: &Features) -> Tensor<2> {
        let rows = features.values.len() / features.width.max(1);
        Tensor::from_data(TensorData::new(features.values.clone(), [rows, features.width]), &self.device)
    }
}

impl From<Tensor<2>> for Features {
    fn from(tensor: Tensor<2>) -> Self {
        let width = tensor.dims()[1];
        Self { values: values(tensor.into_data()), width }
    }
}

fn values(data: TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

impl Engine for BurnEngine {
    fn name(&self) -> String {
        format!("burn {:?}", self.device)
    }

    fn encode_images(&self, photos: Vec<f32>, shape: [usize; 4]) -> Result<Features, EngineError> {
        Ok(self.model.encode_images(Tensor::from_data(TensorData::new(photos, shape), &self.device)).into())
    }

    fn encode_labels(&self, tokens: &PaddedTokens) -> Result<Features, EngineError> {
        Ok(self.model.encode_labels(tokens.on(&self.device)).into())
    }

    fn score(&self, images: &Features, labels: &Features, layout: &BatchLayout) -> Result<PaddedScores, EngineError> {
        let mut output = self.model.match_inputs(self.tensor(images), self.tensor(labels), layout);
        let (Some(last), Some(none)) = (output.scores.pop(), output.none.pop()) else {
            return Ok(PaddedScores::default());
        };
        let [_, images, labels] = last.dims();
        Ok(PaddedScores { scores: values(last.into_data()), none: values(none.into_data()), images, labels })
    }
}
