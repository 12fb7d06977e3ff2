//! What becomes of a decoded photo: a model's input, an identity, a thumbnail.

use ::image::codecs::jpeg::JpegEncoder;
use ::image::{ExtendedColorType, RgbImage};
use xxhash_rust::xxh3::Xxh3;

use super::error::ImageError;
use super::resize::{Decoded, fit, resize};

/// Writes an image as a model's input: `(value / 255 - mean) / std`, planes in the order R, G, B.
///
/// # Shapes
/// - `out` `[3, H, W]`, row-major; `mean` and `std` per channel, in units of `[0, 1]` values
/// # Panics
/// If `out` does not hold `3 * H * W` values (programmer error).
pub fn write_tensor(image: &RgbImage, mean: [f32; 3], std: [f32; 3], out: &mut [f32]) {
    let pixels = image.as_raw().as_chunks::<3>().0;
    assert_eq!(out.len(), 3 * pixels.len(), "out must be [3, {}, {}]", image.height(), image.width());
    if pixels.is_empty() {
        return;
    }
    for (channel, plane) in out.chunks_exact_mut(pixels.len()).enumerate() {
        let table: [f32; 256] = std::array::from_fn(|value| (value as f32 / 255.0 - mean[channel]) / std[channel]);
        for (to, pixel) in plane.iter_mut().zip(pixels) {
            *to = table[usize::from(pixel[channel])];
        }
    }
}

/// Identity of a photo's content: XXH3-128 over width, height (32-bit little-endian) and pixels.
///
/// Equal for equal pixels, however the file was named or compressed; stable across platforms and releases, so a
/// listing's images have a canonical order.
pub fn content_hash(image: &RgbImage) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&image.width().to_le_bytes());
    hash.update(&image.height().to_le_bytes());
    hash.update(image.as_raw());
    hash.digest128()
}

/// Encodes a small JPEG for a report page.
///
/// The longer side becomes `long_side` pixels (at least 1) and the aspect is kept; a smaller image is not enlarged.
/// `quality` is clamped to 1..=100.
///
/// # Errors
/// [`ImageError::Encode`] where the encoder refuses, for instance an image without pixels.
pub fn thumbnail_jpeg(image: &RgbImage, long_side: u32, quality: u8) -> Result<Vec<u8>, ImageError> {
    let (width, height) = image.dimensions();
    let small;
    let image = if width.max(height) > long_side.max(1) {
        let (width, height) = fit(width, height, long_side.max(1));
        small = resize(&Decoded::whole(image), width, height);
        &small
    } else {
        image
    };
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|source| ImageError::Encode { source })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| ::image::Rgb([x as u8, y as u8, 77]))
    }

    #[test]
    fn a_tensor_is_planar_normalised_and_in_the_order_red_green_blue() {
        let image = RgbImage::from_raw(2, 1, vec![0, 51, 255, 255, 102, 0]).unwrap();
        let mut out = [f32::NAN; 6];
        write_tensor(&image, [0.5, 0.0, 1.0], [0.5, 1.0, 0.25], &mut out);
        assert_eq!(out, [-1.0, 1.0, 0.2, 0.4, 0.0, -4.0]);
    }

    #[test]
    #[should_panic(expected = "out must be [3, 2, 3]")]
    fn a_tensor_of_another_length_is_a_programmer_error() {
        write_tensor(&pattern(3, 2), [0.0; 3], [1.0; 3], &mut [0.0; 17]);
    }

    #[test]
    fn the_hash_tells_pixels_and_shape_apart() {
        let image = pattern(6, 4);
        let reshaped = RgbImage::from_raw(4, 6, image.as_raw().clone()).unwrap();
        let mut other = image.clone();
        other.get_pixel_mut(5, 3).0[2] ^= 1;
        assert_eq!(content_hash(&image), content_hash(&image.clone()));
        assert_ne!(content_hash(&image), content_hash(&reshaped));
        assert_ne!(content_hash(&image), content_hash(&other));
        // From the reference implementation (Python xxhash): caches and orders rely on the value.
        assert_eq!(content_hash(&RgbImage::new(1, 1)), 0x39075079ed190e0ac690b7c4116fab46);
    }

    #[test]
    fn a_thumbnail_keeps_the_aspect_and_is_not_enlarged() {
        for (size, long_side, expected) in
            [((300, 150), 60, (60, 30)), ((20, 200), 50, (5, 50)), ((9, 7), 60, (9, 7)), ((500, 1), 10, (10, 1))]
        {
            let bytes = thumbnail_jpeg(&pattern(size.0, size.1), long_side, 80).unwrap();
            let image = super::super::decode(&bytes, &super::super::DecodeLimits::default()).unwrap().pixels;
            assert_eq!(image.dimensions(), expected);
        }
        assert!(matches!(thumbnail_jpeg(&RgbImage::new(0, 0), 10, 80), Err(ImageError::Encode { .. })));
    }
}
