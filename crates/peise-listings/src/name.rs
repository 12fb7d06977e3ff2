//! Names of listings and files out of untrusted data.

use std::path::{Component, Path};

/// A name that is not plain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: expected a plain name, found {name:?}, which {reason}")]
pub struct NameError {
    /// What is named: `id`, `file` or `split`.
    pub key: &'static str,
    /// The name.
    pub name: String,
    /// What is wrong with it, to follow "which".
    pub reason: &'static str,
}

/// Accepts a name only if a path joined with it stays directly inside the folder.
///
/// The check is on the text alone: a symbolic link inside the data set is followed, since its owner put it there.
///
/// # Errors
/// If the name is empty, `.`, `..`, absolute, or holds a slash, backslash or NUL (on Windows also a drive).
pub fn plain_name<'a>(key: &'static str, name: &'a str) -> Result<&'a str, NameError> {
    let reason = if name.is_empty() {
        "is empty"
    } else if name.contains(['/', '\\']) {
        "holds a path separator"
    } else if name.contains('\0') {
        "holds a NUL character"
    } else if !is_single_component(name) {
        "leads out of its folder"
    } else {
        return Ok(name);
    };
    Err(NameError { key, name: name.to_owned(), reason })
}

/// Accepts a path only if it stays inside the folder it is joined with: plain names with `/` between them.
///
/// # Errors
/// As [`plain_name`], of each part.
pub fn relative_path<'a>(key: &'static str, path: &'a str) -> Result<&'a Path, NameError> {
    for part in path.split('/') {
        plain_name(key, part).map_err(|error| NameError { name: path.to_owned(), ..error })?;
    }
    Ok(Path::new(path))
}

fn is_single_component(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!(components.next(), Some(Component::Normal(part)) if part == name) && components.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_names_pass() {
        for name in ["543437665996_0.jpg", "黑色.jpg", "..jpg", "a b.png", "-", "~", "…"] {
            assert_eq!(plain_name("file", name), Ok(name));
        }
        for name in [
            "",
            ".",
            "..",
            "/",
            "/etc/passwd",
            "../a.jpg",
            "a/../../b",
            "a/b.jpg",
            "a/",
            "./a.jpg",
            "..\\a.jpg",
            "C:\\a.jpg",
            "\\\\host\\a",
            "a\0.jpg",
            "\0",
        ] {
            assert!(plain_name("file", name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn paths_stay_inside() {
        for path in ["a.jpg", "543/a.jpg", "a/b/c.jpg"] {
            assert_eq!(relative_path("file", path), Ok(Path::new(path)));
        }
        for path in ["", "/a.jpg", "a//b.jpg", "a/", "../a.jpg", "a/../b.jpg", "a/./b.jpg", "a\\b.jpg"] {
            assert!(relative_path("file", path).is_err(), "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn a_joined_name_is_a_direct_child(name in "[./\\\\a\u{0}:~色]{0,6}") {
            if plain_name("file", &name).is_ok() {
                let folder = Path::new("/data/test");
                let joined = folder.join(&name);
                prop_assert_eq!(joined.parent(), Some(folder));
                prop_assert!(joined.file_name().is_some_and(|found| found == name.as_str()));
            }
        }
    }
}
