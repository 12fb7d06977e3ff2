//! Models by path or by Hugging Face name: a local folder, or the Hugging Face cache.
//!
//! Nothing is downloaded: `hf download NAME` puts a model into the cache, which Python's `huggingface_hub` lays out so:
//! ```text
//! models--owner--name/
//!   refs/main                    the commit that `main` was
//!   snapshots/<commit>/<file>    the files of that commit
//! ```

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Why there is no such model.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Neither a folder nor a name.
    #[error("{name:?} is no folder, and no Hugging Face name such as bert-base-chinese or owner/model@revision either")]
    Name {
        /// What was given.
        name: String,
    },
    /// The cache does not have it.
    #[error(
        "{name} is neither a folder nor in the Hugging Face cache ({cache}); download it with `hf download {id}`, or \
         give the path of a folder that holds the files"
    )]
    Absent {
        /// What was given.
        name: String,
        /// The same without its revision.
        id: String,
        /// The folder of cached models.
        cache: PathBuf,
    },
}

/// The local folder of a model: `name` itself if it is a folder, else the cached snapshot of `[owner/]model[@revision]`.
///
/// # Errors
/// If `name` is neither.
pub fn resolve(name: &str) -> Result<PathBuf, HubError> {
    if Path::new(name).is_dir() {
        return Ok(PathBuf::from(name));
    }
    snapshot(name, &cache(std::env::var_os, std::env::home_dir()))
}

/// The folder of cached models: by `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, or in the home folder.
fn cache(variable: impl Fn(&'static str) -> Option<OsString>, home: Option<PathBuf>) -> PathBuf {
    // An empty variable counts as unset.
    let folder = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let parent = || folder("XDG_CACHE_HOME").unwrap_or_else(|| home.unwrap_or_default().join(".cache"));
    folder("HF_HUB_CACHE")
        .unwrap_or_else(|| folder("HF_HOME").unwrap_or_else(|| parent().join("huggingface")).join("hub"))
}

fn snapshot(name: &str, cache: &Path) -> Result<PathBuf, HubError> {
    let (id, revision) = name.split_once('@').unwrap_or((name, "main"));
    // Nothing that could leave the cache: no empty part, no dots alone, no other separator.
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if id.split('/').count() > 2 || !id.split('/').chain(revision.split('/')).all(is_part) {
        return Err(HubError::Name { name: name.to_owned() });
    }
    let folder = cache.join(format!("models--{}", id.replace('/', "--")));
    let commit = fs::read_to_string(folder.join("refs").join(revision));
    let commit = commit.map_or_else(|_| revision.to_owned(), |text| text.trim().to_owned());
    let snapshot = folder.join("snapshots").join(&commit);
    if commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) && snapshot.is_dir() {
        return Ok(snapshot);
    }
    Err(HubError::Absent { name: name.to_owned(), id: id.to_owned(), cache: cache.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn the_cache_is_where_python_has_it() {
        for (variables, expected) in [
            (&[][..], "/home/li/.cache/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (&[("HF_HOME", "/hf"), ("XDG_CACHE_HOME", "/x")], "/hf/hub"),
            (&[("HF_HUB_CACHE", "/new"), ("HF_HOME", "/hf")], "/new"),
            (&[("HF_HUB_CACHE", ""), ("HF_HOME", "/hf")], "/hf/hub"),
        ] {
            let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            assert_eq!(cache(variable, Some("/home/li".into())), Path::new(expected), "{variables:?}");
        }
    }

    #[test]
    fn cached_models_are_found_by_name_revision_and_commit() {
        let cache = tempfile::tempdir().expect("a folder");
        let model = cache.path().join("models--owner--model");
        let expected = model.join("snapshots").join(COMMIT);
        fs::create_dir_all(&expected).expect("made");
        fs::create_dir_all(model.join("refs/pr")).expect("made");
        for (reference, commit) in
            [("main", COMMIT), ("pr/1", COMMIT), ("old", "../../.."), ("gone", &COMMIT.replace('0', "f"))]
        {
            fs::write(model.join("refs").join(reference), commit).expect("written");
        }
        for name in ["owner/model", "owner/model@main", "owner/model@pr/1", &format!("owner/model@{COMMIT}")] {
            assert_eq!(snapshot(name, cache.path()).expect(name), expected, "{name}");
        }
        for name in ["owner/other", "model", "owner/model@old", "owner/model@gone", "owner/model@none"] {
            let error = snapshot(name, cache.path()).expect_err(name).to_string();
            assert!(error.contains("hf download") && error.starts_with(name), "{error}");
        }
    }

    #[test]
    fn names_that_could_leave_the_cache_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "../model",
            "owner/..",
            "/etc/passwd",
            "./model",
            "~/model",
            "a/b/c",
            "owner/",
            "/model",
            "owner\\model",
            "C:model",
            "own er/model",
            "模型",
            "m\n",
            "m%2e",
            "m@",
            "m@../x",
            "m@a/../b",
            "m@/x",
            "m@x@y",
        ] {
            let found = snapshot(name, Path::new("/nowhere"));
            assert!(matches!(found, Err(HubError::Name { .. })), "{name}: {found:?}");
        }
    }
}
