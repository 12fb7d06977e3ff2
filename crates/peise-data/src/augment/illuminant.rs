//! The colour of black-body light, as a gain of each linear sRGB channel.

/// Colour temperatures for which the approximation of the locus holds, kelvin.
pub(super) const KELVIN: [f32; 2] = [1667.0, 25000.0];

/// The light that changes nothing, kelvin: the correlated colour temperature of D65.
pub const DAYLIGHT: f32 = 6504.0;

/// Weight of each linear sRGB channel in luminance (IEC 61966-2-1).
const LUMINANCE: [f64; 3] = [0.212_672_9, 0.715_152_2, 0.072_175_0];

/// Gain of red, green and blue, in linear light, where [`DAYLIGHT`] is replaced by a black body of this temperature.
///
/// A grey patch keeps its luminance; at [`DAYLIGHT`] the gains are 1. Below about 1900 K the light leaves the sRGB
/// gamut and blue is 0. Temperatures beyond 1667 to 25000 K are taken as the nearest of these.
///
/// # Source
/// Chromaticity of the locus: Y.-S. Kim et al., "Design of advanced color temperature control system for HDTV
/// applications", J. Korean Phys. Soc. 41 (2002), cubic splines. xyY to linear sRGB: IEC 61966-2-1.
pub fn illuminant_gain(kelvin: f32) -> [f32; 3] {
    let light = black_body(kelvin.clamp(KELVIN[0], KELVIN[1]).into());
    let daylight = black_body(DAYLIGHT.into());
    let gain: [f64; 3] = std::array::from_fn(|channel| (light[channel] / daylight[channel]).max(0.0));
    let luminance: f64 = gain.iter().zip(LUMINANCE).map(|(gain, weight)| gain * weight).sum();
    gain.map(|gain| (gain / luminance) as f32)
}

/// Linear sRGB of a black body at luminance 1.
fn black_body(kelvin: f64) -> [f64; 3] {
    let (x, y) = chromaticity(kelvin);
    let (x, z) = (x / y, (1.0 - x - y) / y);
    [
        3.240_454_2 * x - 1.537_138_5 - 0.498_531_4 * z,
        -0.969_266_0 * x + 1.876_010_8 + 0.041_556_0 * z,
        0.055_643_4 * x - 0.204_025_9 + 1.057_225_2 * z,
    ]
}

/// CIE 1931 x and y of a black body.
fn chromaticity(kelvin: f64) -> (f64, f64) {
    let cubic = |[a, b, c, d]: [f64; 4], value: f64| ((a * value + b) * value + c) * value + d;
    let x = cubic(
        if kelvin <= 4000.0 {
            [-0.266_123_9e9, -0.234_358_9e6, 0.877_695_6e3, 0.179_910]
        } else {
            [-3.025_846_9e9, 2.107_037_9e6, 0.222_634_7e3, 0.240_390]
        },
        kelvin.recip(),
    );
    let y = cubic(
        match kelvin {
            ..=2222.0 => [-1.106_381_4, -1.348_110_20, 2.185_558_32, -0.202_196_83],
            ..=4000.0 => [-0.954_947_6, -1.374_185_93, 2.091_370_15, -0.167_488_67],
            _ => [3.081_758_0, -5.873_386_70, 3.751_129_97, -0.370_014_83],
        },
        x,
    );
    (x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black body colour by integrating Planck's law over the colour matching functions.
    ///
    /// # Source
    /// C. Wyman, P.-P. Sloan, P. Shirley, "Simple Analytic Approximations to the CIE XYZ Color Matching Functions",
    /// JCGT 2 (2013), multi-lobe fit.
    fn integrated(kelvin: f64) -> (f64, f64) {
        let lobe = |wave: f64, middle: f64, below: f64, above: f64| {
            let width = if wave < middle { below } else { above };
            (-0.5 * ((wave - middle) * width).powi(2)).exp()
        };
        let sum = (360..=830).map(f64::from).fold([0.0; 3], |[x, y, z], wave| {
            let power = wave.powi(-5) / ((1.438_777e7 / (wave * kelvin)).exp() - 1.0);
            [
                x + power
                    * (0.362 * lobe(wave, 442.0, 0.0624, 0.0374) + 1.056 * lobe(wave, 599.8, 0.0264, 0.0323)
                        - 0.065 * lobe(wave, 501.1, 0.0490, 0.0382)),
                y + power * (0.821 * lobe(wave, 568.8, 0.0213, 0.0247) + 0.286 * lobe(wave, 530.9, 0.0613, 0.0322)),
                z + power * (1.217 * lobe(wave, 437.0, 0.0845, 0.0278) + 0.681 * lobe(wave, 459.0, 0.0385, 0.0725)),
            ]
        });
        let total: f64 = sum.iter().sum();
        (sum[0] / total, sum[1] / total)
    }

    #[test]
    fn the_locus_is_where_it_should_be() {
        for kelvin in [1700.0, 2000.0, 2222.0, 2856.0, 3500.0, 3999.0, 4001.0, 5000.0, 6504.0, 9000.0, 15000.0, 24000.0]
        {
            let ((x, y), (want_x, want_y)) = (chromaticity(kelvin), integrated(kelvin));
            assert!((x - want_x).abs() < 4e-3 && (y - want_y).abs() < 4e-3, "{kelvin}: {x} {y}, not {want_x} {want_y}");
        }
        // Standard illuminant A is the black body at 2856 K.
        let (x, y) = chromaticity(2856.0);
        assert!((x - 0.447_57).abs() < 1e-3 && (y - 0.407_45).abs() < 1e-3, "{x} {y}");
    }

    #[test]
    fn gains_keep_grey_luminance_and_order() {
        assert!(illuminant_gain(DAYLIGHT).into_iter().all(|gain| (gain - 1.0).abs() < 1e-6));
        let mut before = illuminant_gain(1900.0);
        for kelvin in (20..=250).map(|hundred| hundred as f32 * 100.0) {
            let gain = illuminant_gain(kelvin);
            let luminance: f64 = gain.iter().zip(LUMINANCE).map(|(&gain, weight)| f64::from(gain) * weight).sum();
            assert!((luminance - 1.0).abs() < 1e-6, "{kelvin}: {luminance}");
            assert!(gain[0] < before[0] && gain[2] > before[2], "{kelvin}: {gain:?} after {before:?}");
            before = gain;
        }
        assert_eq!(illuminant_gain(10.0), illuminant_gain(1667.0));
    }
}
