//! The baselines as matchers, so that they run through the same reading and decoding as a model.

use super::{nearest_colour_scores, random_scores};
use image::RgbImage;
use image::imageops::thumbnail;
use peise::image::{DecodeLimits, ImageError, content_hash, decode};
use peise::label::indistinguishable;
use peise::listing::Listing;
use peise::matcher::decode::{self, DecodeOptions};
use peise::stream::LabelListings;
use peise::{MatchError, Matched};

/// A matcher that needs no training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Scores drawn from content alone.
    Random,
    /// Colour words of the label against colours of the product.
    NearestColour,
}

/// A photo as the baselines keep it.
#[derive(Debug, Clone)]
pub struct SmallPhoto {
    pixels: RgbImage,
    hash: u128,
}

impl Baseline {
    /// All baselines with their names on the command line.
    pub const ALL: [(&str, Self); 2] = [("random", Self::Random), ("nearest-colour", Self::NearestColour)];

    /// The baseline of a name, if there is one.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, baseline)| baseline)
    }

    fn match_one(
        self,
        listing: &Listing,
        photos: &[Option<SmallPhoto>],
        options: &DecodeOptions,
    ) -> Result<Matched, MatchError> {
        if listing.labels.is_empty() {
            return Err(MatchError::NoLabel);
        }
        let readable = listing.images.iter().zip(photos).filter(|(_, photo)| photo.is_some());
        let images = readable.map(|(image, _)| image.clone()).collect();
        let readable = Listing { images, ..listing.clone() };
        let photos = photos.iter().flatten();
        let scores = match self {
            Self::Random => random_scores(&readable, &photos.map(|photo| photo.hash).collect::<Vec<_>>()),
            Self::NearestColour => {
                nearest_colour_scores(&readable, &photos.map(|photo| photo.pixels.clone()).collect::<Vec<_>>())
            }
        };
        let assignment = decode::decode(&scores, options)?;
        Ok(Matched { assignment, same_as: indistinguishable(&listing.labels) })
    }
}

impl LabelListings for Baseline {
    type Photo = SmallPhoto;

    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<SmallPhoto, ImageError> {
        let photo = decode(bytes, limits)?;
        let (width, height) = photo.dimensions();
        let scale = (super::SIDE as f32 / width.max(height) as f32).min(1.0);
        let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
        Ok(SmallPhoto { hash: content_hash(&photo), pixels: thumbnail(&photo, side(width), side(height)) })
    }

    fn label(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Option<SmallPhoto>>],
        options: &DecodeOptions,
    ) -> Vec<Result<Matched, MatchError>> {
        let each = listings.iter().zip(photos);
        each.map(|(listing, photos)| self.match_one(listing, photos, options)).collect()
    }
}
