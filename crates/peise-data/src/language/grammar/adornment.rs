//! What stands around the colour of a label: which of number, words, garment and note.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::config::GrammarConfig;
use super::vocabulary::{article_number, bracketed, vocabulary};
use crate::random::weighted;

/// Attempts at having something at all by independent draws.
const ATTEMPTS: usize = 1000;

/// Place of text that carries no information about the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Front,
    Back,
}

/// Text without information about the colour (article number, words, a note), at the rates at which sellers write each.
pub(crate) fn redundant(position: Position, rng: &mut ChaCha8Rng) -> String {
    let (rates, words) = (GrammarConfig::default(), vocabulary());
    match position {
        Position::Front => match weighted(&[rates.number_front, rates.words_front], rng) {
            0 => article_number(words.codes_front.draw(rng), rng),
            _ => words.fronts.draw(rng).to_owned(),
        },
        Position::Back => match weighted(&[rates.number_back, rates.talk_back, rates.note], rng) {
            0 => article_number(words.codes_back.draw(rng), rng),
            1 => words.talk.draw(rng).to_owned(),
            _ => bracketed(words.notes.draw(rng), "()"),
        },
    }
}

/// What a seller puts around the colours of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Adornment {
    pub number: Option<Position>,
    pub front: bool,
    pub noun: bool,
    pub talk: bool,
    pub note: bool,
}

impl Adornment {
    /// For options of one part: each at its rate over all listings, and none of them at the rate of mere colours.
    ///
    /// Rates drawn independently would leave more listings bare than are: sellers who add something rather add one
    /// thing. So a listing that is not bare draws at lower rates until it has something.
    pub(super) fn of_single(config: &GrammarConfig, rng: &mut ChaCha8Rng) -> Self {
        let rates =
            [config.number_front, config.number_back, config.words_front, config.noun, config.talk_back, config.note];
        let total: f64 = rates.iter().sum();
        if total <= 0.0 || rng.random_bool(config.bare) {
            return Self { number: None, front: false, noun: false, talk: false, note: false };
        }
        let scale = scale(&rates, config.bare);
        let draw = |_| {
            let drawn = rates.map(|rate| rng.random_bool((rate * scale).clamp(0.0, 1.0)));
            drawn.contains(&true).then_some(drawn)
        };
        // At the smallest rates two things at once are too rare to be waited for.
        let several = (0..ATTEMPTS).find_map(draw);
        let [mut number_front, number_back, front, noun, talk, note] = several.unwrap_or_else(|| {
            let one = weighted(&rates, rng);
            std::array::from_fn(|index| index == one)
        });
        if number_front && number_back {
            number_front = rng.random_bool(config.number_front / (config.number_front + config.number_back));
        }
        let number = match (number_front, number_back) {
            (true, _) => Some(Position::Front),
            (false, true) => Some(Position::Back),
            (false, false) => None,
        };
        Self { number, front, noun, talk, note }
    }

    /// For options of several parts, which name their garments anyway.
    pub(super) fn of_several(config: &GrammarConfig, rng: &mut ChaCha8Rng) -> Self {
        let number = rng.random_bool(config.several_number).then_some(Position::Front);
        Self { number, front: false, noun: true, talk: false, note: rng.random_bool(config.several_note) }
    }
}

/// The factor at which independent draws, repeated until one succeeds, give the rates where `bare` of all have none.
///
/// Where the rates are too small for that, nearly every listing that is not bare gets one thing, more often than its
/// rate says.
fn scale(rates: &[f64], bare: f64) -> f64 {
    let wanted = 1.0 / (1.0 - bare).max(1e-9);
    let gain = |scale: f64| {
        let none: f64 = rates.iter().map(|rate| 1.0 - (rate * scale).clamp(0.0, 1.0)).product();
        scale / (1.0 - none).max(1e-12)
    };
    let (mut low, mut high) = (0.05, 1.0);
    for _ in 0..30 {
        let middle = (low + high) / 2.0;
        if gain(middle) < wanted { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn rates_come_out_as_configured() {
        let config = GrammarConfig::default();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let drawn: Vec<Adornment> = (0..20_000).map(|_| Adornment::of_single(&config, &mut rng)).collect();
        let share = |holds: fn(&Adornment) -> bool| drawn.iter().filter(|drawn| holds(drawn)).count() as f64 / 20_000.0;
        for (name, got, wanted) in [
            ("note", share(|drawn| drawn.note), config.note),
            ("noun", share(|drawn| drawn.noun), config.noun),
            ("words in front", share(|drawn| drawn.front), config.words_front),
            ("number", share(|drawn| drawn.number.is_some()), config.number_front + config.number_back),
        ] {
            assert!((got - wanted).abs() < 0.02, "{name}: {got} instead of {wanted}");
        }
        let bare =
            |drawn: &Adornment| drawn.number.is_none() && !(drawn.front || drawn.noun || drawn.talk || drawn.note);
        assert!((share(bare) - config.bare).abs() < 0.02);
    }

    #[test]
    fn extreme_rates_end() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for rate in [0.0, 1e-300, 1e-9, 1.0] {
            let config = GrammarConfig {
                bare: rate,
                number_front: rate,
                number_back: rate,
                words_front: rate,
                noun: rate,
                talk_back: rate,
                note: 0.001,
                ..GrammarConfig::default()
            };
            let bare = |_: i32| Adornment::of_single(&config, &mut rng).number.is_none();
            let bare = (0..100).map(bare).filter(|bare| *bare).count();
            assert_eq!(bare, 100, "{rate}");
        }
    }
}
