//! From a file's bytes to pixels, within limits.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use super::error::ImageError;
use super::format::{Format, png_size, webp_is_whole};
use super::photo::{DecodedPhoto, Remark};
use super::profile::Profile;
use super::{frames, inks, jpeg, scaled};

/// Most scans of a JPEG; encoders write up to 20. Each may cost as much as decoding all, for a few bytes.
const MAX_SCANS: u32 = 100;

/// The last byte of a GIF.
const GIF_END: u8 = 0x3B;

/// Most memory for a PNG's rows and metadata, bytes.
const MAX_PNG_METADATA: u64 = 64 << 20;

/// What a photo may cost; checked from file size and header, before anything large is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeLimits {
    /// Largest file, bytes. Default 64 MiB.
    pub max_bytes: u64,
    /// Longest side, pixels. Default 65,535, the longest that JPEG has: a detail picture of 750x20,000 is read.
    pub max_side: u32,
    /// Largest area, pixels. Default 100 million: a 20,000x20,000 image is refused, a 100-megapixel camera's is not.
    pub max_pixels: u64,
    /// Memory that a decoder fills, bytes: pixels at the file's own depth and channels, and of a progressive JPEG its
    /// coefficients. Default 512 MiB.
    pub max_alloc: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_side: 65_535, max_pixels: 100_000_000, max_alloc: 512 << 20 }
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

    fn check_memory(&self, needed: u64) -> Result<(), ImageError> {
        let limit = self.max_alloc;
        if needed <= limit { Ok(()) } else { Err(ImageError::TooMuchMemory { needed, limit }) }
    }

    fn check_jpeg(&self, header: &jpeg::Header) -> Result<(), ImageError> {
        if header.scans > MAX_SCANS {
            return Err(ImageError::TooManyScans { scans: header.scans, limit: MAX_SCANS });
        }
        let Some(size) = header.size else { return Ok(()) };
        self.check_size(size)?;
        // Pixels, and two bytes for each coefficient that is kept; chroma may be coarser.
        let components = header.components.len() as u64;
        let kept = if header.progressive { 2 * components } else { 0 };
        self.check_memory(u64::from(size.0) * u64::from(size.1) * (components + kept))
    }

    /// What the decoder of a format may take besides the pixels.
    fn of_decoder(&self, format: Format) -> ::image::Limits {
        let mut limits = ::image::Limits::no_limits();
        limits.max_alloc = Some(match format {
            // Rows and metadata, which are compressed: a profile of a few bytes may unpack to any size.
            Format::Png => MAX_PNG_METADATA,
            // Twice: a decoder counts its working memory too.
            _ => self.max_alloc.saturating_mul(2),
        });
        limits
    }
}

/// Decodes a photo to 8-bit sRGB.
///
/// The format is recognised by content, never by the file's name: JPEG (baseline, progressive, grey, CMYK and YCCK),
/// PNG (all depths and colour types), WebP, GIF, BMP, TIFF (first page). The orientation that the file states is
/// applied, transparency is laid on white, 16-bit values are rounded to 8. Of an animation the first frame is taken
/// that is not of one colour. Colours are converted from the file's profile to sRGB; without a profile they are taken
/// as sRGB, and CMYK as Adobe writes it (inverted), as Pillow does.
///
/// # Errors
/// - [`ImageError::Empty`], [`ImageError::NotAnImage`], [`ImageError::Unsupported`]: none of these formats
/// - [`ImageError::TooManyBytes`], [`ImageError::TooLarge`], [`ImageError::TooMuchMemory`], [`ImageError::TooManyScans`]:
///   beyond `limits`
/// - [`ImageError::Truncated`]: the file ends before the image. A JPEG that lacks only its end mark is read; one that
///   lacks picture data is not, since a decoder would make up grey in its place
/// - [`ImageError::Decode`]: damaged, or a variant that the decoder does not know
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<DecodedPhoto, ImageError> {
    decode_at_least(bytes, limits, None).map(|(photo, _)| photo)
}

/// As [`decode`], but where a JPEG has more than that, at an eighth of its size; `least` is the shortest side that will
/// do, pixels. With the size of the whole, width and height, where it was not decoded in full.
pub(super) fn decode_at_least(
    bytes: &[u8],
    limits: &DecodeLimits,
    least: Option<u32>,
) -> Result<(DecodedPhoto, Option<(u32, u32)>), ImageError> {
    limits.check_bytes(bytes.len() as u64)?;
    let format = Format::of(bytes)?;
    let truncated = ImageError::Truncated { format: format.name(), bytes: bytes.len() as u64 };
    match format {
        Format::Jpeg => {
            let header = jpeg::Header::of(bytes);
            limits.check_jpeg(&header)?;
            if header.ends {
                return decode_jpeg(bytes, &header, limits, least);
            }
            let decode = |bytes: &[u8]| decode_in_full(bytes, format, limits).ok().map(|(image, _)| image);
            let whole = jpeg::with_end(bytes, decode).ok_or(truncated)?;
            decode_jpeg(&whole, &jpeg::Header::of(&whole), limits, least)
        }
        Format::WebP if !webp_is_whole(bytes) => Err(truncated),
        _ => {
            if let (Format::Png, Some(size)) = (format, png_size(bytes)) {
                limits.check_size(size)?;
            }
            let (image, profile) = decode_in_full(bytes, format, limits)?;
            Ok((converted(image, profile.as_deref()), None))
        }
    }
}

/// Decodes a JPEG that has its end mark.
fn decode_jpeg(
    bytes: &[u8],
    header: &jpeg::Header,
    limits: &DecodeLimits,
    least: Option<u32>,
) -> Result<(DecodedPhoto, Option<(u32, u32)>), ImageError> {
    let profile = header.profile();
    if let (Some(size), Some(least)) = (header.size, least)
        && scaled::is_enough(size, least)
        && let Some((image, size)) = scaled::decode(bytes, size)
    {
        return Ok((converted(image, profile.as_deref()), Some(size)));
    }
    if let (4, Some(profile)) = (header.components.len(), &profile) {
        let pixels = inks::decode(bytes, profile);
        let remark = pixels.as_ref().err().map(|&fault| Remark::ProfileIgnored(fault));
        let pixels = match pixels {
            Ok(pixels) => pixels,
            Err(_) => decode_in_full(bytes, Format::Jpeg, limits)?.0.into_rgb8(),
        };
        return Ok((DecodedPhoto { pixels, remark }, None));
    }
    let (image, _) = decode_in_full(bytes, Format::Jpeg, limits)?;
    Ok((converted(image, profile.as_deref()), None))
}

/// Decodes as the file has it, turned upright, with the colour profile of what is no JPEG.
fn decode_in_full(
    bytes: &[u8],
    format: Format,
    limits: &DecodeLimits,
) -> Result<(DynamicImage, Option<Vec<u8>>), ImageError> {
    let failed = |source| {
        let ends_early = match &source {
            ::image::ImageError::IoError(error) => error.kind() == std::io::ErrorKind::UnexpectedEof,
            _ => format == Format::Gif && bytes.last() != Some(&GIF_END),
        };
        match ends_early {
            true => ImageError::Truncated { format: format.name(), bytes: bytes.len() as u64 },
            false => ImageError::Decode { format: format.name(), source },
        }
    };
    let decoder_limits = limits.of_decoder(format);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.known());
    reader.limits(decoder_limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;
    limits.check_size(decoder.dimensions())?;
    limits.check_memory(decoder.total_bytes())?;
    // An unreadable EXIF block costs the orientation, not the photo; so does a profile.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = if format == Format::Jpeg { None } else { decoder.icc_profile().unwrap_or_default() };
    let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    if matches!(format, Format::Gif | Format::Png | Format::WebP)
        && frames::is_blank(&image)
        && let Some(frame) = frames::first_not_blank(bytes, format, &decoder_limits)
    {
        image = frame;
    }
    image.apply_orientation(orientation);
    Ok((image, profile))
}

/// The photo in sRGB, on white.
fn converted(image: DynamicImage, profile: Option<&[u8]>) -> DecodedPhoto {
    let applied = match profile.map(Profile::read) {
        None | Some(Ok(None)) => Ok(None),
        Some(Ok(Some(profile))) => profile.apply(&image).map(Some),
        Some(Err(fault)) => Err(fault),
    };
    let remark = applied.as_ref().err().map(|&fault| Remark::ProfileIgnored(fault));
    let image = applied.ok().flatten().unwrap_or(image);
    let pixels = if image.color().has_alpha() { on_white(&image) } else { image.into_rgb8() };
    DecodedPhoto { pixels, remark }
}

/// Reads and decodes a photo: its pixels alone.
///
/// # Errors
/// Those of [`read_bytes`] and [`decode`], as [`ImageError::At`] with the path.
pub fn read(path: &Path, limits: &DecodeLimits) -> Result<RgbImage, ImageError> {
    let bytes = read_bytes(path, limits)?;
    decode(&bytes, limits).map(|photo| photo.pixels).map_err(|error| error.at(path))
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
        *to = pixel_on_white(from.0);
    }
    rgb
}

pub(super) fn pixel_on_white([r, g, b, a]: [u8; 4]) -> [u8; 3] {
    let a = u32::from(a);
    [r, g, b].map(|value| ((u32::from(value) * a + 255 * (255 - a) + 127) / 255) as u8)
}

#[cfg(test)]
mod tests;
