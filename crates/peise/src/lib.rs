//! Peise (配色) tells which photo of a shop listing shows which of its colour options.

pub mod colour;
pub mod encoder;
mod engine;
pub mod format;
pub mod image;
pub mod label;
pub mod listing;
pub mod matcher;
pub mod model;
pub mod model_folder;
pub mod stream;
pub mod weights;

pub use engine::{LISTING_LIMIT, MatchError, MatchInput, Matched, Matcher, Photo};
pub use model_folder::ModelError;
