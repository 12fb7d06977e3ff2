//! Cloth onto paths: one piece of clothing, a body, a carrier.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Path, Transform};

use super::canvas::{Canvas, Cover, Field};
use super::light::lab_to_linear;
use super::material::{Cloth, Material};
use super::pattern::{Design, Rgb};
use super::random::{hash, smooth_noise};
use super::relief::relief;
use super::stage::Stage;
use super::wardrobe::{Detail, DetailKind, Drape, Piece};

/// What a piece is made of.
pub(super) struct Fabric<'a> {
    pub cloth: &'a Cloth,
    pub design: Option<&'a Design>,
    /// Linear colours, the main one first.
    pub palette: &'a [Rgb],
    /// Colour of what is sewn on.
    pub trim: Rgb,
    /// Colour of a print on the chest, where there is one.
    pub print: Option<Rgb>,
    /// What the side file calls it.
    pub part: u8,
}

/// A body part or carrier of one colour.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// CIELAB.
    pub lab: [f32; 3],
    /// What the side file calls it.
    pub part: u8,
    /// How strongly it is streaked, as hair is.
    pub streaks: f32,
}

/// From pixels back to figure units.
#[derive(Clone, Copy)]
struct Inverse(Transform);

impl Inverse {
    fn of(stage: Stage) -> Self {
        Self(stage.transform.invert().unwrap_or_default())
    }

    fn at(&self, x: usize, y: usize) -> (f32, f32) {
        let (x, y, by) = (x as f32, y as f32, &self.0);
        (by.sx * x + by.kx * y + by.tx, by.ky * x + by.sy * y + by.ty)
    }
}

/// How bright cloth is in linear light, by its shade: deep folds lose nearly half, ridges gain a quarter.
fn brightness(shade: f32) -> f32 {
    if shade < 0.0 { (1.0 + 0.48 * shade).max(0.3) } else { 1.0 + 0.24 * shade.min(1.5) }
}

/// Draws onto a picture, on one stage.
pub(super) struct Painter<'a> {
    pub canvas: &'a mut Canvas,
    pub stage: Stage,
    pub rng: &'a mut ChaCha8Rng,
}

impl Painter<'_> {
    /// Draws a piece of clothing, or (`over`) its sleeves, which lie over the arms.
    pub fn draw_piece(&mut self, piece: &Piece, over: bool, fabric: &Fabric) {
        let paths = if over { &piece.over[..] } else { std::slice::from_ref(&piece.outline) };
        if paths.is_empty() {
            return;
        }
        let cloth = self.draw_cloth(paths, piece.drape, fabric);
        // In the order in which they were sewn: collars lie on openings, buttons on plackets.
        for detail in piece.details.iter().filter(|detail| detail.over == over) {
            self.draw_detail(detail, fabric, &cloth);
        }
    }

    fn draw_cloth(&mut self, paths: &[Path], drape: Drape, fabric: &Fabric) -> (Cover, Field) {
        let stage = self.stage;
        let mut cover = self.canvas.cover();
        paths.iter().for_each(|path| cover.fill(path, stage.transform));
        let Fabric { cloth, design, palette, .. } = fabric;
        let shade = relief(&cover, stage, Some(drape), self.rng);
        if cloth.fuzz > 0.0 {
            cover.roughen(cloth.fuzz * stage.unit(), self.rng.random());
        }
        let inverse = Inverse::of(stage);
        let pixel = 1.0 / stage.unit().max(1e-3);
        let main = palette.first().copied().unwrap_or([0.5; 3]);
        let mut shades = shade.rows();
        self.canvas.paint(&cover, Some(fabric.part), |x, y, _| {
            let (u, v) = inverse.at(x, y);
            let colour = design.map_or(main, |design| design.colour((u, v), pixel, palette));
            let shade = shades.at(x, y) * cloth.relief;
            let light = brightness(shade) * cloth.texture(u, v, pixel);
            let shine = cloth.shine(shade);
            colour.map(|value| value * light + shine)
        });
        (cover, shade)
    }

    fn draw_detail(&mut self, detail: &Detail, fabric: &Fabric, (outline, shade): &(Cover, Field)) {
        let stage = self.stage;
        let mut cover = self.canvas.cover();
        // A line thinner than half a pixel would vanish unevenly.
        let width = detail.width.max(0.5 / stage.unit());
        if detail.width > 0.0 {
            cover.stroke(&detail.path, width, stage.transform);
        } else {
            cover.fill(&detail.path, stage.transform);
        }
        let main = fabric.palette.first().copied().unwrap_or([0.5; 3]);
        let dark = luminance(&main) < 0.05;
        match detail.kind {
            DetailKind::Seam | DetailKind::Fold => {
                let cover = cover.within(outline);
                let strength = if detail.kind == DetailKind::Seam { 0.32 } else { 0.18 };
                // A seam darkens light cloth and catches light on dark cloth.
                self.canvas.paint(&cover, None, |_, _, under| {
                    under.map(|value| if dark { value * (1.0 + strength) + 0.012 } else { value * (1.0 - strength) })
                });
            }
            DetailKind::Panel => {
                // Lighter at its upper edge than at its lower one, as what lies on top is.
                let bounds = detail.path.bounds();
                let inverse = Inverse::of(stage);
                self.canvas.paint(&cover, None, |x, y, under| {
                    let (_, v) = inverse.at(x, y);
                    let down = ((v - bounds.top()) / bounds.height().max(0.1)).clamp(0.0, 1.0);
                    under.map(|value| value * (1.1 - 0.25 * down) + 0.004)
                });
            }
            DetailKind::Trim | DetailKind::Cord => {
                let trim = fabric.trim;
                let mut shades = shade.rows();
                self.canvas.paint(&cover, None, |x, y, _| {
                    let light = brightness(shades.at(x, y));
                    trim.map(|value| value * light)
                });
            }
            DetailKind::Button => {
                let button = if dark { [0.08; 3] } else { fabric.trim };
                self.canvas.paint(&cover, None, |_, _, _| button);
            }
            DetailKind::Zip => self.canvas.paint(&cover, None, |_, _, _| [0.12, 0.12, 0.13]),
            DetailKind::Metal => {
                let metal = if self.rng.random_bool(0.5) { [0.55, 0.56, 0.58] } else { [0.55, 0.40, 0.16] };
                self.canvas.paint(&cover, None, |_, _, _| metal);
            }
            DetailKind::Opening => {
                let inside = main.map(|value| value * 0.42);
                self.canvas.paint(&cover, None, |_, _, _| inside);
            }
            DetailKind::PrintArea => {
                if let Some(print) = fabric.print {
                    let cover = cover.within(outline);
                    self.draw_print(&cover, detail, print);
                }
            }
        }
    }

    /// A motif of blots and bars within an area.
    fn draw_print(&mut self, area: &Cover, detail: &Detail, print: Rgb) {
        let rng = &mut *self.rng;
        let bounds = detail.path.bounds();
        let seed: u32 = rng.random();
        let size = bounds.width().max(1.0);
        let (kind, second) = (rng.random_range(0..3), [0, 1, 2].map(|_| rng.random::<f32>().powi(2)));
        let inverse = Inverse::of(self.stage);
        self.canvas.paint(area, None, |x, y, under| {
            let (u, v) = inverse.at(x, y);
            let (u, v) = ((u - bounds.left()) / size, (v - bounds.top()) / size);
            let inked = match kind {
                // Lines of text, a blot, a badge.
                0 => (v * 9.0).fract() < 0.55 && hash((u * 14.0) as i32, (v * 9.0) as i32, seed) > 0.3,
                1 => smooth_noise(u * 5.0, v * 5.0, seed) > 0.52,
                _ => (u - 0.5).hypot(v - 0.45) < 0.32,
            };
            let other = smooth_noise(u * 4.0 + 9.0, v * 4.0, seed) > 0.6;
            if !inked {
                *under
            } else if other {
                second
            } else {
                print
            }
        });
    }

    /// Draws a body part or carrier of one colour, with volume.
    pub fn draw_form(&mut self, paths: &[Path], form: Form) -> Cover {
        let Form { lab, part, streaks } = form;
        let stage = self.stage;
        let mut cover = self.canvas.cover();
        if paths.is_empty() {
            return cover;
        }
        paths.iter().for_each(|path| cover.fill(path, stage.transform));
        let shade = relief(&cover, stage, None, self.rng);
        let colour = lab_to_linear(lab);
        let seed: u32 = self.rng.random();
        let inverse = Inverse::of(stage);
        let mut shades = shade.rows();
        self.canvas.paint(&cover, Some(part), |x, y, _| {
            let shade = shades.at(x, y);
            let streak = if streaks > 0.0 {
                let (u, v) = inverse.at(x, y);
                streaks * (smooth_noise(u * 1.8, v * 0.15, seed) - 0.5)
            } else {
                0.0
            };
            let light = brightness(0.9 * shade) * (1.0 + streak);
            colour.map(|value| value * light + 0.006 * shade.max(0.0))
        });
        cover
    }

    /// Draws lines of one colour.
    pub fn draw_lines(&mut self, lines: &[(Path, f32)], colour: Rgb, part: u8) {
        let stage = self.stage;
        let mut cover = self.canvas.cover();
        for (path, width) in lines {
            cover.stroke(path, width.max(0.8 / stage.unit()), stage.transform);
        }
        self.canvas.paint(&cover, Some(part), |_, _, _| colour);
    }
}

fn luminance(colour: &Rgb) -> f32 {
    0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
}

/// A cloth for what nobody sells here.
pub(super) fn plain_cloth(rng: &mut ChaCha8Rng) -> Cloth {
    let material = if rng.random_bool(0.3) { Material::Denim } else { Material::Solid };
    Cloth::choose(material, rng)
}
