//! The weights that a run begins with.

use super::error::TrainError;
use crate::recipe::{InitialWeights, Recipe};
use burn::tensor::Device;
use peise::encoder::vocabulary::Vocabulary;
use peise::model::{LabelTokenizer, Model, ModelConfig, ReportConfig};
use peise::pretrained;
use peise_data::dataset::TrainingData;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// A model with the recipe's initial weights, seeded random ones where it names none.
pub(super) fn model(recipe: &Recipe, config: &ModelConfig, device: &Device) -> Result<Model, TrainError> {
    device.seed(recipe.seed);
    match config {
        ModelConfig::Compact(compact) => {
            if recipe.weights != InitialWeights::default() {
                return Err(TrainError::NoSuchPart { architecture: config.architecture() });
            }
            Ok(Model::Compact(compact.init(device)))
        }
        ModelConfig::Report(config) => report(config, &recipe.weights, device),
    }
}

fn report(config: &ReportConfig, weights: &InitialWeights, device: &Device) -> Result<Model, TrainError> {
    let mut report = config.init(device);
    if let Some(path) = &weights.image_encoder {
        report.image_encoder = pretrained::image_encoder(report.image_encoder, path)?;
    }
    if let Some(folder) = &weights.text_encoder
        && let Some(encoder) = report.text_encoder.take()
    {
        report.text_encoder = Some(pretrained::text_encoder(encoder, &config.text, folder)?);
    }
    let model = Model::Report(report);
    match &weights.matcher {
        Some(path) => Ok(pretrained::matcher(model, path)?),
        None => Ok(model),
    }
}

/// The configuration with what the training data tells: the characters of its labels.
pub(super) fn completed(config: &ModelConfig, training: &TrainingData) -> ModelConfig {
    let mut config = config.clone();
    match &mut config {
        ModelConfig::Compact(compact) => {
            if compact.label.characters.is_empty() {
                compact.label.characters = training.characters();
            }
        }
        ModelConfig::Report(_) => {}
    }
    config
}

/// The label tokenizer of a recipe's model.
pub(super) fn tokenizer(recipe: &Recipe, config: &ModelConfig) -> Result<LabelTokenizer, TrainError> {
    let vocabulary = match (config.tokens(), &recipe.weights.vocabulary, &recipe.weights.text_encoder) {
        (None, ..) => None,
        (Some(_), Some(path), _) | (Some(_), None, Some(path)) => Some(vocabulary(path)?),
        (Some(_), None, None) => return Err(TrainError::NoVocabulary),
    };
    let path = recipe.weights.vocabulary.as_ref().or(recipe.weights.text_encoder.as_ref());
    config
        .tokenizer(vocabulary)
        .map_err(|source| TrainError::Vocabulary { path: path.cloned().unwrap_or_default(), source: Box::new(source) })
}

fn vocabulary(path: &Path) -> Result<Vocabulary, TrainError> {
    if path.is_dir() {
        return Ok(peise::model_folder::read_vocabulary(path)?);
    }
    let read = |source| TrainError::Read { path: path.to_owned(), source };
    let bytes = std::fs::read(path).map_err(read)?;
    let json = path.extension().is_some_and(|extension| extension == "json");
    Ok(if json { Vocabulary::Tokenizer(bytes) } else { Vocabulary::Words(bytes) })
}

/// A hash of every file that a run begins with: it is resumed with the same ones only.
pub(super) fn fingerprint(weights: &InitialWeights) -> Result<String, TrainError> {
    let mut hasher = Xxh3::new();
    let given = [&weights.image_encoder, &weights.text_encoder, &weights.matcher, &weights.vocabulary];
    for (role, path) in given.into_iter().enumerate() {
        let Some(path) = path else { continue };
        for file in files(path, weights.vocabulary.is_none()) {
            hasher.update(&[role as u8]);
            let read = |source| TrainError::Read { path: file.clone(), source };
            let mut opened = File::open(&file).map_err(read)?;
            let mut buffer = vec![0u8; 1 << 20];
            loop {
                match opened.read(&mut buffer).map_err(read)? {
                    0 => break,
                    count => hasher.update(&buffer[..count]),
                }
            }
        }
    }
    Ok(format!("{:032x}", hasher.digest128()))
}

/// A file, or those that are read of a folder: of two that would do the first.
fn files(path: &Path, vocabulary: bool) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let words: &[&str] = if vocabulary { &["tokenizer.json", "vocab.txt"] } else { &[] };
    let wanted: [&[&str]; 3] = [&["config.json"], &["model.safetensors", "pytorch_model.bin"], words];
    let first = |names: &&[&str]| names.iter().map(|name| path.join(name)).find(|file| file.is_file());
    wanted.iter().filter_map(first).collect()
}
