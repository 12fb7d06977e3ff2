//! A gain of each channel in linear light, on 8-bit sRGB.

use std::sync::LazyLock;

use ::image::RgbImage;

/// Linear light of each code value, 0 to 1.
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| std::array::from_fn(|code| linear(code as f64)));

/// Linear light half-way (in code values) between each code value and the next, far beyond white.
static HALFWAY: LazyLock<Vec<f32>> = LazyLock::new(|| (0..1023).map(|code| linear(f64::from(code) + 0.5)).collect());

/// sRGB decoding, IEC 61966-2-1; in double precision and rounded, so that platforms agree.
fn linear(code: f64) -> f32 {
    let value = code / 255.0;
    (if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }) as f32
}

/// What each code value becomes, rounded to the nearest, up to 1023: values beyond white are still told apart.
fn table(gain: f32) -> [u16; 256] {
    // Values rise with the code, so the code to write only ever moves up: no power is taken.
    let mut code = 0;
    LINEAR.map(|light| {
        while code < HALFWAY.len() && light * gain >= HALFWAY[code] {
            code += 1;
        }
        code as u16
    })
}

/// The gain of each channel, as tables.
pub(super) struct Gain {
    tables: [[u16; 256]; 3],
}

impl Gain {
    pub(super) fn new(gain: [f32; 3]) -> Self {
        Self { tables: gain.map(table) }
    }

    /// What a colour becomes. Where a channel would pass white, the whole pixel is darkened until it does not: cutting
    /// the channel alone would turn pale pink to white.
    pub(super) fn of(&self, colour: [u8; 3]) -> [u8; 3] {
        let [red, green, blue] =
            std::array::from_fn(|channel| u32::from(self.tables[channel][usize::from(colour[channel])]));
        let most = red.max(green).max(blue);
        if most <= 255 {
            return [red as u8, green as u8, blue as u8];
        }
        [red, green, blue].map(|value| ((value * 255 + most / 2) / most) as u8)
    }
}

pub(super) fn apply(mut photo: RgbImage, gain: [f32; 3]) -> RgbImage {
    if gain == [1.0; 3] {
        return photo;
    }
    let gain = Gain::new(gain);
    photo.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = gain.of(*pixel));
    photo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_formula() {
        for gain in [0.0, 0.5, 0.9, 1.0, 1.1, 1.7] {
            for (code, got) in table(gain).into_iter().enumerate() {
                let light = f64::from(LINEAR[code] * gain);
                let exact = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
                assert!((f64::from(got) - exact * 255.0).abs() < 0.502, "{gain}: {code} became {got}");
            }
        }
        assert!(table(1.0).into_iter().enumerate().all(|(code, got)| code == usize::from(got)));
    }

    #[test]
    fn beyond_white_the_ratio_of_channels_is_kept() {
        let gain = Gain::new([1.2; 3]);
        assert_eq!(gain.of([255; 3]), [255; 3]);
        for colour in [[255, 230, 230], [240, 251, 120], [255, 20, 0]] {
            let became = gain.of(colour);
            let most = f32::from(colour[0].max(colour[1]).max(colour[2]));
            for (before, after) in colour.into_iter().zip(became) {
                assert!((f32::from(before) / most - f32::from(after) / 255.0).abs() < 0.01, "{colour:?} {became:?}");
            }
        }
        assert_eq!(Gain::new([1.0; 3]).of([255, 0, 9]), [255, 0, 9]);
    }
}
