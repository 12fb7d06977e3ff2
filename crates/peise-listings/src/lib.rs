//! Listings in, answers out: one file per format, and prediction over whole catalogues.
//!
//! A [`ListingSource`] yields listings with their photos, an [`AnswerSink`] takes answers. [`registry`] knows the
//! formats behind both. [`predict()`] matches all listings of a source; an interrupted run can be resumed.
//!
//! ```no_run
//! use peise::{Device, Matcher};
//! use peise_listings::predict::{Prediction, Resume, journal_path, predict};
//! use peise_listings::registry::{SinkOptions, SourceOptions, by_name, create, open};
//!
//! let opened = open(&SourceOptions::new("medium"), None)?;
//! let csv = by_name("csv")?;
//! let out = SinkOptions { out: "answers.csv".into(), bom: true };
//! let journal = journal_path(&out.out);
//! let prediction = Prediction {
//!     matcher: &Matcher::embedded(Device::flex())?,
//!     source: &*opened.source,
//!     sinks: vec![Box::new(|| create(csv, &out))],
//!     options: Default::default(),
//!     resume: Resume { journal, resume: true, model: "compact".to_owned() },
//! };
//! let summary = predict(prediction, &mut |_event| ())?;
//! println!("{} listings, {} of them incomplete", summary.done, summary.incomplete);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every file is untrusted. Names in a file never lead out of the folder they belong to ([`name`]).

pub mod course;
pub mod csv;
pub mod error;
pub mod folder;
pub mod jsonl;
pub mod name;
pub mod pipeline;
pub mod predict;
pub mod registry;
pub mod webdataset;

mod archive;
mod hex;
mod ids;
mod json;
mod labels;
mod lines;
mod photo;
mod sink;
mod source;
mod text;

pub use archive::ArchiveEntry;
pub use error::{FormatError, JsonError, ListingError};
pub use labels::{labels_of_text, note_joined};
pub use lines::MAX_LINE_BYTES;
pub use photo::PhotoSource;
pub use pipeline::{MatchListings, MatchOptions, match_source};
pub use predict::predict;
pub use sink::{AnswerSink, Answered};
pub use source::{BROKEN, BrokenListing, Entry, ListingSource, MemorySource, SourceListing, Survey, Take, Wishes};
pub use text::MAX_TEXT_BYTES;
