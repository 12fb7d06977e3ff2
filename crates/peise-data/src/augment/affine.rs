//! Affine warps: where in the photo each pixel of the result comes from.

use ::image::RgbImage;

/// Fractional bits of a place in the photo.
const BITS: u32 = 20;
/// One pixel.
const ONE: i32 = 1 << BITS;
/// A half of what is cut off, for both halves of a sum.
const ROUNDING: u64 = (1 << 15) | (1 << 47);

/// Maps places of the result to places of the photo; pixels, from the middle, x to the right and y down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    /// Source x of x, y and 1.
    across: [f32; 3],
    /// Source y of x, y and 1.
    down: [f32; 3],
}

impl Affine {
    pub(super) const IDENTITY: Self = Self::scale(1.0, 1.0);

    /// The source lies so many times farther from the middle.
    pub(super) const fn scale(x: f32, y: f32) -> Self {
        Self { across: [x, 0.0, 0.0], down: [0.0, y, 0.0] }
    }

    /// The source lies so many pixels to the right and down.
    pub(super) const fn shift(x: f32, y: f32) -> Self {
        Self { across: [1.0, 0.0, x], down: [0.0, 1.0, y] }
    }

    pub(super) fn rotation(degrees: f32) -> Self {
        // In double precision and rounded, so that platforms agree.
        let (sine, cosine) = f64::from(degrees).to_radians().sin_cos();
        let (sine, cosine) = (sine as f32, cosine as f32);
        Self { across: [cosine, -sine, 0.0], down: [sine, cosine, 0.0] }
    }

    /// This step, and then another one on its result.
    pub(super) fn then(&self, next: &Self) -> Self {
        let row = |row: [f32; 3]| {
            std::array::from_fn(|column| {
                row[0] * next.across[column] + row[1] * next.down[column] + if column == 2 { row[2] } else { 0.0 }
            })
        };
        Self { across: row(self.across), down: row(self.down) }
    }

    /// Resamples: bilinear on code values, outside the photo its border is repeated.
    ///
    /// In whole numbers, since half of the time would go to turning them into fractions and back: places are exact to
    /// a millionth of a pixel, weights to 1/256.
    pub(super) fn warp(&self, photo: RgbImage) -> RgbImage {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        if *self == Self::IDENTITY || width == 0 || height == 0 {
            return photo;
        }
        // Red and green side by side, so that one multiplication weights both.
        let source: Vec<[u64; 2]> = photo
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&[red, green, blue]| [u64::from(red) | u64::from(green) << 32, blue.into()])
            .collect();
        let fixed = |value: f32| (f64::from(value) * f64::from(ONE)).round() as i64;
        let ends = [width, height].map(|side| (side as i64 - 1) * i64::from(ONE));
        let steps = [fixed(self.across[0]), fixed(self.down[0])];
        let half = [width as f32 / 2.0, height as f32 / 2.0];
        let mut result = vec![0u8; source.len() * 3];
        for (row, line) in result.chunks_exact_mut(width * 3).enumerate() {
            let (x, y) = (0.5 - half[0], row as f32 + 0.5 - half[1]);
            let start = |row: [f32; 3], half: f32| fixed(row[0] * x + row[1] * y + row[2] + half - 0.5);
            let mut place = [start(self.across, half[0]), start(self.down, half[1])];
            for pixel in line.as_chunks_mut::<3>().0 {
                let [from_x, from_y] = [place[0].clamp(0, ends[0]), place[1].clamp(0, ends[1])];
                place = [place[0] + steps[0], place[1] + steps[1]];
                let (left, top) = ((from_x >> BITS) as usize, (from_y >> BITS) as usize);
                let [right_part, lower_part] = [from_x, from_y].map(|from| (from >> (BITS - 8)) as u64 & 255);
                let upper = &source[top * width..][..width];
                let lower = &source[(top + 1).min(height - 1) * width..][..width];
                let right = (left + 1).min(width - 1);
                let mix = |a: u64, b: u64, c: u64, d: u64| {
                    let upper = a * (256 - right_part) + b * right_part;
                    let lower = c * (256 - right_part) + d * right_part;
                    upper * (256 - lower_part) + lower * lower_part + ROUNDING
                };
                let [a, b, c, d] = [upper[left], upper[right], lower[left], lower[right]];
                let (red_green, blue) = (mix(a[0], b[0], c[0], d[0]), mix(a[1], b[1], c[1], d[1]));
                *pixel = [(red_green >> 16) as u8, (red_green >> 48) as u8, (blue >> 16) as u8];
            }
        }
        RgbImage::from_raw(photo.width(), photo.height(), result).unwrap_or(photo)
    }
}
