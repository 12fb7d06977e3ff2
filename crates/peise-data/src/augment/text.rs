//! Label text augmentation: what sellers might as well have written for the same options.
//!
//! A change is drawn for a listing, not for a label: sellers write all labels of a listing in one style, and what sets
//! a label apart from its siblings must stay. No change ever makes two labels equal, or takes a colour out of a label.

mod parts;

use std::collections::BTreeSet;

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::language::grammar::{Position, redundant};
use parts::Parts;
use peise::colour;

/// How often each change is made to a listing; probabilities, 0 to 1. All 0 by default: labels stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct TextChanges {
    reorder: f64,
    joiner: f64,
    fold: f64,
    prefix: f64,
    suffix: f64,
}

/// What is read from a recipe, before it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    reorder: f64,
    joiner: f64,
    fold: f64,
    prefix: f64,
    suffix: f64,
}

/// A probability that is none.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("label text augmentation: {field} {found}; give a probability, 0 to 1")]
pub struct TextChangesError {
    /// Name of the change.
    pub field: &'static str,
    /// Value found.
    pub found: f64,
}

impl TryFrom<Unchecked> for TextChanges {
    type Error = TextChangesError;

    fn try_from(unchecked: Unchecked) -> Result<Self, TextChangesError> {
        let Unchecked { reorder, joiner, fold, prefix, suffix } = unchecked;
        let fields = [("reorder", reorder), ("joiner", joiner), ("fold", fold), ("prefix", prefix), ("suffix", suffix)];
        match fields.into_iter().find(|(_, found)| !(0.0..=1.0).contains(found)) {
            Some((field, found)) => Err(TextChangesError { field, found }),
            None => Ok(Self { reorder, joiner, fold, prefix, suffix }),
        }
    }
}

impl TextChanges {
    /// No change at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// A moderate setting: about half of the listings are changed in some way.
    pub fn recommended() -> Self {
        Self { reorder: 0.3, joiner: 0.2, fold: 0.15, prefix: 0.15, suffix: 0.2 }
    }

    /// Sets how often the order of a label's parts is changed: 白色上衣+黑裤 becomes 黑裤+白色上衣. All labels of the
    /// listing with as many parts are reordered alike; where order tells two labels apart, none is.
    ///
    /// # Errors
    /// [`TextChangesError`] unless 0 to 1; so the methods below.
    pub fn with_reorder(self, reorder: f64) -> Result<Self, TextChangesError> {
        Unchecked { reorder, ..self.into() }.try_into()
    }

    /// Sets how often the mark between parts is exchanged: 白上衣+黑裤 becomes 白上衣/黑裤.
    ///
    /// # Errors
    /// [`TextChangesError`] unless 0 to 1.
    pub fn with_joiner(self, joiner: f64) -> Result<Self, TextChangesError> {
        Unchecked { joiner, ..self.into() }.try_into()
    }

    /// Sets how often the 色 after colour words is left out: 白色上衣 becomes 白上衣.
    ///
    /// # Errors
    /// [`TextChangesError`] unless 0 to 1.
    pub fn with_fold(self, fold: f64) -> Result<Self, TextChangesError> {
        Unchecked { fold, ..self.into() }.try_into()
    }

    /// Sets how often one prefix, such as an article number, is put before all labels of the listing.
    ///
    /// # Errors
    /// [`TextChangesError`] unless 0 to 1.
    pub fn with_prefix(self, prefix: f64) -> Result<Self, TextChangesError> {
        Unchecked { prefix, ..self.into() }.try_into()
    }

    /// Sets how often one suffix, such as a note or an article number, is put after all labels of the listing.
    ///
    /// # Errors
    /// [`TextChangesError`] unless 0 to 1.
    pub fn with_suffix(self, suffix: f64) -> Result<Self, TextChangesError> {
        Unchecked { suffix, ..self.into() }.try_into()
    }

    /// Whether labels stay as they are.
    pub fn is_none(&self) -> bool {
        *self == Self::none()
    }

    /// Draws the changes for the labels of one listing; one result per label, in the same order.
    ///
    /// Labels that differ still differ, labels that are equal stay equal, and every colour that a label names
    /// ([`colour::mentions`]) it still names. A change that would break this is not made.
    pub fn apply(&self, labels: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
        let mut current = labels.to_vec();
        let mut change = |probability: f64, change: &dyn Fn(&[String], &mut ChaCha8Rng) -> Vec<String>| {
            if random.random_bool(probability) {
                let next = change(&current, random);
                if same_kinds(labels, &next) && labels.iter().zip(&next).all(|(before, after)| names_all(before, after))
                {
                    current = next;
                }
            }
        };
        change(self.fold, &|labels, _| labels.iter().map(|label| fold(label)).collect());
        change(self.reorder, &reorder);
        change(self.joiner, &exchange_joiner);
        change(self.prefix, &|labels, random| {
            let word = redundant(Position::Front, random);
            labels.iter().map(|label| glued(&word, label)).collect()
        });
        change(self.suffix, &|labels, random| {
            let word = redundant(Position::Back, random);
            labels.iter().map(|label| glued(label, &word)).collect()
        });
        current
    }
}

impl From<TextChanges> for Unchecked {
    fn from(TextChanges { reorder, joiner, fold, prefix, suffix }: TextChanges) -> Self {
        Self { reorder, joiner, fold, prefix, suffix }
    }
}

/// Whether the same labels are equal to each other in both lists, and none has become what another one was.
pub fn same_kinds(before: &[String], after: &[String]) -> bool {
    let pairs = || before.iter().zip(after);
    let kinds: BTreeSet<_> = pairs().collect();
    let count = |texts: &[String]| texts.iter().collect::<BTreeSet<_>>().len();
    let became_another = pairs().any(|(old, new)| old != new && before.contains(new));
    kinds.len() == count(before) && kinds.len() == count(after) && !became_another
}

/// Whether a text names every colour that another one names, as often and with the same lightness.
fn names_all(before: &str, after: &str) -> bool {
    let mut left = colour::mentions(after);
    colour::mentions(before).into_iter().all(|wanted| {
        let place = left.iter().position(|mention| (mention.term, mention.modifier) == (wanted.term, wanted.modifier));
        place.map(|place| left.swap_remove(place)).is_some()
    })
}

/// Writes two texts after each other, with a space where letters or digits would run together.
fn glued(left: &str, right: &str) -> String {
    let runs_together =
        left.ends_with(|c: char| c.is_ascii_alphanumeric()) && right.starts_with(|c: char| c.is_ascii_alphanumeric());
    format!("{left}{}{right}", if runs_together { " " } else { "" })
}

/// Leaves out the 色 that follows a colour word.
fn fold(label: &str) -> String {
    let mut text = label.to_owned();
    for mention in colour::mentions(label).into_iter().rev() {
        if label[mention.range.clone()].ends_with('色') {
            text.replace_range(mention.range.end - '色'.len_utf8()..mention.range.end, "");
        }
    }
    text
}

/// Changes the order of parts, alike in all labels of as many parts; labels whose order tells them apart keep it.
fn reorder(labels: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
    let parts: Vec<Parts> = labels.iter().map(|label| Parts::of(label)).collect();
    let kinds: Vec<Vec<&str>> = parts.iter().map(Parts::sorted).collect();
    let most = parts.iter().map(|parts| parts.texts.len()).max().unwrap_or(0);
    let orders: Vec<Vec<usize>> = (0..=most)
        .map(|count| {
            let mut order: Vec<usize> = (0..count).collect();
            order.shuffle(random);
            // Another order was asked for: turn it once where none came out.
            if order.is_sorted() {
                order.rotate_left(count.min(1));
            }
            order
        })
        .collect();
    let reordered = labels.iter().zip(&parts).zip(&kinds).map(|((label, parts), kind)| {
        let told_by_order = labels.iter().zip(&kinds).any(|(other, other_kind)| other != label && other_kind == kind);
        if told_by_order { label.clone() } else { parts.in_order(&orders[parts.texts.len()]) }
    });
    reordered.collect()
}

/// Exchanges the mark between parts for another one, in all labels where there is one.
fn exchange_joiner(labels: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
    let joiner = parts::JOINERS.choose(random).copied().unwrap_or("+");
    labels.iter().map(|label| Parts::of(label).joined_by(joiner)).collect()
}

#[cfg(test)]
mod tests;
