//! Photo augmentation that keeps colour: geometry, exposure within a tenth, illuminant. Never hue.

use ::image::RgbImage;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// Ranges of the augmentation; each value is drawn uniformly and independently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Augmentation {
    /// Probability of a left-right flip.
    pub flip: f64,
    /// Largest rotation to either side, degrees.
    pub rotation: f32,
    /// Scale of the camera, smallest and largest; above 1 crops in.
    pub scale: [f32; 2],
    /// Largest shift, as a part of the side.
    pub shift: f32,
    /// Largest relative change of exposure, in linear-ish sRGB code values.
    pub exposure: f32,
    /// Largest shift along the Planckian locus, in relative red gain (blue moves the other way).
    pub illuminant: f32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self { flip: 0.5, rotation: 8.0, scale: [0.9, 1.3], shift: 0.08, exposure: 0.1, illuminant: 0.04 }
    }
}

impl Augmentation {
    /// No change at all.
    pub fn none() -> Self {
        Self { flip: 0.0, rotation: 0.0, scale: [1.0, 1.0], shift: 0.0, exposure: 0.0, illuminant: 0.0 }
    }

    /// Whether photos stay as they are.
    pub fn is_none(&self) -> bool {
        *self == Self::none()
    }

    /// Draws one augmentation and applies it to a preprocessed photo of the same size.
    ///
    /// Sampling is bilinear; outside the photo its border is repeated.
    pub fn apply(&self, photo: &RgbImage, random: &mut impl rand::Rng) -> RgbImage {
        let between = |random: &mut dyn FnMut() -> f32, low: f32, high: f32| low + (high - low) * random();
        let mut unit = || random.random::<f32>();
        let flip = if (unit() as f64) < self.flip { -1.0 } else { 1.0 };
        let angle = between(&mut unit, -self.rotation, self.rotation).to_radians();
        let zoom = 1.0 / between(&mut unit, self.scale[0], self.scale[1]);
        let shift = [between(&mut unit, -self.shift, self.shift), between(&mut unit, -self.shift, self.shift)];
        let exposure = 1.0 + between(&mut unit, -self.exposure, self.exposure);
        // Along the Planckian locus red and blue move against each other, green hardly at all.
        let warmth = between(&mut unit, -self.illuminant, self.illuminant);
        let gain = [exposure * (1.0 + warmth), exposure, exposure * (1.0 - 1.3 * warmth)];

        let (width, height) = photo.dimensions();
        let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
        let (sin, cos) = angle.sin_cos();
        let source = photo.as_raw();
        let row_stride = width as usize * 3;
        let mut output = vec![0u8; source.len()];
        for (index, pixel) in output.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let x = ((index as u32 % width) as f32 + 0.5 - half_width) * zoom * flip;
            let y = ((index as u32 / width) as f32 + 0.5 - half_height) * zoom;
            let from_x = cos * x - sin * y + half_width * (1.0 + 2.0 * shift[0]) - 0.5;
            let from_y = sin * x + cos * y + half_height * (1.0 + 2.0 * shift[1]) - 0.5;
            let from_x = from_x.clamp(0.0, width as f32 - 1.0);
            let from_y = from_y.clamp(0.0, height as f32 - 1.0);
            let (left, top) = (from_x as usize, from_y as usize);
            let (right, bottom) = ((left + 1).min(width as usize - 1), (top + 1).min(height as usize - 1));
            let (part_x, part_y) = (from_x - left as f32, from_y - top as f32);
            for channel in 0..3 {
                let at = |x: usize, y: usize| source[y * row_stride + x * 3 + channel] as f32;
                let upper = at(left, top) * (1.0 - part_x) + at(right, top) * part_x;
                let lower = at(left, bottom) * (1.0 - part_x) + at(right, bottom) * part_x;
                let value = upper * (1.0 - part_y) + lower * part_y;
                pixel[channel] = (value * gain[channel]).round().clamp(0.0, 255.0) as u8;
            }
        }
        RgbImage::from_raw(width, height, output).unwrap_or_else(|| photo.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn pattern() -> RgbImage {
        RgbImage::from_fn(24, 32, |x, y| ::image::Rgb([(x * 9) as u8, (y * 7) as u8, 128]))
    }

    #[test]
    fn none_changes_nothing() {
        let photo = pattern();
        let same = Augmentation::none().apply(&photo, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(photo, same);
    }

    #[test]
    fn a_flip_alone_mirrors() {
        let photo = pattern();
        let flipped =
            Augmentation { flip: 1.0, ..Augmentation::none() }.apply(&photo, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(flipped, ::image::imageops::flip_horizontal(&photo));
    }

    #[test]
    fn colours_stay_near_and_draws_repeat() {
        let grey = RgbImage::from_pixel(16, 16, ::image::Rgb([150, 90, 60]));
        for seed in 0..200 {
            let one = Augmentation::default().apply(&grey, &mut ChaCha8Rng::seed_from_u64(seed));
            let two = Augmentation::default().apply(&grey, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(one, two);
            let pixel = one.get_pixel(8, 8).0;
            let moved =
                peise::colour::delta_e(peise::colour::srgb_to_lab(pixel), peise::colour::srgb_to_lab([150, 90, 60]));
            assert!(moved < 9.0, "{pixel:?} moved {moved}");
        }
    }
}
