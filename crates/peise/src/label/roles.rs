//! What the words of a label are there for, by their counts.

use std::ops::Range;

use super::statistics::{Word, lexicon, word};
use super::token::{Kind, kind};
use crate::colour::mentions;

/// A word that lies in the colour in more than this share of its labels is taken to be part of one.
const COLOUR_SHARE: f64 = 0.2;
/// Fewer labels than this prove it only where they are more than half: the reader slips at times.
const COLOUR_LABELS: u32 = 3;
/// A word that follows digits in at least this share of its labels counts something: 天, 件, 斤.
const COUNTED_SHARE: f64 = 0.25;

/// What a token is there for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// Part of a colour.
    Colour,
    /// A word of the table that is no colour.
    Known(&'static Word),
    /// Digits, or a word that counts and follows them.
    Count,
    /// Letters that are no word.
    Letters,
    /// A mark or space.
    Mark,
    /// What the table does not know.
    Unknown,
}

/// A token of a label: bytes and role.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub range: Range<usize>,
    pub role: Role,
}

/// Cuts a label into words with their roles; put together they are the label.
pub(super) fn tokens(label: &str) -> Vec<Token> {
    let colours = mentions(label);
    let mut tokens: Vec<Token> = Vec::new();
    for range in lexicon().cut(label) {
        let text = &label[range.clone()];
        let after_digits = tokens.last().is_some_and(|last: &Token| label[last.range.clone()].ends_with(is_digit));
        let overlaps = |colour: &Range<usize>| colour.start < range.end && range.start < colour.end;
        let mentioned = colours.iter().any(|mention| {
            let wider = range.len() > mention.range.len() && text.contains(&label[mention.range.clone()]);
            overlaps(&mention.range) && !(wider && word(text).is_some_and(|word| word.colour == 0))
        });
        let role = match (word(text), text.chars().next().map(kind)) {
            (Some(word), _) if after_digits && counts(word) => Role::Count,
            _ if mentioned => Role::Colour,
            (Some(word), _) if is_colour(word) => Role::Colour,
            (Some(word), Some(Kind::Word)) => Role::Known(word),
            (Some(word), Some(Kind::Latin)) if !text.is_ascii() => Role::Known(word),
            (_, Some(Kind::Digits)) => Role::Count,
            (_, Some(Kind::Latin)) => Role::Letters,
            (_, Some(Kind::Mark)) => Role::Mark,
            _ => Role::Unknown,
        };
        tokens.push(Token { range, role });
    }
    tokens
}

fn is_colour(word: &Word) -> bool {
    let share = share(word.colour, word.labels);
    share > 0.5 || (share > COLOUR_SHARE && word.colour >= COLOUR_LABELS)
}

fn counts(word: &Word) -> bool {
    share(word.counted, word.labels) >= COUNTED_SHARE
}

/// Whether a text begins with a word that counts something after digits.
pub(super) fn begins_with_count(text: &str) -> bool {
    let first = lexicon().cut(text).into_iter().next();
    first.and_then(|range| word(&text[range])).is_some_and(counts)
}

/// Whether a text begins with a part of a colour.
pub(super) fn begins_with_colour(text: &str) -> bool {
    tokens(text).first().is_some_and(|token| token.role == Role::Colour)
}

fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// Cuts a label where it may be cut: after 色, beside known words that are no colours, and between scripts.
///
/// Colours stay whole, and so does what the table does not know. The pieces put together are the label.
pub(super) fn pieces(label: &str) -> Vec<&str> {
    let tokens = tokens(label);
    let mut pieces = Vec::new();
    let mut start = 0;
    for pair in tokens.windows(2) {
        if may_cut(label, &pair[0], &pair[1]) {
            pieces.push(&label[start..pair[0].range.end]);
            start = pair[0].range.end;
        }
    }
    if start < label.len() {
        pieces.push(&label[start..]);
    }
    pieces
}

fn may_cut(label: &str, left: &Token, right: &Token) -> bool {
    let (before, after) = (&label[left.range.clone()], &label[right.range.clone()]);
    let kinds = (before.chars().next_back().map(kind), after.chars().next().map(kind));
    match kinds {
        (Some(Kind::Word), Some(Kind::Word)) => {}
        // Letters and digits beside each other are one article number.
        (Some(Kind::Digits | Kind::Latin), Some(Kind::Digits | Kind::Latin)) => return false,
        _ => return true,
    }
    let closed = before.ends_with('色') && !after.starts_with(['系', '调', '块', '差', '彩']);
    let multiple = |text: &str| text.chars().nth(1).is_some();
    let word = |token: &Token, text: &str| matches!(token.role, Role::Known(_)) && multiple(text);
    // A single known character at the edge is rather half of what the table does not know: 带毛领.
    let single = |token: &Token, text: &str| matches!(token.role, Role::Known(_)) && !multiple(text);
    closed || (word(left, before) && !single(right, after)) || (word(right, after) && !single(left, before))
}
