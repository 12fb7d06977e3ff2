//! Cutting label text into words: the likeliest sequence under a table of words, each drawn by itself.

use std::collections::HashMap;
use std::ops::Range;

/// What an atom is, as far as boundaries are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole run of digits.
    Digits,
    /// A whole run of Latin letters.
    Latin,
    /// One other character that carries meaning: Chinese, other scripts, emoji.
    Word,
    /// One mark or space.
    Mark,
}

/// The kind of a character.
pub fn kind(character: char) -> Kind {
    match character {
        '0'..='9' => Kind::Digits,
        'a'..='z' | 'A'..='Z' => Kind::Latin,
        _ if character.is_whitespace() || character.is_ascii() => Kind::Mark,
        '、' | '。' | '·' | '・' | '–' | '—' | '―' | '‐' | '…' | '“' | '”' | '‘' | '’' | '•' | '→' => {
            Kind::Mark
        }
        _ => Kind::Word,
    }
}

/// The smallest pieces that are never cut: runs of digits, runs of Latin letters, single other characters.
pub fn atoms(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut atoms: Vec<(Range<usize>, Kind)> = Vec::new();
    for (at, character) in text.char_indices() {
        let (kind, end) = (kind(character), at + character.len_utf8());
        match atoms.last_mut() {
            Some((range, last)) if *last == kind && matches!(kind, Kind::Digits | Kind::Latin) => range.end = end,
            _ => atoms.push((at..end, kind)),
        }
    }
    atoms
}

/// Cost of an atom that the table does not know, in nats: above that of any word known.
const UNKNOWN_WORD: f64 = 14.0;
/// Cost of digits, marks and unknown letters, which are never cut differently.
const OTHER: f64 = 6.0;

/// Words with their costs.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    costs: HashMap<String, f64>,
    longest: usize,
}

impl Lexicon {
    /// Words with how often each occurs; the cost of a word is minus the logarithm of its share.
    pub fn new<'a>(counts: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let counts: Vec<(&str, u32)> = counts.into_iter().collect();
        let total = counts.iter().map(|&(_, count)| f64::from(count)).sum::<f64>().max(1.0);
        let longest = counts.iter().map(|(word, _)| atoms(word).len()).max().unwrap_or(0);
        let cost = |count: u32| -(f64::from(count.max(1)) / total).ln();
        Self { costs: counts.into_iter().map(|(word, count)| (word.to_owned(), cost(count))).collect(), longest }
    }

    /// Whether this is a word of the table.
    pub fn contains(&self, word: &str) -> bool {
        self.costs.contains_key(word)
    }

    /// The likeliest cut of a text into words and single atoms, as byte ranges; together they are the text.
    pub fn cut(&self, text: &str) -> Vec<Range<usize>> {
        let atoms = atoms(text);
        let mut best = vec![(0.0_f64, 0_usize); atoms.len() + 1];
        for end in 1..=atoms.len() {
            let mut choice = (f64::INFINITY, end - 1);
            for start in (end.saturating_sub(self.longest.max(1))..end).rev() {
                if start + 1 < end && !matches!(atoms[start].1, Kind::Word | Kind::Latin) {
                    break;
                }
                let known = self.costs.get(&text[atoms[start].0.start..atoms[end - 1].0.end]).copied();
                let cost = match known {
                    Some(cost) => cost,
                    None if start + 1 < end => continue,
                    None if atoms[start].1 == Kind::Word => UNKNOWN_WORD,
                    None => OTHER,
                };
                if best[start].0 + cost < choice.0 {
                    choice = (best[start].0 + cost, start);
                }
                if !matches!(atoms[end - 1].1, Kind::Word | Kind::Latin) {
                    break;
                }
            }
            best[end] = choice;
        }
        let mut cuts = Vec::new();
        let mut end = atoms.len();
        while end > 0 {
            let start = best[end].1;
            cuts.push(atoms[start].0.start..atoms[end - 1].0.end);
            end = start;
        }
        cuts.reverse();
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_into_the_likeliest_words() {
        let lexicon = Lexicon::new([("连衣裙", 50), ("裙", 20), ("t恤", 30), ("黑色", 90), ("黑", 30), ("色", 2)]);
        for (text, expected) in [
            ("黑色连衣裙", "黑色|连衣裙"),
            ("213#黑t恤", "213|#|黑|t恤"),
            ("at恤", "at|恤"),
            ("枫黑", "枫|黑"),
            ("", ""),
        ] {
            let words: Vec<&str> = lexicon.cut(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(words.join("|"), expected);
        }
    }
}
