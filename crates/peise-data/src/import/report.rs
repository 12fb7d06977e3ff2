//! What an import did.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::options::{ImportOptions, Mode};
use super::split::Splits;
use super::write::Made;
use crate::language::beyond_colour;
use crate::split::Split;

/// What one split holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SplitReport {
    /// Photos assigned to the split.
    pub photos: usize,
    /// Photos that listings show.
    pub photos_used: usize,
    /// Listings.
    pub listings: usize,
    /// Images over all listings.
    pub images: usize,
    /// Labels over all listings.
    pub labels: usize,
    /// Distinct label strings.
    pub distinct_labels: usize,
    /// Of these, strings that carry more than a colour.
    pub distinct_labels_beyond_colour: usize,
}

/// What an import did; also written to [`REPORT_FILE`](super::REPORT_FILE).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// `true` once all files are there.
    pub complete: bool,
    /// What makes a listing.
    pub mode: Mode,
    /// The seed.
    pub seed: u64,
    /// Readable, distinct photos with a known colour.
    pub photos: usize,
    /// Rows left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Groups of photos that stay in one split.
    pub clusters: usize,
    /// Photos of the largest group.
    pub largest_cluster: usize,
    /// Pairs of near-duplicate photos.
    pub near_duplicate_pairs: usize,
    /// By split.
    pub splits: BTreeMap<Split, SplitReport>,
    /// Test label strings that carry more than a colour and are in training or validation too: none.
    pub test_labels_seen_in_training: usize,
    /// SHA-256 of the merged files.
    pub sha256: BTreeMap<String, String>,
}

/// Sums up the listings; what was left out and the checksums are the caller's to add.
pub(super) fn report(options: &ImportOptions, splits: &Splits, made: &[Made]) -> ImportReport {
    let mut beyond: BTreeMap<Split, BTreeSet<&str>> = BTreeMap::new();
    let mut by_split = BTreeMap::new();
    for split in Split::ALL {
        let made: Vec<&Made> = made.iter().filter(|made| made.split == split).collect();
        let labels: BTreeSet<&str> = made.iter().flat_map(|made| &made.listing.labels).map(String::as_str).collect();
        let rich: BTreeSet<&str> = labels.iter().copied().filter(|label| !beyond_colour(label).is_empty()).collect();
        let used: BTreeSet<usize> = made.iter().flat_map(|made| &made.photos).copied().collect();
        by_split.insert(
            split,
            SplitReport {
                photos: splits.of.iter().filter(|of| **of == split).count(),
                photos_used: used.len(),
                listings: made.len(),
                images: made.iter().map(|made| made.photos.len()).sum(),
                labels: made.iter().map(|made| made.listing.labels.len()).sum(),
                distinct_labels: labels.len(),
                distinct_labels_beyond_colour: rich.len(),
            },
        );
        beyond.insert(split, rich);
    }
    let seen = |label: &&&str| [Split::Train, Split::Validation].iter().any(|split| beyond[split].contains(**label));
    ImportReport {
        complete: true,
        mode: options.mode,
        seed: options.seed,
        photos: splits.of.len(),
        skipped: BTreeMap::new(),
        clusters: splits.clusters,
        largest_cluster: splits.largest_cluster,
        near_duplicate_pairs: splits.near_duplicates.len(),
        splits: by_split,
        test_labels_seen_in_training: beyond[&Split::Test].iter().filter(seen).count(),
        sha256: BTreeMap::new(),
    }
}
