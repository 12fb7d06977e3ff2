//! The colours of a listing's options: named by sellers' words, spread as people disagree, near or far from each other.

use peise::colour::{ColourTerm, TERMS, by_name, delta_e, lab_to_srgb, srgb_to_lab};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::config::ColourConfig;
use super::pattern::Design;
use super::random::{normal, within};
use crate::language::grammar::{ColourText, Modifier, frequency};
use crate::random::weighted;

/// A cloth's colour and what a seller calls it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dye {
    pub phrase: ColourText,
    /// CIELAB of the cloth in daylight.
    pub lab: [f32; 3],
}

/// The colours of one part of an option, the main one first.
pub(super) type Dyes = Vec<Dye>;

/// Chance that a further option is meant to lie near one that is there.
const NEAR: f64 = 0.35;
/// Chance of 浅, 深 or 亮 without a sibling that it refers to.
const MODIFIED: f64 = 0.08;
/// Chance that a part of an outfit is the same in all options, given that another differs.
const CONSTANT_PART: f64 = 0.4;

/// What is printed on a cloth differs from it by this much, CIEDE2000.
const LEAST_SECOND: f32 = 15.0;

/// Power of a term's real frequency that it is drawn by: black would fill a sixth of all options.
const COMMONNESS: f64 = 0.6;

/// How far a modifier moves a colour.
fn modified([l, a, b]: [f32; 3], modifier: Modifier) -> [f32; 3] {
    match modifier {
        Modifier::Light => [l + 0.5 * (94.0 - l).max(0.0), a * 0.7, b * 0.7],
        Modifier::Dark => [l * 0.62, a * 0.85, b * 0.85],
        Modifier::Vivid => [l + 0.15 * (70.0 - l), a * 1.3, b * 1.3],
    }
}

/// The nearest colour that a picture can show: what differs by less must not count as different.
fn shown([l, a, b]: [f32; 3]) -> [f32; 3] {
    srgb_to_lab(lab_to_srgb([l.clamp(4.0, 97.0), a, b]))
}

/// Draws colours for one listing.
pub(super) struct Dyer<'a> {
    config: &'a ColourConfig,
    /// Standard deviation of a term's cloth.
    spread: f32,
    /// Smallest difference of two options.
    least: f32,
    weights: Vec<f64>,
}

impl<'a> Dyer<'a> {
    pub fn new(config: &'a ColourConfig, rng: &mut ChaCha8Rng) -> Self {
        let [low, high] = config.difference.map(f32::ln);
        let least = within([low, high], rng).exp();
        let weights = TERMS.iter().map(|term| frequency(term).powf(COMMONNESS) + 0.3).collect();
        Self { config, spread: within(config.spread, rng), least, weights }
    }

    /// For each option the colours of each part; any two options differ in name and, in some part, to the eye.
    pub fn options(&self, count: usize, parts: &[Option<Design>], rng: &mut ChaCha8Rng) -> Vec<Vec<Dyes>> {
        let varying = rng.random_range(0..parts.len());
        let constant: Vec<Option<Dyes>> = (0..parts.len())
            .map(|part| {
                let same = part != varying && rng.random_bool(CONSTANT_PART);
                same.then(|| self.dyes(parts[part].as_ref(), None, rng))
            })
            .collect();
        // What is printed on the cloth is often the same on all.
        let seconds: Vec<Option<Dyes>> =
            parts.iter().map(|design| rng.random_bool(0.5).then(|| self.dyes(design.as_ref(), None, rng))).collect();
        let mut options: Vec<Vec<Dyes>> = Vec::with_capacity(count);
        let mut least = self.least;
        while options.len() < count {
            let sibling = (!options.is_empty()).then(|| &options[rng.random_range(0..options.len())]);
            let candidate: Vec<Dyes> = (0..parts.len())
                .map(|part| {
                    if let Some(same) = &constant[part] {
                        return same.clone();
                    }
                    let mut dyes = self.dyes(parts[part].as_ref(), sibling.map(|option| &option[part][0]), rng);
                    // Unless it would not be seen on this one.
                    let seen = |second: &Dye| {
                        delta_e(second.lab, dyes[0].lab) >= LEAST_SECOND && second.phrase.term != dyes[0].phrase.term
                    };
                    if let Some(seconds) = &seconds[part]
                        && seconds[1..].iter().all(seen)
                    {
                        dyes.truncate(1);
                        dyes.extend(seconds[1..].iter().cloned());
                    }
                    dyes
                })
                .collect();
            let fits = |other: &Vec<Dyes>| difference(&candidate, other) >= least && name(&candidate) != name(other);
            if options.iter().all(fits) {
                options.push(candidate);
            } else {
                // Where the colours taken leave no room, the search still ends.
                least *= 0.99;
            }
        }
        options
    }

    /// Colours for one part: as many as its design has.
    fn dyes(&self, design: Option<&Design>, sibling: Option<&Dye>, rng: &mut ChaCha8Rng) -> Dyes {
        let count = design.map_or(1, |design| rng.random_range(design.pattern.colours()));
        let mut dyes: Dyes = vec![self.main(sibling, rng)];
        let mut least = 25.0;
        while dyes.len() < count {
            // What a pattern adds is mostly black, white or cream.
            let term = match rng.random_range(0..10) {
                0..3 => by_name("White"),
                3..5 => by_name("Black"),
                5 => by_name("Off White"),
                _ => None,
            };
            let dye = match term {
                Some(term) => self.of(term, None, rng),
                None => self.any(rng),
            };
            if dyes.iter().all(|other| delta_e(dye.lab, other.lab) >= least && dye.phrase.term != other.phrase.term) {
                dyes.push(dye);
            } else {
                least *= 0.97;
            }
        }
        dyes
    }

    fn main(&self, sibling: Option<&Dye>, rng: &mut ChaCha8Rng) -> Dye {
        let Some(sibling) = sibling else { return self.any(rng) };
        if rng.random_bool(self.config.relative) && sibling.phrase.modifier.is_none() {
            let modifier = self.modifier(sibling.lab, rng);
            let [l, a, b] = modified(sibling.lab, modifier);
            let lab = shown([l + normal(rng), a + normal(rng), b + normal(rng)]);
            return Dye { phrase: ColourText { term: sibling.phrase.term, modifier: Some(modifier) }, lab };
        }
        if rng.random_bool(NEAR) {
            let near = |(term, weight): (&ColourTerm, &f64)| {
                let away = delta_e(term.lab(), sibling.lab) / (1.4 * self.least.max(4.0));
                weight.sqrt() * f64::from((-2.0 * (away - 1.0).powi(2)).exp())
            };
            let weights: Vec<f64> = TERMS.iter().zip(&self.weights).map(near).collect();
            return self.of(&TERMS[weighted(&weights, rng)], None, rng);
        }
        self.any(rng)
    }

    fn any(&self, rng: &mut ChaCha8Rng) -> Dye {
        let term = &TERMS[weighted(&self.weights, rng)];
        let modifier = rng.random_bool(MODIFIED).then(|| self.modifier(term.lab(), rng));
        self.of(term, modifier, rng)
    }

    /// A modifier that makes sense: no light white, no dark black, no vivid grey.
    fn modifier(&self, [l, a, b]: [f32; 3], rng: &mut ChaCha8Rng) -> Modifier {
        let vivid = if a.hypot(b) > 25.0 { 0.12 } else { 0.0 };
        let weights = [if l < 78.0 { 0.55 } else { 0.0 }, if l > 25.0 { 0.33 } else { 0.0 }, vivid];
        [Modifier::Light, Modifier::Dark, Modifier::Vivid][weighted(&weights, rng)]
    }

    /// A cloth that a seller would call so.
    fn of(&self, term: &'static ColourTerm, modifier: Option<Modifier>, rng: &mut ChaCha8Rng) -> Dye {
        let base = modifier.map_or(term.lab(), |modifier| modified(term.lab(), modifier));
        let spread = self.spread;
        // A grey that strays in hue is no grey any more; black and white stray less altogether.
        let chroma = base[1].hypot(base[2]);
        let hue_spread = spread * (0.25 + 0.75 * (chroma / 30.0).min(1.0));
        let lightness_spread = spread * if base[0] > 90.0 || base[0] < 15.0 { 0.5 } else { 1.0 };
        let lab = [
            base[0] + lightness_spread * normal(rng),
            base[1] + hue_spread * normal(rng),
            base[2] + hue_spread * normal(rng),
        ];
        Dye { phrase: ColourText { term, modifier }, lab: shown(lab) }
    }
}

/// Difference of two options to the eye: that of the part that differs most.
fn difference(one: &[Dyes], other: &[Dyes]) -> f32 {
    let part = |(one, other): (&Dyes, &Dyes)| delta_e(one[0].lab, other[0].lab);
    one.iter().zip(other).map(part).fold(0.0, f32::max)
}

/// What decides whether two options can be called differently: main colours, part by part. 亮 alone tells too little.
fn name(option: &[Dyes]) -> Vec<(&'static str, Option<Modifier>)> {
    let vivid = |modifier: &Modifier| *modifier != Modifier::Vivid;
    option.iter().map(|dyes| (dyes[0].phrase.term.name, dyes[0].phrase.modifier.filter(vivid))).collect()
}

/// Smallest difference between any two options.
pub(super) fn smallest_difference(options: &[Vec<Dyes>]) -> f32 {
    let pairs = options.iter().enumerate().flat_map(|(k, one)| options[..k].iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| difference(one, other)).fold(f32::MAX, f32::min)
}
