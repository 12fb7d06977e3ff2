//! Decoding a JPEG at an eighth of its size, from the mean of each 8x8 block alone.
//!
//! A shop's photo of 800 px is asked for at 64: the inverse transform, colour conversion and most of resizing would be thrown
//! away. The mean of a block is its first coefficient, so nothing is lost but what resizing averages out; the other
//! coefficients are passed over. No decoder that is kept does this without a cast of colour
//! (`docs/decisions/013-scaled-decoding.md`).

use ::image::metadata::Orientation;
use ::image::{DynamicImage, GrayImage, RgbImage};
use means::{Means, means};

mod bits;
mod means;

/// Side of a JPEG block, pixels.
pub(super) const BLOCK: u32 = 8;

/// Whether an image of this size still has `least` pixels a side at an eighth of it.
pub(super) fn is_enough((width, height): (u32, u32), least: u32) -> bool {
    width.min(height) / BLOCK >= least
}

/// Decodes at an eighth of the size, rounded up, and returns the size of the whole image, both oriented by EXIF. `None`
/// for files that need full decoding: progressive, damaged, CMYK, rare sampling.
pub(super) fn decode(bytes: &[u8], size: (u32, u32)) -> Option<(DynamicImage, (u32, u32))> {
    let means = means(bytes)?;
    let exif = means.exif.as_deref().and_then(Orientation::from_exif_chunk);
    let mut image = colours(&means);
    let orientation = exif.unwrap_or(Orientation::NoTransforms);
    if orientation == Orientation::NoTransforms {
        return Some((image, size));
    }
    // Turned, a block that reaches beyond the photo might stand first instead of last.
    let whole = size.0.is_multiple_of(BLOCK) && size.1.is_multiple_of(BLOCK);
    image.apply_orientation(orientation);
    let size = (image.width() * BLOCK, image.height() * BLOCK);
    whole.then_some((image, size))
}

/// From Y, Cb, Cr to R, G, B (JFIF 1.02); grey stays grey.
fn colours(means: &Means) -> DynamicImage {
    let (width, height) = means.size;
    let line = |y: usize| y * means.stride..y * means.stride + width;
    let [luma, blue, red] = means.planes.as_slice() else {
        let mut image = GrayImage::new(width as u32, height as u32);
        for (y, row) in image.chunks_exact_mut(width).enumerate() {
            for (value, &luma) in row.iter_mut().zip(&means.planes[0][line(y)]) {
                *value = (luma + 0.5) as u8;
            }
        }
        return image.into();
    };
    let mut image = RgbImage::new(width as u32, height as u32);
    for (y, row) in image.chunks_exact_mut(3 * width).enumerate() {
        let planes = luma[line(y)].iter().zip(&blue[line(y)]).zip(&red[line(y)]);
        for (pixel, ((&luma, &blue), &red)) in row.as_chunks_mut::<3>().0.iter_mut().zip(planes) {
            let (blue, red) = (blue - 128.0, red - 128.0);
            let colour = [1.402 * red, -0.344_136 * blue - 0.714_136 * red, 1.772 * blue];
            // A cast to an integer saturates.
            *pixel = colour.map(|part| (luma + part + 0.5) as u8);
        }
    }
    image.into()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::{ExtendedColorType, GenericImageView, ImageFormat, Rgb};
    use proptest::prelude::*;

    use super::super::{DecodeLimits, Preprocess, Step};
    use super::*;

    /// A photo of soft colours, as large as given.
    fn photo(width: u32, height: u32) -> RgbImage {
        let wave = |x: u32, of: u32, turns: f32| (x as f32 / of as f32 * turns).sin() * 100.0 + 128.0;
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([wave(x, width, 5.0) as u8, wave(y, height, 4.0) as u8, wave(x + y, width + height, 9.0) as u8])
        })
    }

    fn jpeg(photo: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(photo).expect("JPEG takes any photo");
        bytes
    }

    fn in_full(bytes: &[u8]) -> RgbImage {
        super::super::decode(bytes, &DecodeLimits::default()).expect("a JPEG").pixels
    }

    fn scaled(steps: &Preprocess, bytes: &[u8]) -> RgbImage {
        steps.decode(bytes, &DecodeLimits::default()).expect("a JPEG").pixels
    }

    fn largest_difference(one: &RgbImage, other: &RgbImage) -> u8 {
        assert_eq!(one.dimensions(), other.dimensions());
        one.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }

    #[test]
    fn an_eighth_is_what_resizing_gives() {
        let steps = Preprocess::stretch(24);
        for (width, height) in [(192, 192), (320, 200), (203, 331)] {
            let bytes = jpeg(&photo(width, height));
            let in_full = steps.apply(&in_full(&bytes));
            let small = decode(&bytes, (width, height)).expect("a JPEG").0;
            assert_eq!(small.dimensions(), (width.div_ceil(8), height.div_ceil(8)));
            let scaled = scaled(&steps, &bytes);
            let difference = largest_difference(&in_full, &scaled);
            assert!(difference <= 3, "{width}x{height}: {difference}");
            // A cast would move all pixels one way.
            for channel in 0..3 {
                let of = |image: &RgbImage| image.pixels().map(|pixel| f64::from(pixel.0[channel])).sum::<f64>();
                let bias = (of(&scaled) - of(&in_full)) / f64::from(24 * 24);
                assert!(bias.abs() < 0.2, "{width}x{height}, channel {channel}: {bias}");
            }
        }
    }

    /// Written by Pillow 13 out of waves and two blocks of colour.
    #[test]
    fn halved_chroma_and_restarts_are_read() {
        for (name, bytes) in [
            ("restarts", &include_bytes!("scaled/fixtures/half_chroma_restarts.jpg")[..]),
            ("across", include_bytes!("scaled/fixtures/half_chroma_across.jpg")),
        ] {
            let in_full = in_full(bytes);
            let means = Preprocess::new(vec![Step::Resize { width: 21, height: 15 }]).expect("a step");
            let expected = means.apply(&in_full);
            let (scaled, size) = decode(bytes, in_full.dimensions()).expect("a baseline JPEG");
            let scaled = scaled.into_rgb8();
            assert_eq!((scaled.dimensions(), size), ((21, 15), (168, 120)));
            // Resizing looks beyond the block, so a pixel at an edge of colour may differ by much, the mean by little.
            let apart = scaled.iter().zip(expected.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
            let mean = |image: &RgbImage| image.iter().map(|&value| f64::from(value)).sum::<f64>() / 945.0;
            assert!(apart / 945.0 < 4.0, "{name}: {}", apart / 945.0);
            assert!((mean(&scaled) - mean(&expected)).abs() < 0.5, "{name}");
            let exact = |x: u32, y: u32| {
                let block = in_full.view(8 * x, 8 * y, 8, 8).to_image();
                (0..3).map(|c| block.pixels().map(|p| f64::from(p.0[c])).sum::<f64>() / 64.0).collect::<Vec<_>>()
            };
            for (x, y) in [(4, 6), (14, 10), (2, 3), (20, 14), (0, 0)] {
                for (found, expected) in scaled.get_pixel(x, y).0.into_iter().zip(exact(x, y)) {
                    assert!((f64::from(found) - expected).abs() < 6.0, "{name} {x},{y}: {found} {expected}");
                }
            }
        }
        let progressive = include_bytes!("scaled/fixtures/progressive.jpg");
        assert_eq!(decode(progressive, (168, 120)), None);
        assert!(Preprocess::stretch(8).decode(progressive, &DecodeLimits::default()).is_ok());
    }

    #[test]
    fn a_turned_photo_is_turned() {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        let length = (exif.len() as u16 + 2).to_be_bytes();
        exif.splice(0..0, [0xFF, 0xE1, length[0], length[1]]);
        for (size, is_scaled) in [((320, 200), true), ((321, 200), false)] {
            let mut bytes = jpeg(&photo(size.0, size.1));
            bytes.splice(2..2, exif.iter().copied());
            let small = decode(&bytes, size);
            assert_eq!(small.map(|(_, size)| size), is_scaled.then_some((200, 320)), "{size:?}");
            let in_full = Preprocess::stretch(24).apply(&in_full(&bytes));
            let difference = largest_difference(&in_full, &scaled(&Preprocess::stretch(24), &bytes));
            assert!(difference <= 6, "{difference}");
        }
    }

    #[test]
    fn a_smaller_photo_is_decoded_in_full() {
        let bytes = jpeg(&photo(191, 400));
        let in_full = Preprocess::stretch(24).apply(&in_full(&bytes));
        assert_eq!(scaled(&Preprocess::stretch(24), &bytes), in_full);
        assert!(is_enough((192, 400), 24) && !is_enough((191, 400), 24));
    }

    #[test]
    fn what_has_other_pixels_or_is_no_jpeg_is_left_to_full_decoding() {
        let mut grey = Vec::new();
        let pixels: Vec<u8> = photo(200, 200).pixels().map(|pixel| pixel.0[0]).collect();
        JpegEncoder::new(&mut grey).encode(&pixels, 200, 200, ExtendedColorType::L8).expect("JPEG takes grey");
        assert!(decode(&grey, (200, 200)).is_some_and(|(small, _)| small.dimensions() == (25, 25)));
        let mut png = Vec::new();
        photo(200, 200).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("PNG takes any photo");
        assert_eq!(decode(&png, (200, 200)), None);
        assert!(Preprocess::stretch(8).decode(&png, &DecodeLimits::default()).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn damage_never_panics(at in 0_usize..4000, with: u8, cut in 0_usize..4000) {
            let mut bytes = jpeg(&photo(200, 200));
            let at = at % bytes.len();
            bytes[at] = with;
            bytes.truncate(bytes.len() - cut % bytes.len() / 4);
            drop(decode(&bytes, (200, 200)));
        }
    }
}
