//! What an unfinished run has done so far: one line that says of what, then one answer a line, in order.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peise::Answer;
use peise::listing::{Listing, ListingImage};
use serde::{Deserialize, Serialize};

use crate::FormatError;
use crate::lines::LineReader;
use crate::sink::{Answered, Unusable};

/// Largest amount of work that a power failure may lose.
const SYNC_EVERY: Duration = Duration::from_secs(30);

/// What a journal's answers follow from; the first line of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Version of the program.
    pub peise: String,
    /// The model: its name, or a hash of its files.
    pub model: String,
    /// A hash of all listings.
    pub data: String,
    /// How labels are decided.
    pub options: String,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("cannot write {path}")]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process is writing it.
    #[error("{path}: another process is writing it; wait, or give another --out")]
    Busy {
        /// The journal.
        path: PathBuf,
    },
    /// It holds answers that would be lost.
    #[error("{path}: an unfinished run has {done} listings done; continue with --resume, or delete the file")]
    Unfinished {
        /// The journal.
        path: PathBuf,
        /// Listings that are done.
        done: u64,
    },
    /// It is of another run.
    #[error("{path}: {difference}; leave --resume out to start anew")]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// What differs, in words.
        difference: String,
    },
    /// A line cannot be read again.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: BufWriter<File>,
    /// `None` where nothing can be continued.
    path: Option<PathBuf>,
    done: u64,
    /// Whether the file was read since the last write, and so is not at its end.
    moved: bool,
    synced: Instant,
}

/// Where the journal of an output lies; `None` where the output is no regular file, such as `/dev/stdout`.
pub fn journal_path(out: &Path) -> Option<PathBuf> {
    let regular = fs::metadata(out).map_or(true, |found| found.is_file());
    let mut name = out.file_name().filter(|_| regular)?.to_owned();
    name.push(".partial.jsonl");
    Some(out.with_file_name(name))
}

impl Journal {
    /// Begins a journal, or with `resume` continues one of the same origin. Without a path it is a temporary file.
    ///
    /// # Errors
    /// If it cannot be written, is another process's, is of another origin (with `resume`), or holds answers of the
    /// same (without): hours of work are not thrown away without a word.
    pub fn open(path: Option<&Path>, origin: &Origin, resume: bool) -> Result<Self, JournalError> {
        let Some(path) = path else {
            let temporary = std::env::temp_dir();
            let file = tempfile::tempfile().map_err(|source| JournalError::Io { path: temporary, source })?;
            return Self::begin(file, None, origin);
        };
        let failed = |source| JournalError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy { path: path.to_owned() }),
            // Where files cannot be locked, nothing else is lost.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let path = path.to_owned();
        match read_origin(&file, &path)? {
            Some((_, 0, _)) => Self::begin(file, Some(path), origin),
            Some((found, done, bytes)) if resume && found == *origin => {
                let failed = |source| JournalError::Io { path: path.clone(), source };
                file.set_len(bytes).map_err(failed)?;
                let mut file = BufWriter::new(file);
                file.seek(SeekFrom::End(0)).map_err(failed)?;
                Ok(Self { file, path: Some(path), done, moved: false, synced: Instant::now() })
            }
            Some((found, ..)) if resume => Err(JournalError::Foreign { difference: found.difference(origin), path }),
            Some((found, done, _)) if found == *origin => Err(JournalError::Unfinished { path, done }),
            _ => Self::begin(file, Some(path), origin),
        }
    }

    fn begin(file: File, path: Option<PathBuf>, origin: &Origin) -> Result<Self, JournalError> {
        let mut journal = Self { file: BufWriter::new(file), path, done: 0, moved: false, synced: Instant::now() };
        let begun = journal.file.get_ref().set_len(0).and_then(|()| journal.begin_file(origin));
        begun.map_err(|source| journal.failed(source))?;
        Ok(journal)
    }

    fn begin_file(&mut self, origin: &Origin) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        serde_json::to_writer(&mut self.file, origin)?;
        self.file.write_all(b"\n")?;
        self.file.flush()
    }

    /// Answers that are there.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Adds the next answer.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, answered: &Answered) -> Result<(), JournalError> {
        self.add(answered).map_err(|source| self.failed(source))
    }

    fn add(&mut self, answered: &Answered) -> io::Result<()> {
        if std::mem::take(&mut self.moved) {
            self.file.seek(SeekFrom::End(0))?;
        }
        let mut line = serde_json::to_vec(&Record::of(answered))?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.done += 1;
        if self.synced.elapsed() > SYNC_EVERY {
            self.file.flush()?;
            self.file.get_ref().sync_data()?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Hands what was written to the system, so that it outlives the process.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), JournalError> {
        self.file.flush().map_err(|source| self.failed(source))
    }

    /// All answers from the first. Nothing may be written until the iterator has ended.
    ///
    /// # Errors
    /// If the file cannot be read; an item is an error where it cannot be parsed.
    pub fn read(&mut self) -> Result<impl Iterator<Item = Result<Answered, JournalError>> + use<>, JournalError> {
        self.flush()?;
        self.moved = true;
        let path = self.named();
        let failed = |source| JournalError::Io { path: path.clone(), source };
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::new(file.try_clone().map_err(failed)?);
        reader.skip_until(b'\n').map_err(failed)?;
        let (mut lines, mut left) = (LineReader::new(reader, &path), self.done);
        Ok(std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            match lines.advance() {
                Ok(true) => Some(parse(&lines).map_err(Into::into)),
                Ok(false) => None,
                Err(error) => Some(Err(error.into())),
            }
        }))
    }

    /// Deletes it: all of it is in the output.
    ///
    /// # Errors
    /// If it cannot be deleted.
    pub fn remove(self) -> Result<(), JournalError> {
        match &self.path {
            Some(path) => fs::remove_file(path).map_err(|source| self.failed(source)),
            None => Ok(()),
        }
    }

    fn named(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(std::env::temp_dir)
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::Io { path: self.named(), source }
    }
}

/// Origin, number of whole answers and their bytes; `None` where the file is empty or begins otherwise.
fn read_origin(file: &File, path: &Path) -> Result<Option<(Origin, u64, u64)>, JournalError> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let failed = |source| JournalError::Io { path: path.to_owned(), source };
    let first = reader.read_until(b'\n', &mut line).map_err(failed)?;
    let Some(origin) = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice::<Origin>(line).ok()) else {
        return Ok(None);
    };
    let mut lines = LineReader::new(reader, path);
    let (mut done, mut bytes) = (0, 0);
    while let Ok(true) = lines.advance()
        && parse(&lines).is_ok()
    {
        // The last line may have been cut off at its end, and be valid all the same.
        if lines.complete_bytes() > bytes {
            (done, bytes) = (done + 1, lines.complete_bytes());
        }
    }
    Ok(Some((origin, done, first as u64 + bytes)))
}

fn parse(lines: &LineReader<impl BufRead>) -> Result<Answered, FormatError> {
    let record: Record = serde_json::from_str(lines.text()?).map_err(|source| {
        FormatError::from_json(lines.path().to_owned(), lines.line(), "a record of a journal", source)
    })?;
    Ok(record.answered())
}

/// An answer, and what the answer does not say of its listing.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Record {
    answer: Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    colours: Vec<(String, [u8; 3])>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shows_none: Vec<String>,
    /// Labels that the photos had before; empty where none had one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    given: Vec<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unusable: Option<Unusable>,
}

impl Record {
    fn of(answered: &Answered) -> Self {
        let Answered { listing, answer, unusable } = answered.clone();
        let given: Vec<Option<String>> = listing.images.into_iter().map(|image| image.label).collect();
        Self {
            answer,
            title: listing.title,
            colours: listing.colours,
            shows_none: listing.shows_none,
            given: if given.iter().any(Option::is_some) { given } else { Vec::new() },
            unusable,
        }
    }

    fn answered(self) -> Answered {
        let Self { answer, title, colours, shows_none, given, unusable } = self;
        let mut given = given.into_iter();
        let image = |file: &String| ListingImage { file: file.clone(), label: given.next().flatten() };
        let images = answer.images.iter().map(|image| &image.file).map(image).collect();
        let (id, labels) = (answer.id.clone(), answer.labels.clone());
        Answered { listing: Listing { id, labels, images, title, colours, shows_none }, answer, unusable }
    }
}

impl Origin {
    /// What differs, in words.
    fn difference(&self, other: &Self) -> String {
        let what = if self.data != other.data {
            "the listings have changed since"
        } else if self.model != other.model {
            "it was made with another model"
        } else if self.options != other.options {
            return format!("it was made with other options ({})", self.options);
        } else {
            "it was made by another version"
        };
        what.to_owned()
    }
}
