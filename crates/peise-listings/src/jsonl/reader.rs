//! Predictions from JSON lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::FormatError;
use peise::answer::{Answer, ImageAnswer};

/// The longest line accepted, 64 MiB: a listing of 4,000 photos and 1,000 labels.
pub const MAX_LINE_BYTES: u64 = 64 << 20;

const EXPECTED: &str = r#"one prediction per line, {"id": ..., "labels": [...], "images": [...], ...}"#;

/// Reads predictions line by line; blank lines are passed over.
///
/// A line that cannot be read is an error of its own, and the next line follows. Only where the file itself fails does
/// reading end.
#[derive(Debug)]
pub struct AnswerReader<R: BufRead> {
    reader: R,
    path: PathBuf,
    line: usize,
    offset: u64,
    bytes: Vec<u8>,
    ended: bool,
}

impl AnswerReader<BufReader<File>> {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let file =
            File::open(path).map_err(|source| FormatError::Io { path: path.to_owned(), action: "read", source })?;
        Ok(Self::new(BufReader::new(file), path))
    }
}

impl<R: BufRead> AnswerReader<R> {
    /// Reads from anywhere; `path` names the source in errors.
    pub fn new(reader: R, path: &Path) -> Self {
        Self { reader, path: path.to_owned(), line: 0, offset: 0, bytes: Vec::new(), ended: false }
    }

    /// Bytes up to the end of the last line that ended in a line break.
    ///
    /// What an interrupted run left can be cut here and continued.
    pub fn complete_bytes(&self) -> u64 {
        self.offset
    }

    /// Number of the line read last, from 1.
    pub fn line(&self) -> usize {
        self.line
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

    fn parse(&self) -> Result<Answer, FormatError> {
        let bytes = if self.line == 1 {
            self.bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&self.bytes)
        } else {
            &self.bytes
        };
        let text = std::str::from_utf8(bytes).map_err(|error| FormatError::Encoding {
            path: self.path.clone(),
            line: self.line,
            offset: error.valid_up_to(),
            encoding: "GB18030",
        })?;
        let prediction: Answer = serde_json::from_str(text.trim_end())
            .map_err(|source| FormatError::from_json(self.path.clone(), self.line, EXPECTED, source))?;
        check(&prediction).map_err(|Mismatch { key, expected, found }| FormatError::Value {
            path: self.path.clone(),
            line: self.line,
            key,
            expected,
            found,
        })?;
        Ok(prediction)
    }
}

impl<R: BufRead> Iterator for AnswerReader<R> {
    type Item = Result<Answer, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.read_line() {
                Ok(false) => self.ended = true,
                Ok(true) if self.bytes.trim_ascii().is_empty() => {}
                Ok(true) => return Some(self.parse()),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// A value that contradicts another.
struct Mismatch {
    key: String,
    expected: String,
    found: String,
}

/// What the writer guarantees, and readers may therefore index by.
fn check(prediction: &Answer) -> Result<(), Mismatch> {
    let mismatch = |key: String, expected: String, found: String| Err(Mismatch { key, expected, found });
    let labels = &prediction.labels;
    for (place, image) in prediction.images.iter().enumerate() {
        let ImageAnswer { label, index, marginals, .. } = image;
        if !marginals.is_empty() && marginals.len() != labels.len() {
            let (expected, found) = (format!("{} values", labels.len()), marginals.len().to_string());
            return mismatch(format!("images[{place}].marginals"), expected, found);
        }
        let guess = match index {
            Some(index) => match labels.get(*index) {
                Some(guess) => Some(guess),
                None => {
                    let expected = format!("an index below {}", labels.len());
                    return mismatch(format!("images[{place}].index"), expected, index.to_string());
                }
            },
            None => None,
        };
        if label.is_some() && label.as_ref() != guess {
            let expected = guess.map_or("null, as index".into(), |guess| format!("{guess:?}, as index says, or null"));
            return mismatch(format!("images[{place}].label"), expected, format!("{label:?}"));
        }
        let probabilities = image.probability.iter().chain(marginals).chain([&image.none]);
        for probability in probabilities.chain(&prediction.joint_probability) {
            // Sums of rounded terms may exceed 1 by a hair.
            if !(-1e-3..=1.001).contains(probability) {
                let expected = "probabilities in [0, 1]".into();
                return mismatch(format!("images[{place}]"), expected, probability.to_string());
            }
        }
    }
    Ok(())
}
