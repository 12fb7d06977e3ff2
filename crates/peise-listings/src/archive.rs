//! Tar archives: where each file lies in them. Nothing is unpacked.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use peise::Problem;

use crate::FormatError;
use crate::name::relative_path;
use crate::photo::PhotoSource;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// The archive.
    pub archive: Arc<Path>,
    /// The file's name in it.
    pub name: String,
    /// Where its bytes begin.
    pub offset: u64,
    /// How many there are.
    pub bytes: u64,
}

impl ArchiveEntry {
    /// Reads the file. The caller has checked [`ArchiveEntry::bytes`].
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.archive)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.take(self.bytes).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == self.bytes { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// What names the file in messages: `shard.tar/543.0.jpg`.
    pub(crate) fn shown(&self) -> PathBuf {
        self.archive.join(&self.name)
    }
}

/// What an archive holds at one place.
#[derive(Debug)]
pub(crate) enum Found {
    /// A file.
    File(ArchiveEntry),
    /// Something else than a file under a plain relative name, and why it is not used.
    Refused { name: String, reason: &'static str },
}

impl Found {
    pub fn name(&self) -> &str {
        match self {
            Self::File(entry) => &entry.name,
            Self::Refused { name, .. } => name,
        }
    }

    /// The photo, or why it is none.
    pub fn photo(self) -> Result<PhotoSource, Problem> {
        match self {
            Self::File(entry) => Ok(PhotoSource::Entry(entry)),
            Self::Refused { name, reason } => Err(Problem::new("name", format!("{name}: {reason}"))),
        }
    }
}

/// Goes over the headers of an archive, in order; folders are passed over.
///
/// # Errors
/// If it cannot be read, or is no tar archive.
pub(crate) fn for_each(path: &Path, take: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), action: "read the archive", source };
    let mut start = [0; 2];
    let mut file = File::open(path).map_err(failed)?;
    if file.read(&mut start).map_err(failed)? == 2 && start == [0x1F, 0x8B] {
        return Err(FormatError::Compressed { path: path.to_owned() });
    }
    file.rewind().map_err(failed)?;
    let shared: Arc<Path> = path.into();
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let bytes = entry.path_bytes();
        let name = String::from_utf8_lossy(&bytes);
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        let reason = if std::str::from_utf8(&bytes).is_err() {
            Some("its name is not UTF-8")
        } else if relative_path("file", &name).is_err() {
            Some("its name leads out of the archive")
        } else if !kind.is_file() {
            Some("is no regular file but a link or a device, which are not read from archives")
        } else {
            None
        };
        let found = match reason {
            Some(reason) => Found::Refused { name, reason },
            None => Found::File(ArchiveEntry {
                archive: Arc::clone(&shared),
                name,
                offset: entry.raw_file_position(),
                bytes: entry.size(),
            }),
        };
        if take(found).is_break() {
            break;
        }
    }
    Ok(())
}

/// Where the photos of a set of listings are: a folder or an archive.
#[derive(Debug, Clone)]
pub(crate) enum Photos {
    Folder(PathBuf),
    Archive(Arc<HashMap<String, ArchiveEntry>>),
}

impl Photos {
    /// A folder, or the index of a tar archive.
    ///
    /// # Errors
    /// If it is a file that is no archive.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        if !path.is_file() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let mut index = HashMap::new();
        for_each(path, &mut |found| {
            if let Found::File(entry) = found {
                index.insert(entry.name.clone(), entry);
            }
            ControlFlow::Continue(())
        })?;
        Ok(Self::Archive(index.into()))
    }

    /// The photo at a path that was checked to be relative.
    pub fn at(&self, path: &Path) -> Result<PhotoSource, Problem> {
        match self {
            Self::Folder(folder) => Ok(PhotoSource::File(folder.join(path))),
            Self::Archive(index) => {
                let name = path.to_string_lossy();
                let found = index.get(&*name).cloned().map(PhotoSource::Entry);
                found
                    .ok_or_else(|| Problem::new("not-found", format!("{name}: the archive of photos has no such file")))
            }
        }
    }
}
