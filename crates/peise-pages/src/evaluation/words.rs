//! The page's own words.

use crate::Language;
use peise::colour::by_name;
use peise_eval::confusion::{DARK, LIGHT, NONE, OTHER};

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

/// Everything the page says by itself.
pub(super) struct Words {
    pub lang: &'static str,
    /// A kind of listing, as [`Slice::size`](super::super::Slice::size) has it.
    pub kind: fn(&'static str) -> &'static str,
    /// A colour, as [`Confusion`](super::super::Confusion) has it.
    pub colour: fn(&str) -> String,
    /// `{right}`, `{listings}`, `{photos}`: per cent.
    pub unattended: &'static str,
    pub on_this_file: &'static str,
    pub acc: &'static str,
    pub em: &'static str,
    pub listings: &'static str,
    pub photos: &'static str,
    pub unanswered: &'static str,
    pub ece_photo: &'static str,
    pub ece_listing: &'static str,
    /// `{}`: mean and upper end of the ECE of perfect probabilities.
    pub if_perfect: &'static str,
    pub per_photo: &'static str,
    pub per_listing: &'static str,
    pub comparison: &'static str,
    pub difference: &'static str,
    pub only_these: &'static str,
    pub only_others: &'static str,
    pub calibration: &'static str,
    pub reliability: &'static str,
    pub confidence: &'static str,
    pub right: &'static str,
    pub coverage: &'static str,
    pub answered: &'static str,
    pub slices: &'static str,
    pub by_labels: &'static str,
    pub by_images: &'static str,
    pub by_distance: &'static str,
    pub by_hue: &'static str,
    pub by_parts: &'static str,
    pub by_writing: &'static str,
    pub confusion: &'static str,
    pub confusion_note: &'static str,
    pub mistakes: &'static str,
    pub no_mistake: &'static str,
    pub guess: &'static str,
    pub truth: &'static str,
    pub no_label: &'static str,
    pub findings: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    kind: |size| size,
    colour: str::to_owned,
    unattended: "At {right} % right, <b>{listings} %</b> of the listings and <b>{photos} %</b> of the photos need no human.",
    on_this_file: "The threshold is chosen on these very listings: the best that could be had.",
    acc: "photos right (Acc)",
    em: "listings right (EM)",
    listings: "listings",
    photos: "photos",
    unanswered: "photos without answer",
    ece_photo: "ECE per photo",
    ece_listing: "ECE per listing",
    if_perfect: "by chance alone (mean, up to): {}",
    per_photo: "per photo",
    per_listing: "per listing",
    comparison: "Against the other predictions",
    difference: "difference, 95 % interval",
    only_these: "listings only these have right",
    only_others: "listings only the others have right",
    calibration: "What the probabilities are worth",
    reliability: "Reliability: share right by probability, bins of equal size",
    confidence: "probability",
    right: "right",
    coverage: "Share right among the most certain",
    answered: "share answered",
    slices: "By kind of listing",
    by_labels: "labels",
    by_images: "photos",
    by_distance: "least difference of two colours (CIEDE2000)",
    by_hue: "colours named",
    by_parts: "colours of a label",
    by_writing: "how labels are written",
    confusion: "Colours taken for others",
    confusion_note: "Rows: truth; columns: answer; photos. Terms as the labels name them.",
    mistakes: "The most certain mistakes",
    no_mistake: "None.",
    guess: "answer",
    truth: "truth",
    no_label: "no label",
    findings: "What did not fit together",
};

const CHINESE: Words = Words {
    lang: "zh-CN",
    kind: |size| match size {
        "no hue" => "黑白灰",
        "both" => "兼有",
        "hue" => "彩色",
        "one colour" => "一种",
        "several" => "多种",
        "plain" => "只写颜色",
        "with more" => "另有内容",
        "unknown" => "不明",
        other => other,
    },
    colour: in_chinese,
    unattended: "若要求 {right} % 正确，<b>{listings} %</b> 的商品、<b>{photos} %</b> 的图片无需人工。",
    on_this_file: "阈值就在这些商品上选出：这是最好的情形。",
    acc: "图片正确率（Acc）",
    em: "商品全对率（EM）",
    listings: "商品",
    photos: "图片",
    unanswered: "未作答图片",
    ece_photo: "ECE（每张图片）",
    ece_listing: "ECE（每件商品）",
    if_perfect: "纯属偶然时的均值、上限：{}",
    per_photo: "每张图片",
    per_listing: "每件商品",
    comparison: "与另一份预测比较",
    difference: "差值，95 % 区间",
    only_these: "仅本份全对的商品",
    only_others: "仅另一份全对的商品",
    calibration: "概率是否可信",
    reliability: "可靠性：按概率等量分组后的正确率",
    confidence: "概率",
    right: "正确",
    coverage: "最有把握者中的正确率",
    answered: "作答比例",
    slices: "按商品类别",
    by_labels: "标签数",
    by_images: "图片数",
    by_distance: "两种颜色的最小差别（CIEDE2000）",
    by_hue: "所写颜色",
    by_parts: "一个标签的颜色",
    by_writing: "标签写法",
    confusion: "被认作其他颜色",
    confusion_note: "行：真值；列：回答；单位：图片。颜色名取自标签。",
    mistakes: "最有把握的错误",
    no_mistake: "无。",
    guess: "回答",
    truth: "真值",
    no_label: "无标签",
    findings: "不相符之处",
};

/// A name of [`peise_eval::Confusion`] in Chinese: `浅灰+白`.
fn in_chinese(name: &str) -> String {
    let part = |part: &str| {
        let (prefix, term) = match (part.strip_prefix(LIGHT), part.strip_prefix(DARK)) {
            (Some(term), _) => ("浅", term),
            (_, Some(term)) => ("深", term),
            _ => ("", part),
        };
        by_name(term).and_then(|term| term.chinese.first()).map(|word| format!("{prefix}{word}"))
    };
    let parts: Option<Vec<String>> = name.split('+').map(part).collect();
    match (name, parts) {
        (OTHER, _) => "其他".to_owned(),
        (NONE, _) => "无标签".to_owned(),
        (_, Some(parts)) => parts.join("+"),
        (_, None) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_chinese() {
        for (name, expected) in [
            ("Black", "黑"),
            ("Light Grey+White", "浅灰+白"),
            ("other", "其他"),
            ("no label", "无标签"),
            ("Unheard Of", "Unheard Of"),
        ] {
            assert_eq!(in_chinese(name), expected);
        }
    }
}
