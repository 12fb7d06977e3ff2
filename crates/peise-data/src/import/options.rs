//! What to import, and how.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Serialize;

use crate::split::Split;

/// Where labelled photos come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder with `photos.csv` and the tar shards that it names.
    Shards(PathBuf),
    /// A folder with `styles.csv` and `images/<id>.jpg`.
    Styles(PathBuf),
}

impl Source {
    pub(super) fn folder(&self) -> &PathBuf {
        let (Self::Shards(folder) | Self::Styles(folder)) = self;
        folder
    }
}

/// What the photos of one listing have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The product title but for its colour.
    Family,
    /// The garment type.
    Sampled,
}

/// Files with real labels; each is optional, without any a few templates of our own are used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SellerLabels {
    /// CSV `label,colour_words`: labels and what a reader took to be their colour.
    pub labels: Option<PathBuf>,
    /// CSV `zh,en`: colour labels and their translation; only the Chinese is used.
    pub translations: Option<PathBuf>,
    /// JSON lines `{"product", "labels", "images"}`: how many labels and images real listings have.
    pub label_sets: Option<PathBuf>,
}

/// How many labels a training listing has; validation and test are always `Real`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelCount {
    /// As real listings: two in six of ten.
    Real,
    /// Each number of the range alike: harder listings, more to learn from each.
    Uniform(RangeInclusive<usize>),
    /// Half and half.
    Mixed(RangeInclusive<usize>),
}

/// Numbers of listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Listings {
    /// For training.
    pub train: usize,
    /// For choosing.
    pub validation: usize,
    /// For test.
    pub test: usize,
}

impl Listings {
    pub(super) fn of(&self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }
}

/// What to import, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// The photos.
    pub source: Source,
    /// What makes a listing.
    pub mode: Mode,
    /// Listings and label text follow from it; the split does not.
    pub seed: u64,
    /// Folder to write: new or empty; or an earlier import, with `replace`.
    pub out: PathBuf,
    /// Whether an earlier import in `out` is removed first.
    pub replace: bool,
    /// How many listings to make. Mode `family` makes each family once, then draws families again,
    /// with other photos, label text and, beyond two colours, subsets of colours.
    pub listings: Listings,
    /// Real label text.
    pub labels: SellerLabels,
    /// Number of labels per training listing.
    pub label_count: LabelCount,
    /// Largest number of labels in a listing.
    pub max_labels: usize,
    /// Mode `sampled`: only so many most frequent colours.
    pub max_colours: usize,
    /// Mode `sampled`: a garment's colour with fewer photos in a split is left out.
    pub min_photos_per_colour: usize,
}

impl ImportOptions {
    /// The usual choices.
    pub fn new(source: Source, mode: Mode, out: PathBuf) -> Self {
        Self {
            source,
            mode,
            seed: 1,
            out,
            replace: false,
            listings: Listings { train: 12_000, validation: 600, test: 1_500 },
            labels: SellerLabels::default(),
            label_count: LabelCount::Mixed(2..=6),
            max_labels: 8,
            max_colours: 30,
            min_photos_per_colour: 2,
        }
    }
}
