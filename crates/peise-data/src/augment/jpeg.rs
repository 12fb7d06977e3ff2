//! The trace that JPEG leaves on a photo.

use std::io::Cursor;

use ::image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use ::image::{DynamicImage, RgbImage};

/// Encodes at this quality (1 to 100, rounded) and decodes; a photo that JPEG cannot hold stays as it is.
pub(super) fn there_and_back(photo: &RgbImage, quality: f32) -> RgbImage {
    let mut bytes = Vec::new();
    let encoded =
        JpegEncoder::new_with_quality(&mut bytes, quality.round().clamp(1.0, 100.0) as u8).encode_image(photo);
    encoded
        .and_then(|()| JpegDecoder::new(Cursor::new(&bytes)))
        .and_then(DynamicImage::from_decoder)
        .map_or_else(|_| photo.clone(), DynamicImage::into_rgb8)
}
