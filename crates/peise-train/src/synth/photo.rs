//! One photo of a plan: who stands where, what the camera sees.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::camera::Development;
use super::canvas::Canvas;
use super::config::SynthConfig;
use super::dye::Dyes;
use super::light::{Light, dye};
use super::overlay::{Overlay, swatches};
use super::pattern::Rgb;
use super::plan::{Layout, Plan, Shot, Staging};
use super::random::{normal, smooth_noise, stream};
use super::scene::Background;
use super::view::Scene;

/// What was drawn in one photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawn {
    /// How it is laid out.
    pub layout: Layout,
    /// How the product is carried.
    pub staging: Staging,
    /// What lies behind.
    pub background: Background,
    /// The light.
    pub light: Light,
    /// What the camera and files did.
    pub development: Development,
    /// What was put over it.
    pub overlay: Option<Overlay>,
    /// For each part of the product, CIELAB of its colours in daylight, the main one first.
    pub colours: Vec<Vec<[f32; 3]>>,
}

/// Streams of what is put over photos begin here; there are at most 64 photos.
const OVER: usize = 1 << 10;

/// Photo `k` of a listing: the picture, what each pixel shows, and what was drawn.
pub(super) fn photo(
    config: &SynthConfig,
    plan: &Plan,
    (shot, seed, listing, k): (&Shot, u64, usize, usize),
) -> (image::RgbImage, Vec<u8>, Drawn) {
    let mut rng = stream(seed, listing, Some(k));
    let rng = &mut rng;
    let light = plan.light.again(&config.light, rng);
    let development = Development::choose(&config.photo, &config.camera, rng);
    let own = Background::choose(&config.background, &plan.others(shot.option), rng);
    let background = if rng.random_bool(plan.loyalty) { plan.background.clone() } else { own };
    let option = shot.option.unwrap_or(0);
    let mut dyes = plan.options[option].clone();
    for dye in dyes.iter_mut().flatten() {
        dye.lab = dye.lab.map(|value| value + config.colour.drift * normal(rng));
    }
    let (width, height) = development.stored(plan.size);
    let mut canvas = Canvas::new(width, height, [1.0; 3]);
    let mut scene = Scene { config, plan, dyes: &dyes, light: &light, background: &background, rng };
    match shot.layout {
        Layout::Junk => super::junk::draw(&mut canvas, &background, scene.rng),
        Layout::Collage => scene.collage(&mut canvas),
        layout => {
            // With a shared scene, everything but the dye follows from the listing.
            let mut same = stream(seed, listing, Some(usize::from(u16::MAX) - 1));
            if plan.shared && layout == Layout::Full {
                scene.rng = &mut same;
            }
            scene.view(&mut canvas, layout);
        }
    }
    // Beside the photo's own stream, so that what is put over it leaves the rest as it is.
    let rng = &mut stream(seed, listing, Some(k + OVER));
    if shot.layout == Layout::Swatches {
        let colours: Vec<Rgb> = plan.options.iter().map(|option| dye(option[0][0].lab)).collect();
        swatches(&mut canvas, &colours, rng);
    }
    if rng.random_bool(config.light.shadow) && shot.layout != Layout::Junk {
        shade(&mut canvas, rng);
    }
    let shown: Vec<&str> = dyes.iter().flatten().map(|dye| dye.phrase.term.name).collect();
    let overlay = (shot.layout != Layout::Junk && rng.random_bool(config.overlay.any))
        .then(|| Overlay::choose(config.overlay.wrong_colour, &shown, rng));
    if let Some(overlay) = &overlay {
        overlay.draw(&mut canvas, rng);
    }
    let parts = enlarged(&mut canvas, plan.size);
    let picture = development.develop(canvas, &light, plan.size, rng);
    let colours = if shot.option.is_some() { dyes.iter().map(labs).collect() } else { Vec::new() };
    let staging = plan.staging;
    (picture, parts, Drawn { layout: shot.layout, staging, background, light, development, overlay, colours })
}

/// The part map at the photo's final size, each pixel that of the nearest.
fn enlarged(canvas: &mut Canvas, (width, height): (u32, u32)) -> Vec<u8> {
    let (width, height) = (width as usize, height as usize);
    if (width, height) == (canvas.width, canvas.height) {
        return std::mem::take(&mut canvas.parts);
    }
    let columns: Vec<usize> = (0..width).map(|x| (2 * x + 1) * canvas.width / (2 * width)).collect();
    let mut parts = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = &canvas.parts[(2 * y + 1) * canvas.height / (2 * height) * canvas.width..];
        parts.extend(columns.iter().map(|&x| row[x]));
    }
    parts
}

fn labs(dyes: &Dyes) -> Vec<[f32; 3]> {
    dyes.iter().map(|dye| dye.lab).collect()
}

/// A soft shadow with bright gaps, as of leaves or blinds.
fn shade(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let field = super::canvas::Field::of(&canvas.cover(), 0.0);
    let (seed, strength): (u32, f32) = (rng.random(), rng.random_range(0.15..0.5));
    let size = rng.random_range(0.03..0.12f32);
    let stretch = rng.random_range(0.2..1.0f32);
    canvas.dim(&field.map(|x, y| {
        let noise = smooth_noise(x as f32 * size + y as f32 * size * 0.5, y as f32 * size * stretch, seed);
        1.0 - strength * ((noise - 0.4) * 5.0).clamp(0.0, 1.0)
    }));
}

impl Plan {
    /// Colours of options that a photo does not show, CIELAB.
    fn others(&self, option: Option<usize>) -> Vec<[f32; 3]> {
        let other = |&(k, _): &(usize, &Vec<Dyes>)| Some(k) != option;
        self.options.iter().enumerate().filter(other).map(|(_, dyes)| dyes[0][0].lab).collect()
    }
}
