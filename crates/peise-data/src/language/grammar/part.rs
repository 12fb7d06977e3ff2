//! Words for one part of an option: its colours, its pattern, its garment.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::lexis::{MODIFIERS, PATTERNS};
use super::option::{ColourText, Modifier, PartText, PatternWord};
use super::vocabulary::vocabulary;

/// How a seller writes colours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColourManner {
    /// What stands between two colours of a part, where no 拼 does.
    pub between: &'static str,
    /// 色 follows each word that has it in more than this share of labels.
    pub suffix_threshold: f64,
    /// Whether synonyms are written as often as counts say.
    pub synonyms: bool,
}

impl ColourManner {
    /// The colour words of a part with their pattern, as in 黑色, 浅蓝格, 黑白条纹, 黑拼白.
    pub(super) fn colours(&self, part: &PartText, rng: &mut ChaCha8Rng) -> String {
        let words: Vec<String> = part.colours.iter().map(|phrase| self.word(phrase, rng)).collect();
        let block = part.pattern == Some(PatternWord::ColourBlock);
        let blocked = block && words.len() > 1 && rng.random_bool(0.7);
        let between = if blocked { "拼" } else { self.between };
        let pattern = part.pattern.filter(|_| !blocked).map_or("", |pattern| pattern_word(pattern, rng));
        let joined = words.join(between);
        let suffixed = match words.last() {
            // Several colours in one, and patterns, mostly go without 色.
            Some(_) if words.len() > 1 || !pattern.is_empty() => self.suffix_threshold < 0.2,
            Some(last) => vocabulary().suffix_share(last) > self.suffix_threshold,
            None => false,
        };
        format!("{joined}{}{pattern}", if suffixed { "色" } else { "" })
    }

    /// A word for a colour, without 色.
    fn word(&self, phrase: &ColourText, rng: &mut ChaCha8Rng) -> String {
        let words = phrase.term.chinese;
        let count = |word: &str| f64::from(vocabulary().frequency(word)) + 0.1;
        let word = match self.synonyms {
            true => words.choose_weighted(rng, |word| count(word)).ok(),
            false => words.first(),
        };
        let modifiers = phrase.modifier.and_then(|modifier| MODIFIERS.iter().find(|(other, _)| *other == modifier));
        let modifier = modifiers
            .and_then(|(_, words)| words.choose_weighted(rng, |word| if *word == words[0] { 5.0 } else { 1.0 }).ok());
        format!("{}{}", modifier.unwrap_or(&""), word.unwrap_or(&""))
    }
}

fn pattern_word(pattern: PatternWord, rng: &mut ChaCha8Rng) -> &'static str {
    let words = PATTERNS.iter().find(|(other, _)| *other == pattern).map(|(_, words)| *words);
    words.and_then(|words| words.choose(rng)).copied().unwrap_or("")
}

/// Colour and garment in English: `Light Blue`, `Black shirt`.
pub(super) fn english(part: &PartText, with_noun: bool) -> String {
    let word = |phrase: &ColourText| {
        let modifier = match phrase.modifier {
            Some(Modifier::Light) => "light ",
            Some(Modifier::Dark) => "dark ",
            Some(Modifier::Vivid) => "bright ",
            None => "",
        };
        format!("{modifier}{}", phrase.term.english.first().unwrap_or(&""))
    };
    let colours: Vec<String> = part.colours.iter().map(word).collect();
    match part.english.first().filter(|_| with_noun) {
        Some(noun) => format!("{} {noun}", colours.join("/")),
        None => colours.join("/"),
    }
}

/// A garment word: the plainest of those given half of the time.
pub(super) fn noun(part: &PartText, rng: &mut ChaCha8Rng) -> &'static str {
    if part.nouns.len() > 1 && rng.random_bool(0.5) {
        return part.nouns[1..].choose(rng).copied().unwrap_or("");
    }
    part.nouns.first().copied().unwrap_or("")
}
