//! Volume and folds: how much light each place of a piece of cloth gets.

use std::f32::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::Point;

use super::canvas::{Cover, Field};
use super::random::floor;
use super::stage::Stage;
use super::wardrobe::Drape;

/// Creases: a few waves over the cloth, bent by each other.
struct Folds {
    /// Wave vector, phase and height of each.
    waves: Vec<(f32, f32, f32, f32)>,
    /// Opening of pleats with the length of the cloth.
    spread: f32,
}

impl Folds {
    fn choose(drape: Drape, rng: &mut ChaCha8Rng) -> Self {
        let (count, angles, lengths, height, spread) = match drape {
            Drape::Body => (5, -0.15..0.85f32, 10.0..30.0f32, 0.10, 0.0),
            Drape::Pleats => (4, -0.06..0.06, 5.0..12.0, 0.20, 0.011),
            Drape::Stiff => (2, -0.5..0.5, 30.0..60.0, 0.06, 0.0),
            Drape::Padded => (2, 1.45..1.69, 6.0..10.0, 0.26, 0.0),
        };
        let waves = (0..count)
            .map(|_| {
                let angle = rng.random_range(angles.clone());
                let number = TAU / rng.random_range(lengths.clone());
                let height = height * rng.random_range(0.5..1.3);
                (number * angle.cos(), number * angle.sin(), rng.random_range(0.0..TAU), height)
            })
            .collect();
        Self { waves, spread }
    }

    /// Shade at a place in figure units.
    fn at(&self, x: f32, y: f32) -> f32 {
        let x = x / (1.0 + self.spread * (y + 50.0));
        let bend = 1.6 * sine(0.06 * y + 0.05 * x) + 0.9 * sine(0.11 * y - 0.04 * x + 1.6);
        let crease = |&(kx, ky, phase, height): &(f32, f32, f32, f32)| {
            let wave = sine(kx * (x + 2.0 * bend) + ky * y + phase);
            // Narrow ridges, wide valleys.
            height * (wave + 0.5 * wave * wave.abs())
        };
        self.waves.iter().map(crease).sum()
    }
}

/// A sine to within 0.06, of parabolas.
fn sine(x: f32) -> f32 {
    let turn = x / TAU;
    let part = turn - floor(turn) - 0.5;
    8.0 * part * (2.0 * part.abs() - 1.0)
}

/// Light on what is covered: about -1 in the deepest crease to 1 where it shines, around 0 in the mean.
///
/// The blurred cover rises from the edge inwards; its slope stands for the slope of a padded body.
pub(super) fn relief(cover: &Cover, stage: Stage, drape: Option<Drape>, rng: &mut ChaCha8Rng) -> Field {
    let Stage { transform, light } = stage;
    let unit = stage.unit();
    let plain = Field::of(cover, 0.0);
    // A body is smooth: only cloth has an edge.
    let near = if drape.is_some() { plain.blurred((2.2 * unit).max(1.0)) } else { plain.map(|_, _| 1.0) };
    let far = plain.blurred((6.5 * unit).max(1.0));
    let folds = drape.map(|drape| Folds::choose(drape, rng));
    let inverse = transform.invert().unwrap_or_default();
    let cell = plain.cell as f32;
    let slope = |field: &Field, x: isize, y: isize| {
        let across = field.cell(x + 1, y) - field.cell(x - 1, y);
        let down = field.cell(x, y + 1) - field.cell(x, y - 1);
        (across * light.0 + down * light.1) / cell
    };
    plain.map(|x, y| {
        let (column, row) = (x as isize, y as isize);
        // Outside, only the cells beside covered ones are read, between two.
        let beside = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)];
        if beside.iter().all(|(dx, dy)| plain.cell(column + dx, row + dy) <= 0.0) {
            return 0.0;
        }
        let mut place = Point::from_xy((x as f32 + 0.5) * cell, (y as f32 + 0.5) * cell);
        inverse.map_point(&mut place);
        let (x, y) = (x as isize, y as isize);
        let volume = unit * (0.8 * slope(&near, x, y) + 2.4 * slope(&far, x, y));
        let rim = 0.45 * (1.0 - near.cell(x, y)).max(0.0);
        0.08 + volume - rim + folds.as_ref().map_or(0.0, |folds| folds.at(place.x, place.y))
    })
}
