//! What can go wrong with one photo.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a photo could not be read, decoded or encoded.
///
/// `Display` is one complete line, cause included: what happened and how to mend it. [`std::error::Error::source`]
/// gives the cause to code that wants it; printing the chain as well would repeat it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// An error of a photo on disk, with its path.
    #[error("{}: {source}", path.display())]
    At {
        /// The file as the caller named it.
        path: PathBuf,
        /// What went wrong with it.
        source: Box<ImageError>,
    },
    /// The file could not be opened or read.
    #[error("cannot be read: {source}")]
    Read {
        /// What the operating system said.
        #[from]
        source: std::io::Error,
    },
    /// The path names a folder, a pipe or a device.
    #[error("is not a regular file; give the path of an image file")]
    NotAFile,
    /// The file holds no bytes.
    #[error("is empty (0 bytes); download or copy it again")]
    Empty,
    /// The file holds more bytes than allowed.
    #[error("has {bytes} bytes, more than the limit of {limit}; make it smaller or raise `max_bytes`")]
    TooManyBytes {
        /// Size found, bytes.
        bytes: u64,
        /// Size allowed, bytes.
        limit: u64,
    },
    /// The image is wider, taller or of more pixels than allowed; found from its header, before decoding.
    #[error(
        "is {width}x{height} pixels, more than the limits of {max_side} a side and {max_pixels} in all; \
         make it smaller or raise `max_side` and `max_pixels`"
    )]
    TooLarge {
        /// Width found, pixels.
        width: u32,
        /// Height found, pixels.
        height: u32,
        /// Longest side allowed, pixels.
        max_side: u32,
        /// Largest area allowed, pixels.
        max_pixels: u64,
    },
    /// Decoding would take more memory than allowed.
    #[error(
        "would take {needed} bytes of memory, more than the limit of {limit}; make it smaller or raise `max_alloc`"
    )]
    TooMuchMemory {
        /// Bytes of the decoded image.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Decoding would take too long: each scan of a JPEG may cost as much as decoding all of it.
    #[error("is a JPEG of {scans} scans, more than the limit of {limit}; save it again with an image editor")]
    TooManyScans {
        /// Scans found.
        scans: u32,
        /// Scans allowed.
        limit: u32,
    },
    /// An image or document of a format that is not read.
    #[error("is {format}, which is not read; {remedy}")]
    Unsupported {
        /// The format found, with its article: `a HEIC image`.
        format: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The bytes begin like no known image.
    #[error("is not an image; give a JPEG, PNG, WebP, GIF, BMP or TIFF file")]
    NotAnImage,
    /// The file ends before its image does.
    #[error("is a truncated {format}: it ends after {bytes} bytes, before its image does; download or copy it again")]
    Truncated {
        /// The format's name: `JPEG`.
        format: &'static str,
        /// Bytes found.
        bytes: u64,
    },
    /// The decoder refused the contents.
    #[error("is a damaged or unusual {format}: {source}; save it again with an image editor")]
    Decode {
        /// The format's name: `JPEG`.
        format: &'static str,
        /// What the decoder said.
        source: ::image::ImageError,
    },
    /// A thumbnail could not be encoded.
    #[error("cannot be encoded as JPEG: {source}")]
    Encode {
        /// What the encoder said.
        source: ::image::ImageError,
    },
}

impl ImageError {
    /// What went wrong, in kebab-case; stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::At { source, .. } => source.code(),
            Self::Read { source } if source.kind() == std::io::ErrorKind::NotFound => "not-found",
            Self::Read { .. } => "unreadable",
            Self::NotAFile => "not-a-file",
            Self::Empty => "empty",
            Self::TooManyBytes { .. }
            | Self::TooLarge { .. }
            | Self::TooMuchMemory { .. }
            | Self::TooManyScans { .. } => "too-large",
            Self::Unsupported { .. } => "unsupported",
            Self::NotAnImage => "not-an-image",
            Self::Truncated { .. } => "truncated",
            Self::Decode { .. } | Self::Encode { .. } => "damaged",
        }
    }

    /// Names the file that the error is about.
    pub fn at(self, path: &Path) -> Self {
        Self::At { path: path.to_owned(), source: Box::new(self) }
    }
}
