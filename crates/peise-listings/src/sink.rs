//! Where answers go.

use std::io;
use std::path::Path;

use peise::answer::Answer;
use peise::atomic::WriteError;
use peise::listing::Listing;
use serde::{Deserialize, Serialize};

use crate::ListingError;
use crate::json::Node;
use crate::source::BrokenListing;

/// A listing with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The listing as the source gave it. Of one that could not be used there is the id only.
    pub listing: Listing,
    /// Its answer.
    pub answer: Answer,
    /// What to write in the place of a listing that could not be used.
    pub(crate) unusable: Option<Unusable>,
}

/// A listing that could not be used, as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unusable {
    /// Its id occurred before: in a format whose keys are ids it must not be written again.
    Repeated,
    /// JSON.
    Original(Box<Node>),
    /// Nothing could be read.
    Lost,
}

impl Unusable {
    /// What is kept of a listing that could not be used.
    pub fn of(broken: &BrokenListing) -> Self {
        match (&broken.error, &broken.original) {
            (ListingError::DuplicateId { .. }, _) => Self::Repeated,
            (_, Some(original)) => Self::Original(original.clone()),
            (_, None) => Self::Lost,
        }
    }
}

impl Answered {
    /// The answer to a listing that could be used.
    pub fn new(listing: Listing, answer: Answer) -> Self {
        Self { listing, answer, unusable: None }
    }

    /// The answer to a listing that could not be used.
    pub fn broken(broken: &BrokenListing, answer: Answer) -> Self {
        let listing = Listing { id: broken.id().to_owned(), ..Listing::default() };
        Self { listing, answer, unusable: Some(Unusable::of(broken)) }
    }

    /// Whether the listing itself could be used.
    pub fn is_usable(&self) -> bool {
        self.unusable.is_none()
    }
}

/// Takes answers in the source's order and makes a file of them, whole or not at all.
///
/// Adding a format means implementing this; `CONTRIBUTING.md` shows how.
pub trait AnswerSink: Send {
    /// The output, for messages.
    fn path(&self) -> &Path;

    /// Takes the next listing with its answer.
    ///
    /// # Errors
    /// If writing fails.
    fn write(&mut self, answered: &Answered) -> io::Result<()>;

    /// Puts the output in its place. A sink that is dropped without this leaves what was there before.
    ///
    /// # Errors
    /// If the last bytes cannot be written; the old file then stays as it was.
    fn commit(self: Box<Self>) -> Result<(), WriteError>;
}
