//! What goes into a run, and what it reports.

use super::record::{StepLog, ValidationLog};
use burn::tensor::Device;
use peise::model::ModelConfig;
use peise_data::dataset::TrainingData;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What a run is trained and validated on.
#[derive(Debug, Default)]
pub struct RunData {
    /// Listings to train on.
    pub training: TrainingData,
    /// Listings to validate on; there may be none.
    pub validation: TrainingData,
}

/// Where a run reads and writes.
pub struct RunOptions<'a> {
    /// Folder of the run.
    pub out: &'a Path,
    /// Continue the run in `out`, if there is one.
    pub resume: bool,
    /// Where tensors live.
    pub device: Device,
    /// Set from outside to save and stop.
    pub stop: &'a AtomicBool,
}

/// What a run reports while it is in progress.
pub enum Event<'a> {
    /// Photos are being prepared, or a frozen encoder reads them: done, all.
    Preparing(u64, u64),
    /// After a step.
    Step(&'a StepLog),
    /// After a validation.
    Validation(&'a ValidationLog),
}

/// What came out of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The model as configured, characters and temperature filled in.
    pub config: ModelConfig,
    /// Best validation of the last stage, if there was one.
    pub best: Option<ValidationLog>,
    /// Whether the run was stopped from outside before its end.
    pub stopped: bool,
}
