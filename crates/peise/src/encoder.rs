//! Encoders of photos and labels, one architecture per file.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

#[cfg(feature = "report")]
pub mod bert;
pub mod block;
pub mod characters;
pub mod mlp;
pub mod norm;
#[cfg(feature = "report")]
pub mod recurrent;
pub mod residual;
#[cfg(feature = "report")]
pub mod resnet;
#[cfg(feature = "report")]
pub mod segments;
pub mod vocabulary;
#[cfg(feature = "report")]
pub mod wordpiece;

/// A padded batch of tokenised labels.
#[derive(Debug, Clone)]
pub struct TokenInput {
    /// Tokens `[N, T]`.
    pub tokens: Tensor<2, Int>,
    /// `[N, T]`, `true` = padding.
    pub mask: Tensor<2, Bool>,
}

/// A padded batch of tokenised labels on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaddedTokens {
    /// Tokens `[N, T]`, row by row.
    pub tokens: Vec<i64>,
    /// `[N, T]`, `true` = padding.
    pub mask: Vec<bool>,
    /// N and T.
    pub shape: [usize; 2],
}

impl PaddedTokens {
    /// Pads rows of tokens with zeros, to the longest or to `length` where that is more.
    pub fn new(rows: &[impl AsRef<[i64]>], length: usize) -> Self {
        let length = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(1).max(length).max(1);
        let mut tokens = vec![0i64; rows.len() * length];
        let mut mask = vec![true; rows.len() * length];
        for (row, values) in rows.iter().map(AsRef::as_ref).enumerate() {
            tokens[row * length..][..values.len()].copy_from_slice(values);
            mask[row * length..][..values.len()].fill(false);
        }
        Self { tokens, mask, shape: [rows.len(), length] }
    }

    /// The batch as tensors.
    pub fn on(&self, device: &Device) -> TokenInput {
        TokenInput {
            tokens: Tensor::from_data(TensorData::new(self.tokens.clone(), self.shape), device),
            mask: Tensor::from_data(TensorData::new(self.mask.clone(), self.shape), device),
        }
    }
}
