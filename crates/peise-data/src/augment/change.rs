//! What a step has drawn, and how neighbouring changes add up.

use ::image::RgbImage;

use super::affine::Affine;
use super::{blur, gain, jpeg};

/// One change of a photo, nothing left to chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    /// Where each pixel comes from.
    Geometry(Affine),
    /// Gain of each channel in linear light.
    Colour([f32; 3]),
    /// Standard deviation of a blur, pixels.
    Blur(f32),
    /// Quality of a JPEG, 1 to 100.
    Jpeg(f32),
}

impl Change {
    /// This one and then the next as one, where that is possible.
    pub(super) fn joined(&self, next: &Self) -> Option<Self> {
        match (self, next) {
            (Self::Geometry(first), Self::Geometry(next)) => Some(Self::Geometry(first.then(next))),
            (Self::Colour(first), Self::Colour(next)) => {
                Some(Self::Colour(std::array::from_fn(|channel| first[channel] * next[channel])))
            }
            _ => None,
        }
    }

    pub(super) fn apply(&self, photo: RgbImage) -> RgbImage {
        match *self {
            Self::Geometry(affine) => affine.warp(photo),
            Self::Colour(gain) => gain::apply(photo, gain),
            Self::Blur(sigma) => blur::gaussian(&photo, sigma),
            Self::Jpeg(quality) => jpeg::there_and_back(&photo, quality),
        }
    }
}
