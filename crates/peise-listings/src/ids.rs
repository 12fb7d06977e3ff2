//! Identifiers that occurred.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

/// Finds identifiers that occur twice. Of each, a hash of 16 bytes is kept.
#[derive(Debug, Default)]
pub(crate) struct Ids(HashSet<u128>);

impl Ids {
    /// Whether the identifier did not occur before.
    pub fn insert(&mut self, id: &str) -> bool {
        self.0.insert(xxh3_128(id.as_bytes()))
    }
}
