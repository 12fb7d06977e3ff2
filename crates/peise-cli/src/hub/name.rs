//! Hub names: `[owner/]model[@revision]`, and which of them are safe to make paths and addresses of.

use super::HubError;
use std::fmt;

/// A name that is safe in a path and in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// `[owner/]model`.
    pub id: String,
    /// A branch, a tag, a commit, or `refs/pr/1`.
    pub revision: String,
}

impl ModelName {
    /// Parses a name; without a revision it means `main`.
    ///
    /// # Errors
    /// If the hub would not accept such a name.
    pub fn parse(name: &str) -> Result<Self, HubError> {
        let (id, revision) = name.split_once('@').unwrap_or((name, "main"));
        let parts: Vec<&str> = id.split('/').collect();
        let reason = if parts.len() > 2 {
            "it has more than one '/'"
        } else if parts.iter().any(|part| part.is_empty()) {
            "a part of it is empty"
        } else if !parts.iter().all(|part| is_part(part)) {
            "its parts have at most 96 letters, digits, '-', '_' and '.', and start and end with neither '-' nor '.'"
        } else if id.contains("..") || id.contains("--") {
            "it has '..' or '--' inside"
        } else if revision.len() > 128 || !revision.split('/').all(is_part) {
            "its revision has at most 128 letters, digits, '-', '_', '.' and '/'"
        } else if revision.contains("..") {
            "its revision has '..' inside"
        } else {
            return Ok(Self { id: id.to_owned(), revision: revision.to_owned() });
        };
        Err(HubError::Name { name: name.to_owned(), reason })
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.revision)
    }
}

fn is_part(part: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = part.as_bytes();
    bytes.len() <= 96 && bytes.iter().copied().all(is_inner) && is_edge(bytes.first()) && is_edge(bytes.last())
}

/// A commit: what a snapshot folder is named after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// 40 hexadecimal digits, else `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_commit = text.len() == 40 && is_hex(text);
        is_commit.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What names a file's content; a blob is named after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The value of an `ETag` header, if it is safe as a file name.
    pub fn parse(header: &str) -> Option<Self> {
        let text = header.strip_prefix("W/").unwrap_or(header).trim_matches('"');
        let is_safe = (8..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        is_safe.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The content's SHA-256, which large files are named by; small ones have git's name, a SHA-1.
    pub fn sha256(&self) -> Option<&str> {
        (self.0.len() == 64 && is_hex(&self.0)).then_some(&self.0)
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (name, id, revision) in [
            ("bert-base-chinese", "bert-base-chinese", "main"),
            ("owner/model", "owner/model", "main"),
            ("o_1/m.2-x@v1.0", "o_1/m.2-x", "v1.0"),
            ("owner/model@refs/pr/1", "owner/model", "refs/pr/1"),
        ] {
            let expected = ModelName { id: id.to_owned(), revision: revision.to_owned() };
            assert_eq!(ModelName::parse(name).ok(), Some(expected), "{name}");
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
            "owner/../model",
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
            "a..b",
            "a--b",
            "-a",
            "a.",
            "m\n",
            "m%2e",
            "m?x",
            "m#x",
            "m@",
            "m@../x",
            "m@a/../b",
            "m@/x",
            "m@x/",
            "m@a..b",
            "m@x@y",
            "m@a\\b",
            "m@a b",
        ] {
            let error = ModelName::parse(name).expect_err(name).to_string();
            assert!(error.starts_with(&format!("{name:?} is no folder")), "{error}");
        }
        assert!(ModelName::parse(&"m".repeat(97)).is_err());
    }

    #[test]
    fn headers_that_would_be_bad_file_names_are_refused() {
        assert_eq!(Etag::parse("W/\"0123abcd\"").map(|etag| etag.0), Some("0123abcd".to_owned()));
        for header in ["", "\"\"", "../../../evil", "0123abcd/x", "0123abcd.part", "0123 abcd"] {
            assert_eq!(Etag::parse(header), None, "{header}");
        }
        assert_eq!(Commit::parse("../../../../../../../../../../../../../x"), None);
        assert!(Commit::parse(&"a1".repeat(20)).is_some());
    }
}
