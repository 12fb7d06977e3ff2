//! Web datasets: tar archives whose files belong together by the part of their names before the first dot.
//!
//! ```text
//! 543.json      {"labels": ["黑色", "白色"]}
//! 543.0.jpg
//! 543.1.jpg
//! ```
//!
//! The JSON is a [`ListingInput`]; without an `id` of its own the listing's is the name. Where it lists `images`, each is the
//! file of that name or else the file numbered by its place; where it does not, the photos are the files in natural
//! order. Files of one listing follow each other, as web datasets have it. The data is one archive, or a folder of
//! archives in natural order. Links, absolute names and `..` in archives are refused; nothing is unpacked.

use std::fs;
use std::mem;
use std::ops::ControlFlow;
use std::path::PathBuf;

use peise::Problem;
use peise::listing::ListingImage;

use crate::archive::{self, ArchiveEntry, Found};
use crate::folder::natural_order;
use crate::ids::Ids;
use crate::jsonl::{ImageInput, ListingInput};
use crate::registry::{Format, Input, Probe, SourceOptions};
use crate::{
    BrokenListing, Entry, FormatError, ListingError, ListingSource, MAX_LINE_BYTES, PhotoSource, SourceListing, Take,
};

const EXPECTED: &str = r#"one listing, {"labels": ["LABEL"], "images": ["FILE"]}"#;

/// The format's entry in the registry.
pub(crate) const FORMAT: Format = Format {
    name: "webdataset",
    about: "tar archives of ID.json, ID.0.jpg, ID.1.jpg, ...",
    endings: &["tar"],
    input: Some(Input {
        recognises,
        expected: "FILE.tar with ID.json and ID.0.jpg, or a folder of such",
        open: |options| Ok(Box::new(WebDataset::open(options)?)),
        complete: false,
    }),
    create: None,
    example: || {
        let files = [("543.json", r#"{"labels": ["黑色", "白色"]}"#), ("543.0.jpg", "photo"), ("543.1.jpg", "photo")];
        vec![("shard.tar", archive_of(&files))]
    },
};

/// An archive of small files.
fn archive_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        // Writing into memory does not fail.
        let _ = builder.append_data(&mut header, name, text.as_bytes());
    }
    builder.into_inner().unwrap_or_default()
}

fn recognises(probe: &Probe) -> bool {
    let has_archive = || {
        fs::read_dir(&probe.options.data).is_ok_and(|found| {
            found.flatten().any(|found| found.path().extension().is_some_and(|ending| ending == "tar"))
        })
    };
    probe.has_ending(FORMAT.endings) || (probe.is_folder && has_archive())
}

/// The archives of a web dataset.
#[derive(Debug, Clone)]
pub struct WebDataset {
    shards: Vec<PathBuf>,
}

impl WebDataset {
    /// An archive, or the archives of a folder.
    ///
    /// # Errors
    /// If the folder cannot be listed.
    pub fn open(options: &SourceOptions) -> Result<Self, FormatError> {
        let data = &options.data;
        if !data.is_dir() {
            return Ok(Self { shards: vec![data.clone()] });
        }
        let failed = |source| FormatError::Io { path: data.clone(), action: "list the folder", source };
        let mut shards = Vec::new();
        for found in fs::read_dir(data).map_err(failed)? {
            let path = found.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == "tar") {
                shards.push(path);
            }
        }
        shards.sort_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
        Ok(Self { shards })
    }
}

impl ListingSource for WebDataset {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        let mut ids = Ids::default();
        for shard in &self.shards {
            let (mut sample, mut stopped) = (Sample::default(), false);
            archive::for_each(shard, &mut |found| {
                let (key, _) = split(found.name());
                if key != sample.key {
                    let next = Sample { key: key.to_owned(), files: Vec::new() };
                    if mem::replace(&mut sample, next).hand_over(&mut ids, take).is_break() {
                        stopped = true;
                        return ControlFlow::Break(());
                    }
                }
                sample.files.push(found);
                ControlFlow::Continue(())
            })?;
            if stopped || sample.hand_over(&mut ids, take).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A file's listing and the rest of its name: `a/543.0.jpg` is `0.jpg` of `a/543`.
fn split(name: &str) -> (&str, &str) {
    let base = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[base..].find('.') {
        Some(dot) => (&name[..base + dot], &name[base + dot + 1..]),
        None => (name, ""),
    }
}

/// Files that belong together.
#[derive(Default)]
struct Sample {
    key: String,
    files: Vec<Found>,
}

impl Sample {
    fn hand_over(self, ids: &mut Ids, take: &mut Take) -> ControlFlow<()> {
        if self.files.is_empty() {
            return ControlFlow::Continue(());
        }
        let entry = self.entry().and_then(|found| {
            let id = found.listing.id.clone();
            if ids.insert(&id) { Ok(found) } else { Err(BrokenListing::new(ListingError::DuplicateId { id })) }
        });
        take(entry)
    }

    fn entry(self) -> Entry {
        let Self { key, mut files } = self;
        let unreadable = |error| ListingError::Unreadable { id: key.clone(), source: Box::new(error) };
        let Some(place) = files.iter().position(|found| split(found.name()).1 == "json") else {
            let (path, reason) = (format!("{key}.json").into(), "there is none beside its photos".to_owned());
            return Err(BrokenListing::new(unreadable(FormatError::Entry { path, reason })));
        };
        let input = match files.remove(place) {
            Found::File(entry) => read_input(&entry).map_err(unreadable),
            Found::Refused { name, reason } => {
                Err(unreadable(FormatError::Entry { path: name.into(), reason: reason.to_owned() }))
            }
        };
        let input = input.map_err(BrokenListing::new)?;
        files.sort_by(|a, b| natural_order(a.name(), b.name()));
        let mut listing = input.listing(|| key.clone());
        let photos = if input.images.is_empty() {
            let image = |found: &Found| ListingImage { file: base(found.name()).to_owned(), label: None };
            listing.images = files.iter().map(image).collect();
            files.into_iter().map(Found::photo).collect()
        } else {
            let mut files: Vec<Option<Found>> = files.into_iter().map(Some).collect();
            let images = input.images.iter().enumerate();
            images.map(|(index, image)| photo(index, image, &mut files)).collect()
        };
        Ok(SourceListing { listing, photos, wishes: input.wishes(), ..SourceListing::default() })
    }
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The photo of an image: what it holds itself, the file of its name, or the file numbered by its place.
fn photo(index: usize, image: &ImageInput, files: &mut [Option<Found>]) -> Result<PhotoSource, Problem> {
    if let Some(base64) = &image.base64 {
        return Ok(PhotoSource::Base64(base64.as_str().into()));
    }
    let is_named = |found: &Found| {
        image.file.as_deref().is_some_and(|file| file == base(found.name()) || file == split(found.name()).1)
    };
    let number = index.to_string();
    let is_numbered = |found: &Found| split(found.name()).1.split('.').next() == Some(&number);
    let find = |matches: &dyn Fn(&Found) -> bool| files.iter().position(|found| found.as_ref().is_some_and(matches));
    let place = find(&is_named).or_else(|| find(&is_numbered));
    let found = place.and_then(|place| files[place].take()).map(Found::photo);
    found.unwrap_or_else(|| {
        let text = format!("{}: the archive has no file of that name or number beside its JSON", image.name(index));
        Err(Problem::new("not-found", text))
    })
}

fn read_input(entry: &ArchiveEntry) -> Result<ListingInput, FormatError> {
    let path = entry.shown();
    if entry.bytes > MAX_LINE_BYTES {
        return Err(FormatError::TooLarge { path, limit: MAX_LINE_BYTES, found: entry.bytes });
    }
    let bytes = entry.read().map_err(|source| FormatError::Io { path: path.clone(), action: "read", source })?;
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&bytes);
    serde_json::from_slice(bytes).map_err(|source| FormatError::from_json(path, 1, EXPECTED, source))
}

#[cfg(test)]
mod tests;
