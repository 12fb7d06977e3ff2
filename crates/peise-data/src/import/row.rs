//! The rows of a table of labelled photos.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::palette;

/// The largest photo file read, in bytes; anything bigger is not a product photo.
pub(super) const MAX_PHOTO_BYTES: u64 = 64 << 20;

/// One row of the source's table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Tar file, where the source has any.
    pub shard: Option<String>,
    /// Plain file name.
    pub file: String,
    /// Garment type.
    pub article: String,
    /// Position in the palette.
    pub colour: usize,
    /// Same title but for colour words; `None` where the source has no titles.
    pub family: Option<String>,
}

/// Rows and photos left out, by reason.
pub(super) type Skipped = BTreeMap<String, u64>;

/// Adds one to a reason.
pub(super) fn count(skipped: &mut Skipped, reason: &str) {
    *skipped.entry(reason.to_owned()).or_default() += 1;
}

/// Whether a name from a table or an archive is a plain file name, safe to join to a folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!(parts.next(), Some(Component::Normal(part)) if part == name)
        && parts.next().is_none()
        && name.len() <= 255
        && !name.contains(['\\', ':', '\0'])
}

impl Row {
    /// A row, or the reason why there is none.
    pub(super) fn new(
        (shard, file): (Option<&str>, &str),
        article: &str,
        colour: &str,
        family: Option<String>,
    ) -> Result<Self, String> {
        if !is_plain_name(file) || !shard.is_none_or(is_plain_name) {
            return Err("file or shard is not a plain file name".to_owned());
        }
        let position = palette::position(colour).ok_or_else(|| format!("no word for the colour {colour:?}"))?;
        Ok(Self {
            shard: shard.map(str::to_owned),
            file: file.to_owned(),
            article: article.trim().to_lowercase(),
            colour: position,
            family,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn only_plain_names_pass() {
        for (name, expected) in [
            ("1.jpg", true),
            ("黑 dress_0.jpg", true),
            ("", false),
            (".", false),
            ("..", false),
            ("../x", false),
            ("a/b.jpg", false),
            ("a/", false),
            ("/etc/passwd", false),
            ("c:\\x", false),
        ] {
            assert_eq!(is_plain_name(name), expected, "{name:?}");
        }
    }
}
