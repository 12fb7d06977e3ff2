//! Where the weights come from, and how they are asked for.

use super::convolution::Convolution;
use super::linear::Linear;
use crate::weights::WeightsError;
use crate::weights::{Stored, TensorSource};

/// A factor and a shift per channel: a normalisation's gamma and beta, or a batch normalisation as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// `[D]`.
    pub factor: Stored,
    /// `[D]`.
    pub shift: Stored,
}

/// What the framework's batch normalisation adds to the variance.
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// The tensors below one path of a model.
#[derive(Clone)]
pub struct Weights<'a> {
    source: &'a dyn TensorSource,
    path: String,
}

impl<'a> Weights<'a> {
    /// All tensors of a model.
    pub fn new(source: &'a dyn TensorSource) -> Self {
        Self { source, path: String::new() }
    }

    /// Those below a path within this one.
    pub fn at(&self, path: impl AsRef<str>) -> Self {
        Self { source: self.source, path: self.name(path.as_ref()) }
    }

    /// The path of something within this one.
    pub fn name(&self, path: &str) -> String {
        if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) }
    }

    /// This path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A tensor of exactly this shape.
    ///
    /// # Errors
    /// If it is missing, unreadable or has another shape; the error names it.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Stored, WeightsError> {
        let name = self.name(name);
        let tensor = self.source.tensor(&name)?;
        if tensor.shape == shape {
            return Ok(tensor);
        }
        Err(WeightsError::Shape { name, expected: shape.to_vec(), found: tensor.shape })
    }

    /// The linear layer at this path, with a bias.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn linear(&self, input: usize, output: usize) -> Result<Linear, WeightsError> {
        Ok(Linear { bias: Some(self.tensor("bias", &[output])?), ..self.linear_without_bias(input, output)? })
    }

    /// The linear layer at this path, which has no bias.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn linear_without_bias(&self, input: usize, output: usize) -> Result<Linear, WeightsError> {
        Ok(Linear { weight: self.tensor("weight", &[input, output])?, bias: None })
    }

    /// The layer normalisation at this path.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn layer_norm(&self, width: usize) -> Result<Scale, WeightsError> {
        Ok(Scale { factor: self.tensor("gamma", &[width])?, shift: self.tensor("beta", &[width])? })
    }

    /// The batch normalisation at this path, by its running statistics: `g / sqrt(v + e)`, `beta - mean * factor`.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn batch_norm(&self, width: usize) -> Result<Scale, WeightsError> {
        let read = |name| self.tensor(name, &[width]).map(|tensor| tensor.values);
        let (gamma, beta) = (read("gamma")?, read("beta")?);
        let (mean, variance) = (read("running_mean")?, read("running_var")?);
        let factor = |place: usize| f64::from(gamma[place]) / (f64::from(variance[place]) + BATCH_NORM_EPSILON).sqrt();
        let shift = |place: usize| f64::from(beta[place]) - f64::from(mean[place]) * factor(place);
        let vector = |of: &dyn Fn(usize) -> f64| {
            let values = (0..width).map(|place| of(place) as f32).collect();
            Stored { values, shape: vec![width] }
        };
        Ok(Scale { factor: vector(&factor), shift: vector(&shift) })
    }

    /// The convolution and batch normalisation at this path as one convolution; padded by half its kernel.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn convolution(&self, channels: [usize; 2], kernel: usize, stride: usize) -> Result<Convolution, WeightsError> {
        let weight = self.at("conv").tensor("weight", &[channels[1], channels[0], kernel, kernel])?;
        let norm = self.at("norm").batch_norm(channels[1])?;
        Ok(Convolution::folded(weight, norm, stride))
    }
}
