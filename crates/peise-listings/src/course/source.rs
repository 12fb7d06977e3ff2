//! A split of a data set as a source.

use std::path::{Path, PathBuf};

use peise::listing::Listing;
use peise::{Problem, describe};

use super::data_set::{for_each_in, for_each_profile};
use crate::archive::Photos;
use crate::name::{NameError, plain_name};
use crate::registry::{Probe, SourceOptions};
use crate::text::TextFile;
use crate::{FormatError, ListingSource, SourceListing, Take};

/// Listings of a merged file, or of the profiles in the folders of a split.
#[derive(Debug, Clone)]
pub struct CourseSource {
    root: PathBuf,
    split: String,
    /// The merged file and its encoding; `None` = the profiles are read.
    merged: Option<(PathBuf, TextFile)>,
    /// Where there is a folder of photos for each listing.
    photos: Photos,
}

impl CourseSource {
    /// Opens `DATA/{split}_all.json`, or where that is missing the folder `DATA/{split}`; or `DATA` itself, if it is a
    /// merged file: its photos are in the folder of its split beside it, of `test_all.json` in `test/`.
    ///
    /// # Errors
    /// If the split is no plain name, or the merged file cannot be read.
    pub fn open(options: &SourceOptions) -> Result<Self, FormatError> {
        let SourceOptions { data, split, photos, .. } = options;
        let (root, split, merged) = if data.is_file() {
            let root = data.parent().unwrap_or(Path::new("")).to_owned();
            (root, split_of(data).unwrap_or(split).to_owned(), Some(data.clone()))
        } else {
            plain_name("split", split)?;
            let merged = data.join(format!("{split}_all.json"));
            (data.clone(), split.clone(), merged.exists().then_some(merged))
        };
        let merged = match merged {
            Some(path) => Some((path.clone(), TextFile::detect(&path)?)),
            None => None,
        };
        let photos = Photos::open(&photos.clone().unwrap_or_else(|| root.join(&split)))?;
        Ok(Self { root, split, merged, photos })
    }

    /// A listing of the data set, with its photos.
    pub fn with_photos(&self, listing: Listing) -> SourceListing {
        with_photos(&self.photos, listing)
    }
}

impl ListingSource for CourseSource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        let guess = self.merged.as_ref().and_then(|(path, text)| Some(text.guess?.note(path)));
        let mut take = |entry: super::Entry| {
            let found = entry.map(|listing| SourceListing {
                notes: guess.clone().into_iter().collect(),
                ..self.with_photos(listing)
            });
            take(found).is_continue()
        };
        match &self.merged {
            Some((path, text)) => for_each_in(path, text, &mut take),
            None => for_each_profile(&self.root, &self.split, &mut take),
        }
    }
}

fn with_photos(photos: &Photos, listing: Listing) -> SourceListing {
    let path = |file: &str| -> Result<PathBuf, NameError> {
        Ok(Path::new(plain_name("id", &listing.id)?).join(plain_name("file", file)?))
    };
    let photo = |file: &str| match path(file) {
        Ok(path) => photos.at(&path),
        Err(error) => Err(Problem::new("name", describe(&error))),
    };
    let photos = listing.images.iter().map(|image| photo(&image.file)).collect();
    SourceListing { listing, photos, ..SourceListing::default() }
}

/// The split that a merged file's name says.
fn split_of(merged: &Path) -> Option<&str> {
    let stem = merged.file_stem()?.to_str()?;
    stem.strip_suffix("_all").or_else(|| stem.strip_suffix("_truth")).filter(|split| !split.is_empty())
}

pub(super) fn recognises(probe: &Probe) -> bool {
    let SourceOptions { data, split, .. } = probe.options;
    if !probe.is_folder {
        return probe.has_ending(&["json"]);
    }
    // A name that leads elsewhere is refused by what opens the data.
    plain_name("split", split).is_err() || data.join(format!("{split}_all.json")).exists() || {
        let folders = std::fs::read_dir(data.join(split));
        folders.is_ok_and(|mut folders| folders.any(|folder| folder.is_ok_and(|folder| folder.path().is_dir())))
    }
}
