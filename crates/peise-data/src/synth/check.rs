//! Whether listings can be drawn with a configuration.

use super::config::{Pairs, ProductConfig, SynthConfig};
use super::plan::is_held_out;
use super::random::Range;
use super::wardrobe::Slot;
use crate::language::grammar::RateError;
use crate::setting::{SettingError, set};

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SynthConfigError {
    /// A value that no set can be drawn with.
    #[error("{key} {expected}")]
    Value {
        /// The value's key, such as `photo.size`.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A rate of the label grammar.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// A setting that does not fit.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// Smallest and largest length of a photo's shorter side, pixels.
const SIDE: std::ops::RangeInclusive<u32> = 8..=1000;

/// Whether outfits of held-out pairs can be put together, where they are asked for.
fn can_pair(config: &ProductConfig) -> bool {
    use Slot::{Bottom, Outer, Top, Whole};
    let of = |slot: Slot| config.products.iter().copied().filter(move |product| product.slot() == slot);
    let combined = [(Top, Bottom), (Outer, Bottom), (Outer, Whole), (Outer, Top)];
    let held_out = |&(one, other): &(Slot, Slot)| of(one).any(|one| of(other).any(|other| is_held_out(one, other)));
    config.pairs != Pairs::HeldOut || combined.iter().any(held_out)
}

impl SynthConfig {
    /// The same with `key=value` settings (`photo.size=96`, `overlay.any=0`), as recipes take them.
    ///
    /// # Errors
    /// [`SynthConfigError`] if a key does not exist or a value does not fit.
    pub fn with(&self, settings: &[String]) -> Result<Self, SynthConfigError> {
        let config = set(self, settings)?;
        config.check()?;
        Ok(config)
    }

    /// Whether listings can be drawn with these values.
    ///
    /// # Errors
    /// [`SynthConfigError`], naming the first value that is beyond its range.
    pub fn check(&self) -> Result<(), SynthConfigError> {
        let must =
            |holds: bool, key, expected| if holds { Ok(()) } else { Err(SynthConfigError::Value { key, expected }) };
        let rising = |[low, high]: Range, least: f32, most: f32| least <= low && low <= high && high <= most;
        must(SIDE.contains(&self.photo.size), "photo.size", "the shorter side must be 8 to 1000 pixels")?;
        must(rising(self.photo.aspect, 0.5, 2.0), "photo.aspect", "must rise within 0.5 to 2")?;
        must(rising(self.photo.quality, 1.0, 100.0), "photo.quality", "must rise within 1 to 100")?;
        let [least, most] = self.structure.labels;
        must((1..=most).contains(&least) && most <= 24, "structure.labels", "must rise within 1 to 24")?;
        must((1..=64).contains(&self.structure.max_photos), "structure.max_photos", "must be 1 to 64")?;
        must(least <= self.structure.max_photos, "structure.max_photos", "must not be below structure.labels")?;
        must(!self.product.products.is_empty(), "product.products", "must name at least one product")?;
        let finite = |weights: &[f64]| weights.iter().all(|weight| (0.0..=1e6).contains(weight));
        must(can_pair(&self.product), "product.pairs", "held_out needs products of which a pair is held out")?;
        must(finite(&self.product.parts), "product.parts", "weights must not be negative")?;
        must(rising(self.colour.spread, 0.0, 20.0), "colour.spread", "must rise within 0 to 20")?;
        must(rising(self.colour.difference, 0.5, 60.0), "colour.difference", "must rise within 0.5 to 60")?;
        must((0.0..=10.0).contains(&self.colour.drift), "colour.drift", "must be 0 to 10")?;
        must(rising(self.staging.skin, 15.0, 95.0), "staging.skin", "must rise within 15 to 95")?;
        must(rising(self.light.kelvin, 1667.0, 25000.0), "light.kelvin", "must rise within 1667 to 25000")?;
        must(rising(self.light.cast, 0.0, 1.0), "light.cast", "must rise within 0 to 1")?;
        must((0.0..=0.5).contains(&self.light.shift), "light.shift", "must be 0 to 0.5")?;
        must((0.0..=3.0).contains(&self.light.exposure), "light.exposure", "must be 0 to 3 stops")?;
        must(rising(self.light.gamma, 0.3, 3.0), "light.gamma", "must rise within 0.3 to 3")?;
        must(rising(self.camera.scale, 0.1, 4.0), "camera.scale", "must rise within 0.1 to 4")?;
        must((0.0..=180.0).contains(&self.camera.rotation), "camera.rotation", "must be 0 to 180 degrees")?;
        must((0.0..=1.0).contains(&self.camera.shift), "camera.shift", "must be 0 to 1")?;
        must(rising(self.camera.blur_sigma, 0.0, 10.0), "camera.blur_sigma", "must rise within 0 to 10")?;
        must(rising(self.camera.noise, 0.0, 60.0), "camera.noise", "must rise within 0 to 60")?;
        must(rising(self.camera.resized_to, 0.05, 1.0), "camera.resized_to", "must rise within 0.05 to 1")?;
        let (staging, ground, layout) = (&self.staging, &self.background, &self.layout);
        let weights = [
            ("staging", vec![staging.worn, staging.mannequin, staging.hanger, staging.flat]),
            ("background", vec![ground.white, ground.studio, ground.scene, ground.contrast]),
            ("layout", vec![layout.full, layout.detail, layout.back, layout.collage, layout.swatches]),
        ];
        for (key, weights) in weights {
            must(finite(&weights), key, "weights must not be negative")?;
        }
        let rates = [
            ("structure.duplicate", self.structure.duplicate),
            ("structure.junk", self.structure.junk),
            ("structure.more_labels", self.structure.more_labels),
            ("product.patterned", self.product.patterned),
            ("product.print", self.product.print),
            ("colour.relative", self.colour.relative),
            ("staging.colourful_company", staging.colourful_company),
            ("background.shared", ground.shared),
            ("light.shadow", self.light.shadow),
            ("overlay.any", self.overlay.any),
            ("overlay.wrong_colour", self.overlay.wrong_colour),
            ("camera.blur", self.camera.blur),
            ("camera.resized", self.camera.resized),
        ];
        rates.into_iter().try_for_each(|(key, rate)| must((0.0..=1.0).contains(&rate), key, "must be 0 to 1"))?;
        Ok(self.label.validate()?)
    }
}
