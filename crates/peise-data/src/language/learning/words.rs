//! Finding words by counts: runs of characters whose neighbours vary, kept where the likeliest cut uses them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::observation::{MIN_LABELS, Observation};
use peise::label::token::{Kind, Lexicon, atoms};

/// Longest word looked for, in atoms.
const LONGEST: usize = 6;
/// Rounds of cutting and recounting; the table changes little after four.
const ROUNDS: usize = 6;

/// Per word the seven counts of the table.
pub(super) fn count(observations: &[Observation]) -> BTreeMap<String, [u32; 7]> {
    let mut lexicon = candidates(observations);
    for _ in 0..ROUNDS {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for observation in observations {
            let words: BTreeSet<&str> = cut(observation, &lexicon).into_iter().map(|r| &observation.text[r]).collect();
            words.into_iter().for_each(|word| *counts.entry(word.to_owned()).or_default() += 1);
        }
        counts.retain(|word, count| *count >= MIN_LABELS && is_word(word));
        lexicon = Lexicon::new(counts.iter().map(|(word, count)| (word.as_str(), *count)));
    }
    let mut table: BTreeMap<String, [u32; 7]> = BTreeMap::new();
    for observation in observations {
        for (word, seen) in describe(observation, &lexicon) {
            let counts = table.entry(word.to_owned()).or_default();
            counts.iter_mut().zip(seen).for_each(|(count, seen)| *count += u32::from(seen));
        }
    }
    table.retain(|word, counts| counts[0] >= MIN_LABELS && is_word(word));
    table
}

fn is_word(text: &str) -> bool {
    atoms(text).iter().all(|(_, kind)| matches!(kind, Kind::Word | Kind::Latin))
}

/// A text cut into words; the edges of colours are always cut.
fn cut(observation: &Observation, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let pieces = pieces(observation);
    let shifted = |piece: Range<usize>| {
        let words = lexicon.cut(&observation.text[piece.clone()]);
        words.into_iter().map(move |word| piece.start + word.start..piece.start + word.end).collect::<Vec<_>>()
    };
    pieces.into_iter().flat_map(shifted).collect()
}

/// Whether a text ends with one or two digits that belong to no article number.
fn follows_number(text: &str) -> bool {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - before.len();
    (1..=2).contains(&digits) && !before.ends_with(|c: char| c.is_ascii_alphabetic() || c == '-')
}

/// The text between and inside colours, which are cut after 色 too.
fn pieces(observation: &Observation) -> Vec<Range<usize>> {
    let edges = observation.colours.iter().flat_map(|colour| {
        let closed =
            observation.text[colour.clone()].match_indices('色').map(|(at, _)| colour.start + at + '色'.len_utf8());
        [colour.start].into_iter().chain(closed).chain([colour.end])
    });
    let mut start = 0;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for edge in edges.chain([observation.text.len()]) {
        pieces.push(start..edge);
        start = edge;
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Runs of atoms in enough labels, with at least two different neighbours (or edges) on both sides.
fn candidates(observations: &[Observation]) -> Lexicon {
    #[derive(Default)]
    struct Seen<'a> {
        labels: BTreeSet<usize>,
        left: BTreeSet<&'a str>,
        right: BTreeSet<&'a str>,
        edges: [u32; 2],
    }
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (index, observation) in observations.iter().enumerate() {
        for piece in pieces(observation) {
            let text = &observation.text[piece];
            let atoms = atoms(text);
            let neighbour = |at: Option<usize>| {
                let (range, kind) = atoms.get(at?)?;
                matches!(kind, Kind::Word | Kind::Latin).then(|| &text[range.clone()])
            };
            for start in 0..atoms.len() {
                for end in start + 1..=atoms.len().min(start + LONGEST) {
                    if !matches!(atoms[end - 1].1, Kind::Word | Kind::Latin) {
                        break;
                    }
                    let entry = seen.entry(&text[atoms[start].0.start..atoms[end - 1].0.end]).or_default();
                    entry.labels.insert(index);
                    match neighbour(start.checked_sub(1)) {
                        Some(left) => drop(entry.left.insert(left)),
                        None => entry.edges[0] += 1,
                    }
                    match neighbour(Some(end)) {
                        Some(right) => drop(entry.right.insert(right)),
                        None => entry.edges[1] += 1,
                    }
                }
            }
        }
    }
    let varied = |neighbours: &BTreeSet<&str>, edges: u32| edges >= MIN_LABELS || neighbours.len() >= 2;
    seen.retain(|_, seen| {
        seen.labels.len() >= MIN_LABELS as usize
            && varied(&seen.left, seen.edges[0])
            && varied(&seen.right, seen.edges[1])
    });
    Lexicon::new(seen.iter().map(|(word, seen)| (*word, seen.labels.len() as u32)))
}

/// What a label says of its words: present, in the colour, beside several, in brackets, in front, behind, counted.
fn describe<'a>(observation: &'a Observation, lexicon: &Lexicon) -> BTreeMap<&'a str, [bool; 7]> {
    let depths = observation.depths();
    let several = observation.is_several();
    let first = observation.colours.first().map_or(observation.text.len(), |colour| colour.start);
    let last = observation.colours.last().map_or(0, |colour| colour.end);
    let mut described: BTreeMap<&str, [bool; 7]> = BTreeMap::new();
    for word in cut(observation, lexicon) {
        let colour = observation.in_colour(&word);
        let bracket = depths[word.start] > 0;
        let plain = !colour && !bracket;
        let counted = follows_number(&observation.text[..word.start]);
        let has_colour = !observation.colours.is_empty();
        let seen = [
            true,
            colour,
            plain && several,
            bracket,
            plain && has_colour && word.end <= first,
            plain && has_colour && word.start >= last,
            !colour && counted,
        ];
        let entry = described.entry(&observation.text[word]).or_default();
        entry.iter_mut().zip(seen).for_each(|(entry, seen)| *entry |= seen);
    }
    described
}
