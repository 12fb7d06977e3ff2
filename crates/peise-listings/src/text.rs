//! Text files as they come from sellers' computers: UTF-8, or what Windows and Excel write.
//!
//! Byte order marks tell UTF-8 and UTF-16. Without one, a file that is valid UTF-8 is UTF-8; zero bytes tell UTF-16; of
//! everything else the encoding is guessed, which a note says ([`Guess::note`]).

mod encoding;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::FormatError;
pub(crate) use encoding::Guess;

/// The largest file that is read into memory as a whole: 1 GiB, some 70 times the course's `train_all.json`.
pub const MAX_TEXT_BYTES: u64 = 1 << 30;

/// A text file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// Its text, without a byte order mark.
    pub text: String,
    /// Its encoding, where that is a guess.
    pub guess: Option<Guess>,
}

/// Reads a whole file.
///
/// # Errors
/// If it cannot be read, is larger than [`MAX_TEXT_BYTES`], blank, or no text of its encoding.
pub(crate) fn read_text(path: &Path, expected: &'static str) -> Result<Text, FormatError> {
    read_text_up_to(path, expected, MAX_TEXT_BYTES)
}

fn read_text_up_to(path: &Path, expected: &'static str, limit: u64) -> Result<Text, FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), action: "read", source };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    if size <= limit {
        // A pipe states no size, and a file may grow meanwhile.
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    let found = size.max(bytes.len() as u64);
    if found > limit {
        return Err(FormatError::TooLarge { path: path.to_owned(), limit, found });
    }
    decode(path, bytes, expected)
}

fn decode(path: &Path, bytes: Vec<u8>, expected: &'static str) -> Result<Text, FormatError> {
    let found = encoding::detect(&bytes[..]).map_err(|source| source.at(path))?;
    let text = match found.encoding {
        encoding if encoding == encoding_rs::UTF_8 => String::from_utf8(bytes)
            .map_err(|error| encoding::damaged(path, error.as_bytes(), error.utf8_error().valid_up_to()))?,
        encoding => encoding.decode_with_bom_removal(&bytes).0.into_owned(),
    };
    let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(FormatError::Empty { path: path.to_owned(), expected });
    }
    Ok(Text { text, guess: found.guess })
}

/// A text file that is read as a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextFile {
    encoding: &'static Encoding,
    /// Its encoding, where that is a guess.
    pub guess: Option<Guess>,
}

impl TextFile {
    /// Reads the file once to tell its encoding.
    ///
    /// # Errors
    /// If it cannot be read, or is UTF-8 that is damaged.
    pub fn detect(path: &Path) -> Result<Self, FormatError> {
        let failed = |source| FormatError::Io { path: path.to_owned(), action: "read", source };
        let found = encoding::detect(File::open(path).map_err(failed)?).map_err(|source| source.at(path))?;
        Ok(Self { encoding: found.encoding, guess: found.guess })
    }

    /// Opens the file: UTF-8 without a byte order mark comes out.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(&self, path: &Path) -> Result<BufReader<DecodeReaderBytes<File, Vec<u8>>>, FormatError> {
        let failed = |source| FormatError::Io { path: path.to_owned(), action: "read", source };
        let file = File::open(path).map_err(failed)?;
        let mut builder = DecodeReaderBytesBuilder::new();
        // Valid UTF-8 is handed through as it is.
        let encoding = (self.encoding != encoding_rs::UTF_8).then_some(self.encoding);
        let reader = builder.encoding(encoding).utf8_passthru(true).strip_bom(true).build(file);
        Ok(BufReader::with_capacity(1 << 16, reader))
    }
}

#[cfg(test)]
mod tests;
