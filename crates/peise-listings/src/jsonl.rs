//! JSON lines, one listing a line: listings in, answers out.
//!
//! **In**, objects as [`ListingInput`] has them. Photos are given by `file`, under the folder of photos or else beside
//! the file of lines, or by `base64`:
//!
//! ```text
//! {"id":"543","labels":["黑色","白色"],"images":["543_0.jpg",{"file":"543_1.jpg","base64":"/9j/..."}],"title":"衬衫"}
//! ```
//!
//! A line that is no listing is a listing that cannot be used, with the line's number for its id; unknown keys are
//! errors. **Out**, one answer a line; [`peise::answer`] shows one. Evaluation needs nothing but these files. Files of
//! answers that older versions wrote are read, too.

mod input;
mod reader;
mod source;
mod writer;

pub use crate::lines::MAX_LINE_BYTES;
use crate::registry::{Format, Input};
pub use input::{ImageInput, ListingInput};
pub use reader::AnswerReader;
pub use source::JsonlSource;
pub use writer::{AnswerWriter, JsonlSink};

/// The format's entry in the registry.
pub(crate) const FORMAT: Format = Format {
    name: "jsonl",
    about: "JSON lines, one listing or answer a line",
    endings: &["jsonl", "ndjson"],
    input: Some(Input {
        recognises: |probe| probe.has_ending(FORMAT.endings) || source::begins_as_listing(&probe.head),
        expected: r#"JSON lines {"id": ..., "labels": [...], "images": [...]}"#,
        open: |options| Ok(Box::new(JsonlSource::open(options)?)),
        complete: false,
    }),
    create: Some(|options| Ok(Box::new(JsonlSink::create(&options.out)?))),
    example: || {
        let line = r#"{"id":"543","labels":["黑色","白色"],"images":["543_0.jpg",{"file":"543_1.jpg"}]}"#;
        vec![("listings.jsonl", line.into()), ("543_0.jpg", Vec::new()), ("543_1.jpg", Vec::new())]
    },
};

#[cfg(test)]
mod tests;
