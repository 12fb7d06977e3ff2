//! Drawn photos: a shirt with folds in a room or on white, with what cameras and web shops do to it.

use ::image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use ::image::{DynamicImage, Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What lies behind the product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scene {
    /// A textured room, different for each number.
    Room(u32),
    /// The catalogue's plain white.
    Plain,
}

/// What of the garment is the same in all colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pattern {
    /// Nothing.
    Solid,
    /// A light print on the chest.
    Print,
    /// Dark stripes, every other five pixels.
    Stripes,
}

/// A drawn photo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shot {
    pub(super) scene: Scene,
    pub(super) colour: [u8; 3],
    /// Where the garment's middle lies, pixels from the photo's, and its size.
    pub(super) pose: [f32; 3],
    /// Gain on code values.
    pub(super) exposure: f32,
    /// Largest noise to either side, code values, and its seed.
    pub(super) noise: (f32, u64),
    pub(super) jpeg: bool,
    /// A banner of an offer over the lower part.
    pub(super) banner: bool,
    pub(super) pattern: Pattern,
}

pub(super) fn shot(scene: Scene, colour: [u8; 3]) -> Shot {
    Shot {
        scene,
        colour,
        pose: [0.0, 0.0, 1.0],
        exposure: 1.0,
        noise: (0.0, 0),
        jpeg: false,
        banner: false,
        pattern: Pattern::Solid,
    }
}

pub(super) fn room(colour: [u8; 3]) -> Shot {
    shot(Scene::Room(1), colour)
}

impl Shot {
    /// As a camera and a web shop leave it.
    pub(super) fn worn(self, seed: u64) -> Self {
        let exposure = [1.0, 0.98, 1.02][seed as usize % 3];
        Self { exposure, noise: (5.0, seed), jpeg: true, ..self }
    }

    /// A shirt: trunk and two sleeves.
    pub(super) fn is_product(&self, x: u32, y: u32) -> bool {
        let [right, down, size] = self.pose;
        let (x, y) = ((x as f32 - 31.5 - right) / size, (y as f32 - 33.5 - down) / size);
        let trunk = x.abs() < 12.0 && y.abs() < 20.0;
        let sleeve = x.abs() < 21.0 && (-20.0 + 0.5 * (x.abs() - 12.0)..-5.0).contains(&y);
        let neck = x.hypot(y + 21.0) < 5.0;
        (trunk || sleeve) && !neck
    }

    pub(super) fn drawn(&self) -> RgbImage {
        let mut random = ChaCha8Rng::seed_from_u64(self.noise.1);
        let photo = RgbImage::from_fn(64, 64, |x, y| {
            let colour = if self.banner && (46..62).contains(&y) {
                if (x / 4 + y / 4) % 2 == 0 { [250, 220, 40] } else { [220, 30, 60] }
            } else if self.is_product(x, y) {
                // Folds: light and shadow in proportion to the cloth's colour.
                let fold = 1.0 + 0.1 * ((x as f32 - self.pose[0]) * 0.5 + (y as f32 - self.pose[1]) * 0.13).sin();
                let (across, down) = (x as f32 - self.pose[0], y as f32 - self.pose[1]);
                let cloth = match self.pattern {
                    Pattern::Print if (26.0..38.0).contains(&across) && (24.0..36.0).contains(&down) => [236, 230, 220],
                    Pattern::Stripes if down as i32 % 10 < 5 => [40, 40, 44],
                    _ => self.colour,
                };
                cloth.map(|value| f32::from(value) * fold.min(1.03)).map(|value| value as u8)
            } else {
                background(self.scene, x, y)
            };
            let reach = self.noise.0;
            Rgb(colour.map(|value| {
                let noise = if reach > 0.0 { random.random_range(-reach..reach) } else { 0.0 };
                (f32::from(value) * self.exposure + noise).round().clamp(0.0, 255.0) as u8
            }))
        });
        if self.jpeg { through_jpeg(&photo) } else { photo }
    }
}

fn background(scene: Scene, x: u32, y: u32) -> [u8; 3] {
    let Scene::Room(number) = scene else {
        return [255; 3];
    };
    let mut random = ChaCha8Rng::seed_from_u64(number.into());
    let base: [f32; 3] = std::array::from_fn(|_| random.random_range(110.0..190.0));
    let mut light = 0.0;
    for _ in 0..5 {
        let [across, down, phase] = [0.35, 0.35, 3.0].map(|reach| random.random_range(-reach..reach));
        light += (x as f32 * across + y as f32 * down + phase).sin() * random.random_range(5.0..16.0);
    }
    base.map(|value| (value + light).clamp(0.0, 255.0) as u8)
}

fn through_jpeg(photo: &RgbImage) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(photo).expect("a small photo can be encoded");
    let decoder = JpegDecoder::new(std::io::Cursor::new(bytes)).expect("what was encoded can be decoded");
    DynamicImage::from_decoder(decoder).expect("what was encoded can be decoded").into_rgb8()
}

pub(super) fn drawn(shots: &[Shot]) -> Vec<RgbImage> {
    shots.iter().map(Shot::drawn).collect()
}
