//! Slips of one letter in long colour words.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::folded::{Class, class};
use super::words::{Entry, WordList};
use super::{Concept, Role};

/// Shorter words are too near to others.
const SHORTEST: usize = 5;
/// Longer runs of letters are no words.
const LONGEST: usize = 24;
/// Words of [`SHORTEST`] letters are corrected only towards these concepts.
const PLAIN: [&str; 16] = [
    "Black",
    "White",
    "Grey",
    "Brown",
    "Red",
    "Orange",
    "Yellow",
    "Green",
    "Blue",
    "Purple",
    "Pink",
    "Beige",
    "Khaki",
    "Off White",
    "Camel",
    "Olive",
];

/// Colour words by what is left when one letter is taken out; two words are one slip apart if they share such a rest.
#[derive(Debug, Default)]
pub struct Typos {
    by_rest: HashMap<u64, Vec<u32>>,
    words: Vec<(Box<[char]>, Vec<Entry>)>,
}

impl Typos {
    /// Takes the colour words of scripts with spaces.
    pub fn new(list: &WordList, concepts: &[Concept]) -> Self {
        let mut typos = Self::default();
        for (word, entries) in list.iter() {
            let letters = word.iter().all(|&character| matches!(class(character), Class::Letter(_)));
            if !letters || word.len() < SHORTEST || word.len() > LONGEST {
                continue;
            }
            let kept = |entry: &&Entry| {
                let concept = &concepts[usize::from(entry.concept)];
                concept.role == Role::Colour && (word.len() > SHORTEST || PLAIN.contains(&&*concept.key))
            };
            let entries: Vec<Entry> = entries.iter().filter(kept).cloned().collect();
            if entries.is_empty() {
                continue;
            }
            let index = typos.words.len() as u32;
            for rest in rests(word) {
                typos.by_rest.entry(rest).or_default().push(index);
            }
            typos.words.push((word.into(), entries));
        }
        typos
    }

    /// The colour that a word of letters most likely means: one slip away from words of one concept and of no other.
    pub fn correct(&self, word: &[char]) -> Option<Vec<Entry>> {
        if word.len() < SHORTEST || word.len() > LONGEST {
            return None;
        }
        let mut found: Vec<Entry> = Vec::new();
        for rest in rests(word) {
            // Hashes may collide, and a rest may be shared by words two slips apart: each is checked.
            for &index in self.by_rest.get(&rest).map(Vec::as_slice).unwrap_or_default().iter().take(8) {
                let (candidate, entries) = &self.words[index as usize];
                if candidate[0] == word[0] && one_slip(candidate, word) {
                    found.extend(entries.iter().cloned());
                }
            }
        }
        let first = found.first()?.concept;
        found.iter().all(|entry| entry.concept == first).then_some(found)
    }
}

/// Hashes of a word and of what is left of it without one of its letters.
fn rests(word: &[char]) -> impl Iterator<Item = u64> {
    (0..=word.len()).map(|left_out| {
        let rest: String =
            word.iter().enumerate().filter(|&(at, _)| at != left_out).map(|(_, &character)| character).collect();
        xxh3_64(rest.as_bytes())
    })
}

/// Whether one letter more, less or other, or two neighbours swapped, make one word of the other.
fn one_slip(left: &[char], right: &[char]) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let front = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[front..], &long[front..]);
    match long.len() - short.len() {
        0 => {
            let swapped = short.len() >= 2 && short[0] == long[1] && short[1] == long[0] && short[2..] == long[2..];
            !short.is_empty() && (short[1..] == long[1..] || swapped)
        }
        1 => *short == long[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter() {
        for (left, right, expected) in [
            ("purpel", "purple", true),
            ("yelow", "yellow", true),
            ("yelllow", "yellow", true),
            ("burgandi", "burgundy", false),
            ("blakc", "black", true),
            ("same", "same", false),
        ] {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(one_slip(&characters(left), &characters(right)), expected, "{left}");
        }
    }
}
