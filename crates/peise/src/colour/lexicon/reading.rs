//! What a label says: colours with their parts, patterns, and what is left.

use std::ops::Range;
use std::sync::Arc;

use super::language::Shares;
use super::{Lexicon, Role};
use crate::colour::{Lightness, delta_e, srgb_to_lab};

mod group;

pub(super) use group::Segment;

/// What one piece of a label means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    Concept {
        concept: u16,
        language: u8,
    },
    Srgb([u8; 3]),
    Mark(char),
    /// A number, a size, the unknown front of a compound.
    Aside,
    Unknown,
}

/// A piece of a label with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub text: String,
    pub bytes: Range<usize>,
    pub meaning: Meaning,
}

/// A word of a label that the lexicon knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the label.
    pub range: Range<usize>,
    /// What it is there for.
    pub role: Role,
    /// Key of its concept.
    pub key: Arc<str>,
    /// The language it was read in; `None` for codes and a shop's own names.
    pub language: Option<Arc<str>>,
}

/// Where a colour lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The article itself, or one of its garments.
    Main,
    /// A small part of it: logo, sole, collar, trim.
    Accent,
}

/// A colour that a label names.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColour {
    /// Key of its concept; a hex code for codes.
    pub key: Arc<str>,
    /// CIELAB (D65), modifiers applied.
    pub lab: [f32; 3],
    /// Spread around it, in CIEDE2000.
    pub spread: f32,
    /// Keys of its modifiers: `light`, `dark`, `neon`, ...
    pub modifiers: Vec<Arc<str>>,
    /// Share of the article, a guess from the wording; all shares of a label sum to 1.
    pub share: f32,
    /// The part that has it, by key: `top`, `skirt`, `logo`.
    pub part: Option<Arc<str>>,
    /// Whether that part is a small one.
    pub place: Place,
    /// Bytes of the colour word.
    pub range: Range<usize>,
    /// Index of the concept; `None` for codes.
    pub(super) concept: Option<u16>,
}

impl NamedColour {
    /// The lightness that its modifiers tell.
    pub fn lightness(&self) -> Option<Lightness> {
        self.modifiers.iter().find_map(|modifier| match &**modifier {
            "light" | "pale" | "pastel" | "soft" => Some(Lightness::Light),
            "dark" | "deep" => Some(Lightness::Dark),
            _ => None,
        })
    }
}

/// One label, read.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelReading {
    /// The label as given.
    pub text: String,
    /// Every known word, from left to right.
    pub spans: Vec<Span>,
    /// The colours named, in their order.
    pub colours: Vec<NamedColour>,
    /// Keys of the patterns: `stripe`, `leopard`, `multicolour`, `picture`.
    pub patterns: Vec<Arc<str>>,
    /// Whether the colour is left to chance: "random", "assorted".
    pub random: bool,
    pub(super) segments: Vec<Segment>,
    pub(super) dropped: Vec<String>,
    pub(super) chinese: String,
}

impl LabelReading {
    /// Whether the label tells how the article looks: a colour or a pattern.
    pub fn tells_looks(&self) -> bool {
        !self.colours.is_empty() || !self.patterns.is_empty()
    }

    /// The label in Chinese, for a model that knows Chinese best: colours and parts by their plainest words, unknown
    /// words as they are. A label in Chinese alone, and one that names nothing known, stays as it is.
    ///
    /// Prefer [`ListingReading::chinese`], which keeps labels apart that differ.
    pub fn chinese(&self) -> &str {
        &self.chinese
    }
}

/// The labels of one listing, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingReading {
    /// One per label, in the same order.
    pub labels: Vec<LabelReading>,
    /// The languages of the labels with their shares, the likeliest first.
    pub languages: Vec<(Arc<str>, f32)>,
}

impl ListingReading {
    /// The likeliest language.
    pub fn language(&self) -> Option<&str> {
        self.languages.first().map(|(language, _)| &**language)
    }

    /// Every label in Chinese; labels that differ stay different.
    pub fn chinese(&self) -> Vec<String> {
        super::chinese::listing(&self.labels)
    }
}

/// Puts readings together.
pub(super) fn listing(
    lexicon: &Lexicon,
    labels: &[&str],
    mut items: Vec<Vec<Item>>,
    shares: &Shares,
) -> ListingReading {
    drop_given_names(lexicon, &mut items);
    items.iter_mut().for_each(|items| drop_evocative(lexicon, items));
    let read = |(label, items): (&&str, Vec<Item>)| {
        let mut reading = group::group(lexicon, label, &items);
        reading.chinese = super::chinese::label(lexicon, &reading);
        reading
    };
    let labels = labels.iter().zip(items).map(read).collect();
    let known = &lexicon.shared.languages;
    let mut languages: Vec<(Arc<str>, f32)> =
        shares.iter().filter(|(_, share)| *share > 0.05).map(|(at, share)| (Arc::clone(&known[at]), share)).collect();
    languages.sort_by(|left, right| right.1.total_cmp(&left.1));
    ListingReading { labels, languages }
}

/// Takes given names for names: "Rose" among "Anna" and "Marie" is no colour.
///
/// Only where at least two labels are one unknown word, and fewer labels than those name another colour.
fn drop_given_names(lexicon: &Lexicon, items: &mut [Vec<Item>]) {
    let colour = |item: &Item| match item.meaning {
        Meaning::Concept { concept, .. } => lexicon.concept(concept).role == Role::Colour,
        _ => false,
    };
    let unknown = |items: &&Vec<Item>| items.len() == 1 && items[0].meaning == Meaning::Unknown;
    let nameless = items.iter().filter(unknown).count();
    if nameless < 2 {
        return;
    }
    let given = &lexicon.shared.given_names;
    let is_given =
        |items: &Vec<Item>| items.len() == 1 && colour(&items[0]) && given.contains(&items[0].text.to_lowercase());
    let others = items.iter().filter(|items| items.iter().any(colour) && !is_given(items)).count();
    if others >= nameless {
        return;
    }
    for items in items.iter_mut().filter(|items| is_given(items)) {
        items[0].meaning = Meaning::Unknown;
    }
}

/// Takes words such as "night" and "ice" for no colours where a plainer colour shares their stretch of the label.
fn drop_evocative(lexicon: &Lexicon, items: &mut [Item]) {
    let stretches = items.split_mut(|item| matches!(item.meaning, Meaning::Mark(_)));
    for stretch in stretches {
        let colour = |item: &Item| match item.meaning {
            Meaning::Concept { concept, language } => {
                language != u8::MAX && lexicon.concept(concept).role == Role::Colour
            }
            _ => false,
        };
        let evocative = |item: &Item| lexicon.shared.evocative.contains(&item.text.to_lowercase());
        if stretch.iter().any(|item| colour(item) && !evocative(item)) {
            for item in stretch.iter_mut().filter(|item| colour(item) && evocative(item)) {
                item.meaning = Meaning::Unknown;
            }
        }
    }
}

/// Hues so plain that a finer word beside them tells more: "Petrol Blau" is petrol.
const PLAIN_HUES: [&str; 12] =
    ["Black", "White", "Grey", "Red", "Orange", "Yellow", "Green", "Blue", "Purple", "Pink", "Brown", "Beige"];

/// Whether two colour words side by side name one colour, and then whether the first is the finer.
fn finer(first: &NamedColour, second: &NamedColour) -> Option<bool> {
    let plain = |colour: &NamedColour| PLAIN_HUES.contains(&&*colour.key);
    if plain(first) == plain(second) {
        return None;
    }
    let chroma = |lab: [f32; 3]| lab[1].hypot(lab[2]);
    let hue = |lab: [f32; 3]| lab[2].atan2(lab[1]).to_degrees();
    let turn = (hue(first.lab) - hue(second.lab)).rem_euclid(360.0);
    let same_hue = chroma(first.lab) > 12.0 && chroma(second.lab) > 12.0 && turn.min(360.0 - turn) < 45.0;
    (same_hue || delta_e(first.lab, second.lab) < 22.0).then(|| plain(second))
}

/// The colour that modifiers make of a word's colour, and its spread.
fn modified(lab: [f32; 3], spread: f32, modifiers: &[Arc<str>]) -> ([f32; 3], f32) {
    let mut lab = lab;
    for modifier in modifiers {
        let [l, a, b] = lab;
        lab = match &**modifier {
            // As in the terms that models are trained with.
            "light" | "pale" | "pastel" => [l + 0.5 * (94.0 - l).max(0.0), a * 0.7, b * 0.7],
            "dark" => [l * 0.62, a * 0.85, b * 0.85],
            "soft" | "washed" => [l + 0.25 * (90.0 - l).max(0.0), a * 0.8, b * 0.8],
            "deep" => [l * 0.75, a, b],
            "bright" => [l, a * 1.15, b * 1.15],
            "neon" => [l + 0.2 * (90.0 - l).max(0.0), a * 1.35, b * 1.35],
            "dusty" => [l + 0.2 * (65.0 - l), a * 0.6, b * 0.6],
            "heather" => [l + 0.2 * (80.0 - l).max(0.0), a * 0.75, b * 0.75],
            "vintage" => [l, a * 0.8, b * 0.8],
            _ => lab,
        };
    }
    (lab, if modifiers.is_empty() { spread } else { spread + 2.0 })
}

/// A colour given as a code.
fn coded(srgb: [u8; 3], range: Range<usize>) -> NamedColour {
    let [r, g, b] = srgb;
    NamedColour {
        key: format!("#{r:02X}{g:02X}{b:02X}").into(),
        lab: srgb_to_lab(srgb),
        spread: 4.0,
        modifiers: Vec::new(),
        share: 1.0,
        part: None,
        place: Place::Main,
        range,
        concept: None,
    }
}
