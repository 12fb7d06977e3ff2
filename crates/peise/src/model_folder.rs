//! Model folders: `config.json` beside weight files; and the one that is embedded.

use crate::encoder::vocabulary::{Vocabulary, VocabularyError};
use crate::model::{LabelTokenizer, Model, ModelConfig};
use crate::weights::{self, Stored, TensorSource, WeightFile, WeightSource, WeightsError};
use burn::tensor::Device;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file is missing or unreadable.
    #[error("cannot read {path}; a model folder holds config.json and its weights, as peise train writes them")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than any model of ours.
    #[error("{path} has {bytes} bytes; the limit is {MAX_BYTES}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// `config.json` is not valid.
    #[error("{path} is no model configuration")]
    Config {
        /// The file.
        path: PathBuf,
        /// Line, column and expectation.
        #[source]
        source: serde_json::Error,
    },
    /// `config.json` is valid but describes no model that can be built.
    #[error("{path}: {reason}")]
    Architecture {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A published configuration differs from the model's.
    #[error("{path}: {mismatch}, or name another folder")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What differs.
        mismatch: Box<Mismatch>,
    },
    /// Photos of different sizes would stay different.
    #[error("the model's preprocess does not bring every photo to one size; end it with resize, pad or crop_square")]
    PhotoSize,
    /// The vocabulary cannot be used.
    #[error("cannot use {path}")]
    Vocabulary {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<VocabularyError>,
    },
    /// A weight file does not fit `config.json`.
    #[error("cannot use {path}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// Which tensor, and why.
        #[source]
        source: WeightsError,
    },
}

/// A value in which a published configuration differs from the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Its key there.
    pub key: &'static str,
    /// Its value there.
    pub found: String,
    /// Our key.
    pub ours: &'static str,
    /// Our value.
    pub expected: String,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, found, ours, expected } = self;
        write!(f, "{key} is {found}, but the model's {ours} is {expected}; set {ours} to {found} in the recipe")
    }
}

/// The largest `config.json` or vocabulary that is read, bytes.
const MAX_BYTES: u64 = 64 << 20;
const CONFIG: &str = "config.json";
/// The photo encoder as an ONNX graph of 8-bit integers.
pub const QUANTISED: &str = "image_encoder.int8.onnx";
#[cfg(feature = "onnxruntime")]
const EMBEDDED_QUANTISED: Option<&[u8]> = Some(include_bytes!("../assets/compact/image_encoder.int8.onnx"));
/// Only ONNX Runtime reads it.
#[cfg(not(feature = "onnxruntime"))]
const EMBEDDED_QUANTISED: Option<&[u8]> = None;
const EMBEDDED_CONFIG: &[u8] = include_bytes!("../assets/compact/config.json");
const EMBEDDED_WEIGHTS: &[u8] = include_bytes!("../assets/compact/model.safetensors");

/// The card of the embedded model: data, recipe, metrics, limits.
pub const EMBEDDED_CARD: &str = include_str!("../assets/compact/card.md");

/// A weight file of a model folder, and the path of the model's tensors that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartFile {
    /// The file's name.
    pub file: &'static str,
    /// The path with a dot at its end, left out in the file; empty = what the other files do not hold.
    pub prefix: &'static str,
}

/// The weight files of an architecture, the most special first.
pub fn part_files(config: &ModelConfig) -> &'static [PartFile] {
    match config {
        ModelConfig::Compact(_) => &[PartFile { file: "model.safetensors", prefix: "" }],
        #[cfg(feature = "report")]
        ModelConfig::Report(_) => &[
            PartFile { file: "image_encoder.safetensors", prefix: "image_encoder." },
            PartFile { file: "text_encoder.safetensors", prefix: "text_encoder." },
            PartFile { file: "matcher.safetensors", prefix: "" },
        ],
    }
}

/// What a model folder holds.
#[derive(Debug)]
pub struct LoadedModel {
    /// The configuration.
    pub config: ModelConfig,
    /// The model.
    pub model: Model,
    /// Its label tokenizer.
    pub tokenizer: LabelTokenizer,
}

/// The embedded model.
pub(crate) fn embedded(device: &Device) -> Result<LoadedModel, ModelError> {
    let folder = Path::new("(embedded)");
    let config = parse(EMBEDDED_CONFIG, &folder.join(CONFIG))?;
    let error = |file: &str| {
        let path = folder.join(file);
        move |source| ModelError::Weights { path, source }
    };
    let model = weights::from_bytes(config.init(device), EMBEDDED_WEIGHTS).map_err(error("model.safetensors"))?;
    let tokenizer = config
        .tokenizer(None)
        .map_err(|source| ModelError::Vocabulary { path: folder.to_owned(), source: Box::new(source) })?;
    Ok(LoadedModel { config, model, tokenizer })
}

/// A model's configuration and weights as they are stored, for what needs no module, such as [`crate::onnx`].
pub struct StoredModel {
    /// The configuration.
    pub config: ModelConfig,
    /// The vocabulary, where the model has one.
    pub vocabulary: Option<Vocabulary>,
    /// The photo encoder as an ONNX graph of 8-bit integers, where the model has one.
    pub quantised: Option<Cow<'static, [u8]>>,
    files: Vec<(&'static str, WeightFile<'static>)>,
}

impl StoredModel {
    /// The embedded model.
    ///
    /// # Errors
    /// If the embedded files are damaged; the tests of a release exclude this.
    pub fn embedded() -> Result<Self, ModelError> {
        let folder = Path::new("(embedded)");
        let config = parse(EMBEDDED_CONFIG, &folder.join(CONFIG))?;
        let error = |source| ModelError::Weights { path: folder.join("model.safetensors"), source };
        let file = WeightFile::from_bytes(EMBEDDED_WEIGHTS).map_err(error)?;
        Ok(Self { config, vocabulary: None, quantised: EMBEDDED_QUANTISED.map(Cow::Borrowed), files: vec![("", file)] })
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// If a file is missing or unreadable; the error names it.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let config = parse(&read(&folder.join(CONFIG))?, &folder.join(CONFIG))?;
        let vocabulary = if config.tokens().is_some() { Some(read_vocabulary(folder)?) } else { None };
        let files = part_files(&config).iter().map(|part| Ok((part.prefix, open_part(folder, part)?)));
        let files = files.collect::<Result<_, ModelError>>()?;
        let quantised = folder.join(QUANTISED);
        let quantised = if quantised.exists() { Some(read(&quantised)?.into()) } else { None };
        Ok(Self { files, config, vocabulary, quantised })
    }
}

impl TensorSource for StoredModel {
    fn tensor(&self, name: &str) -> Result<Stored, WeightsError> {
        let part = self.files.iter().find_map(|(prefix, file)| Some((name.strip_prefix(prefix)?, file)));
        let (name, file) = part.ok_or_else(|| WeightsError::Missing { name: name.to_owned() })?;
        file.tensor(name)
    }
}

fn open_part(folder: &Path, part: &PartFile) -> Result<WeightFile<'static>, ModelError> {
    let path = folder.join(part.file);
    WeightFile::open(&path).map_err(|source| match source {
        WeightsError::Read(source) => ModelError::Read { path, source },
        source => ModelError::Weights { path, source },
    })
}

/// Size of the embedded weights in bytes.
pub fn embedded_bytes() -> usize {
    EMBEDDED_WEIGHTS.len()
}

/// Loads a folder.
///
/// # Errors
/// If a file is missing, unreadable, or does not fit the others; the error names it.
pub fn load(folder: &Path, device: &Device) -> Result<LoadedModel, ModelError> {
    let config = parse(&read(&folder.join(CONFIG))?, &folder.join(CONFIG))?;
    let vocabulary = if config.tokens().is_some() { Some(read_vocabulary(folder)?) } else { None };
    let name = vocabulary.as_ref().map_or(CONFIG, Vocabulary::file_name);
    let tokenizer = config
        .tokenizer(vocabulary)
        .map_err(|source| ModelError::Vocabulary { path: folder.join(name), source: Box::new(source) })?;
    let mut model = config.init(device);
    // One file after the other: the text encoder's is large.
    let files = part_files(&config);
    for (place, part) in files.iter().enumerate() {
        let path = folder.join(part.file);
        let error = |source| ModelError::Weights { path: path.clone(), source };
        let file = open_part(folder, part)?;
        let parts = [WeightSource { prefix: part.prefix, file: &file, keys: None }];
        let others: Vec<&str> = files[..place].iter().map(|other| other.prefix).collect();
        model = weights::from_parts_except(model, &parts, &others).map_err(error)?;
    }
    Ok(LoadedModel { config, model, tokenizer })
}

/// Reads the vocabulary of a folder: `tokenizer.json`, or else `vocab.txt`.
///
/// # Errors
/// If there is neither, or it cannot be read.
pub fn read_vocabulary(folder: &Path) -> Result<Vocabulary, ModelError> {
    let json = folder.join("tokenizer.json");
    if json.exists() {
        return Ok(Vocabulary::Tokenizer(read(&json)?));
    }
    Ok(Vocabulary::Words(read(&folder.join("vocab.txt"))?))
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let error = |source| ModelError::Read { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(error)?.len();
    if bytes > MAX_BYTES {
        return Err(ModelError::TooLarge { path: path.to_owned(), bytes });
    }
    std::fs::read(path).map_err(error)
}

fn parse(config: &[u8], path: &Path) -> Result<ModelConfig, ModelError> {
    let config: ModelConfig =
        serde_json::from_slice(config).map_err(|source| ModelError::Config { path: path.to_owned(), source })?;
    config.check().map_err(|reason| ModelError::Architecture { path: path.to_owned(), reason })?;
    Ok(config)
}
