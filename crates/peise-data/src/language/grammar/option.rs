//! An option as it is to be named, and a label of it.

use peise::colour::ColourTerm;

/// What a word beside a colour says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Modifier {
    /// Lighter: 浅, 淡.
    Light,
    /// Darker: 深, 暗.
    Dark,
    /// More vivid: 亮, 鲜.
    Vivid,
}

/// A pattern that a seller names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternWord {
    /// 条纹
    Stripe,
    /// 格子
    Check,
    /// 波点
    Dot,
    /// 碎花
    Floral,
    /// 拼色
    ColourBlock,
    /// 渐变
    Gradient,
}

/// A colour as it is to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColourText {
    /// The colour.
    pub term: &'static ColourTerm,
    /// How it differs from a sibling of the same term.
    pub modifier: Option<Modifier>,
}

/// One part of an option: a garment with its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartText {
    /// One for a solid part, more for a pattern; the main colour first. Never empty.
    pub colours: Vec<ColourText>,
    /// The pattern, where a seller would name one.
    pub pattern: Option<PatternWord>,
    /// Chinese garment words of the part, plainest first; may be empty.
    pub nouns: &'static [&'static str],
    /// English garment words of the part, plainest first; may be empty.
    pub english: &'static [&'static str],
}

/// What a buyer can pick: one or more parts, the main part first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionText {
    /// The parts; never empty.
    pub parts: Vec<PartText>,
}

/// A label of one option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLabel {
    /// As the seller writes it.
    pub text: String,
    /// Whether it names no colour, so that only the order of options tells what it means.
    pub colourless: bool,
}
