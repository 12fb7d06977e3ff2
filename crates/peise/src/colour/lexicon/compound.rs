//! Words that are written together: hellblau, 다크그레이, ライトピンク, schwarzweiß.

use std::ops::Range;

use super::folded::{Class, class};
use super::words::{Entry, WordList};
use super::{Concept, Role};

/// Longer runs of letters are not taken apart; this bounds the time.
const LONGEST: usize = 40;
/// A compound has at most this many parts.
const MOST_PARTS: usize = 4;
/// Languages whose last part alone tells the colour: Zeltgrau, steingrün.
const LAST_PART_TELLS: [&str; 10] = ["de", "nl", "sv", "da", "nb", "fi", "hu", "et", "is", "af"];

/// Languages whose nouns change their endings.
const INFLECTING: [&str; 16] =
    ["ru", "uk", "be", "bg", "mk", "sr", "hr", "sl", "pl", "cs", "sk", "lt", "lv", "fi", "et", "hu"];

/// A part of a run with what it may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub range: Range<usize>,
    /// Empty where the part is unknown.
    pub entries: Vec<Entry>,
    /// Whether it is a guess from the end of the run alone.
    pub guessed: bool,
}

/// What the parts of a run are looked up in.
#[derive(Clone, Copy)]
pub struct Splitter<'a> {
    pub words: &'a WordList,
    pub concepts: &'a [Concept],
    pub languages: &'a [std::sync::Arc<str>],
}

impl Splitter<'_> {
    /// Takes a run of letters of one script apart; `None` where no part is known.
    pub fn split(self, run: &[char]) -> Option<Vec<Part>> {
        if run.len() > LONGEST || run.len() < 2 {
            return None;
        }
        let kind = class(run[0]);
        let mut parts = Vec::new();
        let steps = &mut 400;
        if self.cover(run, 0, u64::MAX, shortest(kind), &mut parts, steps) {
            return Some(parts);
        }
        match kind {
            Class::Hangul | Class::Katakana => self.at_an_end(run, kind),
            Class::Letter(_) => self.last_part(run),
            _ => None,
        }
    }

    fn role(self, entry: &Entry) -> Role {
        self.concepts[usize::from(entry.concept)].role
    }

    /// Covers the whole run with words that share a language, one of them a colour; longest words first.
    fn cover(
        self,
        run: &[char],
        from: usize,
        languages: u64,
        shortest: usize,
        parts: &mut Vec<Part>,
        steps: &mut usize,
    ) -> bool {
        if from == run.len() {
            let colour = |part: &Part| part.entries.iter().any(|entry| self.role(entry) == Role::Colour);
            if !parts.iter().any(colour) {
                return false;
            }
            for part in parts.iter_mut() {
                part.entries.retain(|entry| languages >> entry.language.min(63) & 1 == 1);
            }
            return true;
        }
        if parts.len() == MOST_PARTS {
            return false;
        }
        let mut found: Vec<(usize, &[Entry])> = self.words.prefixes(&run[from..]).collect();
        found.reverse();
        for (length, entries) in found {
            *steps = steps.saturating_sub(1);
            if *steps == 0 || length < shortest || length == run.len() {
                continue;
            }
            let usable = |entry: &&Entry| {
                let role = self.role(entry);
                matches!(role, Role::Colour | Role::Modifier | Role::Pattern | Role::Part | Role::Connective)
            };
            let entries: Vec<Entry> = entries.iter().filter(usable).cloned().collect();
            let shared = languages & entries.iter().fold(0, |mask, entry| mask | 1_u64 << entry.language.min(63));
            if shared == 0 {
                continue;
            }
            parts.push(Part { range: from..from + length, entries, guessed: false });
            if self.cover(run, from + length, shared, shortest, parts, steps) {
                return true;
            }
            parts.pop();
        }
        false
    }

    /// A colour at the front or back of a run of Hangul or katakana; the rest is unknown.
    fn at_an_end(self, run: &[char], kind: Class) -> Option<Vec<Part>> {
        let least = if kind == Class::Hangul { 2 } else { 3 };
        let colours = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|entry| self.role(entry) == Role::Colour).cloned().collect()
        };
        let unknown = |range: Range<usize>| Part { range, entries: Vec::new(), guessed: false };
        let front = self.words.prefixes(run).filter(|&(length, _)| length >= least).last();
        if let Some((length, entries)) = front
            && let entries = colours(entries)
            && !entries.is_empty()
            && kind == Class::Hangul
        {
            return Some(vec![Part { range: 0..length, entries, guessed: true }, unknown(length..run.len())]);
        }
        (1..(run.len() + 1).saturating_sub(least)).find_map(|start| {
            let entries = colours(self.words.get(&run[start..])?);
            let known = Part { range: start..run.len(), entries, guessed: true };
            (!known.entries.is_empty()).then(|| vec![unknown(0..start), known])
        })
    }

    /// A word whose last letters changed with its case: с логотипом, z białą podeszwą.
    pub fn inflected(self, run: &[char]) -> Option<Vec<Entry>> {
        if run.len() < 5 || run.len() > LONGEST {
            return None;
        }
        let usable = |entry: &&Entry| {
            let language = self.languages.get(usize::from(entry.language)).map_or("", |language| &**language);
            let role = self.role(entry);
            INFLECTING.contains(&language) && matches!(role, Role::Part | Role::Pattern | Role::Material | Role::Colour)
        };
        (4.max(run.len() - 3)..=run.len()).rev().find_map(|kept| {
            let near = self.words.beginning_with(&run[..kept], 40).filter(|(word, _)| word.len() <= kept + 2);
            let entries: Vec<Entry> = near.flat_map(|(_, entries)| entries.iter().filter(usable).cloned()).collect();
            (!entries.is_empty()).then_some(entries)
        })
    }

    /// A colour at the back of a word of a language that builds compounds.
    fn last_part(self, run: &[char]) -> Option<Vec<Part>> {
        (3..run.len().saturating_sub(3)).find_map(|start| {
            let usable = |entry: &&Entry| {
                let language = self.languages.get(usize::from(entry.language)).map_or("", |language| &**language);
                self.role(entry) == Role::Colour && LAST_PART_TELLS.contains(&language)
            };
            let entries: Vec<Entry> = self.words.get(&run[start..])?.iter().filter(usable).cloned().collect();
            let known = Part { range: start..run.len(), entries, guessed: true };
            let unknown = Part { range: 0..start, entries: Vec::new(), guessed: false };
            (!known.entries.is_empty()).then(|| vec![unknown, known])
        })
    }
}

/// Shortest part of a compound.
fn shortest(kind: Class) -> usize {
    match kind {
        Class::Hangul => 1,
        Class::Katakana => 2,
        _ => 3,
    }
}
