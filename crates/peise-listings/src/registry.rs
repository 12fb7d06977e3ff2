//! The formats that are known: how each is recognised, read and written.
//!
//! A new format is a file that defines a [`Format`], and its line in [`FORMATS`]. `CONTRIBUTING.md` shows an example.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::{AnswerSink, FormatError, ListingSource};

/// All formats, in the order in which they are asked whether data is theirs.
pub const FORMATS: &[Format] = &[
    crate::course::FORMAT,
    crate::folder::FORMAT,
    crate::jsonl::FORMAT,
    crate::csv::FORMAT,
    crate::webdataset::FORMAT,
];

/// A format of listings, of answers, or of both.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name, as `--from` and `--format` take it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Endings of its files, in lower case, without the dot. An output whose name ends so is written in this format.
    pub endings: &'static [&'static str],
    /// How listings are read; `None` = they are not.
    pub input: Option<Input>,
    /// Opens an output of this format; `None` = it is not written.
    pub create: Option<fn(&SinkOptions) -> Created>,
    /// Names and bytes of files that make a small data set of this format; its first file or its folder is the data.
    /// Tests read it; it shows what the format looks like.
    pub example: fn() -> Vec<(&'static str, Vec<u8>)>,
}

/// An output that was opened, or why it could not be.
pub type Created = Result<Box<dyn AnswerSink>, FormatError>;

/// How listings of a format are read.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// Whether data is of this format. Formats before this one in [`FORMATS`] have denied.
    pub recognises: fn(&Probe) -> bool,
    /// What is looked for, to follow "expected".
    pub expected: &'static str,
    /// Opens the data.
    pub open: fn(&SourceOptions) -> Result<Box<dyn ListingSource>, FormatError>,
    /// Whether the format promises a photo for every label, and a label for every photo.
    pub complete: bool,
}

/// What is known of data before its format is.
#[derive(Debug)]
pub struct Probe<'a> {
    /// Where it is, and its split.
    pub options: &'a SourceOptions,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The first bytes of a file.
    pub head: Vec<u8>,
}

/// Bytes that are read to recognise a format.
const HEAD: u64 = 4096;

impl Probe<'_> {
    /// Whether the file's name has one of these endings.
    pub fn has_ending(&self, endings: &[&str]) -> bool {
        !self.is_folder && has_ending(&self.options.data, endings)
    }
}

/// Where listings are read from.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The folder or file.
    pub data: PathBuf,
    /// The split of a data set that has several.
    pub split: String,
    /// The folder that holds the photos, where it is not the one beside the data.
    pub photos: Option<PathBuf>,
    /// Names of a table's columns.
    pub columns: Columns,
}

impl SourceOptions {
    /// Data with everything else by default.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), split: "test".to_owned(), photos: None, columns: Columns::default() }
    }
}

/// Names of a table's columns; `None` = the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Identifier of the listing.
    pub id: Option<String>,
    /// A label, or several joined.
    pub label: Option<String>,
    /// A photo's file name.
    pub photo: Option<String>,
    /// The listing's title.
    pub title: Option<String>,
    /// What stands between joined labels.
    pub separator: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self { id: None, label: None, photo: None, title: None, separator: "|".to_owned() }
    }
}

/// Where answers are written to.
#[derive(Debug, Clone)]
pub struct SinkOptions {
    /// The file.
    pub out: PathBuf,
    /// Whether a text file begins with a byte order mark, by which Excel knows UTF-8.
    pub bom: bool,
}

/// The format of a name.
///
/// # Errors
/// If there is none; the error lists the names.
pub fn by_name(name: &str) -> Result<&'static Format, FormatError> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| FormatError::UnknownFormat {
        name: name.to_owned(),
        known: FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", "),
    })
}

/// Names of the formats that listings are read from.
pub fn input_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|format| format.input.is_some()).map(|format| format.name)
}

/// Names of the formats that answers are written in.
pub fn output_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|format| format.create.is_some()).map(|format| format.name)
}

/// Listings that were opened, and their format.
pub struct Opened {
    /// The format.
    pub format: &'static Format,
    /// How it is read.
    pub input: Input,
    /// The listings.
    pub source: Box<dyn ListingSource>,
}

/// Opens listings in the format `from`, or else in the first that recognises them.
///
/// # Errors
/// If no format recognises the data, if `from` is no format that is read, or if the data cannot be opened.
pub fn open(options: &SourceOptions, from: Option<&str>) -> Result<Opened, FormatError> {
    let (format, input) = match from {
        Some(name) => {
            let format = by_name(name)?;
            (format, format.input.ok_or(FormatError::NotAnInput { name: format.name })?)
        }
        None => recognise(options)?,
    };
    Ok(Opened { format, input, source: (input.open)(options)? })
}

fn recognise(options: &SourceOptions) -> Result<(&'static Format, Input), FormatError> {
    let failed = |source| FormatError::Io { path: options.data.clone(), action: "read", source };
    let (is_folder, head) = match fs::metadata(&options.data) {
        Ok(found) if found.is_dir() => (true, Vec::new()),
        Ok(_) => {
            let mut head = Vec::new();
            File::open(&options.data).and_then(|file| file.take(HEAD).read_to_end(&mut head)).map_err(failed)?;
            (false, head)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (true, Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let probe = Probe { options, is_folder, head };
    let inputs = || FORMATS.iter().filter_map(|format| Some((format, format.input?)));
    inputs().find(|(_, input)| (input.recognises)(&probe)).ok_or_else(|| {
        let expected: Vec<String> =
            inputs().map(|(format, input)| format!("{} ({})", input.expected, format.name)).collect();
        let expected = expected.join("; ").replace("SPLIT", &options.split) + "; or give --from";
        FormatError::Missing { path: options.data.clone(), missing: "listings", expected }
    })
}

/// The format of an output by its name's ending, if one has it.
pub fn by_ending(out: &Path) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.create.is_some() && has_ending(out, format.endings))
}

/// Opens an output.
///
/// # Errors
/// If the format is not written, or the file cannot be created.
pub fn create(format: &Format, options: &SinkOptions) -> Created {
    let create = format.create.ok_or(FormatError::NotAnOutput { name: format.name })?;
    create(options)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests;
