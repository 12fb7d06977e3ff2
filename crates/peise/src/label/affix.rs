//! What all labels of a listing begin or end with.

use std::collections::HashSet;

use super::roles::pieces;
use super::rules::is_meaningful;
use crate::colour::{Mention, mentions};

/// Takes from every label the longest run of whole pieces that all begin with, or end with.
///
/// Whole bracket pairs only, and every label keeps something meaningful. Where a label joins parts with `+`, only
/// whole parts and brackets go: 长袖白衣+粉裤, 长袖白衣+黑裤 become 粉裤, 黑裤, but 红衣+黑裤, 黑衣+白裤 stay.
/// Nor does a colour go that no `+` or bracket sets apart: 黑拼红, 黑拼灰 stay.
pub(super) fn strip_shared(labels: &[String], end: End) -> Vec<String> {
    let distinct: HashSet<&String> = labels.iter().collect();
    if distinct.len() < 2 || !end.character_is_shared(labels) {
        return labels.to_vec();
    }
    let pieces: Vec<Vec<&str>> = labels.iter().map(|label| pieces(label)).collect();
    let in_parts = labels.iter().any(|label| has_parts(label));
    let all_left = |pieces: &[Vec<&str>], count: usize, holds: fn(&str) -> bool| {
        pieces.iter().all(|pieces| holds(&end.leave(pieces, count).concat()))
    };
    let allowed = |count: &usize| {
        let removed = end.take(&pieces[0], *count).concat();
        let at_part = match end {
            End::Front => removed.ends_with(['+', ')']) || all_left(&pieces, *count, |left| left.starts_with('(')),
            End::Back => removed.starts_with(['+', '(']) || all_left(&pieces, *count, |left| left.ends_with(')')),
        };
        (at_part || !(in_parts || names_colour(&removed)))
            && is_balanced(&removed)
            && all_left(&pieces, *count, is_meaningful)
    };
    match (1..=end.shared(&pieces)).rev().find(allowed) {
        Some(count) => pieces.iter().map(|pieces| end.leave(pieces, count).concat()).collect(),
        None => labels.to_vec(),
    }
}

fn names_colour(text: &str) -> bool {
    !mentions(text).is_empty()
}

/// The end of a label that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Front,
    Back,
}

impl End {
    fn take<'a, 'b>(self, pieces: &'b [&'a str], count: usize) -> &'b [&'a str] {
        match self {
            Self::Front => &pieces[..count],
            Self::Back => &pieces[pieces.len() - count..],
        }
    }

    fn leave<'a, 'b>(self, pieces: &'b [&'a str], count: usize) -> &'b [&'a str] {
        match self {
            Self::Front => &pieces[count..],
            Self::Back => &pieces[..pieces.len() - count],
        }
    }

    /// Whether all labels begin, or end, with the same character: the cheap look before the thorough one.
    fn character_is_shared(self, labels: &[String]) -> bool {
        let character = |label: &String| match self {
            Self::Front => label.chars().next(),
            Self::Back => label.chars().next_back(),
        };
        labels.windows(2).all(|pair| character(&pair[0]) == character(&pair[1]))
    }

    /// Number of pieces that all labels share at this end.
    fn shared(self, labels: &[Vec<&str>]) -> usize {
        let Some((first, others)) = labels.split_first() else {
            return 0;
        };
        let with = |other: &Vec<&str>| match self {
            Self::Front => first.iter().zip(other).take_while(|(a, b)| a == b).count(),
            Self::Back => first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count(),
        };
        others.iter().map(with).min().unwrap_or(0)
    }
}

/// Whether a `+`, or text between two colours, joins parts outside brackets.
fn has_parts(label: &str) -> bool {
    let colours = mentions(label);
    let joined = |pair: &[Mention]| {
        let between = &label[pair[0].range.end..pair[1].range.start];
        between.chars().any(char::is_alphanumeric) && !between.contains(['(', ')'])
    };
    colours.windows(2).any(joined) || has_plus(label)
}

fn has_plus(label: &str) -> bool {
    let mut depth = 0_usize;
    label.chars().any(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == '+' && depth == 0
    })
}

/// Whether every bracket is closed, and none that was not opened.
fn is_balanced(text: &str) -> bool {
    let depth = text.chars().try_fold(0_usize, |depth, character| match character {
        '(' => Some(depth + 1),
        ')' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}
