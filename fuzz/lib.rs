//! What the targets share.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use peise::image::DecodeLimits;

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

/// The lines of the text: labels, file names, cells.
pub fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.split('\n').take(16).collect())
}
