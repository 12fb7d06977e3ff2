//! Models by path or by Hugging Face name: a local folder, the Hugging Face cache, or a download into that cache.
//!
//! The cache is the one of Python's `huggingface_hub`: what either has fetched, the other finds. A model that is
//! there is used as it is; whether the server has a newer one is not asked.

mod cache;
mod download;
mod error;
mod fetch;
mod name;
mod settings;
#[cfg(test)]
mod tests;

pub use error::HubError;
pub use settings::HubSettings;

use cache::ModelCache;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use name::ModelName;
use std::fmt;
use std::path::{Path, PathBuf};

/// One of these files is wanted; the earlier ones are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileWanted(pub &'static [&'static str]);

impl FileWanted {
    fn is_in(self, folder: &Path) -> bool {
        self.0.iter().any(|file| folder.join(file).is_file())
    }
}

impl fmt::Display for FileWanted {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.join(" or "))
    }
}

/// Makes the progress bar of a download, from the file's name and, where the server tells it, its size.
pub type MakeBar<'a> = &'a dyn Fn(&str, Option<u64>) -> ProgressBar;

/// A bar of name, bytes, speed and time left, that shows nothing unless stderr is a terminal.
pub fn download_bar(file: &str, bytes: Option<u64>) -> ProgressBar {
    let template = match bytes {
        Some(_) => "{msg} [{bar:30}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left",
        None => "{msg} {binary_bytes} {binary_bytes_per_sec}",
    };
    let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(file.to_owned());
    bar
}

/// The local folder of a model: `name` itself if it is a folder, else the snapshot of the Hugging Face model
/// `[owner/]model[@revision]`, of which the files that the cache lacks are downloaded.
///
/// # Errors
/// If `name` is neither; if a file is missing and may not, or cannot, be fetched; if the cache cannot be written.
/// # Panics
/// If no file is wanted (programmer error).
pub fn resolve(name: &str, files: &[FileWanted], settings: &HubSettings, bar: MakeBar) -> Result<PathBuf, HubError> {
    if Path::new(name).is_dir() {
        return Ok(PathBuf::from(name));
    }
    assert!(!files.is_empty(), "at least one file is wanted");
    let model = ModelName::parse(name)?;
    let cache = ModelCache::new(settings.cache.as_deref().ok_or(HubError::NoCache)?, &model);
    let commit = cache.commit(&model.revision);
    let snapshot = commit.as_ref().map(|commit| cache.snapshot(commit));
    let is_here = |wanted: &FileWanted| snapshot.as_deref().is_some_and(|folder| wanted.is_in(folder));
    let missing: Vec<FileWanted> = files.iter().copied().filter(|wanted| !is_here(wanted)).collect();
    match snapshot {
        Some(snapshot) if missing.is_empty() => Ok(snapshot),
        snapshot if settings.offline => Err(HubError::Offline {
            name: name.to_owned(),
            missing: missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            folder: snapshot.unwrap_or(cache.folder),
        }),
        _ => fetch::fetch(&model, commit, &missing, &cache, settings, bar),
    }
}
