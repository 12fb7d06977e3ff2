//! The page's own words.

/// Language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese (中文).
    Chinese,
}

impl Language {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }
}

/// Everything the page says by itself. `{}` stands for a number or a label.
pub(super) struct Words {
    pub lang: &'static str,
    pub listings: &'static str,
    pub photos: &'static str,
    pub one_photo: &'static str,
    pub many_photos: &'static str,
    pub mean: &'static str,
    pub below: &'static str,
    pub failed: &'static str,
    pub accuracy: &'static str,
    pub exact_match: &'static str,
    pub right_of: &'static str,
    pub show: &'static str,
    pub all: &'static str,
    pub to_check: &'static str,
    pub sure: &'static str,
    pub unsure: &'static str,
    pub wrong: &'static str,
    pub order: &'static str,
    pub joint: &'static str,
    pub approximate: &'static str,
    pub no_label: &'static str,
    pub no_photo: &'static str,
    pub unmatched: &'static str,
    pub no_thumbnail: &'static str,
    pub runner_up: &'static str,
    pub truth: &'static str,
    pub failure: &'static str,
    pub listing_failure: &'static str,
    pub more: &'static str,
    pub nothing: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    listings: "listings",
    photos: "photos",
    one_photo: "{} photo",
    many_photos: "{} photos",
    mean: "mean confidence",
    below: "photos below {}",
    failed: "unreadable photos",
    accuracy: "photos right (Acc)",
    exact_match: "listings all right (EM)",
    right_of: "{} right",
    show: "Show",
    all: "all listings",
    to_check: "only those to check",
    sure: "sure",
    unsure: "unsure, with the runner-up",
    wrong: "wrong",
    order: "The least sure listings and photos come first.",
    joint: "all labels right",
    approximate: "approximate",
    no_label: "no label",
    no_photo: "no photo",
    unmatched: "not matched",
    no_thumbnail: "no picture",
    runner_up: "or",
    truth: "truth:",
    failure: "Could not be read",
    listing_failure: "This listing could not be matched",
    more: "{} more listings, all surer than these, are not shown.",
    nothing: "No listings.",
};

const CHINESE: Words = Words {
    lang: "zh-CN",
    listings: "商品",
    photos: "图片",
    one_photo: "{} 张图片",
    many_photos: "{} 张图片",
    mean: "平均置信度",
    below: "低于 {} 的图片",
    failed: "无法读取的图片",
    accuracy: "图片准确率 (Acc)",
    exact_match: "商品全对率 (EM)",
    right_of: "{} 正确",
    show: "显示",
    all: "全部商品",
    to_check: "只看需要核对的",
    sure: "有把握",
    unsure: "没把握，附次选标签",
    wrong: "错误",
    order: "把握最小的商品和图片排在最前。",
    joint: "整件商品全对",
    approximate: "近似值",
    no_label: "无标签",
    no_photo: "没有图片",
    unmatched: "未匹配",
    no_thumbnail: "无缩略图",
    runner_up: "或",
    truth: "应为",
    failure: "无法读取",
    listing_failure: "该商品无法匹配",
    more: "另有 {} 个把握更大的商品未显示。",
    nothing: "没有商品。",
};

impl std::str::FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        match name {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            _ => Err(UnknownLanguage { found: name.to_owned() }),
        }
    }
}

/// A language that pages are not written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected en or zh, found `{found}`")]
pub struct UnknownLanguage {
    /// What was asked for.
    pub found: String,
}
