//! Answers: what was decided for a listing, one entry for each photo and for each option.
//!
//! ```text
//! {"id":"1","labels":["黑","白"],"images":[{"file":"1_0.jpg","label":"黑","index":0,"probability":0.9,
//!  "marginals":[0.9,0.1],"none":0.0,"runner_up":1,"same_as":null,"error":null}],
//!  "options":[{"label":"黑","photos":[0],"bare":0.0,"same_as":null},{"label":"白","photos":[],"bare":0.9,"same_as":null}],
//!  "notes":[],"joint_probability":0.9,"rule":"cover","exact":true,"error":null}
//! ```
//!
//! Photos and options keep the listing's order, and every one of them has its entry. `label` is the answer; `index` is
//! the best guess. They differ if the guess was too uncertain to be an answer: then `label` is null and `index` stays
//! ([`Answer::withhold_below`]). Both are null where the photo shows no option, or where `error` says why it could not
//! be used. `probability`, `joint_probability` and `bare` are null where nothing was decided.

use std::collections::BTreeMap;
use std::error::Error;

use serde::{Deserialize, Deserializer, Serialize};

use crate::image::ImageError;
use crate::listing::{Listing, ListingImage};
use crate::matcher::decode::{Assignment, Rule};

/// What was decided for one listing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Identifier of the listing.
    pub id: String,
    /// Its labels, in the seller's order.
    pub labels: Vec<String>,
    /// Its photos, in the listing's order, unreadable ones included.
    pub images: Vec<ImageAnswer>,
    /// Its options, in the order of the labels.
    #[serde(default)]
    pub options: Vec<ColourOption>,
    /// Remarks, such as options that cannot be told apart.
    #[serde(default, deserialize_with = "notes")]
    pub notes: Vec<Note>,
    /// Joint probability of all guesses under the rule, in `[0, 1]`.
    pub joint_probability: Option<f32>,
    /// The assignment rule that was used, as the command line names it; empty where nothing was decided.
    pub rule: String,
    /// `false` where probabilities are approximate.
    pub exact: bool,
    /// Why the listing as a whole could not be matched.
    #[serde(deserialize_with = "problem")]
    pub error: Option<Problem>,
}

/// What was decided for one photo.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImageAnswer {
    /// File name, as the listing names it.
    pub file: String,
    /// The label answered; `None` = no answer.
    pub label: Option<String>,
    /// Index of the guess in [`Answer::labels`], also where it was withheld; `None` = shows no option, or unreadable.
    pub index: Option<usize>,
    /// Marginal probability of the guess, "shows no option" included, in `[0, 1]`.
    pub probability: Option<f32>,
    /// Marginal probability of each label, `[L]`; empty where nothing was decided.
    pub marginals: Vec<f32>,
    /// Marginal probability of "shows no option".
    pub none: f32,
    /// Index of the most probable label other than the guess.
    #[serde(default)]
    pub runner_up: Option<usize>,
    /// Index of the photo whose decision this one shares, since both are the same picture.
    #[serde(default)]
    pub same_as: Option<usize>,
    /// Why the photo could not be used.
    #[serde(default, deserialize_with = "problem")]
    pub error: Option<Problem>,
}

/// What became of a photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict<'a> {
    /// It shows this label.
    Matched(&'a str),
    /// It shows no option, such as a size chart.
    NoLabel,
    /// The guess with this index was less probable than the required minimum.
    Withheld(usize),
    /// It could not be read.
    Unreadable(&'a Problem),
    /// Its listing could not be matched; [`Answer::error`] says why.
    Undecided,
}

/// What was decided for one of a listing's options.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ColourOption {
    /// Its label.
    pub label: String,
    /// Indices of the photos that were answered with it.
    pub photos: Vec<usize>,
    /// Probability that no photo shows it, in `[0, 1]`.
    pub bare: Option<f32>,
    /// Index of the first option that cannot be told from it.
    #[serde(default)]
    pub same_as: Option<usize>,
}

/// A remark on a listing, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// Indices of the labels concerned.
    pub labels: Vec<usize>,
    /// Indices of the photos concerned.
    pub images: Vec<usize>,
    /// One sentence for people.
    pub text: String,
}

/// What a [`Note`] is about; in kebab-case when written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteCode {
    /// No word or code of these labels is known to name a colour.
    NoKnownColour,
    /// These options cannot be told apart.
    LookAlikeOptions,
    /// No photo shows these options.
    OptionWithoutPhoto,
    /// These photos could not be read.
    UnreadablePhoto,
    /// These files have an unsupported format.
    UnsupportedFile,
    /// These photos are the same picture.
    EqualPhotos,
    /// The text was not UTF-8; its encoding was guessed.
    EncodingGuessed,
    /// One label looks like several labels joined.
    JoinedLabels,
    /// These photos show no option.
    NoOptionShown,
    /// The listing cannot keep the requested rule.
    RuleNotKept,
    /// Another engine than the requested one ran the model.
    EngineChanged,
    /// A note of an older file, which had a text only.
    #[serde(other)]
    Other,
}

/// Why a photo or a listing has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What went wrong, in kebab-case, such as `truncated`; stable, for programs.
    pub code: String,
    /// One line: what is wrong, where, and how to fix it.
    pub text: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into() }
    }
}

impl From<&ImageError> for Problem {
    /// The text of an image error includes its causes.
    fn from(error: &ImageError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a matcher decided for the readable photos of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// A choice and a row of marginals for each **readable** photo, in the listing's order.
    pub assignment: Assignment,
    /// For each label the index of the first label that cannot be told from it; usually its own. `[L]`
    pub same_as: Vec<usize>,
    /// For each **readable** photo the first readable one that is the same picture, by its place among them; its own,
    /// mostly.
    pub same_photo: Vec<usize>,
    /// Which labels need no photo, such as an empty one. `[L]`
    pub optional: Vec<bool>,
    /// Whether no label names a colour that is known.
    pub no_known_colour: bool,
}

impl Decision {
    /// A decision in which every photo is a picture of its own and every label needs a photo.
    pub fn new(assignment: Assignment, same_as: Vec<usize>) -> Self {
        let same_photo = (0..assignment.choices.len()).collect();
        let optional = vec![false; same_as.len()];
        Self { assignment, same_as, same_photo, optional, no_known_colour: false }
    }
}

impl Answer {
    /// The answer for a listing that was decided.
    ///
    /// # Shapes
    /// - `problems` `[I]`: why each photo could not be used
    /// - `decision` holds one choice, and one row of marginals, for each photo **without** a problem, in order
    /// # Panics
    /// If the shapes disagree (programmer error).
    pub fn decided(listing: &Listing, problems: &[Option<Problem>], decision: &Decision) -> Self {
        let Decision { assignment, same_as, same_photo, .. } = decision;
        let width = listing.labels.len() + 1;
        let readable = problems.iter().filter(|problem| problem.is_none()).count();
        assert_eq!(problems.len(), listing.images.len(), "one problem slot for each image");
        assert_eq!(same_as.len(), listing.labels.len(), "one index for each label");
        assert_eq!(assignment.bare.len(), listing.labels.len(), "one probability for each label");
        assert_eq!(assignment.choices.len(), readable, "one choice for each image without a problem");
        assert_eq!(assignment.marginals.len(), readable * width, "marginals must be [I, L + 1]");
        assert_eq!(same_photo.len(), readable, "one place for each image without a problem");
        assert_eq!(decision.optional.len(), listing.labels.len(), "one flag for each label");
        let mut answer = Self::undecided(listing, problems);
        let mut decided = assignment.choices.iter().zip(assignment.marginals.chunks_exact(width));
        for image in answer.images.iter_mut().filter(|image| image.error.is_none()) {
            let Some((choice, row)) = decided.next() else { break };
            image.label = choice.label.map(|label| listing.labels[label].clone());
            image.index = choice.label;
            image.probability = Some(choice.probability);
            image.marginals = row[..width - 1].to_vec();
            image.none = row[width - 1];
            image.runner_up = runner_up(&image.marginals, choice.label, same_as);
        }
        for (label, (option, &bare)) in answer.options.iter_mut().zip(&assignment.bare).enumerate() {
            option.same_as = (same_as[label] != label).then_some(same_as[label]);
            option.bare = Some(bare);
        }
        if readable > 0 {
            // Of no photo nothing was decided: a joint probability of 1 would read as certainty.
            answer.joint_probability = Some(assignment.joint_probability);
            answer.rule = assignment.rule.to_string();
        }
        answer.exact = assignment.exact;
        answer.assign_photos();
        answer.share_decisions(same_photo);
        if decision.no_known_colour {
            let text = "no option names a colour that is known: its photos cannot be told by colour".to_owned();
            answer.note(NoteCode::NoKnownColour, (0..listing.labels.len()).collect(), Vec::new(), text);
        }
        answer.note_look_alikes();
        answer.note_bare(decision);
        answer.note_unreadable();
        answer.note_no_option_shown();
        answer
    }

    /// The answer for a listing that could not be matched as a whole.
    ///
    /// # Panics
    /// If there is not one problem slot for each photo (programmer error).
    pub fn failed(listing: &Listing, problems: &[Option<Problem>], problem: Problem) -> Self {
        let mut answer = Self { error: Some(problem), ..Self::undecided(listing, problems) };
        answer.note_unreadable();
        answer
    }

    fn undecided(listing: &Listing, problems: &[Option<Problem>]) -> Self {
        assert_eq!(problems.len(), listing.images.len(), "one problem slot for each image");
        let image = |(image, problem): (&ListingImage, &Option<Problem>)| ImageAnswer {
            file: image.file.clone(),
            error: problem.clone(),
            ..ImageAnswer::default()
        };
        let option = |label: &String| ColourOption { label: label.clone(), ..ColourOption::default() };
        Self {
            id: listing.id.clone(),
            labels: listing.labels.clone(),
            images: listing.images.iter().zip(problems).map(image).collect(),
            options: listing.labels.iter().map(option).collect(),
            exact: true,
            ..Self::default()
        }
    }

    /// Withholds every answer whose probability is below `least`; the guess stays as [`ImageAnswer::index`].
    pub fn withhold_below(&mut self, least: f32) {
        for image in &mut self.images {
            // A probability that is missing or not a number is no reason to answer.
            if !image.probability.is_some_and(|probability| probability >= least) {
                image.label = None;
            }
        }
        self.assign_photos();
    }

    /// The listing with its answers filled in.
    ///
    /// Photos keep the listing's order. Every label that stood there is replaced; photos without an answer, or that
    /// this answer does not hold at the same place, get `None`. [`Listing::shows_none`] names the photos that were
    /// answered with no option.
    pub fn fill(&self, listing: &Listing) -> Listing {
        let label = |(index, image): (usize, &ListingImage)| ListingImage {
            file: image.file.clone(),
            label: self
                .images
                .get(index)
                .filter(|answered| answered.file == image.file)
                .and_then(|answered| answered.label.clone()),
        };
        let shows_none = |&image: &usize| self.verdict(image) == Verdict::NoLabel;
        let shows_none = (0..self.images.len()).filter(shows_none).map(|image| self.images[image].file.clone());
        Listing {
            images: listing.images.iter().enumerate().map(label).collect(),
            shows_none: shows_none.collect(),
            ..listing.clone()
        }
    }

    /// Adds a remark.
    pub fn note(&mut self, code: NoteCode, labels: Vec<usize>, images: Vec<usize>, text: String) {
        self.notes.push(Note { code, labels, images, text });
    }

    /// What became of a photo.
    ///
    /// # Panics
    /// If there is no such photo (programmer error).
    pub fn verdict(&self, image: usize) -> Verdict<'_> {
        let ImageAnswer { label, index, probability, error, .. } = &self.images[image];
        match (error, label, index, probability) {
            (Some(problem), ..) => Verdict::Unreadable(problem),
            (None, Some(label), ..) => Verdict::Matched(label),
            (None, None, Some(index), _) => Verdict::Withheld(*index),
            (None, None, None, Some(_)) => Verdict::NoLabel,
            (None, None, None, None) => Verdict::Undecided,
        }
    }

    /// `true` if the listing and all its photos could be processed.
    pub fn is_complete(&self) -> bool {
        self.error.is_none() && self.images.iter().all(|image| image.error.is_none())
    }

    /// Lists under each option the photos that were answered with it.
    fn assign_photos(&mut self) {
        for (label, option) in self.options.iter_mut().enumerate() {
            let answered = |(_, image): &(usize, &ImageAnswer)| image.label.is_some() && image.index == Some(label);
            option.photos = self.images.iter().enumerate().filter(answered).map(|(image, _)| image).collect();
        }
    }

    /// Names under each repeated photo the first that is the same picture; `same_photo` counts readable photos.
    fn share_decisions(&mut self, same_photo: &[usize]) {
        let readable: Vec<usize> = (0..self.images.len()).filter(|&image| self.images[image].error.is_none()).collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&image, &first) in readable.iter().zip(same_photo) {
            groups.entry(readable[first]).or_default().push(image);
        }
        for (first, images) in groups.into_iter().filter(|(_, images)| images.len() > 1) {
            images.iter().filter(|&&image| image != first).for_each(|&image| self.images[image].same_as = Some(first));
            let names: Vec<&str> = images.iter().map(|&image| self.images[image].file.as_str()).collect();
            let text = format!("{} are the same picture; they share one decision", quoted(&names));
            self.note(NoteCode::EqualPhotos, Vec::new(), images, text);
        }
    }

    /// Tells which options no photo was given, where it is likelier than not that none shows them, or where the rule
    /// asked for one.
    fn note_bare(&mut self, decision: &Decision) {
        if self.images.iter().all(|image| image.error.is_some()) {
            return;
        }
        let given = |label: usize| self.images.iter().any(|image| image.index == Some(label));
        let bare: Vec<usize> = (0..self.labels.len())
            .filter(|&label| decision.same_as[label] == label && !decision.optional[label] && !given(label))
            .collect();
        let told = |some: &[usize]| quoted(&some.iter().map(|&label| self.labels[label].as_str()).collect::<Vec<_>>());
        let likely: Vec<usize> =
            bare.iter().copied().filter(|&label| decision.assignment.bare[label] > LIKELY_BARE).collect();
        let mut notes = Vec::new();
        if !likely.is_empty() {
            let text = format!("no photo shows {}", told(&likely));
            notes.push((NoteCode::OptionWithoutPhoto, likely, text));
        }
        if decision.assignment.rule == Rule::Cover && !bare.is_empty() {
            let text = format!("not every option could have a photo of its own: {} stay without", told(&bare));
            notes.push((NoteCode::RuleNotKept, bare, text));
        }
        notes.into_iter().for_each(|(code, labels, text)| self.note(code, labels, Vec::new(), text));
    }

    fn note_look_alikes(&mut self) {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (label, option) in self.options.iter().enumerate() {
            if let Some(first) = option.same_as {
                groups.entry(first).or_insert_with(|| vec![first]).push(label);
            }
        }
        for labels in groups.into_values() {
            let names: Vec<&str> = labels.iter().map(|&label| self.labels[label].as_str()).collect();
            let text = format!("the options {} cannot be told apart; the first is given", quoted(&names));
            self.note(NoteCode::LookAlikeOptions, labels, Vec::new(), text);
        }
    }

    fn note_unreadable(&mut self) {
        for (code, unsupported) in [(NoteCode::UnreadablePhoto, false), (NoteCode::UnsupportedFile, true)] {
            let concerned = |problem: &Problem| (problem.code == UNSUPPORTED) == unsupported;
            let photos = self.images.iter().enumerate();
            let photos = photos.filter(|(_, image)| image.error.as_ref().is_some_and(concerned));
            let images: Vec<usize> = photos.map(|(index, _)| index).collect();
            if images.is_empty() {
                continue;
            }
            let names: Vec<&str> = images.iter().map(|&image| self.images[image].file.as_str()).collect();
            let why = if unsupported { "are of a format that is not read" } else { "could not be read" };
            let text = format!("{} {why}", quoted(&names));
            self.note(code, Vec::new(), images, text);
        }
    }

    fn note_no_option_shown(&mut self) {
        let images: Vec<usize> =
            (0..self.images.len()).filter(|&image| self.verdict(image) == Verdict::NoLabel).collect();
        if images.is_empty() {
            return;
        }
        let names: Vec<&str> = images.iter().map(|&image| self.images[image].file.as_str()).collect();
        let text = format!("{} show none of the options", quoted(&names));
        self.note(NoteCode::NoOptionShown, Vec::new(), images, text);
    }
}

/// [`Problem::code`] of a file whose format is not read.
pub const UNSUPPORTED: &str = "unsupported";

/// An option without a photo is reported where it is likelier than not that no photo shows it.
const LIKELY_BARE: f32 = 0.5;

/// The most probable label that can be told from the guess.
fn runner_up(marginals: &[f32], guess: Option<usize>, same_as: &[usize]) -> Option<usize> {
    let kind = guess.map(|label| same_as[label]);
    let others = (0..marginals.len()).filter(|&label| Some(same_as[label]) != kind && same_as[label] == label);
    // The first of equal ones, as everywhere.
    others.reduce(|best, label| if marginals[label] > marginals[best] { label } else { best })
}

/// Names in quotes, the first few of many.
fn quoted(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let mut text = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text += &format!(" and {} more", names.len() - SHOWN);
    }
    text
}

/// An error and its causes in one line, as written to output files and the terminal.
pub fn describe(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

/// Older files have a text where there is an object now.
#[derive(Deserialize)]
#[serde(untagged)]
enum OldOrNew<T> {
    New(T),
    Old(String),
}

fn problem<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Problem>, D::Error> {
    let found: Option<OldOrNew<Problem>> = Deserialize::deserialize(deserializer)?;
    Ok(found.map(|found| match found {
        OldOrNew::New(problem) => problem,
        OldOrNew::Old(text) => Problem::new("other", text),
    }))
}

fn notes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Note>, D::Error> {
    let found: Vec<OldOrNew<Note>> = Deserialize::deserialize(deserializer)?;
    let note = |found| match found {
        OldOrNew::New(note) => note,
        OldOrNew::Old(text) => Note { code: NoteCode::Other, labels: Vec::new(), images: Vec::new(), text },
    };
    Ok(found.into_iter().map(note).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::decode::Choice;

    fn listing() -> Listing {
        Listing::new("543", ["绛红", "米色", "绛红色"], ["0.jpg", "1.jpg", "2.jpg", "3.jpg"])
    }

    /// Photo 1 cannot be read, photo 3 shows no option; label 2 cannot be told from label 0.
    fn answer() -> Answer {
        let choice = |label, probability| Choice { label, probability };
        let assignment = Assignment {
            choices: vec![choice(Some(0), 0.9), choice(Some(1), 0.6), choice(None, 0.7)],
            marginals: vec![0.9, 0.1, 0.0, 0.0, 0.4, 0.6, 0.0, 0.0, 0.2, 0.1, 0.0, 0.7],
            joint_probability: 0.5,
            bare: vec![0.0, 0.1, 0.0],
            rule: Rule::Cover,
            exact: true,
        };
        let problems = [None, Some(Problem::new("truncated", "1.jpg is truncated")), None, None];
        Answer::decided(&listing(), &problems, &Decision::new(assignment, vec![0, 1, 0]))
    }

    #[test]
    fn every_photo_has_its_answer_in_its_place() {
        let answer = answer();
        let verdicts: Vec<Verdict> = (0..4).map(|image| answer.verdict(image)).collect();
        let problem = Problem::new("truncated", "1.jpg is truncated");
        let expected =
            [Verdict::Matched("绛红"), Verdict::Unreadable(&problem), Verdict::Matched("米色"), Verdict::NoLabel];
        assert_eq!(verdicts, expected);
        let runners_up: Vec<_> = answer.images.iter().map(|image| image.runner_up).collect();
        assert_eq!(runners_up, [Some(1), None, Some(0), Some(0)]);
        assert!(!answer.is_complete());
    }

    #[test]
    fn every_option_has_its_photos() {
        let answer = answer();
        let photos: Vec<_> = answer.options.iter().map(|option| option.photos.clone()).collect();
        assert_eq!(photos, [vec![0], vec![2], vec![]]);
        assert_eq!(answer.options[2].same_as, Some(0));
        let codes: Vec<_> = answer.notes.iter().map(|note| (note.code, &*note.labels, &*note.images)).collect();
        let expected: [(_, &[usize], &[usize]); 3] = [
            (NoteCode::LookAlikeOptions, &[0, 2], &[]),
            (NoteCode::UnreadablePhoto, &[], &[1]),
            (NoteCode::NoOptionShown, &[], &[3]),
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_withheld_guess_stays_and_frees_its_option() {
        let mut answer = answer();
        answer.withhold_below(0.8);
        assert_eq!(answer.verdict(2), Verdict::Withheld(1));
        assert!(answer.options[1].photos.is_empty());
        assert_eq!(answer.fill(&listing()).images[2].label, None);
    }

    #[test]
    fn a_failed_listing_has_all_its_photos() {
        let failed = Answer::failed(&listing(), &[const { None }; 4], Problem::new("no-label", "none"));
        assert_eq!((0..4).filter(|&image| failed.verdict(image) == Verdict::Undecided).count(), 4);
        assert!(!failed.is_complete() && failed.options.iter().all(|option| option.bare.is_none()));
    }

    #[test]
    fn older_files_are_read() {
        let text = r#"{"id":"1","labels":["黑"],"images":[{"file":"a.jpg","label":null,"index":null,"probability":null,
            "marginals":[],"none":0.0,"error":"a.jpg is empty"}],"joint_probability":null,"rule":"","exact":true,
            "error":"no label","notes":["labels 1 and 2 (黑) cannot be told apart"]}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!(answer.images[0].error, Some(Problem::new("other", "a.jpg is empty")));
        assert_eq!(answer.error.unwrap().text, "no label");
        assert_eq!(answer.notes[0].code, NoteCode::Other);
        let without =
            r#"{"id":"1","labels":[],"images":[],"joint_probability":0.5,"rule":"cover","exact":true,"error":null}"#;
        assert!(serde_json::from_str::<Answer>(without).unwrap().notes.is_empty());
    }
}
