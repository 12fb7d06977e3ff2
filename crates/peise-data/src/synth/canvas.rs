//! A picture in the making: linear light, and which part lies where.

use tiny_skia::{FillRule, LineCap, Mask, Path, Rect, Stroke, Transform};

use super::blur::blur;
use super::pattern::{Rgb, mix};

/// What a pixel shows, as the side file numbers it; label parts are 1, 2, 3.
pub(super) mod part {
    pub const BACKGROUND: u8 = 0;
    pub const COMPANY: u8 = 10;
    pub const SKIN: u8 = 11;
    pub const HAIR: u8 = 12;
    pub const CARRIER: u8 = 13;
    pub const OVERLAY: u8 = 14;
}

/// The picture.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    /// Row-major linear sRGB, 0 to 1 and, in highlights, a little above.
    pub pixels: Vec<Rgb>,
    /// Row-major numbers of [`part`].
    pub parts: Vec<u8>,
}

/// A soft shadow.
#[derive(Clone, Copy)]
pub(super) struct Shadow {
    /// How far it lies from what casts it, pixels.
    pub offset: (f32, f32),
    /// How soft it is, pixels.
    pub radius: f32,
    /// The share of light that it takes.
    pub strength: f32,
}

/// How much of each pixel something covers.
pub(super) struct Cover {
    mask: Option<Mask>,
    width: usize,
    height: usize,
    /// First column and row, and those after the last.
    bounds: [usize; 4],
}

impl Canvas {
    pub fn new(width: usize, height: usize, colour: Rgb) -> Self {
        let count = width * height;
        Self { width, height, pixels: vec![colour; count], parts: vec![part::BACKGROUND; count] }
    }

    /// Share of pixels that show this part.
    pub fn share(&self, part: u8) -> f32 {
        self.parts.iter().filter(|shown| **shown == part).count() as f32 / self.parts.len().max(1) as f32
    }

    /// Nothing covered yet.
    pub fn cover(&self) -> Cover {
        let mask = Mask::new(self.width as u32, self.height as u32);
        Cover { mask, width: self.width, height: self.height, bounds: [self.width, self.height, 0, 0] }
    }

    /// Lays a colour over what is covered; it is asked for by column, row and what was there.
    pub fn paint(&mut self, cover: &Cover, part: Option<u8>, mut colour: impl FnMut(usize, usize, &Rgb) -> Rgb) {
        let [left, top, right, bottom] = cover.bounds;
        let Some(mask) = cover.mask.as_ref().filter(|_| left < right) else { return };
        for y in top..bottom {
            let row = y * self.width + left..y * self.width + right;
            let pixels = self.pixels[row.clone()].iter_mut().zip(&mut self.parts[row.clone()]);
            for (x, (&covered, (pixel, number))) in mask.data()[row].iter().zip(pixels).enumerate() {
                if covered == 0 {
                    continue;
                }
                let over = colour(left + x, y, pixel);
                if covered == 255 {
                    *pixel = over;
                } else {
                    *pixel = mix(pixel, &over, f32::from(covered) / 255.0);
                }
                if let Some(part) = part
                    && covered >= 128
                {
                    *number = part;
                }
            }
        }
    }

    /// Darkens what a soft shadow of a cover falls on.
    pub fn cast_shadow(&mut self, cover: &Cover, shadow: Shadow) {
        let field = Field::of(cover, shadow.radius).moved(shadow.offset);
        let mut field = field.rows();
        self.dim(|x, y| 1.0 - shadow.strength * field.at(x, y));
    }

    /// Multiplies linear light by a factor for each column and row.
    pub fn dim(&mut self, mut factor: impl FnMut(usize, usize) -> f32) {
        for y in 0..self.height {
            for x in 0..self.width {
                let factor = factor(x, y);
                let pixel = &mut self.pixels[y * self.width + x];
                *pixel = pixel.map(|value| value * factor);
            }
        }
    }

    /// Draws a smaller picture over all of this one, smoothly enlarged.
    pub fn insert_enlarged(&mut self, small: &Self) {
        let (across, down) = (small.width as f32 / self.width as f32, small.height as f32 / self.height as f32);
        let mut row = vec![[0.0; 3]; small.width];
        for y in 0..self.height {
            let from = ((y as f32 + 0.5) * down - 0.5).clamp(0.0, small.height as f32 - 1.0);
            let top = from as usize;
            let upper = &small.pixels[top * small.width..];
            let lower = &small.pixels[(top + 1).min(small.height - 1) * small.width..];
            let pairs = upper.iter().zip(lower);
            row.iter_mut().zip(pairs).for_each(|(pixel, (a, b))| *pixel = mix(a, b, from - top as f32));
            for x in 0..self.width {
                let from = ((x as f32 + 0.5) * across - 0.5).clamp(0.0, small.width as f32 - 1.0);
                let left = from as usize;
                let next = &row[(left + 1).min(small.width - 1)];
                self.pixels[y * self.width + x] = mix(&row[left], next, from - left as f32);
            }
        }
    }

    /// Copies another picture to this place; what lies outside is cut.
    pub fn insert(&mut self, other: &Self, left: usize, top: usize) {
        for y in 0..other.height.min(self.height.saturating_sub(top)) {
            for x in 0..other.width.min(self.width.saturating_sub(left)) {
                let (to, from) = ((top + y) * self.width + left + x, y * other.width + x);
                self.pixels[to] = other.pixels[from];
                self.parts[to] = other.parts[from];
            }
        }
    }
}

impl Cover {
    /// Adds a filled path.
    pub fn fill(&mut self, path: &Path, transform: Transform) {
        let bounds = path.bounds();
        self.add(path, bounds, transform);
    }

    /// Adds a line of this width, in the path's units.
    pub fn stroke(&mut self, path: &Path, width: f32, transform: Transform) {
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        if let Some(outline) = path.stroke(&stroke, transform.sx.hypot(transform.ky)) {
            let bounds = outline.bounds();
            self.add(&outline, bounds, transform);
        }
    }

    fn add(&mut self, path: &Path, bounds: Rect, transform: Transform) {
        let (Some(mask), Some(bounds)) = (&mut self.mask, bounds.transform(transform)) else { return };
        mask.fill_path(path, FillRule::Winding, true, transform);
        let cut = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        self.bounds = [
            self.bounds[0].min(cut(bounds.left() - 1.0, self.width)),
            self.bounds[1].min(cut(bounds.top() - 1.0, self.height)),
            self.bounds[2].max(cut(bounds.right() + 2.0, self.width)),
            self.bounds[3].max(cut(bounds.bottom() + 2.0, self.height)),
        ];
    }

    /// Keeps only what another covers, too.
    pub fn within(mut self, other: &Self) -> Self {
        if let (Some(mask), Some(limit)) = (&mut self.mask, &other.mask) {
            let pairs = mask.data_mut().iter_mut().zip(limit.data());
            pairs.for_each(|(a, b)| *a = (u16::from(*a) * u16::from(*b) / 255) as u8);
        }
        self
    }

    /// Moves every pixel's answer by a random bit of a pile's length: a fur has no edge.
    pub fn roughen(&mut self, reach: f32, seed: u32) {
        let Some(mask) = &mut self.mask else { return };
        let from = mask.data().to_vec();
        let (width, height) = (self.width as i32, self.height as i32);
        let margin = reach.ceil() as usize;
        let [left, top, right, bottom] = self.bounds;
        self.bounds = [
            left.saturating_sub(margin),
            top.saturating_sub(margin),
            (right + margin).min(self.width),
            (bottom + margin).min(self.height),
        ];
        let [left, top, right, bottom] = self.bounds;
        for y in top..bottom {
            for x in left..right {
                let noise = |salt: u32| 2.0 * super::random::hash(x as i32, y as i32, seed ^ salt) - 1.0;
                let from_x = (x as i32 + (noise(7) * reach).round() as i32).clamp(0, width - 1);
                let from_y = (y as i32 + (noise(8) * reach).round() as i32).clamp(0, height - 1);
                mask.data_mut()[y * self.width + x] = from[(from_y * width + from_x) as usize];
            }
        }
    }
}

/// A smooth field over a picture, kept at a fraction of its resolution.
pub(super) struct Field {
    width: usize,
    height: usize,
    /// Pixels of the picture to one of the field.
    pub cell: usize,
    pub values: Vec<f32>,
}

/// Cells along the shorter side of a picture: enough for folds and soft shadows, whatever the picture's size.
const CELLS: usize = 36;

impl Field {
    /// How much is covered around each place, within about `radius` pixels.
    pub fn of(cover: &Cover, radius: f32) -> Self {
        let cell = (cover.width.min(cover.height) / CELLS).max(1);
        let (width, height) = (cover.width.div_ceil(cell), cover.height.div_ceil(cell));
        let mut values = vec![0.0; width * height];
        let [left, top, right, bottom] = cover.bounds;
        if let Some(mask) = &cover.mask {
            for y in top..bottom {
                let row = &mask.data()[y * cover.width..(y + 1) * cover.width];
                let sums = &mut values[(y / cell) * width..(y / cell + 1) * width];
                (left..right).for_each(|x| sums[x / cell] += f32::from(row[x]));
            }
        }
        let full = 255.0 * (cell * cell) as f32;
        values.iter_mut().for_each(|value| *value /= full);
        let field = Self { width, height, cell, values };
        field.blurred(radius)
    }

    /// The same, blurred by so many pixels of the picture.
    pub fn blurred(&self, radius: f32) -> Self {
        // Two box blurs of radius r.
        let cells = (radius / self.cell as f32).round().max(0.0) as usize;
        let values = if cells == 0 { self.values.clone() } else { blur(&self.values, self.width, self.height, cells) };
        Self { values, ..*self }
    }

    /// The same, moved by so many pixels of the picture, to the nearest cell.
    fn moved(&self, offset: (f32, f32)) -> Self {
        let cells = |pixels: f32| (pixels / self.cell as f32).round() as isize;
        let (dx, dy) = (cells(offset.0), cells(offset.1));
        self.map(|x, y| self.cell(x as isize - dx, y as isize - dy))
    }

    /// A field of the same size by a function of cell column and row.
    pub fn map(&self, value: impl Fn(usize, usize) -> f32) -> Self {
        let values = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y))).map(|(x, y)| value(x, y));
        Self { values: values.collect(), ..*self }
    }

    /// Value of a cell; beyond the border its last one.
    pub fn cell(&self, x: isize, y: isize) -> f32 {
        let (x, y) = (x.clamp(0, self.width as isize - 1), y.clamp(0, self.height as isize - 1));
        self.values[y as usize * self.width + x as usize]
    }

    /// Values row by row, for pixels in reading order.
    pub fn rows(&self) -> Rows<'_> {
        Rows { field: self, y: usize::MAX, cells: vec![0.0; self.width + 1], row: vec![0.0; self.width * self.cell] }
    }
}

/// Reads a [`Field`] at every pixel of a picture; the work is done once a row, in straight lines.
pub(super) struct Rows<'a> {
    field: &'a Field,
    y: usize,
    /// Values in the middle of this row's cells, the last one twice.
    cells: Vec<f32>,
    /// Values of this row's pixels.
    row: Vec<f32>,
}

impl Rows<'_> {
    /// Value at a pixel of the picture.
    #[inline]
    pub fn at(&mut self, x: usize, y: usize) -> f32 {
        if y != self.y {
            self.turn_to(y);
        }
        self.row[x]
    }

    fn turn_to(&mut self, y: usize) {
        self.y = y;
        let Field { width, height, cell, ref values } = *self.field;
        let place = ((y as f32 + 0.5) / cell as f32 - 0.5).clamp(0.0, height as f32 - 1.0);
        let top = place as usize;
        let part = place - top as f32;
        let (upper, lower) = (&values[top * width..], &values[(top + 1).min(height - 1) * width..]);
        let pairs = upper[..width].iter().zip(lower);
        self.cells.iter_mut().zip(pairs).for_each(|(value, (upper, lower))| *value = upper + (lower - upper) * part);
        self.cells[width] = self.cells[width - 1];
        // Pixels of half a cell at the left border have its value; then one straight line from middle to middle.
        let half = cell / 2;
        self.row[..half].fill(self.cells[0]);
        let shift = if cell % 2 == 0 { 0.5 } else { 0.0 };
        for (pixels, pair) in self.row[half..].chunks_mut(cell).zip(self.cells.windows(2)) {
            let slope = (pair[1] - pair[0]) / cell as f32;
            let first = pair[0] + slope * shift;
            pixels.iter_mut().enumerate().for_each(|(k, pixel)| *pixel = first + slope * k as f32);
        }
    }
}
