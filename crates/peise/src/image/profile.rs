//! Colour profiles (ICC): from a file's own colours to sRGB.
//!
//! A wide-gamut photo that is taken for sRGB looks duller than it is: its red comes out as brick red. Profiles are
//! applied by `moxcms`, with the perceptual intent where a profile has tables for several.

use std::sync::LazyLock;

use ::image::{DynamicImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, ToneReprCurve, TransformOptions};

use super::photo::ProfileFault;
use super::srgb::encoded;

/// Largest profile that is looked at, bytes; those of printing presses have 0.5 to 4 MB.
const MAX_PROFILE: usize = 8 << 20;

/// sRGB's primaries under D50 (IEC 61966-2-1, adapted as ICC.1 says): X, Y, Z of red, green and blue.
const SRGB_PRIMARIES: [[f64; 3]; 3] =
    [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]];

static SRGB: LazyLock<ColorProfile> = LazyLock::new(ColorProfile::new_srgb);

/// A profile that is not sRGB.
pub(super) struct Profile(ColorProfile);

impl Profile {
    /// Reads a profile; `None` where it is sRGB, or so near that it makes no difference.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, ProfileFault> {
        if bytes.len() > MAX_PROFILE {
            return Err(ProfileFault::TooLarge);
        }
        let profile = ColorProfile::new_from_slice(bytes).map_err(|_| ProfileFault::Broken)?;
        Ok((!is_srgb(&profile)).then_some(Self(profile)))
    }

    /// Whether this is a profile of ink.
    pub fn is_of_inks(&self) -> bool {
        self.0.color_space == DataColorSpace::Cmyk
    }

    /// Converts a grey or RGB picture of any depth to sRGB of 8 bits; transparency is kept.
    pub fn apply(&self, image: &DynamicImage) -> Result<DynamicImage, ProfileFault> {
        let (colour, alpha) = (image.color().has_color(), image.color().has_alpha());
        let grey = match self.0.color_space {
            DataColorSpace::Gray if !colour => true,
            DataColorSpace::Rgb => false,
            _ => return Err(ProfileFault::OtherChannels),
        };
        let from = match (grey, alpha) {
            (true, true) => Layout::GrayAlpha,
            (true, false) => Layout::Gray,
            (false, true) => Layout::Rgba,
            (false, false) => Layout::Rgb,
        };
        let to = if alpha { Layout::Rgba } else { Layout::Rgb };
        let values = if image.color().bytes_per_pixel() == image.color().channel_count() {
            let values = match from {
                Layout::GrayAlpha => image.to_luma_alpha8().into_raw(),
                Layout::Gray => image.to_luma8().into_raw(),
                Layout::Rgba => image.to_rgba8().into_raw(),
                _ => image.to_rgb8().into_raw(),
            };
            self.converted(&values, from, to)?
        } else {
            // In 16 bits, since deep pictures may be linear, where 8 bits tell no dark tones apart.
            let values = match from {
                Layout::GrayAlpha => image.to_luma_alpha16().into_raw(),
                Layout::Gray => image.to_luma16().into_raw(),
                Layout::Rgba => image.to_rgba16().into_raw(),
                _ => image.to_rgb16().into_raw(),
            };
            self.converted_16(&values, from, to)?
        };
        let (width, height) = (image.width(), image.height());
        let image = if alpha {
            RgbaImage::from_raw(width, height, values).map(DynamicImage::from)
        } else {
            RgbImage::from_raw(width, height, values).map(DynamicImage::from)
        };
        image.ok_or(ProfileFault::Broken)
    }

    /// Converts amounts of ink, four bytes C, M, Y, K for each pixel, 255 = all ink.
    pub fn apply_to_inks(&self, inks: &[u8], (width, height): (u32, u32)) -> Result<RgbImage, ProfileFault> {
        if !self.is_of_inks() {
            return Err(ProfileFault::OtherChannels);
        }
        let values = self.converted(inks, Layout::Rgba, Layout::Rgb)?;
        RgbImage::from_raw(width, height, values).ok_or(ProfileFault::Broken)
    }

    fn converted(&self, values: &[u8], from: Layout, to: Layout) -> Result<Vec<u8>, ProfileFault> {
        let transform = self.0.create_transform_8bit(from, &SRGB, to, TransformOptions::default());
        let mut out = vec![0; values.len() / from.channels() * to.channels()];
        transform.and_then(|transform| transform.transform(values, &mut out)).map_err(|_| ProfileFault::Broken)?;
        Ok(out)
    }

    fn converted_16(&self, values: &[u16], from: Layout, to: Layout) -> Result<Vec<u8>, ProfileFault> {
        let transform = self.0.create_transform_16bit(from, &SRGB, to, TransformOptions::default());
        let mut out = vec![0; values.len() / from.channels() * to.channels()];
        transform.and_then(|transform| transform.transform(values, &mut out)).map_err(|_| ProfileFault::Broken)?;
        Ok(out.into_iter().map(|value| ((u32::from(value) + 128) / 257) as u8).collect())
    }
}

/// Whether a profile's primaries and curves are sRGB's; one that has tables is not asked.
fn is_srgb(profile: &ColorProfile) -> bool {
    let primaries = [profile.red_colorant, profile.green_colorant, profile.blue_colorant];
    let near = |found: f64, expected: f64| (found - expected).abs() < 0.002;
    profile.is_matrix_shaper()
        && profile.lut_a_to_b_perceptual.is_none()
        && profile.lut_a_to_b_colorimetric.is_none()
        && primaries
            .iter()
            .zip(SRGB_PRIMARIES)
            .all(|(found, [x, y, z])| near(found.x, x) && near(found.y, y) && near(found.z, z))
        && [&profile.red_trc, &profile.green_trc, &profile.blue_trc].into_iter().flatten().all(is_srgb_curve)
}

/// Whether a curve gives the light that sRGB's gives, to half a level.
fn is_srgb_curve(curve: &ToneReprCurve) -> bool {
    let Ok(evaluator) = curve.make_linear_evaluator() else { return false };
    (0..=16).map(|step| step as f32 / 16.0).all(|code| {
        let light = evaluator.evaluate_value(code).max(0.0);
        (encoded(light) - code).abs() < 0.5 / 255.0
    })
}
