//! Sets of the cells of a small grid, with the morphology that makes regions of them.

use ::image::RgbImage;

/// Cells along each side of the grid.
pub(super) const SIDE: usize = 32;

/// Cells of the grid; in each row the lowest bit is the leftmost cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask([u32; SIDE]);

impl Mask {
    pub(super) const EMPTY: Self = Self([0; SIDE]);

    /// Cells whose value is above a limit, row by row.
    pub(super) fn above(values: &[f32], limit: f32) -> Self {
        let mut mask = Self::EMPTY;
        for (row, values) in mask.0.iter_mut().zip(values.chunks_exact(SIDE)) {
            *row = values.iter().enumerate().fold(0, |row, (column, &value)| row | u32::from(value > limit) << column);
        }
        mask
    }

    /// Cells at most so many away from the border of the grid, the outermost being 1.
    pub(super) fn ring(width: usize) -> Self {
        let sides = !(u32::MAX.checked_shr(2 * width as u32).unwrap_or(0) << width);
        Self(std::array::from_fn(|row| if row < width || row >= SIDE - width { u32::MAX } else { sides }))
    }

    pub(super) fn holds(&self, cell: usize) -> bool {
        self.0[cell / SIDE] >> (cell % SIDE) & 1 == 1
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|row| self.0[row] & other.0[row]))
    }

    pub(super) fn not(&self) -> Self {
        Self(self.0.map(|row| !row))
    }

    /// Number of cells.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|row| row.count_ones() as usize).sum()
    }

    /// Part of the grid, 0 to 1.
    pub(super) fn part(&self) -> f32 {
        self.count() as f32 / (SIDE * SIDE) as f32
    }

    /// Part of this set that lies in another one, 0 to 1; 0 of nothing.
    pub(super) fn part_within(&self, other: &Self) -> f32 {
        self.and(other).count() as f32 / self.count().max(1) as f32
    }

    /// With all eight neighbours of every cell.
    pub(super) fn dilated(&self) -> Self {
        self.sideways().vertically(|row, above, below| row | above | below)
    }

    /// Without the cells that have a neighbour outside; beyond the grid nothing is outside.
    pub(super) fn eroded(&self) -> Self {
        self.not().dilated().not()
    }

    /// Without what is narrower than 3 cells.
    pub(super) fn opened(&self) -> Self {
        self.eroded().dilated()
    }

    /// Without what is narrower than 5 cells.
    pub(super) fn opened_twice(&self) -> Self {
        self.eroded().eroded().dilated().dilated()
    }

    /// With gaps of up to 4 cells closed.
    pub(super) fn closed(&self) -> Self {
        self.dilated().dilated().eroded().eroded()
    }

    /// With the cells that are fenced in by others.
    pub(super) fn filled(&self) -> Self {
        let free = self.not();
        // The fence holds at corners too, so the flood goes along rows and columns only.
        let step = |flood: &Self| {
            let sideways = flood.sideways();
            Self(std::array::from_fn(|row| {
                let (above, below) = (row.checked_sub(1).map_or(0, |row| flood.0[row]), flood.0.get(row + 1).copied());
                sideways.0[row] | above | below.unwrap_or(0)
            }))
        };
        flood(&Self::ring(1).and(&free), &free, step).not()
    }

    /// The connected regions of this set that touch a seed.
    pub(super) fn regions_at(&self, seed: &Self) -> Self {
        flood(&seed.and(self), self, Self::dilated)
    }

    /// Without connected regions of fewer cells.
    pub(super) fn without_specks(&self, fewest: usize) -> Self {
        let (mut left, mut kept) = (*self, Self::EMPTY);
        while let Some(row) = left.0.iter().position(|&row| row != 0) {
            let mut seed = Self::EMPTY;
            seed.0[row] = left.0[row] & left.0[row].wrapping_neg();
            let region = left.regions_at(&seed);
            left = left.and(&region.not());
            if region.count() >= fewest {
                kept = Self(std::array::from_fn(|row| kept.0[row] | region.0[row]));
            }
        }
        kept
    }

    /// Blends a photo to white outside this set, softly over the outer half of its outermost cells; further in it stays
    /// bit by bit.
    pub(super) fn whiten_outside(&self, photo: &mut RgbImage) {
        // The two cells whose middles lie around a pixel's, and the second one's weight.
        let around = |pixel: usize, side: u32| {
            let place = ((pixel as f32 + 0.5) * SIDE as f32 / side as f32 - 0.5).clamp(0.0, SIDE as f32 - 1.0);
            (place as usize, (place as usize + 1).min(SIDE - 1), place.fract())
        };
        let (width, height) = photo.dimensions();
        if width == 0 {
            return;
        }
        let columns: Vec<_> = (0..width as usize).map(|column| around(column, width)).collect();
        for (row, line) in photo.chunks_exact_mut(width as usize * 3).enumerate() {
            let (top, bottom, part) = around(row, height);
            let upright: [f32; SIDE] = std::array::from_fn(|column| {
                let [above, below] = [top, bottom].map(|row| if self.holds(row * SIDE + column) { 1.0 } else { 0.0 });
                above + (below - above) * part
            });
            for (pixel, &(left, right, part)) in line.as_chunks_mut::<3>().0.iter_mut().zip(&columns) {
                let inside = upright[left] + (upright[right] - upright[left]) * part;
                let kept = (2.0 * inside - 1.0).max(0.0);
                *pixel = pixel.map(|value| (255.5 - (255.0 - f32::from(value)) * kept) as u8);
            }
        }
    }

    fn sideways(&self) -> Self {
        Self(self.0.map(|row| row | row << 1 | row >> 1))
    }

    fn vertically(&self, join: impl Fn(u32, u32, u32) -> u32) -> Self {
        Self(std::array::from_fn(|row| {
            let above = row.checked_sub(1).map_or(0, |above| self.0[above]);
            join(self.0[row], above, self.0.get(row + 1).copied().unwrap_or(0))
        }))
    }
}

/// Spreads a seed step by step as far as it may go.
fn flood(seed: &Mask, within: &Mask, step: impl Fn(&Mask) -> Mask) -> Mask {
    let mut flood = *seed;
    loop {
        let next = step(&flood).and(within);
        if next == flood {
            return flood;
        }
        flood = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(inside: impl Fn(usize, usize) -> bool) -> Mask {
        let values: Vec<f32> =
            (0..SIDE * SIDE).map(|cell| if inside(cell % SIDE, cell / SIDE) { 1.0 } else { 0.0 }).collect();
        Mask::above(&values, 0.5)
    }

    #[test]
    fn morphology_does_what_it_says() {
        let square = drawn(|x, y| (10..20).contains(&x) && (10..20).contains(&y));
        assert_eq!(square.count(), 100);
        assert_eq!(square.dilated(), drawn(|x, y| (9..21).contains(&x) && (9..21).contains(&y)));
        assert_eq!(square.eroded(), drawn(|x, y| (11..19).contains(&x) && (11..19).contains(&y)));
        assert_eq!((square.opened(), square.closed(), square.filled()), (square, square, square));
        let line = drawn(|x, y| x == 5 || y == 7);
        assert_eq!(line.opened(), Mask::EMPTY);
        let frame = square.and(&square.eroded().not());
        assert_eq!((frame.count(), frame.filled()), (36, square));
        let corner_fence = drawn(|x, y| x.abs_diff(15) + y.abs_diff(15) == 4);
        assert_eq!(corner_fence.filled(), drawn(|x, y| x.abs_diff(15) + y.abs_diff(15) <= 4));
        let stripes = square.and(&drawn(|x, _| x % 5 < 2));
        assert_eq!(stripes.closed(), drawn(|x, y| (10..17).contains(&x) && (10..20).contains(&y)));
        let two = drawn(|x, y| (x < 2 && y < 2) || square.holds(y * SIDE + x));
        assert_eq!((two.without_specks(5), two.without_specks(4), two.regions_at(&square)), (square, two, square));
        assert_eq!(Mask::EMPTY.not().eroded(), Mask::EMPTY.not(), "beyond the grid nothing is outside");
        assert_eq!((Mask::ring(1).count(), Mask::ring(3).count(), Mask::ring(16).count()), (124, 348, 1024));
    }

    #[test]
    fn photos_turn_white_outside_only() {
        let square = drawn(|x, y| (10..20).contains(&x) && (10..20).contains(&y));
        for (width, height) in [(64, 64), (20, 90), (1, 1)] {
            let before = RgbImage::from_fn(width, height, |x, y| ::image::Rgb([x as u8, y as u8, 200]));
            let mut after = before.clone();
            square.whiten_outside(&mut after);
            for (x, y, pixel) in after.enumerate_pixels() {
                let cell = |place: u32, side: u32| (place as f32 + 0.5) * 32.0 / side as f32;
                let (across, down) = (cell(x, width), cell(y, height));
                let outside = !((10.0..=20.0).contains(&across) && (10.0..=20.0).contains(&down));
                let inside = across > 10.5 && across < 19.5 && down > 10.5 && down < 19.5;
                assert!(!outside || pixel.0 == [255; 3], "{x} {y}");
                assert!(!inside || pixel == before.get_pixel(x, y), "{x} {y}");
            }
        }
    }
}
