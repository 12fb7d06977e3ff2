//! All words of a table in one sorted list, searched by prefix.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::folded::Folded;
use super::table::Table;
use super::{Concept, Role};

/// Key of the words that may be given names instead of colours.
pub const GIVEN_NAME: &str = "given name";

/// Key of the words that are colours only where no plainer colour stands beside them: night, ice.
pub const EVOCATIVE: &str = "evocative";

/// What one spelling means in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Index of the language.
    pub language: u8,
    /// Index of the concept.
    pub concept: u16,
    /// The spelling with its accents.
    pub plain: Box<[char]>,
}

/// Spellings, folded and sorted, with what they mean.
#[derive(Debug, Clone, Default)]
pub struct WordList {
    words: Vec<(Box<[char]>, Vec<Entry>)>,
    by_first: HashMap<char, Range<usize>>,
}

impl WordList {
    /// Sorts spellings; those that fold to the same are joined.
    pub fn new(spellings: impl IntoIterator<Item = (String, u8, u16)>) -> Self {
        let mut joined: HashMap<Box<[char]>, Vec<Entry>> = HashMap::new();
        for (word, language, concept) in spellings {
            let folded = Folded::new(&word, usize::MAX);
            if folded.characters.is_empty() {
                continue;
            }
            let entries = joined.entry(folded.characters.into_boxed_slice()).or_default();
            let entry = Entry { language, concept, plain: folded.plain.into_boxed_slice() };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        let mut words: Vec<_> = joined.into_iter().collect();
        words.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let mut by_first: HashMap<char, Range<usize>> = HashMap::new();
        for (index, (word, _)) in words.iter().enumerate() {
            by_first.entry(word[0]).or_insert(index..index).end = index + 1;
        }
        Self { words, by_first }
    }

    /// Number of different spellings.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Every spelling with its meanings, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[char], &[Entry])> {
        self.words.iter().map(|(word, entries)| (&**word, entries.as_slice()))
    }

    /// Spellings that begin with a folded text, shortest and first ones first, at most `limit`.
    pub fn beginning_with<'a>(
        &'a self,
        text: &'a [char],
        limit: usize,
    ) -> impl Iterator<Item = (&'a [char], &'a [Entry])> {
        let start = self.words.partition_point(|(word, _)| **word < *text);
        self.words[start..]
            .iter()
            .take_while(|(word, _)| word.starts_with(text))
            .take(limit)
            .map(|(word, entries)| (&**word, entries.as_slice()))
    }

    /// The meanings of exactly this folded text.
    pub fn get(&self, text: &[char]) -> Option<&[Entry]> {
        let index = self.words.binary_search_by(|(word, _)| (**word).cmp(text)).ok()?;
        Some(&self.words[index].1)
    }

    /// Every spelling that a text begins with, shortest first, with its length.
    pub fn prefixes<'a>(&'a self, text: &'a [char]) -> impl Iterator<Item = (usize, &'a [Entry])> {
        let mut range = text.first().and_then(|first| self.by_first.get(first)).cloned().unwrap_or(0..0);
        let mut depth = 1;
        std::iter::from_fn(move || {
            while !range.is_empty() && depth <= text.len() {
                let found = &self.words[range.start];
                let whole = found.0.len() == depth;
                let length = depth;
                if let Some(next) = text.get(depth) {
                    let part = &self.words[range.clone()];
                    let low = part.partition_point(|(word, _)| word.get(depth).is_none_or(|at| at < next));
                    let high = part.partition_point(|(word, _)| word.get(depth).is_none_or(|at| at <= next));
                    range = range.start + low..range.start + high;
                }
                depth += 1;
                if whole {
                    return Some((length, found.1.as_slice()));
                }
            }
            None
        })
    }
}

/// Index of a language in `languages`, which grows as needed.
pub fn language_index(languages: &mut Vec<Arc<str>>, language: &str) -> u8 {
    let at = languages.iter().position(|known| &**known == language).unwrap_or_else(|| {
        languages.push(language.into());
        languages.len() - 1
    });
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// All spellings of a table: endings applied, and what shops do with them: words joined, umlauts written out, the
/// Arabic and Hebrew articles.
pub fn spellings(table: &Table<'_>, concepts: &[Concept], languages: &mut Vec<Arc<str>>) -> Vec<(String, u8, u16)> {
    let by_key: HashMap<(Role, &str), u16> =
        concepts.iter().enumerate().map(|(at, concept)| ((concept.role, &*concept.key), at as u16)).collect();
    let mut endings: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    let mut spellings = Vec::new();
    for row in &table.words {
        if row.role == "endings" {
            endings.insert((row.language, row.key), row.words().flat_map(str::split_whitespace).collect());
            continue;
        }
        let Some(role) = Role::from_table(row.role) else { continue };
        // These are colour words too; what they are, their neighbours tell.
        if row.key == GIVEN_NAME || row.key == EVOCATIVE {
            continue;
        }
        let Some(&concept) = by_key.get(&(role, row.key)) else { continue };
        // `zh` holds the fixed terms; for reading they are Chinese like the rest.
        let language = if row.language == "zh" { "zh-CN" } else { row.language };
        let index = language_index(languages, language);
        for word in row.words() {
            let forms: Vec<String> = match word.split_once('*') {
                None => vec![word.to_owned()],
                Some((stem, rest)) => {
                    let (list, tail) = rest.split_once(' ').map_or((rest, ""), |(list, tail)| (list, tail));
                    let list = endings.get(&(row.language, list)).map(Vec::as_slice).unwrap_or_default();
                    let form = |ending: &&str| {
                        let ending = if *ending == "-" { "" } else { ending };
                        format!("{stem}{ending} {tail}").trim_end().to_owned()
                    };
                    list.iter().map(form).collect()
                }
            };
            for form in forms {
                for variant in variants(&form, language, role) {
                    spellings.push((variant, index, concept));
                }
                spellings.push((form, index, concept));
            }
        }
    }
    spellings
}

/// Other ways of writing a word.
fn variants(word: &str, language: &str, role: Role) -> Vec<String> {
    let mut variants = Vec::new();
    let spaced = word.contains([' ', '-']);
    if spaced && role == Role::Colour {
        let joined: String = word.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        if joined.chars().count() >= 7 {
            variants.push(joined);
        }
    }
    match language {
        "de" | "sv" | "da" | "nb" | "fi" | "et" => {
            let written = word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('å', "aa");
            let written = written.replace('ø', "oe");
            if written != word {
                variants.push(written);
            }
        }
        "ar" | "he" => {
            let article = if language == "ar" { "ال" } else { "ה" };
            // "And" is one letter, written together with the next word.
            let and = if language == "ar" { "و" } else { "ו" };
            variants.push(format!("{article}{word}"));
            variants.push(format!("{and}{word}"));
            variants.push(format!("{and}{article}{word}"));
            if word.contains(' ') {
                variants.push(word.split(' ').map(|part| format!("{article}{part}")).collect::<Vec<_>>().join(" "));
            }
        }
        _ => {}
    }
    variants
}
