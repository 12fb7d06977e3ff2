//! The light that a photo was taken in, as a white backdrop shows it.
//!
//! Under a lamp a white shirt on white paper is yellow, paper and all; people see that the paper is white and the shirt
//! too. A backdrop of one bright colour that light can have is taken for white here, and its colour for the light's.

use ::image::RgbImage;

use super::srgb::{LINEAR, encoded};

/// Width of the border that is looked at, as a share of the shorter side: 1/32.
const BORDER: u32 = 32;
/// Levels by which a pixel of the backdrop may differ from the border's median, each channel.
const AGREE: u8 = 12;
/// Least share of the border that agrees, so that it is a backdrop and not a scene.
const LEAST_SHARE: f32 = 0.7;
/// Least code of the backdrop's brightest channel: darker paper is grey, or coloured.
const BRIGHT: u8 = 190;
/// The natural logarithm of red over blue, linear, within which light passes for white.
const PLAIN: f32 = 0.15;
/// The same, beyond which it is paint rather than light: 2,856 K, a bulb, seen by a camera set to daylight, has 2.1.
const STRONGEST: f32 = 1.6;
/// Most by which green may leave the line between red and blue, natural logarithms: light is yellow or blue, hardly ever
/// pink or green.
const OFF_LINE: f32 = 0.22;

/// Colour of the light: linear R, G, B of a white backdrop, its brightest channel 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light([f32; 3]);

impl Light {
    /// The light of a photo with a uniform bright border; `None` where there is no such border, or its colour is not
    /// one that light has.
    pub fn of(photo: &RgbImage) -> Option<Self> {
        let backdrop = backdrop(photo)?;
        let linear = backdrop.map(|code| LINEAR[usize::from(code)]);
        let most = linear.into_iter().fold(0.0, f32::max);
        let light = linear.map(|value| value / most);
        let [red, green, blue] = light.map(f32::ln);
        let possible = (red - blue).abs() <= STRONGEST && (green - (red + blue) / 2.0).abs() <= OFF_LINE;
        possible.then_some(Self(light))
    }

    /// Linear R, G, B of white in this light; the brightest is 1.
    pub fn rgb(&self) -> [f32; 3] {
        self.0
    }

    /// Whether white looks white in it, or nearly so.
    pub fn is_white(&self) -> bool {
        let [red, _, blue] = self.0;
        (red / blue).ln().abs() <= PLAIN
    }

    /// The photo as it would look in white light: each channel is divided by the light's, linear, as von Kries proposed.
    pub fn corrected(&self, photo: &RgbImage) -> RgbImage {
        let tables = self.0.map(|light| -> [u8; 256] {
            std::array::from_fn(|code| {
                let linear = (LINEAR[code] / light).min(1.0);
                (encoded(linear) * 255.0 + 0.5) as u8
            })
        });
        let mut out = photo.clone();
        for pixel in out.as_chunks_mut::<3>().0 {
            for (value, table) in pixel.iter_mut().zip(&tables) {
                *value = table[usize::from(*value)];
            }
        }
        out
    }
}

/// The photo in white light; as it is where its light is white or cannot be told.
pub(super) fn in_white_light(photo: &RgbImage) -> RgbImage {
    match Light::of(photo) {
        Some(light) if !light.is_white() => light.corrected(photo),
        _ => photo.clone(),
    }
}

/// Median colour of the border, where most of it agrees with that and it is bright.
fn backdrop(photo: &RgbImage) -> Option<[u8; 3]> {
    let (width, height) = photo.dimensions();
    let border = (width.min(height) / BORDER).max(1);
    let is_border = |x: u32, y: u32| x < border || y < border || x + border >= width || y + border >= height;
    let pixels: Vec<[u8; 3]> =
        photo.enumerate_pixels().filter(|(x, y, _)| is_border(*x, *y)).map(|(_, _, pixel)| pixel.0).collect();
    let median = [0, 1, 2].map(|channel| median(pixels.iter().map(|pixel| pixel[channel])));
    let agrees = |pixel: &&[u8; 3]| pixel.iter().zip(median).all(|(value, median)| value.abs_diff(median) <= AGREE);
    let share = pixels.iter().filter(agrees).count() as f32 / pixels.len().max(1) as f32;
    let bright = median.into_iter().max() >= Some(BRIGHT);
    (share >= LEAST_SHARE && bright && !median.contains(&0)).then_some(median)
}

fn median(values: impl Iterator<Item = u8>) -> u8 {
    let mut counts = [0usize; 256];
    let mut all = 0;
    values.for_each(|value| {
        counts[usize::from(value)] += 1;
        all += 1;
    });
    let mut below = 0;
    let middle = counts.iter().position(|count| {
        below += count;
        2 * below > all
    });
    middle.unwrap_or(0) as u8
}

#[cfg(test)]
mod tests {
    use ::image::Rgb;

    use super::*;

    /// A bulb, weak and strong, and the shade of a house: linear R, G, B.
    const WARM: [[f32; 3]; 2] = [[1.0, 0.86, 0.66], [1.0, 0.68, 0.36]];
    const COLD: [f32; 3] = [0.62, 0.80, 1.0];

    /// A product of one colour before a backdrop, in this light.
    fn scene(backdrop: [u8; 3], product: [u8; 3], light: [f32; 3]) -> RgbImage {
        RgbImage::from_fn(64, 64, |x, y| {
            let colour = if (16..48).contains(&x) && (12..56).contains(&y) { product } else { backdrop };
            let seen = [0, 1, 2].map(|c| encoded(LINEAR[usize::from(colour[c])] * light[c]) * 255.0 + 0.5);
            Rgb(seen.map(|code| code as u8))
        })
    }

    fn near(found: Rgb<u8>, expected: [u8; 3], tolerance: u8) -> bool {
        found.0.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= tolerance)
    }

    #[test]
    fn colours_come_back_from_strong_light() {
        for light in [WARM[0], WARM[1], COLD] {
            for product in [[250; 3], [222, 200, 165], [165, 205, 235], [200, 30, 40], [40, 42, 50]] {
                let seen = scene([248; 3], product, light);
                let found = Light::of(&seen).expect("a white backdrop");
                assert!(found.rgb().iter().zip(light).all(|(a, b)| (a - b).abs() < 0.02), "{found:?} {light:?}");
                assert!(!found.is_white());
                let corrected = found.corrected(&seen);
                assert!(near(*corrected.get_pixel(30, 30), product, 3), "{product:?} {light:?}");
                assert!(near(*corrected.get_pixel(1, 1), [248; 3], 3));
            }
        }
    }

    #[test]
    fn what_shows_no_coloured_light_stays_as_it_is() {
        let plain = [1.0; 3];
        let room = RgbImage::from_fn(64, 64, |x, y| Rgb([150 + (x * 3 / 2) as u8, 140 + (y / 2) as u8, 120]));
        for (what, photo) in [
            ("white", scene([250; 3], [200, 30, 40], plain)),
            ("off-white", scene([248, 246, 240], [250; 3], plain)),
            ("grey paper", scene([120, 118, 110], [250; 3], plain)),
            ("pink paper", scene([250, 205, 215], [250; 3], plain)),
            ("green paper", scene([205, 240, 205], [250; 3], plain)),
            ("red paper", scene([230, 40, 30], [250; 3], plain)),
            ("orange paper", scene([250, 160, 40], [250; 3], plain)),
            ("sky", scene([90, 150, 250], [250; 3], plain)),
            ("black", RgbImage::new(9, 9)),
            ("a room", room),
            ("nothing", RgbImage::new(0, 0)),
            ("one pixel", RgbImage::from_pixel(1, 1, Rgb([255; 3]))),
        ] {
            assert_eq!(in_white_light(&photo), photo, "{what}");
        }
    }

    #[test]
    fn correcting_twice_changes_nothing_more() {
        let once = in_white_light(&scene([248; 3], [200, 30, 40], WARM[1]));
        assert_eq!(in_white_light(&once), once);
    }
}
