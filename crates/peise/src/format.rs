//! Data formats: one file per format that Peise reads or writes.
//!
//! Every file is untrusted. Text is UTF-8, a byte order mark is tolerated; anything else is an error that names the
//! byte and how to convert the file. Names in a file never lead out of the folder they belong to ([`name`]).

pub mod atomic;
pub mod course;
pub mod csv;
pub mod error;
pub mod folder;
pub mod html;
pub mod name;
pub mod predictions;

mod json;
mod text;

pub use atomic::{AtomicFile, write_atomically};
pub use error::{FormatError, JsonError, ListingError, describe};
pub use text::MAX_TEXT_BYTES;
