//! What lies behind the product: white, paper, places, a strong colour.

pub(super) mod family;
mod place;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::canvas::Canvas;
use super::config::BackgroundConfig;
use super::light::lab_to_linear;
use super::pattern::Rgb;
use super::random::{about, step, within};
use crate::random::weighted;
use family::Family;
use place::Place;

/// The ground of a photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// Cut out on white.
    White,
    /// Paper of a CIELAB colour, lit in the middle.
    Studio([f32; 3]),
    /// A place; everything in it follows from the number.
    Scene(Family, u32),
    /// A strong colour, CIELAB.
    Contrast([f32; 3]),
}

impl Background {
    /// Draws a ground; `others` are the colours of other labels, for a contrast.
    pub(super) fn choose(config: &BackgroundConfig, others: &[[f32; 3]], rng: &mut ChaCha8Rng) -> Self {
        match weighted(&[config.white, config.studio, config.scene, config.contrast], rng) {
            1 => {
                let (hue, chroma) = (rng.random_range(0.0..std::f32::consts::TAU), rng.random_range(0.0..1.0f32));
                let chroma = 16.0 * chroma * chroma * chroma;
                let lightness = if rng.random_bool(0.85) { 70.0..95.0 } else { 18.0..70.0f32 };
                Self::Studio([rng.random_range(lightness), chroma * hue.cos(), chroma * hue.sin()])
            }
            2 => match config.families.choose(rng) {
                Some(&family) => Self::Scene(family, rng.random()),
                None => Self::White,
            },
            3 => Self::Contrast(others.choose(rng).copied().unwrap_or([60.0, about(60.0, rng), about(60.0, rng)])),
            _ => Self::White,
        }
    }

    /// Paints the whole canvas.
    pub(super) fn paint(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        match self {
            Self::White => {
                let white = within([0.86, 1.0], rng);
                paper(canvas, [white; 3], if rng.random_bool(0.5) { 0.0 } else { 0.06 }, rng);
            }
            Self::Studio(lab) => paper(canvas, lab_to_linear(*lab), rng.random_range(0.1..0.5), rng),
            Self::Contrast(lab) => paper(canvas, lab_to_linear(*lab), rng.random_range(0.0..0.4), rng),
            Self::Scene(family, seed) => {
                // Out of focus is the same as painted small.
                let blur = match family {
                    Family::FlatLay => 1,
                    Family::Wall => 1 + *seed as usize % 3,
                    Family::Bokeh => 5,
                    _ => 2 + *seed as usize % 4,
                };
                let cell = (blur * canvas.width.min(canvas.height) / 224).max(1);
                let mut small = Canvas::new(canvas.width.div_ceil(cell), canvas.height.div_ceil(cell), [0.5; 3]);
                Place::new(*seed).paint(*family, &mut small);
                canvas.insert_enlarged(&small);
            }
        }
    }
}

/// Rolled paper: lit somewhere, bent where the wall meets the floor.
fn paper(canvas: &mut Canvas, colour: Rgb, depth: f32, rng: &mut ChaCha8Rng) {
    let floor = rng.random_range(0.7..0.95f32);
    let glow = (rng.random_range(0.3..0.7f32), rng.random_range(0.2..0.6f32));
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    for y in 0..canvas.height {
        let v = y as f32 / height;
        let edge = step(floor, v, 0.2);
        for x in 0..canvas.width {
            let u = x as f32 / width;
            let away = (u - glow.0).powi(2) * 0.7 + (v - glow.1).powi(2);
            let light = 1.0 + depth * (0.25 - 1.6 * away - 0.25 * edge);
            canvas.pixels[y * canvas.width + x] = colour.map(|value| (value * light).min(1.0));
        }
    }
}
