//! The models that a run leaves behind: folders that load by themselves.

use super::disk::{CheckpointError, file_error, remove, to_json, write_bytes, write_text, write_weights};
use super::error::TrainError;
use super::freeze;
use crate::architecture::Architecture;
use crate::recipe::Recipe;
use burn::module::Module;
use burn::tensor::Device;
use peise::encoder::vocabulary::Vocabulary;
use peise::model::{LabelTokenizer, Model, ModelConfig};
use peise::model_folder::part_files;
use peise::weights::{self, Precision, WeightFile, WeightSource};
use std::fs;
use std::path::{Path, PathBuf};

const TEXT_FILE: &str = "text_encoder.safetensors";
const TEXT_PREFIX: &str = "text_encoder.";

/// Writes and reads the model folders of a run.
///
/// A text encoder that no stage trains is large and never changes: it is written once, into the run's folder, and
/// linked from the models'; the model in training does without it.
pub(super) struct ModelFiles {
    out: PathBuf,
    config: ModelConfig,
    vocabulary: Option<Vocabulary>,
    aside: bool,
}

impl ModelFiles {
    pub fn new(out: &Path, config: &ModelConfig, tokenizer: &LabelTokenizer) -> Self {
        let vocabulary = tokenizer.vocabulary().cloned();
        Self { out: out.to_owned(), config: config.clone(), vocabulary, aside: false }
    }

    /// The configuration of the run's model.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The folder of a model of the run.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// Whether the text encoder was set aside.
    pub fn text_is_aside(&self) -> bool {
        self.aside
    }

    /// Sets a text encoder aside that no stage trains.
    pub fn set_text_aside(&mut self, model: Model, recipe: &Recipe) -> Result<Model, TrainError> {
        for stage in &recipe.stages {
            let (model, frozen) = freeze::apply(model.clone(), stage, false)?;
            if !frozen.whole(&model, "text_encoder") {
                return Ok(model);
            }
        }
        match model {
            Model::Compact(_) => Ok(model),
            Model::Report(mut report) => {
                if let Some(encoder) = report.text_encoder.take() {
                    fs::create_dir_all(&self.out).map_err(file_error(&self.out))?;
                    let path = self.out.join(TEXT_FILE);
                    write_weights(&path, &encoder.valid(), Precision::Single, |name| Some(name.to_owned()))?;
                    self.aside = true;
                }
                Ok(Model::Report(report))
            }
        }
    }

    /// A model on a plain device with the text encoder that was set aside, where one was.
    pub fn with_text_encoder(&self, model: Model, device: &Device) -> Result<Model, TrainError> {
        match (model, &self.config) {
            (Model::Report(mut report), ModelConfig::Report(config)) if self.aside => {
                let path = self.out.join(TEXT_FILE);
                let error = |source| CheckpointError::Weights { path: path.clone(), source };
                let file = WeightFile::open(&path).map_err(error)?;
                let parts = [WeightSource { prefix: "", file: &file, keys: None }];
                report.text_encoder = Some(weights::from_parts(config.text.init(device), &parts).map_err(error)?);
                Ok(Model::Report(report))
            }
            (model @ (Model::Report(_) | Model::Compact(_)), _) => Ok(model),
        }
    }

    /// Writes a loadable model folder: aside, then in the place of the one before, so that its files belong together.
    pub fn write(&self, name: &str, model: &Model) -> Result<(), CheckpointError> {
        let (place, aside, old) = (self.folder(name), format!("{name}.new"), self.folder(&format!("{name}.old")));
        self.write_files(&aside, model)?;
        remove(&old)?;
        if place.exists() {
            fs::rename(&place, &old).map_err(file_error(&place))?;
        }
        fs::rename(self.folder(&aside), &place).map_err(file_error(&place))?;
        fs::File::open(&self.out).and_then(|folder| folder.sync_all()).map_err(file_error(&self.out))?;
        remove(&old)
    }

    fn write_files(&self, name: &str, model: &Model) -> Result<(), CheckpointError> {
        let folder = self.folder(name);
        remove(&folder)?;
        fs::create_dir_all(&folder).map_err(file_error(&folder))?;
        let precision = Architecture::of(&self.config).precision;
        let files = part_files(&self.config);
        for (place, part) in files.iter().enumerate() {
            let path = folder.join(part.file);
            if self.aside && part.prefix == TEXT_PREFIX {
                link(&self.out.join(TEXT_FILE), &path)?;
                continue;
            }
            let others = &files[..place];
            write_weights(&path, model, precision, |name| {
                let elsewhere = others.iter().any(|other| name.starts_with(other.prefix));
                if elsewhere { None } else { name.strip_prefix(part.prefix).map(str::to_owned) }
            })?;
        }
        if let Some(vocabulary) = &self.vocabulary {
            write_bytes(&folder.join(vocabulary.file_name()), vocabulary.bytes())?;
        }
        self.write_config(name, &self.config)
    }

    /// Rewrites the configuration of a model folder.
    pub fn write_config(&self, name: &str, config: &ModelConfig) -> Result<(), CheckpointError> {
        let folder = self.folder(name);
        write_text(&folder.join("config.json"), &to_json(&folder, config)?)
    }

    /// Reads the weights of a model folder into a model in training.
    pub fn read(&self, name: &str, mut model: Model) -> Result<Model, CheckpointError> {
        let (place, old) = (self.folder(name), self.folder(&format!("{name}.old")));
        if !place.exists() && old.exists() {
            // A crash between two renames.
            fs::rename(&old, &place).map_err(file_error(&old))?;
        }
        let files = part_files(&self.config);
        for (place, part) in files.iter().enumerate() {
            if self.aside && part.prefix == TEXT_PREFIX {
                continue;
            }
            let path = self.folder(name).join(part.file);
            let error = |source| CheckpointError::Weights { path: path.clone(), source };
            let file = WeightFile::open(&path).map_err(error)?;
            let parts = [WeightSource { prefix: part.prefix, file: &file, keys: None }];
            let others: Vec<&str> = files[..place].iter().map(|other| other.prefix).collect();
            model = weights::from_parts_except(model, &parts, &others).map_err(error)?;
        }
        Ok(model)
    }
}

/// Links a file, or copies it if links are not supported.
fn link(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())).map_err(file_error(to))
}
