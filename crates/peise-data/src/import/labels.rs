//! Real label text: which of a seller's labels name which base colour, and the manners behind them.
//!
//! A label with exactly one colour in it is a real label of that colour, and its rest is a *template*:
//! 213#黑色(现货) gives 213#{}(现货). What could colour the rest, or turn the colour word into another
//! colour (贝壳粉 is no 贝壳黑), is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use peise::colour::{Mention, mentions};
use rand_chacha::ChaCha8Rng;

use super::error::ImportError;
use super::options::SellerLabels;
use super::palette::palette;
use super::table::column;
use crate::language::{Side, may_appear};
use crate::random::weighted_if_any;

const MAX_LABEL_CHARACTERS: usize = 40;
/// In the rest of a label these speak of a further colour or part.
const SUSPECT: &[char] = &['色', '彩', '混', '撞', '拼', '双', '配', '+', '＋', '\u{fffd}'];
/// Before a colour word these change the colour: 亮黄, 嫩绿.
const SHADES: &[char] = &[
    '亮', '嫩', '纯', '中', '大', '正', '小', '暗', '艳', '鲜', '粉', '全', '素', '原', '新', '老', '淡', '深', '浅',
    '冷', '暖', '偏', '奶', '雾', '烟', '水', '天', '海', '湖', '墨', '宝', '复', '空', '雅', '芷', '孔',
];
/// After a colour word these say that only a trim or print has the colour: 黑边, 白点.
const TRIMS: &[char] = &['边', '点', '线', '字', '领', '袖', '花', '扣', '条', '帽', '底', '口', '里', '标'];
/// Colours that must share a template before characters may touch the colour word.
const MIN_COLOURS_OF_TOUCHING_TEMPLATE: usize = 3;

#[rustfmt::skip]
const OWN_TEMPLATES: &[(&str, &str)] = &[
    ("", "(现货)"), ("【", "】"), ("", "【加绒】"), ("A1#", ""), ("(新款)", ""), ("8802-", ""), ("", " 预售7天"),
    ("", "[主图款]"), ("单件 ", ""), ("T301 ", " 短袖"),
];

/// What a seller writes around every colour word.
#[derive(Debug, PartialEq)]
pub(super) struct Template {
    pub prefix: String,
    pub suffix: String,
    /// Whether 色 follows the colour word.
    pub with_suffix: bool,
    /// How common it is, damped.
    pub weight: f64,
}

/// Real labels by colour, templates, and how common each word is.
#[derive(Debug, Default)]
pub(super) struct LabelBook {
    real: [Vec<Vec<String>>; 2],
    templates: [Vec<Template>; 2],
    frequency: BTreeMap<String, u64>,
}

impl LabelBook {
    /// Reads the label files.
    pub(super) fn load(files: &SellerLabels) -> Result<Self, ImportError> {
        let mut pairs = Vec::new();
        if let Some(path) = &files.labels {
            pairs.extend(columns(path, "label", "colour_words")?);
        }
        if let Some(path) = &files.translations {
            pairs.extend(columns(path, "zh", "zh")?);
        }
        if pairs.is_empty() {
            pairs.extend(
                OWN_TEMPLATES.iter().map(|(prefix, suffix)| (format!("{prefix}黑色{suffix}"), "黑色".to_owned())),
            );
        }
        Ok(Self::from_pairs(&pairs))
    }

    fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut frequency: BTreeMap<String, u64> = BTreeMap::new();
        let mut real = vec![BTreeSet::new(); palette().len()];
        let mut around: BTreeMap<(&str, &str, bool), (u64, BTreeSet<&str>)> = BTreeMap::new();
        for (label, words) in pairs {
            let words = bare(words.trim());
            *frequency.entry(words.to_owned()).or_default() += 1;
            let [mention] = &mentions(label)[..] else { continue };
            let (prefix, suffix) = (&label[..mention.range.start], &label[mention.range.end..]);
            if !is_usable(label, prefix, suffix) {
                continue;
            }
            let text = &label[mention.range.clone()];
            if words == bare(text) {
                for (colour, base) in palette().iter().enumerate() {
                    if base.is_named_by(mention) {
                        real[colour].insert(label.clone());
                    }
                }
            } else if is_shade(label, words, mention, prefix) {
                let own = palette().iter().position(|base| base.term == mention.term);
                real[own.unwrap_or_default()].insert(label.clone());
            }
            let mere_colour = prefix.is_empty() && suffix.is_empty();
            if !mere_colour && !changes_colour(prefix, suffix) {
                let (count, terms) = around.entry((prefix, suffix, text.ends_with('色'))).or_default();
                *count += 1;
                terms.insert(mention.term.name);
            }
        }
        let mut book = Self { frequency, ..Self::default() };
        for side in [Side::Train, Side::Test] {
            let on_side =
                |labels: &BTreeSet<String>| labels.iter().filter(|label| may_appear(label, side)).cloned().collect();
            book.real[side as usize] = real.iter().map(on_side).collect();
        }
        for ((prefix, suffix, with_suffix), (count, terms)) in around {
            let touching = prefix.ends_with(is_han) || (!with_suffix && suffix.starts_with(is_han));
            if touching && terms.len() < MIN_COLOURS_OF_TOUCHING_TEMPLATE {
                continue;
            }
            for side in [Side::Train, Side::Test] {
                if may_appear(&format!("{prefix}黑{suffix}"), side) {
                    book.templates[side as usize].push(Template {
                        prefix: prefix.to_owned(),
                        suffix: suffix.to_owned(),
                        with_suffix,
                        weight: (count as f64).sqrt(),
                    });
                }
            }
        }
        book
    }

    /// Real labels of a base colour that may appear on this side.
    pub(super) fn real(&self, colour: usize, side: Side) -> &[String] {
        &self.real[side as usize][colour]
    }

    /// A template of this side, common ones more often; `None` where there is none.
    pub(super) fn template(&self, side: Side, rng: &mut ChaCha8Rng) -> Option<&Template> {
        let templates = &self.templates[side as usize];
        let weights: Vec<f64> = templates.iter().map(|template| template.weight).collect();
        templates.get(weighted_if_any(&weights, rng)?)
    }

    /// In how many labels this word, without 色, is the colour.
    pub(super) fn frequency(&self, word: &str) -> f64 {
        self.frequency.get(word).map_or(0.0, |count| *count as f64)
    }
}

fn bare(word: &str) -> &str {
    word.strip_suffix('色').unwrap_or(word)
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}')
}

fn is_usable(label: &str, prefix: &str, suffix: &str) -> bool {
    label.chars().count() <= MAX_LABEL_CHARACTERS
        && !label.contains(char::is_control)
        && !label.contains("NAME?")
        && !prefix.contains(SUSPECT)
        && !suffix.contains(SUSPECT)
        && !suffix.starts_with(TRIMS)
}

fn changes_colour(prefix: &str, suffix: &str) -> bool {
    prefix.ends_with(SHADES) || suffix.starts_with(TRIMS)
}

/// A shade by an attribute that no table lists: 贝壳粉, 枫叶红.
fn is_shade(label: &str, words: &str, mention: &Mention, prefix: &str) -> bool {
    bare(label) == words
        && mention.range.end == label.len()
        && mention.modifier.is_none()
        && (1..=3).contains(&prefix.chars().count())
        && prefix.chars().all(is_han)
}

/// Two columns of a CSV file.
fn columns(path: &Path, left: &'static str, right: &'static str) -> Result<Vec<(String, String)>, ImportError> {
    let bytes = fs::read(path).map_err(|source| ImportError::Read {
        path: path.to_owned(),
        expected: "a CSV file of labels",
        source,
    })?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let error = |source: csv::Error| ImportError::Csv {
        path: path.to_owned(),
        line: source.position().map_or(1, csv::Position::line),
        source,
    };
    let header = reader.headers().map_err(error)?.clone();
    let need = |name| column(path, header.iter(), &[name], name);
    let (left, right) = (need(left)?, need(right)?);
    let mut pairs = Vec::new();
    for record in reader.records() {
        let record = record.map_err(error)?;
        if let (Some(left), Some(right)) = (record.get(left), record.get(right)) {
            pairs.push((left.trim().to_owned(), right.trim().to_owned()));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::colour::by_name;

    fn book() -> LabelBook {
        let pairs = [
            ("213#黑色(现货)", "黑色"),
            ("贝壳粉", "贝壳粉"),
            ("黑色上衣+白裤", "黑色+白色"),
            ("白边", "白"),
            ("红裙", "红"),
            ("蓝裙", "蓝"),
            ("绿裙", "绿"),
            ("白玉兰花", "白"),
        ];
        LabelBook::from_pairs(&pairs.map(|(label, words)| (label.to_owned(), words.to_owned())))
    }

    #[test]
    fn labels_give_real_text_and_templates() {
        let book = book();
        let of = |name: &str| {
            let colour = palette().iter().position(|base| Some(base.term) == by_name(name)).unwrap();
            [Side::Train, Side::Test].map(|side| book.real(colour, side).to_vec()).concat()
        };
        assert_eq!(of("Black"), ["213#黑色(现货)"]);
        assert_eq!(of("Pink"), ["贝壳粉"]);
        assert_eq!(of("White"), Vec::<String>::new());
        let mut templates: Vec<_> = book.templates.iter().flatten().collect();
        templates.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        let shown: Vec<_> = templates.iter().map(|t| (t.prefix.as_str(), t.suffix.as_str(), t.with_suffix)).collect();
        assert_eq!(shown, [("", "裙", false), ("213#", "(现货)", true)]);
    }
}
