//! The cleaner's rules for one label, each on normalised text.

use super::roles::{Role, Token, begins_with_colour, begins_with_count, tokens};
use super::statistics::Word;
use super::token::{Kind, kind};

/// A note in brackets goes where its words, taken together, stand in a colour or beside several parts in less than
/// this share of their labels.
const NOTE_SHARE: f64 = 0.15;
/// The same at the back of a label, word by word.
const BACK_SHARE: f64 = 0.06;
/// The same in front, where a word may still belong to the colour that it touches.
const FRONT_SHARE: f64 = 0.03;

/// Marks inside and around article numbers.
const CODE_MARKS: [char; 9] = ['#', '-', '_', '.', '=', '*', '/', ',', ' '];

/// Drops notes and article numbers in brackets, unless counts tie their words to colours or parts.
pub(super) fn drop_notes(label: &str) -> String {
    if !label.contains(')') {
        return label.to_owned();
    }
    let mut kept = String::new();
    let mut rest = label;
    while let Some((before, inside, after)) = first_bracket(rest) {
        kept.push_str(before);
        if is_talk(inside) || is_code(inside) {
            kept.push(' ');
        } else {
            kept.push('(');
            kept.push_str(inside);
            kept.push(')');
        }
        rest = after;
    }
    kept.push_str(rest);
    if is_meaningful(&kept) { kept } else { label.to_owned() }
}

/// Whether a note is talk: no colour, and at least half of its characters are words that belong to no part.
fn is_talk(note: &str) -> bool {
    let tokens = tokens(note);
    let (mut tied, mut labels, mut known, mut all) = (0, 0, 0, 0);
    for token in &tokens {
        let length = token.range.len();
        match token.role {
            Role::Colour => return false,
            Role::Known(word) => {
                tied += word.colour + word.several;
                labels += word.labels;
                known += length;
            }
            Role::Unknown | Role::Letters => {}
            Role::Count | Role::Mark => continue,
        }
        all += length;
    }
    known > 0 && 2 * known >= all && share(tied, labels) < NOTE_SHARE
}

/// Estimated share, one half of a label added so that few labels prove little.
fn share(part: u32, whole: u32) -> f64 {
    (f64::from(part) + 0.5) / (f64::from(whole) + 1.0)
}

fn is_free(word: &Word, threshold: f64) -> bool {
    share(word.colour + word.several, word.labels) < threshold
}

/// Drops words of talk, and the counts among them, from both ends: 黑色预售15天, 现货黑色.
pub(super) fn drop_talk(label: &str) -> String {
    let tokens = tokens(label);
    let end = tokens.len() - talk_run(tokens.iter().rev(), BACK_SHARE, label);
    let start = talk_run(tokens[..end].iter(), FRONT_SHARE, label);
    match (tokens.get(start), end.checked_sub(1).and_then(|last| tokens.get(last))) {
        (Some(first), Some(last)) if start < end => {
            let kept = &label[first.range.start..last.range.end];
            if is_meaningful(kept) { kept.to_owned() } else { label.to_owned() }
        }
        _ => label.to_owned(),
    }
}

/// Number of tokens of talk that come first; the last of them is a word or an unmatched bracket, and what follows is
/// no unknown text.
fn talk_run<'a>(tokens: impl Iterator<Item = &'a Token>, threshold: f64, label: &str) -> usize {
    let mut run = 0;
    let at_back = threshold == BACK_SHARE;
    let mut closed = true;
    let tokens: Vec<&Token> = tokens.collect();
    for (index, token) in tokens.iter().enumerate() {
        let text = &label[token.range.clone()];
        let next = tokens.get(index + 1).map(|next| next.role);
        match token.role {
            Role::Known(word) if is_free(word, threshold) => {
                // A single character may be half of a word that the table does not know.
                let single = text.chars().nth(1).is_none();
                let after = tokens.get(index + 1).map_or("", |next| &label[next.range.clone()]);
                let alone = matches!(next, Some(Role::Mark | Role::Count) | None) || after.ends_with('色') && at_back;
                if next != Some(Role::Unknown) && (!single || alone) {
                    run = index + 1;
                }
            }
            Role::Count => {}
            // Coming from the end of a label, an opening bracket before any closing one is never closed.
            Role::Mark if text == "(" || text == ")" => {
                closed = closed && run == index && (text == "(") == at_back;
                if !closed {
                    break;
                }
                run = index + 1;
            }
            Role::Mark if text != "+" => {}
            _ => break,
        }
    }
    run
}

/// The first innermost pair of brackets: what stands before, inside and after.
fn first_bracket(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.find(')')?;
    let open = text[..close].rfind('(')?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

/// Whether a text is an article number: `t0`, `19a4m3`, `#`, or a letter or two. Longer words may name a colour.
fn is_code(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    text.chars().all(is_code_character) && (letters <= 2 || text.contains(|c: char| c.is_ascii_digit()))
}

fn is_code_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || CODE_MARKS.contains(&character)
}

/// Drops article numbers at both ends of every `+` part: 213#黑色, 黑色8209, e06浅绿.
pub(super) fn drop_article_numbers(label: &str) -> String {
    if !label.contains(|c: char| c.is_ascii_digit()) {
        return label.to_owned();
    }
    label.split('+').map(without_number).collect::<Vec<_>>().join("+")
}

fn without_number(part: &str) -> &str {
    // 3d is a word, the only one of this shape.
    let code = |text: &str| text.contains(|c: char| c.is_ascii_digit()) && text.trim_matches(CODE_MARKS) != "3d";
    let mut kept = part;
    let tail = kept.trim_start_matches(is_code_character);
    let front = &kept[..kept.len() - tail.len()];
    if code(front) && !counts(front, tail) && is_meaningful(tail) {
        kept = tail;
    }
    let head = kept.trim_end_matches(is_code_character);
    if code(&kept[head.len()..]) && is_meaningful(head) {
        kept = head;
    }
    kept
}

/// Whether digits count what follows (3件套, 7分裤, 100%) rather than number an article.
fn counts(front: &str, tail: &str) -> bool {
    let digits = front.len() - front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let few = digits == front.len() && digits <= 2;
    let percent = digits > 0 && tail.starts_with('%');
    let word = few && tail.starts_with(|c| kind(c) == Kind::Word) && !begins_with_colour(tail);
    percent || word || (digits == front.len() && begins_with_count(tail))
}

/// Trims marks that join nothing, and unwraps a label that stands in brackets as a whole.
pub(super) fn trim(label: &str) -> String {
    let marks = |character: char| CODE_MARKS.contains(&character) || ":;!?~|&+、。·".contains(character);
    let mut trimmed = label.trim_matches(marks);
    while let Some((before, inside, after)) = first_bracket(trimmed)
        && before.is_empty()
        && after.is_empty()
        && !inside.is_empty()
    {
        trimmed = inside;
    }
    trimmed.to_owned()
}

/// Whether a text says anything by itself: a Chinese (or other) character, an emoji, or a word of Latin letters.
pub(super) fn is_meaningful(text: &str) -> bool {
    text.chars().any(|character| kind(character) == Kind::Word)
        || text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_alphabetic))
}
