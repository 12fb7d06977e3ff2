//! A file of tensors, safetensors or PyTorch's `.pth`, read without running anything in it.

use super::WeightsError;
use half::{bf16, f16};
#[cfg(feature = "report")]
use pytorch_reader::{DType, PytorchReader};
use safetensors::tensor::{Dtype, SafeTensors};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

/// The largest file that is read, bytes.
pub const LARGEST_FILE: u64 = 8 << 30;
/// What PyTorch's zip format begins with.
const ZIP: &[u8] = b"PK\x03\x04";

/// A tensor's values in row-major order, and its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The values.
    pub values: Vec<f32>,
    /// The shape.
    pub shape: Vec<usize>,
}

/// A source of a model's tensors, by their path in the model (`matcher.units.0.within.query.weight`).
pub trait TensorSource {
    /// One tensor.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] if there is none, or why it cannot be read.
    fn tensor(&self, name: &str) -> Result<Stored, WeightsError>;
}

impl TensorSource for BTreeMap<String, Stored> {
    fn tensor(&self, name: &str) -> Result<Stored, WeightsError> {
        self.get(name).cloned().ok_or_else(|| WeightsError::Missing { name: name.to_owned() })
    }
}

/// A file of tensors.
///
/// A `.pth` must be PyTorch's zip format, as `torch.save` writes it since 1.6. Its pickle is read by an interpreter that
/// knows tensors, dictionaries and numbers and can call nothing: a file that asks for more is refused.
pub struct WeightFile<'a>(Source<'a>);

enum Source<'a> {
    Safetensors {
        bytes: Cow<'a, [u8]>,
        index: BTreeMap<String, (Dtype, Vec<usize>, Range<usize>)>,
    },
    #[cfg(feature = "report")]
    Pytorch(PytorchReader),
}

impl<'a> WeightFile<'a> {
    /// Opens a file; its first bytes tell which kind it is.
    ///
    /// # Errors
    /// If it cannot be read, is too large, or is neither kind.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let mut file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        if size > LARGEST_FILE {
            return Err(WeightsError::TooLarge { bytes: size });
        }
        let mut start = [0u8; 4];
        let read = file.read(&mut start)?;
        if start[..read] == *ZIP {
            return Self::open_pytorch(path);
        }
        if read > 0 && start[0] == 0x80 {
            return Err(WeightsError::LegacyPickle);
        }
        Self::from_bytes(std::fs::read(path)?)
    }

    #[cfg(feature = "report")]
    fn open_pytorch(path: &Path) -> Result<Self, WeightsError> {
        let reader = PytorchReader::new(path).map_err(|source| WeightsError::Pytorch(Box::new(source)))?;
        Ok(Self(Source::Pytorch(reader)))
    }

    #[cfg(not(feature = "report"))]
    fn open_pytorch(_: &Path) -> Result<Self, WeightsError> {
        Err(WeightsError::PytorchLeftOut)
    }

    /// A safetensors file in memory.
    ///
    /// # Errors
    /// If the bytes are none.
    pub fn from_bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, WeightsError> {
        let bytes = bytes.into();
        // Checks that every tensor lies within the file, too.
        SafeTensors::deserialize(&bytes)?;
        let (header, metadata) = SafeTensors::read_metadata(&bytes)?;
        let start = header + 8;
        let index = metadata
            .tensors()
            .into_iter()
            .map(|(name, info)| {
                let (from, to) = info.data_offsets;
                (name, (info.dtype, info.shape.clone(), start + from..start + to))
            })
            .collect();
        Ok(Self(Source::Safetensors { bytes, index }))
    }

    /// Whether it holds a tensor of this name.
    pub fn holds(&self, name: &str) -> bool {
        match &self.0 {
            Source::Safetensors { index, .. } => index.contains_key(name),
            #[cfg(feature = "report")]
            Source::Pytorch(reader) => reader.get(name).is_some(),
        }
    }

    /// The names of its tensors, sorted.
    pub fn names(&self) -> Vec<String> {
        match &self.0 {
            Source::Safetensors { index, .. } => index.keys().cloned().collect(),
            #[cfg(feature = "report")]
            Source::Pytorch(reader) => {
                let mut names = reader.keys();
                names.sort();
                names
            }
        }
    }

    /// One tensor, as 32-bit floats.
    ///
    /// # Errors
    /// If it is missing, damaged, of another number format than 16, 32 or 64-bit floats, or not finite.
    pub fn tensor(&self, name: &str) -> Result<Stored, WeightsError> {
        let missing = || WeightsError::Missing { name: name.to_owned() };
        let (values, shape) = match &self.0 {
            Source::Safetensors { bytes, index } => {
                let (dtype, shape, range) = index.get(name).ok_or_else(missing)?;
                let data = bytes.get(range.clone()).ok_or_else(missing)?;
                let values = match dtype {
                    Dtype::F16 => floats(data, |b: [u8; 2]| f16::from_le_bytes(b).to_f32()),
                    Dtype::BF16 => floats(data, |b: [u8; 2]| bf16::from_le_bytes(b).to_f32()),
                    Dtype::F32 => floats(data, f32::from_le_bytes),
                    Dtype::F64 => floats(data, |b: [u8; 8]| f64::from_le_bytes(b) as f32),
                    found => return Err(WeightsError::Dtype { name: name.to_owned(), found: format!("{found:?}") }),
                };
                (values, shape.clone())
            }
            #[cfg(feature = "report")]
            Source::Pytorch(reader) => {
                let tensor = reader.get(name).ok_or_else(missing)?;
                let dtype = tensor.dtype();
                let wrong = || WeightsError::Dtype { name: name.to_owned(), found: format!("{dtype:?}") };
                if !matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64) {
                    return Err(wrong());
                }
                let damaged = |source| WeightsError::Damaged { name: name.to_owned(), source };
                let data = tensor.read().map_err(damaged)?;
                let values = match dtype {
                    DType::F16 => floats(&data, |b: [u8; 2]| f16::from_ne_bytes(b).to_f32()),
                    DType::BF16 => floats(&data, |b: [u8; 2]| bf16::from_ne_bytes(b).to_f32()),
                    DType::F32 => floats(&data, f32::from_ne_bytes),
                    DType::F64 => floats(&data, |b: [u8; 8]| f64::from_ne_bytes(b) as f32),
                    _ => return Err(wrong()),
                };
                (values, tensor.shape().to_vec())
            }
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(WeightsError::NotFinite { name: name.to_owned() });
        }
        Ok(Stored { values, shape })
    }
}

fn floats<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| read(*chunk)).collect()
}

impl Stored {
    /// One of `of` equal parts along the rows (axis 0) of a tensor.
    pub(super) fn rows(mut self, part: usize, of: usize) -> Option<Self> {
        let rows = *self.shape.first()?;
        if of == 0 || !rows.is_multiple_of(of) {
            return None;
        }
        let size = self.values.len() / of;
        self.values = self.values.get(part * size..(part + 1) * size)?.to_vec();
        self.shape[0] = rows / of;
        Some(self)
    }

    /// One of `of` equal parts along the columns (axis 1) of a matrix.
    pub(super) fn columns(self, part: usize, of: usize) -> Option<Self> {
        self.transposed()?.rows(part, of)?.transposed()
    }

    /// A matrix, transposed.
    pub(super) fn transposed(self) -> Option<Self> {
        let [rows, columns] = *self.shape.as_slice() else { return None };
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..columns {
            values.extend((0..rows).map(|row| self.values[row * columns + column]));
        }
        Some(Self { values, shape: vec![columns, rows] })
    }
}
