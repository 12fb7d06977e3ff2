//! What can be wrong with a file, or with one listing in it.

use peise::atomic::WriteError;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::name::NameError;

/// A JSON parser's answer, without its place in the text it was given, which need not be the place in the file.
#[derive(Debug)]
pub struct JsonError(pub serde_json::Error);

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.to_string();
        let place = format!(" at line {} column {}", self.0.line(), self.0.column());
        formatter.write_str(message.strip_suffix(&place).unwrap_or(&message))
    }
}

impl Error for JsonError {}

/// A file as a whole could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The operating system refused.
    #[error("{path}: cannot {action}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, to follow "cannot".
        action: &'static str,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The file is larger than what is read into memory.
    #[error("{path}: expected at most {limit} bytes, found {found}; split the data set")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size accepted.
        limit: u64,
        /// The size found, or a lower bound of it.
        found: u64,
    },
    /// The file holds nothing but white space.
    #[error("{path}: the file is empty; expected {expected}")]
    Empty {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The file is UTF-8 up to a place, and no text from there on.
    #[error("{path}:{line}: byte {offset} is not UTF-8; the file is damaged, write it again as UTF-8")]
    Encoding {
        /// The file.
        path: PathBuf,
        /// Line of the first offending byte, from 1.
        line: usize,
        /// Offset of the first offending byte, from 0.
        offset: usize,
    },
    /// The file is not JSON.
    #[error("{path}:{line}:{column}: not valid JSON")]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in bytes.
        column: usize,
        /// The parser's answer.
        #[source]
        source: JsonError,
    },
    /// The file is JSON that stops in the middle.
    #[error("{path}:{line}:{column}: the JSON ends in the middle; the file was cut off, fetch or write it again")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in bytes.
        column: usize,
        /// The parser's answer.
        #[source]
        source: JsonError,
    },
    /// The file is JSON of another shape.
    #[error("{path}:{line}:{column}: expected {expected}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in bytes.
        column: usize,
        /// What was expected.
        expected: &'static str,
        /// The parser's answer, which says what was found.
        #[source]
        source: JsonError,
    },
    /// A value contradicts another of the same line.
    #[error("{path}:{line}: {key}: expected {expected}, found {found}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The value's place in the line, e.g. `images[3].index`.
        key: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A folder lacks what it should hold.
    #[error("{path}: found no {missing}; expected {expected}")]
    Missing {
        /// The folder, or the file that names nothing.
        path: PathBuf,
        /// What is missing.
        missing: &'static str,
        /// What is accepted in its place.
        expected: String,
    },
    /// A profile is JSON, but no listing.
    #[error("{path}")]
    Listing {
        /// The profile.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ListingError,
    },
    /// A table lacks a column.
    #[error("{path}: found no column {column:?}, but {found}; name the column with {option}")]
    Column {
        /// The table.
        path: PathBuf,
        /// The column.
        column: String,
        /// The option that names another.
        option: String,
        /// The columns that are there.
        found: String,
    },
    /// A table cannot be read.
    #[error("{path}:{line}: not valid CSV")]
    Csv {
        /// The table.
        path: PathBuf,
        /// Line, from 1; 0 where it is not known.
        line: u64,
        /// The parser's answer.
        #[source]
        source: csv::Error,
    },
    /// A file of an archive cannot be used.
    #[error("{path}: {reason}")]
    Entry {
        /// Its name in the archive.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An archive is compressed as a whole, so that its files cannot be reached.
    #[error("{path}: the archive is compressed; unpack it: gunzip FILE")]
    Compressed {
        /// The archive.
        path: PathBuf,
    },
    /// A name that could lead out of its folder.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There is no such format.
    #[error("unknown format {name:?}; expected one of {known}")]
    UnknownFormat {
        /// The name given.
        name: String,
        /// Those that are known.
        known: String,
    },
    /// The format is written only.
    #[error("listings are not read from the format {name}")]
    NotAnInput {
        /// The format.
        name: &'static str,
    },
    /// The format is read only.
    #[error("answers are not written in the format {name}; give another --format")]
    NotAnOutput {
        /// The format.
        name: &'static str,
    },
}

impl FormatError {
    /// A table's error, with its place.
    pub(crate) fn from_csv(path: &Path, source: csv::Error) -> Self {
        let path = path.to_owned();
        if !source.is_io_error() {
            let line = source.position().map_or(0, csv::Position::line);
            return Self::Csv { path, line, source };
        }
        let source = match source.into_kind() {
            csv::ErrorKind::Io(source) => source,
            _ => io::ErrorKind::Other.into(),
        };
        Self::Io { path, action: "read", source }
    }

    /// Sorts a parser's error by what the reader can do about it.
    pub(crate) fn from_json(path: PathBuf, line: usize, expected: &'static str, source: serde_json::Error) -> Self {
        // `line` is where the parsed text starts in its file.
        let (line, column) = (line + source.line().max(1) - 1, source.column());
        let category = source.classify();
        let source = JsonError(source);
        match category {
            serde_json::error::Category::Eof => Self::Truncated { path, line, column, source },
            serde_json::error::Category::Data => Self::Shape { path, line, column, expected, source },
            _ => Self::Json { path, line, column, source },
        }
    }
}

/// One listing of a data set could not be used. The others are not affected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// A value has another type.
    #[error("listing {id:?}: {key}: expected {expected}, found {found}")]
    Shape {
        /// The listing.
        id: String,
        /// The value's place in the profile, e.g. `imgs_tags[3]`.
        key: String,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A key is missing.
    #[error("listing {id:?}: expected the key {key:?}, found none")]
    MissingKey {
        /// The listing.
        id: String,
        /// The key.
        key: &'static str,
    },
    /// A key occurs twice in one object, so that it is unclear which counts.
    #[error("listing {id:?}: the key {key:?} occurs twice; keep one")]
    DuplicateKey {
        /// The listing.
        id: String,
        /// The key.
        key: String,
    },
    /// The identifier occurred before in the same file.
    #[error("listing {id:?}: the id occurs twice in the file, only its first listing is used; keep one")]
    DuplicateId {
        /// The listing.
        id: String,
    },
    /// A photo's label is none of the listing's own.
    #[error("listing {id:?}: {file:?}: expected one of optional_tags or null, found {label:?}")]
    ForeignLabel {
        /// The listing.
        id: String,
        /// The photo.
        file: String,
        /// Its label.
        label: String,
    },
    /// The identifier could lead out of the data set's folder.
    #[error("listing {id:?}")]
    Name {
        /// The listing.
        id: String,
        /// What is wrong with the name.
        #[source]
        source: NameError,
    },
    /// The listing's own file or line could not be read.
    #[error("listing {id:?}")]
    Unreadable {
        /// The listing.
        id: String,
        /// Why.
        #[source]
        source: Box<FormatError>,
    },
}

impl ListingError {
    /// Identifier of the listing.
    pub fn id(&self) -> &str {
        match self {
            Self::Shape { id, .. }
            | Self::MissingKey { id, .. }
            | Self::DuplicateKey { id, .. }
            | Self::DuplicateId { id }
            | Self::ForeignLabel { id, .. }
            | Self::Name { id, .. }
            | Self::Unreadable { id, .. } => id,
        }
    }
}
