//! Patterns: which of a piece's colours lies where.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::random::{floor, hash, smooth_noise, step};

/// A linear sRGB colour, 0 to 1.
pub(super) type Rgb = [f32; 3];

/// A pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Stripes, across, down or slanted.
    Stripe,
    /// Checks.
    Check,
    /// Dots in a grid.
    Dot,
    /// Scattered flowers.
    Floral,
    /// One colour fading into another.
    Gradient,
    /// Panels of different colours.
    ColourBlock,
}

impl Pattern {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Stripe, Self::Check, Self::Dot, Self::Floral, Self::Gradient, Self::ColourBlock];

    /// How many colours it may have.
    pub(super) fn colours(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::Dot | Self::Gradient => 2..=2,
            Self::Stripe | Self::ColourBlock => 2..=3,
            Self::Check => 2..=4,
            Self::Floral => 3..=4,
        }
    }
}

/// One design: the same on all options of a listing, in other colours.
#[derive(Debug, Clone)]
pub(super) struct Design {
    pub pattern: Pattern,
    /// Size of its unit, garment units.
    size: f32,
    /// Direction as cosine and sine.
    direction: (f32, f32),
    /// Part of a unit that the second colour takes.
    duty: f32,
    seed: u32,
}

impl Design {
    pub fn choose(pattern: Pattern, rng: &mut ChaCha8Rng) -> Self {
        let (size, angle) = match pattern {
            Pattern::Stripe => {
                let upright = [0.0f32, 90.0, 90.0, 45.0][rng.random_range(0..4)];
                (rng.random_range(2.5..11.0f32), upright + rng.random_range(-2.0..2.0))
            }
            Pattern::Check => (rng.random_range(4.0..14.0), [0.0f32, 0.0, 45.0][rng.random_range(0..3)]),
            Pattern::Dot => (rng.random_range(3.5..10.0), 0.0),
            Pattern::Floral => (rng.random_range(7.0..16.0), rng.random_range(0.0..90.0)),
            Pattern::Gradient => (rng.random_range(30.0..70.0), 90.0),
            Pattern::ColourBlock => (rng.random_range(18.0..34.0), [90.0f32, 90.0, 0.0, 60.0][rng.random_range(0..4)]),
        };
        let (sin, cos) = angle.to_radians().sin_cos();
        Self { pattern, size, direction: (cos, sin), duty: rng.random_range(0.22..0.42), seed: rng.random() }
    }

    /// The colour at a place of the piece, both in garment units; `soft` is the size of a pixel there.
    ///
    /// The first colour is the main one: it covers the larger part.
    pub fn colour(&self, (u, v): (f32, f32), soft: f32, palette: &[Rgb]) -> Rgb {
        let [main, others @ ..] = palette else { return [0.5; 3] };
        let Some(second) = others.first() else { return *main };
        let last = others.last().unwrap_or(second);
        let (cos, sin) = self.direction;
        let (x, y) = ((u * cos + v * sin) / self.size, (v * cos - u * sin) / self.size);
        let soft = soft / self.size;
        match self.pattern {
            Pattern::Stripe => {
                let cell = floor(x);
                let colour = if (cell as i32).rem_euclid(2) == 0 { second } else { last };
                mix(main, colour, band(x - cell, self.duty, soft))
            }
            Pattern::Check => {
                let (across, down) = (band(x - floor(x), self.duty, soft), band(y - floor(y), self.duty, soft));
                let woven = mix(main, second, 0.5 * (across + down));
                let line = |t: f32| band(t - t.floor(), 0.08, soft);
                if others.len() < 2 { woven } else { mix(&woven, last, 0.8 * line(x + 0.5).max(line(y + 0.5))) }
            }
            Pattern::Dot => {
                let row = floor(y);
                let shifted = x + 0.5 * (row as i32).rem_euclid(2) as f32;
                let (dx, dy) = (shifted - shifted.floor() - 0.5, y - row - 0.5);
                mix(main, second, 1.0 - step(0.62 * self.duty, dx.hypot(dy), soft))
            }
            Pattern::Floral => self.flowers((x, y), soft, (main, others)),
            Pattern::Gradient => mix(main, second, step(0.35, x, 0.9)),
            Pattern::ColourBlock => {
                let first = step(0.45, x, soft);
                let panel = mix(main, second, first);
                if others.len() < 2 { panel } else { mix(&panel, last, 1.0 - step(-0.85, x, soft)) }
            }
        }
    }

    /// One flower in every cell of a bent grid: five petals, a heart, a leaf.
    fn flowers(&self, (x, y): (f32, f32), soft: f32, (main, others): (&Rgb, &[Rgb])) -> Rgb {
        let (x, y) = (x + 0.3 * smooth_noise(y, x, self.seed), y + 0.3 * smooth_noise(x + 9.0, y, self.seed));
        let (column, row) = (floor(x) as i32, floor(y) as i32);
        let jitter = |salt: u32| hash(column, row, self.seed ^ salt);
        let (dx, dy) = (x - floor(x) - 0.35 - 0.3 * jitter(1), y - floor(y) - 0.35 - 0.3 * jitter(2));
        let size = 0.18 + 0.16 * jitter(3);
        let petal = others[(jitter(4) * 0.999 * others.len().min(2) as f32) as usize];
        let heart = others.last().unwrap_or(&petal);
        let leaf = others.get(1).unwrap_or(&petal);
        // Petals: five discs around the heart.
        let (sin, cos) = (jitter(5) * std::f32::consts::TAU).sin_cos();
        let near = (0..5).map(|k| {
            const RING: [(f32, f32); 5] =
                [(1.0, 0.0), (0.309, 0.951), (-0.809, 0.588), (-0.809, -0.588), (0.309, -0.951)];
            let (px, py) = (RING[k].0 * cos - RING[k].1 * sin, RING[k].0 * sin + RING[k].1 * cos);
            (dx - px * size * 0.55).hypot(dy - py * size * 0.55)
        });
        let petals = 1.0 - step(size * 0.5, near.fold(f32::MAX, f32::min), soft);
        let leaves = 1.0 - step(size * 0.45, ((dx - size * 1.1) * 0.6).hypot((dy - size) * 1.3), soft);
        let ground = mix(main, leaf, 0.8 * leaves);
        mix(&mix(&ground, &petal, petals), heart, 1.0 - step(size * 0.22, dx.hypot(dy), soft))
    }
}

/// 1 in the first `duty` of a unit, 0 in the rest.
fn band(part: f32, duty: f32, soft: f32) -> f32 {
    let centre = (part - 0.5).abs();
    1.0 - step(duty / 2.0, centre, soft)
}

#[inline]
pub(super) fn mix(a: &Rgb, b: &Rgb, part: f32) -> Rgb {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_main_colour_covers_most_and_every_colour_occurs() {
        let palette = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]];
        for &pattern in Pattern::ALL {
            for count in pattern.colours() {
                for seed in 0..20 {
                    let design = Design::choose(pattern, &mut ChaCha8Rng::seed_from_u64(seed));
                    let mut seen = [0.0f32; 3];
                    for k in 0..6400 {
                        let (u, v) = ((k % 80) as f32 - 40.0, (k / 80) as f32 - 40.0);
                        let colour = design.colour((u, v), 0.3, &palette[..count]);
                        assert!(colour.iter().all(|value| (0.0..=1.0).contains(value)));
                        (0..3).for_each(|c| seen[c] += colour[c] / 6400.0);
                    }
                    let main = seen[0];
                    assert!(main > 0.3 && main < 0.97, "{pattern:?} {count} {seed}: {seen:?}");
                    assert!(seen[1] > 0.01 || seen[2] > 0.01, "{pattern:?} {count} {seed}: {seen:?}");
                }
            }
        }
    }
}
