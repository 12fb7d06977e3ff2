//! Whether two photos are one picture, saved twice.

use ::image::RgbImage;

/// Cells along each side.
const SIDE: usize = 16;

/// Most levels by which any cell of one picture may differ in any channel.
const MOST: u8 = 8;
/// Most levels by which cells may differ, root mean square.
const MEAN: f32 = 1.8;
/// Most of a picture's own contrast that the difference may have, root mean squares.
const SHARE: f32 = 0.05;

/// What a photo looks like at 16x16 cells: enough to tell that two photos are one picture, whatever format, quality or
/// size it was saved in, and strict enough that another colour, pose, crop or a mirror image is another picture.
///
/// Take it of photos that were stretched to one size by [`super::Preprocess`]; it does not see their aspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Mean R, G, B of each cell, row by row.
    cells: [[u8; 3]; SIDE * SIDE],
}

impl Fingerprint {
    /// Takes a photo's fingerprint.
    pub fn of(photo: &RgbImage) -> Self {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        let mut cells = [[0; 3]; SIDE * SIDE];
        if width == 0 || height == 0 {
            return Self { cells };
        }
        let span = |cell: usize, side: usize| {
            let start = cell * side / SIDE;
            start..((cell + 1) * side / SIDE).max(start + 1)
        };
        let pixels = photo.as_raw().as_chunks::<3>().0;
        for (place, cell) in cells.iter_mut().enumerate() {
            let (columns, rows) = (span(place % SIDE, width), span(place / SIDE, height));
            let count = (columns.len() * rows.len()) as u64;
            let mut sum = [0u64; 3];
            for pixel in rows.flat_map(|row| &pixels[row * width + columns.start..row * width + columns.end]) {
                sum.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += u64::from(value));
            }
            *cell = sum.map(|sum| ((2 * sum + count) / (2 * count)) as u8);
        }
        Self { cells }
    }

    /// Whether both are one picture. Symmetric; a photo without pixels is only itself.
    pub fn same_picture(&self, other: &Self) -> bool {
        let pairs = || self.cells.iter().flatten().zip(other.cells.iter().flatten());
        if pairs().any(|(one, other)| one.abs_diff(*other) > MOST) {
            return false;
        }
        let squares: u32 = pairs().map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum();
        let mean = (squares as f32 / (3 * SIDE * SIDE) as f32).sqrt();
        mean <= MEAN && mean <= (SHARE * self.contrast().min(other.contrast())).max(0.5)
    }

    /// Root mean square by which cells differ from the mean of their channel.
    fn contrast(&self) -> f32 {
        let count = (SIDE * SIDE) as f32;
        let variance = |channel: usize| {
            let values = || self.cells.iter().map(|cell| f32::from(cell[channel]));
            let mean = values().sum::<f32>() / count;
            values().map(|value| (value - mean).powi(2)).sum::<f32>() / count
        };
        ((variance(0) + variance(1) + variance(2)) / 3.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::imageops::{FilterType, crop_imm, flip_horizontal, resize};
    use ::image::{ImageFormat, Rgb};

    use super::super::{DecodeLimits, Preprocess};
    use super::*;

    /// A garment with folds and a print, in a room.
    fn photo(colour: [f32; 3], pose: f32) -> RgbImage {
        RgbImage::from_fn(240, 320, |x, y| {
            let (across, down) = (x as f32 - 120.0 - pose, y as f32 - 160.0);
            let fold = 1.0 + 0.12 * (across / 17.0 + down / 40.0).sin();
            let inside = across.abs() < 70.0 + down / 8.0 && down.abs() < 110.0;
            let print = (across - 20.0).hypot(down + 40.0) < 18.0;
            Rgb(match (inside, print) {
                (true, true) => [240, 220, 60],
                (true, false) => colour.map(|value| (value * fold).clamp(0.0, 255.0) as u8),
                (false, _) => [200 + (x / 12) as u8, 205 + (y / 16) as u8, 190],
            })
        })
    }

    fn fingerprint(photo: &RgbImage) -> Fingerprint {
        Fingerprint::of(&Preprocess::stretch(64).apply(photo))
    }

    fn saved(photo: &RgbImage, quality: u8) -> RgbImage {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(photo).unwrap();
        super::super::decode(&bytes, &DecodeLimits::default()).unwrap().pixels
    }

    #[test]
    fn a_picture_saved_again_is_the_same() {
        // A pale product on a white ground has too little contrast: saved at low quality it counts as another picture.
        for colour in [[190.0, 40.0, 50.0], [35.0, 36.0, 45.0]] {
            let picture = photo(colour, 0.0);
            let original = fingerprint(&picture);
            for (quality, percent) in [(60, 100), (75, 50), (75, 200), (95, 50), (95, 100), (95, 200)] {
                let resized = resize(&picture, 240 * percent / 100, 320 * percent / 100, FilterType::Lanczos3);
                let again = fingerprint(&saved(&resized, quality));
                assert!(original.same_picture(&again), "{colour:?} quality {quality}, {percent} %");
                assert!(again.same_picture(&original));
            }
            let mut webp = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut webp, ImageFormat::WebP).unwrap();
            let webp = super::super::decode(webp.get_ref(), &DecodeLimits::default()).unwrap().pixels;
            assert!(original.same_picture(&fingerprint(&webp)));
        }
    }

    #[test]
    fn another_picture_is_another() {
        let picture = photo([190.0, 40.0, 50.0], 0.0);
        let (width, height) = picture.dimensions();
        let original = fingerprint(&picture);
        let crop = |share: u32| {
            let (left, top) = (width * share / 100, height * share / 100);
            crop_imm(&picture, left, top, width - 2 * left, height - 2 * top).to_image()
        };
        for (what, other) in [
            ("another colour", photo([60.0, 40.0, 150.0], 0.0)),
            ("a shade away", photo([178.0, 40.0, 50.0], 0.0)),
            ("a step aside", photo([190.0, 40.0, 50.0], 5.0)),
            ("mirrored", flip_horizontal(&picture)),
            ("cropped by 2 %", crop(2)),
            ("cropped by 5 %", crop(5)),
            ("white", RgbImage::from_pixel(64, 64, Rgb([255; 3]))),
        ] {
            assert!(!original.same_picture(&fingerprint(&other)), "{what}");
        }
    }

    #[test]
    fn plain_swatches_are_told_apart() {
        let swatch = |colour| fingerprint(&RgbImage::from_pixel(50, 50, Rgb(colour)));
        assert!(swatch([20, 22, 30]).same_picture(&swatch([20, 22, 30])));
        assert!(!swatch([20, 22, 30]).same_picture(&swatch([21, 23, 32])));
        assert_eq!(Fingerprint::of(&RgbImage::new(0, 0)), Fingerprint::of(&RgbImage::new(0, 3)));
        assert!(!Fingerprint::of(&RgbImage::new(0, 0)).same_picture(&swatch([255; 3])));
        let tiny = Fingerprint::of(&RgbImage::from_pixel(1, 1, Rgb([7, 8, 9])));
        assert!(tiny.same_picture(&swatch([7, 8, 9])));
    }
}
