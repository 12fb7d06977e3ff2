//! Predictions to JSON lines.

use std::io::{self, Write};

use peise::Answer;

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
    pub fn write(&mut self, prediction: &Answer) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, prediction)?;
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
