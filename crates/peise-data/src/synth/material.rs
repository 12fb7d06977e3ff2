//! Cloths: how they take light, and their texture.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::random::{hash, smooth_noise, triangle};

/// A cloth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Material {
    /// Plain weave, matt.
    Solid,
    /// Ribs and stitches.
    Knit,
    /// Twill with worn places.
    Denim,
    /// Soft, shining folds.
    Satin,
    /// Narrow highlights, grain.
    Leather,
    /// A pile without an edge.
    Fur,
}

impl Material {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Solid, Self::Knit, Self::Denim, Self::Satin, Self::Leather, Self::Fur];
}

/// One piece of cloth.
#[derive(Debug, Clone)]
pub(super) struct Cloth {
    pub material: Material,
    /// How strongly folds and volume shade it.
    pub relief: f32,
    /// Strength of the highlight.
    gloss: f32,
    /// Narrowness of the highlight, as a power of the shade.
    sharpness: i32,
    /// How far the pile reaches beyond the outline, units.
    pub fuzz: f32,
    /// Size of the texture, units.
    grain: f32,
    /// Strength of the texture.
    depth: f32,
    seed: u32,
}

impl Cloth {
    pub fn choose(material: Material, rng: &mut ChaCha8Rng) -> Self {
        let (relief, gloss, sharpness, grain, depth) = match material {
            Material::Solid => (0.9..1.15f32, 0.01..0.05f32, 1, 0.7..1.0f32, 0.02..0.05f32),
            Material::Knit => (0.7..0.95, 0.0..0.02, 1, 1.1..2.6, 0.07..0.17),
            Material::Denim => (0.8..1.0, 0.0..0.03, 1, 0.7..1.1, 0.08..0.16),
            Material::Satin => (1.2..1.6, 0.16..0.34, 2, 1.0..1.1, 0.0..0.01),
            Material::Leather => (1.0..1.3, 0.14..0.30, 4, 1.2..2.2, 0.03..0.08),
            Material::Fur => (0.6..0.8, 0.0..0.03, 1, 1.2..2.4, 0.16..0.30),
        };
        Self {
            material,
            relief: rng.random_range(relief),
            gloss: rng.random_range(gloss),
            sharpness,
            fuzz: if material == Material::Fur { rng.random_range(0.8..2.0) } else { 0.0 },
            grain: rng.random_range(grain),
            depth: rng.random_range(depth),
            seed: rng.random(),
        }
    }

    /// Light that it throws back uncoloured at this shade, in linear light; even matt black shines a little.
    #[inline]
    pub fn shine(&self, shade: f32) -> f32 {
        let shade = shade.clamp(0.0, 1.2);
        let square = shade * shade;
        let peak = match self.sharpness {
            1 => shade,
            2 => square,
            _ => square * square,
        };
        self.gloss * peak + 0.008 * shade
    }

    /// Factor on the colour at a place of the cloth, around 1; `pixel` is the size of a pixel in units.
    #[inline]
    pub fn texture(&self, u: f32, v: f32, pixel: f32) -> f32 {
        // What is finer than a pixel is grey there.
        let seen = (1.6 - pixel / self.grain * 1.2).clamp(0.0, 1.0);
        let (x, y) = (u / self.grain, v / self.grain);
        let value = match self.material {
            Material::Solid | Material::Satin => hash((x * 2.0) as i32, (y * 2.0) as i32, self.seed) - 0.5,
            Material::Knit => 0.55 * triangle(x) + 0.45 * triangle(y + 0.5 * triangle(x)),
            Material::Denim => {
                let worn = smooth_noise(u * 0.09, v * 0.05, self.seed) - 0.5;
                let yarn = hash((x * 3.0) as i32, (y * 3.0) as i32, self.seed) - 0.5;
                return 1.0 + 0.5 * worn * self.depth * 3.0 + seen * self.depth * (0.6 * triangle(x + y) + yarn);
            }
            Material::Leather => smooth_noise(x * 1.7, y * 1.7, self.seed) - 0.5,
            Material::Fur => {
                let bend = smooth_noise(u * 0.12, v * 0.12, self.seed) * 2.0;
                smooth_noise(x * 2.2 + bend, y * 0.55 - bend, self.seed) - 0.5
            }
        };
        1.0 + seen * self.depth * value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn textures_keep_the_mean() {
        for &material in Material::ALL {
            for seed in 0..8 {
                let cloth = Cloth::choose(material, &mut ChaCha8Rng::seed_from_u64(seed));
                let count = 4000;
                let at = |k: usize| cloth.texture((k % 80) as f32 * 0.93, (k / 80) as f32 * 1.71, 0.45);
                let mean = (0..count).map(at).sum::<f32>() / count as f32;
                assert!((mean - 1.0).abs() < 0.05, "{material:?}: {mean}");
                assert!((0..count).map(at).all(|value| (0.5..1.5).contains(&value)), "{material:?}");
            }
        }
    }
}
