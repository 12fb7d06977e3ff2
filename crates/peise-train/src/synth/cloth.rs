//! Cloth: how it folds, and how its colour answers to light.

use std::f32::consts::TAU;

use peise::colour::lab_to_srgb;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::shape::Drape;

/// Steps of shade that a cloth's colour is prepared in.
const SHADES: usize = 256;

/// Creases: a few waves over the cloth, bent by each other.
pub(super) struct Folds {
    /// Wave vector, phase and height of each.
    waves: Vec<(f32, f32, f32, f32)>,
    /// Opening of pleats with the length of the cloth.
    spread: f32,
}

impl Folds {
    pub fn choose(drape: Drape, rng: &mut ChaCha8Rng) -> Self {
        let (count, angles, lengths, height, spread) = match drape {
            Drape::Body => (5, -0.15..0.85f32, 16.0..36.0f32, 0.062, 0.0),
            Drape::Pleats => (4, -0.06..0.06, 7.0..16.0, 0.15, 0.011),
            Drape::Stiff => (2, -0.5..0.5, 40.0..70.0, 0.06, 0.0),
        };
        let waves = (0..count)
            .map(|_| {
                let angle = rng.random_range(angles.clone());
                let number = TAU / rng.random_range(lengths.clone());
                (
                    number * angle.cos(),
                    number * angle.sin(),
                    rng.random_range(0.0..TAU),
                    height * rng.random_range(0.5..1.2),
                )
            })
            .collect();
        Self { waves, spread }
    }

    /// Shade at a place in garment units.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let x = x / (1.0 + self.spread * (y + 50.0));
        let bend = 1.6 * (0.06 * y + 0.05 * x).sin() + 0.9 * (0.11 * y - 0.04 * x).cos();
        let crease = |&(kx, ky, phase, height): &(f32, f32, f32, f32)| {
            let wave = (kx * (x + 2.0 * bend) + ky * y + phase).sin();
            // Narrow ridges, wide valleys.
            height * (wave + 0.5 * wave * wave.abs())
        };
        self.waves.iter().map(crease).sum()
    }
}

/// A colour from shade -1 to 1, in [`SHADES`] steps of sRGB.
pub(super) fn dye(lab: [f32; 3]) -> Vec<[f32; 3]> {
    let [l, a, b] = lab;
    (0..SHADES)
        .map(|step| {
            let shade = step as f32 / (SHADES - 1) as f32 * 2.0 - 1.0;
            // Dark cloth shows light as gloss, light cloth shows shadow; colour fades a little towards both.
            let reach = if shade < 0.0 { 10.0 + 0.34 * l } else { 20.0 - 0.10 * l };
            let lightness = (l + shade * reach).clamp(2.0, 98.5);
            let chroma = 1.0 - 0.18 * shade.abs();
            lab_to_srgb([lightness, a * chroma, b * chroma]).map(f32::from)
        })
        .collect()
}

/// The colour at one shade, kept within -1 to 1.
pub(super) fn tone(dyed: &[[f32; 3]], shade: f32) -> [f32; 3] {
    let step = (shade.clamp(-1.0, 1.0) + 1.0) / 2.0 * (SHADES - 1) as f32;
    dyed[(step.round() as usize).min(SHADES - 1)]
}
