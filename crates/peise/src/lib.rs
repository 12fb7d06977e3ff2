//! Peise (配色) tells which photo of a shop listing shows which of its colour options.
//!
//! ```no_run
//! use burn::tensor::Device;
//! use peise::image::DecodeLimits;
//! use peise::matcher::decode::DecodeOptions;
//! use peise::{MatchInput, Matcher};
//! use std::path::Path;
//!
//! let matcher = Matcher::embedded(Device::flex())?;
//! let labels = ["黑色".to_owned(), "白色".to_owned()];
//! let photos: Vec<_> = ["a.jpg", "b.jpg", "c.jpg"]
//!     .iter()
//!     .map(|file| matcher.prepare_file(Path::new(file), &DecodeLimits::default()).ok())
//!     .collect();
//! let matched = matcher.match_listing(MatchInput { labels: &labels, photos: &photos }, &DecodeOptions::default())?;
//! for choice in &matched.assignment.choices {
//!     println!("{:?} {:.3}", choice.label.map(|label| &labels[label]), choice.probability);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Matcher`] is loaded once and matches many listings; [`stream::predict`] reads, decodes and matches any
//! number of them in flat memory. [`matcher::decode`] holds the assignment rules, [`label`] and [`image`] the
//! preprocessing that training and matching share, [`format`](mod@format) what is read and written.

pub mod colour;
pub mod encoder;
mod engine;
pub mod format;
pub mod image;
pub mod label;
mod layers;
pub mod listing;
pub mod matcher;
pub mod model;
pub mod model_folder;
pub mod onnx;
pub mod pretrained;
pub mod stream;
pub mod weights;

#[cfg(feature = "onnxruntime")]
pub use engine::onnxruntime;
pub use engine::{
    BurnEngine, Engine, Features, LISTING_LIMIT, MatchError, MatchInput, Matched, Matcher, PaddedScores, Photo,
};
pub use model_folder::ModelError;
