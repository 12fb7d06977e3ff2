//! Colour terms as clothes sellers use them, and the arithmetic of colour difference.
//!
//! One list ([`TERMS`], the fixed part of the [`lexicon`]) serves the import of labelled photos, the synthetic
//! listings and the nearest-colour baseline. Text is searched by longest match, so that 牛油果绿 is not read as 绿.
//!
//! # Source
//! sRGB: IEC 61966-2-1. CIELAB: CIE 15, D65, 2 degrees. Colour difference: G. Sharma, W. Wu,
//! E. N. Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005), all weights 1.

pub mod lexicon;
mod terms;

use std::ops::Range;
use std::sync::LazyLock;

pub use terms::TERMS;

/// One colour and the words that sellers use for it.
#[derive(Debug, PartialEq, Eq)]
pub struct ColourTerm {
    /// English key, unique in [`TERMS`], e.g. `Navy Blue`.
    pub name: &'static str,
    /// A typical cloth of that colour in a product photo; gamma-encoded sRGB, 0 to 255.
    pub srgb: [u8; 3],
    /// Chinese words without a final 色; the first is the plainest.
    pub chinese: &'static [&'static str],
    /// English words in lower case; the first is the plainest.
    pub english: &'static [&'static str],
}

impl ColourTerm {
    /// The term's colour in CIELAB (D65).
    pub fn lab(&self) -> [f32; 3] {
        srgb_to_lab(self.srgb)
    }
}

/// The lightness that a word before a colour states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lightness {
    /// 浅, 淡, light, pale.
    Light,
    /// 深, 暗, dark, deep.
    Dark,
}

/// One colour named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The colour.
    pub term: &'static ColourTerm,
    /// 浅 or 深 and the like, right before the colour word.
    pub modifier: Option<Lightness>,
    /// Bytes of the whole mention: modifier, colour word, and a 色 that follows.
    pub range: Range<usize>,
}

impl Mention {
    /// The colour meant, lightness modifier applied, in CIELAB (D65).
    pub fn lab(&self) -> [f32; 3] {
        let [l, a, b] = self.term.lab();
        match self.modifier {
            None => [l, a, b],
            Some(Lightness::Light) => [l + 0.5 * (94.0 - l).max(0.0), a * 0.7, b * 0.7],
            Some(Lightness::Dark) => [l * 0.62, a * 0.85, b * 0.85],
        }
    }
}

const MODIFIERS: &[(&str, Lightness)] = &[
    ("浅", Lightness::Light),
    ("淡", Lightness::Light),
    ("light ", Lightness::Light),
    ("pale ", Lightness::Light),
    ("深", Lightness::Dark),
    ("暗", Lightness::Dark),
    ("dark ", Lightness::Dark),
    ("deep ", Lightness::Dark),
];

/// All words with their terms, longest first (then by the word itself).
static WORDS: LazyLock<Vec<(&'static str, &'static ColourTerm)>> = LazyLock::new(|| {
    let mut words: Vec<_> =
        TERMS.iter().flat_map(|term| term.chinese.iter().chain(term.english).map(move |&word| (word, term))).collect();
    words.sort_by_key(|&(word, _)| (std::cmp::Reverse(word.len()), word));
    words
});

/// The term of this English key, upper and lower case alike.
pub fn by_name(name: &str) -> Option<&'static ColourTerm> {
    TERMS.iter().find(|term| term.name.eq_ignore_ascii_case(name))
}

/// The term that this word names: exactly a Chinese word (with or without 色) or an English one.
pub fn by_word(word: &str) -> Option<&'static ColourTerm> {
    let lower = word.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix('色').unwrap_or(&lower);
    WORDS.iter().find(|(candidate, _)| *candidate == bare).map(|&(_, term)| term)
}

/// The longest colour word in a text, the first of several; its range holds the word alone.
///
/// Length is in bytes; a single character such as 黑 counts as a word. English is matched in whole
/// words, upper and lower case alike.
pub fn find(text: &str) -> Option<(&'static ColourTerm, Range<usize>)> {
    let lower = text.to_ascii_lowercase();
    lower
        .char_indices()
        .filter_map(|(at, _)| word_at(&lower, at).map(|(term, end)| (term, at..end)))
        .min_by_key(|(_, range)| (std::cmp::Reverse(range.len()), range.start))
}

/// Every colour named in a text, from left to right, longest match first at each place.
pub fn mentions(text: &str) -> Vec<Mention> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(character) = lower[at..].chars().next() {
        let Some((term, modifier, word_end)) = mention_at(&lower, at) else {
            at += character.len_utf8();
            continue;
        };
        let end = if lower[word_end..].starts_with('色') { word_end + '色'.len_utf8() } else { word_end };
        found.push(Mention { term, modifier, range: at..end });
        at = end;
    }
    found
}

/// The term whose colour is nearest by CIEDE2000 to a CIELAB colour.
pub fn nearest(lab: [f32; 3]) -> &'static ColourTerm {
    let distance = |term: &&ColourTerm| delta_e(term.lab(), lab);
    TERMS.iter().min_by(|left, right| distance(left).total_cmp(&distance(right))).unwrap_or(&TERMS[0])
}

/// A word that starts at this byte, the longest there is, with its end.
fn word_at(lower: &str, at: usize) -> Option<(&'static ColourTerm, usize)> {
    let rest = &lower[at..];
    let before = lower[..at].chars().next_back();
    WORDS.iter().find_map(|&(word, term)| {
        let after = rest.strip_prefix(word)?.chars().next();
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        let inside_word = word.is_ascii() && (letter(before) || letter(after));
        (!inside_word).then_some((term, at + word.len()))
    })
}

/// A word, or a modifier and a word, at this byte; whichever reaches further.
fn mention_at(lower: &str, at: usize) -> Option<(&'static ColourTerm, Option<Lightness>, usize)> {
    let plain = word_at(lower, at).map(|(term, end)| (term, None, end));
    let inside_word = lower[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    let modified =
        MODIFIERS.iter().filter(|(word, _)| !(word.is_ascii() && inside_word)).find_map(|&(word, modifier)| {
            lower[at..].strip_prefix(word)?;
            word_at(lower, at + word.len()).map(|(term, end)| (term, Some(modifier), end))
        });
    match (plain, modified) {
        (Some(plain), Some(modified)) => Some(if modified.2 > plain.2 { modified } else { plain }),
        (plain, modified) => plain.or(modified),
    }
}

/// White point of D65, 2 degrees, with Y = 1.
const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
const LAB_EPSILON: f64 = 216.0 / 24389.0;
const LAB_KAPPA: f64 = 24389.0 / 27.0;

/// Converts gamma-encoded sRGB (0 to 255) to CIELAB under D65: L* in 0 to 100, a*, b*.
pub fn srgb_to_lab(srgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = srgb.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let xyz = [
        0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b,
        0.212_672_9 * r + 0.715_152_2 * g + 0.072_175_0 * b,
        0.019_333_9 * r + 0.119_192_0 * g + 0.950_304_1 * b,
    ];
    let curve = |value: f64| {
        if value > LAB_EPSILON { value.cbrt() } else { (LAB_KAPPA * value + 16.0) / 116.0 }
    };
    let [x, y, z] = [0, 1, 2].map(|axis| curve(xyz[axis] / WHITE[axis]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)].map(|value| value as f32)
}

/// Converts CIELAB (D65) to gamma-encoded sRGB, clipped to 0 to 255.
pub fn lab_to_srgb(lab: [f32; 3]) -> [u8; 3] {
    let [l, a, b] = lab.map(f64::from);
    let y = (l + 16.0) / 116.0;
    let curve = |value: f64| {
        let cube = value.powi(3);
        if cube > LAB_EPSILON { cube } else { (116.0 * value - 16.0) / LAB_KAPPA }
    };
    let x = curve(y + a / 500.0) * WHITE[0];
    let z = curve(y - b / 200.0) * WHITE[2];
    let y = curve(y) * WHITE[1];
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266_0 * x + 1.876_010_8 * y + 0.041_556_0 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
    .map(|value| {
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}

/// CIEDE2000 difference of two CIELAB colours; about 1 is just noticeable, above 10 plain to see.
pub fn delta_e(left: [f32; 3], right: [f32; 3]) -> f32 {
    let [l1, a1, b1] = left.map(f64::from);
    let [l2, a2, b2] = right.map(f64::from);
    let seventh = |value: f64| (value.powi(7) / (value.powi(7) + 25.0_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let polar = |a: f64, b: f64| {
        let a = a * (1.0 + g);
        let hue = if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
        (a.hypot(b), hue)
    };
    let ((c1, h1), (c2, h2)) = (polar(a1, b1), polar(a2, b2));
    let achromatic = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if achromatic => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let hue = match h1 + h2 {
        sum if achromatic => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let (lightness, chroma) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(hue - 30.0) + 0.24 * cosine(2.0 * hue) + 0.32 * cosine(3.0 * hue + 6.0)
        - 0.20 * cosine(4.0 * hue - 63.0);
    let off_grey = (lightness - 50.0).powi(2);
    let dl = (l2 - l1) / (1.0 + 0.015 * off_grey / (20.0 + off_grey).sqrt());
    let dc = (c2 - c1) / (1.0 + 0.045 * chroma);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * chroma * t);
    let rotation = 30.0 * (-((hue - 275.0) / 25.0).powi(2)).exp();
    let r = -(2.0 * rotation).to_radians().sin() * 2.0 * seventh(chroma);
    (dl * dl + dc * dc + dh * dh + r * dc * dh).max(0.0).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_word_belongs_to_one_term_and_every_term_is_found() {
        let mut owner = BTreeMap::new();
        for term in TERMS.iter() {
            assert!(!term.chinese.is_empty() && !term.english.is_empty(), "{}", term.name);
            for word in term.chinese.iter().chain(term.english) {
                assert_eq!(owner.insert(*word, term.name), None, "{word} is in {} too", term.name);
                assert!(!word.ends_with('色') && **word == word.to_ascii_lowercase(), "{word}");
                assert_eq!(find(word).map(|(term, _)| term.name), Some(term.name), "{word}");
                assert_eq!(by_word(word).map(|term| term.name), Some(term.name), "{word}");
            }
            assert_eq!(by_name(&term.name.to_uppercase()), Some(term));
            assert_eq!(by_word(term.name).map(|term| term.name), Some(term.name));
        }
        assert_eq!(TERMS.iter().map(|term| term.name).collect::<std::collections::BTreeSet<_>>().len(), TERMS.len());
    }

    #[test]
    fn mentions_are_read_longest_first() {
        use Lightness::{Dark, Light};
        type Case = (&'static str, &'static [(&'static str, Option<Lightness>, &'static str)]);
        let cases: &[Case] = &[
            ("213#黑色(现货)", &[("Black", None, "黑色")]),
            ("牛油果绿", &[("Avocado Green", None, "牛油果绿")]),
            ("白上衣+黑裤", &[("White", None, "白"), ("Black", None, "黑")]),
            ("浅蓝色/深灰", &[("Blue", Some(Light), "浅蓝色"), ("Grey", Some(Dark), "深灰")]),
            ("深空灰", &[("Charcoal", None, "深空灰")]),
            ("Dark Blue shirt", &[("Blue", Some(Dark), "Dark Blue")]),
            ("Navy Blue", &[("Navy Blue", None, "Navy Blue")]),
            ("bored tank", &[]),
            ("图片色", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = mentions(text).into_iter().map(|m| (m.term.name, m.modifier, &text[m.range])).collect();
            assert_eq!(&found, expected, "{text}");
        }
        assert_eq!(find("红色+牛油果绿").map(|(term, range)| (term.name, range)), Some(("Avocado Green", 7..19)));
    }

    #[test]
    fn lab_agrees_with_published_values_and_returns() {
        for (srgb, expected) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([255, 0, 0], [53.241, 80.092, 67.203]),
            ([0, 0, 255], [32.297, 79.188, -107.860]),
            ([128, 128, 128], [53.585, 0.0, 0.0]),
        ] {
            for (got, want) in srgb_to_lab(srgb).into_iter().zip(expected) {
                assert!((got - want).abs() < 0.02, "{srgb:?}: {got} is not {want}");
            }
        }
        for term in TERMS.iter() {
            assert_eq!(lab_to_srgb(term.lab()), term.srgb, "{}", term.name);
            assert_eq!(nearest(term.lab()).srgb, term.srgb);
        }
    }

    #[test]
    fn delta_e_agrees_with_sharma() {
        for (left, right, expected) in [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373),
            ([90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441),
            ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
        ] {
            for (a, b) in [(left, right), (right, left)] {
                let got = delta_e(a, b);
                assert!((got - expected).abs() < 2e-4, "{a:?} {b:?}: {got} is not {expected}");
            }
        }
    }
}
