//! Two-dimensional convolutions of `f32` maps on CPUs, fast enough to train small networks.
//!
//! Everything is one operation: a tile of sums `source[base_i + offset_t] * panel[t][lane]` over `t`, with a few rows
//! `i` and a few vectors of lanes held in registers (see `kernel.rs`). What differs is what the letters mean:
//!
//! | operation | rows `i` | steps `t` | lanes |
//! | --- | --- | --- | --- |
//! | [`forward`] | output pixels | input channels and taps | output channels |
//! | [`backward_data`] | input pixels | output channels and taps | input channels |
//! | [`backward_weight`] | input channels and taps | output pixels | output channels |
//!
//! The source is a zero-padded copy of an image, split by stride so that every tap is an offset: no matrix of image
//! patches is ever built. The panel is packed once: the weight, or the gradient of a few images.
//!
//! In training, batch normalisation follows each of them: see [`BatchNorm`]. What comes after them are linear layers
//! and GELU: see [`Linear`] and [`gelu()`].
//!
//! Maps are `[N, C, H, W]`, weights `[C', C, KH, KW]`, both contiguous; one group, dilation 1. Work is spread over
//! rayon's current thread pool; results do not depend on its size, bit for bit. They do depend on the processor's vector
//! instructions (and, for linear layers, its caches), which are detected when running: AVX-512, AVX2 with FMA, or what the compiler makes of plain Rust.

mod backward_data;
mod backward_weight;
mod batch_norm;
#[allow(unsafe_code, reason = "memory that is aligned, or written before it is initialised")]
mod buffer;
#[cfg(feature = "burn")]
pub mod burn;
mod class;
mod correlation;
mod forward;
mod gelu;
#[allow(unsafe_code, reason = "vector instructions")]
mod kernel;
mod linear;
mod planes;
mod shape;
#[allow(unsafe_code, reason = "vector instructions")]
mod tile;
#[allow(unsafe_code, reason = "vector instructions")]
mod vector;

#[cfg(test)]
mod tests;

pub use backward_data::backward_data;
pub use backward_weight::{backward_bias, backward_weight};
pub use batch_norm::{BatchNorm, BatchNormGrads};
pub use forward::{Epilogue, forward};
pub use gelu::{backward_gelu, gelu};
pub use linear::Linear;
pub use shape::{Error, Shape};
