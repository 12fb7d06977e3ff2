//! Gaussian blur, border repeated.

use ::image::RgbImage;

/// Blurs with this standard deviation, pixels; the kernel reaches three of them to either side.
pub(super) fn gaussian(photo: &RgbImage, sigma: f32) -> RgbImage {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    if width == 0 || height == 0 {
        return photo.clone();
    }
    let kernel = kernel(sigma);
    let mut values: Vec<f32> = photo.as_raw().iter().map(|&value| value.into()).collect();
    for row in values.chunks_exact_mut(width * 3) {
        blur_line(row, 3, &kernel);
    }
    // Rows as elements: one pass down blurs all columns at once.
    blur_line(&mut values, width * 3, &kernel);
    let bytes = values.into_iter().map(|value| (value + 0.5) as u8).collect();
    RgbImage::from_raw(photo.width(), photo.height(), bytes).unwrap_or_else(|| photo.clone())
}

/// One side of the kernel, the middle first; the whole adds up to 1.
fn kernel(sigma: f32) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as usize;
    let weights: Vec<f64> = (0..=radius).map(|step| (-0.5 * (step as f64 / f64::from(sigma)).powi(2)).exp()).collect();
    let total = 2.0 * weights.iter().sum::<f64>() - weights[0];
    weights.into_iter().map(|weight| (weight / total) as f32).collect()
}

/// Blurs a line of elements, each of them so many values wide.
fn blur_line(line: &mut [f32], element: usize, kernel: &[f32]) {
    let margin = (kernel.len() - 1) * element;
    let mut padded = Vec::with_capacity(line.len() + 2 * margin);
    (1..kernel.len()).for_each(|_| padded.extend_from_slice(&line[..element]));
    padded.extend_from_slice(line);
    (1..kernel.len()).for_each(|_| padded.extend_from_slice(&line[line.len() - element..]));
    line.iter_mut().for_each(|value| *value *= kernel[0]);
    for (step, weight) in kernel.iter().enumerate().skip(1) {
        let (before, after) = (&padded[margin - step * element..], &padded[margin + step * element..]);
        for ((value, before), after) in line.iter_mut().zip(before).zip(after) {
            *value += weight * (before + after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::Rgb;

    #[test]
    fn a_point_spreads_evenly_and_keeps_its_light() {
        let mut photo = RgbImage::from_pixel(33, 21, Rgb([0; 3]));
        photo.put_pixel(16, 10, Rgb([255, 255, 0]));
        let soft = gaussian(&photo, 0.8);
        let sum = |channel: usize| soft.pixels().map(|pixel| u32::from(pixel.0[channel])).sum::<u32>();
        assert!(sum(0).abs_diff(255) < 12 && sum(2) == 0, "{}", sum(0));
        assert_eq!(soft.get_pixel(17, 10), soft.get_pixel(16, 9));
        assert_eq!(soft.get_pixel(15, 10), soft.get_pixel(17, 10));
        let expected =
            255.0 * (1.0 / (1.0 + 2.0 * ((-0.78125f32).exp() + (-3.125f32).exp() + (-7.03f32).exp()))).powi(2);
        assert!((f32::from(soft.get_pixel(16, 10).0[0]) - expected).abs() < 1.0, "{expected}");
    }

    #[test]
    fn a_constant_photo_stays() {
        let photo = RgbImage::from_pixel(5, 3, Rgb([255, 128, 1]));
        assert_eq!(gaussian(&photo, 4.0), photo);
    }
}
