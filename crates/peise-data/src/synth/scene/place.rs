//! Places: walls, streets, leaves, rooms, table tops, lights.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::super::canvas::Canvas;
use super::super::light::lab_to_linear;
use super::super::pattern::{Rgb, mix};
use super::super::random::{about, hash, smooth_noise, step, stream, triangle, within};
use super::family::Family;

/// Paints a place; the same number gives the same place at any size.
pub(super) struct Place {
    rng: ChaCha8Rng,
    seed: u32,
}

impl Place {
    pub fn new(seed: u32) -> Self {
        Self { rng: stream(u64::from(seed), 0, None), seed }
    }

    /// A colour within these ranges of lightness and chroma.
    fn colour(&mut self, lightness: [f32; 2], chroma: [f32; 2]) -> Rgb {
        let hue = self.rng.random_range(0.0..std::f32::consts::TAU);
        self.tinted(lightness, chroma, hue)
    }

    fn tinted(&mut self, lightness: [f32; 2], chroma: [f32; 2], hue: f32) -> Rgb {
        let chroma = within(chroma, &mut self.rng);
        lab_to_linear([within(lightness, &mut self.rng), chroma * hue.cos(), chroma * hue.sin()])
    }

    pub fn paint(&mut self, family: Family, canvas: &mut Canvas) {
        match family {
            Family::Wall => self.wall(canvas),
            Family::Street => self.street(canvas),
            Family::Foliage => self.foliage(canvas),
            Family::Interior => self.interior(canvas),
            Family::FlatLay => self.flat_lay(canvas),
            Family::Bokeh => self.bokeh(canvas),
        }
    }

    fn wall(&mut self, canvas: &mut Canvas) {
        let wall = self.colour([40.0, 90.0], [0.0, 22.0]);
        let joint = wall.map(|value| value * self.rng.random_range(0.6..0.9));
        let kind = self.rng.random_range(0..4);
        let rows = self.rng.random_range(9.0..22.0f32);
        let seed = self.seed;
        each(canvas, |u, v| {
            let (x, y) = (u * rows * if kind == 1 { 0.5 } else { 1.0 }, v * rows);
            let shifted = x + 0.5 * (y.floor() as i32).rem_euclid(2) as f32;
            let grain = 0.85 + 0.3 * smooth_noise(u * 9.0, v * 9.0, seed);
            let line = |t: f32| 1.0 - step(0.06, (t - t.round()).abs(), 0.06);
            let (line, cell) = match kind {
                0 => (0.0, 0.0),
                1 => (line(shifted).max(line(y)), hash(shifted.floor() as i32, y.floor() as i32, seed)),
                2 => (line(x).max(line(y)), 0.1 * hash(x as i32, y as i32, seed)),
                _ => (line(x), hash(x.floor() as i32, 3, seed)),
            };
            mix(&wall.map(|value| value * grain * (0.85 + 0.3 * cell)), &joint, line)
        });
        if self.rng.random_bool(0.7) {
            let top = self.rng.random_range(0.72..0.9f32);
            self.floor(canvas, top);
        }
    }

    /// Boards, tiles or a plain floor that run towards the eye.
    fn floor(&mut self, canvas: &mut Canvas, top: f32) {
        let warm = self.rng.random_range(0.7..1.4f32);
        let board = self.tinted([25.0, 75.0], [3.0, 30.0], warm);
        let (plain, seed) = (self.rng.random_bool(0.4), self.seed);
        let (width, height) = (canvas.width, canvas.height);
        for y in (top * height as f32) as usize..height {
            let depth = (y as f32 / height as f32 - top) / (1.0 - top) + 0.08;
            for x in 0..width {
                let across = (x as f32 / width as f32 - 0.5) / depth * 1.6;
                let shade = if plain { 0.0 } else { hash(across.floor() as i32, (0.6 / depth) as i32, seed) - 0.5 };
                let light = 0.9 + 0.35 * shade + 0.15 * (smooth_noise(across * 4.0, 3.0 / depth, seed) - 0.5);
                canvas.pixels[y * width + x] = board.map(|value| value * light);
            }
        }
    }

    fn street(&mut self, canvas: &mut Canvas) {
        let blue = self.rng.random_range(3.8..4.8f32);
        let sky = self.tinted([75.0, 96.0], [0.0, 25.0], blue);
        let road = self.colour([35.0, 65.0], [0.0, 6.0]);
        let horizon = self.rng.random_range(0.55..0.8f32);
        each(canvas, |_, v| mix(&sky, &road.map(|value| value * (0.8 + 0.4 * v)), step(horizon, v, 0.02)));
        let mut left = -0.1;
        while left < 1.0 {
            let width = self.rng.random_range(0.12..0.4f32);
            let top = self.rng.random_range(-0.3..0.45f32);
            let house = self.colour([25.0, 85.0], [0.0, 28.0]);
            rectangle(canvas, [left, top, left + width, horizon], &house);
            let glass = self.colour([15.0, 70.0], [0.0, 15.0]);
            let (columns, rows) = (self.rng.random_range(2..5), self.rng.random_range(3..8));
            for k in 0..columns * rows {
                let x = left + width * ((k % columns) as f32 + 0.25) / columns as f32;
                let y = top + (horizon - top) * ((k / columns) as f32 + 0.2) / rows as f32;
                let (w, h) = (width * 0.5 / columns as f32, (horizon - top) * 0.55 / rows as f32);
                rectangle(canvas, [x, y, x + w, y + h], &glass);
            }
            left += width;
        }
        for _ in 0..self.rng.random_range(0..6) {
            let colour = self.colour([15.0, 85.0], [0.0, 70.0]);
            let (x, size) = (self.rng.random_range(0.0..1.0f32), self.rng.random_range(0.03..0.12f32));
            ellipse(canvas, (x, horizon - 0.2 * size), (size, size * 0.7), &colour);
        }
        if self.rng.random_bool(0.5) {
            let x = self.rng.random_range(0.0..1.0f32);
            self.leaves(canvas, 40, [x - 0.2, 0.0, x + 0.2, 0.5]);
        }
    }

    fn foliage(&mut self, canvas: &mut Canvas) {
        let ground = self.tinted([25.0, 60.0], [10.0, 35.0], 2.0);
        let sky = self.colour([70.0, 97.0], [0.0, 12.0]);
        let top = self.rng.random_range(-0.3..0.3f32);
        each(canvas, |_, v| mix(&sky, &ground, step(top, v, 0.3)));
        self.leaves(canvas, 220, [0.0, top, 1.0, 1.0]);
        if self.rng.random_bool(0.4) {
            for _ in 0..self.rng.random_range(5..30) {
                let colour = self.colour([50.0, 90.0], [20.0, 70.0]);
                let at = (self.rng.random_range(0.0..1.0f32), self.rng.random_range(top.max(0.0)..1.0));
                let size = self.rng.random_range(0.01..0.03f32);
                ellipse(canvas, at, (size, size), &colour);
            }
        }
    }

    fn leaves(&mut self, canvas: &mut Canvas, count: usize, [left, top, right, bottom]: [f32; 4]) {
        let hue = self.rng.random_range(1.7..2.5f32);
        for _ in 0..count {
            let shade = about(0.2, &mut self.rng);
            let green = self.tinted([12.0, 72.0], [10.0, 48.0], hue + shade);
            let at = (self.rng.random_range(left..right), self.rng.random_range(top..bottom));
            let size = self.rng.random_range(0.015..0.07f32);
            ellipse(canvas, at, (size, size * self.rng.random_range(0.3..1.2)), &green);
        }
    }

    fn interior(&mut self, canvas: &mut Canvas) {
        self.wall(canvas);
        let top = self.rng.random_range(0.68..0.86f32);
        self.floor(canvas, top);
        for _ in 0..self.rng.random_range(2..7) {
            let colour = self.colour([12.0, 92.0], [0.0, 50.0]);
            let (x, w) = (self.rng.random_range(-0.2..1.0f32), self.rng.random_range(0.08..0.5f32));
            let h = self.rng.random_range(0.08..0.6f32);
            let (t, b) = if self.rng.random_bool(0.6) { (top + 0.06 - h, top + 0.06) } else { (0.1, 0.1 + 0.5 * h) };
            rectangle(canvas, [x, t, x + w, b], &colour);
            let dark = colour.map(|value| value * 0.7);
            match self.rng.random_range(0..3) {
                0 => rectangle(canvas, [x + 0.1 * w, t + 0.1 * h, x + 0.9 * w, t + 0.45 * h], &dark),
                1 => rectangle(canvas, [x + 0.05 * w, t + 0.5 * h, x + 0.95 * w, t + 0.55 * h], &dark),
                _ => ellipse(canvas, (x + 0.5 * w, t), (0.4 * w, 0.2 * h), &colour),
            }
        }
        if self.rng.random_bool(0.5) {
            let x = self.rng.random_range(0.0..1.0f32);
            self.leaves(canvas, 25, [x - 0.12, top - 0.4, x + 0.12, top]);
        }
    }

    fn flat_lay(&mut self, canvas: &mut Canvas) {
        let ground = self.colour([35.0, 95.0], [0.0, 25.0]);
        let kind = self.rng.random_range(0..4);
        let seed = self.seed;
        let count = self.rng.random_range(4.0..9.0f32);
        each(canvas, |u, v| {
            let light = match kind {
                // Linen, boards, stone, a shaggy rug.
                0 => {
                    1.0 + 0.10 * triangle(u * 60.0) * triangle(v * 60.0)
                        + 0.2 * (smooth_noise(u * 4.0, v * 4.0, seed) - 0.5)
                }
                1 => {
                    let board = (u * count).floor();
                    let line = step(0.02, u * count - board, 0.02);
                    let grain = smooth_noise(u * 60.0, v * 3.0 + board * 7.0, seed) - 0.5;
                    (0.6 + 0.4 * line) * (0.9 + 0.25 * hash(board as i32, 1, seed) + 0.3 * grain)
                }
                2 => {
                    let vein = (smooth_noise(u * 3.0, v * 3.0, seed) + 0.5 * smooth_noise(u * 7.0, v * 7.0, seed)
                        - 0.75)
                        .abs();
                    1.0 - 0.35 * (1.0 - step(0.03, vein, 0.05))
                }
                _ => 0.75 + 0.5 * smooth_noise(u * 45.0, v * 45.0, seed),
            };
            ground.map(|value| (value * light).min(1.0))
        });
        for _ in 0..self.rng.random_range(0..5) {
            let colour = self.colour([20.0, 95.0], [0.0, 60.0]);
            let edge = if self.rng.random_bool(0.5) { 0.06 } else { 0.94 };
            let along = self.rng.random_range(0.0..1.0f32);
            let at = if self.rng.random_bool(0.5) { (edge, along) } else { (along, edge) };
            let size = self.rng.random_range(0.04..0.14f32);
            ellipse(canvas, at, (size, size), &colour);
            ellipse(canvas, at, (size * 0.6, size * 0.6), &colour.map(|value| value * 0.7));
        }
    }

    fn bokeh(&mut self, canvas: &mut Canvas) {
        let (top, bottom) = (self.colour([10.0, 80.0], [0.0, 30.0]), self.colour([10.0, 70.0], [0.0, 30.0]));
        each(canvas, |_, v| mix(&top, &bottom, v));
        for _ in 0..self.rng.random_range(15..60) {
            let colour = self.colour([50.0, 97.0], [0.0, 60.0]);
            let at = (self.rng.random_range(0.0..1.0f32), self.rng.random_range(0.0..1.0f32));
            let size = self.rng.random_range(0.02..0.1f32);
            let under = canvas.pixels[pixel(canvas, at)];
            ellipse(canvas, at, (size, size), &mix(&under, &colour, 0.6));
        }
    }
}

/// Sets every pixel by its place, both sides 0 to 1.
fn each(canvas: &mut Canvas, colour: impl Fn(f32, f32) -> Rgb) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    for y in 0..canvas.height {
        for x in 0..canvas.width {
            canvas.pixels[y * canvas.width + x] = colour((x as f32 + 0.5) / width, (y as f32 + 0.5) / height);
        }
    }
}

fn pixel(canvas: &Canvas, (u, v): (f32, f32)) -> usize {
    let x = ((u * canvas.width as f32) as usize).min(canvas.width - 1);
    let y = ((v * canvas.height as f32) as usize).min(canvas.height - 1);
    y * canvas.width + x
}

/// Left, top, right, bottom, in parts of the canvas.
fn rectangle(canvas: &mut Canvas, [left, top, right, bottom]: [f32; 4], colour: &Rgb) {
    let columns = span(left, right, canvas.width);
    for y in span(top, bottom, canvas.height) {
        canvas.pixels[y * canvas.width..][columns.clone()].fill(*colour);
    }
}

/// Centre in parts of the canvas; half axes in parts of its width.
fn ellipse(canvas: &mut Canvas, (x, y): (f32, f32), (across, down): (f32, f32), colour: &Rgb) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let down_of_height = down * width / height;
    for row in span(y - down_of_height, y + down_of_height, canvas.height) {
        let dy = ((row as f32 + 0.5) / height - y) / down_of_height;
        let half = across * (1.0 - dy * dy).max(0.0).sqrt();
        let columns = span(x - half, x + half, canvas.width);
        canvas.pixels[row * canvas.width..][columns].fill(*colour);
    }
}

fn span(from: f32, to: f32, count: usize) -> std::ops::Range<usize> {
    let at = |value: f32| ((value * count as f32).round().max(0.0) as usize).min(count);
    at(from)..at(to).max(at(from))
}
