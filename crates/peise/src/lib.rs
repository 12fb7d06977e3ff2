#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! [`Matcher`] loads a model and matches. [`Answer`] is what it returns. [`matcher::decode`] holds the assignment rules.
//! [`label`] and [`image`] hold the preprocessing that training and matching share.

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
