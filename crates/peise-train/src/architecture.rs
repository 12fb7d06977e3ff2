//! What training has to know of each architecture: a new one is described here.

use peise::model::ModelConfig;
use peise::weights::Precision;

/// What training has to know of an architecture.
pub(crate) struct Architecture {
    /// Path of the encoder that reads labels.
    pub label_encoder: &'static str,
    /// Precision in which its weights are written.
    pub precision: Precision,
    /// Whether its photo encoder takes photos of any size, so that a stage may train at another one.
    pub any_photo_size: bool,
    /// Whether the text of a label may change from batch to batch.
    pub text_changes: bool,
    /// Whether it scores "shows no label".
    pub scores_none: bool,
}

impl Architecture {
    /// The architecture of a configuration.
    pub fn of(config: &ModelConfig) -> Self {
        match config {
            ModelConfig::Compact(_) => Self {
                label_encoder: "label_encoder",
                precision: Precision::Half,
                any_photo_size: true,
                text_changes: true,
                scores_none: true,
            },
            // What its text encoder says is kept per label.
            ModelConfig::Report(_) => Self {
                label_encoder: "text_encoder",
                precision: Precision::Single,
                any_photo_size: false,
                text_changes: false,
                scores_none: false,
            },
        }
    }
}
