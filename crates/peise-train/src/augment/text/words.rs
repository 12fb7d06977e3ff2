//! The redundant words that sellers put around all labels of a listing.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::parts::{Parts, is_bracket};

/// Prefixes that sellers use; `{digit}` stands for a digit to be drawn.
pub const USUAL_PREFIXES: &[&str] = &[
    "{digit}{digit}{digit}#",
    "{digit}{digit}{digit}{digit}#",
    "a{digit}{digit}{digit}-",
    "{digit}{digit}{digit}{digit}款-",
    "(现货)",
    "(新款)",
    "新款",
];

/// Suffixes that sellers use; `{digit}` stands for a digit to be drawn.
pub const USUAL_SUFFIXES: &[&str] = &[
    "(现货)",
    "(预售)",
    "(推荐)",
    "(付款后{digit}天内发货)",
    "(收藏加购优先发货)",
    " m",
    " xl",
    " 均码",
    "上衣",
    "外套",
    "连衣裙",
    "裤子",
    "套装",
];

/// Where redundant words come from, such as those counted in real listings; repeat a word to have it drawn more often.
///
/// In every word `{digit}` is replaced by a digit, drawn anew for each listing. Words should name no colour. A suffix
/// that begins with a letter or a Chinese character is taken as a noun: it is put only where no label has several parts
/// or ends with a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'source> {
    /// Put before a label.
    pub prefixes: &'source [&'source str],
    /// Put after a label.
    pub suffixes: &'source [&'source str],
}

impl Default for Words<'static> {
    fn default() -> Self {
        Self { prefixes: USUAL_PREFIXES, suffixes: USUAL_SUFFIXES }
    }
}

impl Words<'_> {
    /// One prefix before all labels.
    pub(super) fn before(&self, labels: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
        let word = draw(self.prefixes, random);
        labels.iter().map(|label| glued(&word, label)).collect()
    }

    /// One suffix after all labels.
    pub(super) fn after(&self, labels: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
        let several = labels.iter().any(|label| Parts::of(label).texts.len() > 1 || label.ends_with(is_bracket));
        let fitting: Vec<&str> = self.suffixes.iter().copied().filter(|word| !(several && is_noun(word))).collect();
        let word = draw(&fitting, random);
        labels.iter().map(|label| glued(label, &word)).collect()
    }
}

fn is_noun(suffix: &str) -> bool {
    suffix.starts_with(char::is_alphanumeric)
}

/// A word with its digits drawn; nothing where there are no words.
fn draw(words: &[&str], random: &mut ChaCha8Rng) -> String {
    let mut pieces = words.choose(random).copied().unwrap_or("").split("{digit}");
    let mut word = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        word.push(char::from(b'0' + random.random_range(0..10u8)));
        word.push_str(piece);
    }
    word
}

/// Writes two texts after each other, with a space where letters or digits would run together.
fn glued(left: &str, right: &str) -> String {
    let runs_together =
        left.ends_with(|c: char| c.is_ascii_alphanumeric()) && right.starts_with(|c: char| c.is_ascii_alphanumeric());
    format!("{left}{}{right}", if runs_together { " " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::colour;

    #[test]
    fn usual_words_name_no_colour() {
        for word in USUAL_PREFIXES.iter().chain(USUAL_SUFFIXES) {
            assert_eq!(colour::mentions(word), [], "{word}");
            assert!(!word.is_empty());
        }
    }

    #[test]
    fn letters_do_not_run_together() {
        assert_eq!(glued("xl", "black"), "xl black");
        assert_eq!(glued("213#", "black"), "213#black");
        assert_eq!(glued("黑", "上衣"), "黑上衣");
    }
}
