//! One view: who stands where, in what, and how large.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Path, Rect, Transform};

use super::canvas::{Canvas, Shadow, part};
use super::config::SynthConfig;
use super::dye::Dyes;
use super::garment::{Fabric, Form, Painter};
use super::light::{Light, dye};
use super::pattern::Rgb;
use super::plan::{Layout, Plan, ProductPart, Staging};
use super::random::{about, within};
use super::scene::Background;
use super::stage::Stage;
use super::wardrobe::{Piece, Placement, Pose, Slot, View, hanger, mannequin, pair, person, piece};

/// One view in the making.
pub(super) struct Scene<'a> {
    pub config: &'a SynthConfig,
    pub plan: &'a Plan,
    pub dyes: &'a [Dyes],
    pub light: &'a Light,
    pub background: &'a Background,
    pub canvas: &'a mut Canvas,
    pub rng: &'a mut ChaCha8Rng,
}

impl Scene<'_> {
    /// Two to six views in a grid, with a gap between.
    pub fn collage(&mut self) {
        let (columns, rows) = [(2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (3, 1)][self.rng.random_range(0..6)];
        let gap = self.canvas.width / 60;
        let (width, height) = (self.canvas.width / columns, self.canvas.height / rows);
        for k in 0..columns * rows {
            let mut cell = Canvas::new(width - gap, height - gap, [1.0; 3]);
            let layout = [Layout::Full, Layout::Full, Layout::Detail, Layout::Back][self.rng.random_range(0..4)];
            Scene { canvas: &mut cell, rng: &mut *self.rng, ..*self }.view(layout);
            self.canvas.insert(&cell, (k % columns) * width + gap / 2, (k / columns) * height + gap / 2);
        }
    }

    /// Background, shadow, carrier and product.
    pub fn view(&mut self, layout: Layout) {
        self.background.paint(self.canvas, self.rng);
        let worn = self.plan.staging == Staging::Worn;
        let back = layout == Layout::Back;
        let pose = match worn {
            true if back => Pose::choose_from_behind(self.rng),
            true => Pose::choose(self.rng),
            false => Pose::flat(self.rng),
        };
        let placement = if worn { Placement::Worn } else { Placement::Product };
        // Only what has something under it hangs open.
        let open = self.plan.parts.len() > 1 || !self.plan.company.is_empty() && self.rng.random_bool(0.5);
        let view = View { pose, back, placement, open };
        let pieces = self.pieces(&view);
        let Some(bounds) = union(pieces.iter().map(|(_, piece)| piece.bounds)) else { return };
        let transform = self.frame(bounds, &pieces, layout);
        let stage = Stage { transform, light: self.light.direction };
        self.cast(&pieces, stage);
        if worn {
            self.dressed(pieces, &view, stage);
            return;
        }
        self.carrier(&view, stage);
        for (part, piece) in &pieces {
            self.draw((Wearing::Sold(*part), piece), false, stage);
            self.draw((Wearing::Sold(*part), piece), true, stage);
        }
    }

    /// What is sold, from within, each piece with its part's number.
    fn pieces(&self, view: &View) -> Vec<(usize, Piece)> {
        let mut pieces = Vec::new();
        for (number, part) in self.plan.parts.iter().enumerate() {
            if part.in_pair && view.placement == Placement::Product {
                pieces.extend(pair(part.product, &part.cut, view).map(|piece| (number, piece)));
            } else {
                pieces.push((number, piece(part.product, &part.cut, view)));
            }
        }
        pieces.sort_by_key(|&(number, _)| depth(self.plan.parts[number].product.slot()));
        pieces
    }

    /// Figure units to pixels: the product as large as the camera wants, or a detail of it.
    fn frame(&mut self, bounds: Rect, pieces: &[(usize, Piece)], layout: Layout) -> Transform {
        let camera = &self.config.camera;
        let (width, height) = (self.canvas.width as f32, self.canvas.height as f32);
        let mut seen = bounds;
        if self.plan.staging == Staging::Worn {
            // From the product alone to the whole person.
            let whole = Rect::from_ltrb(-24.0, -52.0, 24.0, 52.0).unwrap_or(bounds);
            let part = self.rng.random_range(-0.1..1.0f32).max(0.0);
            seen = between(bounds, union([bounds, whole].into_iter()).unwrap_or(bounds), part);
        }
        let mut scale = within(camera.scale, self.rng);
        let (mut x, mut y) = (0.5 * (seen.left() + seen.right()), 0.5 * (seen.top() + seen.bottom()));
        if layout == Layout::Detail {
            scale *= self.rng.random_range(1.8..3.6f32);
            // What tells the options apart.
            let telling = self.plan.telling();
            let pieces: Vec<&Piece> =
                pieces.iter().filter(|(part, _)| *part == telling).map(|(_, piece)| piece).collect();
            let target = pieces.choose(self.rng).map_or(bounds, |piece| piece.bounds);
            x = 0.5 * (target.left() + target.right()) + 0.2 * target.width() * about(1.0, self.rng);
            y = 0.5 * (target.top() + target.bottom()) + 0.28 * target.height() * about(1.0, self.rng);
        }
        let unit = (width / seen.width()).min(height / seen.height()) * scale * 0.94;
        let (dx, dy) = (about(camera.shift, self.rng), about(camera.shift, self.rng));
        let mut turn = about(camera.rotation, self.rng);
        if self.plan.staging == Staging::Flat && self.rng.random_bool(0.15) {
            turn *= 4.0;
        }
        let mirror = if self.rng.random_bool(0.5) { -1.0 } else { 1.0 };
        Transform::from_translate(-x, -y)
            .post_concat(Transform::from_scale(mirror * unit, unit))
            .post_concat(Transform::from_rotate(turn))
            .post_translate(width * (0.5 + dx), height * (0.5 + dy))
    }

    fn cast(&mut self, pieces: &[(usize, Piece)], stage: Stage) {
        let mut cover = self.canvas.cover();
        pieces.iter().for_each(|(_, piece)| cover.fill(&piece.outline, stage.transform));
        let unit = stage.unit();
        let (distance, strength) = match (self.plan.staging, self.background) {
            (_, Background::White) => (1.0, self.rng.random_range(0.0..0.25f32)),
            (Staging::Worn, _) => (5.0, self.rng.random_range(0.0..0.3)),
            _ => (1.6, self.rng.random_range(0.15..0.45)),
        };
        let offset = (self.light.direction.0 * distance * unit * 2.0, distance * unit);
        self.canvas.cast_shadow(&cover, Shadow { offset, radius: (1.3 + distance) * unit, strength });
    }

    /// A person in what is sold and what is not.
    fn dressed(&mut self, pieces: Vec<(usize, Piece)>, view: &View, stage: Stage) {
        let person = person(view, self.rng);
        let hair = HAIR[self.rng.random_range(0..HAIR.len())];
        let hair = Form { lab: hair, part: part::HAIR, streaks: 0.5 };
        let skin = Form { lab: self.plan.skin, part: part::SKIN, streaks: 0.0 };
        self.painter(stage).draw_form(&person.hair_behind, hair);
        self.painter(stage).draw_form(&person.skin, skin);
        let company = self.plan.company.iter().enumerate();
        let mut layers: Vec<(u8, Wearing, Piece)> = company
            .map(|(k, one)| {
                let worn = piece(one.part.product, &one.part.cut, view);
                (depth(one.part.product.slot()), Wearing::Company(k), worn)
            })
            .collect();
        layers.extend(
            pieces
                .into_iter()
                .map(|(part, piece)| (depth(self.plan.parts[part].product.slot()), Wearing::Sold(part), piece)),
        );
        layers.sort_by_key(|&(depth, ..)| depth);
        let carried = layers.partition_point(|&(depth, ..)| depth < CARRIED);
        // Arms come after the outermost garment's body and before its sleeves; what lies under those is done before.
        let sleeved = layers[..carried].iter().rposition(|(.., piece)| !piece.over.is_empty()).unwrap_or(0);
        for (place, (_, wearing, piece)) in layers[..carried].iter().enumerate() {
            self.draw((*wearing, piece), false, stage);
            if place < sleeved {
                self.draw((*wearing, piece), true, stage);
            }
        }
        self.painter(stage).draw_form(&person.arms, skin);
        if let Some((_, wearing, piece)) = layers[..carried].get(sleeved) {
            self.draw((*wearing, piece), true, stage);
        }
        let face: Vec<(Path, f32)> = person.face.iter().map(|path| (path.clone(), 0.25)).collect();
        self.painter(stage).draw_lines(&face, dye([skin.lab[0] * 0.4, 12.0, 8.0]), part::SKIN);
        self.painter(stage).draw_form(&person.hair, hair);
        for (_, wearing, piece) in &layers[carried..] {
            self.draw((*wearing, piece), false, stage);
            self.draw((*wearing, piece), true, stage);
        }
    }

    fn carrier(&mut self, view: &View, stage: Stage) {
        match self.plan.staging {
            Staging::Mannequin => {
                let forms = mannequin(view, self.rng);
                let lab = [[88.0, 1.0, 6.0], [95.0, 0.0, 1.0], [12.0, 0.0, 0.0], [72.0, 4.0, 16.0]]
                    [self.rng.random_range(0..4)];
                self.painter(stage).draw_form(&forms, Form { lab, part: part::CARRIER, streaks: 0.0 });
            }
            Staging::Hanger => {
                let lines = hanger(self.rng);
                let colour = [[0.25, 0.13, 0.06], [0.02; 3], [0.6, 0.6, 0.62], [0.8; 3]][self.rng.random_range(0..4)];
                self.painter(stage).draw_lines(&lines, colour, part::CARRIER);
            }
            Staging::Worn | Staging::Flat => {}
        }
    }

    /// A piece, or its sleeves, in the option's colours or its own.
    fn draw(&mut self, (wearing, piece): (Wearing, &Piece), over: bool, stage: Stage) {
        let (part, palette, number): (&ProductPart, Vec<Rgb>, u8) = match wearing {
            Wearing::Sold(k) => {
                (&self.plan.parts[k], self.dyes[k].iter().map(|one| dye(one.lab)).collect(), k as u8 + 1)
            }
            Wearing::Company(k) => {
                let company = &self.plan.company[k];
                (&company.part, vec![dye(company.lab), [0.8; 3], [0.1; 3]], part::COMPANY)
            }
        };
        let fabric = fabric(part, number, &palette, self.rng);
        self.painter(stage).draw_piece(piece, over, &fabric);
    }

    fn painter(&mut self, stage: Stage) -> Painter<'_> {
        Painter { canvas: self.canvas, stage, rng: self.rng }
    }
}

/// Whose piece it is.
#[derive(Debug, Clone, Copy)]
enum Wearing {
    /// Part of what is sold, by its number.
    Sold(usize),
    /// Worn besides, by its number.
    Company(usize),
}

/// Hair: black, dark, brown, fair, grey; CIELAB.
const HAIR: [[f32; 3]; 8] = [
    [10.0, 1.0, 1.0],
    [12.0, 2.0, 2.0],
    [16.0, 4.0, 5.0],
    [18.0, 5.0, 7.0],
    [24.0, 7.0, 11.0],
    [32.0, 9.0, 16.0],
    [62.0, 8.0, 28.0],
    [55.0, 1.0, 3.0],
];
/// Hats and bags: over arms and hair.
const CARRIED: u8 = 5;

fn fabric<'a>(part: &'a ProductPart, number: u8, palette: &'a [Rgb], rng: &mut ChaCha8Rng) -> Fabric<'a> {
    let main = palette.first().copied().unwrap_or([0.5; 3]);
    let other = palette.get(1).copied().unwrap_or(main.map(|value| value * 0.8));
    Fabric {
        cloth: &part.cloth,
        design: part.design.as_ref(),
        palette,
        trim: part.trim.map_or(other, dye),
        print: part.print.then(|| [0, 1, 2].map(|_| rng.random::<f32>().powi(2))),
        part: number,
    }
}

/// What lies under what, from within.
fn depth(slot: Slot) -> u8 {
    match slot {
        Slot::Footwear => 0,
        Slot::Bottom => 1,
        Slot::Top => 2,
        Slot::Whole => 3,
        Slot::Outer => 4,
        Slot::Accessory => 5,
    }
}

fn union(bounds: impl Iterator<Item = Rect>) -> Option<Rect> {
    bounds.reduce(|a, b| {
        let (left, top) = (a.left().min(b.left()), a.top().min(b.top()));
        Rect::from_ltrb(left, top, a.right().max(b.right()), a.bottom().max(b.bottom())).unwrap_or(a)
    })
}

fn between(a: Rect, b: Rect, part: f32) -> Rect {
    let mix = |a: f32, b: f32| a + (b - a) * part;
    Rect::from_ltrb(
        mix(a.left(), b.left()),
        mix(a.top(), b.top()),
        mix(a.right(), b.right()),
        mix(a.bottom(), b.bottom()),
    )
    .unwrap_or(a)
}
