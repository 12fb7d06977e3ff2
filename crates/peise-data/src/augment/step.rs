//! One step of the augmentation: its ranges, what it draws, and the check of its values.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::affine::Affine;
use super::change::Change;
use super::illuminant::{KELVIN, illuminant_gain};

/// One step; ranges are `[smallest, largest]`, and a value is drawn uniformly from them unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AugmentationStep {
    /// Swaps left and right.
    Flip {
        /// How often, 0 to 1.
        probability: f64,
    },
    /// Turns around the middle.
    Rotate {
        /// Largest angle to either side, 0 to 180 degrees.
        degrees: f32,
    },
    /// Keeps a random box and scales it to the photo's size.
    Crop {
        /// Part of the photo's area that is kept, 0.01 to 1.
        area: [f32; 2],
        /// Width by height of the box, relative to the photo's own, 0.1 to 10; drawn on a logarithmic scale.
        /// A box longer than the photo is cut to it.
        aspect: [f32; 2],
    },
    /// Moves the camera.
    Zoom {
        /// Size of things relative to before, 0.1 to 10; above 1 the camera goes nearer.
        scale: [f32; 2],
        /// Largest shift along either axis, as a part of the side, 0 to 1.
        shift: f32,
    },
    /// Blurs with a Gaussian, border repeated.
    Blur {
        /// Standard deviation, 0.05 to 16 pixels.
        sigma: [f32; 2],
        /// How often, 0 to 1.
        probability: f64,
    },
    /// Multiplies linear light.
    Exposure {
        /// Largest relative change to either side, 0 to 0.5: 0.1 is 10 % less to 10 % more light.
        range: f32,
    },
    /// Moves the light along the Planckian locus, luminance of greys kept. No change at 6504 kelvin.
    ///
    /// # Source
    /// S. Zini et al., "Planckian Jitter", ICLR 2023. Drawn uniformly in reciprocal kelvin, where equal steps look
    /// about equally large.
    Planckian {
        /// Colour temperature of the light, 1667 to 25000 kelvin.
        kelvin: [f32; 2],
    },
    /// Encodes as JPEG and decodes.
    Jpeg {
        /// Quality, 1 to 100.
        quality: [u8; 2],
        /// How often, 0 to 1.
        probability: f64,
    },
}

/// Why a list of steps cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum AugmentationError {
    /// A single value out of bounds.
    #[error("augmentation step {index} ({step}): {field} {found}; give {low} to {high}")]
    Value {
        /// Position of the step, from 0.
        index: usize,
        /// Name of the step.
        step: &'static str,
        /// Name of the value.
        field: &'static str,
        /// Value found.
        found: f64,
        /// Smallest that works.
        low: f64,
        /// Largest that works.
        high: f64,
    },
    /// A range out of bounds or upside down.
    #[error(
        "augmentation step {index} ({step}): {field} {found:?}; give two numbers from {low} to {high}, the smaller first"
    )]
    Range {
        /// Position of the step, from 0.
        index: usize,
        /// Name of the step.
        step: &'static str,
        /// Name of the range.
        field: &'static str,
        /// Range found.
        found: [f32; 2],
        /// Smallest that works.
        low: f64,
        /// Largest that works.
        high: f64,
    },
}

impl AugmentationStep {
    /// Name as written in a recipe.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Flip { .. } => "flip",
            Self::Rotate { .. } => "rotate",
            Self::Crop { .. } => "crop",
            Self::Zoom { .. } => "zoom",
            Self::Blur { .. } => "blur",
            Self::Exposure { .. } => "exposure",
            Self::Planckian { .. } => "planckian",
            Self::Jpeg { .. } => "jpeg",
        }
    }

    pub(super) fn check(&self, index: usize) -> Result<(), AugmentationError> {
        let step = self.name();
        let value = |field, found: f64, [low, high]: [f64; 2]| {
            let fits = (low..=high).contains(&found);
            if fits { Ok(()) } else { Err(AugmentationError::Value { index, step, field, found, low, high }) }
        };
        let range = |field, found: [f32; 2], [low, high]: [f64; 2]| {
            let fits = low as f32 <= found[0] && found[0] <= found[1] && found[1] <= high as f32;
            if fits { Ok(()) } else { Err(AugmentationError::Range { index, step, field, found, low, high }) }
        };
        let part = [0.0, 1.0];
        match *self {
            Self::Flip { probability } => value("probability", probability, part),
            Self::Rotate { degrees } => value("degrees", degrees.into(), [0.0, 180.0]),
            Self::Crop { area, aspect } => range("area", area, [0.01, 1.0]).and(range("aspect", aspect, [0.1, 10.0])),
            Self::Zoom { scale, shift } => range("scale", scale, [0.1, 10.0]).and(value("shift", shift.into(), part)),
            Self::Blur { sigma, probability } => {
                range("sigma", sigma, [0.05, 16.0]).and(value("probability", probability, part))
            }
            Self::Exposure { range } => value("range", range.into(), [0.0, 0.5]),
            Self::Planckian { kelvin } => range("kelvin", kelvin, KELVIN.map(f64::from)),
            Self::Jpeg { quality, probability } => {
                range("quality", quality.map(f32::from), [1.0, 100.0]).and(value("probability", probability, part))
            }
        }
    }

    /// Draws what this step does to a photo of this width and height, pixels; `None` where it does nothing this time.
    pub(super) fn draw(&self, (width, height): (u32, u32), random: &mut ChaCha8Rng) -> Option<Change> {
        let (width, height) = (width as f32, height as f32);
        let change = match *self {
            Self::Flip { probability } => {
                random.random_bool(probability).then(|| Change::Geometry(Affine::scale(-1.0, 1.0)))?
            }
            Self::Rotate { degrees } => Change::Geometry(Affine::rotation(between([-degrees, degrees], random))),
            Self::Crop { area, aspect } => {
                let area = between(area, random);
                let aspect = between(aspect.map(f32::ln), random).exp();
                let (across, down) = ((area * aspect).sqrt().min(1.0), (area / aspect).sqrt().min(1.0));
                let [x, y] = [across, down].map(|part| between([part - 1.0, 1.0 - part], random) / 2.0);
                Change::Geometry(Affine::shift(x * width, y * height).then(&Affine::scale(across, down)))
            }
            Self::Zoom { scale, shift } => {
                let scale = between(scale, random).recip();
                let [x, y] = [width, height].map(|side| between([-shift, shift], random) * side);
                Change::Geometry(Affine::shift(x, y).then(&Affine::scale(scale, scale)))
            }
            Self::Exposure { range } => Change::Colour([1.0 + between([-range, range], random); 3]),
            Self::Planckian { kelvin } => {
                Change::Colour(illuminant_gain(between(kelvin.map(f32::recip), random).recip()))
            }
            Self::Blur { sigma, probability } => {
                random.random_bool(probability).then(|| Change::Blur(between(sigma, random)))?
            }
            Self::Jpeg { quality, probability } => {
                random.random_bool(probability).then(|| Change::Jpeg(between(quality.map(f32::from), random)))?
            }
        };
        Some(change)
    }
}

fn between([low, high]: [f32; 2], random: &mut ChaCha8Rng) -> f32 {
    low + (high - low) * random.random::<f32>()
}
