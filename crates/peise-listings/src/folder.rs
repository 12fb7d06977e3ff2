//! A plain folder as one listing: photos, and their labels in `profile.json` or `labels.txt`.
//!
//! With a `profile.json` the folder is read as in the course format. Otherwise `labels.txt` holds one label per line
//! (UTF-8; white space around a label and blank lines are ignored; every other line is a label, also one that starts
//! with `#`), and the photos are all `*.jpg`, `*.jpeg`, `*.png` and `*.webp` beside it, in natural order: `_2` before
//! `_10`. The listing's id is the folder's name.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::FormatError;
use crate::course::{PROFILE, read_profile};
use crate::name::plain_name;
use crate::text::read_text;
use peise::listing::{Listing, ListingImage};

/// File name of the labels.
pub const LABELS: &str = "labels.txt";

const PHOTOS: &str = "photos: *.jpg, *.jpeg, *.png or *.webp";
const SUFFIXES: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// A listing and the folder that holds its photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingFolder {
    /// The folder.
    pub path: PathBuf,
    /// The listing.
    pub listing: Listing,
    /// Photos that were left out because their names are not UTF-8.
    pub unnamed: Vec<PathBuf>,
}

impl ListingFolder {
    /// Reads a folder.
    ///
    /// # Errors
    /// If there is neither `profile.json` nor `labels.txt`, if it cannot be read, or if it leaves the listing without
    /// photos or without labels.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let id = folder_name(path)?;
        let profile = path.join(PROFILE);
        let found = match read_profile(&profile, &id) {
            Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::from_labels(path, id)?
            }
            other => {
                let listing = other?;
                require(&profile, "photos in imgs_tags", &listing.images)?;
                require(&profile, "labels in optional_tags", &listing.labels)?;
                Self { path: path.to_owned(), listing, unnamed: Vec::new() }
            }
        };
        Ok(found)
    }

    /// Where a photo lies. It need not exist.
    ///
    /// # Errors
    /// If the file name, which a profile may have set, is not a plain name.
    pub fn image_path(&self, image: &ListingImage) -> Result<PathBuf, FormatError> {
        Ok(self.path.join(plain_name("file", &image.file)?))
    }

    fn from_labels(path: &Path, id: String) -> Result<Self, FormatError> {
        let Photos { files, unnamed } = photos(path)?;
        let labels = match read_labels(&path.join(LABELS)) {
            Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(FormatError::Missing {
                    path: path.to_owned(),
                    missing: if files.is_empty() { "photos and no labels" } else { "labels" },
                    expected: format!("{PROFILE}, or {LABELS} with one label per line and {PHOTOS}"),
                });
            }
            other => other?,
        };
        if files.is_empty() {
            return Err(FormatError::Missing { path: path.to_owned(), missing: "photos", expected: PHOTOS.to_owned() });
        }
        let images = files.into_iter().map(|file| ListingImage { file, label: None }).collect();
        Ok(Self { path: path.to_owned(), listing: Listing { id, labels, images, ..Listing::default() }, unnamed })
    }
}

/// Reads one label per line, as the module says.
///
/// # Errors
/// If the file cannot be read, is not UTF-8, or holds no label.
pub fn read_labels(path: &Path) -> Result<Vec<String>, FormatError> {
    let text = read_text(path, "one label per line")?;
    let labels: Vec<_> = text.lines().map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect();
    require(path, "labels", &labels)?;
    Ok(labels)
}

/// Orders names as people do: runs of digits by their value, everything else by character.
pub fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    loop {
        let ((digits_a, rest_a), (digits_b, rest_b)) = (split_digits(a), split_digits(b));
        if !digits_a.is_empty() && !digits_b.is_empty() {
            let (value_a, value_b) = (digits_a.trim_start_matches('0'), digits_b.trim_start_matches('0'));
            let order = value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(value_b));
            if order.is_ne() {
                return order;
            }
            (a, b) = (rest_a, rest_b);
            continue;
        }
        let (mut chars_a, mut chars_b) = (a.chars(), b.chars());
        match (chars_a.next(), chars_b.next()) {
            (Some(x), Some(y)) if x == y => (a, b) = (chars_a.as_str(), chars_b.as_str()),
            // `01` and `1` are worth the same, but not the same name.
            (None, None) => return left.cmp(right),
            (x, y) => return x.cmp(&y),
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn folder_name(path: &Path) -> Result<String, FormatError> {
    // `.` and `..` have names only once they are resolved.
    let resolved = fs::canonicalize(path).map_err(|source| FormatError::Io {
        path: path.to_owned(),
        action: "open the folder",
        source,
    })?;
    Ok(resolved.file_name().map_or_else(|| "listing".into(), |name| name.to_string_lossy().into_owned()))
}

struct Photos {
    files: Vec<String>,
    unnamed: Vec<PathBuf>,
}

fn photos(folder: &Path) -> Result<Photos, FormatError> {
    let failed = |source| FormatError::Io { path: folder.to_owned(), action: "list the folder", source };
    let (mut files, mut unnamed) = (Vec::new(), Vec::new());
    for found in fs::read_dir(folder).map_err(failed)? {
        let found = found.map_err(failed)?.path();
        let suffix = found.extension().and_then(|suffix| suffix.to_str()).map(str::to_ascii_lowercase);
        if !suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix.as_str())) || found.is_dir() {
            continue;
        }
        match found.file_name().and_then(|name| name.to_str()) {
            // `._photo.jpg` is what macOS leaves beside `photo.jpg` on foreign disks.
            Some(name) if name.starts_with('.') => {}
            Some(name) => files.push(name.to_owned()),
            None => unnamed.push(found),
        }
    }
    files.sort_unstable_by(|a, b| natural_order(a, b));
    unnamed.sort_unstable();
    Ok(Photos { files, unnamed })
}

fn require<T>(path: &Path, missing: &'static str, found: &[T]) -> Result<(), FormatError> {
    if !found.is_empty() {
        return Ok(());
    }
    Err(FormatError::Missing { path: path.to_owned(), missing, expected: "at least one".to_owned() })
}

#[cfg(test)]
mod tests;
