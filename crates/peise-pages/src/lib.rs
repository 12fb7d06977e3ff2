//! Every HTML page of Peise: the report of matched listings, an evaluation, training runs, a gallery of drawn listings.
//!
//! A page is one file. Styles and pictures are inline, and a content security policy forbids requests (the gallery alone
//! shows photos that lie beside it). Pages follow the reader's light or dark scheme, fit 400 px and print well.
//!
//! Labels, names and messages are hostile input. `maud` escapes every value that a template holds; the few places that
//! write HTML of their own say `PreEscaped`, and a test counts them.
//!
//! - `frame.rs`: what all pages share around their content; `style.css`: the one stylesheet
//! - `words/`: the pages' own words, one file a language
//! - `plot.rs`: lines over two axes, for evaluations and training runs
//! - `fragment.rs`, `escape.rs`, `number.rs`: tiles and bars, foreign text and pictures, how numbers are written

pub mod evaluation;
pub mod gallery;
pub mod listing;
pub mod runs;

mod escape;
mod fragment;
mod frame;
mod language;
mod number;
mod plot;
mod words;

pub use language::{Language, UnknownLanguage};

#[cfg(test)]
mod tests;
