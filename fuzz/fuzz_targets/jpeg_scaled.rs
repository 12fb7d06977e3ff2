//! Decoding at an eighth of the size against decoding in full: damaged files agree in size, whole ones in colour.
#![no_main]

use image::codecs::jpeg::JpegEncoder;
use libfuzzer_sys::fuzz_target;
use peise::image::{Preprocess, RgbImage, decode};
use peise_fuzz::LIMITS;

/// Pixels of a side after both ways.
const SIDE: u32 = 4;

fuzz_target!(|bytes: &[u8]| {
    match bytes {
        [0xFF, ..] => damaged(bytes),
        [width, height, quality, pixels @ ..] if !pixels.is_empty() => whole([*width, *height, *quality], pixels),
        _ => {}
    }
});

/// What the scaled decoder cannot read is left to the full one; the reverse is not promised, since the scaled one passes
/// over coefficients without looking at them.
fn damaged(bytes: &[u8]) {
    let steps = Preprocess::stretch(SIDE);
    let scaled = steps.decode(bytes, &LIMITS);
    if decode(bytes, &LIMITS).is_ok() {
        assert_eq!(scaled.expect("what can be decoded in full can be scaled").pixels.dimensions(), (SIDE, SIDE));
    }
}

/// Squares of 8 pixels in flat colours, so that decoding in full cuts nothing off at black or white.
fn whole([width, height, quality]: [u8; 3], colours: &[u8]) {
    let (width, height) = (32 + u32::from(width) % 64, 32 + u32::from(height) % 64);
    let colour = |place: usize| colours[place % colours.len()];
    let photo = RgbImage::from_fn(width, height, |x, y| {
        let block = 3 * (y / 8 * width.div_ceil(8) + x / 8) as usize;
        image::Rgb([colour(block), colour(block + 1), colour(block + 2)])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 50 + quality % 50).encode_image(&photo).expect("JPEG takes any photo");
    let steps = Preprocess::stretch(SIDE);
    let scaled = steps.decode(&bytes, &LIMITS).expect("a whole JPEG").pixels;
    let in_full = steps.apply(&decode(&bytes, &LIMITS).expect("a whole JPEG").pixels);
    let difference = scaled.iter().zip(in_full.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    assert!(difference <= 32, "colours differ by {difference}");
}
