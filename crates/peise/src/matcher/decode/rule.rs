//! What a listing's rules may be, how they are spelt, and why one cannot be kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the images of one listing constrain each other.
///
/// An assignment `a` gives every image a label or, where allowed, none. Its log-weight is
/// `sum_i s(i, a_i) + reward * |labels covered by a|`; the reward counts under
/// [`Rule::Reserve`] only and is zero elsewhere. A rule removes the assignments that break it.
///
/// # Reward or penalty
/// Without "no label", an assignment that covers `c` labels repeats `n - c` times, so a reward `r`
/// for each covered label is a penalty `r` for each repetition: the log-weights differ by the
/// constant `n r`. Where "no label" is allowed the same holds as long as an image without a label
/// counts as a repetition, since it brings no new label either. To leave such images unpunished,
/// add `r` to their no-label scores.
///
/// Spelt `auto`, `cover`, `one-to-one`, `at-most:K`, `free`, `reserve` (or `soft`, its older name), also in serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// [`Rule::Reserve`].
    #[default]
    Auto,
    /// Every label has at least one image. With fewer images than labels every image has a label of its own, and the
    /// labels that are likeliest to have no image stay without.
    Cover,
    /// Every label has at most one image.
    OneToOne,
    /// Every label has at most that many images (not zero).
    AtMost(usize),
    /// Images do not constrain each other.
    Free,
    /// Any assignment, with a reward for each label that has an image: a label stays bare where that is
    /// far likelier. Finite for every listing, hence the likelihood that training uses.
    Reserve,
}

/// What the labels given are optimised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The most probable joint assignment: most listings entirely right.
    #[default]
    Listing,
    /// The most probable label of each image: most images right. Together they may break the rule.
    Image,
}

/// Whether an image may show no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NonePolicy {
    /// "No label" competes with the labels by its own score.
    Allow,
    /// Every image gets a label; the no-label scores are not looked at.
    #[default]
    Forbid,
}

/// A rule, objective or none policy that is not spelt as any of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown {option} {found:?}, expected {expected}")]
pub struct ParseOptionError {
    /// What was parsed: `rule`, `objective` or `none policy`.
    pub option: &'static str,
    /// The text found.
    pub found: String,
    /// The spellings there are.
    pub expected: &'static str,
}

/// Why a listing cannot be decoded.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RuleError {
    /// More images than the labels may take.
    #[error(
        "rule {rule} cannot be kept: {labels} labels take at most {} images, there are {images}; choose the rule reserve or free, or allow photos without a label",
        .labels.saturating_mul(*.per_label)
    )]
    TooManyImages {
        /// The rule asked for.
        rule: Rule,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
        /// Images that one label may take.
        per_label: usize,
    },
    /// Images without any label to give.
    #[error("{images} images but no labels to choose from; give labels, or allow photos without a label")]
    NoLabels {
        /// Number of images.
        images: usize,
    },
    /// `at-most:0` leaves nothing to give.
    #[error("rule at-most:0 gives no labels at all; choose one-to-one, or at-most:K with K > 0")]
    AtMostZero,
    /// A score that is NaN or infinite.
    #[error("score of image {image} for {} is {value}, not a finite number", describe(.label))]
    NonFiniteScore {
        /// Index of the image.
        image: usize,
        /// Index of the label; `None` = the no-label score.
        label: Option<usize>,
        /// The score found.
        value: f32,
    },
    /// A reward that is negative, NaN or infinite.
    #[error("the reward for covering a label is {value}, must be finite and at least 0")]
    Reward {
        /// The reward found.
        value: f64,
    },
}

fn describe(label: &Option<usize>) -> String {
    match label {
        Some(label) => format!("label {label}"),
        None => "no label".to_owned(),
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cover => f.write_str("cover"),
            Self::OneToOne => f.write_str("one-to-one"),
            Self::AtMost(images) => write!(f, "at-most:{images}"),
            Self::Free => f.write_str("free"),
            Self::Reserve => f.write_str("reserve"),
        }
    }
}

impl FromStr for Rule {
    type Err = ParseOptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || ParseOptionError {
            option: "rule",
            found: text.to_owned(),
            expected: "auto, cover, one-to-one, at-most:K with K > 0, free or reserve",
        };
        match text {
            "auto" => Ok(Self::Auto),
            "cover" => Ok(Self::Cover),
            "one-to-one" => Ok(Self::OneToOne),
            "free" => Ok(Self::Free),
            "reserve" | "soft" => Ok(Self::Reserve),
            _ => match text.strip_prefix("at-most:").map(str::parse) {
                Some(Ok(images)) if images > 0 => Ok(Self::AtMost(images)),
                _ => Err(unknown()),
            },
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = ParseOptionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Listing => "listing",
            Self::Image => "image",
        })
    }
}

impl FromStr for Objective {
    type Err = ParseOptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "listing" => Ok(Self::Listing),
            "image" => Ok(Self::Image),
            _ => Err(ParseOptionError { option: "objective", found: text.to_owned(), expected: "listing or image" }),
        }
    }
}

impl fmt::Display for NonePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Forbid => "forbid",
        })
    }
}

impl FromStr for NonePolicy {
    type Err = ParseOptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "allow" => Ok(Self::Allow),
            "forbid" => Ok(Self::Forbid),
            _ => Err(ParseOptionError { option: "none policy", found: text.to_owned(), expected: "allow or forbid" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let rules =
            [Rule::Auto, Rule::Cover, Rule::OneToOne, Rule::AtMost(1), Rule::AtMost(12), Rule::Free, Rule::Reserve];
        for rule in rules {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        for objective in [Objective::Listing, Objective::Image] {
            assert_eq!(objective.to_string().parse(), Ok(objective));
        }
        for none in [NonePolicy::Allow, NonePolicy::Forbid] {
            assert_eq!(none.to_string().parse(), Ok(none));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "Cover", "at-most", "at-most:", "at-most:0", "at-most:-1", "at-most:x"] {
            let error = text.parse::<Rule>().unwrap_err();
            assert_eq!(error.found, text);
        }
        assert!("listings".parse::<Objective>().is_err());
        assert!("no".parse::<NonePolicy>().is_err());
    }
}
