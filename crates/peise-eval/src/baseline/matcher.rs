//! The baselines as matchers, so that they run through the same reading and decoding as a model.

use image::RgbImage;
use peise::answer::Decision;
use peise::image::{DecodeLimits, ImageError, content_hash, decode};
use peise::label::indistinguishable;
use peise::listing::Listing;
use peise::matcher::decode::{self, DecodeOptions};
use peise::{Answer, EngineError, MatchError, Problem};
use peise_listings::MatchListings;

use super::scores::{nearest_colour_scores, random_scores, small};

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
        photos: &[&SmallPhoto],
        options: &DecodeOptions,
    ) -> Result<Decision, MatchError> {
        if listing.labels.is_empty() {
            return Err(MatchError::NoLabel);
        }
        let scores = match self {
            Self::Random => random_scores(listing, &photos.iter().map(|photo| photo.hash).collect::<Vec<_>>()),
            Self::NearestColour => nearest_colour_scores(listing, photos.iter().map(|photo| &photo.pixels)),
        };
        let assignment = decode::decode(&scores, options)?;
        Ok(Decision::new(assignment, indistinguishable(&listing.labels)))
    }
}

impl MatchListings for Baseline {
    type Photo = SmallPhoto;

    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<SmallPhoto, ImageError> {
        let photo = decode(bytes, limits)?.pixels;
        Ok(SmallPhoto { hash: content_hash(&photo), pixels: small(&photo) })
    }

    fn answer(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Result<SmallPhoto, Problem>>],
        options: &DecodeOptions,
    ) -> Result<Vec<Answer>, EngineError> {
        let one = |(listing, photos): (&&Listing, &Vec<Result<SmallPhoto, Problem>>)| {
            let problems: Vec<Option<Problem>> = photos.iter().map(|photo| photo.as_ref().err().cloned()).collect();
            let readable: Vec<&SmallPhoto> = photos.iter().flatten().collect();
            match self.match_one(listing, &readable, options) {
                Ok(decision) => Answer::decided(listing, &problems, &decision),
                Err(error) => Answer::failed(listing, &problems, (&error).into()),
            }
        };
        Ok(listings.iter().zip(photos).map(one).collect())
    }
}
