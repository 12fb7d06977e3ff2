//! What a file is, how large its image and whether it is whole: read from the bytes, before any decoding.

use super::error::ImageError;

/// A format that is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
}

/// Image sizes as a header states them, and whether the file runs to its end mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// `(width, height)` in pixels; `None` where this module does not read it and the decoder must tell.
    pub size: Option<(u32, u32)>,
    /// `false` = the file ends too early.
    pub complete: bool,
}

impl Format {
    /// Tells the format from the first bytes; the file's name does not count.
    pub fn of(bytes: &[u8]) -> Result<Self, ImageError> {
        use ::image::ImageFormat as Known;
        let named = |format| Err(ImageError::Unsupported { format });
        match ::image::guess_format(bytes) {
            Ok(Known::Jpeg) => Ok(Self::Jpeg),
            Ok(Known::Png) => Ok(Self::Png),
            Ok(Known::WebP) => Ok(Self::WebP),
            Ok(Known::Gif) => named("a GIF image"),
            Ok(Known::Bmp) => named("a BMP image"),
            Ok(Known::Tiff) => named("a TIFF image"),
            Ok(Known::Ico) => named("an ICO icon"),
            Ok(Known::Avif) => named("an AVIF image"),
            Ok(_) => named("an image of another format"),
            Err(_) => match bytes {
                [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => named("a HEIC image"),
                [b'%', b'P', b'D', b'F', ..] => named("a PDF document"),
                [b'8', b'B', b'P', b'S', ..] => named("a Photoshop document"),
                _ if begins_with(bytes, "<svg") || begins_with(bytes, "<?xml") => named("an SVG or XML document"),
                _ if begins_with(bytes, "<!doctype") || begins_with(bytes, "<html") => {
                    named("a web page, perhaps an error page saved in place of the image")
                }
                _ => Err(ImageError::NotAnImage),
            },
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }

    pub fn known(self) -> ::image::ImageFormat {
        match self {
            Self::Jpeg => ::image::ImageFormat::Jpeg,
            Self::Png => ::image::ImageFormat::Png,
            Self::WebP => ::image::ImageFormat::WebP,
        }
    }

    /// Reads size and completeness.
    pub fn header(self, bytes: &[u8]) -> Header {
        match self {
            Self::Jpeg => jpeg_header(bytes),
            // The decoder itself reports a PNG that ends early.
            Self::Png => {
                Header { size: pair(bytes, 16, u32_be).filter(|_| bytes.get(12..16) == Some(b"IHDR")), complete: true }
            }
            // RIFF: the four bytes after the tag count the bytes that follow them.
            Self::WebP => {
                let stated = bytes.get(4..8).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
                Header { size: None, complete: bytes.len() as u64 >= u64::from(stated) + 8 }
            }
        }
    }
}

/// Whether a text begins so, after white space and a byte order mark; case does not count.
fn begins_with(bytes: &[u8], start: &str) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    bytes.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Walks the markers of a JPEG to its frame header (size) and its end mark.
///
/// The decoder behind `image` is lenient: a file cut off in the middle decodes to a photo that is grey from there on,
/// which a matcher would take for grey cloth. So a JPEG without its end mark (EOI) after a scan is not whole.
///
/// # Source
/// ITU-T T.81, annex B: markers are FF and a byte other than 00 and FF; RSTn, SOI, EOI and TEM stand alone, all others
/// are followed by their length.
fn jpeg_header(bytes: &[u8]) -> Header {
    const TEM: u8 = 0x01;
    const EOI: u8 = 0xD9;
    const SOS: u8 = 0xDA;
    let (mut size, mut scanned, mut at) = (None, false, 2);
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            EOI => {
                return Header { size, complete: scanned };
            }
            TEM | 0xD0..=0xD8 => continue,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if size.is_none() => {
                size = pair(bytes, at + 3, u16_be).map(|(height, width)| (width, height));
            }
            SOS => scanned = true,
            _ => {}
        }
        at += bytes.get(at..at + 2).map_or(2, |length| usize::from(u16_be(length)).max(2));
    }
    Header { size, complete: false }
}

/// Moves `at` past the next marker and returns the marker's second byte.
pub(super) fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        *at += bytes.get(*at..)?.iter().position(|&byte| byte == 0xFF)? + 1;
        let marker = *bytes.get(*at)?;
        if marker == 0xFF {
            continue; // fill byte: the next FF may begin the marker
        }
        *at += 1;
        if marker != 0x00 {
            return Some(marker);
        }
    }
}

/// Two neighbouring big-endian numbers.
fn pair<T: Into<u32>>(bytes: &[u8], at: usize, read: fn(&[u8]) -> T) -> Option<(u32, u32)> {
    let width = size_of::<T>();
    let both = bytes.get(at..at + 2 * width)?;
    Some((read(&both[..width]).into(), read(&both[width..]).into()))
}

pub(super) fn u16_be(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u16::from(byte))
}

fn u32_be(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte))
}
