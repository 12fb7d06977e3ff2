//! Photos of ink: a CMYK or YCCK JPEG with the profile of its printing press.

use ::image::metadata::Orientation;
use ::image::{DynamicImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::photo::ProfileFault;
use super::profile::Profile;

/// Decodes a JPEG of four components, turned upright, to sRGB as the profile says.
///
/// `image` gives such a photo as RGB, by a rule of thumb; a profile is for the ink itself.
pub(super) fn decode(bytes: &[u8], profile: &[u8]) -> Result<RgbImage, ProfileFault> {
    let profile = Profile::read(profile)?.filter(Profile::is_of_inks).ok_or(ProfileFault::OtherChannels)?;
    let inks = Inks::decode(bytes).ok_or(ProfileFault::OtherChannels)?;
    let mut image = DynamicImage::from(profile.apply_to_inks(&inks.values, inks.size)?);
    image.apply_orientation(inks.orientation);
    Ok(image.into_rgb8())
}

/// Amounts of ink.
struct Inks {
    /// C, M, Y, K for each pixel, 255 = all ink.
    values: Vec<u8>,
    size: (u32, u32),
    orientation: Orientation,
}

impl Inks {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let options =
            DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().ok()?;
        let colours = decoder.input_colorspace()?;
        if !matches!(colours, ColorSpace::CMYK | ColorSpace::YCCK) {
            return None;
        }
        decoder.set_options(options.jpeg_set_out_colorspace(colours));
        let mut values = decoder.decode().ok()?;
        let (width, height) = decoder.dimensions()?;
        let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
        for pixel in values.as_chunks_mut::<4>().0 {
            *pixel = if colours == ColorSpace::YCCK { from_ycck(*pixel) } else { pixel.map(|value| 255 - value) };
        }
        Some(Self {
            values,
            size: (u32::try_from(width).ok()?, u32::try_from(height).ok()?),
            orientation: orientation.unwrap_or(Orientation::NoTransforms),
        })
    }
}

/// Ink from Adobe's YCCK: Y, Cb, Cr of R = C, G = M, B = Y (JFIF 1.02), and K inverted.
fn from_ycck([luma, blue, red, black]: [u8; 4]) -> [u8; 4] {
    let (luma, blue, red) = (f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0);
    // A cast to an integer saturates.
    let [cyan, magenta, yellow] =
        [1.402 * red, -0.344_136 * blue - 0.714_136 * red, 1.772 * blue].map(|part| (luma + part + 0.5) as u8);
    [cyan, magenta, yellow, 255 - black]
}
