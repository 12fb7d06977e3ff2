//! Words of the grammar that are written down rather than counted, each with its reason.

use super::option::{Modifier, PatternWord};

/// Words before a colour, plainest first: the caller hands in a meaning, so the words of each meaning must be known.
pub(super) const MODIFIERS: [(Modifier, &[&str]); 3] =
    [(Modifier::Light, &["浅", "淡"]), (Modifier::Dark, &["深", "暗"]), (Modifier::Vivid, &["亮", "鲜"])];

/// Words of patterns, plainest first, for the same reason.
pub(super) const PATTERNS: [(PatternWord, &[&str]); 6] = [
    (PatternWord::Stripe, &["条纹", "条", "条"]),
    (PatternWord::Check, &["格", "格子", "格纹"]),
    (PatternWord::Dot, &["波点", "点", "圆点"]),
    (PatternWord::Floral, &["碎花", "花", "印花"]),
    (PatternWord::ColourBlock, &["拼", "拼色", "撞色", "拼接"]),
    (PatternWord::Gradient, &["渐变", "渐变色"]),
];

/// Characters that say how many garments there are, which only the caller knows: 套装, 两件套.
pub(super) const SETS: [char; 2] = ['套', '件'];

/// Words that join two parts, besides `+`; drawn by their counts.
pub(super) const JOINS: [&str; 5] = ["配", "加", "搭", "-", "/"];

/// Labels that name no colour: too rare to be counted (7 of 5,371 labels), so 图片色, 混色 and the like are written
/// down.
pub(super) const COLOURLESS: [&str; 5] = ["图片色", "如图", "图色", "混色", "花色"];

/// What numbers or letters an option (1号, A款, 款式2), written down for the same reason.
pub(super) const NUMBERED: [(&str, &str); 5] = [("", "号"), ("", "款"), ("款式", ""), ("图", ""), ("", "号色")];

/// Traditional forms of the characters in colour words and the commonest garments: a property of the script.
#[rustfmt::skip]
pub(super) const TRADITIONAL: [(char, char); 32] = [
    ('蓝', '藍'), ('绿', '綠'), ('红', '紅'), ('黄', '黃'), ('银', '銀'), ('驼', '駝'), ('咖', '咖'), ('枣', '棗'),
    ('宝', '寶'), ('军', '軍'), ('雾', '霧'), ('裤', '褲'), ('纹', '紋'), ('条', '條'), ('长', '長'), ('单', '單'),
    ('两', '兩'), ('装', '裝'), ('现', '現'), ('货', '貨'), ('预', '預'), ('发', '發'), ('衬', '襯'), ('圆', '圓'),
    ('点', '點'), ('领', '領'), ('马', '馬'), ('连', '連'), ('风', '風'), ('带', '帶'), ('体', '體'), ('灯', '燈'),
];

/// Words with a mistaken character, right and wrong. 现贷 is in real labels; the others are our own, made alike, since
/// slips are too rare to be counted.
pub(super) const MISTAKEN: [(&str, &str); 5] =
    [("现货", "现贷"), ("连衣裙", "连衣群"), ("两件套", "俩件套"), ("预售", "预收"), ("裤子", "库子")];
