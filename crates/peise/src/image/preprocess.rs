//! The steps between a photo and a model's input size.

use ::image::RgbImage;
use serde::{Deserialize, Serialize};

use super::decode::{DecodeLimits, decode_at_least};
use super::error::ImageError;
use super::photo::DecodedPhoto;
use super::resize::Decoded;
use super::scaled;
use super::step::{PreprocessError, Step};

/// Steps applied in order; part of a model's saved config. Holds only steps that can be carried out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Preprocess {
    steps: Vec<Step>,
}

/// What is read from a config, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    steps: Vec<Step>,
}

impl TryFrom<Unchecked> for Preprocess {
    type Error = PreprocessError;

    fn try_from(unchecked: Unchecked) -> Result<Self, PreprocessError> {
        Self::new(unchecked.steps)
    }
}

impl Preprocess {
    /// Checks the steps.
    ///
    /// # Errors
    /// [`PreprocessError`], naming the first step that cannot be carried out.
    pub fn new(steps: Vec<Step>) -> Result<Self, PreprocessError> {
        for (index, step) in steps.iter().enumerate() {
            step.check(index)?;
        }
        Ok(Self { steps })
    }

    /// The report's steps: stretch to 224x224, keep the middle 200x200, scale to the encoder's input (224 for the
    /// frozen ImageNet encoder, 124 for the trained one).
    ///
    /// # Panics
    /// If `encoder_size` is 0 or above 4096 (programmer error), as the presets below do.
    /// # Source
    /// The report, "Images".
    pub fn report(encoder_size: u32) -> Self {
        Self::preset(vec![
            Step::Resize { width: 224, height: 224 },
            Step::CenterCrop { width: 200, height: 200 },
            Step::Resize { width: encoder_size, height: encoder_size },
        ])
    }

    /// Stretches to a square: all of the photo is seen, its aspect lost.
    pub fn stretch(size: u32) -> Self {
        Self::preset(vec![Step::Resize { width: size, height: size }])
    }

    /// Letterboxes to a square on white: all of the photo is seen, its aspect kept.
    pub fn pad(size: u32) -> Self {
        Self::preset(vec![Step::Pad { size, fill: [255; 3] }])
    }

    /// Keeps the largest centred square: aspect kept, the ends of the longer side lost.
    pub fn crop(size: u32) -> Self {
        Self::preset(vec![Step::CropSquare { size }])
    }

    fn preset(steps: Vec<Step>) -> Self {
        match Self::new(steps) {
            Ok(preset) => preset,
            Err(error) => panic!("{error}"),
        }
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Decodes a photo, no larger than the steps need, and applies them: what training and matching both do to a file.
    ///
    /// JPEGs of at least eight times the size that the first step asks for are decoded at an eighth of theirs.
    ///
    /// # Errors
    /// Those of [`decode`](super::decode()).
    pub fn decode(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<DecodedPhoto, ImageError> {
        let least = self.steps.first().and_then(Step::least_side);
        let (DecodedPhoto { pixels, remark }, size) = decode_at_least(bytes, limits, least)?;
        let pixels = match size {
            Some(size) => self.apply_to(&Decoded { pixels: &pixels, size, scale: scaled::BLOCK }),
            None => self.apply(&pixels),
        };
        Ok(DecodedPhoto { pixels, remark })
    }

    /// Applies the steps.
    pub fn apply(&self, image: &RgbImage) -> RgbImage {
        self.apply_to(&Decoded::whole(image))
    }

    fn apply_to(&self, image: &Decoded) -> RgbImage {
        let mut steps = self.steps.iter();
        let Some(first) = steps.next() else {
            return image.pixels.clone();
        };
        steps.fold(first.apply(image), |image, step| step.apply(&Decoded::whole(&image)))
    }

    /// `(width, height)` in pixels that every image gets; `None` where it depends on the image.
    pub fn output_size(&self) -> Option<(u32, u32)> {
        self.steps.iter().fold(None, |known, step| match *step {
            Step::Resize { width, height } => Some((width, height)),
            Step::Pad { size, .. } | Step::CropSquare { size } => Some((size, size)),
            Step::CenterCrop { .. } | Step::GaussianBlur { .. } | Step::WhiteBalance => {
                known.map(|(width, height)| step.output_size(width, height))
            }
        })
    }
}

#[cfg(test)]
mod tests;
