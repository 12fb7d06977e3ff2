//! Label text as sellers write it: one manner for all labels of a listing.

use peise::colour::ColourTerm;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::Colours;
use super::shape::Shape;

const PREFIXES: &[&str] = &["213#", "8816#", "A06 ", "K2201-", "6035款", "加绒", "新款", "YC13 "];
const SUFFIXES: &[&str] =
    &["【现货】", "(付款后30天内发货)", "[高品质]", "【推荐】", "（预售）", "(S-2XL)", "-均码", "【收藏加购】"];

/// How one seller writes.
pub(super) struct Manner {
    prefix: String,
    suffix: &'static str,
    /// 色 after the colour word, or nothing.
    marker: &'static str,
    /// Garment words after the colours, one per piece; empty for none.
    pieces: Vec<&'static str>,
    english: bool,
}

impl Manner {
    pub fn choose(shapes: &[Shape], rng: &mut ChaCha8Rng) -> Self {
        let outfit = shapes.len() > 1;
        let english = !outfit && rng.random_ratio(8, 100);
        let named = outfit || rng.random_ratio(22, 100);
        let pieces = shapes
            .iter()
            .map(|shape| {
                let words = if english { shape.english } else { shape.chinese };
                if named { words.choose(rng).copied().unwrap_or_default() } else { "" }
            })
            .collect();
        let prefix = match rng.random_range(0..100) {
            0..18 if !english => PREFIXES.choose(rng).map(|&prefix| prefix.to_owned()).unwrap_or_default(),
            18..24 => format!("{}#", rng.random_range(100..9999)),
            _ => String::new(),
        };
        let suffixed = !english && !outfit && rng.random_ratio(18, 100);
        let suffix = if suffixed { SUFFIXES.choose(rng).copied().unwrap_or_default() } else { "" };
        let marker = if english || rng.random_ratio(25, 100) { "" } else { "色" };
        Self { prefix, suffix, marker, pieces, english }
    }

    /// The labels of colours that differ; labels differ where colours do.
    pub fn write(&self, colours: &[Colours]) -> Vec<String> {
        colours.iter().map(|colours| self.label(colours)).collect()
    }

    fn label(&self, colours: &[&ColourTerm]) -> String {
        let parts: Vec<String> = colours
            .iter()
            .zip(&self.pieces)
            .map(|(colour, piece)| {
                if self.english {
                    format!("{} {piece}", colour.english[0]).trim().to_owned()
                } else {
                    format!("{}{}{piece}", colour.chinese[0], self.marker)
                }
            })
            .collect();
        format!("{}{}{}", self.prefix, parts.join("+"), self.suffix)
    }
}
