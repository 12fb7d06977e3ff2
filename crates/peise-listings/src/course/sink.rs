//! Answers as a merged file: the input with its nulls filled.

use std::io;
use std::path::{Path, PathBuf};

use peise::atomic::{AtomicFile, WriteError};

use super::MergedWriter;
use crate::{AnswerSink, Answered};

/// Writes a merged file, e.g. a submission.
#[derive(Debug)]
pub struct CourseSink {
    path: PathBuf,
    writer: MergedWriter<AtomicFile>,
}

impl CourseSink {
    /// Opens the file aside.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        Ok(Self { path: path.to_owned(), writer: MergedWriter::new(AtomicFile::create(path)?) })
    }
}

impl AnswerSink for CourseSink {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, answered: &Answered) -> io::Result<()> {
        match &answered.unusable {
            Some(unusable) => self.writer.write_unusable(&answered.listing.id, unusable),
            None => self.writer.write(&answered.answer.fill(&answered.listing)),
        }
    }

    fn commit(self: Box<Self>) -> Result<(), WriteError> {
        let Self { path, writer } = *self;
        writer.finish().map_err(|source| WriteError { path, action: "write", source })?.commit()
    }
}
