//! Photo augmentation that keeps colour: geometry, exposure, illuminant, blur, JPEG. Never hue.
//!
//! Steps are carried out in the order given. Neighbouring geometric steps become one warp and neighbouring colour
//! steps one gain, so that a photo is resampled and rounded once, whatever their number.

mod affine;
mod blur;
mod change;
mod gain;
mod illuminant;
mod jpeg;
mod step;
pub mod text;

use ::image::RgbImage;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use change::Change;
pub use illuminant::{DAYLIGHT, illuminant_gain};

pub use step::{AugmentationError, AugmentationStep};

/// The most that the colour steps of [`Augmentation::recommended`] move any sRGB colour, CIEDE2000.
///
/// Found by a sweep of the sRGB cube over the ends of both ranges; the farthest are near white, more light being cut.
pub const MAX_SHIFT: f32 = 4.5;

/// Steps applied in order to a preprocessed photo; holds only steps that can be carried out. None by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Augmentation {
    steps: Vec<AugmentationStep>,
}

/// What is read from a recipe, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    #[serde(default)]
    steps: Vec<AugmentationStep>,
}

impl TryFrom<Unchecked> for Augmentation {
    type Error = AugmentationError;

    fn try_from(unchecked: Unchecked) -> Result<Self, AugmentationError> {
        Self::new(unchecked.steps)
    }
}

impl Augmentation {
    /// Checks the steps.
    ///
    /// # Errors
    /// [`AugmentationError`], naming the first step that cannot be carried out and its value.
    pub fn new(steps: Vec<AugmentationStep>) -> Result<Self, AugmentationError> {
        steps.iter().enumerate().try_for_each(|(index, step)| step.check(index))?;
        Ok(Self { steps })
    }

    /// The setting for small square photos of clothes; its colour steps keep every colour within [`MAX_SHIFT`].
    ///
    /// Photos of one listing are changed independently, so two colours can move against each other. The ranges are
    /// narrow enough that of any two colour terms more than 15 apart (CIEDE2000), each stays nearer to its own original
    /// than to the other's by more than 7, and what the two became is more than 9 apart, whatever is drawn.
    pub fn recommended() -> Self {
        Self {
            steps: vec![
                AugmentationStep::Flip { probability: 0.5 },
                AugmentationStep::Rotate { degrees: 8.0 },
                AugmentationStep::Zoom { scale: [0.9, 1.3], shift: 0.08 },
                AugmentationStep::Exposure { range: 0.1 },
                AugmentationStep::Planckian { kelvin: [6100.0, 6920.0] },
                AugmentationStep::Blur { sigma: [0.3, 0.8], probability: 0.15 },
                AugmentationStep::Jpeg { quality: [70, 95], probability: 0.25 },
            ],
        }
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[AugmentationStep] {
        &self.steps
    }

    /// Whether photos stay as they are, since there are no steps.
    pub fn is_none(&self) -> bool {
        self.steps.is_empty()
    }

    /// Draws one augmentation and applies it; the photo keeps its size.
    ///
    /// Each step draws in its turn, so the same generator in the same state gives the same bytes.
    pub fn apply(&self, photo: &RgbImage, random: &mut ChaCha8Rng) -> RgbImage {
        let mut photo = photo.clone();
        let size = photo.dimensions();
        let mut waiting: Option<Change> = None;
        for next in self.steps.iter().filter_map(|step| step.draw(size, random)) {
            let both = waiting.and_then(|change| change.joined(&next));
            if let (Some(change), None) = (waiting, both) {
                photo = change.apply(photo);
            }
            waiting = both.or(Some(next));
        }
        match waiting {
            Some(change) => change.apply(photo),
            None => photo,
        }
    }
}

#[cfg(test)]
mod tests;
