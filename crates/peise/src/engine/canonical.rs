//! A listing in an order of its own, so that what is answered does not depend on the order it was given in; and what is
//! one decision in it: equal labels, equal pictures, options that look alike.

use super::reading::{Reading, Readings};
use super::{LISTING_LIMIT, MatchError, MatchInput, Photo};
use crate::answer::{Decision, Problem};
use crate::label::{Cleaner, indistinguishable, normalize};
use crate::listing::Scores;
use crate::matcher::decode::{Assignment, Choice, DecodeOptions, Rule, decode_with_optional, reward};

/// Options that look alike by their labels are one option where no photo's scores of them differ by more than this
/// (nats): the model may still see what the label says, such as a pattern.
const ALIKE: f32 = 1.0;

/// Range that scores of a photo are brought to where no label names a colour (nats): no label is then more than a
/// little likelier than another, and the order stays.
const UNKNOWN_RANGE: f32 = 0.2;

/// A listing in canonical order: labels by text, photos by content; what is equal once.
pub(super) struct Canonical<'a> {
    /// Cleaned distinct labels, sorted.
    pub texts: Vec<String>,
    /// Distinct readable pictures in the order of their content.
    pub photos: Vec<&'a Photo>,
    /// For each text its first label in the listing.
    labels: Vec<usize>,
    /// For each text what was read in it.
    readings: Vec<Reading>,
    /// For every label of the listing the first that is equal to it.
    same_as: Vec<usize>,
    /// For every readable photo, in the listing's order, its picture among [`Self::photos`].
    pictures: Vec<usize>,
}

impl<'a> Canonical<'a> {
    /// Checks and orders a listing.
    pub fn of(input: &MatchInput<'a>, cleaner: Cleaner, size: (u32, u32)) -> Result<Self, MatchError> {
        let (listing, images) = (input.listing, input.photos.len());
        let labels = listing.labels.len();
        if labels == 0 {
            return Err(MatchError::NoLabel);
        }
        if images > LISTING_LIMIT.0 || labels > LISTING_LIMIT.1 {
            return Err(MatchError::TooLarge { images, labels });
        }
        let same_as = indistinguishable(&listing.labels);
        let first = (0..labels).filter(|&label| same_as[label] == label);
        // Sorted by normalised text before cleaning, so that cleaning sees one order only.
        let mut order: Vec<(String, usize)> = first.map(|label| (normalize(&listing.labels[label]), label)).collect();
        order.sort();
        let raw: Vec<&str> = order.iter().map(|&(_, label)| listing.labels[label].as_str()).collect();
        let Readings { labels: readings, texts } = Readings::of(&raw, &listing.colours);
        let texts = cleaner.clean(&texts);
        let readable = |(image, photo): (usize, &'a Result<Photo, Problem>)| photo.as_ref().ok().map(|p| (image, p));
        let readable: Vec<(usize, &Photo)> = input.photos.iter().enumerate().filter_map(readable).collect();
        if let Some(&(image, photo)) = readable.iter().find(|(_, photo)| photo.pixels.dimensions() != size) {
            return Err(MatchError::PhotoSize { image, found: photo.pixels.dimensions(), expected: size });
        }
        let (photos, pictures) = distinct(&readable.into_iter().map(|(_, photo)| photo).collect::<Vec<_>>());
        let labels = order.into_iter().map(|(_, label)| label).collect();
        Ok(Self { texts, photos, labels, readings, same_as, pictures })
    }

    /// Decides the listing from its scores, in canonical order.
    ///
    /// `reserve` is the model's [`reward`] for listings of any size; without one the options' own reward holds.
    pub fn decide(
        &self,
        scores: &Scores,
        options: &DecodeOptions,
        reserve: Option<f64>,
    ) -> Result<Decision, MatchError> {
        // Only these rules let options share a photo: the others count photos by option.
        let merges = matches!(options.rule, Rule::Auto | Rule::Reserve | Rule::Free);
        let groups = if merges { self.look_alikes(scores) } else { (0..self.texts.len()).collect() };
        let leaders: Vec<usize> = (0..groups.len()).filter(|&text| groups[text] == text).collect();
        let optional: Vec<bool> = leaders.iter().map(|&text| self.readings[text].optional).collect();
        let mut scores = merge(scores, &groups, &leaders);
        let asked = optional.iter().filter(|&&optional| !optional).count();
        let cover_reward = reserve.map_or(options.cover_reward, |odds| reward(odds, scores.images(), asked));
        let mut options = DecodeOptions { cover_reward, ..*options };
        let no_known_colour = !self.readings.iter().any(Reading::names_colour);
        if no_known_colour {
            options.cover_reward *= f64::from(flatten(&mut scores));
        }
        let assignment = decode_with_optional(&scores, &optional, &options)?;
        Ok(Decision { no_known_colour, ..self.restore(&assignment, &groups, &leaders) })
    }

    /// For each text the first that looks like it.
    fn look_alikes(&self, scores: &Scores) -> Vec<usize> {
        let near = |one: usize, other: usize| {
            (0..scores.images()).all(|image| (scores.row(image)[one] - scores.row(image)[other]).abs() <= ALIKE)
        };
        let mut groups: Vec<usize> = (0..self.texts.len()).collect();
        for text in 0..groups.len() {
            let alike = |&first: &usize| self.readings[first].looks_like(&self.readings[text]) && near(first, text);
            if let Some(first) = (0..text).filter(|&first| groups[first] == first).find(alike) {
                groups[text] = first;
            }
        }
        groups
    }

    /// From canonical order back to the listing's own.
    fn restore(&self, assignment: &Assignment, groups: &[usize], leaders: &[usize]) -> Decision {
        let (labels, columns) = (self.same_as.len(), leaders.len() + 1);
        // The first label of the listing in each group of texts.
        let mut first: Vec<usize> = self.labels.clone();
        for (text, &group) in groups.iter().enumerate() {
            first[group] = first[group].min(self.labels[text]);
        }
        let columns_of: Vec<usize> = leaders.iter().map(|&text| first[text]).collect();
        let mut choices = Vec::with_capacity(self.pictures.len());
        let mut marginals = vec![0f32; self.pictures.len() * (labels + 1)];
        for (&row, out) in self.pictures.iter().zip(marginals.chunks_mut(labels + 1)) {
            let choice = assignment.choices[row];
            choices.push(Choice { label: choice.label.map(|column| columns_of[column]), ..choice });
            let found = &assignment.marginals[row * columns..][..columns];
            columns_of.iter().zip(found).for_each(|(&label, &value)| out[label] = value);
            out[labels] = found[columns - 1];
        }
        let mut same_as = self.same_as.clone();
        for (text, &label) in self.labels.iter().enumerate() {
            same_as[label] = first[groups[text]];
        }
        // Labels equal to an earlier one follow it to the first of its group.
        let same_as: Vec<usize> = self.same_as.iter().map(|&label| same_as[label]).collect();
        let (mut bare, mut optional) = (vec![0f32; labels], vec![false; labels]);
        for ((&label, &value), &text) in columns_of.iter().zip(&assignment.bare).zip(leaders) {
            (bare[label], optional[label]) = (value, self.readings[text].optional);
        }
        // Of options that cannot be told apart one has all photos; what holds of it holds of all.
        let bare = same_as.iter().map(|&label| bare[label]).collect();
        let optional = same_as.iter().map(|&label| optional[label]).collect();
        let first_photo = |picture: &usize| self.pictures.iter().position(|other| other == picture);
        let same_photo = self.pictures.iter().filter_map(first_photo).collect();
        let assignment = Assignment { choices, marginals, bare, ..*assignment };
        Decision { assignment, same_as, same_photo, optional, no_known_colour: false }
    }
}

/// The distinct pictures in the order of their content, and for each photo its picture.
fn distinct<'a>(photos: &[&'a Photo]) -> (Vec<&'a Photo>, Vec<usize>) {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    order.sort_by_key(|&photo| (photos[photo].hash, photo));
    let (mut found, mut pictures) = (Vec::<&Photo>::new(), vec![0; photos.len()]);
    for photo in order {
        let known = found.iter().rposition(|other| same_picture(other, photos[photo]));
        pictures[photo] = known.unwrap_or_else(|| {
            found.push(photos[photo]);
            found.len() - 1
        });
    }
    (found, pictures)
}

/// Whether two photos show the same picture, so that they cannot show two options.
fn same_picture(one: &Photo, other: &Photo) -> bool {
    one.hash == other.hash
}

/// Scores with one column for each group of texts, the mean of theirs.
fn merge(scores: &Scores, groups: &[usize], leaders: &[usize]) -> Scores {
    let none = (0..scores.images()).map(|image| scores.none(image)).collect();
    let mut values = Vec::with_capacity(scores.images() * leaders.len());
    for image in 0..scores.images() {
        let row = scores.row(image);
        values.extend(leaders.iter().map(|&leader| {
            let members = || groups.iter().zip(row).filter(|(group, _)| **group == leader).map(|(_, score)| score);
            members().sum::<f32>() / members().count() as f32
        }));
    }
    Scores::new(scores.images(), leaders.len(), values, none)
}

/// Brings the labels' scores of every photo close together, leaving what they sum to beside "no label"; returns the
/// factor by which differences shrank.
fn flatten(scores: &mut Scores) -> f32 {
    let rows = || (0..scores.images()).map(|image| scores.row(image));
    let range = |row: &[f32]| {
        let (low, high) =
            row.iter().fold((f32::MAX, f32::MIN), |(low, high), &score| (low.min(score), high.max(score)));
        high - low
    };
    let widest = rows().filter(|row| !row.is_empty()).map(range).fold(0.0, f32::max);
    if widest <= UNKNOWN_RANGE {
        return 1.0;
    }
    let factor = UNKNOWN_RANGE / widest;
    let log_sum = |row: &[f32]| {
        let top = row.iter().copied().fold(f32::MIN, f32::max);
        top + row.iter().map(|score| (score - top).exp()).sum::<f32>().ln()
    };
    let flat = |row: &[f32]| {
        let shrunk: Vec<f32> = row.iter().map(|score| score * factor).collect();
        let shift = log_sum(row) - log_sum(&shrunk);
        shrunk.into_iter().map(move |score| score + shift).collect::<Vec<f32>>()
    };
    let values = rows().flat_map(flat).collect();
    let none = (0..scores.images()).map(|image| scores.none(image)).collect();
    *scores = Scores::new(scores.images(), scores.labels(), values, none);
    factor
}

#[cfg(test)]
mod tests;
