//! The stages of a recipe.

use peise::image::Preprocess;
use serde::{Deserialize, Serialize};

/// What a stage minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The listing's exact likelihood under the soft cover rule.
    #[default]
    Structured,
    /// The report's: cross-entropy of each photo over its listing's labels.
    CrossEntropy,
    /// SupCon of the photo encoder's features, L_out; classes are (listing, label).
    SupconOut,
    /// SupCon of the photo encoder's features, L_in.
    SupconIn,
}

/// The weights that a stage begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The last ones of the stage before.
    #[default]
    Last,
    /// The best ones of the stage before, by validation loss, as `best/` has them (for `compact` in half precision).
    Best,
}

/// One stage of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Name for logs.
    pub name: String,
    /// Optimiser steps; give these or `epochs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Passes over the training listings; give these or `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<f64>,
    /// Learning rate after the warm-up.
    pub lr: f64,
    /// Learning rate at the end of the cosine; without it, `lr` stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lr_end: Option<f64>,
    /// Steps of linear warm-up.
    #[serde(default)]
    pub warmup: u64,
    /// Paths of what is trained (`matcher`, `image_encoder.stages.3`); `*` = all.
    #[serde(default = "all")]
    pub train: Vec<String>,
    /// Paths of what is not, even if `train` has it. Frozen means: weights and normalisation statistics stay, dropout
    /// is off.
    #[serde(default)]
    pub freeze: Vec<String>,
    /// What is minimised.
    #[serde(default)]
    pub loss: Loss,
    /// The weights that it begins with.
    #[serde(default)]
    pub start: Start,
    /// Validations without a better loss after which the stage ends; without it, it runs to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    /// Preprocessing during this stage; without it, the model's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<Preprocess>,
}

fn all() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Stage {
    /// Steps of this stage over so many listings, `listings_a_step` in each.
    pub fn length(&self, listings: usize, listings_a_step: usize) -> u64 {
        let epoch = (listings / listings_a_step).max(1) as f64;
        self.steps.unwrap_or_else(|| (self.epochs.unwrap_or(0.0) * epoch).round().max(0.0) as u64)
    }

    /// Learning rate of a step of this stage of so many steps: linear warm-up, then half a cosine.
    pub fn learning_rate(&self, step: u64, steps: u64) -> f64 {
        if step < self.warmup {
            return self.lr * (step + 1) as f64 / self.warmup as f64;
        }
        let end = self.lr_end.unwrap_or(self.lr);
        let rest = steps.saturating_sub(self.warmup).max(1) as f64;
        let part = (step - self.warmup) as f64 / rest;
        end + (self.lr - end) * 0.5 * (1.0 + (std::f64::consts::PI * part.min(1.0)).cos())
    }
}
