//! What an unfinished `predict` has done so far: one line that says of what, then one prediction a line, in order.
//!
//! Results go to the journal first and become the output once all are there, so that a run that is killed, or whose
//! disk is full, is continued at the first listing that is missing.

use crate::failure::Failure;
use peise::Answer;
use peise_listings::jsonl::AnswerReader;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Most that a power failure may cost.
const SYNC_EVERY: Duration = Duration::from_secs(30);

/// What a journal's predictions follow from; the first line of its file.
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

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: BufWriter<File>,
    /// `None` where the output is no regular file: nothing can be continued then.
    path: Option<PathBuf>,
    done: usize,
    synced: Instant,
}

/// Where the journal of an output lies.
fn beside(out: &Path) -> Option<PathBuf> {
    let regular = fs::metadata(out).map_or(true, |found| found.is_file());
    let mut name = out.file_name().filter(|_| regular)?.to_owned();
    name.push(".partial.jsonl");
    Some(out.with_file_name(name))
}

impl Journal {
    /// Begins a journal, or with `resume` continues one of the same origin.
    ///
    /// # Errors
    /// If it cannot be written, is another process's, is of another origin (with `resume`), or of the same (without):
    /// hours of work are not thrown away without a word.
    pub fn open(out: &Path, origin: &Origin, resume: bool) -> Result<Self, Failure> {
        let Some(path) = beside(out) else {
            let file = tempfile::tempfile().map_err(|source| Failure::Write { path: std::env::temp_dir(), source })?;
            return Self::begin(file, None, origin);
        };
        let failed = |source| Failure::Write { path: path.clone(), source };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let told = format!("{}: another process is writing it; wait, or give another --out", path.display());
                return Err(Failure::Usage(told));
            }
            // Where files cannot be locked, nothing else is lost.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        match (read(&file, &path)?, resume) {
            (Some((found, done, bytes)), true) if found == *origin => {
                file.set_len(bytes).map_err(failed)?;
                let mut file = BufWriter::new(file);
                file.seek(SeekFrom::End(0)).map_err(failed)?;
                Ok(Self { file, path: Some(path), done, synced: Instant::now() })
            }
            (Some((found, ..)), true) => Err(Failure::Usage(format!(
                "{}: {}; leave --resume out to start anew",
                path.display(),
                found.difference(origin)
            ))),
            (Some((found, done, _)), false) if found == *origin && done > 0 => Err(Failure::Usage(format!(
                "{}: an unfinished run has {done} listings done; go on with --resume, or delete the file",
                path.display()
            ))),
            _ => Self::begin(file, Some(path), origin),
        }
    }

    fn begin(file: File, path: Option<PathBuf>, origin: &Origin) -> Result<Self, Failure> {
        let mut line = serde_json::to_vec(origin).map_err(Failure::Json)?;
        line.push(b'\n');
        let named = path.clone().unwrap_or_else(std::env::temp_dir);
        let mut journal = Self { file: BufWriter::new(file), path, done: 0, synced: Instant::now() };
        let begun = journal.file.get_ref().set_len(0).and_then(|()| journal.file.write_all(&line));
        begun.and_then(|()| journal.file.flush()).map_err(|source| Failure::Write { path: named, source })?;
        Ok(journal)
    }

    /// Predictions that are there.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Adds the next prediction.
    pub fn write(&mut self, prediction: &Answer) -> Result<(), Failure> {
        self.add(prediction).map_err(|source| self.failed(source))
    }

    fn add(&mut self, prediction: &Answer) -> io::Result<()> {
        let mut line = serde_json::to_vec(prediction)?;
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
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|source| self.failed(source))
    }

    /// All predictions from the first.
    pub fn read(&mut self) -> Result<AnswerReader<BufReader<File>>, Failure> {
        self.flush()?;
        let path = self.named();
        let failed = |source| Failure::Write { path: path.clone(), source };
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::new(file.try_clone().map_err(failed)?);
        reader.skip_until(b'\n').map_err(failed)?;
        Ok(AnswerReader::new(reader, &path))
    }

    /// Deletes it: all of it is in the output.
    pub fn remove(self) -> Result<(), Failure> {
        match &self.path {
            Some(path) => fs::remove_file(path).map_err(|source| self.failed(source)),
            None => Ok(()),
        }
    }

    fn named(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(std::env::temp_dir)
    }

    fn failed(&self, source: io::Error) -> Failure {
        Failure::Write { path: self.named(), source }
    }
}

/// Origin, number of whole predictions and their bytes; `None` where the file is empty or begins otherwise.
fn read(file: &File, path: &Path) -> Result<Option<(Origin, usize, u64)>, Failure> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let first =
        reader.read_until(b'\n', &mut line).map_err(|source| Failure::Write { path: path.to_owned(), source })?;
    let Some(origin) = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice::<Origin>(line).ok()) else {
        return Ok(None);
    };
    let mut predictions = AnswerReader::new(reader, path);
    let (mut done, mut bytes) = (0, 0);
    while let Some(Ok(_)) = predictions.next() {
        // The last line may have been cut off at its end, and be valid all the same.
        if predictions.complete_bytes() > bytes {
            (done, bytes) = (done + 1, predictions.complete_bytes());
        }
    }
    Ok(Some((origin, done, first as u64 + bytes)))
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
