//! Gaussian blur as torchvision does it.

use ::image::RgbImage;

/// Blurs an image.
///
/// `kernel` is the odd width of the kernel in pixels, `sigma` its standard deviation in pixels. Values are filtered as
/// 8-bit sRGB, in 32-bit floating point, and rounded half to even.
///
/// # Source
/// `torchvision.transforms.functional.gaussian_blur`: weights exp(-x²/2σ²) at x = -(k-1)/2 .. (k-1)/2, normalised,
/// borders reflected without repeating the edge. Differs in two ways: the two passes are separate (equal but for
/// rounding), and where torchvision refuses an image narrower than half the kernel, the reflection repeats.
/// # Panics
/// If `kernel` is even or `sigma` not positive (programmer error: `Preprocess` has checked them).
pub(super) fn gaussian_blur(image: &RgbImage, kernel: u32, sigma: f32) -> RgbImage {
    assert!(kernel % 2 == 1 && sigma > 0.0, "the kernel must be odd and sigma positive");
    let weights = weights(kernel, sigma);
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width == 0 || height == 0 {
        return image.clone();
    }
    let columns = sources(width, weights.len());
    let rows = sources(height, weights.len());

    let mut across = vec![0.0; image.as_raw().len()];
    let mut padded = vec![0.0_f32; columns.len() * 3];
    for (to, from) in across.chunks_exact_mut(3 * width).zip(image.as_raw().chunks_exact(3 * width)) {
        for (pixel, &column) in padded.as_chunks_mut::<3>().0.iter_mut().zip(&columns) {
            *pixel = [0, 1, 2].map(|channel| f32::from(from[3 * column + channel]));
        }
        for (tap, &weight) in weights.iter().enumerate() {
            accumulate(to, &padded[3 * tap..], weight);
        }
    }
    let mut out = RgbImage::new(image.width(), image.height());
    let mut sums = vec![0.0_f32; 3 * width];
    for (y, to) in out.chunks_exact_mut(3 * width).enumerate() {
        sums.fill(0.0);
        for (&row, &weight) in rows[y..].iter().zip(&weights) {
            accumulate(&mut sums, &across[3 * width * row..], weight);
        }
        for (to, &sum) in to.iter_mut().zip(&sums) {
            *to = sum.round_ties_even() as u8; // the cast saturates
        }
    }
    out
}

fn accumulate(sums: &mut [f32], values: &[f32], weight: f32) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

fn weights(kernel: u32, sigma: f32) -> Vec<f32> {
    let half = (f64::from(kernel) - 1.0) / 2.0;
    let density = |tap: u32| (-0.5 * ((f64::from(tap) - half) / f64::from(sigma)).powi(2)).exp();
    let total: f64 = (0..kernel).map(density).sum();
    (0..kernel).map(|tap| (density(tap) / total) as f32).collect()
}

/// For every position of a line padded by half a kernel on both sides, the position it reflects.
fn sources(length: usize, kernel: usize) -> Vec<usize> {
    let (half, last) = ((kernel / 2) as isize, length as isize - 1);
    let reflect = |at: isize| match last {
        0 => 0,
        _ => (last - (at.rem_euclid(2 * last) - last).abs()) as usize,
    };
    (-half..=last + half).map(reflect).collect()
}
