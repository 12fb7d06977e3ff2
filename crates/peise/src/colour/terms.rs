//! The terms that models are trained with, read from the colour lexicon's table.
//!
//! The values are this project's own choice: what cloth of that name looks like in a product photo,
//! hence black is not 0 and red is not 255. Each word belongs to exactly one term.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::table::{self, Definition};
use super::{ColourTerm, lab_to_srgb};

/// Every term that models are trained with, from achromatic through the hue circle.
///
/// Import and drawing of listings depend on order, values and words: the rows of the table that they come from stay.
pub static TERMS: LazyLock<Vec<ColourTerm>> = LazyLock::new(|| {
    let table = table::builtin();
    let rows: HashMap<(&str, &str), &table::Words<'_>> =
        table.words.iter().filter(|row| row.role == "term").map(|row| ((row.key, row.language), row)).collect();
    let words = |key: &str, language: &str| -> Option<&'static [&'static str]> {
        Some(Vec::leak(rows.get(&(key, language))?.words().collect()))
    };
    let term = |definition: &Definition<'static>| {
        Some(ColourTerm {
            name: definition.key,
            srgb: lab_to_srgb(definition.lab?),
            chinese: words(definition.key, "zh")?,
            english: words(definition.key, "en")?,
        })
    };
    table.definitions.iter().filter(|row| row.role == "colour").filter_map(term).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_terms_are_as_they_were() {
        assert_eq!(TERMS.len(), 86);
        let text: String = TERMS
            .iter()
            .map(|term| format!("{}{:?}{:?}{:?}\n", term.name, term.srgb, term.chinese, term.english))
            .collect();
        assert_eq!(xxhash_rust::xxh3::xxh3_64(text.as_bytes()), FINGERPRINT, "terms, order or words have changed");
    }

    /// Of the terms that the embedded model was trained with.
    const FINGERPRINT: u64 = 11_305_977_842_159_564_727;
}
