//! Truth and predictions side by side.

use std::collections::{HashMap, HashSet, VecDeque};

use peise::describe;
use peise::listing::Listing;
use peise::{Answer, ImageAnswer};
use peise_listings::ListingError;
use peise_listings::course::{Entry, foreign_labels};

use super::Finding;

/// A listing that counts: at least one photo has a truth.
pub(super) struct ListingRow<'a> {
    pub id: &'a str,
    /// The listing's labels.
    pub labels: &'a [String],
    /// Photos n of the listing, those without truth included.
    pub image_count: usize,
    /// The photos that have a truth; never empty.
    pub images: Vec<ImageRow<'a>>,
    /// Joint probability of all guesses.
    pub joint: Option<f64>,
}

/// A photo that has a truth.
pub(super) struct ImageRow<'a> {
    pub file: &'a str,
    pub truth: &'a str,
    pub answer: Option<&'a str>,
    pub guess: Option<Guess<'a>>,
}

/// What the probabilities say of a photo.
pub(super) struct Guess<'a> {
    /// The most likely label; `None` = shows no label.
    pub label: Option<&'a str>,
    pub probability: f64,
    pub truth_probability: f64,
    /// Sum over labels and "no label" of the squared error of their probabilities.
    pub brier: f64,
}

impl ListingRow<'_> {
    pub fn right(&self) -> usize {
        self.images.iter().filter(|image| image.is_right()).count()
    }

    pub fn is_exact(&self) -> bool {
        self.images.iter().all(ImageRow::is_right)
    }

    /// Every photo of the listing has a truth, so that its joint probability can be judged.
    pub fn is_fully_labelled(&self) -> bool {
        self.images.len() == self.image_count
    }
}

impl ImageRow<'_> {
    pub fn is_right(&self) -> bool {
        self.answer == Some(self.truth)
    }

    pub fn is_guessed_right(&self) -> bool {
        self.guess.as_ref().is_some_and(|guess| guess.label == Some(self.truth))
    }
}

/// Pairs truth with predictions, sorted by id so that nothing depends on the order of files.
pub(super) fn align<'a>(
    truth: &'a [Entry],
    answers: &'a [Answer],
    scores: Option<&'a [Answer]>,
    findings: &mut Vec<Finding>,
) -> Vec<ListingRow<'a>> {
    let answers = by_id(answers, findings);
    // Repeated or unknown listings were reported for the answers; these are mostly the same.
    let scores = by_id(scores.unwrap_or_default(), &mut Vec::new());
    let mut known = HashSet::new();
    let mut rows = Vec::new();
    for entry in truth {
        match entry {
            Ok(listing) => {
                known.insert(listing.id.as_str());
                let found = [answers.get(listing.id.as_str()), scores.get(listing.id.as_str())];
                rows.extend(row(listing, found.map(Option::<&&_>::copied), findings));
            }
            Err(broken) => {
                known.insert(broken.id());
                findings.push(Finding::UnreadableTruth { id: broken.id().to_owned(), error: describe(broken) });
            }
        }
    }
    let unknown = answers.keys().filter(|id| !known.contains(*id));
    findings.extend(unknown.map(|&id| Finding::UnknownListing { id: id.to_owned() }));
    rows.sort_by(|a, b| a.id.cmp(b.id));
    rows
}

fn by_id<'a>(predictions: &'a [Answer], findings: &mut Vec<Finding>) -> HashMap<&'a str, &'a Answer> {
    let mut found = HashMap::new();
    for prediction in predictions {
        if found.contains_key(prediction.id.as_str()) {
            findings.push(Finding::RepeatedListing { id: prediction.id.clone() });
        } else {
            found.insert(prediction.id.as_str(), prediction);
        }
    }
    found
}

fn row<'a>(
    listing: &'a Listing,
    [answers, scores]: [Option<&'a Answer>; 2],
    findings: &mut Vec<Finding>,
) -> Option<ListingRow<'a>> {
    for error in foreign_labels(listing) {
        if let ListingError::ForeignLabel { id, file, label } = error {
            findings.push(Finding::ForeignTruth { id, file, label });
        }
    }
    let truth = listing.truth();
    let counts = truth.iter().any(Option::is_some);
    if counts && answers.is_none() {
        findings.push(Finding::MissingListing { id: listing.id.clone() });
    }
    let (mut answered, mut scored) = (by_file(answers), by_file(scores));
    let mut images = Vec::new();
    for (image, truth) in listing.images.iter().zip(truth) {
        let answer = answered.get_mut(image.file.as_str()).and_then(VecDeque::pop_front);
        let score = scored.get_mut(image.file.as_str()).and_then(VecDeque::pop_front);
        let Some(truth) = truth else { continue };
        if answers.is_some() && answer.is_none() {
            findings.push(Finding::MissingImage { id: listing.id.clone(), file: image.file.clone() });
        }
        let answer = answer.and_then(|answer| answer.label.as_deref());
        if let Some(label) = answer.filter(|answer| !listing.labels.iter().any(|label| label == answer)) {
            findings.push(Finding::ForeignAnswer {
                id: listing.id.clone(),
                file: image.file.clone(),
                label: label.to_owned(),
            });
        }
        let truth = listing.labels[truth].as_str();
        images.push(ImageRow {
            file: &image.file,
            truth,
            answer,
            guess: scores.zip(score).and_then(|(scores, score)| guess(&scores.labels, score, truth)),
        });
    }
    for image in answered.into_values().flatten() {
        findings.push(Finding::UnknownImage { id: listing.id.clone(), file: image.file.clone() });
    }
    counts.then(|| ListingRow {
        id: &listing.id,
        labels: &listing.labels,
        image_count: listing.images.len(),
        images,
        joint: scores.and_then(|scores| scores.joint_probability).map(f64::from),
    })
}

/// Photos by name; a name that occurs twice is taken in order.
fn by_file(prediction: Option<&Answer>) -> HashMap<&str, VecDeque<&ImageAnswer>> {
    let mut found: HashMap<_, VecDeque<_>> = HashMap::new();
    for image in prediction.into_iter().flat_map(|prediction| &prediction.images) {
        found.entry(image.file.as_str()).or_default().push_back(image);
    }
    found
}

fn guess<'a>(labels: &'a [String], image: &'a ImageAnswer, truth: &str) -> Option<Guess<'a>> {
    // Marginals are missing where nothing was decided.
    let probability = image.probability.filter(|_| image.marginals.len() == labels.len())?;
    let mut by_text: HashMap<&str, f64> = HashMap::new();
    for (label, &marginal) in labels.iter().zip(&image.marginals) {
        *by_text.entry(label).or_default() += f64::from(marginal);
    }
    let truth_probability = by_text.get(truth).copied().unwrap_or(0.0);
    let none = f64::from(image.none);
    let squares: f64 = image_squares(labels, &by_text) + none * none;
    Some(Guess {
        label: image.index.and_then(|index| labels.get(index)).map(String::as_str),
        probability: f64::from(probability),
        truth_probability,
        brier: squares - truth_probability * truth_probability + (1.0 - truth_probability).powi(2),
    })
}

/// Sums in the order of labels: a map's own order would change the last digit from run to run.
fn image_squares(labels: &[String], by_text: &HashMap<&str, f64>) -> f64 {
    let mut seen = HashSet::new();
    labels.iter().filter(|label| seen.insert(label.as_str())).map(|label| by_text[label.as_str()].powi(2)).sum()
}
