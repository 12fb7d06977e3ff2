//! Training recipes: one TOML file says everything about a run but where its data lies.

use crate::architecture::Architecture;
use crate::batch::ListingChanges;
use peise::image::Preprocess;
use peise::model::ModelConfig;
use peise_data::augment::Augmentation;
use peise_data::dataset::{NEAR_COLOURS, Unlabelled};
use peise_data::setting::{SettingError, brief, set};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

mod stage;

pub use stage::{Loss, Stage, Start};

/// A training recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model that the recipe trains.
    pub name: String,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Listings of a batch.
    pub batch: usize,
    /// Batches whose gradients are averaged for one step.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Steps between validations; the best weights so far are kept.
    pub validate_every: u64,
    /// Seconds between checkpoints: the largest amount of work that a crash loses. 0 = after every step.
    pub checkpoint_seconds: u64,
    /// Part of the listings set aside for validation where the data has no validation split; 0 = train on all.
    #[serde(default = "tenth")]
    pub validation: f64,
    /// Memory for preprocessed photos, MiB; photos that do not fit are decoded anew for every batch.
    #[serde(default = "two_gibibytes")]
    pub photo_memory: u64,
    /// What a training photo without a label is taken for.
    #[serde(default)]
    pub unlabelled: Unlabelled,
    /// Weights to begin with; without them, seeded random ones.
    #[serde(default)]
    pub weights: InitialWeights,
    /// The model; an empty `label.characters` is filled from the training labels.
    pub model: ModelConfig,
    /// Photo augmentation.
    pub augmentation: Augmentation,
    /// Listing augmentation.
    #[serde(default)]
    pub changes: ListingChanges,
    /// Optimiser and losses.
    #[serde(default)]
    pub optimiser: OptimiserConfig,
    /// What is trained, in order.
    pub stages: Vec<Stage>,
}

fn one() -> usize {
    1
}

fn tenth() -> f64 {
    0.1
}

fn two_gibibytes() -> u64 {
    2048
}

/// Files that a run begins with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InitialWeights {
    /// The photo encoder: torchvision's `.pth` or safetensors, or an `image_encoder.safetensors` of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_encoder: Option<PathBuf>,
    /// The text encoder: a Hugging Face folder; the command line takes a name on the hub, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_encoder: Option<PathBuf>,
    /// Heads and matcher: a `matcher.safetensors` of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matcher: Option<PathBuf>,
    /// A `vocab.txt` or `tokenizer.json`, or a folder with one; without it, the text encoder's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<PathBuf>,
}

/// AdamW, weight averaging and the weights of the losses. Without weight decay AdamW is Adam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptimiserConfig {
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Largest norm of a tensor's gradient; 0 = not clipped.
    pub clip: f32,
    /// Decay of the exponential moving average of the weights; 0 = no average.
    pub average: f32,
    /// Weight of the scores of every unit but the last.
    pub layer_weight: f32,
    /// Weight of the image-text contrast across the batch; 0 = off.
    pub contrast_weight: f32,
    /// Temperature of the contrast.
    pub contrast_temperature: f64,
    /// The contrast leaves out a label whose colour is no further from the photo's than this, CIEDE2000; 0 = none but the same.
    pub contrast_near: f32,
    /// Whether cross-entropy is fed with probabilities, so that its softmax is applied twice, as in the report's
    /// published run; caps the confidence at 0.73 for two labels.
    pub double_softmax: bool,
    /// Temperature of SupCon.
    pub supcon_temperature: f64,
}

impl Default for OptimiserConfig {
    fn default() -> Self {
        Self {
            weight_decay: 0.0,
            clip: 0.0,
            average: 0.0,
            layer_weight: 0.0,
            contrast_weight: 0.0,
            contrast_temperature: 0.1,
            contrast_near: NEAR_COLOURS,
            double_softmax: false,
            supcon_temperature: 0.1,
        }
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
    #[error("the recipe {path} is not valid: {}", brief(reason))]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, column and expectation.
        reason: Box<toml::de::Error>,
    },
    /// A `key=value` setting does not fit.
    #[error("setting {0}")]
    Setting(#[from] SettingError),
    /// Values contradict each other.
    #[error("the recipe is contradictory: {0}")]
    Contradiction(&'static str),
}

impl Recipe {
    /// Reads a recipe and applies `key=value` settings (`optimiser.clip=0.5`, `stages.0.steps=100`); an empty value
    /// takes an optional key away.
    ///
    /// # Errors
    /// If the file cannot be read or parsed, or a setting names a key that does not exist.
    pub fn read(path: &Path, settings: &[String]) -> Result<Self, RecipeError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| RecipeError::Read { path: path.to_owned(), source })?;
        let parse_error = |source| RecipeError::Parse { path: path.to_owned(), reason: Box::new(source) };
        let parsed: Self = toml::from_str(&text).map_err(parse_error)?;
        let recipe = if settings.is_empty() { parsed } else { set(&parsed, settings)? };
        recipe.check()?;
        Ok(recipe)
    }

    fn check(&self) -> Result<(), RecipeError> {
        let fail = |reason| Err(RecipeError::Contradiction(reason));
        let architecture = Architecture::of(&self.model);
        if self.batch == 0 || self.stages.is_empty() || self.validate_every == 0 {
            return fail("batch, validate_every and the number of stages must be at least 1");
        }
        if self.accumulate == 0 || !(0.0..1.0).contains(&self.validation) {
            return fail("accumulate must be at least 1, and validation lie within 0..1");
        }
        for stage in &self.stages {
            if stage.steps.is_some() == stage.epochs.is_some() {
                return fail("a stage has either steps or epochs");
            }
            if !(stage.lr.is_finite() && stage.lr > 0.0) || stage.patience == Some(0) {
                return fail("a stage's lr must be positive, and patience at least 1 (leave it out for none)");
            }
            if !stage.lr_end.is_none_or(|lr| (0.0..=f64::MAX).contains(&lr))
                || !stage.epochs.is_none_or(|epochs| (0.0..=1e6).contains(&epochs))
                || stage.steps.is_some_and(|steps| steps > 1 << 40)
            {
                return fail("a stage's lr_end must not be negative, and epochs and steps be a sensible number");
            }
            // A form of the photo encoder is built for one size.
            let own = self.model.preprocess().output_size();
            let fits = |steps: &Preprocess| {
                let size = steps.output_size();
                size.is_some() && (size == own || architecture.any_photo_size)
            };
            if !stage.preprocess.as_ref().is_none_or(fits) {
                return fail("a stage's preprocess must end in one size, and model report takes its own size alone");
            }
        }
        let optimiser = &self.optimiser;
        let amounts = [
            optimiser.weight_decay,
            optimiser.clip,
            optimiser.layer_weight,
            optimiser.contrast_weight,
            optimiser.contrast_near,
        ];
        if !amounts.iter().all(|amount| (0.0..=f32::MAX).contains(amount)) || !(0.0..1.0).contains(&optimiser.average) {
            return fail(
                "optimiser: weights, clip and contrast_near must not be negative, and average lie within 0..1",
            );
        }
        let probabilities = [self.changes.distractor, self.changes.extra_label];
        if !probabilities.iter().all(|probability| (0.0..=1.0).contains(probability)) {
            return fail("changes.distractor and changes.extra_label are probabilities: 0 to 1");
        }
        if !self.changes.text.is_none() && !architecture.text_changes {
            return fail(
                "changes.text must be left out for model report: what its text encoder says is kept per label",
            );
        }
        let shows_none = self.changes.distractor > 0.0 || self.unlabelled == Unlabelled::ShowsNone;
        if shows_none && !architecture.scores_none {
            return fail(
                "for model report, which has no score for \"shows no label\", changes.distractor must be 0 and unlabelled skip",
            );
        }
        if !(self.optimiser.supcon_temperature > 0.0 && self.optimiser.contrast_temperature > 0.0) {
            return fail("temperatures must be positive");
        }
        self.model.check().or_else(fail)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/compact.toml")
    }

    #[test]
    fn every_shipped_recipe_reads_and_writes_and_takes_settings() {
        for name in ["compact", "frozen", "supcon", "joint", "staged"] {
            let path = shipped().with_file_name(format!("{name}.toml"));
            let plain = Recipe::read(&path, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
            let settings = ["stages.0.steps=7", "stages.0.epochs=", "optimiser.clip=2", "validate_every=9"];
            let set = Recipe::read(&path, &settings.map(str::to_owned)).expect("set");
            assert_eq!((set.stages[0].steps, set.optimiser.clip, set.validate_every), (Some(7), 2.0, 9));
            let text = toml::to_string(&plain).expect("it is written");
            assert_eq!(toml::from_str::<Recipe>(&text).expect("and read"), plain, "{name}");
        }
    }

    #[test]
    fn wrong_settings_are_refused() {
        for setting in [
            "stages.0.stepz=7",
            "batch",
            "batch=many",
            "batch=0",
            "stages.99.steps=1",
            "changes.distractor=1.5",
            "optimiser.average=1",
            "stages.0.lr_end=-1",
            "stages.0.preprocess={ steps = [{ center_crop = { width = 9, height = 9 } }] }",
            "model.label.dropout=1.5",
            "stages.0.epochs=1",
            "modell.a=1",
        ] {
            assert!(Recipe::read(&shipped(), &[setting.into()]).is_err(), "{setting}");
        }
        assert!(matches!(Recipe::read(Path::new("none.toml"), &[]), Err(RecipeError::Read { .. })));
    }

    #[test]
    fn an_unknown_field_is_named() {
        let text = std::fs::read_to_string(shipped()).expect("shipped");
        let folder = tempfile::tempdir().expect("a folder");
        for (from, to) in [("batch = 16", "batch = 16\nbatsch = 3"), ("stem = 24", "stem = 24\nstemm = 3")] {
            let path = folder.path().join("wrong.toml");
            std::fs::write(&path, text.replace(from, to)).expect("written");
            let error = Recipe::read(&path, &[]).expect_err("an unknown field").to_string();
            assert!(error.contains("unknown field") && error.contains("wrong.toml"), "{error}");
        }
    }

    #[test]
    fn the_learning_rate_warms_up_and_falls() {
        let mut stage = Recipe::read(&shipped(), &[]).expect("shipped").stages.remove(0);
        (stage.lr, stage.lr_end, stage.warmup) = (1.0, Some(0.1), 10);
        assert!(stage.learning_rate(0, 100) < 0.11 && (stage.learning_rate(9, 100) - 1.0).abs() < 1e-9);
        assert!(stage.learning_rate(55, 100) < 0.6 && (stage.learning_rate(100, 100) - 0.1).abs() < 1e-9);
        (stage.lr_end, stage.warmup) = (None, 0);
        assert_eq!(stage.learning_rate(99, 100), 1.0);
        (stage.steps, stage.epochs) = (None, Some(2.5));
        assert_eq!(stage.length(100, 10), 25);
    }
}
