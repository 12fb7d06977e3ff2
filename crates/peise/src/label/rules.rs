//! The default cleaner's rules, each on normalised labels.
//!
//! 色 is never deleted, so 彩色, 本色 and 杂色 stay what they are.

use std::collections::HashMap;

use super::affix::{End, strip_shared};
use super::normalize::normalize;
use super::token::is_meaningful;

/// Applies every rule once.
pub(super) fn round(labels: &[String]) -> Vec<String> {
    let each = |rule: fn(&str) -> String| move |labels: &[String]| labels.iter().map(|label| rule(label)).collect();
    let labels = guarded(labels, each(drop_notes));
    let labels = guarded(&labels, each(drop_article_numbers));
    let labels = guarded(&labels, each(trim));
    let labels = guarded(&labels, |labels| strip_shared(labels, End::Front));
    let labels = guarded(&labels, |labels| strip_shared(labels, End::Back));
    guarded(&labels, each(trim))
}

/// Applies a rule; labels that it would make equal, or empty, stay as they were.
///
/// A label that stays may equal another's new form, so this repeats until all that differed differ.
fn guarded(labels: &[String], rule: impl Fn(&[String]) -> Vec<String>) -> Vec<String> {
    let mut cleaned: Vec<String> = rule(labels).iter().map(|label| normalize(label)).collect();
    loop {
        let mut sources: HashMap<String, Vec<&String>> = HashMap::new();
        for (before, after) in labels.iter().zip(&cleaned) {
            sources.entry(after.clone()).or_default().push(before);
        }
        let mut stable = true;
        for (before, after) in labels.iter().zip(&mut cleaned) {
            let merged = sources.get(after).is_some_and(|sources| sources.iter().any(|source| *source != before));
            if after != before && (merged || after.is_empty()) {
                after.clone_from(before);
                stable = false;
            }
        }
        if stable {
            return cleaned;
        }
    }
}

/// Words of the shop's talk: of stock, shipping, price, gifts, sizes and praise.
const SHOP_TALK: &[&str] = &[
    "现货", "现贷", "预售", "预定", "预订", "发货", "发出", "天发", "后发", "立发", "秒发", "速发", "付款", "下单",
    "拍下", "勿拍", "慎拍", "可拍", "收藏", "加购", "关注", "店铺", "优先", "推荐", "正品", "品质", "质量", "优质",
    "优选", "保障", "包邮", "运费", "涨价", "特价", "清仓", "促销", "秒杀", "优惠", "红包", "福利", "礼物", "赠", "送",
    "爆款", "新款", "同款", "热卖", "热销", "尺码", "码数", "偏大", "偏小", "均码", "一码", "不退", "斤",
];

/// Characters of colour: a note that holds one may say what the photo shows.
const COLOUR: &str = "色黑白灰红粉橙橘桔黄绿青蓝紫棕咖褐驼米杏藏卡金银";

/// Stock words that begin a note without brackets: 黑色预售15天.
const TAIL: &[&str] = &["现货", "现贷", "预售", "预定", "预订", "付款"];

fn is_shop_talk(note: &str) -> bool {
    // 藏 is a colour, 收藏 is to bookmark; 红 is a colour, 红包 a present of money.
    let colours = note.replace("收藏", "").replace("红包", "");
    SHOP_TALK.iter().any(|word| note.contains(word)) && !colours.contains(|character| COLOUR.contains(character))
}

/// Drops notes of shop talk and article numbers in brackets, and a stock note that ends the label.
fn drop_notes(label: &str) -> String {
    let mut kept = String::new();
    let mut rest = label;
    while let Some((before, inside, after)) = first_bracket(rest) {
        kept.push_str(before);
        if is_shop_talk(inside) || is_code(inside) {
            kept.push(' ');
        } else {
            kept.push('(');
            kept.push_str(inside);
            kept.push(')');
        }
        rest = after;
    }
    kept.push_str(rest);
    let tail = TAIL.iter().filter_map(|word| kept.find(word)).min();
    if let Some((head, note)) = tail.and_then(|at| kept.split_at_checked(at))
        && is_shop_talk(note)
        && !note.contains([')', '+'])
    {
        kept.truncate(head.len());
    }
    if is_meaningful(&kept) { kept } else { label.to_owned() }
}

/// The first innermost pair of brackets: what stands before, inside and after.
fn first_bracket(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.find(')')?;
    let open = text[..close].rfind('(')?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

/// Whether a text is an article number: `t0`, `19a4m3`, `#`, or a letter or two. Longer words may name a colour.
fn is_code(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    text.chars().all(is_code_character) && (letters <= 2 || text.contains(|c: char| c.is_ascii_digit()))
}

fn is_code_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || CODE_MARKS.contains(&character)
}

/// Marks inside and around article numbers.
const CODE_MARKS: [char; 9] = ['#', '-', '_', '.', '=', '*', '/', ',', ' '];

/// Characters that make a number before them count something: 3件套, 7分裤, 30天, 100%.
const COUNTED: &str = "件分天号月日年条层个款折元斤码色%";

/// Drops article numbers at both ends of every `+` part: 213#黑色, 黑色8209, e06浅绿.
fn drop_article_numbers(label: &str) -> String {
    label.split('+').map(without_number).collect::<Vec<_>>().join("+")
}

fn without_number(part: &str) -> &str {
    let code = |text: &str| text.contains(|c: char| c.is_ascii_digit()) && text.trim_matches(CODE_MARKS) != "3d";
    let mut kept = part;
    let tail = kept.trim_start_matches(is_code_character);
    let front = &kept[..kept.len() - tail.len()];
    let counts = front.ends_with(|c: char| c.is_ascii_digit()) && tail.starts_with(|c| COUNTED.contains(c));
    if code(front) && !counts && is_meaningful(tail) {
        kept = tail;
    }
    let head = kept.trim_end_matches(is_code_character);
    if code(&kept[head.len()..]) && is_meaningful(head) {
        kept = head;
    }
    kept
}

/// Trims marks that join nothing, and unwraps a label that stands in brackets as a whole.
fn trim(label: &str) -> String {
    let marks = |character: char| CODE_MARKS.contains(&character) || ":;!?~|&+、。·".contains(character);
    let mut trimmed = label.trim_matches(marks);
    if let Some((before, inside, after)) = first_bracket(trimmed)
        && before.is_empty()
        && after.is_empty()
        && !inside.is_empty()
    {
        trimmed = inside;
    }
    trimmed.to_owned()
}
