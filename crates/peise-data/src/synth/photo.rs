//! One photo of a plan: who stands where, what the camera sees.

use peise::colour::delta_e;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::camera::{Development, enlarged};
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
    /// How the product is carried; `null` where there is none.
    pub staging: Option<Staging>,
    /// What lies behind; `null` where nothing is in front.
    pub background: Option<Background>,
    /// The light.
    pub light: Light,
    /// What the camera and files did.
    pub development: Development,
    /// What was put over it.
    pub overlay: Option<Overlay>,
    /// For each part of the product, CIELAB of its colours in daylight, the main one first.
    pub colours: Vec<Vec<[f32; 3]>>,
}

/// A ground nearer than this (CIEDE2000) to the product's colour is no contrast.
const LEAST_CONTRAST: f32 = 8.0;
/// A detail shows the part that tells options apart in at least this share of its pixels.
const LEAST_SEEN: f32 = 0.1;
/// Attempts at such a detail.
const DETAIL_ATTEMPTS: usize = 6;

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
    // The listing's ground may be the colour of the very option: then the photo has one of its own.
    let clashes = matches!(plan.background, Background::Contrast(lab) if plan.is_colour_of(shot.option, lab));
    let background = if rng.random_bool(plan.loyalty) && !clashes { plan.background.clone() } else { own };
    let option = shot.option.unwrap_or(0);
    let mut dyes = plan.options[option].clone();
    for dye in dyes.iter_mut().flatten() {
        dye.lab = dye.lab.map(|value| value + config.colour.drift * normal(rng));
    }
    let (width, height) = development.stored(plan.size);
    let mut canvas = Canvas::new(width, height, [1.0; 3]);
    let mut scene =
        Scene { config, plan, dyes: &dyes, light: &light, background: &background, canvas: &mut canvas, rng };
    match shot.layout {
        Layout::Junk => super::junk::draw(scene.canvas, &config.background, scene.rng),
        Layout::Collage => scene.collage(),
        layout => {
            // With a shared scene, everything but the dye follows from the listing.
            let mut same = stream(seed, listing, Some(usize::from(u16::MAX) - 1));
            if plan.shared && layout == Layout::Full {
                scene.rng = &mut same;
            }
            scene.view(layout);
            // A detail of straps or holes may miss what tells the options apart.
            for _ in 0..DETAIL_ATTEMPTS {
                if layout != Layout::Detail || scene.canvas.share(plan.telling_part()) >= LEAST_SEEN {
                    break;
                }
                scene.view(layout);
            }
        }
    }
    // Beside the photo's own stream, so that what is put over it leaves the rest as it is.
    let rng = &mut stream(seed, listing, Some(k + OVER));
    if shot.layout == Layout::Swatches {
        let colours: Vec<Rgb> = plan.options.iter().map(|option| dye(option[plan.telling()][0].lab)).collect();
        swatches(&mut canvas, &colours, rng);
    }
    if rng.random_bool(config.light.shadow) && shot.layout != Layout::Junk {
        shade(&mut canvas, rng);
    }
    let shown: Vec<[f32; 3]> = dyes.iter().flatten().map(|dye| dye.lab).collect();
    let overlay = (shot.layout != Layout::Junk && rng.random_bool(config.overlay.any))
        .then(|| Overlay::choose(config.overlay.wrong_colour, &shown, rng));
    if let Some(overlay) = &overlay {
        overlay.draw(&mut canvas, rng);
    }
    let parts = enlarged_parts(&mut canvas, plan.size);
    let picture = enlarged(development.develop(canvas, &light, rng), plan.size);
    let colours = if shot.option.is_some() { dyes.iter().map(labs).collect() } else { Vec::new() };
    let product = shot.layout != Layout::Junk;
    let (staging, background) = (product.then_some(plan.staging), product.then_some(background));
    (picture, parts, Drawn { layout: shot.layout, staging, background, light, development, overlay, colours })
}

/// The part map at the photo's final size, each pixel that of the nearest.
fn enlarged_parts(canvas: &mut Canvas, (width, height): (u32, u32)) -> Vec<u8> {
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
    let light = field.map(|x, y| {
        let noise = smooth_noise(x as f32 * size + y as f32 * size * 0.5, y as f32 * size * stretch, seed);
        1.0 - strength * ((noise - 0.4) * 5.0).clamp(0.0, 1.0)
    });
    let mut light = light.rows();
    canvas.dim(|x, y| light.at(x, y));
}

impl Plan {
    /// The first part whose main colour differs between options: what a detail has to show.
    pub(super) fn telling(&self) -> usize {
        let differs = |&part: &usize| self.options.iter().any(|option| option[part][0] != self.options[0][part][0]);
        (0..self.parts.len()).find(differs).unwrap_or(0)
    }

    /// The same as number of the part map.
    fn telling_part(&self) -> u8 {
        self.telling() as u8 + 1
    }

    /// Whether a ground would hide what tells this option from others.
    fn is_colour_of(&self, option: Option<usize>, lab: [f32; 3]) -> bool {
        option.is_some_and(|option| delta_e(self.options[option][self.telling()][0].lab, lab) < LEAST_CONTRAST)
    }

    /// Colours of options that a photo does not show, CIELAB.
    fn others(&self, option: Option<usize>) -> Vec<[f32; 3]> {
        let other = |&(k, _): &(usize, &Vec<Dyes>)| Some(k) != option;
        let part = self.telling();
        self.options.iter().enumerate().filter(other).map(|(_, dyes)| dyes[part][0].lab).collect()
    }
}
