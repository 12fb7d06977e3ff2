//! What all labels of a listing begin or end with.

use std::collections::HashSet;

use super::token::{is_balanced, is_meaningful, tokens};

/// Takes from every label the longest run of whole tokens that all begin with, or end with.
///
/// Whole bracket pairs only, and every label keeps something meaningful. Where a label joins parts with `+`, only
/// whole parts and brackets go: 长袖白衣+粉裤, 长袖白衣+黑裤 become 粉裤, 黑裤, but 红衣+黑裤, 黑衣+白裤 stay.
pub(super) fn strip_shared(labels: &[String], end: End) -> Vec<String> {
    let distinct: HashSet<&String> = labels.iter().collect();
    if distinct.len() < 2 {
        return labels.to_vec();
    }
    let tokens: Vec<Vec<&str>> = labels.iter().map(|label| tokens(label)).collect();
    let in_parts = labels.iter().any(|label| has_parts(label));
    let shared = shared(&tokens, end);
    let allowed = |count: &usize| {
        let removed = end.take(&tokens[0], *count).concat();
        let at_part = match end {
            End::Front => removed.ends_with(['+', ')']),
            End::Back => removed.starts_with(['+', '(']),
        };
        (at_part || !in_parts)
            && is_balanced(&removed)
            && tokens.iter().all(|tokens| is_meaningful(&end.leave(tokens, *count).concat()))
    };
    match (1..=shared).rev().find(allowed) {
        Some(count) => tokens.iter().map(|tokens| end.leave(tokens, count).concat()).collect(),
        None => labels.to_vec(),
    }
}

/// The end of a label that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Front,
    Back,
}

impl End {
    fn take<'a, 'b>(self, tokens: &'b [&'a str], count: usize) -> &'b [&'a str] {
        match self {
            Self::Front => &tokens[..count],
            Self::Back => &tokens[tokens.len() - count..],
        }
    }

    fn leave<'a, 'b>(self, tokens: &'b [&'a str], count: usize) -> &'b [&'a str] {
        match self {
            Self::Front => &tokens[count..],
            Self::Back => &tokens[..tokens.len() - count],
        }
    }
}

/// Number of tokens that all labels share at one end.
fn shared(labels: &[Vec<&str>], end: End) -> usize {
    let Some((first, others)) = labels.split_first() else {
        return 0;
    };
    let with = |other: &Vec<&str>| match end {
        End::Front => first.iter().zip(other).take_while(|(a, b)| a == b).count(),
        End::Back => first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count(),
    };
    others.iter().map(with).min().unwrap_or(0)
}

/// Whether a `+` stands outside brackets.
fn has_parts(label: &str) -> bool {
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
