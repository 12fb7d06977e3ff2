//! Lines of a file, counted, and never longer than a limit.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use crate::FormatError;

/// The longest line accepted, 64 MiB: an answer of 4,000 photos and 1,000 labels, or a listing with its photos in it.
pub const MAX_LINE_BYTES: u64 = 64 << 20;

/// Reads a file line by line.
#[derive(Debug)]
pub(crate) struct LineReader<R: BufRead> {
    reader: R,
    path: PathBuf,
    line: usize,
    offset: u64,
    bytes: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> LineReader<R> {
    /// Reads from anywhere; `path` names the source in errors.
    pub fn new(reader: R, path: &Path) -> Self {
        Self { reader, path: path.to_owned(), line: 0, offset: 0, bytes: Vec::new(), ended: false }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of the line read last, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Bytes up to the end of the last line that ended in a line break.
    pub fn complete_bytes(&self) -> u64 {
        self.offset
    }

    /// Advances to the next line that is not blank; [`LineReader::text`] is then that line. `false` at the end.
    ///
    /// # Errors
    /// If the file cannot be read or the line is too long; the next call then says that there are no more.
    pub fn advance(&mut self) -> Result<bool, FormatError> {
        while !self.ended {
            match self.read_line() {
                Ok(true) if self.bytes.trim_ascii().is_empty() => {}
                Ok(true) => return Ok(true),
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(false)
    }

    /// The line read last, without a byte order mark.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(&self) -> Result<&str, FormatError> {
        let bytes = match self.line {
            1 => self.bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&self.bytes),
            _ => &self.bytes,
        };
        let text = std::str::from_utf8(bytes).map_err(|error| FormatError::Encoding {
            path: self.path.clone(),
            line: self.line,
            offset: error.valid_up_to(),
        })?;
        Ok(text.trim_end())
    }

    fn read_line(&mut self) -> Result<bool, FormatError> {
        self.bytes.clear();
        let read = (&mut self.reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut self.bytes);
        let read = read.map_err(|source| self.failed(source))? as u64;
        self.line += usize::from(read > 0);
        if self.bytes.ends_with(b"\n") {
            self.offset += read;
        } else if read == MAX_LINE_BYTES {
            return Err(FormatError::Value {
                path: self.path.clone(),
                line: self.line,
                key: "line".into(),
                expected: format!("at most {MAX_LINE_BYTES} bytes"),
                found: "more".into(),
            });
        }
        Ok(read > 0)
    }

    fn failed(&self, source: io::Error) -> FormatError {
        FormatError::Io { path: self.path.clone(), action: "read", source }
    }
}
