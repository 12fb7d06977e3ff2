//! Predictions from either format, as one type.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use peise::listing::Listing;
use peise::{Answer, ImageAnswer, Verdict, describe};
use peise_listings::FormatError;
use peise_listings::course::read_merged;
use peise_listings::jsonl::AnswerReader;

use crate::finding::Finding;

/// Predictions as they were saved.
#[derive(Debug)]
pub struct SavedPredictions {
    /// Those that could be read, in the order of the file.
    pub predictions: Vec<Answer>,
    /// The others.
    pub findings: Vec<Finding>,
    /// `true` for JSON lines; the course format holds answers only.
    pub with_probabilities: bool,
}

/// Reads predictions in the course format or as JSON lines, recognised by the beginning of the file, else by its suffix.
///
/// # Errors
/// If the file cannot be read, or not one prediction of it.
pub fn read_predictions(path: &Path) -> Result<SavedPredictions, FormatError> {
    if is_json_lines(path)? { read_lines(path) } else { read_course(path) }
}

fn read_course(path: &Path) -> Result<SavedPredictions, FormatError> {
    let (mut predictions, mut findings) = (Vec::new(), Vec::new());
    for entry in read_merged(path)? {
        match entry {
            Ok(listing) => predictions.push(answers(listing)),
            Err(broken) => findings.push(Finding::UnreadablePrediction { error: describe(&broken) }),
        }
    }
    Ok(SavedPredictions { predictions, findings, with_probabilities: false })
}

fn read_lines(path: &Path) -> Result<SavedPredictions, FormatError> {
    let (mut predictions, mut errors) = (Vec::new(), Vec::new());
    for line in AnswerReader::open(path)? {
        match line {
            Ok(prediction) => predictions.push(prediction),
            Err(error @ FormatError::Io { .. }) => return Err(error),
            Err(error) => errors.push(error),
        }
    }
    if predictions.is_empty() && !errors.is_empty() {
        // Not one line: this is another kind of file.
        return Err(errors.swap_remove(0));
    }
    let findings = errors.iter().map(|error| Finding::UnreadablePrediction { error: describe(error) }).collect();
    Ok(SavedPredictions { predictions, findings, with_probabilities: true })
}

/// A course file begins with `{"<id>": {`, a JSON line with `{"id":"`. This holds even for a listing named `id`.
fn is_json_lines(path: &Path) -> Result<bool, FormatError> {
    let failed = |source: io::Error| FormatError::Io { path: path.to_owned(), action: "read", source };
    let mut beginning = Vec::new();
    File::open(path).map_err(failed)?.take(256).read_to_end(&mut beginning).map_err(failed)?;
    let compact: Vec<u8> = beginning.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let compact = compact.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&compact);
    Ok(compact.starts_with(br#"{"id":""#) || path.extension() == Some(OsStr::new("jsonl")))
}

impl SavedPredictions {
    /// Takes over from saved probabilities which photos were decided to show no option.
    ///
    /// The course format has `null` for these, for withheld answers and for unreadable photos alike.
    pub(crate) fn take_verdicts_of(&mut self, scores: &Self) {
        if self.with_probabilities {
            return;
        }
        let mut no_option = HashMap::new();
        for answer in &scores.predictions {
            let places = (0..answer.images.len()).filter(|&place| answer.verdict(place) == Verdict::NoLabel);
            no_option.extend(places.map(|place| {
                let image = &answer.images[place];
                ((answer.id.as_str(), image.file.as_str()), image.probability)
            }));
        }
        for answer in &mut self.predictions {
            for image in answer.images.iter_mut().filter(|image| image.label.is_none()) {
                let found = no_option.get(&(answer.id.as_str(), image.file.as_str()));
                image.probability = found.copied().flatten().or(image.probability);
            }
        }
    }
}

/// A listing of the course format as an answer without probabilities.
fn answers(listing: Listing) -> Answer {
    let shows_none = &listing.shows_none;
    let images = listing.images.into_iter().map(|image| ImageAnswer {
        index: image.label.as_ref().and_then(|label| listing.labels.iter().position(|other| other == label)),
        // The format states no probability. A decision has one, so what it states counts as certain.
        probability: (image.label.is_none() && shows_none.contains(&image.file)).then_some(1.0),
        file: image.file,
        label: image.label,
        ..ImageAnswer::default()
    });
    Answer { images: images.collect(), id: listing.id, labels: listing.labels, exact: true, ..Answer::default() }
}
