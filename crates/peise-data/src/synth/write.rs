//! Drawn listings as files: a split of a data set in the course format, and the truth beside it.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use image::ImageError;
use peise::atomic::{AtomicFile, WriteError};
use peise::listing::Listing;
use peise_listings::course;
use rayon::prelude::*;
use thiserror::Error;

use super::{SynthListing, SynthSet, jpeg};

/// Why a set could not be written.
#[derive(Debug, Error)]
pub enum SynthError {
    /// A picture, folder or side file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The split is there already.
    #[error("{path} is there already; give another folder or split, or replace it with --replace")]
    Exists {
        /// Its listings.
        path: PathBuf,
    },
    /// A picture could not be encoded.
    #[error("cannot encode {path} as JPEG")]
    Encode {
        /// The file meant.
        path: PathBuf,
        /// What the encoder said.
        #[source]
        source: ImageError,
    },
    /// Profiles could not be written.
    #[error(transparent)]
    Profile(#[from] WriteError),
}

/// The split of a data set that a set becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// `train/`, `train_all.json`: with labels.
    Train,
    /// `validation/`, `validation_all.json`: with labels.
    Validation,
    /// `test/`, `test_all.json`: every label to be predicted; `test_truth.json` has them.
    Test,
}

impl Split {
    /// Its folder's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Listings drawn at once: enough for many cores, few enough to keep memory flat.
const AT_ONCE: usize = 256;

/// Writes the listings of this range of indices as a split of the data set in `dir`.
///
/// Beside photos and profiles, `<split>_drawn.jsonl` has one [`super::ListingTruth`] a line. What an earlier call wrote
/// for the same split is left alone, unless `replace` says to write over it; other splits stay as they are. `progress` is
/// told how many listings are done.
///
/// # Errors
/// [`SynthError`], naming the file that could not be written, or is there already.
/// # Panics
/// If the configuration fails [`super::SynthConfig::check`] (programmer error).
pub fn write(
    dir: &Path,
    set: &SynthSet,
    split: Split,
    indices: Range<usize>,
    replace: bool,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<(), SynthError> {
    let folder = dir.join(split.name());
    let all = dir.join(format!("{}_all.json", split.name()));
    if all.exists() {
        if !replace {
            return Err(SynthError::Exists { path: all });
        }
        // A split whose list is missing is known to be incomplete.
        fs::remove_file(&all).map_err(|source| SynthError::Write { path: all.clone(), source })?;
    }
    fs::create_dir_all(&folder).map_err(|source| SynthError::Write { path: folder.clone(), source })?;
    let side = dir.join(format!("{}_drawn.jsonl", split.name()));
    let failed = |source| SynthError::Write { path: side.clone(), source };
    let mut drawn = AtomicFile::create(&side)?;
    let mut listings: Vec<Listing> = Vec::with_capacity(indices.len());
    let mut next = indices.start;
    while next < indices.end {
        let batch: Vec<(Listing, Vec<u8>)> = (next..(next + AT_ONCE).min(indices.end))
            .into_par_iter()
            .map(|index| {
                let listing = set.listing(index);
                write_listing(&folder, &listing, split)?;
                let truth = serde_json::to_vec(&listing.truth).map_err(|error| failed(error.into()))?;
                Ok((listing.listing, truth))
            })
            .collect::<Result<_, SynthError>>()?;
        next += batch.len();
        for (listing, truth) in batch {
            drawn.write_all(&truth).and_then(|()| drawn.write_all(b"\n")).map_err(failed)?;
            listings.push(listing);
        }
        progress(next - indices.start);
    }
    drawn.commit()?;
    if split == Split::Test {
        course::write_merged(&dir.join("test_truth.json"), &listings)?;
        let asked: Vec<Listing> = listings.iter().map(question).collect();
        course::write_merged(&all, &asked)?;
    } else {
        course::write_merged(&all, &listings)?;
    }
    Ok(())
}

fn write_listing(folder: &Path, drawn: &SynthListing, split: Split) -> Result<(), SynthError> {
    let folder = folder.join(&drawn.listing.id);
    fs::create_dir_all(&folder).map_err(|source| SynthError::Write { path: folder.clone(), source })?;
    for (image, photo) in drawn.images.iter().zip(&drawn.truth.photos) {
        let path = folder.join(&photo.file);
        let bytes = jpeg(image, photo.drawn.development.quality)
            .map_err(|source| SynthError::Encode { path: path.clone(), source })?;
        fs::write(&path, bytes).map_err(|source| SynthError::Write { path, source })?;
    }
    let profile = if split == Split::Test { &question(&drawn.listing) } else { &drawn.listing };
    Ok(course::write_profile(&folder.join(course::PROFILE), profile)?)
}

/// The listing with every label to be predicted.
fn question(listing: &Listing) -> Listing {
    let mut listing = listing.clone();
    listing.images.iter_mut().for_each(|image| image.label = None);
    listing.shows_none.clear();
    listing
}
