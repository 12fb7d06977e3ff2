//! ONNX Runtime computes, from a library that is found when running: nothing of it is needed to build.

use super::compute::{Engine, Features, PaddedScores};
use super::pairs_per_pass;
use crate::encoder::PaddedTokens;
use crate::model::BatchLayout;
use crate::model_folder::{QUANTISED, StoredModel};
use crate::onnx::{ExportError, Part, export};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Why ONNX Runtime is not used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// There is no library.
    #[error(
        "no ONNX Runtime library is found; `pip install onnxruntime`, or name the library in ORT_DYLIB_PATH, or put it \
         next to peise"
    )]
    NotFound,
    /// The library cannot be used: missing where it was named, broken, or too old.
    #[error("cannot use the ONNX Runtime library {path}: {reason}")]
    Library {
        /// The library.
        path: PathBuf,
        /// Why, as the loader says.
        reason: String,
    },
    /// The model cannot be made into graphs.
    #[error("cannot make ONNX graphs of the model")]
    Export(#[from] ExportError),
    /// 8-bit integers are asked for, and the model has none.
    #[error("the model has no {QUANTISED}; make it with benches/onnx/quantise.py")]
    NotQuantised,
    /// The runtime refuses a graph.
    #[error("ONNX Runtime refuses the {part}")]
    Session {
        /// Which graph.
        part: &'static str,
        /// Why.
        #[source]
        source: ort::Error,
    },
}

/// ONNX Runtime with one model's graphs.
///
/// Where the runtime fails while running, which its own checks should exclude, another engine computes in its place. That
/// engine also scores listings of more pairs than a pass should hold: it takes some of them at a time, a graph cannot.
#[derive(Debug)]
pub struct OnnxEngine {
    images: Mutex<Session>,
    labels: Mutex<Session>,
    matcher: Mutex<Session>,
    fallback: Arc<dyn Engine>,
    most_pairs: usize,
    failed: OnceLock<String>,
    path: PathBuf,
    precision: Precision,
}

/// Numbers that the photo encoder computes with; all else is 32-bit floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    Single,
    /// 8-bit integers.
    Int8,
}

/// The library of this process: it can be loaded once.
fn environment(library: &Path) -> Result<&'static Environment, RuntimeError> {
    static LOADED: OnceLock<Result<Environment, String>> = OnceLock::new();
    let load = || {
        let builder = ort::init_from(library).map_err(|error| error.to_string())?;
        builder.build().map_err(|error| error.to_string())
    };
    let failed = |reason: &String| RuntimeError::Library { path: library.to_owned(), reason: reason.clone() };
    LOADED.get_or_init(load).as_ref().map_err(failed)
}

impl OnnxEngine {
    /// Loads the library and hands it the model's graphs.
    ///
    /// # Errors
    /// If there is no library, it is too old or broken, or the model cannot be exported.
    pub fn new(
        stored: &StoredModel,
        library: &Path,
        precision: Precision,
        fallback: Arc<dyn Engine>,
    ) -> Result<Self, RuntimeError> {
        let environment = environment(library)?;
        let session = |part: Part| {
            let bytes = match (part, precision) {
                (Part::ImageEncoder, Precision::Int8) => stored.quantised.clone().ok_or(RuntimeError::NotQuantised)?,
                _ => export(part, &stored.config, stored, stored.config.architecture())?.into(),
            };
            let session = session(environment, &bytes);
            session.map(Mutex::new).map_err(|source| RuntimeError::Session { part: part.name(), source })
        };
        Ok(Self {
            images: session(Part::ImageEncoder)?,
            labels: session(Part::LabelEncoder)?,
            matcher: session(Part::Matcher)?,
            fallback,
            most_pairs: pairs_per_pass(&stored.config),
            failed: OnceLock::new(),
            path: library.to_owned(),
            precision,
        })
    }

    fn or_fallback<T>(&self, computed: ort::Result<T>, fallback: impl FnOnce() -> T) -> T {
        computed.unwrap_or_else(|error| {
            self.failed.get_or_init(|| error.to_string());
            fallback()
        })
    }
}

fn session(environment: &Environment, model: &[u8]) -> ort::Result<Session> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Session::builder(environment)?
        .with_intra_threads(threads)?
        // Decoding needs the processor while the runtime waits.
        .with_intra_op_spinning(false)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .commit_from_memory(model)
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine for OnnxEngine {
    fn name(&self) -> String {
        let precision = if self.precision == Precision::Int8 { ", int8" } else { "" };
        format!("onnxruntime{precision} ({})", self.path.display())
    }

    fn failure(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }

    fn encode_images(&self, photos: Vec<f32>, shape: [usize; 4]) -> Features {
        let computed = || {
            let mut session = lock(&self.images);
            let outputs = session.run(ort::inputs!["photos" => TensorRef::from_array_view((shape, &*photos))?])?;
            let (shape, values) = outputs["features"].try_extract_tensor::<f32>()?;
            Ok(Features { values: values.to_vec(), width: shape[1] as usize })
        };
        let computed = computed();
        self.or_fallback(computed, || self.fallback.encode_images(photos, shape))
    }

    fn encode_labels(&self, tokens: &PaddedTokens) -> Features {
        let computed = || {
            let mut session = lock(&self.labels);
            let outputs = session.run(ort::inputs![
                "tokens" => TensorRef::from_array_view((tokens.shape, &*tokens.tokens))?,
                "mask" => TensorRef::from_array_view((tokens.shape, &*tokens.mask))?,
            ])?;
            let (shape, values) = outputs["features"].try_extract_tensor::<f32>()?;
            Ok(Features { values: values.to_vec(), width: shape[1] as usize })
        };
        self.or_fallback(computed(), || self.fallback.encode_labels(tokens))
    }

    fn score(&self, images: &Features, labels: &Features, layout: &BatchLayout) -> PaddedScores {
        if layout.images.len() * longest(&layout.images) * longest(&layout.labels) > self.most_pairs {
            return self.fallback.score(images, labels, layout);
        }
        let (photos, texts) = (Padded::gather(images, &layout.images), Padded::gather(labels, &layout.labels));
        let computed = || {
            let mut session = lock(&self.matcher);
            let outputs = session.run(ort::inputs![
                "images" => TensorRef::from_array_view((photos.shape, &*photos.values))?,
                "labels" => TensorRef::from_array_view((texts.shape, &*texts.values))?,
                "image_mask" => TensorRef::from_array_view(([photos.shape[0], photos.shape[1]], &*photos.mask))?,
                "label_mask" => TensorRef::from_array_view(([texts.shape[0], texts.shape[1]], &*texts.mask))?,
            ])?;
            let values =
                |name: &str| -> ort::Result<Vec<f32>> { Ok(outputs[name].try_extract_tensor::<f32>()?.1.to_vec()) };
            let (scores, none) = (values("scores")?, values("none")?);
            Ok(PaddedScores { scores, none, images: photos.shape[1], labels: texts.shape[1] })
        };
        self.or_fallback(computed(), || self.fallback.score(images, labels, layout))
    }
}

fn longest(rows: &[Vec<usize>]) -> usize {
    rows.iter().map(Vec::len).max().unwrap_or(0)
}

/// Rows gathered into a padded batch.
struct Padded {
    values: Vec<f32>,
    mask: Vec<bool>,
    shape: [usize; 3],
}

impl Padded {
    fn gather(features: &Features, rows: &[Vec<usize>]) -> Self {
        let (most, width) = (longest(rows), features.width);
        let mut values = vec![0.0; rows.len() * most * width];
        let mut mask = vec![true; rows.len() * most];
        for (listing, rows) in rows.iter().enumerate() {
            for (place, &row) in rows.iter().enumerate() {
                let to = listing * most + place;
                values[to * width..][..width].copy_from_slice(&features.values[row * width..][..width]);
                mask[to] = false;
            }
        }
        Self { values, mask, shape: [rows.len(), most, width] }
    }
}

/// Where the library may be, the most wanted first: `ORT_DYLIB_PATH`, beside this program, in the active Python
/// environment.
///
/// # Errors
/// If it is nowhere.
pub fn find_library() -> Result<PathBuf, RuntimeError> {
    if let Some(named) = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let beside = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned()));
    let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let mut folders: Vec<PathBuf> = beside.into_iter().collect();
    for environment in environments {
        folders.push(environment.join("Lib/site-packages/onnxruntime/capi"));
        let pythons = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
        folders.extend(pythons.map(|python| python.path().join("site-packages/onnxruntime/capi")));
    }
    folders.iter().find_map(|folder| library_in(folder)).ok_or(RuntimeError::NotFound)
}

/// The library in a folder: `libonnxruntime.so`, also with a version behind, and its likes on other systems.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let is_library = |name: &str| {
        let versioned = |start: &str, end: &str| name.starts_with(start) && name.ends_with(end);
        name == "onnxruntime.dll" || name.starts_with("libonnxruntime.so") || versioned("libonnxruntime.", "dylib")
    };
    let entries = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_library)).collect();
    // The shortest name: libonnxruntime.so before libonnxruntime.so.1.20.0.
    found.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    found.into_iter().next()
}
