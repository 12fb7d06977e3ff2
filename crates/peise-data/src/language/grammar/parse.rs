//! Whether a label derives from the grammar: every way through it at once, left to right.

use std::ops::Range;

use super::lexis::{COLOURLESS, JOINS, MODIFIERS, NUMBERED, PATTERNS};
use peise::colour::TERMS;
use peise::label::normalize;
use peise::label::statistics::{Place, Word, lexicon, phrases, word, words};
use peise::label::token::{Kind, atoms, kind};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Longest label looked at, in bytes.
const LONGEST_LABEL: usize = 300;
/// Longest word looked up, in bytes.
const LONGEST_WORD: usize = 36;
/// At most so many words of garments after a colour.
const NOUNS: u8 = 4;
/// At most so many words of one colour.
const COLOUR_WORDS: u8 = 5;
/// At most so many words before a colour.
const FRONT_WORDS: u8 = 2;
/// A single character that is to stand beside colours must do so in this share of its labels.
const SINGLE_SHARE: f64 = 0.4;

/// What a piece of a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// An article number.
    Code,
    /// A word before the colour.
    Front,
    /// A colour, 色 included.
    Colour,
    /// A colour that ends with 色.
    ClosedColour,
    /// A word before a colour that changes it: 浅, 烟.
    Shade,
    /// A pattern, which may stand behind 色.
    Pattern,
    /// A garment or other word behind the colour.
    Noun,
    /// A garment of one character, which touches the colour: 裤, 裙.
    Garment,
    /// What joins parts.
    Join,
    /// A mark that joins nothing.
    Mark,
    /// A note in brackets, brackets included.
    Note,
    /// A whole label without colour.
    Colourless,
}

/// How a label derives from the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    /// The normalised label.
    pub text: String,
    /// Its pieces from left to right, as byte ranges that together are the label.
    pub pieces: Vec<(Symbol, Range<usize>)>,
}

/// Where in a label the grammar is, with the number of words so far where that is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    /// Before the first colour of the label.
    Start(u8),
    /// After a code that began the label.
    Numbered(u8),
    /// After a join.
    Joined(u8),
    /// After so many words of a colour.
    Coloured(u8),
    /// After so many words of a colour, the last of which ends with 色.
    Closed(u8),
    /// After so many words of a colour, the last of which wants a colour behind it: 浅, 烟.
    Shaded(u8),
    /// After so many garment words.
    Named(u8),
    /// After a note or code that follows the colour.
    Noted,
}

/// How a state was reached: from where, by what.
type Origin = (usize, State, Symbol);

/// Reads a label; `None` unless it derives from the grammar. Sellers' slips of spelling do not derive.
pub fn parse(label: &str) -> Option<Parse> {
    let text = normalize(label);
    if text.is_empty() || text.len() > LONGEST_LABEL {
        return None;
    }
    if is_colourless(&text) {
        let pieces = vec![(Symbol::Colourless, 0..text.len())];
        return Some(Parse { text, pieces });
    }
    let mut ways: Vec<Vec<(State, Option<Origin>)>> = vec![Vec::new(); text.len() + 1];
    ways[0].push((State::Start(0), None));
    for at in 0..text.len() {
        if ways[at].is_empty() {
            continue;
        }
        for (end, symbol) in symbols(&text, at) {
            for index in 0..ways[at].len() {
                let from = ways[at][index].0;
                let Some(to) = next(from, symbol) else { continue };
                if !ways[end].iter().any(|(state, _)| *state == to) {
                    ways[end].push((to, Some((at, from, symbol))));
                }
            }
        }
    }
    let is_end =
        |state: &State| matches!(state, State::Coloured(_) | State::Closed(_) | State::Named(_) | State::Noted);
    let mut state = ways[text.len()].iter().map(|(state, _)| *state).find(is_end)?;
    let (mut at, mut pieces) = (text.len(), Vec::new());
    while let Some((_, Some((from, before, symbol)))) = ways[at].iter().find(|(other, _)| *other == state) {
        pieces.push((*symbol, *from..at));
        (at, state) = (*from, *before);
    }
    pieces.reverse();
    Some(Parse { text, pieces })
}

/// The grammar's rules: the state after a symbol.
fn next(state: State, symbol: Symbol) -> Option<State> {
    use State::{Closed, Coloured, Joined, Named, Noted, Numbered, Shaded, Start};
    use Symbol::Garment;
    use Symbol::{ClosedColour, Code, Colour, Front, Join, Mark, Note, Noun, Pattern, Shade};
    match (state, symbol) {
        (Start(words), Code) => Some(Numbered(words)),
        (Start(words), Mark | Note) => Some(Start(words)),
        (Numbered(words), Mark | Note) => Some(Numbered(words)),
        (Start(words) | Numbered(words), Front) if words < FRONT_WORDS => Some(Start(words + 1)),
        (Joined(words), Front) if words < FRONT_WORDS => Some(Joined(words + 1)),
        (Joined(words), Code | Mark) => Some(Joined(words)),
        (Start(_) | Numbered(_) | Joined(_), Colour | Pattern) => Some(Coloured(1)),
        (Start(_) | Numbered(_) | Joined(_), Shade) => Some(Shaded(1)),
        (Start(_) | Numbered(_) | Joined(_), ClosedColour) => Some(Closed(1)),
        (Joined(0), Noun | Garment) => Some(Named(1)),
        (Coloured(words) | Shaded(words), Colour | Pattern) if words < COLOUR_WORDS => Some(Coloured(words + 1)),
        (Coloured(words) | Shaded(words), ClosedColour) if words < COLOUR_WORDS => Some(Closed(words + 1)),
        (Coloured(words) | Shaded(words), Shade) if words < COLOUR_WORDS => Some(Shaded(words + 1)),
        (Closed(words), Pattern) if words < COLOUR_WORDS => Some(Coloured(words + 1)),
        (Coloured(_) | Closed(_), Noun | Garment) => Some(Named(1)),
        (Named(words), Noun) if words < NOUNS => Some(Named(words + 1)),
        // 白上衣黑裤: a colour may follow a garment.
        (Named(_), Colour | Pattern) => Some(Coloured(1)),
        (Named(_), ClosedColour) => Some(Closed(1)),
        (Named(_), Shade) => Some(Shaded(1)),
        (Noted, Noun) => Some(Named(2)),
        (Coloured(_) | Closed(_) | Named(_) | Noted, Code | Note | Mark) => Some(Noted),
        (Coloured(_) | Closed(_) | Named(_) | Noted, Join) => Some(Joined(0)),
        _ => None,
    }
}

/// All symbols that begin at a byte, with their ends.
fn symbols(text: &str, at: usize) -> Vec<(usize, Symbol)> {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(length) = code(text, at) {
        found.push((at + length, Symbol::Code));
    }
    match first {
        '(' => {
            found.extend(note(rest).map(|length| (at + length, Symbol::Note)));
            found.extend(coloured_brackets(rest).map(|length| (at + length, Symbol::ClosedColour)));
        }
        '+' | '/' | '、' | '&' | ',' | '-' | ' ' | '*' | '~' => {
            let length = rest.find(|c| !"+/、&,-_ *~".contains(c)).unwrap_or(rest.len());
            found.push((at + length, Symbol::Join));
            found.push((at + length, Symbol::Mark));
        }
        _ if kind(first) == Kind::Mark && !")%".contains(first) => found.push((at + first.len_utf8(), Symbol::Mark)),
        _ => {}
    }
    for word_text in words_at(text, at) {
        let end = at + word_text.len();
        if let Some(&symbol) = colours().get(word_text) {
            found.push((end, symbol));
            if text[end..].starts_with('色') && symbol != Symbol::ClosedColour {
                found.push((end + '色'.len_utf8(), Symbol::ClosedColour));
            }
        }
        if JOINS.contains(&word_text) {
            found.push((end, Symbol::Join));
        }
        if let Some(word) = word(word_text) {
            found.extend(uses(word).map(|symbol| (end, symbol)));
        }
    }
    if let Some(end) = count(text, at) {
        found.extend([(end, Symbol::Noun), (end, Symbol::Front)]);
    }
    found
}

/// Texts of whole atoms that begin here, up to the longest word there is.
fn words_at(text: &str, at: usize) -> impl Iterator<Item = &str> {
    let inside =
        |left: char, right: char| kind(left) == kind(right) && matches!(kind(left), Kind::Digits | Kind::Latin);
    let cut = move |at: usize| match (text[..at].chars().next_back(), text[at..].chars().next()) {
        (Some(left), Some(right)) => !inside(left, right),
        _ => true,
    };
    let ends = text[at..].char_indices().map(move |(from, c)| at + from + c.len_utf8());
    ends.take_while(move |end| end - at <= LONGEST_WORD)
        .filter(move |&end| cut(at) && cut(end))
        .map(move |end| &text[at..end])
}

/// What a word that is no colour may be, by where it stands in real labels.
fn uses(word: &Word) -> impl Iterator<Item = Symbol> {
    let single = word.text.chars().nth(1).is_none();
    let share = |count: u32| f64::from(count) / f64::from(word.labels.max(1));
    let stands = |count: u32| count >= 2 && (!single || share(count) >= SINGLE_SHARE);
    let named = !single && word.back >= 3;
    let behind = word.back.max(word.several);
    [
        (stands(word.front) || named).then_some(Symbol::Front),
        stands(behind).then_some(if single { Symbol::Garment } else { Symbol::Noun }),
    ]
    .into_iter()
    .flatten()
    .filter(|_| word.text.chars().any(|c| kind(c) == Kind::Word) || word.text == "t")
}

/// Bytes of the article number here: letters and digits with marks, up to a Chinese character or a join.
fn code(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    if text[..at].ends_with(alphanumeric) {
        return None;
    }
    let length = rest.find(|c: char| !alphanumeric(c) && !"#-_.=*/".contains(c)).unwrap_or(rest.len());
    let code = &rest[..length];
    let letters = code.chars().filter(char::is_ascii_alphabetic).count();
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let valid =
        (digits > 0 && letters <= 8 && digits <= 12) || (digits == 0 && (1..=2).contains(&letters)) || code == "#";
    valid.then_some(length)
}

/// The end of a number with what it counts: 3件, 30天, 100%.
fn count(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|&digits| (1..=3).contains(&digits))?;
    if rest[digits..].starts_with('%') {
        return Some(at + digits + 1);
    }
    let counted = lexicon().cut(&rest[digits..]).into_iter().next()?;
    let word = word(&rest[digits..][counted.clone()])?;
    (word.counted * 4 >= word.labels).then_some(at + digits + counted.end)
}

/// Bytes of the brackets that begin here, if a label by itself stands in them.
fn coloured_brackets(rest: &str) -> Option<usize> {
    let close = rest.find(')')?;
    let content = &rest[1..close];
    (!content.contains('(') && parse(content).is_some()).then_some(close + 1)
}

/// Bytes of the note that begins here, brackets included; an unclosed one reaches to the end.
fn note(rest: &str) -> Option<usize> {
    let (content, length) = match rest.find(')') {
        Some(close) => (&rest[1..close], close + 1),
        None => (&rest[1..], rest.len()),
    };
    if is_note(content) {
        return Some(length);
    }
    None
}

/// Whether words, numbers, colours and marks of the table make up a note.
fn is_note(content: &str) -> bool {
    let known = |range: Range<usize>| {
        let text = &content[range];
        let other = text.chars().all(|c| kind(c) != Kind::Word);
        other
            || text == "色"
            || word(text).is_some_and(|word| word.bracket > 0 || text.chars().nth(1).is_some())
            || colours().contains_key(text)
    };
    !content.contains('(') && lexicon().cut(content).into_iter().all(known)
}

fn is_colourless(text: &str) -> bool {
    let numbered = |&(before, after): &(&str, &str)| {
        let inner = text.strip_prefix(before).and_then(|text| text.strip_suffix(after));
        inner.is_some_and(|inner| !inner.is_empty() && atoms(inner).len() == 1 && inner.is_ascii() && inner.len() <= 2)
    };
    COLOURLESS.contains(&text) || NUMBERED.iter().any(numbered)
}

/// Everything that may stand in a colour: terms, modifiers, patterns, and what readers took for colours.
fn colours() -> &'static HashMap<&'static str, Symbol> {
    static COLOURS: LazyLock<HashMap<&'static str, Symbol>> = LazyLock::new(|| {
        let closed =
            |text: &'static str| (text, if text.ends_with('色') { Symbol::ClosedColour } else { Symbol::Colour });
        let learnt = words().iter().filter(|word| word.colour * 2 > word.labels && word.text != "色");
        let shades = learnt.map(|word| match closed(word.text) {
            (text, Symbol::Colour) => (text, Symbol::Shade),
            closed => closed,
        });
        let modifiers = MODIFIERS.iter().flat_map(|(_, words)| words.iter().map(|word| (*word, Symbol::Shade)));
        let read = phrases(Place::Colour).iter().map(|phrase| phrase.text).filter(|text| *text != "色").map(closed);
        let terms = TERMS.iter().flat_map(|term| term.chinese.iter().chain(term.english).map(|word| closed(word)));
        let patterns = PATTERNS.iter().flat_map(|(_, words)| words.iter().map(|word| (*word, Symbol::Pattern)));
        // Where a word is several, the last counts.
        shades.chain(modifiers).chain(read).chain(terms).chain(patterns).collect()
    });
    &COLOURS
}
