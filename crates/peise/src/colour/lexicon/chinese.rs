//! Readings to Chinese, for a model that was trained with Chinese labels.

use std::collections::HashMap;

use super::reading::{LabelReading, NamedColour, Segment, Span};
use super::{Lexicon, Role};
use crate::colour::{ColourTerm, Lightness, Mention, TERMS, delta_e};
use crate::label::normalize;

/// A term with the lightness word before it.
type Wording = (&'static ColourTerm, Option<Lightness>);

/// A label in Chinese.
pub fn label(lexicon: &Lexicon, reading: &LabelReading) -> String {
    if is_chinese(reading) || !(reading.tells_looks() || reading.random) {
        return reading.text.clone();
    }
    let segments: Vec<String> = reading.segments.iter().map(|segment| text_of(lexicon, reading, segment)).collect();
    segments.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("+")
}

/// Labels in Chinese; where two that differ would become equal, what was left out comes back.
pub fn listing(labels: &[LabelReading]) -> Vec<String> {
    let mut chinese: Vec<String> = labels.iter().map(|label| label.chinese.clone()).collect();
    let fuller = |label: &LabelReading| format!("{} {}", label.chinese, label.dropped.join(" ")).trim_end().to_owned();
    let original = |label: &LabelReading| match label.chinese == label.text {
        true => label.text.clone(),
        false => format!("{} {}", label.chinese, label.text),
    };
    for repair in [&fuller as &dyn Fn(&LabelReading) -> String, &original] {
        // Repeats, because a repaired label may equal another one.
        while let Some(merged) = merged(labels, &chinese, repair) {
            for at in merged {
                chinese[at] = repair(&labels[at]);
            }
        }
    }
    chinese
}

/// Labels that differ and have become equal, where the repair would change them; `None` if there are none.
fn merged(labels: &[LabelReading], chinese: &[String], repair: impl Fn(&LabelReading) -> String) -> Option<Vec<usize>> {
    let mut first: HashMap<String, (String, bool)> = HashMap::new();
    let keys: Vec<String> = chinese.iter().map(|text| normalize(text)).collect();
    for (key, label) in keys.iter().zip(labels) {
        let text = normalize(&label.text);
        let (known, differs) = first.entry(key.clone()).or_insert_with(|| (text.clone(), false));
        *differs |= *known != text;
    }
    let merged: Vec<usize> = (0..labels.len())
        .filter(|&at| first.get(&keys[at]).is_some_and(|(_, differs)| *differs) && repair(&labels[at]) != chinese[at])
        .collect();
    (!merged.is_empty()).then_some(merged)
}

/// Whether a label is Chinese as the models know it, Latin letters beside Chinese colours included; nothing that is
/// traditional alone.
fn is_chinese(reading: &LabelReading) -> bool {
    let is_han = |character: char| matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    let of = |span: &Span, language: &str| span.language.as_deref() == Some(language);
    let named = |span: &Span| of(span, "zh-CN") && matches!(span.role, Role::Colour | Role::Pattern);
    let foreign = reading.text.chars().any(|character| character.is_alphabetic() && !is_han(character));
    reading.text.chars().any(is_han)
        && !reading.spans.iter().any(|span| of(span, "zh-TW") || of(span, "ja") || of(span, "ko"))
        && (!foreign || reading.spans.iter().any(named))
}

fn text_of(lexicon: &Lexicon, reading: &LabelReading, segment: &Segment) -> String {
    let mut text = segment.unknown.join(" ");
    let names_looks = !segment.colours.is_empty() || !segment.patterns.is_empty() || segment.part.is_some();
    if names_looks && !text.is_empty() {
        text.push(' ');
    }
    let colours: Vec<String> =
        segment.colours.iter().map(|&colour| colour_text(lexicon, &reading.colours[colour])).collect();
    text.push_str(&colours.join("+"));
    if segment.random {
        text.push_str("随机");
    }
    let mut patterns: Vec<u16> = segment.patterns.clone();
    patterns.dedup();
    for concept in patterns.into_iter().chain(segment.part) {
        let concept = lexicon.concept(concept);
        // "Stripes" of several colours need not be called printed too.
        let said = concept.role == Role::Pattern && text.ends_with(&concept.chinese);
        if !said {
            text.push_str(&concept.chinese);
        }
    }
    text
}

/// The plainest Chinese words for a colour.
fn colour_text(lexicon: &Lexicon, colour: &NamedColour) -> String {
    let stated = colour.concept.map(|concept| lexicon.concept(concept)).filter(|concept| !concept.chinese.is_empty());
    let mut text = match stated {
        Some(concept) => {
            let mut text = concept.chinese.clone();
            for modifier in colour.modifiers.iter().rev() {
                let word = modifier_text(modifier);
                let fits = &**modifier != "heather" || text.starts_with('灰');
                if fits && !text.starts_with(word) {
                    text.insert_str(0, word);
                }
            }
            text
        }
        None => {
            let (term, lightness) = nearest(colour.lab);
            format!("{}{}", lightness_text(lightness), term.chinese[0])
        }
    };
    let hue = text.chars().next_back().is_some_and(|last| "红黄蓝绿紫灰白黑棕粉橙金银青褐橘明色".contains(last));
    if !hue || text.chars().count() == 1 || (colour.modifiers.len() == 1 && text.chars().count() == 2) {
        text.push('色');
    }
    text
}

fn modifier_text(modifier: &str) -> &'static str {
    match modifier {
        "light" | "pale" | "pastel" | "soft" => "浅",
        "dark" | "deep" => "深",
        "bright" => "亮",
        "neon" => "荧光",
        "heather" => "花",
        "dusty" => "灰",
        "washed" => "水洗",
        "vintage" => "复古",
        _ => "",
    }
}

fn lightness_text(lightness: Option<Lightness>) -> &'static str {
    match lightness {
        None => "",
        Some(Lightness::Light) => "浅",
        Some(Lightness::Dark) => "深",
    }
}

/// The term, plain or with 浅 or 深, whose colour is nearest by CIEDE2000; with a word only where clearly nearer.
fn nearest(lab: [f32; 3]) -> Wording {
    /// How much nearer a term must be with a lightness word than the best without.
    const WORD_COST: f32 = 2.0;
    let wordings = TERMS.iter().flat_map(|term| {
        let plain = term.lab();
        // Neither black can be darker nor white lighter.
        let light = (plain[0] < 85.0).then_some(Some(Lightness::Light));
        let dark = (plain[0] > 25.0).then_some(Some(Lightness::Dark));
        [Some(None), light, dark].into_iter().flatten().map(move |modifier| (term, modifier))
    });
    let distance = |&(term, modifier): &Wording| {
        let cost = if modifier.is_some() { WORD_COST } else { 0.0 };
        delta_e(Mention { term, modifier, range: 0..0 }.lab(), lab) + cost
    };
    let best = wordings.min_by(|left, right| distance(left).total_cmp(&distance(right)));
    best.unwrap_or((&TERMS[0], None))
}
