//! Light: from CIELAB to linear light and back to 8 bits, and the colour of a lamp.

use std::sync::LazyLock;

use peise::colour::lab_to_srgb;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::config::LightConfig;
use super::pattern::Rgb;
use super::random::{about, within};
use crate::augment::illuminant_gain;

/// Steps of the table from linear light to sRGB codes.
const STEPS: usize = 4096;

static TO_CODE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let code = |step: usize| {
        let value = step as f32 / STEPS as f32;
        255.0 * if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
    };
    (0..=STEPS).map(code).collect()
});

static TO_LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let value = code as f32 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// Linear light of an sRGB colour.
pub(super) fn to_linear(srgb: [u8; 3]) -> Rgb {
    srgb.map(|code| TO_LINEAR[usize::from(code)])
}

/// Linear light of a CIELAB colour.
pub(super) fn lab_to_linear(lab: [f32; 3]) -> Rgb {
    to_linear(lab_to_srgb(lab))
}

/// Linear light of a CIELAB colour, clipped to what a screen shows.
pub(super) fn dye(lab: [f32; 3]) -> Rgb {
    lab_to_linear([lab[0].clamp(4.0, 97.0), lab[1], lab[2]])
}

/// sRGB code of linear light, not rounded, 0 to 255.
pub(super) fn code(linear: f32) -> f32 {
    let place = linear.clamp(0.0, 1.0) * STEPS as f32;
    let at = place as usize;
    let (low, high) = (TO_CODE[at], TO_CODE[(at + 1).min(STEPS)]);
    low + (high - low) * (place - at as f32)
}

/// The light of one photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Light {
    /// Colour temperature, kelvin.
    pub kelvin: f32,
    /// Part of its colour that the camera's white balance left.
    pub cast: f32,
    /// Factor on linear light.
    pub exposure: f32,
    /// Exponent of the picture's tone curve.
    pub gamma: f32,
    /// Where it comes from: left and above are positive.
    pub direction: (f32, f32),
}

impl Light {
    /// The light of a listing.
    pub(super) fn choose(config: &LightConfig, rng: &mut ChaCha8Rng) -> Self {
        // Even in reciprocal temperature is even to the eye.
        let [low, high] = config.kelvin.map(|kelvin| 1.0 / kelvin);
        let kelvin = 1.0 / within([high, low], rng);
        let angle = rng.random_range(-0.9..0.9f32);
        let direction = (angle.sin(), angle.cos());
        Self { kelvin, cast: within(config.cast, rng), exposure: 1.0, gamma: 1.0, direction }
    }

    /// The same light at another photo of the listing.
    pub(super) fn again(&self, config: &LightConfig, rng: &mut ChaCha8Rng) -> Self {
        Self {
            kelvin: (self.kelvin * (1.0 + about(config.shift, rng))).clamp(config.kelvin[0], config.kelvin[1]),
            exposure: about(config.exposure, rng).exp2(),
            gamma: within(config.gamma, rng),
            ..self.clone()
        }
    }

    /// Factor on each channel of linear light.
    pub(super) fn gain(&self) -> Rgb {
        illuminant_gain(self.kelvin).map(|gain| gain.powf(self.cast) * self.exposure)
    }
}
