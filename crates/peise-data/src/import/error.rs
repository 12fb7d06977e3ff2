//! What can go wrong with a whole import; a single bad row or photo is skipped and counted instead.

use std::path::PathBuf;

use crate::split::Split;

/// An error that ends an import.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file or folder of the source cannot be read.
    #[error("{path}: cannot be read (expected {expected})")]
    Read {
        /// What was opened.
        path: PathBuf,
        /// What should have been there.
        expected: &'static str,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The output cannot be written.
    #[error("{path}: cannot be written")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A table is not CSV in UTF-8.
    #[error("{path}:{line}: not a row of CSV in UTF-8")]
    Csv {
        /// The table.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What the reader says.
        #[source]
        source: csv::Error,
    },
    /// A table lacks a column.
    #[error("{path}:1: no column `{expected}`; found {found}")]
    Column {
        /// The table.
        path: PathBuf,
        /// The missing column, or the alternatives.
        expected: &'static str,
        /// The header as it is.
        found: String,
    },
    /// A line of a JSON-lines file is not what it should be.
    #[error("{path}:{line}: expected {expected}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What each line holds.
        expected: &'static str,
        /// What the reader says.
        #[source]
        source: serde_json::Error,
    },
    /// No usable photo at all.
    #[error("{path}: none of the {rows} rows gave a photo; most frequent reason: {reason}")]
    NoPhotos {
        /// The source folder.
        path: PathBuf,
        /// Rows of its table.
        rows: usize,
        /// Why most rows were left out.
        reason: String,
    },
    /// A split has too few photos or families for even one listing.
    #[error(
        "{split}: {wanted} listings wanted, but no garment type (mode sampled) or family (mode family) \
         has two colours there; ask for 0 listings of this split or give more photos"
    )]
    TooFew {
        /// The split.
        split: Split,
        /// Listings asked for.
        wanted: usize,
    },
    /// Listings would come out in a folder that holds something else.
    #[error("{path}: not empty; name a new folder, or replace what an earlier import left there")]
    Occupied {
        /// The output folder.
        path: PathBuf,
    },
}
