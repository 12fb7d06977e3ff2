//! The course format: `DIR/{split}_all.json`, or one `DIR/{split}/<id>/profile.json` per listing, beside the photos.
//!
//! ```text
//! {"543437665996": {"optional_tags": ["绛红", "米色"], "imgs_tags": [{"543437665996_0.jpg": "绛红"}, {"543437665996_1.jpg": null}]}}
//! ```
//!
//! Listings, labels and photos keep their order. Files are written as Python's `json.dump(data, file,
//! ensure_ascii=False)` writes them, on one line; a file so written comes out byte for byte. A file with indentation is
//! read too, but written on one line. A profile may also carry `title`, `colours` (`{LABEL: "#rrggbb"}`) and
//! `shows_none`, a list of the files whose null means "shows no option". Other keys are ignored and not written.
//!
//! A listing that cannot be used does not affect the others: it is a [`BrokenListing`] at its place in the file.
//! Listings without photos, without labels or with equal labels are read as they are; the matcher answers for them. So
//! are labels that are none of the listing's own, which only truth can have: see [`foreign_labels`].

use std::path::Path;

use crate::registry::{Format, Input};
use crate::text::{Guess, Text, read_text};
use crate::{FormatError, ListingError};
use peise::atomic::{WriteError, write_atomically};
use peise::listing::{Listing, ListingImage};

mod data_set;
mod profile;
mod sink;
mod source;
mod writer;

pub use crate::source::BrokenListing;
pub use data_set::{DataSet, for_each_entry, image_path};
pub use sink::CourseSink;
pub use source::CourseSource;
pub use writer::MergedWriter;

/// The format's entry in the registry.
pub(crate) const FORMAT: Format = Format {
    name: "course",
    about: "the course's data set: {split}_all.json beside {split}/<id>/",
    endings: &["json"],
    input: Some(Input {
        recognises: source::recognises,
        expected: "SPLIT_all.json or SPLIT/<id>/profile.json",
        open: |options| Ok(Box::new(CourseSource::open(options)?)),
        complete: true,
    }),
    create: Some(|options| Ok(Box::new(CourseSink::create(&options.out)?))),
    example: || {
        let merged =
            r#"{"543": {"optional_tags": ["黑色", "白色"], "imgs_tags": [{"543_0.jpg": null}, {"543_1.jpg": null}]}}"#;
        vec![("test_all.json", merged.into()), ("test/543/543_0.jpg", Vec::new()), ("test/543/543_1.jpg", Vec::new())]
    },
};

/// One listing of a file, or why it cannot be used.
pub type Entry = Result<Listing, BrokenListing>;

/// File name of a listing's own profile.
pub const PROFILE: &str = "profile.json";

/// Reads a merged file, e.g. `test_all.json`; listings in the order of the file.
///
/// Of listings with the same id the first is used, the others are [`ListingError::DuplicateId`].
///
/// # Errors
/// If the file cannot be read, exceeds [`MAX_TEXT_BYTES`](crate::MAX_TEXT_BYTES), is no text, or is not a JSON object.
pub fn read_merged(path: &Path) -> Result<Vec<Entry>, FormatError> {
    let text = read_text(path, profile::EXPECTED_MERGED)?.text;
    profile::parse_merged(&text)
        .map_err(|source| FormatError::from_json(path.to_owned(), 1, profile::EXPECTED_MERGED, source))
}

/// Reads the profile of the listing `id`.
///
/// # Errors
/// If the file cannot be read as [`read_merged`] says, or is no listing.
pub fn read_profile(path: &Path, id: &str) -> Result<Listing, FormatError> {
    Ok(read_noted_profile(path, id)?.0)
}

/// As [`read_profile`], with the encoding where it was guessed.
pub(crate) fn read_noted_profile(path: &Path, id: &str) -> Result<(Listing, Option<Guess>), FormatError> {
    let Text { text, guess } = read_text(path, profile::EXPECTED_PROFILE)?;
    let node = serde_json::from_str(&text)
        .map_err(|source| FormatError::from_json(path.to_owned(), 1, profile::EXPECTED_PROFILE, source))?;
    let listing = profile::parse_profile(id, &node);
    Ok((listing.map_err(|source| FormatError::Listing { path: path.to_owned(), source })?, guess))
}

/// Writes a merged file, whole or not at all.
///
/// # Errors
/// If the file cannot be written; an old file then stays as it was.
pub fn write_merged<'a>(path: &Path, listings: impl IntoIterator<Item = &'a Listing>) -> Result<(), WriteError> {
    write_atomically(path, |file| {
        let mut writer = MergedWriter::new(file);
        for listing in listings {
            writer.write(listing)?;
        }
        writer.finish().map(drop)
    })
}

/// Writes one listing's own profile, whole or not at all.
///
/// # Errors
/// If the file cannot be written; an old file then stays as it was.
pub fn write_profile(path: &Path, listing: &Listing) -> Result<(), WriteError> {
    write_atomically(path, |file| writer::write_profile(file, listing))
}

/// Writes one listing's own profile into `writer`, for callers who see to files themselves.
///
/// # Errors
/// If writing fails.
pub fn write_profile_to(writer: impl std::io::Write, listing: &Listing) -> std::io::Result<()> {
    writer::write_profile(writer, listing)
}

/// Every photo whose label is none of its listing's own, as [`ListingError::ForeignLabel`].
///
/// Such a photo has no usable truth: [`Listing::truth`] gives `None`.
pub fn foreign_labels(listing: &Listing) -> impl Iterator<Item = ListingError> {
    listing.images.iter().filter_map(|image| {
        let label = image.label.as_ref()?;
        (!listing.labels.contains(label)).then(|| ListingError::ForeignLabel {
            id: listing.id.clone(),
            file: image.file.clone(),
            label: label.clone(),
        })
    })
}

#[cfg(test)]
mod tests;
