//! Every HTML page of Peise: the report of matched listings, an evaluation, training runs, a gallery of drawn listings.

pub mod evaluation;
pub mod gallery;
pub mod listing;
pub mod runs;

mod escape;
mod language;

pub use escape::{Base64, Text};
pub use language::{Language, UnknownLanguage};

/// What a page may load: nothing but its own pictures and styles.
pub const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
