//! The default label cleaner: takes from the labels of one listing what counts say carries no colour and no part.
//!
//! The labels of one listing are cleaned together, because only comparison with the other labels shows which words
//! carry no information. Two labels that differ never become equal, no label becomes empty, cleaning twice changes
//! nothing, and the order of the labels does not matter. 色 is never deleted from a colour, so 彩色, 本色 and 杂色 stay what
//! they are.

use std::collections::HashMap;

use super::affix::{End, strip_shared};
use super::normalize::normalize;
use super::rules;

/// Longer labels, in characters, are no sellers' labels and are only normalised; this bounds the time.
pub(super) const LONGEST_LABEL: usize = 200;

/// Applies every rule once, on normalised labels.
pub(super) fn round(labels: &[String]) -> Vec<String> {
    let labels = guarded(labels, each(rules::drop_notes));
    let labels = guarded(&labels, each(rules::drop_article_numbers));
    let labels = guarded(&labels, each(rules::drop_talk));
    let labels = guarded(&labels, each(rules::trim));
    if labels.iter().any(|label| is_long(label)) {
        return labels;
    }
    let labels = guarded(&labels, |labels| strip_shared(labels, End::Front));
    let labels = guarded(&labels, |labels| strip_shared(labels, End::Back));
    guarded(&labels, each(rules::trim))
}

/// A rule for one label, applied to each that is not too long.
pub(super) fn each(rule: fn(&str) -> String) -> impl Fn(&[String]) -> Vec<String> {
    move |labels| labels.iter().map(|label| if is_long(label) { label.clone() } else { rule(label) }).collect()
}

fn is_long(label: &str) -> bool {
    label.len() > LONGEST_LABEL && label.chars().nth(LONGEST_LABEL).is_some()
}

/// Applies a rule; labels that it would make equal, or empty, stay as they were.
///
/// A label that stays may equal another's new form, so this repeats until all that differed differ.
pub(super) fn guarded(labels: &[String], rule: impl Fn(&[String]) -> Vec<String>) -> Vec<String> {
    let mut cleaned: Vec<String> = rule(labels);
    for (before, after) in labels.iter().zip(&mut cleaned) {
        if after != before {
            *after = normalize(after);
        }
    }
    while let Some(reverted) = conflicts(labels, &cleaned) {
        for index in reverted {
            cleaned[index].clone_from(&labels[index]);
        }
    }
    cleaned
}

/// Labels changed to nothing, or to what a label that differed became too; `None` where there are none.
fn conflicts(labels: &[String], cleaned: &[String]) -> Option<Vec<usize>> {
    let mut sources: HashMap<&str, (&str, bool)> = HashMap::new();
    for (before, after) in labels.iter().zip(cleaned) {
        let (first, merged) = sources.entry(after).or_insert((before, false));
        *merged |= first != before;
    }
    let lost = |&index: &usize| {
        let (before, after) = (&labels[index], &cleaned[index]);
        after != before && (after.is_empty() || sources.get(after.as_str()).is_some_and(|(_, merged)| *merged))
    };
    let lost: Vec<usize> = (0..labels.len()).filter(lost).collect();
    (!lost.is_empty()).then_some(lost)
}
