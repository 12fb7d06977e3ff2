//! ONNX Runtime as an engine. The library is loaded at run time, so the build does not need it.

use super::PAIRS_PER_PASS;
use super::compute::{Engine, EngineError, Features, PaddedScores};
use crate::encoder::PaddedTokens;
use crate::model::BatchLayout;
use crate::model_folder::{QUANTISED, StoredModel};
use crate::onnx::{ExportError, GraphPart, export};
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionOutputs};
use ort::value::TensorRef;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Why ONNX Runtime is not used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// There is no library.
    #[error(
        "no ONNX Runtime library was found; run `pip install onnxruntime`, or name the library in ORT_DYLIB_PATH, or put it \
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
/// Another engine scores listings of more pairs than a pass should hold: it takes some of them at a time, a graph cannot.
#[derive(Debug)]
pub struct OnnxEngine {
    images: Sessions,
    labels: Sessions,
    matcher: Sessions,
    large: Arc<dyn Engine>,
    most_pairs: usize,
    path: PathBuf,
    precision: Precision,
}

/// Sessions of one graph. One runs at a time, so there are as many as threads that wanted one at once.
#[derive(Debug)]
struct Sessions {
    environment: &'static Environment,
    graph: Vec<u8>,
    idle: Mutex<Vec<Session>>,
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
    /// Loads the library and hands it the model's graphs. `large` is the same model's engine for very large listings.
    ///
    /// # Errors
    /// If there is no library, it is too old or broken, or the model cannot be exported.
    pub fn new(
        stored: &StoredModel,
        library: &Path,
        precision: Precision,
        large: Arc<dyn Engine>,
    ) -> Result<Self, RuntimeError> {
        let environment = environment(library)?;
        let sessions = |part: GraphPart| {
            let graph = match (part, precision) {
                (GraphPart::ImageEncoder, Precision::Int8) => {
                    stored.quantised.as_deref().ok_or(RuntimeError::NotQuantised)?.to_vec()
                }
                _ => export(part, &stored.config, stored, stored.config.architecture())?,
            };
            Sessions::new(environment, graph).map_err(|source| RuntimeError::Session { part: part.name(), source })
        };
        Ok(Self {
            images: sessions(GraphPart::ImageEncoder)?,
            labels: sessions(GraphPart::LabelEncoder)?,
            matcher: sessions(GraphPart::Matcher)?,
            large,
            most_pairs: stored.config.pairs_per_pass(PAIRS_PER_PASS),
            path: library.to_owned(),
            precision,
        })
    }

    fn failed(&self, task: &'static str) -> impl FnOnce(ort::Error) -> EngineError + use<> {
        let engine = self.name();
        move |error| EngineError { engine, task, source: Box::new(error) }
    }
}

impl Sessions {
    /// The first session is opened at once: what the runtime refuses, it refuses now.
    fn new(environment: &'static Environment, graph: Vec<u8>) -> ort::Result<Self> {
        let first = session(environment, &graph)?;
        Ok(Self { environment, graph, idle: Mutex::new(vec![first]) })
    }

    /// Runs a session that nobody else uses; no lock is held meanwhile.
    fn run<T>(&self, run: impl FnOnce(&mut Session) -> ort::Result<T>) -> ort::Result<T> {
        let mut session = match self.idle().pop() {
            Some(idle) => idle,
            None => session(self.environment, &self.graph)?,
        };
        let result = run(&mut session);
        self.idle().push(session);
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Engine for OnnxEngine {
    fn name(&self) -> String {
        let precision = if self.precision == Precision::Int8 { ", int8" } else { "" };
        format!("onnxruntime{precision} ({})", self.path.display())
    }

    fn encode_images(&self, photos: Vec<f32>, shape: [usize; 4]) -> Result<Features, EngineError> {
        let computed = self.images.run(|session| {
            features(session.run(ort::inputs!["photos" => TensorRef::from_array_view((shape, &*photos))?])?)
        });
        computed.map_err(self.failed("encode photos"))
    }

    fn encode_labels(&self, tokens: &PaddedTokens) -> Result<Features, EngineError> {
        let computed = self.labels.run(|session| {
            features(session.run(ort::inputs![
                "tokens" => TensorRef::from_array_view((tokens.shape, &*tokens.tokens))?,
                "mask" => TensorRef::from_array_view((tokens.shape, &*tokens.mask))?,
            ])?)
        });
        computed.map_err(self.failed("encode labels"))
    }

    fn score(&self, images: &Features, labels: &Features, layout: &BatchLayout) -> Result<PaddedScores, EngineError> {
        if layout.images.len() * longest(&layout.images) * longest(&layout.labels) > self.most_pairs {
            return self.large.score(images, labels, layout);
        }
        let (photos, texts) = (Padded::gather(images, &layout.images), Padded::gather(labels, &layout.labels));
        let computed = self.matcher.run(|session| {
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
        });
        computed.map_err(self.failed("score photos against labels"))
    }
}

/// The output of an encoder's graph.
fn features(outputs: SessionOutputs<'_>) -> ort::Result<Features> {
    let (shape, values) = outputs["features"].try_extract_tensor::<f32>()?;
    Ok(Features { values: values.to_vec(), width: shape[1] as usize })
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
