//! Answers to JSON lines.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use peise::Answer;
use peise::atomic::{AtomicFile, WriteError};

use crate::{AnswerSink, Answered};

/// Writes one listing per line; each line is complete once [`AnswerWriter::write`] returns.
#[derive(Debug)]
pub struct AnswerWriter<W: Write> {
    writer: W,
    line: Vec<u8>,
}

impl<W: Write> AnswerWriter<W> {
    /// Wraps a writer.
    pub fn new(writer: W) -> Self {
        Self { writer, line: Vec::new() }
    }

    /// Appends one listing, as a single write, so that an interrupted run loses at most its last line.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write(&mut self, answer: &Answer) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, answer)?;
        self.line.push(b'\n');
        self.writer.write_all(&self.line)
    }

    /// Flushes and returns the writer.
    ///
    /// # Errors
    /// If flushing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// Writes a file of answers, one a line.
#[derive(Debug)]
pub struct JsonlSink {
    path: PathBuf,
    writer: AnswerWriter<AtomicFile>,
}

impl JsonlSink {
    /// Opens the file aside.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        Ok(Self { path: path.to_owned(), writer: AnswerWriter::new(AtomicFile::create(path)?) })
    }
}

impl AnswerSink for JsonlSink {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, answered: &Answered) -> io::Result<()> {
        self.writer.write(&answered.answer)
    }

    fn commit(self: Box<Self>) -> Result<(), WriteError> {
        let Self { path, writer } = *self;
        writer.finish().map_err(|source| WriteError { path, action: "write", source })?.commit()
    }
}
