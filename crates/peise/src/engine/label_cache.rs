//! Label features that are kept: a catalogue's labels repeat.

use super::Features;
use std::collections::HashMap;

/// Numbers kept, 32 MiB.
const LIMIT: usize = 1 << 23;

/// Rows of features by label. All have one width; of the numbers at the end of a row that are equal one is stored, since most
/// of a row may be of characters that a short label does not have.
#[derive(Debug, Default)]
pub(super) struct LabelCache {
    rows: HashMap<String, Vec<f32>>,
    width: usize,
    numbers: usize,
}

impl LabelCache {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets everything if it is full.
    pub fn make_room(&mut self) {
        if self.numbers > LIMIT {
            self.clear();
        }
    }

    /// Whether a label's row is kept.
    pub fn contains(&self, label: &str) -> bool {
        self.rows.contains_key(label)
    }

    /// Keeps a row.
    pub fn insert(&mut self, label: &str, row: &[f32]) {
        let Some(last) = row.last() else { return };
        let equal = row.iter().rev().take_while(|value| value.to_bits() == last.to_bits()).count();
        let stored = row[..row.len() - equal + 1].to_vec();
        self.width = row.len();
        self.numbers += stored.len();
        self.rows.insert(label.to_owned(), stored);
    }

    /// The rows of labels, in order.
    ///
    /// # Panics
    /// If one is not kept (programmer error).
    pub fn features(&self, labels: &[&str]) -> Features {
        let mut values = Vec::with_capacity(labels.len() * self.width);
        for (place, label) in labels.iter().enumerate() {
            let row = &self.rows[*label];
            values.extend_from_slice(row);
            values.resize((place + 1) * self.width, row[row.len() - 1]);
        }
        Features { values, width: self.width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let mut cache = LabelCache::default();
        let rows = [[1.0, 2.0, -30.0, -30.0], [5.0, 5.0, 5.0, 5.0], [0.0, -0.0, 0.0, 7.0]];
        for (label, row) in ["黑", "白", "red"].into_iter().zip(&rows) {
            cache.insert(label, row);
        }
        assert_eq!(cache.numbers, 3 + 1 + 4);
        let found = cache.features(&["red", "黑", "白", "黑"]);
        let expected: Vec<u32> = [2, 0, 1, 0].iter().flat_map(|&row: &usize| rows[row].map(f32::to_bits)).collect();
        assert_eq!(found.values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>(), expected);
    }

    #[test]
    fn a_full_cache_is_emptied() {
        let mut cache = LabelCache::default();
        let row: Vec<f32> = (0..LIMIT / 2 + 1).map(|value| value as f32).collect();
        cache.insert("黑", &row);
        cache.make_room();
        assert!(cache.contains("黑"));
        cache.insert("白", &row);
        cache.make_room();
        assert!(!cache.contains("黑") && !cache.contains("白"));
    }
}
