//! A product's paths, and the tailor that collects them.

use tiny_skia::{Path, PathBuilder, Rect, Transform};

use super::curve::{Knot, path, trace};
use super::cut::Cut;
use super::pose::{Placement, View, disc};

/// How a material falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drape {
    /// Diagonal creases of a worn garment.
    Body,
    /// Folds that run down and open.
    Pleats,
    /// Leather, canvas, plastic: no folds.
    Stiff,
    /// Quilted, bulging between seams.
    Padded,
}

/// What a detail is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetailKind {
    /// A thin darker line on the cloth; stroked.
    Seam,
    /// A soft crease; stroked.
    Fold,
    /// A piece of the same cloth on top, such as a collar or pocket; filled in the cloth, its edge shaded.
    Panel,
    /// Filled in the trim colour: contrasting collars, cuffs, soles.
    Trim,
    /// A line in the trim colour: laces, drawstrings, thin straps; stroked.
    Cord,
    /// A button; filled.
    Button,
    /// A zip; stroked.
    Zip,
    /// Buckles and rings; filled when its width is 0, else stroked.
    Metal,
    /// The inside of a neck, hood or waist: the cloth in deep shade; filled.
    Opening,
    /// Where a print would sit; not drawn unless there is one.
    PrintArea,
}

/// Something on the cloth.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What it is drawn as.
    pub kind: DetailKind,
    /// Its path in figure units.
    pub path: Path,
    /// Width of the line in figure units; 0 where the path is filled.
    pub width: f32,
    /// It lies on [`Piece::over`]; other details are drawn before that.
    pub over: bool,
}

/// A product as drawn: outline, then details not `over`, then the `over` paths, then details on them.
///
/// On a person: all pieces' outlines and details from the innermost out, the person's arms, then the `over` paths and
/// their details from the innermost out. A piece under an outer that has sleeves is finished before the outer instead.
#[derive(Debug, Clone)]
pub struct Piece {
    /// All the cloth, closed contours with non-zero winding.
    pub outline: Path,
    /// Parts drawn again over the rest (sleeves); with a person their arms come just before.
    pub over: Vec<Path>,
    /// Lines and areas on the cloth.
    pub details: Vec<Detail>,
    /// How the material falls.
    pub drape: Drape,
    /// Bounds of the outline by its control points: at most a little wider than what is drawn.
    pub bounds: Rect,
}

impl Piece {
    /// The same piece moved; `None` if the transform makes it vanish or overflow.
    pub fn transform(&self, by: Transform) -> Option<Self> {
        let (wide, high) = by.get_scale();
        let scale = (wide * high).sqrt();
        let outline = self.outline.clone().transform(by)?;
        let over = self.over.iter().map(|path| path.clone().transform(by)).collect::<Option<_>>()?;
        let moved = |detail: &Detail| {
            Some(Detail { path: detail.path.clone().transform(by)?, width: detail.width * scale, ..*detail })
        };
        let details = self.details.iter().map(moved).collect::<Option<_>>()?;
        Some(Self { bounds: outline.bounds(), outline, over, details, drape: self.drape })
    }
}

/// Collects the paths of one piece.
pub(crate) struct Tailor<'a> {
    pub cut: &'a Cut,
    pub view: &'a View,
    /// Product coordinates to figure units; applied before everything else.
    at: Transform,
    posed: bool,
    on_sleeve: bool,
    outline: PathBuilder,
    over: Vec<Path>,
    details: Vec<Detail>,
    pub drape: Drape,
}

impl<'a> Tailor<'a> {
    /// For something on the body, in its coordinates.
    pub fn worn(cut: &'a Cut, view: &'a View) -> Self {
        Self {
            cut,
            view,
            at: Transform::identity(),
            posed: true,
            on_sleeve: false,
            outline: PathBuilder::new(),
            over: Vec::new(),
            details: Vec::new(),
            drape: Drape::Body,
        }
    }

    /// For a product of its own; `carried` is where it goes when it is worn.
    pub fn product(cut: &'a Cut, view: &'a View, carried: Transform) -> Self {
        let worn = view.placement == Placement::Worn;
        let at = if worn { carried } else { Transform::identity() };
        Self { at, posed: worn, drape: Drape::Stiff, ..Self::worn(cut, view) }
    }

    fn place(&self, knots: &[Knot]) -> Vec<Knot> {
        knots
            .iter()
            .map(|knot| {
                let (x, y) = self.cut.warp(knot.x, knot.y);
                let x = if self.view.back && !self.posed { -x } else { x };
                let (x, y) =
                    (x * self.at.sx + y * self.at.kx + self.at.tx, x * self.at.ky + y * self.at.sy + self.at.ty);
                let (x, y) = if self.posed { self.view.pose.place(x, y) } else { (x, y) };
                Knot { x, y, ..*knot }
            })
            .collect()
    }

    fn scale(&self) -> f32 {
        self.at.sx.hypot(self.at.ky)
    }

    /// The front of a garment on the view: neither behind nor a mirror of it.
    pub fn front(&self) -> bool {
        !self.view.back
    }

    /// Whether the garment hangs open in front.
    pub fn open(&self) -> bool {
        self.view.open && !self.view.back
    }

    /// Whether skin or air fills the neck and waist.
    pub fn is_product(&self) -> bool {
        self.view.placement == Placement::Product
    }

    /// Adds cloth.
    pub fn cloth(&mut self, knots: &[Knot]) {
        let placed = self.place(knots);
        trace(&mut self.outline, &placed, true);
    }

    /// Adds cloth that lies over the rest; outlines of one sleeve together.
    pub fn sleeve(&mut self, outlines: &[Vec<Knot>]) {
        let mut part = PathBuilder::new();
        for knots in outlines {
            let placed = self.place(knots);
            trace(&mut part, &placed, true);
            trace(&mut self.outline, &placed, true);
        }
        self.over.extend(part.finish());
    }

    /// Details from now on lie on sleeves, or on the body again.
    pub fn draw_on_sleeve(&mut self, yes: bool) {
        self.on_sleeve = yes;
    }

    /// A filled area.
    pub fn area(&mut self, kind: DetailKind, knots: &[Knot]) {
        self.detail(kind, 0.0, path(&self.place(knots), true));
    }

    /// A filled area that is also part of the silhouette.
    pub fn flap(&mut self, kind: DetailKind, knots: &[Knot]) {
        self.cloth(knots);
        self.area(kind, knots);
    }

    /// A collar or cuff: of the trim colour where the cut has contrast.
    pub fn trim(&self) -> DetailKind {
        if self.cut.contrast { DetailKind::Trim } else { DetailKind::Panel }
    }

    /// A stroked line, `width` in figure units.
    pub fn line(&mut self, kind: DetailKind, width: f32, knots: &[Knot]) {
        self.detail(kind, width, path(&self.place(knots), false));
    }

    /// A seam of the usual width.
    pub fn seam(&mut self, knots: &[Knot]) {
        self.line(DetailKind::Seam, 0.3, knots);
    }

    /// A round spot.
    pub fn dot(&mut self, kind: DetailKind, (x, y): (f32, f32), radius: f32) {
        self.area(kind, &disc(x, y, radius));
    }

    fn detail(&mut self, kind: DetailKind, width: f32, path: Option<Path>) {
        let width = width * self.scale();
        let over = self.on_sleeve;
        self.details.extend(path.map(|path| Detail { kind, path, width, over }));
    }

    /// The piece; a dot if nothing was added.
    pub fn finish(self) -> Piece {
        let outline = self.outline.finish().unwrap_or_else(dot);
        let bounds = outline.bounds();
        Piece { bounds, outline, over: self.over, details: self.details, drape: self.drape }
    }
}

/// Stands in for an outline that has no extent.
fn dot() -> Path {
    PathBuilder::from_circle(0.0, 0.0, 0.5).expect("a circle of positive radius is a path")
}
