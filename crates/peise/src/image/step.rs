//! One preprocessing step.

use ::image::{Rgb, RgbImage, imageops};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::blur::gaussian_blur;
use super::light::in_white_light;
use super::resize::{Decoded, fit, resize, resize_middle};

/// Largest side that a step may ask for, pixels.
const MAX_SIDE: u32 = 4096;
/// Widest Gaussian kernel, pixels.
const MAX_KERNEL: u32 = 255;

/// One step; sizes are in pixels.
///
/// Resizing is a triangle ("bilinear") filter widened by the scale when shrinking, so it does not alias, with pixel
/// centres at half-integers, on 8-bit sRGB values as they are: what Pillow and torchvision's `Resize` do by default.
/// It never overshoots, so no colour appears that was not there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Stretches to exactly this size, aspect ignored.
    Resize {
        /// New width.
        width: u32,
        /// New height.
        height: u32,
    },
    /// Keeps the middle; where the image is smaller, its whole width or height.
    CenterCrop {
        /// Width kept.
        width: u32,
        /// Height kept.
        height: u32,
    },
    /// Letterbox: scales the longer side to `size`, aspect kept, and centres the image on a square.
    Pad {
        /// Side of the square.
        size: u32,
        /// Colour around the image: R, G, B.
        fill: [u8; 3],
    },
    /// Keeps the largest centred square and scales it.
    CropSquare {
        /// Side of the square.
        size: u32,
    },
    /// Blurs as `torchvision.transforms.GaussianBlur` does: separable, borders reflected.
    GaussianBlur {
        /// Odd width of the kernel.
        kernel: u32,
        /// Standard deviation, pixels.
        sigma: f32,
    },
    /// Takes out the colour of the light, where a white backdrop shows it ([`super::Light`]).
    WhiteBalance,
}

/// Why a list of steps cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// A size of nothing, or beyond reason.
    #[error("preprocessing step {index}: a side of {found} pixels; give 1 to {MAX_SIDE}")]
    Side {
        /// Position of the step, from 0.
        index: usize,
        /// Side found, pixels.
        found: u32,
    },
    /// A kernel that has no middle, or is beyond reason.
    #[error("preprocessing step {index}: a Gaussian kernel of {found} pixels; give an odd number, 1 to {MAX_KERNEL}")]
    Kernel {
        /// Position of the step, from 0.
        index: usize,
        /// Kernel found, pixels.
        found: u32,
    },
    /// A standard deviation that is no positive number.
    #[error("preprocessing step {index}: sigma {found}; give a number above 0 (pixels)")]
    Sigma {
        /// Position of the step, from 0.
        index: usize,
        /// Sigma found, pixels.
        found: f32,
    },
}

impl Step {
    pub(super) fn check(&self, index: usize) -> Result<(), PreprocessError> {
        let side = |found| match found {
            1..=MAX_SIDE => Ok(()),
            _ => Err(PreprocessError::Side { index, found }),
        };
        match *self {
            Self::Resize { width, height } | Self::CenterCrop { width, height } => side(width).and(side(height)),
            Self::Pad { size, .. } | Self::CropSquare { size } => side(size),
            Self::GaussianBlur { kernel, .. } if kernel % 2 == 0 || kernel > MAX_KERNEL => {
                Err(PreprocessError::Kernel { index, found: kernel })
            }
            Self::GaussianBlur { sigma, .. } if !(sigma.is_finite() && sigma > 0.0) => {
                Err(PreprocessError::Sigma { index, found: sigma })
            }
            Self::GaussianBlur { .. } | Self::WhiteBalance => Ok(()),
        }
    }

    /// Size of the result for an image of this size.
    pub(super) fn output_size(&self, width: u32, height: u32) -> (u32, u32) {
        match *self {
            Self::Resize { width, height } => (width, height),
            Self::Pad { size, .. } | Self::CropSquare { size } => (size, size),
            Self::CenterCrop { width: w, height: h } => (w.min(width), h.min(height)),
            Self::GaussianBlur { .. } | Self::WhiteBalance => (width, height),
        }
    }

    /// Shortest side of an image in which this step finds all that it keeps, pixels; `None` where it depends on the
    /// pixels of the image as it is.
    pub(super) fn least_side(&self) -> Option<u32> {
        match *self {
            Self::Resize { width, height } => Some(width.max(height)),
            Self::Pad { size, .. } | Self::CropSquare { size } => Some(size),
            Self::CenterCrop { .. } | Self::GaussianBlur { .. } | Self::WhiteBalance => None,
        }
    }

    pub(super) fn apply(&self, image: &Decoded) -> RgbImage {
        let (width, height) = image.size;
        let (to_width, to_height) = self.output_size(width, height);
        match *self {
            Self::Resize { .. } => resize(image, to_width, to_height),
            Self::CropSquare { .. } => {
                resize_middle(image, (width.min(height), width.min(height)), (to_width, to_height))
            }
            Self::CenterCrop { .. } => {
                let (left, top) = ((width - to_width) / 2, (height - to_height) / 2);
                imageops::crop_imm(image.pixels, left, top, to_width, to_height).to_image()
            }
            Self::Pad { size, fill } => {
                let (width, height) = fit(width, height, size);
                let mut square = RgbImage::from_pixel(size, size, Rgb(fill));
                let (left, top) = ((size - width) / 2, (size - height) / 2);
                imageops::replace(&mut square, &resize(image, width, height), left.into(), top.into());
                square
            }
            Self::GaussianBlur { kernel, sigma } => gaussian_blur(image.pixels, kernel, sigma),
            Self::WhiteBalance => in_white_light(image.pixels),
        }
    }
}
