//! The silhouettes: outlines in garment units, `x` right of the centre line and `y` down, both within about +-50.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Path, PathBuilder, Point, Transform};

/// A step of an outline: straight, or a quadratic curve by control point and end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    L(f32, f32),
    Q(f32, f32, f32, f32),
}
use Step::{L, Q};

/// What a line beside the outline is drawn as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Detail {
    /// A seam, hem or fold edge: a thin shade on the cloth.
    Seam,
    /// A strap in the cloth's colour and of this width; part of the silhouette.
    Strap(f32),
    /// A pale area, such as a sole.
    Pale,
    /// A pale cord of this width, such as laces and buttons.
    Cord(f32),
}

/// A line: kind, start, steps; lines of mirrored shapes are mirrored too.
type Line = (Detail, (f32, f32), &'static [Step]);

/// How cloth falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drape {
    /// Diagonal creases of a top.
    Body,
    /// Folds that run down and open.
    Pleats,
    /// Stiff leather or canvas.
    Stiff,
}

/// A garment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub chinese: &'static [&'static str],
    pub english: &'static [&'static str],
    pub drape: Drape,
    start: (f32, f32),
    outline: &'static [Step],
    mirrored: bool,
    lines: &'static [Line],
    /// Scale and vertical shift: smaller for the parts of an outfit.
    scale: f32,
    shift: f32,
}

/// What garments of one listing share: the pattern they were sewn by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    width: f32,
    flare: f32,
    sway: f32,
    phase: f32,
}

impl Cut {
    pub fn choose(rng: &mut ChaCha8Rng) -> Self {
        Self {
            width: rng.random_range(0.92..1.08),
            flare: rng.random_range(-0.0012..0.0016),
            sway: rng.random_range(0.0..1.6),
            phase: rng.random_range(0.0..std::f32::consts::TAU),
        }
    }

    /// Where a point of the drawing lies on this garment.
    fn place(&self, shape: &Shape, x: f32, y: f32) -> Point {
        let wide = x * self.width * (1.0 + self.flare * y) + self.sway * (y * 0.05 + self.phase).sin();
        Point::from_xy(
            wide * shape.scale,
            (y + 0.6 * self.sway * (x * 0.07 + self.phase).cos()) * shape.scale + shape.shift,
        )
    }
}

impl Shape {
    /// Outline as a closed path.
    pub fn outline(&self, cut: &Cut, to_pixels: Transform) -> Option<Path> {
        let mut path = PathBuilder::new();
        self.trace(&mut path, cut, self.start, self.outline, 1.0);
        if self.mirrored {
            self.trace_back(&mut path, cut);
        }
        path.close();
        path.finish()?.transform(to_pixels)
    }

    /// The lines beside the outline, the mirrored ones included.
    pub fn lines(&self, cut: &Cut, to_pixels: Transform) -> Vec<(Detail, Path)> {
        let sides: &[f32] = if self.mirrored { &[1.0, -1.0] } else { &[1.0] };
        let drawn = |&(detail, start, steps): &Line, side: f32| {
            let mut path = PathBuilder::new();
            self.trace(&mut path, cut, start, steps, side);
            Some((detail, path.finish()?.transform(to_pixels)?))
        };
        self.lines.iter().flat_map(|line| sides.iter().filter_map(move |&side| drawn(line, side))).collect()
    }

    /// Scale of the garment's units, for widths.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    fn trace(&self, path: &mut PathBuilder, cut: &Cut, start: (f32, f32), steps: &[Step], side: f32) {
        let at = |x: f32, y: f32| cut.place(self, side * x, y);
        let from = at(start.0, start.1);
        path.move_to(from.x, from.y);
        for step in steps {
            match *step {
                L(x, y) => {
                    let to = at(x, y);
                    path.line_to(to.x, to.y);
                }
                Q(cx, cy, x, y) => {
                    let (control, to) = (at(cx, cy), at(x, y));
                    path.quad_to(control.x, control.y, to.x, to.y);
                }
            }
        }
    }

    /// The left half of a mirrored outline, from its end back to its start.
    fn trace_back(&self, path: &mut PathBuilder, cut: &Cut) {
        let end = |step: &Step| match *step {
            L(x, y) | Q(_, _, x, y) => (x, y),
        };
        for (k, step) in self.outline.iter().enumerate().rev() {
            let (x, y) = if k == 0 { self.start } else { end(&self.outline[k - 1]) };
            let to = cut.place(self, -x, y);
            match *step {
                L(..) => path.line_to(to.x, to.y),
                Q(cx, cy, ..) => {
                    let control = cut.place(self, -cx, cy);
                    path.quad_to(control.x, control.y, to.x, to.y);
                }
            }
        }
    }

    fn part(self, scale: f32, shift: f32) -> Self {
        Self { scale, shift, ..self }
    }
}

/// Any one garment.
pub(super) fn single(rng: &mut ChaCha8Rng) -> Shape {
    SHAPES.choose(rng).copied().unwrap_or(SHAPES[0])
}

/// A top and what goes under it.
pub(super) fn outfit(rng: &mut ChaCha8Rng) -> Vec<Shape> {
    let top = SHAPES[rng.random_range(0..2)];
    let (lower, shift) =
        *[(SHAPES[3], 24.0), (SHAPES[4], 25.0), (SHAPES[5], 21.0)].choose(rng).unwrap_or(&(SHAPES[4], 25.0));
    vec![top.part(0.7, -23.0), lower.part(0.7, shift)]
}

const WHOLE: Shape = Shape {
    chinese: &[],
    english: &[],
    drape: Drape::Body,
    start: (0.0, 0.0),
    outline: &[],
    mirrored: true,
    lines: &[],
    scale: 1.0,
    shift: 0.0,
};

/// T-shirt, long sleeve, dress, trousers, skirt, shorts, shoe, bag.
#[rustfmt::skip]
const SHAPES: [Shape; 8] = [
    Shape {
        chinese: &["上衣", "T恤", "短袖"], english: &["t-shirt", "tee"], start: (0.0, -35.0),
        outline: &[Q(8.0, -35.5, 10.5, -43.0), L(20.0, -40.0), Q(29.0, -37.5, 33.0, -30.0), L(44.0, -11.0), Q(38.0, -6.0, 32.0, -5.0),
            L(25.5, -17.0), Q(24.0, 10.0, 26.0, 40.0), Q(13.0, 42.5, 0.0, 42.5)],
        lines: &[(Detail::Seam, (0.0, -31.8), &[Q(10.0, -32.5, 13.5, -42.0)]), (Detail::Seam, (21.0, -39.7), &[Q(23.5, -28.0, 25.5, -17.0)]),
            (Detail::Seam, (42.6, -13.6), &[Q(37.0, -8.8, 30.8, -7.6)]), (Detail::Seam, (26.0, 37.5), &[Q(13.0, 40.0, 0.0, 40.0)])],
        ..WHOLE
    },
    Shape {
        chinese: &["上衣", "毛衣", "卫衣"], english: &["sweater", "sweatshirt"], start: (0.0, -37.5),
        outline: &[Q(8.0, -38.0, 10.5, -44.0), L(20.0, -40.5), Q(29.5, -38.0, 32.0, -29.0), Q(39.0, 0.0, 43.0, 31.0), Q(38.0, 34.5, 33.5, 33.5),
            Q(30.5, 8.0, 25.5, -14.0), Q(25.5, 14.0, 27.0, 41.0), Q(13.0, 43.5, 0.0, 43.5)],
        lines: &[(Detail::Seam, (0.0, -33.8), &[Q(11.0, -34.5, 14.0, -42.7)]), (Detail::Seam, (21.0, -40.0), &[Q(24.0, -28.0, 25.5, -14.0)]),
            (Detail::Seam, (42.4, 26.0), &[Q(37.5, 29.0, 33.0, 28.2)]), (Detail::Seam, (26.8, 36.0), &[Q(13.0, 38.5, 0.0, 38.5)])],
        ..WHOLE
    },
    Shape {
        chinese: &["连衣裙", "裙子", "长裙"], english: &["dress"], scale: 1.16, drape: Drape::Pleats, start: (0.0, -32.0),
        outline: &[Q(7.0, -33.0, 10.0, -46.0), L(15.0, -46.0), Q(14.5, -32.0, 20.5, -25.0), Q(16.5, -16.0, 14.5, -8.0), Q(22.0, 16.0, 33.0, 45.0),
            Q(17.0, 49.5, 0.0, 49.5)],
        lines: &[(Detail::Seam, (0.0, -6.2), &[Q(8.0, -6.6, 14.6, -8.4)]), (Detail::Seam, (0.0, -9.4), &[Q(8.0, -9.8, 14.7, -11.4)])],
        ..WHOLE
    },
    Shape {
        chinese: &["裤子", "长裤", "裤"], english: &["trousers", "pants"], scale: 1.2, start: (0.0, -46.0),
        outline: &[L(17.5, -46.0), Q(24.0, -30.0, 23.0, -10.0), Q(23.0, 20.0, 20.5, 47.0), Q(14.0, 49.0, 7.5, 48.0), Q(6.0, 10.0, 0.8, -9.0), L(0.0, -9.5)],
        lines: &[(Detail::Seam, (0.0, -40.5), &[L(18.8, -40.5)]), (Detail::Seam, (0.0, -40.5), &[Q(1.2, -24.0, 0.0, -9.5)]),
            (Detail::Seam, (11.0, -40.2), &[Q(12.5, -31.0, 22.0, -29.0)]), (Detail::Seam, (14.5, -20.0), &[Q(15.5, 15.0, 14.0, 47.0)])],
        ..WHOLE
    },
    Shape {
        chinese: &["裙子", "半身裙", "短裙"], english: &["skirt"], scale: 1.25, drape: Drape::Pleats, start: (0.0, -34.0),
        outline: &[L(16.0, -34.5), Q(22.0, -10.0, 35.0, 31.0), Q(18.0, 37.5, 0.0, 37.5)],
        lines: &[(Detail::Seam, (0.0, -28.0), &[Q(9.0, -28.0, 17.6, -28.6)])],
        ..WHOLE
    },
    Shape {
        chinese: &["短裤", "裤子"], english: &["shorts"], scale: 1.35, start: (0.0, -30.0),
        outline: &[L(19.5, -30.5), Q(26.0, -15.0, 30.5, 23.0), Q(18.0, 28.5, 4.5, 28.0), Q(3.5, 12.0, 0.8, 2.0), L(0.0, 1.0)],
        lines: &[(Detail::Seam, (0.0, -24.5), &[L(21.0, -24.8)]), (Detail::Seam, (0.0, -24.5), &[Q(1.2, -12.0, 0.0, 1.0)]),
            (Detail::Seam, (12.0, -24.5), &[Q(13.0, -14.0, 24.8, -12.0)]), (Detail::Seam, (30.1, 20.0), &[Q(18.0, 25.0, 4.2, 24.8)]),
            (Detail::Cord(1.0), (2.2, -28.0), &[Q(6.0, -18.0, 3.4, -11.0)])],
        ..WHOLE
    },
    Shape {
        chinese: &["鞋", "板鞋", "运动鞋"], english: &["sneakers", "shoes"], drape: Drape::Stiff, mirrored: false, start: (-40.0, -19.0),
        outline: &[Q(-45.0, 4.0, -43.0, 21.0), L(45.0, 21.0), Q(49.0, 12.0, 41.0, 6.0), Q(33.0, 1.5, 22.0, -2.0), Q(9.0, -9.0, 1.0, -24.0),
            Q(-6.0, -30.0, -12.0, -24.0), Q(-20.0, -13.0, -30.0, -20.0), Q(-36.0, -26.0, -40.0, -19.0)],
        lines: &[(Detail::Pale, (-44.0, 15.5), &[Q(0.0, 18.5, 46.2, 14.5), Q(51.0, 20.0, 44.5, 25.0), L(-42.0, 25.0), Q(-46.0, 24.0, -44.0, 15.5)]),
            (Detail::Seam, (26.0, 15.5), &[Q(24.0, 4.0, 31.0, 1.5)]), (Detail::Seam, (-30.0, 15.5), &[Q(-26.0, -2.0, -32.0, -20.5)]),
            (Detail::Seam, (-9.0, -24.0), &[Q(-2.0, 2.0, 18.0, 5.0), Q(22.0, 2.0, 21.5, -2.0)]),
            (Detail::Cord(1.7), (-7.0, -16.0), &[L(4.0, -20.0)]), (Detail::Cord(1.7), (-3.5, -9.5), &[L(8.5, -14.0)]), (Detail::Cord(1.7), (1.5, -3.8), &[L(13.5, -8.8)]),
            (Detail::Cord(1.7), (8.5, 1.0), &[L(19.0, -4.2)])],
        ..WHOLE
    },
    Shape {
        chinese: &["包", "手提包", "托特包"], english: &["bag", "handbag"], scale: 1.06, drape: Drape::Stiff, start: (0.0, -12.0),
        outline: &[L(28.0, -12.5), Q(34.0, -12.5, 34.8, -6.0), L(39.0, 31.0), Q(39.5, 40.0, 31.0, 40.5), L(0.0, 40.5)],
        lines: &[(Detail::Strap(4.6), (17.0, -8.0), &[Q(17.0, -40.0, 0.0, -40.0)]), (Detail::Seam, (0.0, -8.4), &[L(31.0, -8.4)]),
            (Detail::Seam, (0.0, 14.0), &[Q(22.0, 14.0, 31.5, -8.4)]), (Detail::Seam, (0.0, 36.8), &[L(36.0, 36.8)]), (Detail::Cord(3.6), (0.0, 12.0), &[L(0.0, 16.0)])],
        ..WHOLE
    },
];
