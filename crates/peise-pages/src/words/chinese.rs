//! Simplified Chinese.

use peise::colour::by_name;
use peise_eval::confusion::{DARK, LIGHT, NONE, OTHER, UNANSWERED};

use super::terms::{EvaluationWords, ListingWords, RunWords, Words};

pub(super) const WORDS: Words = Words {
    lang: "zh-CN",
    listings: "商品",
    photos: "图片",
    acc: "图片准确率（Acc）",
    em: "商品全对率（EM）",
    no_label: "无选项",
    show: "显示",
    nearest: "最接近的选项",
    listing: ListingWords {
        one_photo: "{} 张图片",
        many_photos: "{} 张图片",
        mean: "平均置信度",
        below: "低于 {} 的图片",
        failed: "无法读取的图片",
        withheld_answers: "未作答的图片",
        right_of: "{} 正确",
        all: "全部商品",
        to_check: "只看需要核对的",
        sure: "有把握",
        unsure: "没把握，附次选标签",
        wrong: "错误",
        order: "把握最小的商品和图片排在最前。",
        joint: "整件商品全对",
        approximate: "近似值",
        no_photo: "没有图片",
        bare: "确实没有图片：{}",
        look_alike: "无法区别于",
        withheld: "把握太小，未作答",
        guess: "猜测：",
        unmatched: "未匹配",
        no_thumbnail: "无缩略图",
        runner_up: "或",
        same_as: "同一张图：",
        truth: "应为",
        failure: "无法读取",
        listing_failure: "该商品无法匹配",
        notes: "说明",
        more: "另有 {} 个把握更大的商品未显示。",
        nothing: "没有商品。",
    },
    evaluation: EvaluationWords {
        slice,
        colour,
        unattended: "若要求 {right} % 正确，{listings} % 的商品、{photos} % 的图片无需人工。",
        on_this_file: "阈值就在这些商品上选出：这是最好的情形。",
        unanswered: "未作答",
        left_out: "未计入（真值不明）",
        shows_none: "其中不含任何选项",
        ece_photo: "ECE（每张图片）",
        ece_listing: "ECE（每件商品）",
        if_perfect: "纯属偶然时的均值、上限：{}",
        per_photo: "每张图片",
        per_listing: "每件商品",
        comparison: "与另一份预测比较",
        quantity: "指标",
        difference: "差值",
        interval: "95 % 区间",
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
        findings: "不相符之处",
    },
    runs: RunWords {
        title: "训练记录",
        nothing: "没有训练记录。",
        no_values: "没有数据",
        loss: "损失",
        logarithmic: "对数坐标",
        step: "步",
        training: "训练",
        raw: "训练（每步）",
        smoothed: "训练（平滑）",
        validation: "验证",
        best: "最佳",
        runs: "训练",
        comparison: "数据",
        steps: "步数",
        stages: "阶段",
        validations: "验证次数",
        best_step: "最佳步",
        best_loss: "最佳验证损失",
        best_acc: "最佳验证 Acc",
        best_em: "最佳验证 EM",
        last_loss: "最后验证损失",
        last_acc: "最后验证 Acc",
        last_em: "最后验证 EM",
        training_acc: "训练 Acc（最后 20 步）",
        training_em: "训练 EM（最后 20 步）",
        photos_per_second: "图片/秒（中位数）",
        not_finite: "损失非有限值的步数",
    },
};

fn slice(size: &'static str) -> &'static str {
    match size {
        "no hue" => "黑白灰",
        "both" => "兼有",
        "hue" => "彩色",
        "one colour" => "一种",
        "several" => "多种",
        "plain" => "只写颜色",
        "with more" => "另有内容",
        "unknown" => "不明",
        other => other,
    }
}

/// A name of [`peise_eval::Confusion`] in Chinese: `浅灰+白`.
fn colour(name: &str) -> String {
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
        (NONE, _) => "无选项".to_owned(),
        (UNANSWERED, _) => "未作答".to_owned(),
        (_, Some(parts)) => parts.join("+"),
        (_, None) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_chinese_names() {
        for (name, expected) in [
            ("Black", "黑"),
            ("Light Grey+White", "浅灰+白"),
            ("other", "其他"),
            ("no option", "无选项"),
            ("no answer", "未作答"),
            ("Unheard Of", "Unheard Of"),
        ] {
            assert_eq!(colour(name), expected);
        }
    }
}
