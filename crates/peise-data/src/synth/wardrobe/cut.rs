//! Sewing patterns: what the photos of one listing's product share.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

use super::curve::wave;
use super::product::Product;

/// The edge around the neck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neckline {
    /// Round and close.
    Crew,
    /// A point.
    Vee,
    /// Round and deep.
    Scoop,
    /// Straight with corners.
    Square,
    /// Wide and flat.
    Boat,
    /// A tube of cloth up the neck.
    Turtle,
    /// Two thin straps over a straight or heart-shaped edge.
    Straps,
}

/// What stands at the neck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collar {
    /// Nothing.
    None,
    /// A shirt's collar.
    Shirt,
    /// A blazer's or coat's lapels.
    Lapel,
    /// An upright band.
    Stand,
    /// Round flat leaves.
    Round,
    /// A hood.
    Hood,
}

/// How the front closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closure {
    /// Not at all.
    None,
    /// A row of buttons.
    Buttons,
    /// A few buttons from the neck.
    Placket,
    /// Two rows of buttons.
    Double,
    /// A zip.
    Zip,
}

/// Pockets that show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pockets {
    /// None.
    None,
    /// One or two on the chest.
    Chest,
    /// Sewn on at the hips.
    Patch,
    /// Slanted openings.
    Slant,
    /// A hoodie's wide pocket.
    Kangaroo,
    /// Flapped ones at the thighs.
    Cargo,
}

/// What holds the waist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waist {
    /// Nothing that shows.
    Plain,
    /// A seam.
    Seam,
    /// Gathered elastic.
    Elastic,
    /// A belt.
    Belt,
}

/// One sewing pattern. Shares are 0..=1 within what the product allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Close-fitting to oversized.
    pub ease: f32,
    /// Short to long.
    pub length: f32,
    /// Straight to flared.
    pub flare: f32,
    /// Sleeve length as a share of the arm; 0 for none, 1 to the wrist.
    pub sleeve: f32,
    /// Narrow to wide sleeves.
    pub sleeve_width: f32,
    /// Edge of the neck.
    pub neckline: Neckline,
    /// What stands at the neck.
    pub collar: Collar,
    /// How the front closes.
    pub closure: Closure,
    /// Pockets that show.
    pub pockets: Pockets,
    /// What holds the waist.
    pub waist: Waist,
    /// Collar, cuffs and hems are of another colour.
    pub contrast: bool,
    /// Which of the product's models, for shoes, bags and hats.
    pub model: u8,
    /// Free proportions of the model.
    pub proportion: [f32; 3],
    sway: f32,
    phase: [f32; 3],
}

impl Cut {
    /// A pattern for a product.
    pub fn choose(product: Product, rng: &mut ChaCha8Rng) -> Self {
        let share = |rng: &mut ChaCha8Rng| rng.random_range(0.0_f32..1.0);
        let mut cut = Self {
            ease: share(rng),
            length: share(rng),
            flare: share(rng),
            sleeve: 0.0,
            sleeve_width: share(rng),
            neckline: Neckline::Crew,
            collar: Collar::None,
            closure: Closure::None,
            pockets: Pockets::None,
            waist: Waist::Plain,
            contrast: rng.random_bool(0.2),
            model: rng.random_range(0..=255),
            proportion: [share(rng), share(rng), share(rng)],
            sway: rng.random_range(0.1..0.45),
            phase: [share(rng) * TAU, share(rng) * TAU, share(rng) * TAU],
        };
        cut.dress_up(product, rng);
        cut
    }

    /// The same pattern close-fitting, as worn under an outer.
    #[must_use]
    pub fn slim(self) -> Self {
        Self {
            ease: self.ease * 0.25,
            sleeve_width: self.sleeve_width * 0.3,
            flare: self.flare * 0.5,
            length: self.length * 0.7,
            ..self
        }
    }

    fn dress_up(&mut self, product: Product, rng: &mut ChaCha8Rng) {
        let sleeves: &[(f32, f32)] = match product {
            Product::Tshirt | Product::Polo => &[(0.3, 0.45), (0.34, 0.42), (0.4, 0.5)],
            Product::Shirt => &[(1.0, 1.0), (1.0, 1.0), (0.38, 0.46)],
            Product::Blouse => &[(1.0, 1.0), (0.3, 0.4), (0.7, 0.85)],
            Product::Dress | Product::LongDress => &[(0.22, 0.36), (0.36, 0.46), (1.0, 1.0), (0.0, 0.0)],
            Product::ShirtDress => &[(1.0, 1.0), (0.36, 0.46)],
            Product::Jumpsuit => &[(0.0, 0.0), (0.3, 0.4), (1.0, 1.0)],
            Product::Sweater | Product::Cardigan | Product::Hoodie | Product::Jacket => &[(1.0, 1.03)],
            Product::Blazer | Product::Coat | Product::DownJacket => &[(1.0, 1.04)],
            _ => &[(0.0, 0.0)],
        };
        if let Some(&(low, high)) = sleeves.choose(rng) {
            self.sleeve = if high > low { rng.random_range(low..high) } else { low };
        }
        let necks: &[Neckline] = match product {
            Product::Dress | Product::LongDress => {
                &[Neckline::Crew, Neckline::Vee, Neckline::Square, Neckline::Scoop, Neckline::Boat]
            }
            Product::SlipDress | Product::Camisole => &[Neckline::Straps],
            Product::Jumpsuit => &[Neckline::Straps, Neckline::Vee, Neckline::Square],
            Product::Tshirt => &[Neckline::Crew, Neckline::Crew, Neckline::Crew, Neckline::Vee, Neckline::Scoop],
            Product::Sweater => &[Neckline::Crew, Neckline::Crew, Neckline::Turtle, Neckline::Vee],
            Product::Blouse => &[Neckline::Vee, Neckline::Square, Neckline::Crew, Neckline::Boat],
            Product::Cardigan => &[Neckline::Vee, Neckline::Vee, Neckline::Crew],
            Product::Vest => &[Neckline::Vee],
            _ => &[Neckline::Crew],
        };
        self.neckline = necks.choose(rng).copied().unwrap_or(Neckline::Crew);
        let collars: &[Collar] = match product {
            Product::Shirt | Product::ShirtDress | Product::Polo => &[Collar::Shirt],
            Product::Blouse => &[Collar::None, Collar::Round, Collar::None],
            Product::Dress => &[Collar::None, Collar::None, Collar::Round],
            Product::Hoodie => &[Collar::Hood, Collar::Hood, Collar::Hood, Collar::None],
            Product::Jacket => &[Collar::Shirt, Collar::Stand, Collar::Shirt, Collar::Hood],
            Product::Blazer | Product::Coat => &[Collar::Lapel],
            Product::DownJacket => &[Collar::Stand, Collar::Hood],
            _ => &[Collar::None],
        };
        self.collar = collars.choose(rng).copied().unwrap_or(Collar::None);
        let closures: &[Closure] = match product {
            Product::Shirt | Product::ShirtDress | Product::Cardigan => &[Closure::Buttons],
            Product::Vest => &[Closure::Buttons, Closure::Buttons, Closure::Zip, Closure::None],
            Product::Blouse => &[Closure::None, Closure::Buttons],
            Product::Dress => &[Closure::None, Closure::None, Closure::Placket],
            Product::Polo => &[Closure::Placket],
            Product::Hoodie => &[Closure::None, Closure::None, Closure::Zip],
            Product::Jacket => &[Closure::Zip, Closure::Buttons],
            Product::DownJacket => &[Closure::Zip],
            Product::Blazer | Product::Coat => &[Closure::Buttons, Closure::Double],
            _ => &[Closure::None],
        };
        self.closure = closures.choose(rng).copied().unwrap_or(Closure::None);
        let pockets: &[Pockets] = match product {
            Product::Tshirt => &[Pockets::None, Pockets::None, Pockets::None, Pockets::Chest],
            Product::Shirt | Product::ShirtDress => &[Pockets::Chest, Pockets::None],
            Product::Hoodie => &[Pockets::Kangaroo],
            Product::Jacket => &[Pockets::Chest, Pockets::Slant, Pockets::Patch],
            Product::Vest => &[Pockets::Slant, Pockets::None, Pockets::Chest],
            Product::Blazer | Product::Coat => &[Pockets::Patch, Pockets::Slant],
            Product::DownJacket | Product::Trousers | Product::WideTrousers | Product::Jeans => &[Pockets::Slant],
            Product::Joggers => &[Pockets::Slant, Pockets::Cargo],
            Product::Shorts => &[Pockets::Slant, Pockets::Slant, Pockets::Cargo],
            Product::Cardigan => &[Pockets::None, Pockets::Patch],
            Product::Skirt => &[Pockets::None, Pockets::Slant, Pockets::Patch],
            _ => &[Pockets::None],
        };
        self.pockets = pockets.choose(rng).copied().unwrap_or(Pockets::None);
        let waists: &[Waist] = match product {
            Product::Dress | Product::LongDress => {
                &[Waist::Seam, Waist::Seam, Waist::Belt, Waist::Elastic, Waist::Plain]
            }
            Product::ShirtDress => &[Waist::Belt, Waist::Plain],
            Product::Jumpsuit => &[Waist::Belt, Waist::Elastic, Waist::Seam],
            Product::Coat => &[Waist::Plain, Waist::Plain, Waist::Belt],
            Product::DownJacket => &[Waist::Plain, Waist::Plain, Waist::Plain, Waist::Belt],
            Product::Joggers | Product::LongSkirt => &[Waist::Elastic],
            Product::Shorts => &[Waist::Elastic, Waist::Seam, Waist::Seam],
            Product::WideTrousers => &[Waist::Seam, Waist::Elastic, Waist::Belt],
            _ => &[Waist::Seam],
        };
        self.waist = waists.choose(rng).copied().unwrap_or(Waist::Seam);
    }

    /// The cloth never lies quite straight: a smooth shift of a place, under a unit.
    pub(crate) fn warp(&self, x: f32, y: f32) -> (f32, f32) {
        let [slow, fast, across] = self.phase;
        (
            x + self.sway * (wave(y * 0.11 + slow) + 0.5 * wave(y * 0.29 + x * 0.05 + fast)),
            y + self.sway * wave(x * 0.13 + across) * 0.9,
        )
    }

    /// A repeatable irregularity of this cut, -1..1, for the `index`-th of some things.
    pub(crate) fn irregular(&self, index: usize) -> f32 {
        let step = index as f32;
        0.6 * wave(step * 2.4 + self.phase[0]) + 0.4 * wave(step * 5.3 + self.phase[1])
    }
}
