//! Decoding under the rules: from scores to labels, and the likelihood that training uses.
//!
//! Scores alone give each image its best label; a [`Rule`] couples the images of a listing. Two
//! questions are answered about the assignments that keep the rule:
//! - which is the most probable? An assignment problem, exact at any size (`map`, `assignment`);
//! - what do they sum to, and which share of it gives image i label l? Dynamic programmes over what
//!   labels have so far (`label_sets`) or which images are taken (`image_sets`), and beyond 14 of
//!   both an approximation (`approximate`).
//!
//! # Source
//! Ours, but for the textbook algorithms named in each file.

mod approximate;
mod assignment;
mod clusters;
mod image_sets;
mod label_sets;
mod map;
mod marginals;
mod problem;
mod pruned;
mod rule;
#[cfg(test)]
mod tests;
mod weight;

use serde::{Deserialize, Serialize};

use crate::listing::Scores;

pub use marginals::{Marginals, marginals};
pub use rule::{NonePolicy, Objective, ParseOptionError, Rule, RuleError};

use problem::{Coupling, Table};

/// How to turn scores into labels.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeOptions {
    /// How images constrain each other.
    pub rule: Rule,
    /// What the given labels are best at.
    pub objective: Objective,
    /// Whether an image may show no label.
    pub none: NonePolicy,
    /// Reward for each covered label under [`Rule::Reserve`], at least 0. A learned number.
    pub cover_reward: f64,
}

/// What was decided for one image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Index of the label given; `None` = the photo shows no label.
    pub label: Option<usize>,
    /// Marginal probability of that choice under the rule, in `[0, 1]`.
    pub probability: f32,
}

/// A listing's labels under a rule, with probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// One choice per image.
    pub choices: Vec<Choice>,
    /// Marginal probabilities, row-major `[I, L + 1]`; the last column is "no label". Rows sum to 1.
    pub marginals: Vec<f32>,
    /// Joint probability of the choices under the rule, in `[0, 1]`.
    pub joint_probability: f32,
    /// Probability of each label that no image has it, whatever the rule: as [`Rule::Reserve`] sees it, in `[0, 1]`. `[L]`
    pub bare: Vec<f32>,
    /// The rule that was used: [`Rule::Auto`] resolved for this listing.
    pub rule: Rule,
    /// `false` where marginals and joint probability are approximate (more than 14 labels).
    pub exact: bool,
}

/// Labels a listing's images under a rule.
///
/// The choices are the most probable joint assignment ([`Objective::Listing`]), exact at any size,
/// or every image's most probable label ([`Objective::Image`]), which may break the rule: its joint
/// probability is then 0. The probability beside each choice is its marginal.
///
/// Ties go to the label with the lowest index; images with equal scores take their labels in
/// order. Callers who want the result independent of the order of images and labels sort both by
/// content first. A listing without images gets an empty assignment of probability 1.
///
/// # Shapes
/// - scores `[I, L]` and `[I]`
/// - returns `I` choices and marginals `[I, L + 1]`
/// # Errors
/// If the listing cannot keep the rule, or a score or the reward is not a finite number.
pub fn decode(scores: &Scores, options: &DecodeOptions) -> Result<Assignment, RuleError> {
    let table = Table::new(scores, options.none)?;
    let coupling = Coupling::new(options.rule, &table, options.none, options.cover_reward)?;
    let sums = marginals::of_table(table.clone(), coupling);
    let columns = table.columns();
    let columns_chosen = match options.objective {
        Objective::Listing => map::most_probable(&table, coupling),
        Objective::Image => sums.values.chunks_exact(columns).map(map::argmax).collect(),
    };
    let chosen: Vec<Option<usize>> =
        columns_chosen.iter().map(|&column| (column < table.labels).then_some(column)).collect();

    let picked = columns_chosen.iter().zip(sums.values.chunks_exact(columns)).map(|(&c, row)| row[c]);
    // No joint probability exceeds a marginal; tells only where the sums are approximate.
    let most = picked.fold(1.0, f64::min);
    let joint = if coupling.admits(&counts(&chosen, table.labels)) {
        (log_weight(scores, &chosen, coupling.reward()) - sums.log_partition).exp().min(most)
    } else {
        0.0
    };
    let choices = chosen
        .iter()
        .zip(&columns_chosen)
        .zip(sums.values.chunks_exact(columns))
        .map(|((&label, &column), row)| Choice { label, probability: row[column] as f32 })
        .collect();
    Ok(Assignment {
        choices,
        marginals: sums.values.iter().map(|&value| value as f32).collect(),
        joint_probability: joint as f32,
        bare: bare(&sums.values, columns),
        rule: coupling.rule(),
        exact: sums.exact,
    })
}

/// Log-weight of an assignment: its scores, and the reward for each label that it covers.
///
/// Less [`Marginals::log_partition`] it is the log-probability of the assignment, if that keeps the
/// rule. The reward is that of [`Rule::Reserve`]; the other rules have none, so pass 0.
///
/// # Shapes
/// - scores `[I, L]` and `[I]`; assignment `[I]`
/// # Panics
/// If the assignment is not one label of the listing, or none, per image (programmer error).
pub fn log_weight(scores: &Scores, assignment: &[Option<usize>], reward: f64) -> f64 {
    assert_eq!(assignment.len(), scores.images(), "one choice per image");
    let score = |image: usize, choice: Option<usize>| {
        f64::from(choice.map_or(scores.none(image), |label| scores.row(image)[label]))
    };
    let sum: f64 = assignment.iter().enumerate().map(|(image, &choice)| score(image, choice)).sum();
    let covered = counts(assignment, scores.labels()).iter().filter(|&&count| count > 0).count();
    sum + reward * covered as f64
}

/// Probability of each label that no image has it, as if images did not depend on each other.
fn bare(marginals: &[f64], columns: usize) -> Vec<f32> {
    let of_label = |label: usize| marginals.chunks_exact(columns).map(|row| 1.0 - row[label]).product::<f64>() as f32;
    (0..columns - 1).map(of_label).collect()
}

/// Images on each label, `[L]`.
fn counts(assignment: &[Option<usize>], labels: usize) -> Vec<usize> {
    let mut counts = vec![0; labels];
    assignment.iter().flatten().for_each(|&label| counts[label] += 1);
    counts
}
