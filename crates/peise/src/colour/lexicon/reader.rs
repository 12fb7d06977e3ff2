//! Labels to words with their meanings: longest match, whole words, read in the listing's language.

use std::ops::Range;

use super::codes::{Code, code_at};
use super::compound::Splitter;
use super::folded::{Class, Folded, class};
use super::language::{self, Shares};
use super::reading::{self, Item, ListingReading, Meaning};
use super::words::Entry;
use super::{Lexicon, Role};

/// Characters of a label that are read; no seller's label is longer.
pub const LONGEST_LABEL: usize = 2_000;
/// Guesses and short words need at least this share of their language in the listing.
const LEAST_SHARE: f32 = 0.2;

/// One thing that a word may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub language: u8,
    pub concept: u16,
    /// Whether the accents agree.
    pub exact: bool,
}

/// A piece of a label: a word with its possible meanings, a mark, a code, or text that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Folded characters.
    pub range: Range<usize>,
    /// Empty for marks, codes and unknown text.
    pub candidates: Vec<Candidate>,
    pub code: Option<Code>,
    pub mark: Option<char>,
    /// Whether spelling or compound was guessed.
    pub guessed: bool,
    /// Whether it is unknown text that says nothing of the looks: a number, a size, part of a compound.
    pub aside: bool,
}

impl Token {
    fn unknown(range: Range<usize>) -> Self {
        Self { range, candidates: Vec::new(), code: None, mark: None, guessed: false, aside: false }
    }
}

/// Reads the labels of a listing.
pub fn read(lexicon: &Lexicon, labels: &[&str]) -> ListingReading {
    let languages = &lexicon.shared.languages;
    let folded: Vec<Folded> = labels.iter().map(|label| Folded::new(label, LONGEST_LABEL)).collect();
    // Words in Chinese characters are Japanese only where something else is.
    let chinese = !labels.iter().any(|label| language::is_japanese(label));
    let without = languages.iter().position(|language| chinese && &**language == "ja").map(|at| at as u8);
    let tokens: Vec<Vec<Token>> = folded.iter().map(|text| tokens(lexicon, text, without)).collect();
    let votes: Vec<Vec<f32>> = labels
        .iter()
        .zip(&tokens)
        .map(|(label, tokens)| language::votes(label, tokens, languages, |concept| lexicon.concept(concept).role))
        .collect();
    let listing = language::shares(&votes, languages, true);
    let items = labels.iter().zip(&folded).zip(tokens.iter().zip(&votes)).map(|((label, text), (tokens, votes))| {
        let own = language::shares([votes], languages, false);
        let chooser = Chooser { lexicon, listing: &listing, label: &own };
        tokens.iter().map(|token| chooser.item(token, text, label)).collect::<Vec<Item>>()
    });
    reading::listing(lexicon, labels, items.collect(), &listing)
}

/// Cuts a folded text into tokens; words of one language may be left out.
fn tokens(lexicon: &Lexicon, text: &Folded, without: Option<u8>) -> Vec<Token> {
    let characters = &text.characters;
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let kind = class(characters[at]);
        if kind == Class::Space {
            at += 1;
            continue;
        }
        let bare = |range: Range<usize>| Token::unknown(range);
        if let Some((length, candidates)) = shop_word(lexicon, text, at) {
            tokens.push(Token { candidates, ..bare(at..at + length) });
            at += length;
        } else if let Some((code, length)) = code_at(text, at) {
            tokens.push(Token { code: Some(code), ..bare(at..at + length) });
            at += length;
        } else if let Some((length, candidates)) = longest_word(lexicon, text, at, without) {
            tokens.push(Token { candidates, ..bare(at..at + length) });
            at += length;
        } else if kind == Class::Mark {
            tokens.push(Token { mark: Some(characters[at]), ..bare(at..at + 1) });
            at += 1;
        } else {
            let end = run_end(characters, at);
            unknown_run(lexicon, text, at..end, &mut tokens);
            at = end;
        }
    }
    tokens
}

/// End of the run of letters, digits, katakana or Hangul; one character of a script without spaces.
fn run_end(characters: &[char], at: usize) -> usize {
    let kind = class(characters[at]);
    if kind == Class::Inside {
        return at + 1;
    }
    at + characters[at..].iter().take_while(|&&character| class(character) == kind).count()
}

/// Whether a word may end here: not inside a run.
fn may_end(characters: &[char], end: usize) -> bool {
    let Some(&next) = characters.get(end) else { return true };
    let (last, next) = (class(characters[end - 1]), class(next));
    last != next || matches!(last, Class::Inside | Class::Mark | Class::Space)
}

/// Whether a word may begin here: not inside a run.
fn may_begin(characters: &[char], at: usize) -> bool {
    at == 0 || may_end(characters, at)
}

fn longest_word(lexicon: &Lexicon, text: &Folded, at: usize, without: Option<u8>) -> Option<(usize, Vec<Candidate>)> {
    let characters = &text.characters;
    if !may_begin(characters, at) {
        return None;
    }
    let fits = |&(length, entries): &(usize, &[Entry])| {
        may_end(characters, at + length) && entries.iter().any(|entry| Some(entry.language) != without)
    };
    let (length, entries) = lexicon.shared.words.prefixes(&characters[at..]).filter(fits).last()?;
    let mut candidates = candidates(entries, &text.plain[at..at + length]);
    candidates.retain(|candidate| Some(candidate.language) != without);
    Some((length, candidates))
}

/// A shop's own name, which goes before everything else.
fn shop_word(lexicon: &Lexicon, text: &Folded, at: usize) -> Option<(usize, Vec<Candidate>)> {
    let characters = &text.characters;
    if lexicon.shop_concepts.is_empty() || !may_begin(characters, at) {
        return None;
    }
    let fits = |&(length, _): &(usize, &[Entry])| may_end(characters, at + length);
    let (length, entries) = lexicon.shop.prefixes(&characters[at..]).filter(fits).last()?;
    Some((length, candidates(entries, &text.plain[at..at + length])))
}

fn candidates(entries: &[Entry], plain: &[char]) -> Vec<Candidate> {
    let candidate =
        |entry: &Entry| Candidate { language: entry.language, concept: entry.concept, exact: *entry.plain == *plain };
    entries.iter().map(candidate).collect()
}

/// A run that is no word: a compound, a slip of the keyboard, or unknown.
fn unknown_run(lexicon: &Lexicon, text: &Folded, range: Range<usize>, tokens: &mut Vec<Token>) {
    let shared = &lexicon.shared;
    let run = &text.characters[range.clone()];
    let token = |range: Range<usize>, candidates, guessed| Token { candidates, guessed, ..Token::unknown(range) };
    if is_number_or_size(run) {
        tokens.push(Token { aside: true, ..Token::unknown(range) });
        return;
    }
    let splitter = Splitter { words: &shared.words, concepts: &shared.concepts, languages: &shared.languages };
    if matches!(class(run[0]), Class::Letter(_) | Class::Hangul | Class::Katakana) {
        if let Some(parts) = splitter.split(run) {
            for part in parts {
                let range = range.start + part.range.start..range.start + part.range.end;
                let candidates = candidates(&part.entries, &text.plain[range.clone()]);
                let aside = candidates.is_empty();
                tokens.push(Token { aside, ..token(range, candidates, part.guessed) });
            }
            return;
        }
        let guess = shared.typos.correct(run).or_else(|| splitter.inflected(run));
        if let Some(entries) = guess {
            tokens.push(token(range, candidates(&entries, &[]), true));
            return;
        }
    }
    match tokens.last_mut() {
        Some(last)
            if last.range.end == range.start
                && last.candidates.is_empty()
                && last.code.is_none()
                && last.mark.is_none()
                && !last.aside =>
        {
            last.range.end = range.end;
        }
        _ => tokens.push(token(range, Vec::new(), false)),
    }
}

/// Whether a run is a number, or a size of clothes: M, XL, 3XL.
fn is_number_or_size(run: &[char]) -> bool {
    let letters: String = run.iter().filter(|character| !character.is_ascii_digit()).collect();
    letters.is_empty() || matches!(&*letters, "s" | "m" | "l" | "xs" | "xl" | "xxs" | "xxl" | "xxxl" | "xxxxl")
}

/// Chooses what a word means, in the language of label and listing.
struct Chooser<'a> {
    lexicon: &'a Lexicon,
    listing: &'a Shares,
    label: &'a Shares,
}

impl Chooser<'_> {
    fn item(&self, token: &Token, text: &Folded, label: &str) -> Item {
        let bytes = text.bytes[token.range.start].start..text.bytes[token.range.end - 1].end;
        let meaning = match (&token.code, token.mark) {
            (Some(code), _) => self.code(code),
            (None, Some(mark)) => Meaning::Mark(mark),
            (None, None) => match self.choose(token) {
                Some(candidate) => Meaning::Concept { concept: candidate.concept, language: candidate.language },
                None if token.aside => Meaning::Aside,
                None => Meaning::Unknown,
            },
        };
        Item { text: label[bytes.clone()].to_owned(), bytes, meaning }
    }

    fn code(&self, code: &Code) -> Meaning {
        match *code {
            Code::Srgb(srgb) => Meaning::Srgb(srgb),
            Code::Ral(number) => {
                let key = format!("RAL {number}");
                let at = self.lexicon.shared.concepts.iter().position(|concept| *concept.key == *key);
                at.map_or(Meaning::Unknown, |at| Meaning::Concept { concept: at as u16, language: u8::MAX })
            }
        }
    }

    fn choose<'t>(&self, token: &'t Token) -> Option<&'t Candidate> {
        let score = |candidate: &Candidate| {
            if candidate.language == u8::MAX {
                return f32::INFINITY;
            }
            let role = match self.lexicon.concept(candidate.concept).role {
                Role::Name => 0.2,
                Role::Colour => 0.15,
                Role::Modifier | Role::Random => 0.1,
                Role::Pattern => 0.05,
                _ => 0.0,
            };
            let exact = if candidate.exact { 0.3 } else { 0.0 };
            self.listing.of(candidate.language) + 0.7 * self.label.of(candidate.language) + exact + role
        };
        let mut best: Option<(&Candidate, f32)> = None;
        for candidate in &token.candidates {
            let score = score(candidate);
            if best.is_none_or(|(_, highest)| score > highest + 1e-6) {
                best = Some((candidate, score));
            }
        }
        best.map(|(candidate, _)| candidate).filter(|candidate| self.is_likely(token, candidate))
    }

    /// Whether a guess, a short word, or a word without its accents is likely meant in this listing.
    fn is_likely(&self, token: &Token, candidate: &Candidate) -> bool {
        if candidate.language == u8::MAX {
            return true;
        }
        let length = token.range.len();
        let language = &*self.lexicon.shared.languages[usize::from(candidate.language)];
        let share = self.listing.of(candidate.language).max(0.6 * self.label.of(candidate.language));
        if token.guessed || (!candidate.exact && length < 5) {
            return share >= LEAST_SHARE;
        }
        let spaced = !matches!(language, "zh-CN" | "zh-TW" | "ja" | "ko" | "th" | "en");
        length > 3 || !spaced || share >= LEAST_SHARE
    }
}
