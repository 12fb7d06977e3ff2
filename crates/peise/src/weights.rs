//! Weight files, read strictly: a tensor that is missing, unexpected or misshaped is an error that names it.
//!
//! Our own are safetensors; a tensor's name is its path in the module (`matcher.units.0.within.query.weight`), its
//! layout the framework's (linear weights `[in, out]`). Files hold f16 or f32; modules always hold f32. Files of other
//! projects are read through the tables of [`keys`].

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};
use std::collections::{BTreeMap, BTreeSet, HashMap};

mod file;
pub mod keys;

pub use file::{LARGEST_FILE, Stored, TensorSource, WeightFile};
pub use keys::Cut;
use keys::Keys;

/// Why weights could not be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("cannot read the weight file")]
    Read(#[from] std::io::Error),
    /// The bytes are no safetensors file.
    #[error("not a readable safetensors file")]
    File(#[from] SafeTensorError),
    /// The bytes are no PyTorch file that can be read without running what it says.
    #[error("not a readable .pth file")]
    Pytorch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A PyTorch file, and this build does not read them.
    #[error("a PyTorch file; this build reads safetensors only: build with the feature `report`, or convert it")]
    PytorchLeftOut,
    /// A bare pickle.
    #[error("a pickle, not PyTorch's zip format; load it in PyTorch and save it again with torch.save")]
    LegacyPickle,
    /// Larger than any weights of ours.
    #[error("the weight file has {bytes} bytes; the limit is {LARGEST_FILE}")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// The module has a tensor that the file lacks.
    #[error("the weight file lacks tensor `{name}`; it belongs to another model or version")]
    Missing {
        /// Name of the tensor in the file.
        name: String,
    },
    /// The file has a tensor that the module lacks.
    #[error("the weight file holds tensor `{name}`, which this model does not have")]
    Unexpected {
        /// Name in the file.
        name: String,
    },
    /// Shapes disagree.
    #[error("tensor `{name}`: the model expects shape {expected:?}, the weight file holds {found:?}")]
    Shape {
        /// Name in the file.
        name: String,
        /// Shape in the module, in the file's layout.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// Not a float.
    #[error("tensor `{name}` is stored as {found}; expected F16, BF16, F32 or F64")]
    Dtype {
        /// Name in the file.
        name: String,
        /// Type in the file.
        found: String,
    },
    /// A tensor's bytes cannot be read, or fail their checksum.
    #[error("tensor `{name}` is damaged")]
    Damaged {
        /// Name in the file.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A weight is NaN or infinite.
    #[error("tensor `{name}` holds a value that is not finite")]
    NotFinite {
        /// Path of the tensor.
        name: String,
    },
}

/// Number format of a weight file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 16 bit: what is shipped.
    Half,
    /// 32 bit: what training resumes from.
    Single,
}

/// Where in a module a visitor is. The variants of an enum do not count: a model's tensors are named the same whatever
/// holds it.
#[derive(Debug, Default)]
pub struct ModulePath(Vec<(Option<String>, bool)>);

impl ModulePath {
    /// To be called by `enter_module`.
    pub fn enter(&mut self, name: &str, container: &str) {
        let counts = !container.starts_with("Enum:");
        self.0.push((counts.then(|| name.to_owned()), container == "Struct:Linear"));
    }

    /// To be called by `exit_module`.
    pub fn exit(&mut self) {
        self.0.pop();
    }

    /// The path, joined by dots.
    pub fn name(&self) -> String {
        self.0.iter().filter_map(|(name, _)| name.as_deref()).collect::<Vec<_>>().join(".")
    }

    /// Whether the current tensor belongs to a linear layer, whose weight other projects store transposed.
    pub fn in_linear(&self) -> bool {
        self.0.last().is_some_and(|(_, linear)| *linear)
    }
}

/// Every float tensor of a module, running statistics included, by path.
pub fn tensors<M: Module>(module: &M) -> BTreeMap<String, TensorData> {
    #[derive(Default)]
    struct Collect {
        path: ModulePath,
        found: BTreeMap<String, TensorData>,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.exit();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.insert(self.path.name(), param.val().into_data().convert::<f32>());
        }
    }
    let mut collect = Collect::default();
    // Going over to validation makes normalisations write down the statistics of their last batch.
    module.valid().visit(&mut collect);
    collect.found
}

/// Serialises a module's tensors with string metadata; `rename` gives the name in the file, or `None` to leave one out.
///
/// # Errors
/// [`WeightsError::NotFinite`] if a weight is NaN or infinite (at half precision: above 65504).
pub fn to_bytes<M: Module>(
    module: &M,
    precision: Precision,
    metadata: HashMap<String, String>,
    rename: impl Fn(&str) -> Option<String>,
) -> Result<Vec<u8>, WeightsError> {
    let (dtype, encode): (Dtype, fn(f32) -> Vec<u8>) = match precision {
        Precision::Half => (Dtype::F16, |value| f16::from_f32(value).to_le_bytes().to_vec()),
        Precision::Single => (Dtype::F32, |value| value.to_le_bytes().to_vec()),
    };
    let limit = if precision == Precision::Half { f16::MAX.to_f32() } else { f32::MAX };
    let mut encoded = Vec::new();
    for (name, data) in tensors(module) {
        let Some(name) = rename(&name) else { continue };
        let mut bytes = Vec::new();
        for value in data.iter::<f32>() {
            if value.is_nan() || value.abs() > limit {
                return Err(WeightsError::NotFinite { name });
            }
            bytes.extend(encode(value));
        }
        encoded.push((name, data.shape().to_vec(), bytes));
    }
    let views = encoded
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    // The map's type depends on a feature of the crate.
    Ok(safetensors::serialize(views, Some(metadata.into_iter().collect()))?)
}

/// A file that holds the tensors below a path of a module.
pub struct WeightSource<'a> {
    /// The path with a dot at its end (`image_encoder.`), left out in the file; empty = the whole module.
    pub prefix: &'a str,
    /// The file.
    pub file: &'a WeightFile<'a>,
    /// How the file names tensors; `None` = as we do.
    pub keys: Option<&'a Keys>,
}

/// Replaces every float tensor of a module by the file's.
///
/// # Errors
/// If the bytes are no safetensors file, or a tensor is missing, unexpected, misshaped, of another
/// number format, or not finite. The error names it.
pub fn from_bytes<M: Module>(module: M, bytes: &[u8]) -> Result<M, WeightsError> {
    let file = WeightFile::from_bytes(bytes)?;
    from_parts(module, &[WeightSource { prefix: "", file: &file, keys: None }])
}

/// Replaces the float tensors below the parts' paths by the files'; the first part whose path fits has the tensor, and
/// what no part has stays as it is.
///
/// # Errors
/// If a tensor is missing in its file, unexpected, misshaped, of another number format, damaged or not finite. The
/// error names it as the file does.
pub fn from_parts<M: Module>(module: M, parts: &[WeightSource]) -> Result<M, WeightsError> {
    from_parts_except(module, parts, &[])
}

/// As [`from_parts`], but what lies below the paths `except` stays as it is, too.
///
/// # Errors
/// As [`from_parts`].
pub fn from_parts_except<M: Module>(module: M, parts: &[WeightSource], except: &[&str]) -> Result<M, WeightsError> {
    let used = vec![BTreeSet::new(); parts.len()];
    let mut loader = Load { path: ModulePath::default(), parts, except, used, error: None };
    let module = module.map(&mut loader);
    if let Some(error) = loader.error {
        return Err(error);
    }
    for (part, used) in parts.iter().zip(&loader.used) {
        let extra = |name: &String| part.keys.is_some_and(|keys| keys.is_extra(name));
        if let Some(name) = part.file.names().into_iter().find(|name| !used.contains(name) && !extra(name)) {
            return Err(WeightsError::Unexpected { name });
        }
    }
    Ok(module)
}

struct Load<'a> {
    path: ModulePath,
    parts: &'a [WeightSource<'a>],
    except: &'a [&'a str],
    used: Vec<BTreeSet<String>>,
    error: Option<WeightsError>,
}

impl Load<'_> {
    /// The new value of the tensor at the current path; `None` = it stays.
    fn values(&mut self, expected: Vec<usize>) -> Result<Option<TensorData>, WeightsError> {
        let path = self.path.name();
        if self.except.iter().any(|prefix| path.starts_with(prefix)) {
            return Ok(None);
        }
        let Some(place) = self.parts.iter().position(|part| path.starts_with(part.prefix)) else { return Ok(None) };
        let part = &self.parts[place];
        let ours = &path[part.prefix.len()..];
        let (theirs, cut) = part.keys.map_or((ours.to_owned(), Cut::Whole), |keys| keys.theirs(ours));
        let name = part.keys.map_or(theirs.clone(), |keys| spelled(part.file, keys, theirs));
        let transpose = part.keys.is_some() && self.path.in_linear() && path.ends_with(".weight");
        let whole = part.file.tensor(&name)?;
        let whole_shape = whole.shape.clone();
        let stored = cut.of(whole, transpose);
        self.used[place].insert(name.clone());
        match stored {
            Some(stored) if stored.shape == expected => Ok(Some(TensorData::new(stored.values, expected))),
            _ => {
                let expected = if transpose { expected.into_iter().rev().collect() } else { expected };
                Err(WeightsError::Shape { name, expected, found: whole_shape })
            }
        }
    }
}

/// The spelling of a name that the file has: with the prefix that may stand before it, or with the legacy names of
/// normalisations.
fn spelled(file: &WeightFile, keys: &Keys, name: String) -> String {
    let legacy = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    let candidates =
        [name.clone(), format!("{}{name}", keys.prefix), legacy.clone(), format!("{}{legacy}", keys.prefix)];
    candidates.into_iter().find(|candidate| file.holds(candidate)).unwrap_or(name)
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.error.is_some() {
            return param;
        }
        match self.values(param.lazy_shape().to_vec()) {
            Ok(Some(data)) => param.map(|tensor| {
                let tracked = tensor.is_require_grad();
                Tensor::from_data(data, &tensor.device()).set_require_grad(tracked)
            }),
            Ok(None) => param,
            Err(error) => {
                self.error = Some(error);
                param
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
    use burn::tensor::Device;

    #[derive(Module, Debug)]
    struct Small {
        layers: Vec<Linear>,
        norm: BatchNorm,
    }

    fn small(width: usize) -> Small {
        let device = Device::flex();
        Small {
            layers: (0..2).map(|_| LinearConfig::new(width, 3).init(&device)).collect(),
            norm: BatchNormConfig::new(2).init(&device),
        }
    }

    #[test]
    fn a_module_survives_the_round_trip() {
        for (precision, tolerance) in [(Precision::Single, 0.0), (Precision::Half, 1e-3)] {
            let one = small(4);
            let bytes = to_bytes(&one, precision, HashMap::new(), |name| Some(name.to_owned())).expect("finite");
            let other = from_bytes(small(4), &bytes).expect("the same shapes");
            let (one, other) = (tensors(&one), tensors(&other));
            assert!(one.contains_key("layers.1.weight") && one.contains_key("norm.running_var"));
            assert_eq!(one.len(), other.len());
            for (name, data) in &one {
                for (a, b) in data.iter::<f32>().zip(other[name].iter::<f32>()) {
                    assert!((a - b).abs() <= tolerance, "{name}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn a_foreign_file_is_refused_by_name() {
        let bytes =
            to_bytes(&small(4), Precision::Single, HashMap::new(), |name| Some(name.to_owned())).expect("finite");
        let shape = from_bytes(small(5), &bytes).expect_err("other width").to_string();
        assert!(shape.contains("layers.0.weight") && shape.contains("[5, 3]"), "{shape}");
        let device = Device::flex();
        let fewer = from_bytes(LinearConfig::new(4, 3).init(&device), &bytes);
        assert!(matches!(fewer, Err(WeightsError::Missing { .. })));
        let mut more = small(4);
        more.layers.truncate(1);
        assert!(matches!(from_bytes(more, &bytes), Err(WeightsError::Unexpected { .. })));
        assert!(matches!(from_bytes(small(4), &bytes[..bytes.len() / 2]), Err(WeightsError::File(_))));
        assert!(matches!(from_bytes(small(4), b""), Err(WeightsError::File(_))));
    }
}
