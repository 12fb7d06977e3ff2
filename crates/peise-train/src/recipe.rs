//! Training recipes: one TOML file says everything about a run but where its data lies.

use crate::augment::Augmentation;
use crate::batch::ListingChanges;
use peise::image::Preprocess;
use peise::model::CompactConfig;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A training recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model that the recipe trains.
    pub name: String,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Listings a step.
    pub batch: usize,
    /// Steps between validations; the best weights so far are kept.
    pub validate_every: u64,
    /// Seconds between checkpoints: what a crash costs at most.
    pub checkpoint_seconds: u64,
    /// The model; an empty `label.characters` is filled from the training labels.
    pub model: CompactConfig,
    /// Photo augmentation.
    pub augmentation: Augmentation,
    /// Listing augmentation.
    pub changes: ListingChanges,
    /// Optimiser and losses.
    pub optimiser: OptimiserConfig,
    /// What is trained, in order.
    pub stages: Vec<Stage>,
}

/// AdamW, weight averaging and the weights of the losses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimiserConfig {
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Largest norm of a tensor's gradient.
    pub clip: f32,
    /// Decay of the exponential moving average of the weights.
    pub average: f32,
    /// Weight of the scores of every unit but the last.
    pub layer_weight: f32,
    /// Weight of the image-text contrast across the batch; 0 = off.
    pub contrast_weight: f32,
    /// Temperature of the contrast.
    pub contrast_temperature: f64,
}

/// One stage of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Name for logs.
    pub name: String,
    /// Optimiser steps.
    pub steps: u64,
    /// Learning rate after the warm-up.
    pub lr: f64,
    /// Learning rate at the end of the cosine.
    pub lr_end: f64,
    /// Steps of linear warm-up.
    pub warmup: u64,
    /// Preprocessing during this stage; without it, the model's own.
    #[serde(default)]
    pub preprocess: Option<Preprocess>,
}

impl Stage {
    /// Learning rate of a step of this stage: linear warm-up, then half a cosine.
    pub fn learning_rate(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.lr * (step + 1) as f64 / self.warmup as f64;
        }
        let rest = (self.steps - self.warmup).max(1) as f64;
        let part = (step - self.warmup) as f64 / rest;
        self.lr_end + (self.lr - self.lr_end) * 0.5 * (1.0 + (std::f64::consts::PI * part.min(1.0)).cos())
    }
}

/// Why a recipe could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file could not be read.
    #[error("cannot read the recipe {path}; recipes/ holds those that come with Peise")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no valid recipe.
    #[error("the recipe {path} is not valid: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, column and expectation.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// `--set` is not `key=value`, or its key does not exist.
    #[error("--set {setting}: {expected}")]
    Setting {
        /// As given.
        setting: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Values contradict each other.
    #[error("the recipe is contradictory: {0}")]
    Contradiction(&'static str),
}

impl Recipe {
    /// Reads a recipe and applies `key=value` settings (`optimiser.clip=0.5`, `stages.0.steps=100`).
    ///
    /// # Errors
    /// If the file cannot be read or parsed, or a setting names a key that does not exist.
    pub fn read(path: &Path, settings: &[String]) -> Result<Self, RecipeError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| RecipeError::Read { path: path.to_owned(), source })?;
        let parse_error = |source| RecipeError::Parse { path: path.to_owned(), source: Box::new(source) };
        let mut value: toml::Value = toml::from_str(&text).map_err(parse_error)?;
        for setting in settings {
            apply(&mut value, setting)?;
        }
        let recipe: Self = value.try_into().map_err(parse_error)?;
        recipe.check()?;
        Ok(recipe)
    }

    fn check(&self) -> Result<(), RecipeError> {
        let fail = |reason| Err(RecipeError::Contradiction(reason));
        if self.batch == 0 || self.stages.is_empty() || self.validate_every == 0 {
            return fail("batch, validate_every and the number of stages must be at least 1");
        }
        self.model.check().or_else(fail)?;
        Ok(())
    }
}

fn apply(value: &mut toml::Value, setting: &str) -> Result<(), RecipeError> {
    let fail = |expected| RecipeError::Setting { setting: setting.to_owned(), expected };
    let (path, new) = setting.split_once('=').ok_or_else(|| fail("expected key=value"))?;
    let mut at = value;
    for key in path.trim().split('.') {
        at = match at {
            toml::Value::Table(table) => table.get_mut(key),
            toml::Value::Array(list) => key.parse().ok().and_then(|index: usize| list.get_mut(index)),
            _ => None,
        }
        .ok_or_else(|| fail("the recipe has no such key"))?;
    }
    let parsed: toml::Value = toml::from_str::<toml::Table>(&format!("v = {}", new.trim()))
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| toml::Value::String(new.trim().to_owned()));
    // A whole number is a fine value for a fractional key.
    *at = match (&*at, parsed) {
        (toml::Value::Float(_), toml::Value::Integer(whole)) => toml::Value::Float(whole as f64),
        (_, parsed) => parsed,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/compact.toml")
    }

    #[test]
    fn the_shipped_recipe_reads_and_takes_settings() {
        let plain = Recipe::read(&shipped(), &[]).expect("shipped");
        let set = Recipe::read(&shipped(), &["stages.0.steps=7".into(), "optimiser.clip=2".into()]).expect("set");
        assert_ne!(plain.stages[0].steps, 7);
        assert_eq!((set.stages[0].steps, set.optimiser.clip), (7, 2.0));
    }

    #[test]
    fn wrong_settings_are_refused() {
        for setting in ["stages.0.stepz=7", "batch", "batch=many", "batch=0", "stages.99.steps=1"] {
            assert!(Recipe::read(&shipped(), &[setting.into()]).is_err(), "{setting}");
        }
        assert!(matches!(Recipe::read(Path::new("none.toml"), &[]), Err(RecipeError::Read { .. })));
    }

    #[test]
    fn the_learning_rate_warms_up_and_falls() {
        let stage = Stage { name: "s".into(), steps: 100, lr: 1.0, lr_end: 0.1, warmup: 10, preprocess: None };
        assert!(stage.learning_rate(0) < 0.11 && (stage.learning_rate(9) - 1.0).abs() < 1e-9);
        assert!(stage.learning_rate(55) < 0.6 && (stage.learning_rate(100) - 0.1).abs() < 1e-9);
    }
}
