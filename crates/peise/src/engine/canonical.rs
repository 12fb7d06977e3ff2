//! A listing in an order of its own, so that what is answered does not depend on the order it was given in.

use super::{LISTING_LIMIT, MatchError, MatchInput, Photo};
use crate::answer::{Decision, Problem};
use crate::label::{Cleaner, indistinguishable, normalize};
use crate::matcher::decode::{Assignment, Choice};

/// A listing in canonical order: labels by text, photos by content; labels that are equal once.
pub(super) struct Canonical<'a> {
    /// Cleaned distinct labels, sorted.
    pub texts: Vec<String>,
    /// For each of them its first label in the listing.
    pub labels: Vec<usize>,
    /// Readable photos in the order of their content, with their index in the listing.
    pub photos: Vec<(usize, &'a Photo)>,
    /// For every label of the listing the first that is equal to it.
    same_as: Vec<usize>,
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
        let texts = cleaner.clean(&raw);
        let readable = |(image, photo): (usize, &'a Result<Photo, Problem>)| photo.as_ref().ok().map(|p| (image, p));
        let mut photos: Vec<(usize, &Photo)> = input.photos.iter().enumerate().filter_map(readable).collect();
        if let Some(&(image, photo)) = photos.iter().find(|(_, photo)| photo.pixels.dimensions() != size) {
            return Err(MatchError::PhotoSize { image, found: photo.pixels.dimensions(), expected: size });
        }
        photos.sort_by_key(|&(image, photo)| (photo.hash, image));
        Ok(Self { texts, labels: order.into_iter().map(|(_, label)| label).collect(), photos, same_as })
    }

    /// From canonical order back to the listing's own.
    pub fn restore(&self, assignment: &Assignment) -> Decision {
        let labels = self.same_as.len();
        let columns = self.texts.len() + 1;
        let mut order: Vec<usize> = (0..self.photos.len()).collect();
        order.sort_by_key(|&row| self.photos[row].0);
        let mut choices = Vec::with_capacity(order.len());
        let mut marginals = vec![0f32; order.len() * (labels + 1)];
        for (&row, out) in order.iter().zip(marginals.chunks_mut(labels + 1)) {
            let choice = assignment.choices[row];
            choices.push(Choice { label: choice.label.map(|label| self.labels[label]), ..choice });
            let found = &assignment.marginals[row * columns..][..columns];
            for (&label, &value) in self.labels.iter().zip(found) {
                out[label] = value;
            }
            out[labels] = found[columns - 1];
        }
        let mut bare = vec![0f32; labels];
        for (&label, &value) in self.labels.iter().zip(&assignment.bare) {
            bare[label] = value;
        }
        // Of labels that cannot be told apart one has all photos; what holds of it holds of all.
        for label in 0..labels {
            bare[label] = bare[self.same_as[label]];
        }
        Decision { assignment: Assignment { choices, marginals, bare, ..*assignment }, same_as: self.same_as.clone() }
    }
}
