//! Options that `match` and `predict` share.

use crate::device;
use crate::failure::{Failure, tell};
use clap::{Args, ValueEnum};
#[cfg(feature = "onnxruntime")]
use peise::Engine as _;
use peise::Matcher;
use peise::ModelError;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Objective, Rule};
use peise::model_folder::StoredModel;
#[cfg(feature = "onnxruntime")]
use peise::onnxruntime::{self, OnnxEngine, Precision};
use peise_eval::baseline::Baseline;
use peise_listings::FormatError;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
#[cfg(feature = "onnxruntime")]
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// How labels are decided.
#[derive(Debug, Clone, Args)]
pub struct DecideArgs {
    /// auto, cover, reserve, one-to-one, at-most:K or free. auto: cover (every label gets a photo) for the course's
    /// data, whose rules promise that; else reserve (a label may stay bare where that is far likelier).
    #[arg(long, default_value = "auto", value_name = "RULE")]
    rule: Rule,
    /// listing: the most probable answer for the whole listing; image: for each photo alone.
    #[arg(long, default_value = "listing", value_name = "OBJECTIVE")]
    objective: Objective,
    /// Whether a photo may show no label (size charts): allow, or forbid (the course's data).
    #[arg(long, value_name = "POLICY")]
    none: Option<NonePolicy>,
    /// Withhold answers whose probability is below P; they are written as null.
    #[arg(long, default_value_t = 0.0, value_name = "P")]
    pub min_confidence: f32,
}

impl DecideArgs {
    /// The library's options; `complete` = the data promises a photo for every label, and a label for every photo.
    pub fn resolve(&self, complete: bool) -> Result<DecodeOptions, Failure> {
        // Above 1, nothing is answered.
        if self.min_confidence.is_nan() || self.min_confidence < 0.0 {
            return Err(Failure::Usage(format!(
                "--min-confidence {}: expected a probability from 0 to 1; above 1 nothing is answered",
                self.min_confidence
            )));
        }
        let rule = match self.rule {
            Rule::Auto if complete => Rule::Cover,
            Rule::Auto => Rule::Reserve,
            rule => rule,
        };
        let none = self.none.unwrap_or(if complete { NonePolicy::Forbid } else { NonePolicy::Allow });
        Ok(DecodeOptions { rule, objective: self.objective, none, cover_reward: 0.0 })
    }
}

/// Which model runs where.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// Name or folder of the model. compact is embedded; `predict` also accepts the baselines random and
    /// nearest-colour.
    #[arg(long, default_value = "compact", value_name = "NAME|DIR")]
    pub model: String,
    /// Device that runs the model: cpu; vulkan or cuda in builds with that feature.
    #[arg(long, default_value = "cpu", value_name = "DEVICE")]
    pub device: String,
    /// Engine that runs the model: flex is built in and the default; ONNX Runtime needs its library.
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
}

/// An engine that runs models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Auto,
    Flex,
    Onnxruntime,
    OnnxruntimeInt8,
}

impl ModelArgs {
    /// Tells models apart, and engines, whose results differ in the last bits.
    pub fn fingerprint(&self) -> Result<String, Failure> {
        let model = self.model_fingerprint()?;
        Ok(match self.engine {
            Engine::Auto | Engine::Flex => model,
            engine => format!("{model} {engine:?}"),
        })
    }

    /// The name of a model of ours, or a hash of the files of a folder.
    fn model_fingerprint(&self) -> Result<String, Failure> {
        let folder = Path::new(&self.model);
        if self.model == "compact" || !folder.is_dir() {
            return Ok(self.model.clone());
        }
        let failed = |source| FormatError::Io { path: folder.to_owned(), action: "read", source };
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
        files.retain(|path| path.is_file());
        files.sort();
        let mut hasher = Xxh3::new();
        for path in files {
            let failed = |source| FormatError::Io { path: path.clone(), action: "read", source };
            let mut reader = BufReader::new(File::open(&path).map_err(failed)?);
            loop {
                let bytes = reader.fill_buf().map_err(failed)?;
                if bytes.is_empty() {
                    break;
                }
                hasher.update(bytes);
                let read = bytes.len();
                reader.consume(read);
            }
        }
        Ok(format!("{:032x}", hasher.digest128()))
    }

    /// Loads the model.
    pub fn load(&self) -> Result<Matcher, Failure> {
        let device = device::parse(&self.device)?;
        if self.model == "compact" {
            return self.with_engine(Matcher::embedded(device)?, StoredModel::embedded);
        }
        if Baseline::by_name(&self.model).is_some() {
            return Err(Failure::Usage(format!("--model {}: a baseline, for `peise predict` only", self.model)));
        }
        let folder = Path::new(&self.model);
        if !folder.is_dir() {
            return Err(Failure::Usage(format!(
                "--model {}: neither a known model nor a folder; `peise models` lists the known models",
                self.model
            )));
        }
        self.with_engine(Matcher::load(folder, device)?, || StoredModel::open(folder))
    }

    /// The matcher with the engine that was asked for.
    #[cfg(feature = "onnxruntime")]
    fn with_engine(
        &self,
        matcher: Matcher,
        stored: impl FnOnce() -> Result<StoredModel, ModelError>,
    ) -> Result<Matcher, Failure> {
        let precision = match self.engine {
            Engine::Auto | Engine::Flex => return Ok(matcher),
            Engine::Onnxruntime => Precision::Single,
            Engine::OnnxruntimeInt8 => Precision::Int8,
        };
        let engine =
            OnnxEngine::new(&stored()?, &onnxruntime::find_library()?, precision, Arc::clone(matcher.engine()))?;
        tell(&format!("computing with {}", engine.name()));
        Ok(matcher.with_engine(Arc::new(engine)))
    }

    #[cfg(not(feature = "onnxruntime"))]
    fn with_engine(
        &self,
        matcher: Matcher,
        _: impl FnOnce() -> Result<StoredModel, ModelError>,
    ) -> Result<Matcher, Failure> {
        if matches!(self.engine, Engine::Onnxruntime | Engine::OnnxruntimeInt8) {
            let told = "this build has no ONNX Runtime; build it with --features onnxruntime, or leave --engine out";
            return Err(Failure::Usage(told.to_owned()));
        }
        Ok(matcher)
    }
}
