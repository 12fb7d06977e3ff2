//! Groups the words of a label: which colour belongs to which part.

use std::sync::Arc;

use super::{Item, LabelReading, Meaning, NamedColour, Place, Span, coded, finer, modified};
use crate::colour::lexicon::{Concept, Lexicon, Role};

/// Parts that are small beside the article.
const SMALL_PARTS: [&str; 16] = [
    "logo", "sole", "lace", "collar", "sleeve", "cuff", "button", "zip", "pocket", "lining", "trim", "heel", "bow",
    "strap", "hair", "inside",
];
/// Languages in which a modifier or a part's colour follows its noun.
const NOUN_FIRST: [&str; 14] = ["es", "pt", "fr", "it", "ro", "ca", "gl", "ar", "he", "fa", "vi", "th", "id", "ms"];
/// The colour whose words alone mean grey, and beside another colour that it is flecked.
const MELANGE: &str = "Grey Melange";
/// What a colour introduced by "with" weighs beside the others.
const ACCENT_WEIGHT: f32 = 0.3;

/// A stretch of a label between marks and connectives: its colours, and the part that they lie on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Segment {
    /// Indices into [`LabelReading::colours`].
    pub colours: Vec<usize>,
    /// Index of the part's concept.
    pub part: Option<u16>,
    pub patterns: Vec<u16>,
    pub unknown: Vec<String>,
    /// Whether "with" introduces it.
    pub added: bool,
    /// Whether it was said before "on": white on black.
    pub under: bool,
    pub random: bool,
    part_first: bool,
}

impl Segment {
    fn is_empty(&self) -> bool {
        self.colours.is_empty() && self.part.is_none() && self.patterns.is_empty() && self.unknown.is_empty()
    }
}

struct Grouper<'a> {
    lexicon: &'a Lexicon,
    reading: LabelReading,
    current: Segment,
    /// Modifiers that wait for their colour, with their language.
    waiting: Vec<(Arc<str>, bool)>,
    /// Whether the word before was a colour, with nothing but a space since.
    after_colour: bool,
}

/// Reads the items of a label.
pub fn group(lexicon: &Lexicon, label: &str, items: &[Item]) -> LabelReading {
    let reading = LabelReading {
        text: label.to_owned(),
        spans: Vec::new(),
        colours: Vec::new(),
        patterns: Vec::new(),
        random: false,
        segments: Vec::new(),
        dropped: Vec::new(),
        chinese: String::new(),
    };
    let mut grouper =
        Grouper { lexicon, reading, current: Segment::default(), waiting: Vec::new(), after_colour: false };
    for (at, item) in items.iter().enumerate() {
        grouper.take(item, items.get(at + 1));
    }
    grouper.finish()
}

impl Grouper<'_> {
    fn take(&mut self, item: &Item, next: Option<&Item>) {
        match item.meaning {
            Meaning::Mark(mark) => {
                if matches!(
                    mark,
                    '+' | '&'
                        | '/'
                        | ','
                        | '，'
                        | '、'
                        | '|'
                        | ';'
                        | '('
                        | ')'
                        | '['
                        | ']'
                        | '【'
                        | '】'
                        | '·'
                        | '•'
                        | '・'
                        | '×'
                        | '\\'
                ) || (mark == ':' && !self.current.colours.is_empty())
                {
                    self.close(false);
                }
                self.after_colour = false;
            }
            Meaning::Srgb(srgb) => self.colour(coded(srgb, item.bytes.clone())),
            Meaning::Aside => {
                self.after_colour = false;
                self.reading.dropped.push(item.text.clone());
            }
            Meaning::Unknown => {
                self.after_colour = false;
                self.current.unknown.push(item.text.clone());
            }
            Meaning::Concept { concept, language } => {
                let known = self.lexicon.shared.languages.get(usize::from(language)).cloned();
                let definition = self.lexicon.concept(concept);
                self.reading.spans.push(Span {
                    range: item.bytes.clone(),
                    role: definition.role,
                    key: Arc::clone(&definition.key),
                    language: known.clone(),
                });
                let noun_first = known.is_some_and(|language| NOUN_FIRST.contains(&&*language));
                self.word(definition.clone(), concept, noun_first, item, next);
            }
        }
    }

    fn word(&mut self, definition: Concept, concept: u16, noun_first: bool, item: &Item, next: Option<&Item>) {
        let colour_follows = next.is_some_and(|next| match next.meaning {
            Meaning::Concept { concept, .. } => {
                matches!(self.lexicon.concept(concept).role, Role::Colour | Role::Modifier)
            }
            Meaning::Srgb(_) => true,
            _ => false,
        });
        match definition.role {
            Role::Colour => {
                let lab = definition.lab.unwrap_or_default();
                let (key, spread) = (definition.key, definition.spread);
                let modifiers = Vec::new();
                let range = item.bytes.clone();
                let (share, part, place) = (1.0, None, Place::Main);
                let concept = Some(concept);
                self.colour(NamedColour { key, lab, spread, modifiers, share, part, place, range, concept });
            }
            Role::Modifier => {
                let last = self.current.colours.last().copied();
                let behind = self.after_colour && (noun_first || !colour_follows);
                match last {
                    Some(last) if behind => self.reading.colours[last].modifiers.push(definition.key),
                    _ => self.waiting.push((definition.key, noun_first)),
                }
            }
            Role::Pattern => {
                if !self.reading.patterns.contains(&definition.key) {
                    self.reading.patterns.push(definition.key);
                }
                self.current.patterns.push(concept);
                self.after_colour = false;
            }
            Role::Part => self.part(concept),
            Role::Random => {
                self.reading.random = true;
                self.current.random = true;
            }
            Role::Connective => match &*definition.key {
                "and" | "or" => self.close(false),
                "with" => self.close(true),
                "on" => {
                    self.current.under = true;
                    self.close(false);
                }
                _ => {}
            },
            Role::Material | Role::Size | Role::Note => {
                self.after_colour = false;
                self.reading.dropped.push(item.text.clone());
            }
            Role::Name => {
                self.after_colour = false;
                self.current.unknown.push(item.text.clone());
            }
        }
    }

    fn colour(&mut self, mut colour: NamedColour) {
        if self.current.part.is_some() && !self.current.colours.is_empty() && !self.current.part_first {
            self.close(false);
        }
        colour.modifiers.extend(self.waiting.drain(..).map(|(modifier, _)| modifier));
        if self.after_colour
            && let Some(&last) = self.current.colours.last()
            && let before = &mut self.reading.colours[last]
            && let Some(first_is_finer) = finer(before, &colour)
        {
            let end = colour.range.end;
            if !first_is_finer {
                colour.modifiers.splice(0..0, before.modifiers.drain(..));
                colour.range.start = before.range.start;
                *before = colour;
            }
            before.range.end = end;
            return;
        }
        if self.after_colour
            && let Some(&last) = self.current.colours.last()
            && let before = &mut self.reading.colours[last]
            && (*before.key == *MELANGE) != (*colour.key == *MELANGE)
        {
            if *before.key == *MELANGE {
                colour.range.start = before.range.start;
                *before = colour;
            } else {
                before.range.end = colour.range.end;
            }
            before.modifiers.push("heather".into());
            return;
        }
        if self.current.part.is_some() && self.current.colours.is_empty() {
            self.current.part_first = true;
        }
        self.current.colours.push(self.reading.colours.len());
        self.reading.colours.push(colour);
        self.after_colour = true;
    }

    fn part(&mut self, part: u16) {
        self.after_colour = false;
        match (self.current.part, self.current.colours.is_empty()) {
            (Some(_), false) if self.current.part_first => self.close(false),
            // The last of several nouns says what it is: "shirt dress", "zip hoodie".
            (Some(_), false) => return,
            _ => {}
        }
        self.current.part = Some(part);
    }

    /// Ends the segment.
    fn close(&mut self, next_is_added: bool) {
        self.after_colour = false;
        if let Some(&last) = self.current.colours.last() {
            let waiting = self.waiting.drain(..).map(|(modifier, _)| modifier);
            self.reading.colours[last].modifiers.extend(waiting);
        }
        let added = next_is_added || (self.current.is_empty() && self.current.added);
        let closed = std::mem::take(&mut self.current);
        if !closed.is_empty() || closed.random {
            self.reading.segments.push(closed);
        }
        self.current.added = added;
    }

    fn finish(mut self) -> LabelReading {
        self.close(false);
        let leftover: Vec<Arc<str>> = self.waiting.drain(..).map(|(modifier, _)| modifier).collect();
        // "Pink (light)": what waits for a colour that never comes belongs to the last one.
        match self.reading.colours.last_mut() {
            Some(last) if last.modifiers.is_empty() => last.modifiers = leftover,
            _ => self.reading.dropped.extend(leftover.iter().map(ToString::to_string)),
        }
        let Self { lexicon, mut reading, .. } = self;
        for segment in &reading.segments {
            let part = segment.part.map(|part| Arc::clone(&lexicon.concept(part).key));
            let small = part.as_ref().map(|part| SMALL_PARTS.contains(&&**part));
            let accent = small.unwrap_or(segment.added || segment.under);
            for &colour in &segment.colours {
                let colour = &mut reading.colours[colour];
                colour.part.clone_from(&part);
                colour.place = if accent { Place::Accent } else { Place::Main };
                (colour.lab, colour.spread) = modified(colour.lab, colour.spread, &colour.modifiers);
            }
        }
        drop_repeated(&mut reading);
        if reading.colours.iter().all(|colour| colour.place == Place::Accent && colour.part.is_none()) {
            reading.colours.iter_mut().for_each(|colour| colour.place = Place::Main);
        }
        let weight = |colour: &NamedColour| if colour.place == Place::Accent { ACCENT_WEIGHT } else { 1.0 };
        let total: f32 = reading.colours.iter().map(weight).sum();
        for colour in &mut reading.colours {
            colour.share = weight(colour) / total;
        }
        reading
    }
}

/// Drops a colour that is said twice: in two languages, or as name and code.
fn drop_repeated(reading: &mut LabelReading) {
    let mut kept: Vec<NamedColour> = Vec::new();
    let mut moved = Vec::new();
    for colour in reading.colours.drain(..) {
        let same = |other: &NamedColour| {
            other.key == colour.key
                && other.modifiers == colour.modifiers
                && (other.part == colour.part || colour.part.is_none() || other.part.is_none())
        };
        match kept.iter().position(same) {
            Some(_) => moved.push(None),
            None => {
                moved.push(Some(kept.len()));
                kept.push(colour);
            }
        }
    }
    reading.colours = kept;
    for segment in &mut reading.segments {
        segment.colours = segment.colours.iter().filter_map(|&colour| moved[colour]).collect();
    }
    reading.segments.retain(|segment| !segment.is_empty() || segment.random);
}
