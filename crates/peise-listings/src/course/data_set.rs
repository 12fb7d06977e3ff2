//! A data set's folder: its listings and the paths of their photos.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::profile::{EXPECTED_MERGED, stream_merged};
use super::{BrokenListing, Entry, Listing, ListingImage, PROFILE, read_merged, read_profile};
use crate::name::plain_name;
use crate::text::TextFile;
use crate::{FormatError, ListingError, MAX_TEXT_BYTES};

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
            Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let mut entries = Vec::new();
                for_each_profile(root, split, &mut |entry| {
                    entries.push(entry);
                    true
                })?;
                entries
            }
            other => other?,
        };
        Ok(Self { root: root.to_owned(), split: split.to_owned(), entries })
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
        image_path(&self.root, &self.split, listing, image)
    }
}

/// Where a photo lies: `ROOT/{split}/<id>/<file>`. It need not exist.
///
/// # Errors
/// If the id or the file name is not a plain name, so that the path could leave the listing's folder.
pub fn image_path(root: &Path, split: &str, listing: &Listing, image: &ListingImage) -> Result<PathBuf, FormatError> {
    let id = plain_name("id", &listing.id)?;
    let file = plain_name("file", &image.file)?;
    Ok(root.join(split).join(id).join(file))
}

/// Hands every entry of a split to `take`, one at a time, until that answers `false`.
///
/// Reads what [`DataSet::open`] reads, but of a merged file only the ids stay in memory.
///
/// # Errors
/// As [`DataSet::open`]; entries before the place of an error have been handed over.
pub fn for_each_entry(root: &Path, split: &str, take: &mut dyn FnMut(Entry) -> bool) -> Result<(), FormatError> {
    plain_name("split", split)?;
    match for_each_merged(&root.join(format!("{split}_all.json")), take) {
        Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            for_each_profile(root, split, take)
        }
        read => read,
    }
}

/// As [`for_each_entry`], of a merged file.
pub(super) fn for_each_merged(path: &Path, take: &mut dyn FnMut(Entry) -> bool) -> Result<(), FormatError> {
    for_each_in(path, &TextFile::detect(path)?, take)
}

/// As [`for_each_merged`], of a file whose encoding is known.
pub(super) fn for_each_in(
    path: &Path,
    text: &TextFile,
    take: &mut dyn FnMut(Entry) -> bool,
) -> Result<(), FormatError> {
    stream_merged(text.open(path)?, take).map_err(|error| {
        // Only a reader of the whole file tells an empty one from one that was cut off.
        match fs::metadata(path) {
            Ok(found) if found.len() <= MAX_TEXT_BYTES => read_merged(path).err(),
            _ => None,
        }
        .unwrap_or_else(|| FormatError::from_json(path.to_owned(), 1, EXPECTED_MERGED, error))
    })
}

/// Hands every `ROOT/{split}/<id>/profile.json` to `take`, sorted by id, until that answers `false`.
pub(super) fn for_each_profile(
    root: &Path,
    split: &str,
    take: &mut dyn FnMut(Entry) -> bool,
) -> Result<(), FormatError> {
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
    for id in ids {
        if !take(scan_one(&folder, &id)) {
            break;
        }
    }
    Ok(())
}

fn scan_one(folder: &Path, id: &str) -> Entry {
    read_profile(&folder.join(id).join(PROFILE), id).map_err(|error| {
        let error = match error {
            FormatError::Listing { source, .. } => source,
            other => ListingError::Unreadable { id: id.to_owned(), source: Box::new(other) },
        };
        BrokenListing::new(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaming_hands_over_what_opening_reads_and_explains_errors_alike() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test_all.json");
        let good = r#"{"1": {"optional_tags": ["黑"], "imgs_tags": [{"1_0.jpg": null}]}, "2": 7,
            "1": {"optional_tags": [], "imgs_tags": []}}"#;
        for text in [good.to_owned(), format!("\u{FEFF}{good}"), "{}".to_owned()] {
            fs::write(&path, &text).unwrap();
            let mut streamed = Vec::new();
            for_each_entry(folder.path(), "test", &mut |entry| {
                streamed.push(format!("{entry:?}"));
                true
            })
            .unwrap();
            let opened = DataSet::open(folder.path(), "test").unwrap().entries;
            assert_eq!(streamed, opened.iter().map(|entry| format!("{entry:?}")).collect::<Vec<_>>());
            let mut taken = 0;
            for_each_entry(folder.path(), "test", &mut |_| {
                taken += 1;
                false
            })
            .unwrap();
            assert_eq!(taken, usize::from(text != "{}"));
        }
        for bad in [&b"{\"1\": "[..], b"", b"[]", b"{} x", b"{\"\xE9\xBB\x91\xE8\x89\xB2\xFF\": 1}"] {
            fs::write(&path, bad).unwrap();
            let streamed = for_each_entry(folder.path(), "test", &mut |_| true).unwrap_err();
            let opened = DataSet::open(folder.path(), "test").unwrap_err();
            assert_eq!(streamed.to_string(), opened.to_string());
        }
    }
}
