//! Saved answers, one JSON object per listing and line (`.jsonl`); [`peise::answer`] shows one.
//!
//! Evaluation needs nothing but these files. Files that older versions wrote are read, too.

mod reader;
mod writer;

pub use reader::{AnswerReader, MAX_LINE_BYTES};
pub use writer::AnswerWriter;

#[cfg(test)]
mod tests;
