//! What a run writes of every step and validation.

use serde::{Deserialize, Serialize};

/// One optimiser step, as written to `metrics.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepLog {
    /// Step of the run, from 0.
    pub step: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// Stage.
    pub stage: String,
    /// Learning rate.
    pub lr: f64,
    /// The stage's loss: per photo, the last unit's; SupCon: per anchor.
    pub loss: f64,
    /// Image-text contrast.
    pub contrast: f64,
    /// Right images / images with a label, under the training augmentation; `null` where nothing is matched.
    pub accuracy: Option<f64>,
    /// Listings with every image right / listings.
    pub exact_match: Option<f64>,
    /// Learned reward of a covered label.
    pub cover_reward: f64,
    /// Photos a second.
    pub photos_per_second: f64,
}

/// One validation of the averaged weights, as written to `metrics.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ValidationLog {
    /// Steps done.
    pub step: u64,
    /// The stage's loss.
    pub validation_loss: f64,
    /// Right images / images, cover-decoded.
    pub validation_accuracy: Option<f64>,
    /// Listings with every image right / listings, cover-decoded.
    pub validation_exact_match: Option<f64>,
    /// Whether these are the best weights of the stage so far (by loss).
    pub best: bool,
}
