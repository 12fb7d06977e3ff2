//! Weights of other projects, as they are published.

use crate::encoder::bert::{Bert, BertConfig};
use crate::encoder::resnet::ResNet;
use crate::model::Model;
use crate::model_folder::{Mismatch, ModelError};
use crate::weights::{self, WeightFile, WeightSource, WeightsError, keys};
use burn::module::Module;
use serde::Deserialize;
use std::path::Path;

fn open(path: &Path) -> Result<WeightFile<'static>, ModelError> {
    WeightFile::open(path).map_err(|source| match source {
        WeightsError::Read(source) => ModelError::Read { path: path.to_owned(), source },
        source => ModelError::Weights { path: path.to_owned(), source },
    })
}

fn fill<M: Module>(module: M, path: &Path, file: &WeightFile, keys: Option<&keys::Keys>) -> Result<M, ModelError> {
    let parts = [WeightSource { prefix: "", file, keys }];
    weights::from_parts(module, &parts).map_err(|source| ModelError::Weights { path: path.to_owned(), source })
}

/// A photo encoder's weights: torchvision's, as `.pth` or safetensors, or an `image_encoder.safetensors` of ours.
///
/// # Errors
/// If the file cannot be read or belongs to another architecture; the error names file and tensor.
pub fn image_encoder(encoder: ResNet, path: &Path) -> Result<ResNet, ModelError> {
    let file = open(path)?;
    let ours = file.holds("stem.conv.weight");
    fill(encoder, path, &file, if ours { None } else { Some(&keys::RESNET) })
}

/// Heads and matcher: a `matcher.safetensors` of ours.
///
/// # Errors
/// If the file cannot be read or belongs to another architecture; the error names file and tensor.
pub fn matcher(model: Model, path: &Path) -> Result<Model, ModelError> {
    let file = open(path)?;
    let parts = [WeightSource { prefix: "", file: &file, keys: None }];
    weights::from_parts_except(model, &parts, &["image_encoder.", "text_encoder."])
        .map_err(|source| ModelError::Weights { path: path.to_owned(), source })
}

/// What is read of Hugging Face's `config.json` of a BERT.
#[derive(Debug, Deserialize)]
struct HuggingFaceConfig {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    #[serde(default = "epsilon")]
    layer_norm_eps: f64,
    #[serde(default = "gelu")]
    hidden_act: String,
}

fn epsilon() -> f64 {
    1e-12
}

fn gelu() -> String {
    "gelu".to_owned()
}

/// A BERT's weights from a Hugging Face folder: `config.json`, and `model.safetensors` or `pytorch_model.bin`.
///
/// # Errors
/// If a file is missing or unreadable, or `config.json` or a tensor does not fit `config`; the error names it.
pub fn text_encoder(encoder: Bert, config: &BertConfig, folder: &Path) -> Result<Bert, ModelError> {
    let path = folder.join("config.json");
    let text = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
    let found: HuggingFaceConfig =
        serde_json::from_slice(&text).map_err(|source| ModelError::Config { path: path.clone(), source })?;
    let numbers = [
        ("vocab_size", found.vocab_size, "text.vocabulary", config.vocabulary),
        ("hidden_size", found.hidden_size, "text.width", config.width),
        ("num_hidden_layers", found.num_hidden_layers, "text.layers", config.layers),
        ("num_attention_heads", found.num_attention_heads, "text.heads", config.heads),
        ("intermediate_size", found.intermediate_size, "text.feed_forward", config.feed_forward),
        ("max_position_embeddings", found.max_position_embeddings, "text.positions", config.positions),
        ("type_vocab_size", found.type_vocab_size, "text.types", config.types),
    ];
    let differs = numbers.into_iter().find(|(_, found, _, expected)| found != expected);
    let mut mismatch = differs.map(|(key, found, ours, expected)| Mismatch {
        key,
        found: found.to_string(),
        ours,
        expected: expected.to_string(),
    });
    if found.layer_norm_eps != config.epsilon {
        let (found, expected) = (found.layer_norm_eps.to_string(), config.epsilon.to_string());
        mismatch = mismatch.or(Some(Mismatch { key: "layer_norm_eps", found, ours: "text.epsilon", expected }));
    }
    if found.hidden_act != "gelu" {
        let (found, expected) = (found.hidden_act, "gelu".to_owned());
        mismatch = mismatch.or(Some(Mismatch { key: "hidden_act", found, ours: "activation", expected }));
    }
    if let Some(mismatch) = mismatch {
        return Err(ModelError::Foreign { path, mismatch: Box::new(mismatch) });
    }
    let safetensors = folder.join("model.safetensors");
    let path = if safetensors.exists() { safetensors } else { folder.join("pytorch_model.bin") };
    let file = open(&path)?;
    fill(encoder, &path, &file, Some(&keys::BERT))
}
