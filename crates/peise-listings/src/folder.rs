//! A plain folder as one listing: photos, and their labels in `profile.json` or `labels.txt`; or a folder of such.
//!
//! ```text
//! shirt/labels.txt     黑色
//!                      白色
//! shirt/front.jpg      shirt/back.png
//! ```
//!
//! With a `profile.json` the folder is read as in the course format. Otherwise `labels.txt` holds one label per line, or
//! on one line several with `, ， ; ； 、` between them ([`labels_of_text`]), and every other file beside it is a photo, in
//! natural order: `_2` before `_10`. What a file is, its content tells, not its name. No photos are hidden files, text
//! files (`.txt`, `.csv`, `.json`, `.md`) and `Thumbs.db`; a file that is no picture, by content or by name, is left out
//! with a note. The listing's id is the folder's name.
//!
//! A folder without either file, whose folders have one, is a set of listings in natural order; hidden folders are
//! passed over.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::course::{PROFILE, read_noted_profile};
use crate::labels::labels_of_text;
use crate::name::plain_name;
use crate::registry::{Format, Input, Probe, SourceOptions};
use crate::text::{Text, read_text};
use crate::{BrokenListing, FormatError, ListingError, ListingSource, PhotoSource, SourceListing, Take};
use files::Files;
use peise::listing::Listing;
use peise::{Note, NoteCode, Problem, describe};

mod files;

/// File name of the labels.
pub const LABELS: &str = "labels.txt";

/// The format's entry in the registry.
pub(crate) const FORMAT: Format = Format {
    name: "folder",
    about: "a folder with photos and labels.txt or profile.json, or a folder of such",
    endings: &[],
    input: Some(Input {
        recognises,
        expected: "photos beside labels.txt or profile.json, or folders of such",
        open: |options| Ok(Box::new(FolderSource::open(options))),
        complete: false,
    }),
    create: None,
    example: || {
        let photo = || b"\xFF\xD8\xFF\xE0 a photo".to_vec();
        vec![("labels.txt", "黑色\n白色\n".into()), ("front.jpg", photo()), ("back.jpg", photo())]
    },
};

/// The listing in a folder, or those in its folders.
#[derive(Debug, Clone)]
pub struct FolderSource {
    folder: PathBuf,
}

impl FolderSource {
    /// Takes `options.data` as the folder.
    pub fn open(options: &SourceOptions) -> Self {
        Self { folder: options.data.clone() }
    }
}

impl ListingSource for FolderSource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        if has_labels(&self.folder) {
            let _ = take(Ok(read_listing_folder(&self.folder)?));
            return Ok(());
        }
        let mut folders: Vec<(String, PathBuf)> = Vec::new();
        let failed = |source| FormatError::Io { path: self.folder.clone(), action: "list the folder", source };
        for found in fs::read_dir(&self.folder).map_err(failed)? {
            let path = found.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with('.') && path.is_dir() {
                folders.push((name, path));
            }
        }
        if folders.is_empty() {
            // Says what a folder of one listing lacks.
            let _ = take(Ok(read_listing_folder(&self.folder)?));
            return Ok(());
        }
        folders.sort_unstable_by(|(a, _), (b, _)| natural_order(a, b));
        for (id, path) in folders {
            let entry = read_listing_folder(&path)
                .map_err(|error| BrokenListing::new(ListingError::Unreadable { id, source: Box::new(error) }));
            if take(entry).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn recognises(probe: &Probe) -> bool {
    let folder = &probe.options.data;
    probe.is_folder
        && (has_labels(folder)
            || fs::read_dir(folder).is_ok_and(|found| found.flatten().any(|found| has_labels(&found.path()))))
}

fn has_labels(folder: &Path) -> bool {
    folder.join(PROFILE).exists() || folder.join(LABELS).exists()
}

/// Reads the listing of a folder.
///
/// # Errors
/// If there is neither `profile.json` nor `labels.txt`, if it cannot be read, or if it leaves the listing without
/// photos or without labels.
pub fn read_listing_folder(folder: &Path) -> Result<SourceListing, FormatError> {
    let id = folder_name(folder)?;
    let files = Files::of(folder)?;
    let profile = folder.join(PROFILE);
    match read_noted_profile(&profile, &id) {
        Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            with_labels(folder, id, files)
        }
        read => {
            let (listing, guess) = read?;
            require(&profile, "photos in imgs_tags", &listing.images)?;
            require(&profile, "labels in optional_tags", &listing.labels)?;
            let left_out = files.photos.iter().filter(|file| !listing.images.iter().any(|image| image.file == **file));
            let remark =
                |file: &String| format!("{}: {PROFILE} does not name it; left out", folder.join(file).display());
            let remarks = left_out.map(remark).collect();
            let photo = |file: &str| match plain_name("file", file) {
                Ok(file) => Ok(PhotoSource::File(folder.join(file))),
                Err(error) => Err(Problem::new("name", describe(&error))),
            };
            let photos = listing.images.iter().map(|image| photo(&image.file)).collect();
            let notes = guess.map(|guess| guess.note(&profile)).into_iter().collect();
            Ok(SourceListing { listing, photos, notes, remarks, ..SourceListing::default() })
        }
    }
}

fn with_labels(folder: &Path, id: String, files: Files) -> Result<SourceListing, FormatError> {
    const PHOTOS: &str = "photos (JPEG, PNG, WebP, ...)";
    let Files { photos, unnamed, others } = files;
    let path = folder.join(LABELS);
    let (labels, guess) = match read_noted_labels(&path) {
        Err(FormatError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Err(FormatError::Missing {
                path: folder.to_owned(),
                missing: if photos.is_empty() { "photos and no labels" } else { "labels" },
                expected: format!("{PROFILE}, or {LABELS} with one label per line and {PHOTOS}"),
            });
        }
        read => read?,
    };
    if photos.is_empty() && unnamed.is_empty() {
        let expected = PHOTOS.to_owned();
        return Err(FormatError::Missing { path: folder.to_owned(), missing: "photos", expected });
    }
    let mut listing = Listing::new(id, labels, photos);
    let mut photos: Vec<_> =
        listing.images.iter().map(|image| Ok(PhotoSource::File(folder.join(&image.file)))).collect();
    for path in unnamed {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        listing.images.push(peise::listing::ListingImage { file, label: None });
        photos.push(Err(Problem::new("name", format!("{}: its name is not UTF-8; rename it", path.display()))));
    }
    let mut notes: Vec<Note> = guess.map(|guess| guess.note(&folder.join(LABELS))).into_iter().collect();
    if !others.is_empty() {
        let text = format!("no pictures, left out: {}", others.join(", "));
        notes.push(Note { code: NoteCode::UnsupportedFile, labels: Vec::new(), images: Vec::new(), text });
    }
    let remark = |file: &String| format!("{}: is no picture; left out", folder.join(file).display());
    let remarks = others.iter().map(remark).collect();
    Ok(SourceListing { listing, photos, notes, remarks, ..SourceListing::default() })
}

/// Reads a file of labels, as the module says.
///
/// # Errors
/// If the file cannot be read, is no text, or holds no label.
pub fn read_labels(path: &Path) -> Result<Vec<String>, FormatError> {
    Ok(read_noted_labels(path)?.0)
}

fn read_noted_labels(path: &Path) -> Result<(Vec<String>, Option<crate::text::Guess>), FormatError> {
    let Text { text, guess } = read_text(path, "one label per line")?;
    let labels = labels_of_text(&text);
    require(path, "labels", &labels)?;
    Ok((labels, guess))
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
    let failed = |source| FormatError::Io { path: path.to_owned(), action: "open the folder", source };
    let resolved = match path.file_name() {
        Some(_) => path.to_owned(),
        None => fs::canonicalize(path).map_err(failed)?,
    };
    Ok(resolved.file_name().map_or_else(|| "listing".into(), |name| name.to_string_lossy().into_owned()))
}

fn require<T>(path: &Path, missing: &'static str, found: &[T]) -> Result<(), FormatError> {
    if !found.is_empty() {
        return Ok(());
    }
    Err(FormatError::Missing { path: path.to_owned(), missing, expected: "at least one".to_owned() })
}

#[cfg(test)]
mod tests;
