//! Photos of a listing as bytes, wherever they are.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peise::image::{DecodeLimits, ImageError, read_bytes};
use peise::{Problem, describe};
use xxhash_rust::xxh3::Xxh3;

use crate::archive::{ArchiveEntry, Photos};
use crate::name::relative_path;

/// Where one photo is. It is read only when it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhotoSource {
    /// A file. It need not exist: what cannot be read is that photo's problem.
    File(PathBuf),
    /// A file in an archive.
    Entry(ArchiveEntry),
    /// A photo in memory.
    Bytes(Arc<[u8]>),
    /// A photo in memory as base64 text, as JSON holds it.
    Base64(Arc<str>),
}

impl PhotoSource {
    /// The photo's bytes; `name` stands for it in messages where it is no file.
    ///
    /// # Errors
    /// If they cannot be read, or are more than `limits` allow, which is checked before they are read.
    pub fn read(&self, name: &str, limits: &DecodeLimits) -> Result<Cow<'_, [u8]>, Problem> {
        let problem = |error: ImageError| Problem::from(&error.at(Path::new(name)));
        match self {
            Self::File(path) => read_bytes(path, limits).map(Cow::Owned).map_err(|error| Problem::from(&error)),
            Self::Entry(entry) => {
                let read = check(entry.bytes, limits).and_then(|()| Ok(entry.read()?));
                read.map(Cow::Owned).map_err(|error| Problem::from(&error.at(&entry.shown())))
            }
            Self::Bytes(bytes) => check(bytes.len() as u64, limits).map(|()| Cow::Borrowed(&**bytes)).map_err(problem),
            Self::Base64(text) => {
                // Three bytes for four characters; padding and line breaks make it an upper bound.
                check(text.len() as u64 / 4 * 3, limits).map_err(problem)?;
                let compact: Cow<str> = match text.contains(char::is_whitespace) {
                    true => text.split_whitespace().collect::<String>().into(),
                    false => Cow::Borrowed(text),
                };
                let bytes = STANDARD.decode(compact.as_bytes()).map_err(|error| {
                    Problem::new("base64", format!("{name}: is not valid base64: {error}; encode it again"))
                })?;
                check(bytes.len() as u64, limits).map_err(problem)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// What names the photo in messages: its path, or `name` where it has none.
    pub fn path<'a>(&'a self, name: &'a str) -> Cow<'a, Path> {
        match self {
            Self::File(path) => path.into(),
            Self::Entry(entry) => entry.shown().into(),
            Self::Bytes(_) | Self::Base64(_) => Path::new(name).into(),
        }
    }

    /// Adds what tells this photo from another of the same name; of files nothing is read.
    pub(crate) fn hash(&self, hasher: &mut Xxh3) {
        match self {
            Self::File(_) => {}
            Self::Entry(entry) => {
                hasher.update(&entry.offset.to_le_bytes());
                hasher.update(&entry.bytes.to_le_bytes());
            }
            Self::Bytes(bytes) => hasher.update(bytes),
            Self::Base64(text) => hasher.update(text.as_bytes()),
        }
    }
}

fn check(bytes: u64, limits: &DecodeLimits) -> Result<(), ImageError> {
    match bytes {
        0 => Err(ImageError::Empty),
        _ if bytes > limits.max_bytes => Err(ImageError::TooManyBytes { bytes, limit: limits.max_bytes }),
        _ => Ok(()),
    }
}

/// The photo that a file of listings names by a relative path.
pub(crate) fn named_photo(photos: &Photos, file: &str) -> Result<PhotoSource, Problem> {
    match relative_path("file", file) {
        Ok(path) => photos.at(path),
        Err(_) if is_url(file) => Err(not_fetched(file)),
        Err(error) => Err(Problem::new("name", describe(&error))),
    }
}

/// The problem of a photo that is given by its URL alone.
pub(crate) fn not_fetched(url: &str) -> Problem {
    let text = format!("{url}: photos are not fetched from URLs; download it, and give its folder with --photos");
    Problem::new("url", text)
}

/// Whether a photo is named by a URL.
fn is_url(file: &str) -> bool {
    let scheme = |scheme: &str| file.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    scheme("http://") || scheme("https://") || file.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(max_bytes: u64) -> DecodeLimits {
        DecodeLimits { max_bytes, ..DecodeLimits::default() }
    }

    #[test]
    fn bytes_come_from_files_memory_and_base64() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        std::fs::write(&path, b"photo").unwrap();
        let sources = [
            PhotoSource::File(path),
            PhotoSource::Bytes(b"photo"[..].into()),
            PhotoSource::Base64("cGhvdG8=".into()),
            PhotoSource::Base64("cGhv\r\ndG8=\n".into()),
        ];
        for source in sources {
            assert_eq!(&*source.read("a.jpg", &limits(6)).unwrap(), b"photo", "{source:?}");
            let problem = source.read("a.jpg", &limits(2)).unwrap_err();
            assert!(problem.code == "too-large" && problem.text.contains("a.jpg: has "), "{problem:?}");
        }
    }

    #[test]
    fn what_is_no_photo_is_named() {
        let cases = [
            (PhotoSource::Bytes([].into()), "empty", "a.jpg: is empty"),
            (PhotoSource::Base64("".into()), "empty", "a.jpg: is empty"),
            (PhotoSource::Base64("c*==".into()), "base64", "a.jpg: is not valid base64"),
            (PhotoSource::File("/none/a.jpg".into()), "not-found", "/none/a.jpg: cannot be read"),
        ];
        for (source, code, text) in cases {
            let problem = source.read("a.jpg", &limits(100)).unwrap_err();
            assert!(problem.code == code && problem.text.starts_with(text), "{problem:?}");
        }
    }

    #[test]
    fn names_lead_to_files_under_the_folder_or_nowhere() {
        let folder = Photos::Folder("/photos".into());
        let file = |name: &str| named_photo(&folder, name);
        assert_eq!(file("543/0.jpg"), Ok(PhotoSource::File("/photos/543/0.jpg".into())));
        for (name, code) in [("../0.jpg", "name"), ("/0.jpg", "name"), ("", "name"), ("https://x/0.jpg", "url")] {
            assert_eq!(file(name).unwrap_err().code, code, "{name}");
        }
    }
}
