//! Saved predictions, one JSON object per listing and line (`.jsonl`).
//!
//! ```text
//! {"id":"1","labels":["黑","白"],"images":[{"file":"1_0.jpg","label":"黑","index":0,"probability":0.9,
//!  "marginals":[0.9,0.1],"none":0.0}],"joint_probability":0.9,"rule":"cover","exact":true,"error":null,"notes":[]}
//! ```
//!
//! (each listing on one line). Evaluation needs nothing but these files. What was answered is `label`; the best guess
//! is `index`. They differ where a guess was too unsure to be an answer: then `label` is null and `index` stays
//! ([`ListingPrediction::abstain_below`]). Both are null where the photo shows no label, or where `error` says why it
//! could not be used. `probability`, and `joint_probability` likewise, are null where nothing was decided.

use serde::{Deserialize, Serialize};

use crate::format::course::BrokenListing;
use crate::format::describe;
use crate::listing::{Assignment, Listing, ListingImage};

mod reader;
mod writer;

pub use reader::{MAX_LINE_BYTES, PredictionReader};
pub use writer::PredictionWriter;

/// What was predicted for one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImagePrediction {
    /// File name, as the listing names it.
    pub file: String,
    /// The label answered; `None` = no answer.
    pub label: Option<String>,
    /// Index of the most likely label in [`ListingPrediction::labels`], also where it was too unsure to be answered.
    pub index: Option<usize>,
    /// Marginal probability of the guess, "no label" included, in `[0, 1]`.
    pub probability: Option<f32>,
    /// Marginal probability of each label; empty where nothing was decided.
    pub marginals: Vec<f32>,
    /// Marginal probability of "shows no label".
    pub none: f32,
    /// Why the photo could not be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was predicted for one listing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListingPrediction {
    /// Identifier of the listing.
    pub id: String,
    /// Its labels, in the seller's order.
    pub labels: Vec<String>,
    /// Its photos, in the listing's order, those that failed included.
    pub images: Vec<ImagePrediction>,
    /// Joint probability of all guesses under the rule, in `[0, 1]`.
    pub joint_probability: Option<f32>,
    /// The assignment rule, as the command line names it; empty where nothing was decided.
    pub rule: String,
    /// `false` where probabilities are approximate.
    pub exact: bool,
    /// Why the listing as a whole could not be matched.
    pub error: Option<String>,
    /// Remarks, such as labels that cannot be told apart.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl ListingPrediction {
    /// Records what was decided for a listing.
    ///
    /// # Shapes
    /// - `image_errors` `[I]`, why each photo could not be used
    /// - `assignment` holds one choice, and one row of marginals, per photo **without** an error, in order
    /// # Panics
    /// If the shapes disagree (programmer error).
    pub fn new(listing: &Listing, assignment: &Assignment, image_errors: &[Option<String>], rule: &str) -> Self {
        let width = listing.labels.len() + 1;
        assert_eq!(image_errors.len(), listing.images.len(), "one error slot per image");
        let matched = image_errors.iter().filter(|error| error.is_none()).count();
        assert_eq!(assignment.choices.len(), matched, "one choice per image without an error");
        assert_eq!(assignment.marginals.len(), matched * width, "marginals must be [I, L + 1]");
        let mut decided = assignment.choices.iter().zip(assignment.marginals.chunks_exact(width));
        let mut images = Vec::with_capacity(listing.images.len());
        for (image, error) in listing.images.iter().zip(image_errors) {
            let undecided = ImagePrediction::undecided(image, error.clone());
            let decision = if error.is_none() { decided.next() } else { None };
            images.push(match decision {
                Some((choice, row)) => ImagePrediction {
                    label: choice.label.map(|label| listing.labels[label].clone()),
                    index: choice.label,
                    probability: Some(choice.probability),
                    marginals: row[..width - 1].to_vec(),
                    none: row[width - 1],
                    ..undecided
                },
                None => undecided,
            });
        }
        Self {
            joint_probability: Some(assignment.joint_probability),
            rule: rule.to_owned(),
            exact: assignment.exact,
            images,
            ..Self::undecided(listing)
        }
    }

    /// Records that a listing could not be matched as a whole, and which of its photos could not be used.
    ///
    /// # Panics
    /// If there is not one error slot per photo (programmer error).
    pub fn failed(listing: &Listing, image_errors: &[Option<String>], error: String) -> Self {
        assert_eq!(image_errors.len(), listing.images.len(), "one error slot per image");
        let images = listing.images.iter().zip(image_errors);
        Self {
            images: images.map(|(image, error)| ImagePrediction::undecided(image, error.clone())).collect(),
            error: Some(error),
            ..Self::undecided(listing)
        }
    }

    /// Records that a listing could not even be read.
    pub fn broken(broken: &BrokenListing) -> Self {
        let nothing = Listing { id: broken.id().to_owned(), labels: Vec::new(), images: Vec::new() };
        Self::failed(&nothing, &[], describe(broken))
    }

    fn undecided(listing: &Listing) -> Self {
        Self {
            id: listing.id.clone(),
            labels: listing.labels.clone(),
            images: Vec::new(),
            joint_probability: None,
            rule: String::new(),
            exact: true,
            error: None,
            notes: Vec::new(),
        }
    }

    /// Withdraws every answer whose probability is below `least`; the guess stays as [`ImagePrediction::index`].
    pub fn abstain_below(&mut self, least: f32) {
        for image in &mut self.images {
            // A probability that is missing or not a number is no reason to answer.
            if !image.probability.is_some_and(|probability| probability >= least) {
                image.label = None;
            }
        }
    }

    /// The listing with the answers filled in, for [`MergedWriter`](crate::format::course::MergedWriter).
    ///
    /// Photos keep the listing's order. Every label that stood there is replaced; photos without an answer, or that
    /// this prediction does not hold at the same place, get `None`.
    pub fn fill(&self, listing: &Listing) -> Listing {
        let answer = |(index, image): (usize, &ListingImage)| ListingImage {
            file: image.file.clone(),
            label: self
                .images
                .get(index)
                .filter(|answered| answered.file == image.file)
                .and_then(|answered| answered.label.clone()),
        };
        Listing {
            id: listing.id.clone(),
            labels: listing.labels.clone(),
            images: listing.images.iter().enumerate().map(answer).collect(),
        }
    }

    /// `true` if the listing and all its photos could be processed (exit code 0).
    pub fn is_complete(&self) -> bool {
        self.error.is_none() && self.images.iter().all(|image| image.error.is_none())
    }
}

impl ImagePrediction {
    fn undecided(image: &ListingImage, error: Option<String>) -> Self {
        Self {
            file: image.file.clone(),
            label: None,
            index: None,
            probability: None,
            marginals: Vec::new(),
            none: 0.0,
            error,
        }
    }
}

#[cfg(test)]
mod tests;
