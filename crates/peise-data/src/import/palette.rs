//! The base colours of labelled photos and what a seller may call each of them.

use std::sync::LazyLock;

use peise::colour::{ColourTerm, Lightness, Mention, TERMS, by_name};

/// What a colour may be called: a term, with or without 浅/深.
pub(super) type ColourName = (&'static ColourTerm, Option<Lightness>);

/// One base colour of a photo table.
#[derive(Debug)]
pub(super) struct BaseColour {
    /// The colour's own term.
    pub term: &'static ColourTerm,
    /// What a seller may call it; its own term comes first.
    pub names: Vec<ColourName>,
}

/// Names beyond a base colour's own: what the catalogue calls Tan, Taobao calls 驼色 or 焦糖色.
const ALSO: &[(&str, &str, Option<Lightness>)] = &[
    ("Beige", "Apricot", None),
    ("Brown", "Chestnut", None),
    ("Burgundy", "Maroon", None),
    ("Charcoal", "Grey", Some(Lightness::Dark)),
    ("Coffee Brown", "Chocolate", None),
    ("Coffee Brown", "Brown", Some(Lightness::Dark)),
    ("Grey Melange", "Grey", Some(Lightness::Light)),
    ("Khaki", "Khaki", Some(Lightness::Light)),
    ("Lavender", "Purple", Some(Lightness::Light)),
    ("Lavender", "Taro", None),
    ("Magenta", "Hot Pink", None),
    ("Maroon", "Burgundy", None),
    ("Mushroom Brown", "Brown", Some(Lightness::Light)),
    ("Navy Blue", "Blue", Some(Lightness::Dark)),
    ("Nude", "Skin", None),
    ("Olive", "Army Green", None),
    ("Rust", "Brick Red", None),
    ("Skin", "Nude", None),
    ("Tan", "Camel", None),
    ("Tan", "Caramel", None),
    ("Teal", "Peacock Blue", None),
    ("Turquoise Blue", "Lake Blue", None),
];

static PALETTE: LazyLock<Vec<BaseColour>> = LazyLock::new(|| {
    let colour = |term: &'static ColourTerm| {
        let also = ALSO
            .iter()
            .filter(|(base, ..)| *base == term.name)
            .filter_map(|&(_, name, modifier)| Some((by_name(name)?, modifier)));
        BaseColour { term, names: std::iter::once((term, None)).chain(also).collect() }
    };
    TERMS.iter().map(colour).collect()
});

/// All base colours.
pub(super) fn palette() -> &'static [BaseColour] {
    &PALETTE
}

/// Position of the base colour of this name; `None` for Multi and the like, which have no word.
pub(super) fn position(name: &str) -> Option<usize> {
    let term = by_name(name.trim())?;
    TERMS.iter().position(|candidate| candidate.name == term.name)
}

impl BaseColour {
    /// Whether a mention in a label names this colour.
    pub(super) fn is_named_by(&self, mention: &Mention) -> bool {
        self.names.contains(&(mention.term, mention.modifier))
    }
}

/// The Chinese words of a name, without 色.
pub(super) fn chinese((term, modifier): ColourName) -> Vec<String> {
    match modifier {
        None => term.chinese.iter().map(|word| (*word).to_owned()).collect(),
        Some(Lightness::Light) => vec![format!("浅{}", term.chinese[0]), format!("淡{}", term.chinese[0])],
        Some(Lightness::Dark) => vec![format!("深{}", term.chinese[0])],
    }
}

/// The English words of a name.
pub(super) fn english((term, modifier): ColourName) -> Vec<String> {
    match modifier {
        None => term.english.iter().map(|word| (*word).to_owned()).collect(),
        Some(Lightness::Light) => vec![format!("light {}", term.english[0])],
        Some(Lightness::Dark) => vec![format!("dark {}", term.english[0])],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::colour::mentions;

    #[test]
    fn every_word_of_a_base_colour_is_read_back_as_that_colour() {
        assert!(ALSO.iter().all(|(base, name, _)| by_name(base).is_some() && by_name(name).is_some()));
        for base in palette() {
            for &name in &base.names {
                for word in chinese(name).into_iter().chain(english(name)) {
                    let found = mentions(&word);
                    assert!(matches!(&found[..], [one] if base.is_named_by(one)), "{word}: {found:?}");
                }
            }
        }
        assert_eq!(position("Multi"), None);
        assert_eq!(position("navy blue").map(|at| palette()[at].term.name), Some("Navy Blue"));
    }
}
