//! Counting the phrases that stand around colours, with article numbers taken out.

use std::collections::{BTreeMap, BTreeSet};

use super::observation::Observation;
use peise::label::statistics::Place;
use peise::label::token::{Kind, kind};

/// Longest phrase kept, in characters.
const LONGEST: usize = 16;

/// In how many labels each phrase stands at each place.
pub(super) fn count(observations: &[Observation]) -> BTreeMap<(Place, String), u32> {
    let mut counts = BTreeMap::new();
    for observation in observations {
        let phrases: BTreeSet<(Place, String)> = phrases(observation).into_iter().collect();
        phrases.into_iter().for_each(|phrase| *counts.entry(phrase).or_default() += 1);
    }
    counts
}

fn phrases(observation: &Observation) -> Vec<(Place, String)> {
    let text = &observation.text;
    let mut found = brackets(&observation.raw);
    let (Some(first), Some(last)) = (observation.colours.first(), observation.colours.last()) else {
        return found;
    };
    for colour in &observation.colours {
        found.push((Place::Colour, text[colour.clone()].to_owned()));
    }
    for pair in observation.colours.windows(2) {
        found.push((Place::Between, codes(&text[pair[0].end..pair[1].start]).0));
    }
    let sides = [
        (&text[..first.start], Place::Front, Place::NoteFront, Place::CodeFront),
        (&text[last.end..], Place::Back, Place::NoteBack, Place::CodeBack),
    ];
    for (side, plain, note, code) in sides {
        let (outside, notes) = split_notes(side);
        let (phrase, shapes) = codes(&outside);
        found.push((plain, phrase));
        found.extend(shapes.into_iter().map(|shape| (code, shape)));
        found.extend(notes.into_iter().map(|content| (note, codes(&content).0)));
    }
    found.retain(|(_, phrase)| !phrase.is_empty() && phrase.chars().count() <= LONGEST && !phrase.contains('\t'));
    found
}

/// Text without its brackets, and the contents of the outermost pairs; an open pair is not one.
pub fn split_notes(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut notes, mut rest) = (String::new(), Vec::new(), text);
    while let Some(open) = rest.find('(') {
        let Some(close) = rest[open..].find(')').map(|at| open + at) else { break };
        outside.push_str(&rest[..open]);
        notes.push(rest[open + 1..close].to_owned());
        rest = &rest[close + 1..];
    }
    outside.push_str(rest);
    (outside, notes)
}

/// Replaces article numbers by `@`; their shapes, with the marks around them.
///
/// One or two digits before a Chinese character count something and stay.
fn codes(text: &str) -> (String, Vec<String>) {
    let in_code = |c: char| matches!(kind(c), Kind::Digits | Kind::Latin) || "#-_.=*/ ".contains(c);
    let (mut phrase, mut shapes) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !in_code(c)).unwrap_or(rest.len());
        if length == 0 {
            phrase.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (code, tail) = rest.split_at(length);
        let digits = code.chars().filter(char::is_ascii_digit).count();
        let counts = code.len() <= 2 && digits == code.len() && tail.starts_with(|c| kind(c) == Kind::Word);
        if digits == 0 || counts {
            phrase.push_str(code);
        } else {
            phrase.push('@');
            shapes.push(code.chars().map(shape).collect());
        }
        rest = tail;
    }
    (phrase, shapes)
}

fn shape(character: char) -> char {
    match kind(character) {
        Kind::Digits => '0',
        Kind::Latin => 'A',
        _ => character,
    }
}

/// The pairs of brackets as the seller wrote them.
fn brackets(raw: &str) -> Vec<(Place, String)> {
    let is_bracket = |c: &char| "()（）[]【】{}〈〉《》".contains(*c);
    let mut found = Vec::new();
    let mut open: Option<char> = None;
    for bracket in raw.chars().filter(is_bracket) {
        let opens = "(（[【{〈《".contains(bracket);
        match (open, opens) {
            (None, true) => open = Some(bracket),
            (Some(before), true) => {
                found.push(before.to_string());
                open = Some(bracket);
            }
            (Some(before), false) => {
                found.push(format!("{before}{bracket}"));
                open = None;
            }
            (None, false) => found.push(bracket.to_string()),
        }
    }
    found.extend(open.map(String::from));
    found.into_iter().map(|pair| (Place::Brackets, pair)).collect()
}
