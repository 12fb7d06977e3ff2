//! One listing a line: `ID: LABEL, LABEL -> FILE, FILE`. Photos are beside the file.

use std::io::{BufRead, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use peise::atomic::{AtomicFile, WriteError};
use peise::listing::Listing;

use crate::archive::Photos;
use crate::photo::named_photo;
use crate::registry::{Format, Input, SourceOptions};
use crate::text::TextFile;
use crate::{AnswerSink, Answered, FormatError, ListingSource, SourceListing, Take};

pub(crate) const FORMAT: Format = Format {
    name: "arrows",
    about: "one listing a line, ID: LABEL, LABEL -> FILE, FILE",
    endings: &["arrows"],
    input: Some(Input {
        recognises: |probe| probe.has_ending(FORMAT.endings),
        expected: "FILE.arrows",
        open: |options| Ok(Box::new(ArrowSource::open(options)?)),
        complete: false,
    }),
    create: Some(|options| Ok(Box::new(ArrowSink { path: options.out.clone(), file: AtomicFile::create(&options.out)? }))),
    example: || vec![("listings.arrows", "543: 黑色, 白色 -> 0.jpg, 1.jpg\n".into()), ("0.jpg", vec![]), ("1.jpg", vec![])],
};

/// A file of listings.
#[derive(Debug)]
pub struct ArrowSource {
    path: PathBuf,
    text: TextFile,
}

impl ArrowSource {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(options: &SourceOptions) -> Result<Self, FormatError> {
        Ok(Self { path: options.data.clone(), text: TextFile::detect(&options.data)? })
    }
}

impl ListingSource for ArrowSource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        let failed = |source| FormatError::Io { path: self.path.clone(), action: "read", source };
        let photos = Photos::open(self.path.parent().unwrap_or(Path::new("")))?;
        for line in self.text.open(&self.path)?.lines() {
            let line = line.map_err(failed)?;
            let (id, rest) = line.split_once(": ").unwrap_or((&line, ""));
            let (labels, files) = rest.split_once(" -> ").unwrap_or((rest, ""));
            let listing = Listing::new(id, labels.split(", "), files.split(", "));
            let photos = listing.images.iter().map(|image| named_photo(&photos, &image.file)).collect();
            if take(Ok(SourceListing { listing, photos, ..SourceListing::default() })) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}

/// Writes one photo a line.
#[derive(Debug)]
pub struct ArrowSink {
    path: PathBuf,
    file: AtomicFile,
}

impl AnswerSink for ArrowSink {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, answered: &Answered) -> std::io::Result<()> {
        for image in &answered.answer.images {
            writeln!(self.file, "{} -> {}", image.file, image.label.as_deref().unwrap_or("?"))?;
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), WriteError> {
        self.file.commit()
    }
}
