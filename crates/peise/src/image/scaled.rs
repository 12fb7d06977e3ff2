//! Decoding a JPEG at an eighth of its size, from the mean of each 8x8 block alone.
//!
//! A shop's photo of 800 px is asked for at 64: seven eighths of the inverse transform, colour conversion and resizing
//! would be thrown away. The mean of a block is its first coefficient, so nothing is lost but what resizing averages
//! out. At a half or a quarter, decoding in full and resizing is as fast (`docs/decisions/013-scaled-decoding.md`).

use ::image::metadata::Orientation;
use ::image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};

/// Side of a JPEG block, pixels.
pub(super) const BLOCK: u32 = 8;

/// Whether an image of this size still has `least` pixels a side at an eighth of it.
pub(super) fn is_enough((width, height): (u32, u32), least: u32) -> bool {
    width.min(height) / BLOCK >= least
}

/// Decodes at an eighth of the size, rounded up, and tells the size of the whole, turned as EXIF says; `None` where that
/// cannot be done and decoding in full must tell.
pub(super) fn decode(bytes: &[u8], size: (u32, u32), max_alloc: u64) -> Option<(RgbImage, (u32, u32))> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(max_alloc).unwrap_or(usize::MAX));
    // The smallest size that the decoder has.
    let (width, height) = decoder.scale(1, 1).ok()?;
    let pixels = decoder.decode().ok()?;
    let (width, height) = (width.into(), height.into());
    let mut image: DynamicImage = match decoder.info()?.pixel_format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels)?.into(),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels)?.into(),
        // CMYK and 16 bits are rare, and have their own rules.
        PixelFormat::CMYK32 | PixelFormat::L16 => return None,
    };
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    if orientation == Orientation::NoTransforms {
        return Some((image.into_rgb8(), size));
    }
    // Turned, a block that reaches beyond the photo might stand first instead of last.
    let whole = size.0.is_multiple_of(BLOCK) && size.1.is_multiple_of(BLOCK);
    image.apply_orientation(orientation);
    whole.then(|| (image.to_rgb8(), (image.width() * BLOCK, image.height() * BLOCK)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::{ExtendedColorType, ImageFormat, Rgb};
    use proptest::prelude::*;

    use super::super::{DecodeLimits, Preprocess};
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

    fn largest_difference(one: &RgbImage, other: &RgbImage) -> u8 {
        assert_eq!(one.dimensions(), other.dimensions());
        one.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }

    #[test]
    fn an_eighth_is_what_resizing_gives() {
        let steps = Preprocess::stretch(24);
        for (width, height) in [(192, 192), (320, 200), (203, 331)] {
            let bytes = jpeg(&photo(width, height));
            let limits = DecodeLimits::default();
            let in_full = steps.apply(&super::super::decode(&bytes, &limits).expect("a JPEG"));
            let small = decode(&bytes, (width, height), limits.max_alloc).expect("a JPEG").0;
            assert_eq!(small.dimensions(), (width.div_ceil(8), height.div_ceil(8)));
            let scaled = steps.decode(&bytes, &limits).expect("a JPEG");
            let difference = largest_difference(&in_full, &scaled);
            assert!((1..=6).contains(&difference), "{width}x{height}: {difference}");
        }
    }

    #[test]
    fn a_turned_photo_is_turned() {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        let length = (exif.len() as u16 + 2).to_be_bytes();
        exif.splice(0..0, [0xFF, 0xE1, length[0], length[1]]);
        for (size, scaled) in [((320, 200), true), ((321, 200), false)] {
            let mut bytes = jpeg(&photo(size.0, size.1));
            bytes.splice(2..2, exif.iter().copied());
            let limits = DecodeLimits::default();
            let small = decode(&bytes, size, limits.max_alloc);
            assert_eq!(small.map(|(_, size)| size), scaled.then_some((200, 320)), "{size:?}");
            let in_full = Preprocess::stretch(24).apply(&super::super::decode(&bytes, &limits).expect("a JPEG"));
            let difference =
                largest_difference(&in_full, &Preprocess::stretch(24).decode(&bytes, &limits).expect("a JPEG"));
            assert!(difference <= 6, "{difference}");
        }
    }

    #[test]
    fn a_smaller_photo_is_decoded_in_full() {
        let bytes = jpeg(&photo(191, 400));
        let limits = DecodeLimits::default();
        let in_full = Preprocess::stretch(24).apply(&super::super::decode(&bytes, &limits).expect("a JPEG"));
        assert_eq!(Preprocess::stretch(24).decode(&bytes, &limits).expect("a JPEG"), in_full);
        assert!(is_enough((192, 400), 24) && !is_enough((191, 400), 24));
    }

    #[test]
    fn what_has_other_pixels_or_is_no_jpeg_is_left_to_full_decoding() {
        let mut grey = Vec::new();
        let pixels: Vec<u8> = photo(200, 200).pixels().map(|pixel| pixel.0[0]).collect();
        JpegEncoder::new(&mut grey).encode(&pixels, 200, 200, ExtendedColorType::L8).expect("JPEG takes grey");
        assert!(decode(&grey, (200, 200), 1 << 20).is_some_and(|(small, _)| small.dimensions() == (25, 25)));
        let mut png = Vec::new();
        photo(200, 200).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("PNG takes any photo");
        assert_eq!(decode(&png, (200, 200), 1 << 20), None);
        assert!(Preprocess::stretch(8).decode(&png, &DecodeLimits::default()).is_ok());
        assert_eq!(decode(&jpeg(&photo(200, 200)), (200, 200), 64), None, "more memory than allowed");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn damage_never_panics(at in 0_usize..4000, with: u8, cut in 0_usize..4000) {
            let mut bytes = jpeg(&photo(200, 200));
            let at = at % bytes.len();
            bytes[at] = with;
            bytes.truncate(bytes.len() - cut % bytes.len() / 4);
            drop(decode(&bytes, (200, 200), 1 << 20));
        }
    }
}
