//! A data set's folder: its listings and where their photos lie.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{BrokenListing, Entry, Listing, ListingImage, PROFILE, read_merged, read_profile};
use crate::format::name::plain_name;
use crate::format::{FormatError, ListingError};

/// One split of a data set in the course format.
#[derive(Debug)]
pub struct DataSet {
    /// The folder that holds `{split}_all.json` and `{split}/`.
    pub root: PathBuf,
    /// The split's name, e.g. `test`.
    pub split: String,
    /// Its listings, in the order of the merged file, or by id where there is none.
    pub entries: Vec<Entry>,
}

impl DataSet {
    /// Reads `ROOT/{split}_all.json`, or where that is missing every `ROOT/{split}/<id>/profile.json`, sorted by id.
    ///
    /// In the latter case folders whose name starts with a dot are passed over, and a folder without a readable
    /// profile is a broken listing.
    ///
    /// # Errors
    /// If there is neither, if the merged file cannot be read as [`read_merged`] says, or if `split` is no plain name.
    pub fn open(root: &Path, split: &str) -> Result<Self, FormatError> {
        plain_name("split", split)?;
        let merged = root.join(format!("{split}_all.json"));
        let entries = match read_merged(&merged) {
            Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => scan(root, split)?,
            other => other?,
        };
        Ok(Self { root: root.to_owned(), split: split.to_owned(), entries })
    }

    /// Reads the listings of one split from a merged file of another name, e.g. `test_truth.json`.
    ///
    /// # Errors
    /// If the file cannot be read as [`read_merged`] says, or if `split` is no plain name.
    pub fn open_merged(merged: &Path, root: &Path, split: &str) -> Result<Self, FormatError> {
        plain_name("split", split)?;
        Ok(Self { root: root.to_owned(), split: split.to_owned(), entries: read_merged(merged)? })
    }

    /// The listings that can be used.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.entries.iter().filter_map(|entry| entry.as_ref().ok())
    }

    /// The listings that cannot.
    pub fn broken(&self) -> impl Iterator<Item = &BrokenListing> {
        self.entries.iter().filter_map(|entry| entry.as_ref().err())
    }

    /// Where a photo lies: `ROOT/{split}/<id>/<file>`. It need not exist.
    ///
    /// # Errors
    /// If the id or the file name is not a plain name, so that the path could leave the listing's folder.
    pub fn image_path(&self, listing: &Listing, image: &ListingImage) -> Result<PathBuf, FormatError> {
        let id = plain_name("id", &listing.id)?;
        let file = plain_name("file", &image.file)?;
        Ok(self.root.join(&self.split).join(id).join(file))
    }
}

fn scan(root: &Path, split: &str) -> Result<Vec<Entry>, FormatError> {
    let folder = root.join(split);
    let failed = |source: io::Error| {
        if source.kind() == io::ErrorKind::NotFound {
            FormatError::Missing {
                path: root.to_owned(),
                missing: "listings",
                expected: format!("{split}_all.json or {split}/<id>/{PROFILE}"),
            }
        } else {
            FormatError::Io { path: folder.clone(), action: "list the folder", source }
        }
    };
    let mut ids = Vec::new();
    for found in fs::read_dir(&folder).map_err(failed)? {
        let path = found.map_err(failed)?.path();
        // A name that is not UTF-8 is shown as well as it can be; then its profile is not found, and says so.
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with('.') && path.is_dir() {
            ids.push(name);
        }
    }
    if ids.is_empty() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.iter().map(|id| scan_one(&folder, id)).collect())
}

fn scan_one(folder: &Path, id: &str) -> Entry {
    read_profile(&folder.join(id).join(PROFILE), id).map_err(|error| {
        let error = match error {
            FormatError::Listing { source, .. } => source,
            other => ListingError::Profile { id: id.to_owned(), source: Box::new(other) },
        };
        BrokenListing { error, original: None }
    })
}
