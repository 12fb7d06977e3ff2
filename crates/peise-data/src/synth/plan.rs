//! What one listing sells and how its seller photographs and writes.

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::config::{Pairs, ProductConfig, SynthConfig};
use super::dye::{Dyer, Dyes, smallest_difference};
use super::garment::plain_cloth;
use super::light::Light;
use super::material::{Cloth, Material};
use super::pattern::{Design, Pattern};
use super::random::{hash, normal, within};
use super::scene::Background;
use super::sizes::draw_sizes;
use super::wardrobe::{Cut, Product, Slot};
use crate::language::grammar::{self, OptionText, PartText, PatternWord, WrittenLabel};
use crate::random::weighted;

/// One part of what is sold.
#[derive(Debug, Clone)]
pub(super) struct ProductPart {
    pub product: Product,
    pub cut: Cut,
    pub cloth: Cloth,
    pub design: Option<Design>,
    pub print: bool,
    /// Shoes that are shown as a pair.
    pub in_pair: bool,
    /// Colour of what is sewn on, CIELAB; `None` = that of the cloth.
    pub trim: Option<[f32; 3]>,
}

/// What a person wears besides; its colour in CIELAB.
#[derive(Debug, Clone)]
pub(super) struct Company {
    pub part: ProductPart,
    pub lab: [f32; 3],
}

/// How the product is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Staging {
    /// By a person.
    Worn,
    /// On a dressmaker's torso.
    Mannequin,
    /// On a hanger.
    Hanger,
    /// Lying, or cut out.
    Flat,
}

/// What one photo is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The whole product.
    Full,
    /// A detail.
    Detail,
    /// From behind.
    Back,
    /// Several views of one option.
    Collage,
    /// With a strip of all options' colours.
    Swatches,
    /// No option: a size chart, a notice, a place.
    Junk,
    /// The file of an earlier photo again.
    Duplicate,
}

/// One photo to take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shot {
    /// The option it shows; of junk, none.
    pub option: Option<usize>,
    pub layout: Layout,
    /// Of a duplicate, the photo that it repeats.
    pub of: Option<usize>,
}

/// A listing before it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub parts: Vec<ProductPart>,
    /// For each option the colours of each part.
    pub options: Vec<Vec<Dyes>>,
    pub labels: Vec<WrittenLabel>,
    pub shots: Vec<Shot>,
    pub company: Vec<Company>,
    pub light: Light,
    pub background: Background,
    /// Chance that a photo has the listing's background and not one of its own.
    pub loyalty: f64,
    /// One scene, one pose: only the product differs.
    pub shared: bool,
    pub staging: Staging,
    pub skin: [f32; 3],
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// Smallest CIEDE2000 difference between two options.
    pub difference: f32,
}

impl Plan {
    pub fn choose(config: &SynthConfig, rng: &mut ChaCha8Rng) -> Self {
        let parts = parts(&config.product, rng);
        let (count, photos) = draw_sizes(&config.structure, rng);
        let designs: Vec<Option<Design>> = parts.iter().map(|part| part.design.clone()).collect();
        let options = Dyer::new(&config.colour, rng).options(count, &designs, rng);
        let texts: Vec<OptionText> = options.iter().map(|option| text(&parts, option)).collect();
        let labels = grammar::choose(&config.label, &texts, rng).write(&texts, rng);
        let shots = shots(config, count, photos, rng);
        let staging = staging(config, &parts, rng);
        let company = if staging == Staging::Worn { company(config, &parts, rng) } else { Vec::new() };
        let shared = rng.random_bool(config.background.shared);
        // One ground for all is of no option's colour.
        let mains: Vec<[f32; 3]> = options.iter().flatten().map(|dyes| dyes[0].lab).collect();
        let background = Background::choose(&config.background, if shared { &[] } else { &mains }, rng);
        let aspect = snapped(within(config.photo.aspect, rng));
        let side = config.photo.size;
        let size = if aspect >= 1.0 {
            (side, (side as f32 * aspect).round() as u32)
        } else {
            ((side as f32 / aspect).round() as u32, side)
        };
        Self {
            difference: smallest_difference(&options),
            labels,
            shots,
            company,
            light: Light::choose(&config.light, rng),
            background,
            loyalty: if shared { 1.0 } else { rng.random_range(0.3..1.0) },
            shared,
            staging,
            skin: skin(config.staging.skin, rng),
            size,
            parts,
            options,
        }
    }
}

/// Sellers use squares and 3:4; what lies near becomes so.
fn snapped(aspect: f32) -> f32 {
    [1.0, 4.0 / 3.0].into_iter().find(|usual| (aspect - usual).abs() < 0.12).unwrap_or(aspect)
}

/// Lightness by the range, hue and chroma as skin has them.
fn skin(lightness: [f32; 2], rng: &mut ChaCha8Rng) -> [f32; 3] {
    let l = within(lightness, rng);
    let hue = rng.random_range(0.75..1.15f32);
    let chroma = (14.0 + 10.0 * (1.0 - ((l - 55.0) / 35.0).powi(2))).max(8.0) + 2.0 * normal(rng);
    [l, chroma * hue.cos(), chroma * hue.sin()]
}

/// Whether a pair of parts is one of the fifth held out.
pub(super) fn is_held_out(one: Product, other: Product) -> bool {
    let sum = |key: &str| key.bytes().fold(0i32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    hash(sum(one.key()), sum(other.key()), 5) < 0.2
}

fn parts(config: &ProductConfig, rng: &mut ChaCha8Rng) -> Vec<ProductPart> {
    let of = |slot: Slot| config.products.iter().copied().filter(move |product| product.slot() == slot);
    let any = |slots: &[Slot], rng: &mut ChaCha8Rng| -> Option<Product> {
        let products: Vec<Product> = slots.iter().flat_map(|&slot| of(slot)).collect();
        products.choose(rng).copied()
    };
    let allowed = |parts: &[Product]| {
        let later = |k: usize| parts[k + 1..].iter();
        let held = (0..parts.len()).any(|k| later(k).any(|&other| is_held_out(parts[k], other)));
        match config.pairs {
            Pairs::All => true,
            Pairs::Common => !held,
            Pairs::HeldOut => held,
        }
    };
    let count = 1 + weighted(&config.parts, rng);
    use Slot::{Bottom, Outer, Top, Whole};
    let combination: &[Slot] = match count {
        2 => [&[Top, Bottom][..], &[Top, Bottom], &[Outer, Bottom], &[Outer, Whole], &[Outer, Top]]
            [rng.random_range(0..5)],
        3 => &[Outer, Top, Bottom],
        _ => &[],
    };
    // A set without some slot, or without an allowed pair, sells single products.
    let outfit = (0..60).find_map(|_| {
        let parts: Vec<Product> = combination.iter().map_while(|&slot| any(&[slot], rng)).collect();
        (parts.len() == count && allowed(&parts)).then_some(parts)
    });
    let single = || config.products.choose(rng).copied().into_iter().collect();
    let products: Vec<Product> = outfit.unwrap_or_else(single);
    let outer = products.iter().any(|product| product.slot() == Outer);
    let mut parts: Vec<ProductPart> =
        products.into_iter().map(|product| ProductPart::choose(product, config, rng)).collect();
    // What goes under an outer garment must fit under it.
    let under = parts.iter_mut().filter(|part| outer && part.product.slot() != Outer);
    under.for_each(|part| part.cut = part.cut.slim());
    parts
}

impl ProductPart {
    fn choose(product: Product, config: &ProductConfig, rng: &mut ChaCha8Rng) -> Self {
        // Plain cloth is as common as all others together.
        let plain = config.materials.contains(&Material::Solid) && rng.random_bool(0.5);
        let cloth = match config.materials.choose(rng) {
            _ if plain => Cloth::choose(Material::Solid, rng),
            Some(&material) => Cloth::choose(material, rng),
            None => plain_cloth(rng),
        };
        let pattern = config.patterns.choose(rng).filter(|_| rng.random_bool(config.patterned));
        let design = pattern.map(|&pattern| Design::choose(pattern, rng));
        let trim = rng.random_bool(0.35).then(|| match rng.random_range(0..4) {
            0..2 => [94.0, 0.0, 3.0],
            2 => [14.0, 0.0, 0.0],
            _ => [rng.random_range(20.0..85.0), 25.0 * normal(rng), 25.0 * normal(rng)],
        });
        let print = design.is_none() && rng.random_bool(config.print);
        let in_pair = product.slot() == Slot::Footwear && rng.random_bool(0.6);
        Self { cut: Cut::choose(product, rng), product, cloth, design, print, in_pair, trim }
    }
}

/// What the label of an option has to say.
fn text(parts: &[ProductPart], option: &[Dyes]) -> OptionText {
    let part = |(part, dyes): (&ProductPart, &Dyes)| {
        let pattern = part.design.as_ref().map(|design| match design.pattern {
            Pattern::Stripe => PatternWord::Stripe,
            Pattern::Check => PatternWord::Check,
            Pattern::Dot => PatternWord::Dot,
            Pattern::Floral => PatternWord::Floral,
            Pattern::Gradient => PatternWord::Gradient,
            Pattern::ColourBlock => PatternWord::ColourBlock,
        });
        PartText {
            colours: dyes.iter().map(|dye| dye.phrase).collect(),
            pattern,
            nouns: part.product.chinese(),
            english: part.product.english(),
        }
    };
    OptionText { parts: parts.iter().zip(option).map(part).collect() }
}

fn staging(config: &SynthConfig, parts: &[ProductPart], rng: &mut ChaCha8Rng) -> Staging {
    let weights = &config.staging;
    let body = parts.iter().any(|part| !matches!(part.product.slot(), Slot::Footwear | Slot::Accessory));
    let top = parts.iter().any(|part| matches!(part.product.slot(), Slot::Top | Slot::Outer | Slot::Whole));
    let hanger = if top { weights.hanger } else { 0.0 };
    let weights = if body {
        [weights.worn, weights.mannequin * f64::from(u8::from(top)), hanger, weights.flat]
    } else {
        // Shoes and bags are mostly shown by themselves.
        [0.25 * weights.worn, 0.0, 0.0, weights.flat + weights.worn]
    };
    if weights.iter().sum::<f64>() <= 0.0 {
        // Nothing that is allowed can carry it.
        return Staging::Flat;
    }
    [Staging::Worn, Staging::Mannequin, Staging::Hanger, Staging::Flat][weighted(&weights, rng)]
}

/// What the person wears where nothing is sold.
fn company(config: &SynthConfig, parts: &[ProductPart], rng: &mut ChaCha8Rng) -> Vec<Company> {
    let has = |slot: Slot| parts.iter().any(|part| part.product.slot() == slot);
    // A pair that is held out must not be seen in what is worn besides, either.
    let mut worn: Vec<Product> = parts.iter().map(|part| part.product).collect();
    let mut wanted = Vec::new();
    let mut add = |choices: &[Product], rng: &mut ChaCha8Rng| {
        let fits = |&&one: &&Product| {
            config.product.pairs != Pairs::Common || worn.iter().all(|&o| !is_held_out(o, one) && !is_held_out(one, o))
        };
        let fitting: Vec<Product> = choices.iter().filter(fits).copied().collect();
        if let Some(&product) = fitting.choose(rng) {
            worn.push(product);
            wanted.push(product);
        }
    };
    if !has(Slot::Bottom) && !has(Slot::Whole) {
        use Product::{Jeans, Joggers, Leggings, Shorts, Skirt, Trousers, WideTrousers};
        add(&[Jeans, Trousers, Leggings, Shorts, Skirt, Joggers, WideTrousers], rng);
    }
    if !has(Slot::Top) && !has(Slot::Whole) {
        add(&[Product::Tshirt, Product::Camisole, Product::Sweater, Product::Shirt, Product::Polo], rng);
    }
    let plain = ProductConfig { patterned: 0.08, materials: Vec::new(), ..config.product.clone() };
    wanted
        .into_iter()
        .map(|product| {
            let lab = if rng.random_bool(config.staging.colourful_company) {
                [rng.random_range(20.0..90.0), 30.0 * normal(rng), 30.0 * normal(rng)]
            } else {
                // Black, white, grey, denim, khaki.
                let usual =
                    [[14.0, 0.0, 0.0], [93.0, 0.0, 2.0], [60.0, 0.0, 0.0], [42.0, -2.0, -22.0], [68.0, 3.0, 20.0]];
                let [l, a, b] = usual[rng.random_range(0..usual.len())];
                [l + 4.0 * normal(rng), a + normal(rng), b + 2.0 * normal(rng)]
            };
            let mut part = ProductPart::choose(product, &plain, rng);
            if has(Slot::Outer) {
                part.cut = part.cut.slim();
            }
            Company { part, lab }
        })
        .collect()
}

fn shots(config: &SynthConfig, labels: usize, photos: usize, rng: &mut ChaCha8Rng) -> Vec<Shot> {
    let structure = &config.structure;
    let layout = &config.layout;
    let weights = [layout.full, layout.detail, layout.back, layout.collage, layout.swatches];
    let layouts = [Layout::Full, Layout::Detail, Layout::Back, Layout::Collage, Layout::Swatches];
    let mut shown: Vec<usize> = (0..labels).collect();
    shown.shuffle(rng);
    shown.truncate(photos);
    let mut options: Vec<Option<usize>> = shown.iter().copied().map(Some).collect();
    while options.len() < photos {
        options.push(if rng.random_bool(structure.junk) { None } else { shown.choose(rng).copied() });
    }
    options.shuffle(rng);
    let mut shots: Vec<Shot> = Vec::with_capacity(photos);
    for option in options {
        let same = shots.iter().position(|shot| shot.option == option && shot.layout != Layout::Junk);
        let (layout, of) = match (option, same) {
            (None, _) => (Layout::Junk, None),
            (Some(_), Some(first)) if rng.random_bool(structure.duplicate) => {
                (Layout::Duplicate, Some(shots[first].of.unwrap_or(first)))
            }
            _ => (layouts[weighted(&weights, rng)], None),
        };
        shots.push(Shot { option, layout, of });
    }
    shots
}
