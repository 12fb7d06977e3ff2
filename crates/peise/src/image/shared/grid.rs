//! A photo seen on a small grid: its colours, and the edges between them.

use ::image::RgbImage;

use super::mask::SIDE;

/// Edges weaker than this many code values over two cells are noise.
const NOISE: f32 = 4.0;
/// Edges of this many code values over two cells count half.
const HALF: f32 = 16.0;

/// Colour and edges of each cell.
pub(super) struct Grid {
    /// sRGB code values, 0 to 255; noise is smoothed.
    pub(super) colours: Vec<[f32; 3]>,
    /// (R + 2 G + B) / 4.
    pub(super) luma: Vec<f32>,
    pub(super) edges: Vec<Edge>,
}

/// The strongest channel's slope.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Edge {
    /// Cosine and sine of twice the angle: the same whichever side is the brighter one.
    pub(super) twice: [f32; 2],
    /// How plain it is, 0 to below 1.
    pub(super) weight: f32,
}

impl Grid {
    pub(super) fn of(photo: &RgbImage) -> Self {
        let colours = smoothed(&averaged(photo));
        let luma = colours.iter().map(|[red, green, blue]| (red + 2.0 * green + blue) / 4.0).collect();
        let edges = (0..SIDE * SIDE).map(|cell| edge(&colours, cell % SIDE, cell / SIDE)).collect();
        Self { colours, luma, edges }
    }
}

/// Mean colour of the pixels of each cell; of a photo of fewer pixels than cells, the nearest one.
fn averaged(photo: &RgbImage) -> Vec<[f32; 3]> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    if width == 0 || height == 0 {
        return vec![[0.0; 3]; SIDE * SIDE];
    }
    let span = |cell: usize, side: usize| {
        let start = cell * side / SIDE;
        start..((cell + 1) * side / SIDE).max(start + 1)
    };
    let (pixels, stride) = (photo.as_raw().as_chunks::<3>().0, width);
    let mean = |cell: usize| {
        let (columns, rows) = (span(cell % SIDE, width), span(cell / SIDE, height));
        let count = (columns.len() * rows.len()) as f32;
        let mut sum = [0u64; 3];
        for pixel in rows.flat_map(|row| &pixels[row * stride + columns.start..row * stride + columns.end]) {
            sum.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += u64::from(value));
        }
        sum.map(|sum| sum as f32 / count)
    };
    (0..SIDE * SIDE).map(mean).collect()
}

/// Binomial smoothing over 3 by 3 cells, border repeated.
fn smoothed(colours: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let blend = |a: [f32; 3], b: [f32; 3], c: [f32; 3]| -> [f32; 3] {
        std::array::from_fn(|channel| (a[channel] + 2.0 * b[channel] + c[channel]) / 4.0)
    };
    let pass = |colours: &[[f32; 3]], step: usize, place: fn(usize) -> usize| -> Vec<[f32; 3]> {
        let near = |cell: usize| match place(cell) {
            0 => (cell, cell + step),
            last if last == SIDE - 1 => (cell - step, cell),
            _ => (cell - step, cell + step),
        };
        (0..SIDE * SIDE).map(|cell| blend(colours[near(cell).0], colours[cell], colours[near(cell).1])).collect()
    };
    pass(&pass(colours, 1, |cell| cell % SIDE), SIDE, |cell| cell / SIDE)
}

fn edge(colours: &[[f32; 3]], column: usize, row: usize) -> Edge {
    let at = |column: usize, row: usize| &colours[row.min(SIDE - 1) * SIDE + column.min(SIDE - 1)];
    let (left, right) = (at(column.saturating_sub(1), row), at(column + 1, row));
    let (above, below) = (at(column, row.saturating_sub(1)), at(column, row + 1));
    let (across, down, square) = (0..3)
        .map(|channel| (right[channel] - left[channel], below[channel] - above[channel]))
        .map(|(across, down)| (across, down, across * across + down * down))
        .fold((0.0, 0.0, 0.0), |most, slope| if slope.2 > most.2 { slope } else { most });
    let strength = square.sqrt();
    if strength < NOISE {
        return Edge::default();
    }
    let twice = [(across * across - down * down) / square, 2.0 * across * down / square];
    Edge { twice, weight: strength / (strength + HALF) }
}
