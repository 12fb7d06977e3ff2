//! The measures of things worn on the upper body, and their edges.

use super::curve::{Knot, mix, sharp, soft};
use super::cut::{Collar, Cut, Neckline, Waist};
use super::product::Product;

/// Measures of a body, half widths in figure units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub shoulder: f32,
    pub chest: f32,
    pub waist: f32,
    pub hem: f32,
    pub hem_y: f32,
    /// How much lower the middle of the hem is.
    pub drop: f32,
    /// Folds along the hem, and their depth.
    pub folds: usize,
    pub fold_depth: f32,
    pub armhole_y: f32,
    /// Half width of a sleeve at the elbow and its end.
    pub elbow: f32,
    pub wrist: f32,
    /// The hem is a rib that draws in.
    pub rib: bool,
    pub neck: f32,
    /// The sleeves are gathered into puffs.
    pub puff: bool,
}

/// A sleeve rounds the shoulder off: its seam is this much further in.
pub(crate) const SHOULDER_ROUND: f32 = 1.1;

/// Ranges: shoulder, chest, waist, hem, hem height, elbow, wrist.
type Ranges = [(f32, f32); 7];

fn ranges(product: Product) -> Ranges {
    match product {
        Product::Tshirt => [(10.8, 13.6), (10.2, 13.6), (9.0, 13.4), (10.0, 14.0), (-1.0, 7.0), (3.5, 5.6), (3.2, 5.6)],
        Product::Polo => [(11.0, 12.8), (10.8, 13.0), (10.2, 12.8), (10.8, 13.0), (2.0, 6.0), (3.6, 4.8), (3.2, 4.6)],
        Product::Shirt => [(11.0, 13.2), (10.8, 14.0), (9.8, 13.8), (10.8, 14.4), (2.0, 9.0), (3.2, 4.8), (2.3, 3.0)],
        Product::Blouse => [(10.0, 11.6), (10.0, 12.8), (8.4, 12.4), (9.8, 14.0), (-4.0, 4.0), (3.6, 6.0), (2.6, 4.6)],
        Product::Camisole => [(7.0, 8.0), (9.4, 10.4), (8.0, 10.0), (9.2, 11.6), (-5.0, 3.0), (3.0, 3.0), (2.0, 2.0)],
        Product::Sweater => [(11.4, 14.8), (11.0, 15.4), (9.8, 15.2), (9.8, 13.8), (-3.0, 6.0), (3.6, 5.8), (2.4, 3.4)],
        Product::Cardigan => {
            [(11.2, 14.0), (10.8, 14.8), (10.0, 14.4), (10.0, 14.0), (-4.0, 10.0), (3.6, 5.4), (2.4, 3.4)]
        }
        Product::Hoodie => [(12.0, 15.2), (12.0, 15.8), (11.4, 15.6), (10.8, 14.0), (0.0, 7.0), (4.2, 6.2), (2.7, 3.4)],
        Product::Vest => [(9.4, 11.6), (10.2, 13.4), (8.8, 13.0), (9.8, 13.4), (-5.0, 5.0), (3.0, 3.0), (2.0, 2.0)],
        Product::Jacket => {
            [(11.8, 14.6), (11.6, 15.2), (10.6, 14.8), (10.6, 13.6), (-6.0, 3.0), (4.2, 5.8), (2.8, 3.6)]
        }
        Product::Blazer => [(12.0, 14.4), (11.4, 14.2), (9.8, 13.6), (11.8, 14.8), (4.0, 13.0), (4.0, 5.2), (2.9, 3.6)],
        Product::Coat => [(12.2, 14.8), (12.0, 14.8), (10.6, 14.2), (13.0, 19.0), (16.0, 36.0), (4.4, 6.0), (3.3, 4.4)],
        Product::DownJacket => {
            [(13.4, 15.8), (13.6, 17.2), (12.8, 17.4), (13.0, 18.4), (-2.0, 28.0), (5.2, 7.0), (3.2, 4.2)]
        }
        Product::Dress => [(9.8, 11.2), (9.6, 11.2), (7.6, 9.4), (14.0, 24.0), (14.0, 27.0), (3.2, 5.0), (2.4, 4.0)],
        Product::LongDress => {
            [(9.8, 11.2), (9.6, 11.0), (7.6, 9.8), (13.0, 27.0), (30.0, 45.0), (3.2, 5.2), (2.4, 4.0)]
        }
        Product::SlipDress => [(7.0, 8.0), (9.2, 10.2), (7.8, 9.8), (11.4, 17.0), (16.0, 40.0), (3.0, 3.0), (2.0, 2.0)],
        Product::ShirtDress => {
            [(10.8, 12.6), (10.6, 12.8), (9.0, 12.0), (13.0, 19.0), (14.0, 32.0), (3.4, 4.8), (2.4, 3.2)]
        }
        _ => [(9.8, 11.0), (9.6, 11.0), (7.9, 9.4), (8.0, 9.5), (-9.2, -8.8), (3.4, 4.6), (2.4, 3.2)],
    }
}

impl Block {
    /// The measures of a cut.
    pub fn new(product: Product, cut: &Cut) -> Self {
        let [shoulder, chest, waist, hem, hem_y, elbow, wrist] = ranges(product);
        let at = |range: (f32, f32), share: f32| mix(range.0, range.1, share);
        let gown = matches!(product, Product::Dress | Product::LongDress | Product::SlipDress | Product::ShirtDress);
        let hem_share = if gown || product == Product::Coat { cut.flare } else { 0.7 * cut.ease + 0.3 * cut.flare };
        let folds = if gown && cut.flare > 0.25 { 3 + usize::from(cut.model % 4) } else { 0 };
        let waist_width = at(waist, cut.ease);
        Self {
            shoulder: at(shoulder, cut.ease) * 0.95,
            chest: at(chest, cut.ease) * 0.96,
            waist: if cut.waist == Waist::Belt { waist_width.min(10.4) } else { waist_width },
            hem: at(hem, hem_share),
            hem_y: at(hem_y, cut.length),
            drop: match product {
                Product::Shirt => 1.0 + 2.2 * cut.proportion[0],
                Product::Camisole | Product::Blouse => 0.8,
                _ if gown => 1.2 + cut.flare,
                _ => 0.7,
            },
            folds,
            fold_depth: 0.5 + 0.6 * cut.flare,
            armhole_y: mix(-22.5, -18.5, cut.ease),
            elbow: at(elbow, cut.sleeve_width),
            wrist: at(wrist, cut.sleeve_width),
            rib: matches!(product, Product::Sweater | Product::Hoodie)
                || (matches!(product, Product::Jacket | Product::Cardigan) && cut.proportion[1] > 0.4),
            puff: matches!(product, Product::Blouse | Product::Dress | Product::LongDress)
                && cut.model.is_multiple_of(2)
                && cut.sleeve_width > 0.55,
            neck: match (cut.collar, cut.neckline) {
                (Collar::None, Neckline::Boat) => 7.0,
                (Collar::None, Neckline::Square) => 5.6,
                (Collar::None, Neckline::Scoop) => 5.0,
                (Collar::None, Neckline::Turtle) => 3.4,
                (Collar::None | Collar::Round, _) => mix(3.5, 4.5, cut.proportion[2]),
                _ => 3.6,
            },
        }
    }
    /// Height of the shoulder line at an `x` off the centre.
    pub fn shoulder_y(&self, x: f32) -> f32 {
        -34.1 + 0.27 * (x - 3.0).max(-0.5)
    }

    /// Half width of the body at a height.
    pub fn width_at(&self, y: f32) -> f32 {
        let low = self.hem_y.max(-9.0);
        if y < -10.0 {
            mix(self.chest, self.waist, ((y - self.armhole_y) / (-10.0 - self.armhole_y)).clamp(0.0, 1.0))
        } else {
            mix(self.waist, self.hem, ((y + 10.0) / (low + 10.0)).clamp(0.0, 1.0))
        }
    }

    /// Edge of the neck from the centre to the shoulder, right side, seen from in front.
    pub fn neck_edge(&self, cut: &Cut) -> Vec<Knot> {
        let top = self.shoulder_y(self.neck);
        let end = sharp(self.neck, top);
        let deep = cut.proportion[0];
        match (cut.collar, cut.neckline) {
            (Collar::Lapel, _) => vec![sharp(0.0, mix(-20.0, -12.0, deep)), end],
            (Collar::Shirt, _) => vec![sharp(0.0, -30.6), end],
            (Collar::Stand | Collar::Hood, _) => vec![soft(0.0, -31.6), soft(2.4, -32.2), end],
            (_, Neckline::Vee) => vec![sharp(0.0, mix(-27.0, -20.0, deep)), soft(2.2, mix(-30.0, -27.5, deep)), end],
            (_, Neckline::Scoop) => {
                let low = mix(-28.6, -25.5, deep);
                vec![soft(0.0, low), soft(3.0, low - 1.1), soft(4.5, top + 2.8), end]
            }
            (_, Neckline::Square) => {
                let low = mix(-28.5, -25.0, deep);
                vec![soft(0.0, low + 0.2), sharp(self.neck - 0.4, low), end]
            }
            (_, Neckline::Boat) => vec![soft(0.0, top + 1.3), soft(4.5, top + 0.9), end],
            (_, Neckline::Turtle) => vec![soft(0.0, -36.7), sharp(3.0, -37.2), soft(3.05, -35.2), end],
            _ => {
                let low = mix(-31.2, -29.6, deep);
                vec![soft(0.0, low), soft(self.neck * 0.66, low - 0.75 - 0.3 * deep), end]
            }
        }
    }

    /// Edge of the neck seen from behind.
    pub fn back_edge(&self, cut: &Cut) -> Vec<Knot> {
        if cut.neckline == Neckline::Turtle && cut.collar == Collar::None {
            return self.neck_edge(cut);
        }
        let top = self.shoulder_y(self.neck);
        vec![soft(0.0, top + 0.9), soft(self.neck * 0.6, top + 0.6), sharp(self.neck, top)]
    }

    /// From the shoulder down to the hem's corner, right side.
    pub fn side_edge(&self, sleeveless: bool) -> Vec<Knot> {
        let end = self.shoulder - if sleeveless { 0.0 } else { SHOULDER_ROUND };
        let tip = self.shoulder_y(end);
        let mut edge = vec![sharp(end, tip)];
        if sleeveless {
            edge.push(soft(self.shoulder - 1.3, tip + 4.6));
        }
        edge.push(sharp(self.chest, self.armhole_y));
        if self.hem_y > -7.0 {
            edge.push(soft(self.waist, -10.0));
        }
        let hip = self.width_at(0.0).max(if self.hem_y > 3.0 { 10.2 } else { 0.0 });
        if self.hem_y > 6.0 {
            edge.push(soft(hip, 0.5));
        }
        if self.hem_y > 20.0 {
            let y = self.hem_y * 0.5;
            edge.push(soft(mix(hip, self.hem, 0.46), y));
        }
        if self.rib {
            edge.push(soft(self.width_at(self.hem_y - 5.0).max(self.hem + 0.9), self.hem_y - 3.6));
            edge.push(sharp(self.hem + 0.2, self.hem_y - 2.6));
        }
        edge.push(sharp(self.hem, self.hem_y));
        edge
    }

    /// The hem from the right corner to the left, without the corners.
    pub fn hem_edge(&self, cut: &Cut) -> Vec<Knot> {
        Hem { half: self.hem, y: self.hem_y, drop: self.drop, folds: self.folds, depth: self.fold_depth }.knots(cut)
    }
}

/// The lower edge of a garment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hem {
    /// Half width at its ends.
    pub half: f32,
    /// Height of its ends.
    pub y: f32,
    /// How much lower the middle is.
    pub drop: f32,
    /// Folds along it, and how deep they wave.
    pub folds: usize,
    pub depth: f32,
}

impl Hem {
    /// Knots from right to left without the ends: a shallow arc, wavy where the cloth falls in folds.
    pub fn knots(&self, cut: &Cut) -> Vec<Knot> {
        let Self { half, y, drop, folds, depth } = *self;
        if folds == 0 {
            return vec![soft(half * 0.5, y + drop * 0.8), soft(0.0, y + drop), soft(-half * 0.5, y + drop * 0.8)];
        }
        let steps = folds * 2;
        (1..steps)
            .map(|step| {
                let across = 1.0 - 2.0 * (step as f32 + 0.25 * cut.irregular(step)) / steps as f32;
                let arc = drop * (1.0 - across * across);
                let wave = if step % 2 == 0 { -depth } else { depth } * (0.75 + 0.25 * cut.irregular(step + 7));
                soft(half * across, y + arc + wave)
            })
            .collect()
    }
}
