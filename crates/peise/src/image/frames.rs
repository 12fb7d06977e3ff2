//! Animations: the first picture that shows something.

use std::io::Cursor;

use ::image::codecs::gif::GifDecoder;
use ::image::codecs::png::PngDecoder;
use ::image::codecs::webp::WebPDecoder;
use ::image::{AnimationDecoder, DynamicImage, Frames, ImageDecoder, Limits};

use super::decode::pixel_on_white;
use super::format::Format;

/// Pixels of later frames that are looked at: a second's work at most, however many frames a file has.
const MAX_PIXELS: u64 = 1 << 25;

/// Levels by which the pixels of a blank picture may differ.
const BLANK: u8 = 8;

/// Whether a picture is of one colour, as the first frame of an animation that fades in.
pub(super) fn is_blank(image: &DynamicImage) -> bool {
    match image {
        DynamicImage::ImageRgb8(image) => is_uniform(image.as_raw().as_chunks::<3>().0.iter().copied()),
        DynamicImage::ImageRgba8(image) => is_uniform(image.pixels().map(|pixel| pixel_on_white(pixel.0))),
        DynamicImage::ImageLuma8(image) => is_uniform(image.as_raw().iter().map(|&value| [value; 3])),
        // Deep pictures are no animations.
        _ => false,
    }
}

fn is_uniform(mut pixels: impl Iterator<Item = [u8; 3]>) -> bool {
    pixels.next().is_none_or(|first| {
        pixels.all(|pixel| pixel.iter().zip(first).all(|(value, first)| value.abs_diff(first) <= BLANK))
    })
}

/// The first frame that is not blank; `None` where the file is no animation, or shows nothing soon enough.
pub(super) fn first_not_blank(bytes: &[u8], format: Format, limits: &Limits) -> Option<DynamicImage> {
    let bytes = Cursor::new(bytes);
    match format {
        Format::Gif => {
            let mut decoder = GifDecoder::new(bytes).ok()?;
            decoder.set_limits(limits.clone()).ok()?;
            search(decoder.into_frames())
        }
        Format::WebP => {
            let decoder = WebPDecoder::new(bytes).ok()?;
            decoder.has_animation().then(|| search(decoder.into_frames()))?
        }
        Format::Png => {
            let decoder = PngDecoder::with_limits(bytes, limits.clone()).ok()?;
            decoder.is_apng().ok()?.then(|| search(decoder.apng().ok()?.into_frames()))?
        }
        Format::Jpeg | Format::Bmp | Format::Tiff => None,
    }
}

fn search(frames: Frames) -> Option<DynamicImage> {
    let mut seen = 0;
    for frame in frames {
        // A damaged frame ends the animation.
        let image = frame.ok()?.into_buffer();
        seen += u64::from(image.width()) * u64::from(image.height());
        let image = DynamicImage::from(image);
        if !is_blank(&image) {
            return Some(image);
        }
        if seen > MAX_PIXELS {
            break;
        }
    }
    None
}
