//! Files that are complete or absent.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: cannot {action}")]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What was tried, to follow "cannot".
    pub action: &'static str,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// A file that is written beside its target and renamed by [`AtomicFile::commit`]. Dropped before that, it leaves
/// nothing behind.
///
/// It is written in the target's own folder (a rename is atomic only within a file system) and synced before the
/// rename. An existing target is replaced, through a symbolic link if it is one. What is not a regular file, such as
/// `/dev/stdout`, is written directly.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    target: PathBuf,
    /// `None` where the target is written directly, or the rename is done.
    aside: Option<PathBuf>,
}

impl AtomicFile {
    /// Opens the file aside.
    ///
    /// # Errors
    /// If the folder does not exist or cannot be written.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let failed = |source| WriteError { path: path.to_owned(), action: "create the file", source };
        let (target, aside) = match fs::metadata(path) {
            Ok(found) if found.is_file() => {
                let target = fs::canonicalize(path).map_err(failed)?;
                let aside = name_aside(&target).map_err(failed)?;
                (target, Some(aside))
            }
            Ok(_) => (path.to_owned(), None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                (path.to_owned(), Some(name_aside(path).map_err(failed)?))
            }
            Err(error) => return Err(failed(error)),
        };
        let file = match &aside {
            Some(aside) => OpenOptions::new().write(true).create_new(true).open(aside),
            None => OpenOptions::new().write(true).open(&target),
        };
        Ok(Self { writer: BufWriter::new(file.map_err(failed)?), target, aside })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// If the last bytes cannot be written, or the file cannot be renamed; the old target then stays as it was.
    pub fn commit(mut self) -> Result<(), WriteError> {
        self.place().map_err(|source| WriteError { path: self.target.clone(), action: "write", source })
    }

    fn place(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some(aside) = &self.aside {
            self.writer.get_ref().sync_all()?;
            fs::rename(aside, &self.target)?;
            self.aside = None;
            sync_folder(&self.target);
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(aside) = &self.aside {
            // Nobody is left to tell; at worst a hidden file remains.
            let _ = fs::remove_file(aside);
        }
    }
}

/// Writes a whole file through [`AtomicFile`] and returns what `write` returned.
///
/// # Errors
/// If the file cannot be created or placed, or `write` fails; the old file then stays as it was.
pub fn write_atomically<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, WriteError> {
    let mut file = AtomicFile::create(path)?;
    let value = write(&mut file).map_err(|source| WriteError { path: path.to_owned(), action: "write", source })?;
    file.commit()?;
    Ok(value)
}

fn name_aside(target: &Path) -> io::Result<PathBuf> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut aside = std::ffi::OsString::from(".");
    aside.push(name);
    aside.push(format!(".{}-{count}.part", std::process::id()));
    Ok(target.with_file_name(aside))
}

/// Makes the rename durable where folders can be synced. Elsewhere the system does so later.
fn sync_folder(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        for text in ["一", "二"] {
            write_atomically(&path, |writer| writer.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(names(folder.path()), ["out.json"]);
        }
    }

    #[test]
    fn a_failure_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        fs::write(&path, "old").unwrap();
        let error = write_atomically(&path, |writer| {
            writer.write_all(b"half")?;
            Err::<(), _>(io::ErrorKind::StorageFull.into())
        });
        assert!(matches!(error, Err(WriteError { action: "write", .. })));
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["out.json"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/out.json");
        let error = AtomicFile::create(&path).unwrap_err();
        assert!(error.to_string().contains("none/out.json"), "{error}");
        assert!(AtomicFile::create(folder.path()).is_err(), "a folder is no file");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_atomically(&link, |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write_atomically(Path::new("/dev/null"), |writer| writer.write_all(b"new")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
