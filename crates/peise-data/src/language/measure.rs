//! How alike two sets of labels are: character bigrams, lengths, and simple features.

use std::collections::BTreeMap;

/// Jensen-Shannon divergence of two distributions of counts, in bits: 0 for equal ones, 1 for disjoint ones.
///
/// # Source
/// J. Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37 (1991).
pub fn jensen_shannon<K: Ord>(left: &BTreeMap<K, u64>, right: &BTreeMap<K, u64>) -> f64 {
    let total = |counts: &BTreeMap<K, u64>| counts.values().sum::<u64>().max(1) as f64;
    let (left_total, right_total) = (total(left), total(right));
    let divergence = |own: &BTreeMap<K, u64>, own_total: f64, other: &BTreeMap<K, u64>, other_total: f64| {
        let term = |(key, count): (&K, &u64)| {
            let p = *count as f64 / own_total;
            let q = other.get(key).map_or(0.0, |count| *count as f64 / other_total);
            if p > 0.0 { p * (2.0 * p / (p + q)).log2() } else { 0.0 }
        };
        own.iter().map(term).sum::<f64>()
    };
    (divergence(left, left_total, right, right_total) + divergence(right, right_total, left, left_total)) / 2.0
}

/// Counts of pairs of neighbouring characters, edges included; digits count as one character, Latin letters as another.
pub fn bigrams(labels: &[String]) -> BTreeMap<[char; 2], u64> {
    let mut counts = BTreeMap::new();
    for label in labels {
        let folded = label.chars().map(|character| match character {
            '0'..='9' => '0',
            'a'..='z' | 'A'..='Z' => 'a',
            other => other,
        });
        let characters: Vec<char> = ['^'].into_iter().chain(folded).chain(['$']).collect();
        for pair in characters.windows(2) {
            *counts.entry([pair[0], pair[1]]).or_default() += 1;
        }
    }
    counts
}

/// Counts of lengths in characters.
pub fn lengths(labels: &[String]) -> BTreeMap<usize, u64> {
    let mut counts = BTreeMap::new();
    for label in labels {
        *counts.entry(label.chars().count()).or_default() += 1;
    }
    counts
}

/// A yes-or-no feature of a normalised label.
pub type Feature = (&'static str, fn(&str) -> bool);

/// The features whose rates are compared.
pub const FEATURES: [Feature; 8] = [
    ("has digits", |label| label.contains(|c: char| c.is_ascii_digit())),
    ("begins with a digit or letter", |label| label.starts_with(|c: char| c.is_ascii_alphanumeric())),
    ("has Latin letters", |label| label.contains(|c: char| c.is_ascii_alphabetic())),
    ("has brackets", |label| label.contains(['(', ')'])),
    ("has +", |label| label.contains('+')),
    ("has 色", |label| label.contains('色')),
    ("ends with 色", |label| label.ends_with('色')),
    ("one to three characters", |label| label.chars().count() <= 3),
];

/// The share of labels with a feature.
pub fn rate(labels: &[String], feature: fn(&str) -> bool) -> f64 {
    labels.iter().filter(|label| feature(label)).count() as f64 / labels.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_zero_for_equal_and_one_for_disjoint_counts() {
        let counts = |labels: &[&str]| bigrams(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>());
        let (left, right) = (counts(&["黑色", "白色"]), counts(&["红裙"]));
        assert!(jensen_shannon(&left, &left).abs() < 1e-12);
        assert!((jensen_shannon(&counts(&["ab"]), &counts(&["12"])) - 0.666_666).abs() > 0.1);
        assert!(jensen_shannon(&left, &right) > 0.99);
        assert!((jensen_shannon(&left, &counts(&["黑色"])) - jensen_shannon(&counts(&["黑色"]), &left)).abs() < 1e-12);
    }
}
