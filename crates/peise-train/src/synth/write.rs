//! Drawn listings as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, RgbImage};
use peise::format::{FormatError, course};
use peise::listing::Listing;
use thiserror::Error;

use super::{SynthListing, SynthOptions};

/// Why a set could not be written.
#[derive(Debug, Error)]
pub enum SynthError {
    /// A picture or folder could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A picture could not be encoded.
    #[error("cannot encode {path} as JPEG")]
    Encode {
        /// The file meant.
        path: PathBuf,
        /// What the encoder said.
        #[source]
        source: ImageError,
    },
    /// Profiles could not be written.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// Encodes a picture as JPEG.
///
/// # Errors
/// What the encoder says, such as a side above 65,535 pixels.
pub fn jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image)?;
    Ok(bytes)
}

/// Writes `count` listings as the test split of a data set in the course format.
///
/// `dir/test/<id>/` holds photos and profile; `dir/test_all.json` all profiles with every label to be predicted;
/// `dir/test_truth.json` the same with the labels filled. `progress` is told each listing that is done.
///
/// # Errors
/// [`SynthError`], naming the file that could not be written.
pub fn write(
    dir: &Path,
    options: &SynthOptions,
    count: usize,
    mut progress: impl FnMut(usize),
) -> Result<(), SynthError> {
    let mut truth = Vec::with_capacity(count);
    for index in 0..count {
        let SynthListing { listing, images } = super::listing(options, index);
        let folder = dir.join("test").join(&listing.id);
        fs::create_dir_all(&folder).map_err(|source| SynthError::Write { path: folder.clone(), source })?;
        for (named, image) in listing.images.iter().zip(&images) {
            let path = folder.join(&named.file);
            let bytes =
                jpeg(image, options.quality).map_err(|source| SynthError::Encode { path: path.clone(), source })?;
            fs::write(&path, bytes).map_err(|source| SynthError::Write { path, source })?;
        }
        course::write_profile(&folder.join(course::PROFILE), &question(&listing))?;
        truth.push(listing);
        progress(index);
    }
    let asked: Vec<Listing> = truth.iter().map(question).collect();
    course::write_merged(&dir.join("test_all.json"), &asked)?;
    course::write_merged(&dir.join("test_truth.json"), &truth)?;
    Ok(())
}

/// The listing with every label to be predicted.
fn question(listing: &Listing) -> Listing {
    let mut listing = listing.clone();
    for image in &mut listing.images {
        image.label = None;
    }
    listing
}
