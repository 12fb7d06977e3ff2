//! The cache of one model, as Python's `huggingface_hub` lays it out:
//! ```text
//! models--owner--name/
//!   refs/main                    the commit that `main` was
//!   blobs/<etag>                 contents
//!   snapshots/<commit>/<file>    links to them
//! ```

use super::HubError;
use super::name::{Commit, Etag, ModelName};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The cache of one model.
pub struct ModelCache {
    /// `models--owner--name`.
    pub folder: PathBuf,
}

impl ModelCache {
    /// Within the folder of all models.
    pub fn new(models: &Path, name: &ModelName) -> Self {
        Self { folder: models.join(format!("models--{}", name.id.replace('/', "--"))) }
    }

    /// The commit that a revision is, or was when it was last asked for.
    pub fn commit(&self, revision: &str) -> Option<Commit> {
        let reference = || fs::read_to_string(self.reference(revision)).ok();
        Commit::parse(revision).or_else(|| Commit::parse(reference()?.trim()))
    }

    /// The folder that has the files of a commit under their names.
    pub fn snapshot(&self, commit: &Commit) -> PathBuf {
        self.folder.join("snapshots").join(commit.as_str())
    }

    fn reference(&self, revision: &str) -> PathBuf {
        self.folder.join("refs").join(revision)
    }

    fn blob(&self, etag: &Etag) -> PathBuf {
        self.folder.join("blobs").join(etag.as_str())
    }

    /// Whether this content is here, whole.
    pub fn has_blob(&self, etag: &Etag, bytes: Option<u64>) -> bool {
        fs::metadata(self.blob(etag)).is_ok_and(|found| found.is_file() && bytes.is_none_or(|b| b == found.len()))
    }

    /// Opens the file that a content is written to until it is whole, and locks it against other processes.
    ///
    /// # Errors
    /// If it cannot be written, or another process has it.
    pub fn part(&self, etag: &Etag, file: &str) -> Result<Part, HubError> {
        let blob = self.blob(etag);
        let path = blob.with_extension("peise-part");
        create_parent(&path)?;
        let options = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let opened = options.map_err(HubError::write(&path))?;
        match opened.try_lock() {
            Err(TryLockError::WouldBlock) => Err(HubError::Busy { file: file.to_owned(), path }),
            // A file system without locks: only two downloads of the same file at the same time would notice.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Part { file: opened, path, blob }),
        }
    }

    /// Gives a content its name in a snapshot.
    ///
    /// # Errors
    /// If the snapshot cannot be written.
    pub fn link(&self, commit: &Commit, file: &str, etag: &Etag) -> Result<(), HubError> {
        let entry = self.snapshot(commit).join(file);
        create_parent(&entry)?;
        if entry.is_file() {
            return Ok(());
        }
        if entry.is_symlink() {
            // It leads to a blob that was deleted.
            fs::remove_file(&entry).map_err(HubError::write(&entry))?;
        }
        let up = "../".repeat(2 + file.matches('/').count());
        match symlink(Path::new(&format!("{up}blobs/{}", etag.as_str())), &entry) {
            Ok(()) => Ok(()),
            Err(_) if entry.is_file() => Ok(()),
            // No links here (Windows without the right): the file itself, as Python does.
            Err(_) => fs::rename(self.blob(etag), &entry).map_err(HubError::write(&entry)),
        }
    }

    /// Notes which commit a revision is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn note(&self, revision: &str, commit: &Commit) -> Result<(), HubError> {
        if Commit::parse(revision).is_some() {
            return Ok(());
        }
        let path = self.reference(revision);
        create_parent(&path)?;
        let aside = path.with_added_extension(format!("peise-{}", std::process::id()));
        let written = fs::write(&aside, commit.as_str()).and_then(|()| fs::rename(&aside, &path));
        written.map_err(HubError::write(path))
    }
}

/// A content that is being written. Locked while it lives.
pub struct Part {
    /// Open for reading and writing.
    pub file: File,
    /// Where it is.
    pub path: PathBuf,
    blob: PathBuf,
}

impl Part {
    /// Makes it a blob: from here on it looks whole.
    ///
    /// # Errors
    /// If it does not reach the disk.
    pub fn finish(self) -> Result<(), HubError> {
        let done = self.file.sync_all().and_then(|()| fs::rename(&self.path, &self.blob));
        done.map_err(HubError::write(self.blob))
    }

    /// Removes it.
    pub fn discard(self) {
        // If it cannot be removed, it still does not look whole.
        let _ = fs::remove_file(&self.path);
    }
}

fn create_parent(path: &Path) -> Result<(), HubError> {
    path.parent().map_or(Ok(()), |folder| fs::create_dir_all(folder).map_err(HubError::write(folder)))
}

#[cfg(unix)]
fn symlink(target: &Path, entry: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, entry)
}

#[cfg(windows)]
fn symlink(target: &Path, entry: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, entry)
}
