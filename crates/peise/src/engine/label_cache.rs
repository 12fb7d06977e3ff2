//! Label features that are kept: a catalogue's labels repeat.

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

    /// Keeps a row.
    pub fn insert(&mut self, label: &str, row: &[f32]) {
        let Some(last) = row.last() else { return };
        let equal = row.iter().rev().take_while(|value| value.to_bits() == last.to_bits()).count();
        let stored = row[..row.len() - equal + 1].to_vec();
        self.width = row.len();
        self.numbers += stored.len();
        self.rows.insert(label.to_owned(), stored);
    }

    /// The rows of labels, in order, empty where none is kept; and the places of those.
    pub fn rows(&self, labels: &[&str]) -> (Vec<Vec<f32>>, Vec<usize>) {
        let mut missing = Vec::new();
        let row = |(place, label): (usize, &&str)| {
            let Some(row) = self.rows.get(*label) else {
                missing.push(place);
                return Vec::new();
            };
            let mut row = row.clone();
            row.resize(self.width, row[row.len() - 1]);
            row
        };
        (labels.iter().enumerate().map(row).collect(), missing)
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
        let (found, missing) = cache.rows(&["red", "黑", "灰", "白", "黑"]);
        let bits = |row: &[f32]| row.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
        let expected = [bits(&rows[2]), bits(&rows[0]), Vec::new(), bits(&rows[1]), bits(&rows[0])];
        assert_eq!(found.iter().map(|row| bits(row)).collect::<Vec<_>>(), expected);
        assert_eq!(missing, [2]);
    }

    #[test]
    fn a_full_cache_is_emptied() {
        let mut cache = LabelCache::default();
        let row: Vec<f32> = (0..LIMIT / 2 + 1).map(|value| value as f32).collect();
        cache.insert("黑", &row);
        cache.make_room();
        assert!(cache.rows(&["黑"]).1.is_empty());
        cache.insert("白", &row);
        cache.make_room();
        assert_eq!(cache.rows(&["黑", "白"]).1, [0, 1]);
    }
}
