//! Listings in, answers out: one file per format, and prediction over whole catalogues.
//!
//! Every file is untrusted. Names in a file never lead out of the folder they belong to ([`name`]).

pub mod course;
pub mod csv;
pub mod error;
pub mod folder;
pub mod jsonl;
pub mod name;
pub mod stream;

mod json;
mod text;

pub use error::{FormatError, JsonError, ListingError};
pub use text::MAX_TEXT_BYTES;
