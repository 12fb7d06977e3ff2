//! Colour profiles: photos whose colours are known, in the colour spaces that they come in.

use super::*;
use crate::image::{Preprocess, ProfileFault, Remark};

/// An RGB colour space: X, Y, Z of red, green and blue under D50, and the exponent of its curve; `None` = sRGB's curve.
pub(super) struct Space([[f64; 3]; 3], Option<f64>);

const SRGB: Space =
    Space([[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]], None);
pub(super) const DISPLAY_P3: Space =
    Space([[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]], None);
const ADOBE_RGB: Space =
    Space([[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]], Some(2.19921875));
const PROPHOTO: Space =
    Space([[0.79767, 0.28804, 0.0], [0.13519, 0.71188, 0.0], [0.03134, 0.00009, 0.82491]], Some(1.8));

fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

/// ICC.1: a header of 128 bytes, a table of tags, their data.
fn profile(class: &[u8; 4], colours: &[u8; 4], connection: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    bytes[12..16].copy_from_slice(class);
    bytes[16..20].copy_from_slice(colours);
    bytes[20..24].copy_from_slice(connection);
    bytes[24..36].copy_from_slice(&[7, 0xE4, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    bytes[36..40].copy_from_slice(b"acsp");
    bytes[68..80].copy_from_slice(&[fixed(0.9642), fixed(1.0), fixed(0.8249)].concat());
    bytes.extend((tags.len() as u32).to_be_bytes());
    let mut at = 132 + 12 * tags.len();
    for (name, data) in tags {
        bytes.extend_from_slice(*name);
        bytes.extend((at as u32).to_be_bytes());
        bytes.extend((data.len() as u32).to_be_bytes());
        at += data.len();
    }
    tags.iter().for_each(|(_, data)| bytes.extend(data));
    let length = (bytes.len() as u32).to_be_bytes();
    bytes[..4].copy_from_slice(&length);
    bytes
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    [b"XYZ \0\0\0\0".to_vec(), values.map(fixed).concat()].concat()
}

fn curve(exponent: Option<f64>) -> Vec<u8> {
    match exponent {
        Some(exponent) => {
            [&b"curv\0\0\0\0\0\0\0\x01"[..], &((exponent * 256.0).round() as u16).to_be_bytes(), &[0; 2]].concat()
        }
        None => {
            let parts = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045].map(fixed).concat();
            [&b"para\0\0\0\0\0\x03\0\0"[..], &parts].concat()
        }
    }
}

impl Space {
    pub(super) fn profile(&self) -> Vec<u8> {
        let [red, green, blue] = self.0.map(xyz);
        let trc = curve(self.1);
        let tags = [
            (b"wtpt", xyz([0.9642, 1.0, 0.8249])),
            (b"rXYZ", red),
            (b"gXYZ", green),
            (b"bXYZ", blue),
            (b"rTRC", trc.clone()),
            (b"gTRC", trc.clone()),
            (b"bTRC", trc),
        ];
        profile(b"mntr", b"RGB ", b"XYZ ", &tags)
    }

    fn light(&self, code: f64) -> f64 {
        match self.1 {
            Some(exponent) => code.powf(exponent),
            None if code <= 0.04045 => code / 12.92,
            None => ((code + 0.055) / 1.055).powf(2.4),
        }
    }

    fn code(&self, light: f64) -> f64 {
        match self.1 {
            Some(exponent) => light.powf(1.0 / exponent),
            None if light <= 0.0031308 => 12.92 * light,
            None => 1.055 * light.powf(1.0 / 2.4) - 0.055,
        }
    }

    /// The same colour, stored in this space, 0 to 1.
    fn stored(&self, colour: [u8; 3]) -> [f64; 3] {
        let light = colour.map(|code| SRGB.light(f64::from(code) / 255.0));
        let xyz = [0, 1, 2].map(|axis| (0..3).map(|channel| light[channel] * SRGB.0[channel][axis]).sum::<f64>());
        let [red, green, blue] = self.0;
        let determinant = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
            a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])
        };
        // Cramer's rule.
        let whole = determinant(red, green, blue);
        let parts = [determinant(xyz, green, blue), determinant(red, xyz, blue), determinant(red, green, xyz)];
        parts.map(|part| self.code((part / whole).clamp(0.0, 1.0)))
    }

    fn code_of(&self, colour: [u8; 3]) -> [u8; 3] {
        self.stored(colour).map(|code| (code * 255.0).round() as u8)
    }
}

/// A profile of grey with an exponent.
fn grey(exponent: f64) -> Vec<u8> {
    let tags = [(b"wtpt", xyz([0.9642, 1.0, 0.8249])), (b"kTRC", curve(Some(exponent)))];
    profile(b"mntr", b"GRAY", b"XYZ ", &tags)
}

/// A printing press whose CIELAB is a plain function of the ink, in a table of 5 steps of each.
pub(super) fn press() -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x04\x03\x05\0".to_vec();
    table.extend([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0].map(fixed).concat());
    table.extend([0, 2, 0, 2]);
    table.extend([0u8, 0, 0xFF, 0xFF].repeat(4));
    for place in 0..625 {
        let [cyan, magenta, yellow, black] = [125, 25, 5, 1].map(|step| f64::from(place / step % 5) / 4.0);
        let clear = 1.0 - 0.8 * black;
        let lab = [
            (100.0 - 42.0 * cyan - 45.0 * magenta - 8.0 * yellow) * clear,
            (-30.0 * cyan + 65.0 * magenta - 6.0 * yellow) * clear,
            (-40.0 * cyan - 4.0 * magenta + 80.0 * yellow) * clear,
        ];
        for code in [lab[0] * 652.8, (lab[1] + 128.0) * 256.0, (lab[2] + 128.0) * 256.0] {
            table.extend((code.round() as u16).to_be_bytes());
        }
    }
    table.extend([0u8, 0, 0xFF, 0xFF].repeat(3));
    profile(b"prtr", b"CMYK", b"Lab ", &[(b"wtpt", xyz([0.9642, 1.0, 0.8249])), (b"A2B0", table)])
}

/// The JPEG with this profile, in pieces as large as a segment.
pub(super) fn tagged(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = profile.chunks(65_519).collect();
    let segment = |(place, piece): (usize, &&[u8])| {
        let length = (piece.len() as u16 + 16).to_be_bytes();
        [&[0xFF, 0xE2], &length[..], b"ICC_PROFILE\0", &[place as u8 + 1, pieces.len() as u8], piece].concat()
    };
    let segments: Vec<u8> = pieces.iter().enumerate().flat_map(segment).collect();
    [&jpeg[..2], &segments, &jpeg[2..]].concat()
}

fn png_tagged(image: impl Into<DynamicImage>, profile: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::image::codecs::png::PngEncoder::new(&mut bytes);
    ::image::ImageEncoder::set_icc_profile(&mut encoder, profile).unwrap();
    image.into().write_with_encoder(encoder).unwrap();
    bytes
}

fn photo(bytes: &[u8]) -> DecodedPhoto {
    decode(bytes, &DecodeLimits::default()).unwrap()
}

// No channel near 0: there one step of a wider space is many of sRGB.
const COLOURS: [[u8; 3]; 6] =
    [[205, 45, 50], [165, 60, 45], [60, 160, 185], [110, 190, 40], [240, 240, 238], [30, 32, 40]];

#[test]
fn a_colour_is_the_same_in_whatever_space_it_is_stored() {
    for (name, space) in [("P3", DISPLAY_P3), ("Adobe RGB", ADOBE_RGB), ("ProPhoto", PROPHOTO), ("sRGB", SRGB)] {
        for colour in COLOURS {
            let stored = space.code_of(colour);
            let picture = RgbImage::from_pixel(208, 208, Rgb(stored));
            let what = format!("{name} {colour:?}");
            let jpeg = tagged(&encoded(picture.clone(), ImageFormat::Jpeg), &space.profile());
            assert_near(*photo(&jpeg).pixels.get_pixel(9, 9), colour, 8, &what);
            // The scaled decoder too.
            let small = Preprocess::stretch(24).decode(&jpeg, &DecodeLimits::default()).unwrap();
            assert_near(*small.pixels.get_pixel(9, 9), colour, 8, &format!("{what}, scaled"));
            assert_eq!((photo(&jpeg).remark, small.remark), (None, None), "{what}");

            let png = photo(&png_tagged(picture.clone(), space.profile())).pixels;
            assert_near(*png.get_pixel(9, 9), colour, 3, &format!("{what}, PNG"));
            let clear = DynamicImage::from(picture).into_rgba8();
            let clear = photo(&png_tagged(clear, space.profile())).pixels;
            assert_eq!(clear, png, "{what}, PNG with transparency");
            let deep = space.stored(colour).map(|code| (code * 65535.0).round() as u16);
            let deep = ::image::ImageBuffer::<Rgb<u16>, _>::from_pixel(8, 8, Rgb(deep));
            assert_near(
                *photo(&png_tagged(deep, space.profile())).pixels.get_pixel(3, 3),
                colour,
                1,
                &format!("{what}, 16-bit PNG"),
            );
        }
    }
}

#[test]
fn srgb_profiles_cost_and_change_nothing() {
    let bytes = jpeg();
    assert!(Profile::read(&SRGB.profile()).unwrap().is_none());
    assert_eq!(photo(&tagged(&bytes, &SRGB.profile())), photo(&bytes));
    for space in [DISPLAY_P3, ADOBE_RGB, PROPHOTO, Space(SRGB.0, Some(2.2)), Space(SRGB.0, Some(1.0))] {
        assert!(Profile::read(&space.profile()).unwrap().is_some());
    }
}

#[test]
fn grey_profiles_are_applied() {
    let picture = ::image::GrayImage::from_pixel(208, 208, Luma([100]));
    let expected = SRGB.code((100.0_f64 / 255.0).powf(1.75)) * 255.0;
    let expected = [expected.round() as u8; 3];
    assert!(expected[0] > 105);
    let jpeg = tagged(&encoded(picture.clone(), ImageFormat::Jpeg), &grey(1.75));
    let small = Preprocess::stretch(24).decode(&jpeg, &DecodeLimits::default()).unwrap();
    for found in [photo(&jpeg), small, photo(&png_tagged(picture.clone(), grey(1.75)))] {
        assert_near(*found.pixels.get_pixel(9, 9), expected, 1, "grey");
        assert_eq!(found.remark, None);
    }
    // A profile of colours holds for grey too.
    let picture = encoded(picture, ImageFormat::Jpeg);
    assert_eq!(photo(&tagged(&picture, &SRGB.profile())), photo(&picture));
    assert_near(*photo(&tagged(&picture, &PROPHOTO.profile())).pixels.get_pixel(9, 9), [119; 3], 1, "ProPhoto");
}

/// Place, colour, tolerance: a channel of next to no light moves most between ways to interpolate.
const EXPECTED_INK: [((u32, u32), [u8; 3], u8); 4] =
    [((4, 4), [215, 99, 19], 14), ((12, 4), [65, 150, 192], 8), ((4, 12), [255; 3], 3), ((12, 12), [75, 74, 74], 6)];

/// Expected values: Little CMS 2 with the same profile, by Pillow 13, perceptual intent.
#[test]
fn ink_is_read_as_its_press_prints_it() {
    for (what, bytes) in [("Adobe CMYK", CMYK_ADOBE), ("CMYK", CMYK_PLAIN), ("Adobe YCCK", YCCK_ADOBE)] {
        let found = photo(&tagged(bytes, &press()));
        assert_eq!(found.remark, None, "{what}");
        for ((x, y), expected, tolerance) in EXPECTED_INK {
            assert_near(*found.pixels.get_pixel(x, y), expected, tolerance, what);
        }
    }
}

#[test]
fn a_profile_that_cannot_be_used_is_ignored_with_a_remark() {
    use ProfileFault::{Broken, OtherChannels, TooLarge};
    let (rgb, ink) = (jpeg(), CMYK_ADOBE.to_vec());
    let p3 = DISPLAY_P3.profile();
    let mut lies = p3.clone();
    // A tag that lies outside, a curve of four thousand million entries.
    lies[136..140].copy_from_slice(&[0xFF; 4]);
    let mut huge_curve = PROPHOTO.profile();
    let curve = huge_curve.windows(4).position(|tag| tag == b"curv").unwrap();
    huge_curve[curve + 8..curve + 12].copy_from_slice(&[0xFF; 4]);
    for (what, jpeg, profile, fault) in [
        ("no profile at all", &rgb, b"hello".to_vec(), Broken),
        ("half", &rgb, p3[..p3.len() / 2].to_vec(), Broken),
        ("a tag outside", &rgb, lies, Broken),
        ("a huge curve", &rgb, huge_curve, Broken),
        ("too large", &rgb, [p3.clone(), vec![0; 8 << 20]].concat(), TooLarge),
        ("for ink", &rgb, press(), OtherChannels),
        ("for grey", &rgb, grey(1.8), OtherChannels),
        ("for RGB, on ink", &ink, p3.clone(), OtherChannels),
        ("broken, on ink", &ink, b"hello".to_vec(), Broken),
    ] {
        let found = photo(&tagged(jpeg, &profile));
        assert_eq!(found.pixels, photo(jpeg).pixels, "{what}");
        let remark = found.remark.expect(what);
        assert_eq!(remark, Remark::ProfileIgnored(fault), "{what}");
        assert_eq!(remark.code(), "colour-profile-ignored");
        assert!(remark.to_string().starts_with("the colour profile "), "{remark}");
    }
    // Pieces are missing or doubled.
    let large = [p3, vec![0; 70_000]].concat();
    let whole = tagged(&rgb, &large);
    let second = whole.windows(14).position(|piece| piece == b"ICC_PROFILE\0\x02\x02").unwrap();
    let mut doubled = whole.clone();
    doubled[second + 12] = 1;
    assert_eq!(photo(&doubled).remark, Some(Remark::ProfileIgnored(Broken)));
    assert_eq!(photo(&[&whole[..second - 4], &rgb[2..]].concat()).remark, Some(Remark::ProfileIgnored(Broken)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn damaged_profiles_never_panic(
        which in 0_usize..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut profile = [DISPLAY_P3.profile(), press(), grey(2.2), PROPHOTO.profile()][which].clone();
        for (at, value) in &damage {
            // Most of a press's profile is its table, where all values are good.
            let at = at.index(profile.len().min(600));
            profile[at] = *value;
        }
        let bytes = if which == 1 { CMYK_ADOBE.to_vec() } else { jpeg() };
        prop_assert!(decode(&tagged(&bytes, &profile), &DecodeLimits::default()).is_ok());
    }
}
