//! What the grammar fills in, drawn by the counts of the learning half.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::lexis::{JOINS, SETS};
use super::parse::parse;
use peise::colour::{ColourTerm, mentions};
use peise::label::normalize;
use peise::label::statistics::{self, Place, Word, phrases, word};

/// A choice of texts with weights.
#[derive(Debug, Default)]
pub(super) struct Choice {
    texts: Vec<(&'static str, u64)>,
    total: u64,
}

impl Choice {
    fn new(texts: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        let mut choice = Self::default();
        for (text, weight) in texts {
            choice.total += weight;
            choice.texts.push((text, choice.total));
        }
        choice
    }

    /// One text, as often as its weight says; empty where there is none.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> &'static str {
        if self.total == 0 {
            return "";
        }
        let at = rng.random_range(0..self.total);
        let index = self.texts.partition_point(|(_, up_to)| *up_to <= at);
        self.texts.get(index).map_or("", |(text, _)| text)
    }
}

/// All that is drawn.
pub(super) struct Vocabulary {
    /// Words before the colour.
    pub fronts: Choice,
    /// Words behind it that are no garments.
    pub talk: Choice,
    /// Words between colour and garment (长袖, 雪纺), by the garment's last character.
    pub styles: BTreeMap<char, Choice>,
    /// Contents of brackets.
    pub notes: Choice,
    /// Shapes of article numbers in front.
    pub codes_front: Choice,
    /// Shapes of article numbers behind.
    pub codes_back: Choice,
    /// Pairs of brackets.
    pub brackets: Choice,
    /// What joins parts other than `+`.
    pub joins: Choice,
    /// How often each colour word, without 色, is written without and with it.
    suffixed: HashMap<&'static str, [u32; 2]>,
}

/// A word that stands beside several parts in more than this share of its labels is a garment.
const GARMENT_SHARE: f64 = 0.2;
/// A single character may be part of any word, so it must do so in more.
const GARMENT_CHARACTER_SHARE: f64 = 0.4;
/// A word of style stands beside several parts in at most this share of its labels, or it is a garment itself.
const STYLE_SHARE: f64 = 0.25;

/// The vocabulary of the learning half.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| {
            let plain = |text: &str| mentions(text).is_empty() && !text.contains(['@', '(', ')', '+', '#', '%']);
            let weighted = |place: Place| phrases(place).iter().map(|phrase| (phrase.text, u64::from(phrase.labels)));
            let derives = |label: String| parse(&label).is_some();
            let alphanumeric = |text: &str| text.chars().any(char::is_alphanumeric);
            let long = |text: &str| !is_single(text);
            Vocabulary {
                fronts: Choice::new(merged(weighted(Place::Front), |word| word.front).into_iter().filter(
                    |(text, _)| plain(text) && long(text) && derives(format!("{text}黑色")) && is_neutral(text),
                )),
                talk: Choice::new(merged(weighted(Place::Back), |word| word.back).into_iter().filter(|(text, _)| {
                    plain(text)
                        && long(text)
                        && derives(format!("黑色{text}"))
                        && is_neutral(text)
                        && in_notes(text)
                        && !text.contains(SETS)
                })),
                styles: styles(),
                notes: Choice::new(weighted(Place::NoteBack).filter(|(text, _)| {
                    plain(text)
                        && derives(format!("黑色({text})"))
                        && is_neutral(text)
                        && alphanumeric(text)
                        && !text.contains(SETS)
                })),
                codes_front: Choice::new(weighted(Place::CodeFront).filter(|(text, _)| alphanumeric(text))),
                codes_back: Choice::new(weighted(Place::CodeBack).filter(|(text, _)| alphanumeric(text))),
                brackets: Choice::new(weighted(Place::Brackets).filter(|(text, _)| text.chars().count() == 2)),
                joins: Choice::new(joins()),
                suffixed: suffixed(),
            }
        });
    &VOCABULARY
}

/// Phrases together with single words that stand in the same place, each by the greater count.
fn merged(phrases: impl Iterator<Item = (&'static str, u64)>, place: fn(&Word) -> u32) -> BTreeMap<&'static str, u64> {
    let words = statistics::words().iter().filter(|word| place(word) >= 3 && place(word) * 3 > word.labels);
    let mut merged: BTreeMap<&'static str, u64> = words.map(|word| (word.text, u64::from(place(word)))).collect();
    for (text, count) in phrases {
        let entry = merged.entry(text).or_default();
        *entry = count.max(*entry);
    }
    merged
}

/// Whether a phrase holds a garment: one that the option does not have would make the label untrue.
fn is_garment(text: &str) -> bool {
    let exceeds = |word: &Word| {
        let share = if is_single(word.text) { GARMENT_CHARACTER_SHARE } else { GARMENT_SHARE };
        word.labels >= 8 && f64::from(word.several) > share * f64::from(word.labels)
    };
    statistics::words().iter().any(|word| exceeds(word) && text.contains(word.text))
}

/// Whether a phrase names neither a garment nor a colour or pattern.
fn is_neutral(text: &str) -> bool {
    let coloured = |word: &Word| word.colour * 2 > word.labels && text.contains(word.text);
    !is_garment(text) && !statistics::words().iter().any(coloured)
}

/// Whether a phrase has a word that also stands in notes, as talk of the shop does and names of garments do not.
fn in_notes(text: &str) -> bool {
    let words = statistics::lexicon().cut(text);
    words.into_iter().filter_map(|range| word(&text[range])).any(|word| word.bracket > 0 && !is_single(word.text))
}

fn is_single(text: &str) -> bool {
    text.chars().nth(1).is_none()
}

/// What stands between parts without `+`: a word of joining, or nothing, where only a garment stands there.
fn joins() -> Vec<(&'static str, u64)> {
    let between = phrases(Place::Between);
    let count = |holds: &dyn Fn(&str) -> bool| {
        between.iter().filter(|phrase| holds(phrase.text)).map(|phrase| u64::from(phrase.labels)).sum()
    };
    let garments = |text: &str| is_garment(text) && text.chars().all(char::is_alphanumeric);
    let words =
        JOINS.iter().map(|join| (*join, count(&|text| text == *join || (text.ends_with(join) && is_garment(text)))));
    words.chain([("", count(&garments))]).collect()
}

/// Words that stand before a garment: what is left of a phrase that ends with a commoner one.
fn styles() -> BTreeMap<char, Choice> {
    let behind: BTreeMap<&str, u32> = phrases(Place::Back).iter().map(|phrase| (phrase.text, phrase.labels)).collect();
    let mut styles: BTreeMap<char, BTreeMap<&'static str, u64>> = BTreeMap::new();
    for phrase in phrases(Place::Back) {
        for (at, _) in phrase.text.char_indices().skip(2) {
            let (style, garment) = phrase.text.split_at(at);
            let commoner = behind.get(garment).is_some_and(|labels| *labels > phrase.labels);
            let known = word(style).is_some_and(|word| {
                f64::from(word.several) <= STYLE_SHARE * f64::from(word.labels) && word.colour == 0
            });
            let last = garment.chars().nth(1).and(garment.chars().next_back());
            let derives = || parse(&format!("黑色{style}上衣")).is_some();
            if let Some(last) = last.filter(|_| commoner && known && mentions(style).is_empty() && derives()) {
                *styles.entry(last).or_default().entry(style).or_default() += u64::from(phrase.labels);
            }
        }
    }
    styles.into_iter().map(|(last, styles)| (last, Choice::new(styles))).collect()
}

fn suffixed() -> HashMap<&'static str, [u32; 2]> {
    let mut counts: HashMap<&'static str, [u32; 2]> = HashMap::new();
    for phrase in phrases(Place::Colour) {
        let bare = phrase.text.strip_suffix('色');
        counts.entry(bare.unwrap_or(phrase.text)).or_default()[usize::from(bare.is_some())] += phrase.labels;
    }
    counts
}

impl Vocabulary {
    /// In how many labels a word, without 色, is a whole colour.
    pub(super) fn frequency(&self, word: &str) -> u32 {
        self.suffixed.get(word).map_or(0, |[plain, suffixed]| plain + suffixed)
    }

    /// The share of labels in which 色 follows the word; for rare words that of all.
    pub(super) fn suffix_share(&self, word: &str) -> f64 {
        let [plain, suffixed] = self.suffixed.get(word).copied().unwrap_or_default();
        (f64::from(suffixed) + 1.2) / (f64::from(plain + suffixed) + 2.0)
    }
}

/// In how many labels of the learning half a term is the whole colour, by any of its Chinese words.
pub fn frequency(term: &ColourTerm) -> f64 {
    term.chinese.iter().map(|word| f64::from(vocabulary().frequency(word))).sum()
}

/// Letters of article numbers: `X` and the like are in no shape, so all are alike.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTWXYZ";

/// An article number of a shape.
pub(super) fn article_number(shape: &str, rng: &mut ChaCha8Rng) -> String {
    let mut first = true;
    let fill = |character| {
        let filled = match character {
            '0' => char::from(b'0' + rng.random_range(u8::from(first)..10)),
            'A' => char::from(LETTERS[rng.random_range(0..LETTERS.len())]),
            other => return other,
        };
        first = false;
        filled
    };
    shape.chars().map(fill).collect()
}

/// A text in the brackets of a pair.
pub(super) fn bracketed(text: &str, pair: &str) -> String {
    let mut brackets = pair.chars();
    let (open, close) = (brackets.next().unwrap_or('('), brackets.next().unwrap_or(')'));
    debug_assert_eq!(normalize(&format!("{open}{close}")), "()");
    format!("{open}{text}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn phrases_name_neither_garments_nor_colours() {
        for text in ["现货", "收藏加购送礼物", "预售10天", "加绒款"] {
            assert!(is_neutral(text), "{text}");
        }
        for text in ["仅上衣", "背心", "连衣裙", "千鸟格", "迷彩", "蓝色", "条纹款"] {
            assert!(!is_neutral(text), "{text}");
        }
        let words = vocabulary();
        for (name, choice) in [("fronts", &words.fronts), ("talk", &words.talk), ("notes", &words.notes)] {
            assert!(choice.texts.len() >= 10, "{name}");
            assert!(choice.texts.iter().all(|(text, _)| is_neutral(text)), "{name}");
        }
    }

    #[test]
    fn texts_are_drawn_by_weight() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let choice = Choice::new([("a", 1), ("b", 0), ("c", 3)]);
        let drawn: Vec<&str> = (0..4000).map(|_| choice.draw(&mut rng)).collect();
        let count = |text: &str| drawn.iter().filter(|drawn| **drawn == text).count();
        assert!((900..1100).contains(&count("a")) && count("b") == 0, "{}", count("a"));
        assert_eq!(Choice::default().draw(&mut rng), "");
    }

    #[test]
    fn article_numbers_have_their_shape() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for _ in 0..100 {
            let number: Vec<char> = article_number("A-00#", &mut rng).chars().collect();
            let shaped = matches!(number[..], ['A'..='Z', '-', '0'..='9', '0'..='9', '#']);
            assert!(shaped, "{number:?}");
        }
    }

    #[test]
    fn suffixes_follow_the_counts() {
        let words = vocabulary();
        assert!(words.suffix_share("黑") > 0.7 && words.suffix_share("藏青") < words.suffix_share("黑"));
        assert!(words.frequency("黑") > words.frequency("藏青"));
    }
}
