//! Sellers' slips, and traditional characters.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::lexis::{MISTAKEN, TRADITIONAL};

/// The text in traditional characters, as far as the table goes.
pub(super) fn traditional(text: &str) -> String {
    let convert =
        |character| TRADITIONAL.iter().find(|(simple, _)| *simple == character).map_or(character, |(_, full)| *full);
    text.chars().map(convert).collect()
}

/// One slip: a stray space, 色 doubled or left out, a mistaken character, a bracket left open.
pub(super) fn slip(text: &str, rng: &mut ChaCha8Rng) -> String {
    let characters: Vec<char> = text.chars().collect();
    match rng.random_range(0..5) {
        0 => insert(&characters, rng.random_range(0..=characters.len()), ' '),
        1 => match characters.iter().position(|character| *character == '色') {
            Some(at) => insert(&characters, at, '色'),
            None => format!("{text} "),
        },
        2 => match MISTAKEN.iter().find(|(right, _)| text.contains(right)) {
            Some((right, wrong)) => text.replacen(right, wrong, 1),
            None => text.replacen('色', "", usize::from(characters.len() > 2)),
        },
        3 => text.strip_suffix([')', '）', '】', ']']).unwrap_or(text).to_owned(),
        _ => format!("{text}{}", [".", "-", "_", "~", " "][rng.random_range(0..5)]),
    }
}

fn insert(characters: &[char], at: usize, character: char) -> String {
    characters[..at].iter().chain([&character]).chain(&characters[at..]).collect()
}
