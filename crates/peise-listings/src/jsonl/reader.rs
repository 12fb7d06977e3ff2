//! Answers from JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::FormatError;
use crate::lines::LineReader;
use peise::answer::{Answer, ImageAnswer};

const EXPECTED: &str = r#"one answer per line, {"id": ..., "labels": [...], "images": [...], ...}"#;

/// Reads answers line by line; blank lines are passed over.
///
/// A line that cannot be parsed is an error, and reading continues with the next line. Reading ends only if the file
/// itself fails.
#[derive(Debug)]
pub struct AnswerReader<R: BufRead> {
    lines: LineReader<R>,
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
        Self { lines: LineReader::new(reader, path) }
    }

    /// Bytes up to the end of the last line that ended in a line break.
    ///
    /// What an interrupted run left can be cut here and continued.
    pub fn complete_bytes(&self) -> u64 {
        self.lines.complete_bytes()
    }

    /// Number of the line read last, from 1.
    pub fn line(&self) -> usize {
        self.lines.line()
    }

    fn parse(&self) -> Result<Answer, FormatError> {
        let (path, line) = (self.lines.path(), self.line());
        let answer: Answer = serde_json::from_str(self.lines.text()?)
            .map_err(|source| FormatError::from_json(path.to_owned(), line, EXPECTED, source))?;
        check(&answer).map_err(|Mismatch { key, expected, found }| FormatError::Value {
            path: path.to_owned(),
            line,
            key,
            expected,
            found,
        })?;
        Ok(answer)
    }
}

impl<R: BufRead> Iterator for AnswerReader<R> {
    type Item = Result<Answer, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.lines.advance() {
            Ok(false) => None,
            Ok(true) => Some(self.parse()),
            Err(error) => Some(Err(error)),
        }
    }
}

/// A value that contradicts another.
struct Mismatch {
    key: String,
    expected: String,
    found: String,
}

/// What the writer guarantees, and readers may therefore index by.
fn check(answer: &Answer) -> Result<(), Mismatch> {
    let mismatch = |key: String, expected: String, found: String| Err(Mismatch { key, expected, found });
    let labels = &answer.labels;
    for (place, image) in answer.images.iter().enumerate() {
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
        for probability in probabilities.chain(&answer.joint_probability) {
            // Sums of rounded terms may exceed 1 by a hair.
            if !(-1e-3..=1.001).contains(probability) {
                let expected = "probabilities in [0, 1]".into();
                return mismatch(format!("images[{place}]"), expected, probability.to_string());
            }
        }
    }
    Ok(())
}
