//! From linear light to a file: tone curve, blur, noise, sizes it was once stored in, JPEG.

use std::sync::LazyLock;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, RgbImage};
use peise::image::{Preprocess, Step};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::canvas::Canvas;
use super::config::{CameraConfig, PhotoConfig};
use super::light::{Light, code};
use super::pattern::Rgb;
use super::random::{normal, within};

/// What the camera and the files did to one photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Development {
    /// Standard deviation of the blur, pixels; 0 = none.
    pub blur: f32,
    /// Standard deviation of the noise, 8-bit steps.
    pub noise: f32,
    /// Part of its size that the photo was once stored in; 1 = never smaller.
    pub resized_to: f32,
    /// JPEG quality.
    pub quality: u8,
}

impl Development {
    pub(super) fn choose(photo: &PhotoConfig, config: &CameraConfig, rng: &mut ChaCha8Rng) -> Self {
        let scale = photo.size as f32 / 224.0;
        let blurred = rng.random_bool(config.blur);
        let blur = if blurred { within(config.blur_sigma, rng) * scale } else { 0.0 };
        let noise = within(config.noise, rng);
        let resized_to = if rng.random_bool(config.resized) { within(config.resized_to, rng) } else { 1.0 };
        Self { blur, noise, resized_to, quality: within(photo.quality, rng).round().clamp(1.0, 100.0) as u8 }
    }

    /// The photo as a camera saves it: noisy.
    pub(super) fn develop(&self, mut canvas: Canvas, light: &Light, rng: &mut ChaCha8Rng) -> RgbImage {
        if self.blur > 0.05 {
            // The blur is of the final size.
            blur(&mut canvas, self.blur * self.resized_to);
        }
        // The table's scale is taken into the gain, so that a pixel costs one product, look-up and sum a channel.
        let gain = light.gain().map(|gain| gain * CURVE as f32);
        let curve = tone_curve(light.gamma);
        let mut bytes = vec![0; canvas.pixels.len() * 3];
        for (row, out) in canvas.pixels.chunks_exact(canvas.width).zip(bytes.chunks_exact_mut(canvas.width * 3)) {
            // Every row begins elsewhere in the table, so that no pattern shows.
            let start = rng.random_range(0..NOISE.len() - LONGEST_ROW);
            let noise = NOISE[start..].as_chunks::<3>().0;
            for ((pixel, out), noise) in row.iter().zip(out.as_chunks_mut::<3>().0).zip(noise) {
                for c in 0..3 {
                    let place = (pixel[c] * gain[c]).clamp(0.0, CURVE as f32) as usize;
                    out[c] = (curve[place.min(CURVE)] + noise[c] * self.noise + 0.5) as u8;
                }
            }
        }
        let (width, height) = (canvas.width as u32, canvas.height as u32);
        RgbImage::from_raw(width, height, bytes).unwrap_or_else(|| RgbImage::new(width, height))
    }

    /// Size in which a photo is taken that is to have this one in the end.
    pub(super) fn stored(&self, (width, height): (u32, u32)) -> (usize, usize) {
        let small = |side: u32| ((side as f32 * self.resized_to).round() as usize).max(4);
        (small(width), small(height))
    }
}

/// The photo as an uploader stores it: enlarged to its final size.
pub(super) fn enlarged(photo: RgbImage, (width, height): (u32, u32)) -> RgbImage {
    if photo.dimensions() == (width, height) {
        return photo;
    }
    let enlarge = Preprocess::new(vec![Step::Resize { width, height }]);
    enlarge.map_or(photo.clone(), |steps| steps.apply(&photo))
}

/// Values of the longest row of pixels: 2000 of them, three channels.
const LONGEST_ROW: usize = 6000;

/// Noise of standard deviation 1, for rows to begin anywhere in.
static NOISE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    (0..1 << 16).map(|_| normal(&mut rng)).collect()
});

/// Steps of a tone curve: the darkest ones are a code apart.
const CURVE: usize = 4096;

/// sRGB codes by linear light, with a gamma on top.
fn tone_curve(gamma: f32) -> Vec<f32> {
    (0..=CURVE).map(|step| 255.0 * (code(step as f32 / CURVE as f32) / 255.0).powf(gamma)).collect()
}

/// Gaussian blur, separable; the border goes on outside.
fn blur(canvas: &mut Canvas, sigma: f32) {
    let reach = (2.5 * sigma).ceil().max(1.0) as isize;
    let kernel: Vec<f32> = (-reach..=reach).map(|k| (-0.5 * (k as f32 / sigma).powi(2)).exp()).collect();
    let total: f32 = kernel.iter().sum();
    let (width, height) = (canvas.width as isize, canvas.height as isize);
    let mut line = vec![[0.0f32; 3]; width.max(height) as usize];
    let mut run = |start: isize, stride: isize, count: isize, pixels: &mut [Rgb]| {
        for k in 0..count {
            let mut sum = [0.0f32; 3];
            for (weight, offset) in kernel.iter().zip(-reach..) {
                let from = &pixels[(start + (k + offset).clamp(0, count - 1) * stride) as usize];
                (0..3).for_each(|c| sum[c] += weight * from[c]);
            }
            line[k as usize] = sum.map(|value| value / total);
        }
        (0..count).for_each(|k| pixels[(start + k * stride) as usize] = line[k as usize]);
    };
    for y in 0..height {
        run(y * width, 1, width, &mut canvas.pixels);
    }
    for x in 0..width {
        run(x, width, height, &mut canvas.pixels);
    }
}

/// Encodes a picture as JPEG.
///
/// # Errors
/// What the encoder says, such as a side above 65,535 pixels.
pub fn jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image)?;
    Ok(bytes)
}
