//! One seller's manner, chosen once per listing.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::adornment::{Adornment, Position};
use super::config::GrammarConfig;
use super::lexis::NUMBERED;
use super::option::OptionText;
use super::part::ColourManner;
use super::vocabulary::{article_number, vocabulary};
use crate::language::Case;

/// One seller's way of writing the labels of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Manner {
    pub(super) script: Script,
    pub(super) colour: ColourManner,
    pub(super) naming: Naming,
    /// Whether parts have garment words: of one part, of the main part of several, of the last part.
    pub(super) nouns: Nouns,
    pub(super) style: &'static str,
    pub(super) join: &'static str,
    pub(super) front: &'static str,
    pub(super) number: Option<(Position, Number)>,
    pub(super) talk: &'static str,
    pub(super) note: Option<Note>,
    pub(super) colour_in_brackets: bool,
    /// Share of labels that have the front words, numbers and notes of this manner.
    pub(super) adorned: f64,
    pub(super) slip: f64,
    pub(super) upper_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nouns {
    pub(super) single: bool,
    pub(super) main: bool,
    pub(super) last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Script {
    Chinese,
    Traditional,
    English(Case),
    Mixed(Case, (&'static str, &'static str)),
    /// No colour at all, but a text before and after a number or letter.
    Numbered(&'static str, &'static str),
    /// Colours, but for one option that has a word such as 图片色.
    OneColourless,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Naming {
    /// Every part with its colours.
    All,
    /// The main part with its colours, others by their garment.
    MainColourOnly,
    /// Only parts that differ between options.
    DistinguishingOnly,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    Shared(String),
    Each(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) content: NoteContent,
    pub(super) pair: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NoteContent {
    Text(&'static str),
    Number(&'static str),
}

/// Chooses a manner for a listing by the rates of `config`.
///
/// # Panics
/// If a rate is outside 0 to 1, which [`GrammarConfig::validate`] finds.
pub fn choose(config: &GrammarConfig, options: &[OptionText], rng: &mut ChaCha8Rng) -> Manner {
    let words = vocabulary();
    let several = options.iter().any(|option| option.parts.len() > 1);
    let adornment = if several { Adornment::of_several(config, rng) } else { Adornment::of_single(config, rng) };
    let number = adornment.number.map(|position| {
        let shapes = if position == Position::Front { &words.codes_front } else { &words.codes_back };
        let shape = shapes.draw(rng);
        let each = rng.random_bool(config.number_each);
        (position, if each { Number::Each(shape) } else { Number::Shared(article_number(shape, rng)) })
    });
    let note = adornment.note.then(|| {
        let number = rng.random_bool(config.note_number);
        let content = if number {
            NoteContent::Number(words.codes_back.draw(rng))
        } else {
            NoteContent::Text(words.notes.draw(rng))
        };
        Note { content, pair: pair(config, rng) }
    });
    let naming = match rng.random_range(0.0..1.0) {
        draw if draw < config.main_colour_only => Naming::MainColourOnly,
        draw if draw < config.main_colour_only + config.distinguishing_only => Naming::DistinguishingOnly,
        _ => Naming::All,
    };
    Manner {
        script: script(config, rng),
        colour: ColourManner {
            between: "",
            suffix_threshold: rng.random_range(0.0..1.0),
            synonyms: rng.random_bool(config.synonyms),
        },
        naming,
        nouns: Nouns {
            single: adornment.noun,
            main: !rng.random_bool(config.main_unnamed),
            last: !rng.random_bool(config.last_unnamed),
        },
        style: if rng.random_bool(config.style) { style(options, rng) } else { "" },
        join: if rng.random_bool(config.joined_by_plus) { "+" } else { words.joins.draw(rng) },
        front: if adornment.front { words.fronts.draw(rng) } else { "" },
        number,
        talk: if adornment.talk { words.talk.draw(rng) } else { "" },
        note,
        colour_in_brackets: rng.random_bool(config.colour_in_brackets),
        adorned: if rng.random_bool(config.some_labels_only) { 0.5 } else { 1.0 },
        upper_case: rng.random_bool(config.upper_case),
        slip: if rng.random_bool(config.sloppy) { config.slip } else { 0.0 },
    }
}

/// A word of style that goes with the main garment.
fn style(options: &[OptionText], rng: &mut ChaCha8Rng) -> &'static str {
    let garment = options.first().and_then(|option| option.parts.first()).and_then(|part| part.nouns.first());
    let last = garment.and_then(|noun| noun.chars().next_back());
    last.and_then(|last| vocabulary().styles.get(&last)).map_or("", |styles| styles.draw(rng))
}

fn script(config: &GrammarConfig, rng: &mut ChaCha8Rng) -> Script {
    let case = [Case::Title, Case::Lower, Case::Upper][rng.random_range(0..3)];
    let draw = rng.random_range(0.0..1.0);
    let mut up_to = config.colourless;
    if draw < up_to {
        let numbered = NUMBERED.choose(rng).filter(|_| rng.random_bool(0.7));
        return numbered.map_or(Script::OneColourless, |(before, after)| Script::Numbered(before, after));
    }
    up_to += config.english;
    if draw < up_to {
        return Script::English(case);
    }
    up_to += config.mixed;
    if draw < up_to {
        return Script::Mixed(case, [("", ""), (" ", ""), ("（", "）"), ("/", "")][rng.random_range(0..4)]);
    }
    up_to += config.traditional;
    if draw < up_to { Script::Traditional } else { Script::Chinese }
}

/// A pair of brackets, one of them missing at the rate of `config`.
fn pair(config: &GrammarConfig, rng: &mut ChaCha8Rng) -> String {
    let pair = vocabulary().brackets.draw(rng);
    if rng.random_bool(config.bracket_broken) { pair.chars().take(1).collect() } else { pair.to_owned() }
}
