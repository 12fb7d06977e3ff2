//! Truth and predictions side by side.

use std::collections::{HashMap, HashSet, VecDeque};

use peise::listing::{Listing, ListingImage};
use peise::{Answer, ImageAnswer, Verdict, describe};
use peise_listings::ListingError;
use peise_listings::course::{Entry, foreign_labels};

use crate::finding::Finding;

/// Truth and predictions, paired.
#[derive(Default)]
pub(crate) struct Aligned<'a> {
    /// The listings that count, sorted by id so that nothing depends on the order of files.
    pub rows: Vec<ListingRow<'a>>,
    /// Photos that are not counted, since the truth does not say what they show.
    pub left_out: usize,
    /// Disagreements between the files.
    pub findings: Vec<Finding>,
}

/// A listing that counts: at least one photo has a truth.
pub(crate) struct ListingRow<'a> {
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

/// What a photo shows, as the truth or an answer has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// The option with this label.
    Label(&'a str),
    /// No option, such as a size chart.
    NoOption,
}

/// A photo that has a truth.
pub(crate) struct ImageRow<'a> {
    pub file: &'a str,
    pub truth: Shown<'a>,
    /// `None` = missing, unreadable or withheld.
    pub answer: Option<Shown<'a>>,
    pub guess: Option<Guess<'a>>,
}

/// What the probabilities say of a photo.
pub(crate) struct Guess<'a> {
    /// The most likely answer.
    pub shown: Shown<'a>,
    pub probability: f64,
    pub truth_probability: f64,
    /// Sum over labels and "no label" of the squared error of their probabilities.
    pub brier: f64,
}

impl<'a> Shown<'a> {
    /// The label, if an option is shown.
    pub fn label(self) -> Option<&'a str> {
        match self {
            Self::Label(label) => Some(label),
            Self::NoOption => None,
        }
    }
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
        self.guess.as_ref().is_some_and(|guess| guess.shown == self.truth)
    }
}

/// A share of a whole that is not 0.
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// Pairs truth with predictions.
pub(crate) fn align<'a>(truth: &'a [Entry], answers: &'a [Answer], scores: Option<&'a [Answer]>) -> Aligned<'a> {
    let mut aligned = Aligned::default();
    let answers = by_id(answers, &mut aligned.findings);
    // Repeated or unknown listings were reported for the answers; these are mostly the same.
    let scores = by_id(scores.unwrap_or_default(), &mut Vec::new());
    let mut known = HashSet::new();
    for entry in truth {
        match entry {
            Ok(listing) => {
                known.insert(listing.id.as_str());
                let found = [answers.get(listing.id.as_str()), scores.get(listing.id.as_str())];
                aligned.add(listing, found.map(Option::<&&_>::copied));
            }
            Err(broken) => {
                known.insert(broken.id());
                let finding = Finding::UnreadableTruth { id: broken.id().to_owned(), error: describe(broken) };
                aligned.findings.push(finding);
            }
        }
    }
    let unknown = answers.keys().filter(|id| !known.contains(*id));
    aligned.findings.extend(unknown.map(|&id| Finding::UnknownListing { id: id.to_owned() }));
    aligned.rows.sort_by(|a, b| a.id.cmp(b.id));
    aligned
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

/// What the truth says of a photo; `None` = nothing that counts.
fn truth_of<'a>(listing: &'a Listing, image: &'a ListingImage) -> Option<Shown<'a>> {
    match &image.label {
        Some(label) => listing.labels.contains(label).then_some(Shown::Label(label)),
        None => listing.shows_none.contains(&image.file).then_some(Shown::NoOption),
    }
}

impl<'a> Aligned<'a> {
    fn add(&mut self, listing: &'a Listing, [answers, scores]: [Option<&'a Answer>; 2]) {
        for error in foreign_labels(listing) {
            if let ListingError::ForeignLabel { id, file, label } = error {
                self.findings.push(Finding::ForeignTruth { id, file, label });
            }
        }
        let truth: Vec<Option<Shown>> = listing.images.iter().map(|image| truth_of(listing, image)).collect();
        let unknown = |(image, truth): &(&ListingImage, &Option<Shown>)| truth.is_none() && image.label.is_none();
        self.left_out += listing.images.iter().zip(&truth).filter(unknown).count();
        let counts = truth.iter().any(Option::is_some);
        if counts && answers.is_none() {
            self.findings.push(Finding::MissingListing { id: listing.id.clone() });
        }
        let (mut answered, mut scored) = (by_file(answers), by_file(scores));
        let mut images = Vec::new();
        for (image, truth) in listing.images.iter().zip(truth) {
            let answer = answered.get_mut(image.file.as_str()).and_then(VecDeque::pop_front);
            let score = scored.get_mut(image.file.as_str()).and_then(VecDeque::pop_front);
            let Some(truth) = truth else { continue };
            if answers.is_some() && answer.is_none() {
                self.findings.push(Finding::MissingImage { id: listing.id.clone(), file: image.file.clone() });
            }
            let answer = answers.zip(answer).and_then(|(answers, place)| answer_of(answers, place));
            if let Some(Shown::Label(label)) = answer
                && !listing.labels.iter().any(|own| own == label)
            {
                let (id, file) = (listing.id.clone(), image.file.clone());
                self.findings.push(Finding::ForeignAnswer { id, file, label: label.to_owned() });
            }
            let guess = scores.zip(score).and_then(|(scores, place)| guess(scores, place, truth));
            images.push(ImageRow { file: &image.file, truth, answer, guess });
        }
        let (answered, known) = (answered.into_values().flatten(), answers.map_or(&[][..], |answers| &answers.images));
        self.findings.extend(
            answered.map(|place| Finding::UnknownImage { id: listing.id.clone(), file: known[place].file.clone() }),
        );
        if counts {
            self.rows.push(ListingRow {
                id: &listing.id,
                labels: &listing.labels,
                image_count: listing.images.len(),
                images,
                joint: scores.and_then(|scores| scores.joint_probability).map(f64::from),
            });
        }
    }
}

/// Places of photos by name; a name that occurs twice is taken in order.
fn by_file(prediction: Option<&Answer>) -> HashMap<&str, VecDeque<usize>> {
    let mut found: HashMap<_, VecDeque<_>> = HashMap::new();
    for (place, image) in prediction.into_iter().flat_map(|prediction| &prediction.images).enumerate() {
        found.entry(image.file.as_str()).or_default().push_back(place);
    }
    found
}

fn answer_of(answers: &Answer, place: usize) -> Option<Shown<'_>> {
    match answers.verdict(place) {
        Verdict::Matched(label) => Some(Shown::Label(label)),
        Verdict::NoLabel => Some(Shown::NoOption),
        Verdict::Withheld(_) | Verdict::Unreadable(_) | Verdict::Undecided => None,
    }
}

fn guess<'a>(scores: &'a Answer, place: usize, truth: Shown<'_>) -> Option<Guess<'a>> {
    let (labels, image): (_, &ImageAnswer) = (&scores.labels, &scores.images[place]);
    // Marginals are missing where nothing was decided.
    let probability = image.probability.filter(|_| image.marginals.len() == labels.len())?;
    let mut by_text: HashMap<&str, f64> = HashMap::new();
    for (label, &marginal) in labels.iter().zip(&image.marginals) {
        *by_text.entry(label).or_default() += f64::from(marginal);
    }
    let none = f64::from(image.none);
    let truth_probability = match truth {
        Shown::Label(label) => by_text.get(label).copied().unwrap_or(0.0),
        Shown::NoOption => none,
    };
    let squares: f64 = image_squares(labels, &by_text) + none * none;
    let label = image.index.and_then(|index| labels.get(index));
    Some(Guess {
        shown: label.map_or(Shown::NoOption, |label| Shown::Label(label)),
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
