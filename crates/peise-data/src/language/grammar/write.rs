//! Writing the labels of a listing in one seller's manner.

use std::collections::BTreeSet;

use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::adornment::Position;
use super::lexis::{COLOURLESS, MODIFIERS};
use super::manner::{Manner, Naming, NoteContent, Nouns, Number, Script};
use super::part::{ColourManner, english, noun};
use super::spelling::{slip, traditional};
use super::vocabulary::{article_number, bracketed};
use super::{ColourText, Modifier, OptionText, PartText, WrittenLabel};
use peise::colour::{Lightness, Mention, mentions};
use peise::label::normalize;

/// Attempts at labels that are distinct and true before the plainest way is taken.
const ATTEMPTS: usize = 12;

/// What a label says of a part.
#[derive(Debug, Clone, Copy)]
struct With {
    colour: bool,
    /// The garment, after this word of style.
    garment: Option<&'static str>,
}

impl Manner {
    /// One label per option, all different after normalisation, each naming its option's colours and no other's.
    ///
    /// Options whose colours do not differ are told apart by a number.
    pub fn write(&self, options: &[OptionText], rng: &mut ChaCha8Rng) -> Vec<WrittenLabel> {
        if let Script::Numbered(before, after) = self.script {
            return numbered(before, after, options.len(), rng);
        }
        // Neither labels nor, without numbers and notes, their colours and garments may be equal.
        let (mut taken, mut cores) = (BTreeSet::new(), BTreeSet::new());
        let mut labels = Vec::with_capacity(options.len());
        let shared = self.shared_parts(options);
        for option in options {
            let attempt = |attempt: usize, rng: &mut ChaCha8Rng| {
                let plain = attempt >= ATTEMPTS / 2;
                let manner = if plain { self.plainer(attempt) } else { self.clone() };
                let shared: &[bool] = if plain { &[] } else { &shared };
                let core = manner.core(option, shared, rng);
                let is_new = !cores.contains(&normalize(&core));
                (is_new && is_true(&core, option)).then(|| (normalize(&core), manner.adorn(core, option, rng)))
            };
            let mut attempts = (0..ATTEMPTS).filter_map(|index| attempt(index, rng));
            let found = attempts.find(|(_, text)| !taken.contains(&normalize(text)));
            drop(attempts);
            let (core, text) = found.unwrap_or_else(|| {
                let text = plainest(option, &taken);
                (normalize(&text), text)
            });
            cores.insert(core);
            taken.insert(normalize(&text));
            labels.push(WrittenLabel { text, colourless: false });
        }
        if self.script == Script::OneColourless
            && let Some(label) = labels.choose_mut(rng)
        {
            let word = COLOURLESS.choose(rng).copied().unwrap_or_default().to_owned();
            *label = WrittenLabel { text: word, colourless: true };
        }
        labels
    }

    /// A manner that says more and risks less.
    fn plainer(&self, attempt: usize) -> Self {
        let mut manner = Self { naming: Naming::All, slip: 0.0, ..self.clone() };
        manner.colour.synonyms = self.colour.synonyms && attempt < ATTEMPTS - 2;
        manner.nouns = Nouns { main: true, last: true, ..self.nouns };
        manner
    }

    /// Which parts every option has alike; all false unless the manner leaves those out.
    fn shared_parts(&self, options: &[OptionText]) -> Vec<bool> {
        let most = options.iter().map(|option| option.parts.len()).max().unwrap_or(0);
        let alike = |index: usize| {
            let first = options.first().and_then(|option| option.parts.get(index));
            self.naming == Naming::DistinguishingOnly && options.iter().all(|option| option.parts.get(index) == first)
        };
        let shared: Vec<bool> = (0..most).map(alike).collect();
        if shared.iter().all(|shared| *shared) { vec![false; most] } else { shared }
    }

    /// The colours and garments of an option.
    fn core(&self, option: &OptionText, shared: &[bool], rng: &mut ChaCha8Rng) -> String {
        let named: Vec<&PartText> = option
            .parts
            .iter()
            .enumerate()
            .filter(|(index, _)| !shared.get(*index).copied().unwrap_or(false))
            .map(|(_, part)| part)
            .collect();
        let several = option.parts.len() > 1;
        let last = named.len().saturating_sub(1);
        let mut texts = Vec::with_capacity(named.len());
        for (index, part) in named.iter().enumerate() {
            let with_noun = match (several, index) {
                (false, _) => self.nouns.single,
                (true, 0) => self.nouns.main,
                (true, index) if index == last => self.nouns.last,
                (true, _) => true,
            };
            let colour = index == 0 || self.naming != Naming::MainColourOnly;
            let style = if index == 0 { self.style } else { "" };
            let with = With { colour, garment: (with_noun || !colour).then_some(style) };
            texts.push(self.part(part, with, rng));
        }
        // Without a mark between, a garment must part the colours, and three parts need marks.
        let bare = !texts[..last].iter().all(|text| named[0].nouns.iter().any(|noun| text.ends_with(noun)));
        let bare = bare || self.naming == Naming::MainColourOnly;
        let join = if texts.len() != 2 || bare { "+" } else { self.join };
        texts.join(join)
    }

    fn part(&self, part: &PartText, with: With, rng: &mut ChaCha8Rng) -> String {
        let With { colour: with_colour, garment: style } = with;
        if let Script::English(case) = self.script {
            return case.of(&english(part, style.is_some()));
        }
        let colours = if with_colour { self.colour.colours(part, rng) } else { String::new() };
        let foreign = match self.script {
            Script::Mixed(case, (before, after)) if with_colour => {
                format!("{before}{}{after}", case.of(&english(part, false)))
            }
            _ => String::new(),
        };
        let (style, noun) = style.map_or(("", ""), |style| (style, noun(part, rng)));
        // 长袖裤 reads wrong, and so does 西装西装.
        let repeats = style.chars().any(|character| noun.contains(character));
        let style = if noun.chars().count() > 1 && with_colour && !repeats { style } else { "" };
        format!("{colours}{foreign}{}{noun}", self.letters(style))
    }

    fn letters(&self, phrase: &str) -> String {
        if self.upper_case { phrase.to_uppercase() } else { phrase.to_owned() }
    }

    /// Puts words, numbers and notes around the colours, and slips.
    fn adorn(&self, core: String, option: &OptionText, rng: &mut ChaCha8Rng) -> String {
        let mut text =
            if self.colour_in_brackets && option.parts.len() == 1 { bracketed(&core, "【】") } else { core };
        if rng.random_bool(self.adorned) {
            text = format!("{}{text}{}", self.letters(self.front), self.letters(self.talk));
            if let Some((position, number)) = &self.number {
                let number = match number {
                    Number::Shared(number) => number.clone(),
                    Number::Each(shape) => article_number(shape, rng),
                };
                text = match position {
                    Position::Front => format!("{number}{text}"),
                    Position::Back => format!("{text}{number}"),
                };
            }
            if let Some(note) = &self.note {
                let content = match note.content {
                    NoteContent::Text(text) => self.letters(text),
                    NoteContent::Number(shape) => article_number(shape, rng),
                };
                let whole = note.pair.chars().count() == 2;
                text += &if whole { bracketed(&content, &note.pair) } else { format!("{}{content}", note.pair) };
            }
        }
        if self.script == Script::Traditional {
            text = traditional(&text);
        }
        if rng.random_bool(self.slip) { slip(&text, rng) } else { text }
    }
}

/// Whether the colours read from a text are the option's, with all those of one part.
fn is_true(text: &str, option: &OptionText) -> bool {
    let found = mentions(text);
    let own = |mention: &Mention| {
        option.parts.iter().flat_map(|part| &part.colours).any(|phrase| names(mention, phrase, text))
    };
    let named = |phrase: &ColourText| found.iter().any(|mention| names(mention, phrase, text));
    option.parts.iter().any(|part| part.colours.iter().all(named)) && found.iter().all(own)
}

/// Whether a mention means this colour, its lightness included.
///
/// Where the table has a word such as 浅天蓝 by itself, the modifier is read as part of it.
fn names(mention: &Mention, phrase: &ColourText, text: &str) -> bool {
    let lightness = match phrase.modifier {
        Some(Modifier::Light) => Some(Lightness::Light),
        Some(Modifier::Dark) => Some(Lightness::Dark),
        Some(Modifier::Vivid) | None => None,
    };
    let words =
        MODIFIERS.iter().filter(|(modifier, _)| Some(*modifier) == phrase.modifier).flat_map(|(_, words)| *words);
    let inside = || words.into_iter().any(|word| text[mention.range.clone()].starts_with(word));
    mention.term == phrase.term && (mention.modifier == lightness || (mention.modifier.is_none() && inside()))
}

/// The plainest words of all parts, colours set apart by marks, and a number where that is taken.
fn plainest(option: &OptionText, taken: &BTreeSet<String>) -> String {
    // Without a mark 灰 and 紫 would be the one colour 灰紫, and 亮金属 begins with 亮金.
    let manner = ColourManner { between: "/", suffix_threshold: 0.0, synonyms: false };
    let plain = |part: &PartText| {
        let mut part = part.clone();
        part.colours.iter_mut().for_each(|phrase| phrase.modifier = phrase.modifier.filter(|m| *m != Modifier::Vivid));
        part
    };
    let mut unused = ChaCha8Rng::seed_from_u64(0);
    let parts: Vec<String> = option
        .parts
        .iter()
        .map(|part| format!("{}{}", manner.colours(&plain(part), &mut unused), part.nouns.first().unwrap_or(&"")))
        .collect();
    let text = parts.join("+");
    let numbered = (2..).map(|number| format!("{text}{number}"));
    [text.clone()].into_iter().chain(numbered).find(|text| !taken.contains(&normalize(text))).unwrap_or(text)
}

fn numbered(before: &str, after: &str, count: usize, rng: &mut ChaCha8Rng) -> Vec<WrittenLabel> {
    let letters = rng.random_bool(0.4) && count <= 26;
    let name = |index: usize| match letters {
        true => char::from(b'A' + (index % 26) as u8).to_string(),
        false => (index + 1).to_string(),
    };
    (0..count).map(|index| WrittenLabel { text: format!("{before}{}{after}", name(index)), colourless: true }).collect()
}
