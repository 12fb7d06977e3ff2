//! What the targets share.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use peise::image::DecodeLimits;
use peise_listings::registry::{SourceOptions, open};
use peise_listings::{Entry, PhotoSource};

/// Photos small enough that one execution takes a fraction of a millisecond.
pub const LIMITS: DecodeLimits =
    DecodeLimits { max_bytes: 1 << 20, max_side: 512, max_pixels: 1 << 16, max_alloc: 1 << 20 };

/// A file of these bytes, in memory where the system has such a folder; the next call overwrites it.
///
/// # Panics
/// If the file cannot be written.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = parent.join(format!("peise-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the file");
        folder
    });
    let path = FOLDER.join(name);
    std::fs::write(&path, bytes).expect("the folder takes a file");
    path
}

/// The listings of a file in a format, read to its end or to where it fails.
///
/// # Panics
/// If a listing has not one photo for each image, or a photo lies outside the file's folder.
pub fn listings(path: &Path, format: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Ok(opened) = open(&SourceOptions::new(path), Some(format)) else { return entries };
    // Where reading fails, the entries before it stand.
    let _ = opened.source.read(&mut |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    });
    let folder = path.parent().expect("a file has a folder");
    for listing in entries.iter().flatten() {
        assert_eq!(listing.photos.len(), listing.listing.images.len());
        for photo in listing.photos.iter().flatten() {
            if let PhotoSource::File(file) = photo {
                let inside = file.strip_prefix(folder).expect("a photo stays inside the folder");
                assert!(!inside.components().any(|part| part.as_os_str() == ".."), "{}", file.display());
            }
        }
    }
    entries
}

/// The lines of the text: labels, file names, cells.
pub fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.split('\n').take(16).collect())
}
