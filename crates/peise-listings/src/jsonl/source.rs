//! Listings from JSON lines.

use std::path::{Path, PathBuf};

use peise::Problem;

use super::ListingInput;
use crate::archive::Photos;
use crate::ids::Ids;
use crate::lines::LineReader;
use crate::photo::{named_photo, not_fetched};
use crate::registry::SourceOptions;
use crate::text::TextFile;
use crate::{BrokenListing, FormatError, ListingError, ListingSource, PhotoSource, SourceListing, Take};

const EXPECTED: &str = r#"one listing per line, {"id": "ID", "labels": ["LABEL"], "images": ["FILE"]}"#;

/// A file of JSON lines.
#[derive(Debug, Clone)]
pub struct JsonlSource {
    path: PathBuf,
    photos: Photos,
    text: TextFile,
}

impl JsonlSource {
    /// Opens a file; photos are in the folder of the options, or else beside the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(options: &SourceOptions) -> Result<Self, FormatError> {
        let path = options.data.clone();
        let photos = Photos::open(options.photos.as_deref().unwrap_or(path.parent().unwrap_or(Path::new(""))))?;
        Ok(Self { photos, text: TextFile::detect(&path)?, path })
    }

    fn parse(&self, lines: &LineReader<impl std::io::BufRead>) -> Result<ListingInput, FormatError> {
        serde_json::from_str(lines.text()?)
            .map_err(|source| FormatError::from_json(self.path.clone(), lines.line(), EXPECTED, source))
    }

    fn listing(&self, mut input: ListingInput, line: usize) -> SourceListing {
        let listing = input.listing(|| line.to_string());
        let wishes = input.wishes();
        let photos = input.images.drain(..).map(|image| match (image.base64, image.file, image.url) {
            (Some(base64), ..) => Ok(PhotoSource::Base64(base64.into())),
            (None, Some(file), _) => named_photo(&self.photos, &file),
            (None, None, Some(url)) => Err(not_fetched(&url)),
            (None, None, None) => {
                Err(Problem::new("no-photo", "the photo has neither file nor base64; give it one of them"))
            }
        });
        let photos = photos.collect();
        let notes = self.text.guess.map(|guess| guess.note(&self.path)).into_iter().collect();
        SourceListing { listing, photos, wishes, notes, remarks: Vec::new() }
    }
}

impl ListingSource for JsonlSource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        let mut lines = LineReader::new(self.text.open(&self.path)?, &self.path);
        let mut ids = Ids::default();
        while lines.advance()? {
            let line = lines.line();
            let entry = match self.parse(&lines) {
                Ok(input) => {
                    let found = self.listing(input, line);
                    let id = found.listing.id.clone();
                    if ids.insert(&id) { Ok(found) } else { Err(BrokenListing::new(ListingError::DuplicateId { id })) }
                }
                Err(error) => {
                    let (id, source) = (format!("line {line}"), Box::new(error));
                    Err(BrokenListing::new(ListingError::Unreadable { id, source }))
                }
            };
            if take(entry).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Whether a file's first bytes are those of a listing in JSON.
pub(super) fn begins_as_listing(head: &[u8]) -> bool {
    let compact: Vec<u8> = head.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(32).collect();
    let compact = compact.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&compact);
    [&br#"{"id":"#[..], br#"{"labels":"#].iter().any(|start| compact.starts_with(start))
}
