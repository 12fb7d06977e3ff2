//! What a file is, told by its first bytes alone.

use ::image::ImageFormat;

use super::error::ImageError;

/// A format that is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
}

/// How to make a photo of a format that is not read.
const CONVERT: &str = "convert it to JPEG, PNG or WebP with an image editor, or with ImageMagick: magick IN OUT.jpg";
const PHONE: &str = "convert it to JPEG with an image editor, or with ImageMagick: magick IN OUT.jpg; \
                     iPhones take JPEGs with Settings > Camera > Formats > Most Compatible";
const DRAW: &str = "export it as PNG, at least 200 pixels wide";
const FETCH: &str = "download the image again";
const STILL: &str = "save one of its pictures as JPEG or PNG";

impl Format {
    /// Tells the format; the file's name does not count.
    pub fn of(bytes: &[u8]) -> Result<Self, ImageError> {
        let unsupported = |format, remedy| Err(ImageError::Unsupported { format, remedy });
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [b'B', b'M', ..] => Ok(Self::Bmp),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Ok(Self::Tiff),
            [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => match container(rest) {
                Some(name @ "an AVIF image") => unsupported(name, CONVERT),
                Some(name) => unsupported(name, PHONE),
                None => unsupported("a video or an unknown image container", STILL),
            },
            [0xFF, 0x4F, 0xFF, 0x51, ..] | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => {
                unsupported("a JPEG 2000 image", CONVERT)
            }
            [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => unsupported("a JPEG XL image", CONVERT),
            [b'8', b'B', b'P', b'S', ..] => unsupported("a Photoshop document", CONVERT),
            [0, 0, 1, 0, ..] => unsupported("an ICO icon", CONVERT),
            [b'%', b'P', b'D', b'F', ..] => unsupported("a PDF document", CONVERT),
            [0x1A, 0x45, 0xDF, 0xA3, ..] => unsupported("a video", STILL),
            [b'P', b'K', 3, 4, ..] => unsupported("a ZIP archive", "unpack it"),
            _ if begins_with(bytes, &["<svg", "<?xml", "<!doctype svg"]) => unsupported("an SVG or XML document", DRAW),
            _ if begins_with(bytes, &["<!doctype", "<html", "<head", "<body"]) => {
                unsupported("a web page, perhaps an error page saved in place of the image", FETCH)
            }
            _ if begins_with(bytes, &["{", "["]) => {
                unsupported("a JSON text, perhaps an error message saved in place of the image", FETCH)
            }
            _ => match ::image::guess_format(bytes) {
                Ok(_) => unsupported("an image of another format", CONVERT),
                Err(_) => Err(ImageError::NotAnImage),
            },
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        }
    }

    pub fn known(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::WebP => ImageFormat::WebP,
            Self::Gif => ImageFormat::Gif,
            Self::Bmp => ImageFormat::Bmp,
            Self::Tiff => ImageFormat::Tiff,
        }
    }
}

/// Whether a text begins with one of these, after white space and a byte order mark; case does not count.
fn begins_with(bytes: &[u8], starts: &[&str]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins =
        |start: &&str| bytes.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()));
    starts.iter().any(begins)
}

/// The image format whose brand an ISO base media file names first; `rest` is what follows `ftyp`.
fn container(rest: &[u8]) -> Option<&'static str> {
    // The major brand, a version, then the brands that the file is compatible with.
    rest.as_chunks::<4>().0.iter().take(16).find_map(|brand| match brand {
        b"avif" | b"avis" => Some("an AVIF image"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some("a HEIC image"),
        _ => None,
    })
}

/// `(width, height)` in a PNG's header.
pub(super) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = bytes.get(12..24)?.strip_prefix(b"IHDR")?.split_at(4);
    Some((u32::from_be_bytes(width.try_into().ok()?), u32::from_be_bytes(height.try_into().ok()?)))
}

/// Whether a WebP has the length that it states.
pub(super) fn webp_is_whole(bytes: &[u8]) -> bool {
    // RIFF: the four bytes after the tag count the bytes that follow them.
    let stated = bytes.get(4..8).and_then(|stated| stated.try_into().ok()).map_or(0, u32::from_le_bytes);
    bytes.len() as u64 >= u64::from(stated) + 8
}
