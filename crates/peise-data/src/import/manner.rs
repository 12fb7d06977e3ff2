//! How one seller writes the labels of one listing.

use std::collections::BTreeSet;

use peise::colour::{ColourTerm, Lightness, mentions};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::labels::{LabelBook, Template};
use super::palette::{BaseColour, ColourName, chinese, english, palette};
use crate::language::{Case, Side, may_appear};
use crate::random::weighted_if_any;

/// Attempts at a label before falling back to the colour's own plain word.
const ATTEMPTS: usize = 24;
const BILINGUAL: &[(&str, &str, &str)] =
    &[("", "", ""), ("", " ", ""), ("", "(", ")"), ("", "/", ""), ("", "（", "）"), ("", "-", "")];

/// One seller's manner of writing, fixed within a listing.
enum Manner<'a> {
    /// One prefix, suffix and article number around every colour word.
    Template(&'a Template),
    /// Labels as different sellers wrote them.
    Mixed,
    /// Bare words, mostly with 色 or mostly without.
    Plain { suffix: f64 },
    /// English words.
    English(Case),
    /// Chinese with English beside it: what stands before, between and after.
    Bilingual((&'static str, &'static str, &'static str), Case),
}

/// Who writes the labels of one listing, and how.
struct Seller<'a> {
    book: &'a LabelBook,
    side: Side,
    manner: Manner<'a>,
}

impl LabelBook {
    /// Label text for these colours of one listing: unique, and each reads as its own colour only.
    pub(super) fn draw(&self, colours: &[usize], side: Side, rng: &mut ChaCha8Rng) -> Vec<String> {
        let seller = Seller { book: self, side, manner: self.manner(side, rng) };
        let own: Vec<&ColourTerm> = colours.iter().map(|&colour| palette()[colour].term).collect();
        let mut taken: BTreeSet<(&str, Option<Lightness>)> = BTreeSet::new();
        let mut labels: Vec<String> = Vec::with_capacity(colours.len());
        for &colour in colours {
            let base = &palette()[colour];
            let free = |name: &ColourName| {
                let siblings_own = name.1.is_none() && name.0 != base.term && own.contains(&name.0);
                !siblings_own && !taken.contains(&(name.0.name, name.1))
            };
            let fits = |text: &String| {
                let found = mentions(text);
                !found.is_empty()
                    && found.iter().all(|m| base.is_named_by(m) && free(&(m.term, m.modifier)))
                    && !labels.contains(text)
                    && may_appear(text, side)
            };
            let text = (0..ATTEMPTS)
                .filter_map(|_| seller.label(colour, &free, rng))
                .find(fits)
                // The own term is no sibling's own, and siblings keep off it, so its word is always free.
                .unwrap_or_else(|| format!("{}色", base.term.chinese[0]));
            for mention in mentions(&text) {
                taken.insert((mention.term.name, mention.modifier));
            }
            labels.push(text);
        }
        labels
    }

    fn manner(&self, side: Side, rng: &mut ChaCha8Rng) -> Manner<'_> {
        let case = [Case::Title, Case::Title, Case::Lower, Case::Upper][rng.random_range(0..4)];
        match rng.random_range(0..100) {
            0..50 => self.template(side, rng).map_or(Manner::Plain { suffix: 1.0 }, Manner::Template),
            50..75 => Manner::Mixed,
            75..95 => Manner::Plain { suffix: [1.0, 1.0, 0.0, 0.5][rng.random_range(0..4)] },
            95..97 => Manner::English(case),
            _ => {
                let allowed = |style: &&(&str, &str, &str)| {
                    may_appear(&format!("{}黑{}black{}", style.0, style.1, style.2), side)
                };
                let styles: Vec<_> = BILINGUAL.iter().filter(allowed).collect();
                styles.choose(rng).map_or(Manner::English(case), |style| Manner::Bilingual(**style, case))
            }
        }
    }
}

impl Seller<'_> {
    /// One attempt; `None` where the manner has nothing for this colour.
    fn label(&self, colour: usize, free: &impl Fn(&ColourName) -> bool, rng: &mut ChaCha8Rng) -> Option<String> {
        let base = &palette()[colour];
        let plain = |suffix: f64, rng: &mut ChaCha8Rng| {
            let (_, word) = self.word(base, free, rng)?;
            Some(if rng.random_bool(suffix) { format!("{word}色") } else { word })
        };
        match &self.manner {
            Manner::Template(template) => {
                let (_, word) = self.word(base, free, rng)?;
                let Template { prefix, suffix, with_suffix, .. } = template;
                Some(format!("{prefix}{word}{}{suffix}", if *with_suffix { "色" } else { "" }))
            }
            Manner::Mixed if rng.random_bool(0.75) => self.book.real(colour, self.side).choose(rng).cloned(),
            Manner::Mixed => plain(0.65, rng),
            Manner::Plain { suffix } => plain(*suffix, rng),
            Manner::English(case) => {
                let mut names: Vec<_> = base.names.iter().copied().filter(free).collect();
                names.shuffle(rng);
                let words = english(*names.first()?);
                words.choose(rng).map(|word| case.of(word))
            }
            Manner::Bilingual((before, between, after), case) => {
                let (name, word) = self.word(base, free, rng)?;
                let foreign = case.of(english(name).first()?);
                Some(format!("{before}{word}色{between}{foreign}{after}"))
            }
        }
    }

    /// A Chinese word for a colour, common ones more often.
    fn word(
        &self,
        base: &BaseColour,
        free: &impl Fn(&ColourName) -> bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<(ColourName, String)> {
        let words: Vec<(ColourName, String)> = base
            .names
            .iter()
            .filter(|name| free(name))
            .flat_map(|&name| chinese(name).into_iter().map(move |word| (name, word)))
            .collect();
        let weight = |(position, (_, word)): (usize, &(ColourName, String))| {
            self.book.frequency(word).sqrt() + if position == 0 { 2.0 } else { 0.2 }
        };
        let weights: Vec<f64> = words.iter().enumerate().map(weight).collect();
        words.get(weighted_if_any(&weights, rng)?).cloned()
    }
}
