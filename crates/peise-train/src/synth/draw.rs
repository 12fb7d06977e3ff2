//! From silhouette to picture: mask, volume, folds, seams, shadow.

use image::{Rgb, RgbImage};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{FillRule, LineCap, Paint, Path, Pixmap, Stroke, Transform};

use super::background::Background;
use super::blur::blur;
use super::cloth::{Folds, dye, tone};
use super::shape::{Cut, Detail, Drape, Shape};

/// How the garment lies in the picture.
pub(super) struct Pose {
    scale: f32,
    turn: f32,
    offset: (f32, f32),
    flip: bool,
}

impl Pose {
    pub fn choose(close_up: bool, rng: &mut ChaCha8Rng) -> Self {
        let reach = if close_up { 0.16 } else { 0.03 };
        Self {
            scale: if close_up { rng.random_range(1.35..1.75) } else { rng.random_range(0.86..1.02) },
            turn: rng.random_range(-6.0..6.0),
            offset: (rng.random_range(-reach..reach), rng.random_range(-reach..reach)),
            flip: rng.random_bool(0.5),
        }
    }

    /// Garment units to pixels.
    fn transform(&self, width: f32, height: f32) -> Transform {
        // 100 units span the height, or 96 the width, whichever is smaller.
        let unit = (height / 106.0).min(width / 96.0) * self.scale;
        let mirror = if self.flip { -unit } else { unit };
        Transform::from_scale(mirror, unit)
            .post_concat(Transform::from_rotate(self.turn))
            .post_translate(width * (0.5 + self.offset.0), height * (0.5 + self.offset.1))
    }
}

/// A picture in the making; gamma-encoded 0 to 255.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 3]>,
}

impl Canvas {
    pub fn new(width: u32, height: u32, background: &Background, rng: &mut ChaCha8Rng) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, pixels: background.paint(width, height, rng) }
    }

    /// Draws a garment of the colour `lab` over what is there.
    pub fn draw(&mut self, shape: &Shape, cut: &Cut, pose: &Pose, lab: [f32; 3], rng: &mut ChaCha8Rng) {
        let transform = pose.transform(self.width as f32, self.height as f32);
        let unit = transform.sy.hypot(transform.ky) * shape.scale();
        let lines = shape.lines(cut, transform);
        let outline = shape.outline(cut, transform);
        let mask = self.coverage(|pixmap| {
            if let Some(outline) = &outline {
                fill(pixmap, outline);
            }
            for (detail, path) in &lines {
                match detail {
                    Detail::Strap(width) => stroke(pixmap, path, width * unit),
                    Detail::Pale => fill(pixmap, path),
                    Detail::Seam | Detail::Cord(_) => {}
                }
            }
        });
        let seams = self.coverage(|pixmap| {
            for (_, path) in lines.iter().filter(|(detail, _)| *detail == Detail::Seam) {
                stroke(pixmap, path, 0.55 * unit);
            }
        });
        let pale = self.coverage(|pixmap| {
            for (detail, path) in &lines {
                match detail {
                    Detail::Pale => fill(pixmap, path),
                    Detail::Cord(width) => stroke(pixmap, path, width * unit),
                    Detail::Seam | Detail::Strap(_) => {}
                }
            }
        });
        self.cast_shadow(&mask, unit);
        let shade = self.shade(&mask, shape.drape, transform, unit, rng);
        let cloth = dye(lab);
        let trim = dye([93.0, 0.0, 3.0]);
        // A seam darkens light cloth and catches light on dark cloth.
        let seam = if lab[0] < 28.0 { 0.30 } else { -0.30 };
        let tones = self.pixels.iter_mut().zip(&mask).zip(&shade);
        for (((pixel, &cover), &shade), (&seams, &pale)) in tones.zip(seams.iter().zip(&pale)) {
            if cover > 0.0 {
                let own = tone(&cloth, shade + seam * seams);
                let other = tone(&trim, 0.6 * shade);
                for c in 0..3 {
                    let value = own[c] + (other[c] - own[c]) * pale;
                    pixel[c] += (value - pixel[c]) * cover;
                }
            }
        }
    }

    /// Multiplies by the channels' gains, adds a trace of noise and rounds.
    pub fn develop(self, gain: [f32; 3], rng: &mut ChaCha8Rng) -> RgbImage {
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let pixel = self.pixels[y as usize * self.width + x as usize];
            let grain = rng.random_range(-1.2..1.2f32);
            Rgb([0, 1, 2].map(|c| (pixel[c] * gain[c] + grain).round().clamp(0.0, 255.0) as u8))
        })
    }

    /// How much of each pixel the drawing covers, 0 to 1.
    fn coverage(&self, drawing: impl FnOnce(&mut Pixmap)) -> Vec<f32> {
        match Pixmap::new(self.width as u32, self.height as u32) {
            Some(mut pixmap) => {
                drawing(&mut pixmap);
                pixmap.pixels().iter().map(|pixel| f32::from(pixel.alpha()) / 255.0).collect()
            }
            None => vec![0.0; self.width * self.height],
        }
    }

    fn cast_shadow(&mut self, mask: &[f32], unit: f32) {
        let soft = blur(mask, self.width, self.height, (2.6 * unit) as usize);
        let (dx, dy) = ((1.1 * unit) as usize, (2.2 * unit) as usize);
        for y in dy..self.height {
            for x in dx..self.width {
                let dark = 1.0 - 0.30 * soft[(y - dy) * self.width + x - dx];
                self.pixels[y * self.width + x] = self.pixels[y * self.width + x].map(|value| value * dark);
            }
        }
    }

    /// Light on the cloth: about -1 in the deepest crease to 1 where it shines.
    fn shade(&self, mask: &[f32], drape: Drape, transform: Transform, unit: f32, rng: &mut ChaCha8Rng) -> Vec<f32> {
        // The blurred mask rises from the edge inwards; its slope stands for the slope of a padded body.
        let near = blur(mask, self.width, self.height, (2.2 * unit).max(1.0) as usize);
        let far = blur(mask, self.width, self.height, (6.5 * unit).max(1.0) as usize);
        let folds = Folds::choose(drape, rng);
        let inverse = transform.invert().unwrap_or_default();
        let slope = |field: &[f32], x: usize, y: usize| {
            let at = |x: usize, y: usize| field[y.min(self.height - 1) * self.width + x.min(self.width - 1)];
            let across = at(x + 1, y) - at(x.saturating_sub(1), y);
            let down = at(x, y + 1) - at(x, y.saturating_sub(1));
            across * 0.55 + down * 0.83
        };
        let mut shade = vec![0.0; mask.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                let index = y * self.width + x;
                if mask[index] > 0.0 {
                    let mut local = tiny_skia::Point::from_xy(x as f32, y as f32);
                    inverse.map_point(&mut local);
                    let volume = unit * (1.3 * slope(&near, x, y) + 3.0 * slope(&far, x, y));
                    let rim = 0.55 * (1.0 - near[index]).max(0.0);
                    shade[index] = 0.10 + volume - rim + folds.at(local.x, local.y);
                }
            }
        }
        shade
    }
}

fn ink() -> Paint<'static> {
    Paint { anti_alias: true, ..Paint::default() }
}

fn fill(pixmap: &mut Pixmap, path: &Path) {
    pixmap.fill_path(path, &ink(), FillRule::Winding, Transform::identity(), None);
}

fn stroke(pixmap: &mut Pixmap, path: &Path, width: f32) {
    let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
    pixmap.stroke_path(path, &ink(), &stroke, Transform::identity(), None);
}
