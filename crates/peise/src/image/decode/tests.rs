use std::error::Error;
use std::io::Cursor;

use ::image::{ImageFormat, Luma, Rgb, Rgba};
use proptest::prelude::*;

use super::*;

mod icc;

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.into().write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A photo with its own colour in every quarter.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([200, 30, 40]),
        (false, true) => Rgb([30, 180, 60]),
        (true, false) => Rgb([40, 60, 190]),
        (false, false) => Rgb([220, 210, 40]),
    })
}

fn jpeg() -> Vec<u8> {
    encoded(quarters(48, 32), ImageFormat::Jpeg)
}

fn png() -> Vec<u8> {
    encoded(quarters(48, 32), ImageFormat::Png)
}

fn webp() -> Vec<u8> {
    encoded(quarters(48, 32), ImageFormat::WebP)
}

fn decoded(bytes: &[u8]) -> Result<RgbImage, ImageError> {
    decode(bytes, &DecodeLimits::default()).map(|photo| photo.pixels)
}

/// Signature and IHDR of a PNG of any size; nothing else.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// A JPEG whose frame header is changed to another size.
fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg();
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A JPEG whose scan stands there so often, without data.
fn many_scans(count: usize) -> Vec<u8> {
    let bytes = jpeg();
    let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let header = &bytes[scan..scan + 2 + usize::from(bytes[scan + 3])];
    [&bytes[..scan], &header.repeat(count - 1), &bytes[scan..]].concat()
}

/// A GIF of these frames.
fn animation(frames: &[RgbImage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::image::codecs::gif::GifEncoder::new(&mut bytes);
    for frame in frames {
        encoder.encode_frame(::image::Frame::new(DynamicImage::from(frame.clone()).into_rgba8())).unwrap();
    }
    drop(encoder);
    bytes
}

/// The JPEG with an EXIF block of this orientation after its start mark.
fn oriented(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    bytes.splice(2..2, [0xFF, 0xE1, length[0], length[1]].into_iter().chain(exif));
    bytes
}

fn assert_near(found: Rgb<u8>, expected: [u8; 3], tolerance: u8, what: &str) {
    let near = found.0.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) <= tolerance);
    assert!(near, "{what}: found {found:?}, expected {expected:?} within {tolerance}");
}

#[test]
fn what_is_no_photo_is_refused_by_name() {
    let png = png();
    let cases: &[(&str, &[u8], &str)] = &[
        ("nothing", b"", "is empty (0 bytes)"),
        ("text", b"hello, this is text", "is not an image"),
        ("one byte", b"\xFF", "is not an image"),
        ("zeros", &[0; 64], "is not an image"),
        ("GIF, header only", b"GIF89a\x01\0\x01\0\0\0\0", "a truncated GIF"),
        ("GIF without a picture", b"GIF89a\x01\0\x01\0\0\0\0;", "GIF"),
        ("BMP, header only", b"BM\x46\0\0\0\0\0\0\0", "a truncated BMP"),
        ("TIFF, header only", b"II*\0\x08\0\0\0", "a truncated TIFF"),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image, which is not read; convert it to JPEG"),
        ("HEIC, second brand", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a HEIC image"),
        ("AVIF", b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF image, which is not read; convert it to JPEG"),
        ("AVIF, second brand", b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1", "an AVIF image"),
        ("MP4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "a video"),
        ("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "a JPEG 2000 image"),
        ("JPEG 2000, bare", b"\xFF\x4F\xFF\x51\0\x2f", "a JPEG 2000 image"),
        ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
        ("JPEG XL, bare", b"\xFF\x0A\x1c\x10", "a JPEG XL image"),
        ("JSON", b" {\"code\":403}", "a JSON text"),
        ("PDF", b"%PDF-1.7", "a PDF document"),
        ("error page", b"\n <!DOCTYPE html><html>404", "a web page"),
        ("SVG", b"<svg xmlns='...'/>", "an SVG or XML document, which is not read; export it as PNG"),
        ("JPEG, start mark only", b"\xFF\xD8\xFF\xE0", "a truncated JPEG"),
        ("PNG, signature only", &png[..8], "a truncated PNG"),
        ("PNG, half a header", &png[..20], "a truncated PNG"),
        ("WebP, tag only", b"RIFF\x10\0\0\0WEBPVP8 ", "a truncated WebP"),
        ("PNG header 20,000x20,000", &png_header(20_000, 20_000), "20000x20000 pixels"),
        ("PNG header 100,000x1", &png_header(100_000, 1), "100000x1 pixels"),
        ("JPEG of 101 scans", &many_scans(101), "101 scans"),
        ("JPEG header 20,000x20,000", &jpeg_header(20_000, 20_000), "20000x20000 pixels"),
        ("PNG header 0x0", &png_header(0, 0), "PNG"),
        ("JPEG header 0x0", &jpeg_header(0, 0), "JPEG"),
    ];
    for (what, bytes, expected) in cases {
        let error = decoded(bytes).expect_err(what).to_string();
        assert!(error.contains(expected), "{what}: {error}");
        assert_eq!(error.lines().count(), 1, "{what}: {error}");
    }
}

#[test]
fn every_cut_of_a_file_is_refused() {
    for which in [1, 2, 3, 4, 5] {
        let bytes = WHOLE[which]();
        let whole = decoded(&bytes).expect("a whole file");
        for length in 1..bytes.len() {
            // Checksums and end chunks may be missing.
            let cut = decoded(&bytes[..length]);
            assert!(cut.is_err() || cut.unwrap() == whole, "{which} cut to {length} of {} bytes", bytes.len());
        }
        let half = decoded(&bytes[..bytes.len() / 2]);
        assert!(matches!(half, Err(ImageError::Truncated { .. })), "{which}: {half:?}");
    }
}

#[test]
fn a_jpeg_may_lack_its_end_mark_but_no_picture_data() {
    let restarts = include_bytes!("../scaled/fixtures/half_chroma_restarts.jpg").to_vec();
    for (what, bytes) in [
        ("baseline", jpeg()),
        ("progressive", PROGRESSIVE.to_vec()),
        ("restarts", restarts),
        ("grey", encoded(::image::GrayImage::from_fn(40, 40, |x, y| Luma([(5 * x + y) as u8])), ImageFormat::Jpeg)),
        ("CMYK", CMYK_ADOBE.to_vec()),
    ] {
        let whole = decoded(&bytes).expect(what);
        let end = bytes.len() - 2;
        assert_eq!(bytes[end..], [0xFF, 0xD9], "{what}");
        for length in 1..bytes.len() {
            match decoded(&bytes[..length]) {
                Ok(cut) => assert_eq!(cut, whole, "{what} cut to {length} of {}", bytes.len()),
                Err(error) => assert!(length < end, "{what} cut to {length} of {}: {error}", bytes.len()),
            }
        }
        for behind in [&[0; 3000][..], b"<html>", &bytes] {
            assert_eq!(decoded(&[&bytes, behind].concat()).expect(what), whole, "{what}, more behind it");
            assert_eq!(decoded(&[&bytes[..end], &behind[..behind.len().min(6)]].concat()).ok(), Some(whole.clone()));
        }
        let half = decoded(&bytes[..bytes.len() / 2]);
        assert!(matches!(half, Err(ImageError::Truncated { .. })), "{what}: {half:?}");
    }
}

#[test]
fn limits_are_kept_and_named() {
    let (bytes, default) = (png(), DecodeLimits::default());
    let cases = [
        (DecodeLimits { max_bytes: 10, ..default }, "limit of 10"),
        (DecodeLimits { max_side: 47, ..default }, "47 a side"),
        (DecodeLimits { max_pixels: 48 * 32 - 1, ..default }, "1535 in all"),
        (DecodeLimits { max_alloc: 3 * 48 * 32 - 1, ..default }, "limit of 4607"),
    ];
    for (limits, expected) in cases {
        let error = decode(&bytes, &limits).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    let exact =
        DecodeLimits { max_bytes: bytes.len() as u64, max_side: 48, max_pixels: 48 * 32, max_alloc: 3 * 48 * 32 };
    assert!(decode(&bytes, &exact).is_ok());
    assert_eq!(decoded(&encoded(quarters(1, 1), ImageFormat::Png)).unwrap().dimensions(), (1, 1));
}

#[test]
fn exif_orientation_is_applied() {
    // Where the red quarter, top left in the file, comes to stand.
    let cases = [
        (1, (12, 8), (48, 32)),
        (2, (36, 8), (48, 32)),
        (3, (36, 24), (48, 32)),
        (4, (12, 24), (48, 32)),
        (5, (8, 12), (32, 48)),
        (6, (24, 12), (32, 48)),
        (7, (24, 36), (32, 48)),
        (8, (8, 36), (32, 48)),
        (9, (12, 8), (48, 32)),
    ];
    for (orientation, red, size) in cases {
        let image = decoded(&oriented(orientation)).unwrap();
        assert_eq!(image.dimensions(), size, "orientation {orientation}");
        assert_near(*image.get_pixel(red.0, red.1), [200, 30, 40], 6, &format!("orientation {orientation}"));
    }
}

const CMYK_ADOBE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cmyk_adobe.jpg"));
const CMYK_PLAIN: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cmyk_plain.jpg"));
const YCCK_ADOBE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ycck_adobe.jpg"));
const PROGRESSIVE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/progressive.jpg"));

#[test]
fn every_kind_of_pixel_becomes_rgb() {
    let grey = ::image::GrayImage::from_pixel(16, 16, Luma([77]));
    let deep = ::image::ImageBuffer::<Rgb<u16>, _>::from_pixel(4, 4, Rgb([0, 0x8080, 0xFFFF]));
    let clear = ::image::RgbaImage::from_fn(4, 4, |x, _| Rgba([200, 0, 0, if x < 2 { 0 } else { 128 }]));
    let cases: [(&str, Vec<u8>, [u8; 3]); 11] = [
        ("grey JPEG", encoded(grey.clone(), ImageFormat::Jpeg), [77; 3]),
        ("grey PNG", encoded(grey, ImageFormat::Png), [77; 3]),
        ("16-bit PNG", encoded(deep, ImageFormat::Png), [0, 128, 255]),
        ("clear PNG", encoded(clear.clone(), ImageFormat::Png), [255; 3]),
        ("clear WebP", encoded(clear.clone(), ImageFormat::WebP), [255; 3]),
        ("WebP", webp(), [200, 30, 40]),
        ("GIF", encoded(quarters(48, 32), ImageFormat::Gif), [200, 30, 40]),
        ("BMP", encoded(quarters(48, 32), ImageFormat::Bmp), [200, 30, 40]),
        ("TIFF", encoded(quarters(48, 32), ImageFormat::Tiff), [200, 30, 40]),
        ("16-bit TIFF", encoded(DynamicImage::from(quarters(48, 32)).into_rgb16(), ImageFormat::Tiff), [200, 30, 40]),
        ("clear GIF", encoded(clear.clone(), ImageFormat::Gif), [255; 3]),
    ];
    for (what, bytes, expected) in cases {
        assert_near(*decoded(&bytes).unwrap().get_pixel(0, 0), expected, 1, what);
    }
    let half = decoded(&encoded(clear, ImageFormat::Png)).unwrap();
    assert_eq!(half.get_pixel(3, 3).0, [227, 127, 127], "half-clear red on white");
    assert_eq!(decoded(&png()).unwrap(), quarters(48, 32), "PNG is lossless");
}

/// Expected values: Pillow 13.0, `Image.open(..).convert("RGB")`, which rounds ink and black differently: tolerance 3.
#[test]
fn cmyk_is_read_as_pillow_does() {
    for (what, bytes) in [("Adobe CMYK", CMYK_ADOBE), ("CMYK", CMYK_PLAIN), ("Adobe YCCK", YCCK_ADOBE)] {
        let image = decoded(bytes).unwrap();
        for ((x, y), expected) in
            [((4, 4), [245, 53, 34]), ((12, 4), [51, 207, 235]), ((4, 12), [255; 3]), ((12, 12), [46; 3])]
        {
            assert_near(*image.get_pixel(x, y), expected, 3, what);
        }
    }
}

#[test]
fn a_long_detail_picture_is_read() {
    let tall = RgbImage::from_fn(75, 20_000, |_, y| Rgb([(y / 100) as u8, 90, 30]));
    let bytes = encoded(tall.clone(), ImageFormat::Jpeg);
    assert_eq!(decoded(&bytes).unwrap().dimensions(), (75, 20_000));
    let small = crate::image::Preprocess::stretch(8).decode(&bytes, &DecodeLimits::default()).unwrap();
    assert_eq!(small.pixels.dimensions(), (8, 8));
    assert_near(*small.pixels.get_pixel(4, 0), [12, 90, 30], 4, "its top");
}

#[test]
fn an_animation_shows_its_first_picture_that_is_not_blank() {
    let (blank, shown) = (RgbImage::from_pixel(48, 32, Rgb([255; 3])), quarters(48, 32));
    for frames in [
        vec![shown.clone(), blank.clone()],
        vec![blank.clone(), blank.clone(), shown.clone()],
        vec![blank.clone(), shown.clone(), blank.clone()],
    ] {
        assert_near(*decoded(&animation(&frames)).unwrap().get_pixel(3, 3), [200, 30, 40], 8, "a frame");
    }
    assert_eq!(decoded(&animation(&[blank.clone(), blank.clone()])).unwrap(), blank);
    let mut many = vec![blank.clone(); 3000];
    many.push(shown);
    // 3,000 frames of 100x100 pixels are not all looked at, those of 48x32 are.
    assert_ne!(decoded(&animation(&many)).unwrap(), blank);
}

/// Written by Pillow 13: a white frame, then two of red.
#[test]
fn animated_webp_and_png_are_read() {
    for bytes in [
        &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/animated.webp"))[..],
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/animated.png")),
    ] {
        let image = decoded(bytes).unwrap();
        assert_eq!(image.dimensions(), (32, 24));
        assert_near(*image.get_pixel(16, 12), [200, 30, 40], 1, "the middle");
        assert_near(*image.get_pixel(1, 1), [255; 3], 1, "the corner");
    }
}

/// Expected mean: Pillow 13.0.
#[test]
fn progressive_jpeg_is_read() {
    let image = decoded(PROGRESSIVE).unwrap();
    let mean = |channel: usize| image.pixels().map(|p| f64::from(p.0[channel])).sum::<f64>() / (24.0 * 16.0);
    for (channel, expected) in [132.73, 126.84, 125.75].into_iter().enumerate() {
        assert!((mean(channel) - expected).abs() < 1.0, "channel {channel}: {} for {expected}", mean(channel));
    }
}

#[test]
fn reading_names_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, empty, whole) =
        (folder.path().join("none.jpg"), folder.path().join("0.jpg"), folder.path().join("a.gif"));
    std::fs::write(&empty, b"").unwrap();
    std::fs::write(&whole, jpeg()).unwrap();
    let limits = DecodeLimits::default();
    assert_eq!(read(&whole, &limits).unwrap().dimensions(), (48, 32), "the name's ending does not count");
    assert_eq!(read_bytes(&whole, &limits).unwrap(), jpeg());
    let few = DecodeLimits { max_bytes: 99, ..limits };
    for (path, limits, expected) in [
        (missing.as_path(), limits, "cannot be read"),
        (&empty, limits, "is empty"),
        (folder.path(), limits, "not a regular file"),
        (&whole, few, "limit of 99"),
    ] {
        let error = read(path, &limits).expect_err(expected);
        assert!(matches!(&error, ImageError::At { path: named, .. } if named == path), "{error:?}");
        assert!(error.to_string().starts_with(&*path.to_string_lossy()), "{error}");
        assert!(error.to_string().contains(expected) && error.source().is_some(), "{error}");
    }
}

const HEADS: [&[u8]; 8] = [
    b"",
    b"\xFF\xD8\xFF\xE0",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
    b"RIFF\x20\0\0\0WEBPVP8L",
    b"GIF89a\x10\0\x10\0\x80\0\0",
    b"BM\x36\x03\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x10\0\0\0\x01\0\x18\0",
    b"II*\0\x08\0\0\0\x09\0\0\x01\x03\0\x01\0\0\0\x10\0\0\0",
    b"MM\0*\0\0\0\x08",
];

/// One file of each kind.
const WHOLE: [fn() -> Vec<u8>; 12] = [
    jpeg,
    png,
    webp,
    || encoded(quarters(48, 32), ImageFormat::Gif),
    || encoded(quarters(48, 32), ImageFormat::Bmp),
    || encoded(quarters(48, 32), ImageFormat::Tiff),
    || animation(&[quarters(9, 9), quarters(9, 9)]),
    || PROGRESSIVE.to_vec(),
    || YCCK_ADOBE.to_vec(),
    || icc::tagged(&jpeg(), &icc::DISPLAY_P3.profile()),
    || icc::tagged(CMYK_ADOBE, &icc::press()),
    || jpeg()[..jpeg().len() - 2].to_vec(),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(head in 0_usize..HEADS.len(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoded(&[HEADS[head], bytes.as_slice()].concat());
    }

    #[test]
    fn damaged_files_never_panic(
        which in 0_usize..WHOLE.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = WHOLE[which]();
        for (at, value) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if let Some(at) = cut {
            bytes.truncate(at.index(bytes.len()));
        }
        let small = DecodeLimits { max_pixels: 1 << 20, ..DecodeLimits::default() };
        if let Ok(image) = decode(&bytes, &small) {
            prop_assert!(image.pixels.as_raw().len() as u64 <= 3 * small.max_pixels);
        }
    }
}
