//! How one seller writes the labels of one listing.

use std::collections::BTreeSet;

use peise::colour::{ColourTerm, Lightness, mentions};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::language::Case;

use super::labels::{LabelBook, Side, Template, may_appear};
use super::palette::{BaseColour, Phrase, chinese, english, palette};

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

impl LabelBook {
    /// Label text for these colours of one listing: unique, and each reads as its own colour only.
    pub(super) fn draw(&self, colours: &[usize], side: Side, rng: &mut ChaCha8Rng) -> Vec<String> {
        let manner = self.manner(side, rng);
        let own: Vec<&ColourTerm> = colours.iter().map(|&colour| palette()[colour].term).collect();
        let mut taken: BTreeSet<(&str, Option<Lightness>)> = BTreeSet::new();
        let mut labels: Vec<String> = Vec::with_capacity(colours.len());
        for &colour in colours {
            let base = &palette()[colour];
            let free = |phrase: &Phrase| {
                let siblings_own = phrase.1.is_none() && phrase.0 != base.term && own.contains(&phrase.0);
                !siblings_own && !taken.contains(&(phrase.0.name, phrase.1))
            };
            let fits = |text: &String| {
                let found = mentions(text);
                !found.is_empty()
                    && found.iter().all(|m| base.is_named_by(m) && free(&(m.term, m.modifier)))
                    && !labels.contains(text)
                    && may_appear(text, side)
            };
            let text = (0..ATTEMPTS)
                .filter_map(|_| self.label(colour, &manner, side, &free, rng))
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

    /// One attempt; `None` where the manner has nothing for this colour.
    fn label(
        &self,
        colour: usize,
        manner: &Manner,
        side: Side,
        free: &impl Fn(&Phrase) -> bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<String> {
        let base = &palette()[colour];
        match manner {
            Manner::Template(template) => {
                let (_, word) = self.word(base, free, rng)?;
                let Template { prefix, suffix, with_suffix, .. } = template;
                Some(format!("{prefix}{word}{}{suffix}", if *with_suffix { "色" } else { "" }))
            }
            Manner::Mixed if rng.random_bool(0.75) => self.real(colour, side).choose(rng).cloned(),
            Manner::Mixed => self.plain(base, 0.65, free, rng),
            Manner::Plain { suffix } => self.plain(base, *suffix, free, rng),
            Manner::English(case) => {
                let mut phrases: Vec<_> = base.phrases.iter().copied().filter(free).collect();
                phrases.shuffle(rng);
                let words = english(*phrases.first()?);
                words.choose(rng).map(|word| case.of(word))
            }
            Manner::Bilingual((before, between, after), case) => {
                let (phrase, word) = self.word(base, free, rng)?;
                let foreign = case.of(english(phrase).first()?);
                Some(format!("{before}{word}色{between}{foreign}{after}"))
            }
        }
    }

    fn plain(
        &self,
        base: &BaseColour,
        suffix: f64,
        free: &impl Fn(&Phrase) -> bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<String> {
        let (_, word) = self.word(base, free, rng)?;
        Some(if rng.random_bool(suffix) { format!("{word}色") } else { word })
    }

    /// A Chinese word for a colour, common ones more often.
    fn word(
        &self,
        base: &BaseColour,
        free: &impl Fn(&Phrase) -> bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<(Phrase, String)> {
        let words: Vec<(Phrase, String)> = base
            .phrases
            .iter()
            .filter(|phrase| free(phrase))
            .flat_map(|&phrase| chinese(phrase).into_iter().map(move |word| (phrase, word)))
            .collect();
        let weight = |(position, (_, word)): (usize, &(Phrase, String))| {
            self.frequency(word).sqrt() + if position == 0 { 2.0 } else { 0.2 }
        };
        let weights: Vec<f64> = words.iter().enumerate().map(weight).collect();
        words.get(weighted(&weights, rng)?).cloned()
    }
}

/// A position, as often as its weight says; `None` where there is none.
pub(super) fn weighted(weights: &[f64], rng: &mut ChaCha8Rng) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mut left = rng.random_range(0.0..total);
    for (position, weight) in weights.iter().enumerate() {
        if left < *weight {
            return Some(position);
        }
        left -= weight;
    }
    weights.iter().rposition(|weight| *weight > 0.0)
}
