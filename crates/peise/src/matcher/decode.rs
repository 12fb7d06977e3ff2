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
mod beliefs;
mod clusters;
mod exact;
mod image_sets;
mod label_sets;
mod map;
mod marginals;
mod plan;
mod problem;
mod pruned;
mod reserve;
mod rule;
#[cfg(test)]
mod tests;
mod weight;

use serde::{Deserialize, Serialize};

use crate::listing::Scores;

pub use marginals::Marginals;
pub use reserve::reward;
pub use rule::{NonePolicy, Objective, ParseOptionError, Rule, RuleError};

use plan::Plan;
use problem::{Table, argmax};

/// How to turn scores into labels.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeOptions {
    /// How images constrain each other.
    pub rule: Rule,
    /// What the labels given are optimised for.
    pub objective: Objective,
    /// Whether an image may show no label.
    pub none: NonePolicy,
    /// Log-weight that a covered label adds under [`Rule::Reserve`], at least 0. A learned number: an option stays bare
    /// where the photo that would show it fits another option better by more than this.
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
    /// Probability of each label that no image has it, in `[0, 1]`, as [`Rule::Reserve`] sees it whatever rule decided. `[L]`
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
    decode_with_optional(scores, &vec![false; scores.labels()], options)
}

/// [`decode`] where some labels need no photo, such as 随机: [`Rule::Cover`] does not ask for one, and
/// [`Rule::Reserve`] does not reward it.
///
/// # Shapes
/// - `optional` `[L]`; all else as [`decode`]
/// # Errors
/// As [`decode`].
/// # Panics
/// If there is not one flag for each label (programmer error).
pub fn decode_with_optional(
    scores: &Scores,
    optional: &[bool],
    options: &DecodeOptions,
) -> Result<Assignment, RuleError> {
    assert_eq!(optional.len(), scores.labels(), "one flag for each label");
    let table = Table::new(scores, options.none)?;
    let plan = |rule| Plan::new(rule, &table, optional, options.none, options.cover_reward);
    let rule = plan(options.rule)?;
    let sums = rule.run(&table);
    let bare = match rule.rule {
        Rule::Reserve => rule.bare(&table, &sums),
        _ => {
            let reserve = plan(Rule::Reserve)?;
            reserve.bare(&table, &reserve.run(&table))
        }
    };
    let values = rule.unfold(&table, &sums);
    let rows = || values.chunks_exact(table.columns());
    let columns = match options.objective {
        Objective::Listing => rule.most_probable(&table),
        Objective::Image => rows().map(argmax).collect(),
    };
    // No joint probability exceeds a marginal; it could only where the sums are approximate.
    let most = columns.iter().zip(rows()).map(|(&column, row)| row[column]).fold(1.0, f64::min);
    let joint = rule.log_weight(&table, &columns).map_or(0.0, |weight| (weight - sums.log_partition).exp().min(most));
    let choice = |(&column, row): (&usize, &[f64])| Choice {
        label: (column < table.labels).then_some(column),
        probability: row[column] as f32,
    };
    let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
    Ok(Assignment {
        choices: columns.iter().zip(rows()).map(choice).collect(),
        marginals: narrow(&values),
        joint_probability: joint as f32,
        bare: narrow(&bare),
        rule: rule.rule,
        exact: sums.exact,
    })
}

/// Sums over all assignments that keep the rule.
///
/// Exact under free at any size; under cover and reserve for up to 14 labels or 14 images, and up to 18
/// labels where there are few images (`2^L I L` up to `2^27`); under the others likewise with
/// `(k + 1)^L` in place of `2^L`. Approximate beyond. Scores may differ by any finite amount.
///
/// # Shapes
/// - scores `[I, L]` and `[I]`
/// - returns `[I, L + 1]`
/// # Errors
/// If the listing cannot keep the rule, or a score or the reward is not a finite number.
pub fn marginals(scores: &Scores, rule: Rule, none: NonePolicy, cover_reward: f64) -> Result<Marginals, RuleError> {
    let table = Table::new(scores, none)?;
    let plan = Plan::new(rule, &table, &vec![false; table.labels], none, cover_reward)?;
    Ok(plan.run(&table))
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

/// Images on each label, `[L]`.
fn counts(assignment: &[Option<usize>], labels: usize) -> Vec<usize> {
    let mut counts = vec![0; labels];
    assignment.iter().flatten().for_each(|&label| counts[label] += 1);
    counts
}
