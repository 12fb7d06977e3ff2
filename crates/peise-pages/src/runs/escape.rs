//! A run's name on the page.

use crate::Text;

/// A run's name; one that shows nothing would leave a run that nobody can point at.
pub(super) fn shown(name: &str) -> Text<'_> {
    Text(if name.trim().is_empty() { "␣" } else { name })
}
