//! The ground behind the garment.

use peise::colour::lab_to_srgb;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A kind of ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Background {
    /// Cut out on white.
    White,
    /// Grey paper, lit in the middle.
    Studio,
    /// A wall and floor in a soft colour, CIELAB.
    Pastel([f32; 3]),
}

impl Background {
    pub fn choose(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..10) {
            0..3 => Self::White,
            3..6 => Self::Studio,
            _ => {
                let hue = rng.random_range(0.0..std::f32::consts::TAU);
                let chroma = rng.random_range(4.0..13.0f32);
                Self::Pastel([rng.random_range(85.0..93.0), chroma * hue.cos(), chroma * hue.sin()])
            }
        }
    }

    /// The picture without a garment, row-major, gamma-encoded 0 to 255.
    pub fn paint(&self, width: usize, height: usize, rng: &mut ChaCha8Rng) -> Vec<[f32; 3]> {
        let floor = rng.random_range(0.74..0.86f32);
        let glow = (rng.random_range(0.35..0.65f32), rng.random_range(0.3..0.5f32));
        let wall = match self {
            Self::White => [250.0; 3],
            Self::Studio => [226.0, 226.0, 228.0],
            Self::Pastel(lab) => lab_to_srgb(*lab).map(f32::from),
        };
        let depth = match self {
            Self::White => 0.0,
            Self::Studio => 0.16,
            Self::Pastel(_) => 0.11,
        };
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
                let away = (u - glow.0).powi(2) * 0.6 + (v - glow.1).powi(2);
                // The wall meets the floor in a soft curve, as rolled paper does.
                let edge = 1.0 / (1.0 + (-(v - floor) * 26.0).exp());
                let light = 1.0 + depth * (0.32 - 1.5 * away - 0.30 * edge + 0.5 * edge * (v - floor).max(0.0) * 3.0);
                pixels.push(wall.map(|value| (value * light).min(253.0)));
            }
        }
        pixels
    }
}
