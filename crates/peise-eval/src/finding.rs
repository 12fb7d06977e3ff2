//! Disagreements between the files of an evaluation.

use std::fmt;

use serde::Serialize;

/// A disagreement between the files that an evaluation reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// A listing of the truth could not be read; it is not counted.
    UnreadableTruth {
        /// The listing.
        id: String,
        /// Why.
        error: String,
    },
    /// A photo's truth is none of its listing's labels; it is not counted.
    ForeignTruth {
        /// The listing.
        id: String,
        /// The photo.
        file: String,
        /// Its label.
        label: String,
    },
    /// A prediction could not be read; its listing counts as missing.
    UnreadablePrediction {
        /// Where and why.
        error: String,
    },
    /// A listing was not predicted; its photos are wrong.
    MissingListing {
        /// The listing.
        id: String,
    },
    /// A photo was not predicted; it is wrong.
    MissingImage {
        /// The listing.
        id: String,
        /// The photo.
        file: String,
    },
    /// An answer is none of its listing's labels; it is wrong.
    ForeignAnswer {
        /// The listing.
        id: String,
        /// The photo.
        file: String,
        /// The answer.
        label: String,
    },
    /// A listing was predicted more than once; the first counts.
    RepeatedListing {
        /// The listing.
        id: String,
    },
    /// A listing was predicted that the truth does not hold.
    UnknownListing {
        /// The listing.
        id: String,
    },
    /// A photo was predicted that the truth does not hold.
    UnknownImage {
        /// The listing.
        id: String,
        /// The photo.
        file: String,
    },
}

impl Finding {
    /// The kind, with its consequence.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnreadableTruth { .. } => "listings of the truth are unreadable: not counted",
            Self::ForeignTruth { .. } => "true labels are none of their listing's: not counted",
            Self::UnreadablePrediction { .. } => "predictions are unreadable: counted as missing",
            Self::MissingListing { .. } => "listings are missing in the predictions: counted as wrong",
            Self::MissingImage { .. } => "photos are missing in the predictions: counted as wrong",
            Self::ForeignAnswer { .. } => "answers are none of their listing's labels: counted as wrong",
            Self::RepeatedListing { .. } => "listings are predicted more than once: the first counts",
            Self::UnknownListing { .. } => "predicted listings are unknown to the truth: not counted",
            Self::UnknownImage { .. } => "predicted photos are unknown to the truth: not counted",
        }
    }
}

/// Which listing or photo; [`Finding::kind`] says what is wrong with it.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An error names its listing.
            Self::UnreadableTruth { error, .. } | Self::UnreadablePrediction { error } => formatter.write_str(error),
            Self::MissingListing { id } | Self::RepeatedListing { id } | Self::UnknownListing { id } => {
                write!(formatter, "{id:?}")
            }
            Self::MissingImage { id, file } | Self::UnknownImage { id, file } => write!(formatter, "{id:?} {file:?}"),
            Self::ForeignTruth { id, file, label } | Self::ForeignAnswer { id, file, label } => {
                write!(formatter, "{id:?} {file:?}: {label:?}")
            }
        }
    }
}
