//! Listings as a source yields them, one after the other, with their photos.

use std::error::Error;
use std::fmt;
use std::ops::ControlFlow;

use peise::answer::Note;
use peise::listing::Listing;
use peise::matcher::decode::{NonePolicy, Objective, Rule};
use peise::{DecodeOptions, Problem, describe};
use xxhash_rust::xxh3::Xxh3;

use crate::json::Node;
use crate::{FormatError, ListingError, PhotoSource};

/// One listing of a source, or why it cannot be used. A listing that cannot be used keeps its place.
pub type Entry = Result<SourceListing, BrokenListing>;

/// What receives the entries of a source, in order; [`ControlFlow::Break`] ends the reading.
pub type Take<'a> = dyn FnMut(Entry) -> ControlFlow<()> + 'a;

/// Where listings come from: a folder, a file, memory.
///
/// Adding a format means implementing this; `CONTRIBUTING.md` shows how.
pub trait ListingSource: Send + Sync {
    /// Hands over every entry from the first, in the source's order, until `take` breaks. Can be called again.
    ///
    /// Memory must not grow with the number of listings, but for what is needed to find repeated ids.
    ///
    /// # Errors
    /// If the source as a whole cannot be read; entries before the place of the error have been handed over.
    fn read(&self, take: &mut Take) -> Result<(), FormatError>;
}

/// A listing, and where its photos are.
#[derive(Debug, Clone, Default)]
pub struct SourceListing {
    /// The listing.
    pub listing: Listing,
    /// For each image of the listing its photo, or why there is none.
    pub photos: Vec<Result<PhotoSource, Problem>>,
    /// What this listing asks for beside the options of the run.
    pub wishes: Wishes,
    /// Remarks that belong into its answer.
    pub notes: Vec<Note>,
    /// Remarks for the person who runs this, such as files that were left out.
    pub remarks: Vec<String>,
}

/// Options that a listing sets for itself; `None` = as the run has it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wishes {
    /// The assignment rule.
    pub rule: Option<Rule>,
    /// What the answers are best at.
    pub objective: Option<Objective>,
    /// Whether a photo may show no label.
    pub none: Option<NonePolicy>,
    /// Answers less probable than this are withheld.
    pub min_confidence: Option<f32>,
}

impl Wishes {
    /// The options of the run with these wishes in their place.
    pub fn apply(&self, options: &DecodeOptions) -> DecodeOptions {
        DecodeOptions {
            rule: self.rule.unwrap_or(options.rule),
            objective: self.objective.unwrap_or(options.objective),
            none: self.none.unwrap_or(options.none),
            ..*options
        }
    }
}

/// A listing that cannot be used.
#[derive(Debug)]
pub struct BrokenListing {
    /// What is wrong with it.
    pub error: ListingError,
    /// The listing as it was read, so that it keeps its place in the output; `None` where nothing could be read.
    pub(crate) original: Option<Box<Node>>,
}

impl BrokenListing {
    /// A listing of which nothing is kept but its id.
    pub fn new(error: ListingError) -> Self {
        Self { error, original: None }
    }

    /// Identifier of the listing.
    pub fn id(&self) -> &str {
        self.error.id()
    }
}

// Transparent: the listing adds nothing to what its error says.
impl fmt::Display for BrokenListing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl Error for BrokenListing {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// [`Problem::code`] of the answer to a [`BrokenListing`].
pub const BROKEN: &str = "listing";

impl From<&BrokenListing> for Problem {
    fn from(broken: &BrokenListing) -> Self {
        Self::new(BROKEN, describe(broken))
    }
}

/// Listings in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySource(pub Vec<SourceListing>);

impl ListingSource for MemorySource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        for listing in &self.0 {
            if take(Ok(listing.clone())).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// What a source holds, found by reading it once, photos excepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Listings that can be used.
    pub listings: u64,
    /// Listings that cannot.
    pub broken: u64,
    /// Photos of the listings that can be used.
    pub photos: u64,
    /// Their labels.
    pub labels: u64,
    /// Hash of everything but the photos' content; it changes with the listings, their order and their photos' names.
    pub fingerprint: u128,
}

impl Survey {
    /// Reads a source once. `watch` sees every entry; where it breaks, the survey is of what was read.
    ///
    /// # Errors
    /// If the source as a whole cannot be read.
    pub fn of(
        source: &dyn ListingSource,
        watch: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<Self, FormatError> {
        let (mut survey, mut hasher) = (Self::default(), Xxh3::new());
        source.read(&mut |entry| {
            let goes_on = watch(&entry);
            match &entry {
                Ok(found) => {
                    survey.listings += 1;
                    survey.photos += found.listing.images.len() as u64;
                    survey.labels += found.listing.labels.len() as u64;
                    hash(&mut hasher, found);
                }
                Err(broken) => {
                    survey.broken += 1;
                    add(&mut hasher, describe(broken).as_bytes());
                }
            }
            goes_on
        })?;
        survey.fingerprint = hasher.digest128();
        Ok(survey)
    }
}

fn add(hasher: &mut Xxh3, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn hash(hasher: &mut Xxh3, found: &SourceListing) {
    let Listing { id, labels, images, title, colours, shows_none: _ } = &found.listing;
    add(hasher, id.as_bytes());
    hasher.update(&(labels.len() as u64).to_le_bytes());
    labels.iter().for_each(|label| add(hasher, label.as_bytes()));
    for (image, photo) in images.iter().zip(&found.photos) {
        add(hasher, image.file.as_bytes());
        if let Ok(photo) = photo {
            photo.hash(hasher);
        }
    }
    add(hasher, title.as_deref().unwrap_or_default().as_bytes());
    for (label, colour) in colours {
        add(hasher, label.as_bytes());
        add(hasher, colour);
    }
    add(hasher, format!("{:?}", found.wishes).as_bytes());
}
