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
impl Fingerprint {
    #[doc(hidden)]
    pub fn cells_for_lab(&self) -> &[[u8; 3]] {
        &self.cells
    }
}
