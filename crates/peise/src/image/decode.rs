//! From a file's bytes to pixels, within limits.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use super::error::ImageError;
use super::format::Format;
use super::scaled;

/// What a photo may cost; checked from file size and header, before anything large is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeLimits {
    /// Largest file, bytes. Default 64 MiB.
    pub max_bytes: u64,
    /// Longest side, pixels. Default 16,384.
    pub max_side: u32,
    /// Largest area, pixels. Default 100 million: a 20,000x20,000 image is refused, a 100-megapixel camera's is not.
    pub max_pixels: u64,
    /// Largest decoded image, bytes at the file's own depth and channels. Default 512 MiB.
    pub max_alloc: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_side: 16_384, max_pixels: 100_000_000, max_alloc: 512 << 20 }
    }
}

impl DecodeLimits {
    fn check_bytes(&self, bytes: u64) -> Result<(), ImageError> {
        match bytes {
            0 => Err(ImageError::Empty),
            _ if bytes > self.max_bytes => Err(ImageError::TooManyBytes { bytes, limit: self.max_bytes }),
            _ => Ok(()),
        }
    }

    fn check_size(&self, (width, height): (u32, u32)) -> Result<(), ImageError> {
        let Self { max_side, max_pixels, .. } = *self;
        let fits = width.max(height) <= max_side && u64::from(width) * u64::from(height) <= max_pixels;
        if fits { Ok(()) } else { Err(ImageError::TooLarge { width, height, max_side, max_pixels }) }
    }
}

/// Decodes a photo to 8-bit RGB.
///
/// The format is told by content, never by a file's name: JPEG (baseline, progressive, grey, CMYK and YCCK), PNG (all
/// depths and colour types), WebP. The EXIF orientation is applied, transparency is laid on white, 16-bit values are
/// rounded to 8, the first frame stands for an animation. CMYK is taken as Adobe writes it (inverted), as Pillow does.
/// Colour profiles are not applied: values are taken as sRGB, which shop photos nearly always are.
///
/// # Errors
/// - [`ImageError::Empty`], [`ImageError::NotAnImage`], [`ImageError::Unsupported`]: not a JPEG, PNG or WebP
/// - [`ImageError::TooManyBytes`], [`ImageError::TooLarge`], [`ImageError::TooMuchMemory`]: beyond `limits`
/// - [`ImageError::Truncated`]: the file ends before the image; a JPEG without its end mark counts, since what is
///   missing would be decoded as grey
/// - [`ImageError::Decode`]: damaged, or a variant that the decoder does not know
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<RgbImage, ImageError> {
    decode_at_least(bytes, limits, None).map(|(pixels, _)| pixels)
}

/// As [`decode`], but where a JPEG has more than that, at an eighth of its size; `least` is the shortest side that will
/// do, pixels. With the size of the whole, width and height, where it was not decoded in full.
pub(super) fn decode_at_least(
    bytes: &[u8],
    limits: &DecodeLimits,
    least: Option<u32>,
) -> Result<(RgbImage, Option<(u32, u32)>), ImageError> {
    limits.check_bytes(bytes.len() as u64)?;
    let format = Format::of(bytes)?;
    let header = format.header(bytes);
    if let Some(size) = header.size {
        limits.check_size(size)?;
    }
    let truncated = || ImageError::Truncated { format: format.name(), bytes: bytes.len() as u64 };
    if !header.complete {
        return Err(truncated());
    }
    if let (Format::Jpeg, Some(size), Some(least)) = (format, header.size, least)
        && scaled::is_enough(size, least)
        && let Some((image, size)) = scaled::decode(bytes, size)
    {
        return Ok((image, Some(size)));
    }
    let failed = |source| match source {
        ::image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => truncated(),
        source => ImageError::Decode { format: format.name(), source },
    };

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.known());
    let mut decoder_limits = ::image::Limits::no_limits();
    // Twice: a decoder counts its working memory too. What the image itself takes is checked below.
    decoder_limits.max_alloc = Some(limits.max_alloc.saturating_mul(2));
    reader.limits(decoder_limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    limits.check_size(decoder.dimensions())?;
    let needed = decoder.total_bytes();
    if needed > limits.max_alloc {
        return Err(ImageError::TooMuchMemory { needed, limit: limits.max_alloc });
    }
    // An unreadable EXIF block costs the orientation, not the photo.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    image.apply_orientation(orientation);
    Ok((if image.color().has_alpha() { on_white(&image) } else { image.into_rgb8() }, None))
}

/// Reads and decodes a photo.
///
/// # Errors
/// Those of [`read_bytes`] and [`decode`], as [`ImageError::At`] with the path.
pub fn read(path: &Path, limits: &DecodeLimits) -> Result<RgbImage, ImageError> {
    let bytes = read_bytes(path, limits)?;
    decode(&bytes, limits).map_err(|error| error.at(path))
}

/// Reads a photo's file, so that a caller can hash what it then decodes.
///
/// # Errors
/// As [`ImageError::At`] with the path: [`ImageError::Read`] where the file is missing or unreadable,
/// [`ImageError::NotAFile`], [`ImageError::Empty`], [`ImageError::TooManyBytes`] (told before reading).
pub fn read_bytes(path: &Path, limits: &DecodeLimits) -> Result<Vec<u8>, ImageError> {
    let read = || {
        // Asked before opening: to open a pipe would wait for its writer.
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(ImageError::NotAFile);
        }
        limits.check_bytes(metadata.len())?;
        let mut bytes = Vec::new();
        // A file may grow after it was asked for its size.
        File::open(path)?.take(limits.max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        limits.check_bytes(bytes.len() as u64)?;
        Ok(bytes)
    };
    read().map_err(|error: ImageError| error.at(path))
}

/// Lays a transparent image on white: shop pages are white.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (Rgb(to), from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        *to = [r, g, b].map(|value| ((value * a + 255 * (255 - a) + 127) / 255) as u8);
    }
    rgb
}

#[cfg(test)]
mod tests;
