//! Peise (配色) tells which photo of a shop listing shows which of its colour options.
//!
//! ```no_run
//! use peise::{DecodeOptions, Device, Matcher};
//!
//! let matcher = Matcher::embedded(Device::flex())?;
//! let files = ["a.jpg", "b.jpg", "c.jpg"];
//! let answer = matcher.match_files(&files, &["黑色", "白色"], &DecodeOptions::default())?;
//! for (file, image) in files.iter().zip(&answer.images) {
//!     println!("{file}: {:?} {:?}", image.label, image.probability);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Matcher`] is loaded once and matches many listings. Its [`Answer`] has one entry for each photo and for each option.
//! [`matcher::decode`] holds the assignment rules, [`label`] and [`image`] the preprocessing that training and matching
//! share. Reading listings from files and writing answers is the crate `peise-listings`.

pub mod answer;
pub mod atomic;
pub mod colour;
pub mod encoder;
mod engine;
pub mod image;
pub mod label;
mod layers;
pub mod listing;
pub mod matcher;
pub mod model;
pub mod model_folder;
#[cfg(feature = "onnx-export")]
pub mod onnx;
#[cfg(feature = "report")]
pub mod pretrained;
pub mod weights;

pub use answer::{Answer, ColourOption, ImageAnswer, Note, NoteCode, Problem, Verdict, describe};
pub use burn::tensor::Device;
#[cfg(feature = "onnxruntime")]
pub use engine::onnxruntime;
pub use engine::{
    BurnEngine, Engine, EngineError, Features, LISTING_LIMIT, MatchError, MatchInput, Matcher, PaddedScores, Photo,
};
pub use matcher::decode::DecodeOptions;
pub use model_folder::ModelError;
