//! Encoders of photos and labels, one architecture per file.

pub mod characters;
pub mod residual;
