//! Weight files: safetensors, read strictly.
//!
//! A tensor's name is its path in the module (`matcher.units.0.within.query.weight`), its layout the
//! framework's (linear weights `[in, out]`). Files hold f16 or f32; modules always hold f32.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};

/// Why weights could not be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The bytes are no safetensors file.
    #[error("not a readable safetensors file")]
    File(#[from] SafeTensorError),
    /// The module has a tensor that the file lacks.
    #[error("the weight file lacks tensor `{name}`; it belongs to another model or version")]
    Missing {
        /// Path of the tensor.
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
        /// Path of the tensor.
        name: String,
        /// Shape in the module.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// Neither f16 nor f32.
    #[error("tensor `{name}` is stored as {found:?}; expected F16 or F32")]
    Dtype {
        /// Path of the tensor.
        name: String,
        /// Type in the file.
        found: Dtype,
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

/// Every float tensor of a module, running statistics included, by path.
pub fn tensors<M: Module>(module: &M) -> BTreeMap<String, TensorData> {
    struct Collect {
        path: Vec<String>,
        found: BTreeMap<String, TensorData>,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.insert(self.path.join("."), param.val().into_data().convert::<f32>());
        }
    }
    let mut collect = Collect { path: Vec::new(), found: BTreeMap::new() };
    module.visit(&mut collect);
    collect.found
}

/// Serialises a module's tensors with string metadata.
///
/// # Errors
/// [`WeightsError::NotFinite`] if a weight is NaN or infinite (at half precision: above 65504).
pub fn to_bytes<M: Module>(
    module: &M,
    precision: Precision,
    metadata: HashMap<String, String>,
) -> Result<Vec<u8>, WeightsError> {
    let (dtype, encode): (Dtype, fn(f32) -> Vec<u8>) = match precision {
        Precision::Half => (Dtype::F16, |value| f16::from_f32(value).to_le_bytes().to_vec()),
        Precision::Single => (Dtype::F32, |value| value.to_le_bytes().to_vec()),
    };
    let limit = if precision == Precision::Half { f16::MAX.to_f32() } else { f32::MAX };
    let mut encoded = Vec::new();
    for (name, data) in tensors(module) {
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
    Ok(safetensors::serialize(views, Some(metadata))?)
}

/// Replaces every float tensor of a module by the file's.
///
/// # Errors
/// If the bytes are no safetensors file, or a tensor is missing, unexpected, misshaped, of another
/// number format, or not finite. The error names it.
pub fn from_bytes<M: Module>(module: M, bytes: &[u8]) -> Result<M, WeightsError> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut loader = Load { path: Vec::new(), file: &file, used: Vec::new(), error: None };
    let module = module.map(&mut loader);
    if let Some(error) = loader.error {
        return Err(error);
    }
    match file.names().into_iter().find(|name| !loader.used.iter().any(|used| used == name)) {
        Some(name) => Err(WeightsError::Unexpected { name: name.to_owned() }),
        None => Ok(module),
    }
}

struct Load<'a> {
    path: Vec<String>,
    file: &'a SafeTensors<'a>,
    used: Vec<String>,
    error: Option<WeightsError>,
}

impl Load<'_> {
    fn values(&mut self, expected: Vec<usize>) -> Result<TensorData, WeightsError> {
        let name = self.path.join(".");
        self.used.push(name.clone());
        let Ok(view) = self.file.tensor(&name) else {
            return Err(WeightsError::Missing { name });
        };
        if view.shape() != expected {
            return Err(WeightsError::Shape { name, expected, found: view.shape().to_vec() });
        }
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => {
                view.data().as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()
            }
            found => return Err(WeightsError::Dtype { name, found }),
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(WeightsError::NotFinite { name });
        }
        Ok(TensorData::new(values, expected))
    }
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.error.is_some() {
            return param;
        }
        match self.values(param.lazy_shape().to_vec()) {
            Ok(data) => param.map(|tensor| {
                let tracked = tensor.is_require_grad();
                Tensor::from_data(data, &tensor.device()).set_require_grad(tracked)
            }),
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
            let bytes = to_bytes(&one, precision, HashMap::new()).expect("finite");
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
        let bytes = to_bytes(&small(4), Precision::Single, HashMap::new()).expect("finite");
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
