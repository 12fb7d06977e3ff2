//! Columns of a CSV table by their names.

use std::path::Path;

use super::error::ImportError;

/// The position of the first of these columns that a header has; `expected` names them in the error.
pub(super) fn column<'a>(
    path: &Path,
    header: impl Iterator<Item = &'a str> + Clone,
    names: &[&str],
    expected: &'static str,
) -> Result<usize, ImportError> {
    let find = |name: &&str| header.clone().position(|column| column.trim_start_matches('\u{feff}') == *name);
    names.iter().find_map(find).ok_or_else(|| ImportError::Column {
        path: path.to_owned(),
        expected,
        found: header.clone().collect::<Vec<_>>().join(","),
    })
}
