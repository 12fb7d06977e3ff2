//! Where a label may be cut.

/// What a character is, as far as boundaries are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    Latin,
    /// Anything else that carries meaning: Chinese, other scripts, emoji.
    Word,
    Mark,
}

pub(super) fn class(character: char) -> Class {
    match character {
        '0'..='9' => Class::Digit,
        'a'..='z' | 'A'..='Z' => Class::Latin,
        _ if character.is_whitespace() => Class::Mark,
        _ if character.is_ascii() => Class::Mark,
        '、' | '。' | '·' | '・' | '–' | '—' | '―' | '‐' | '…' | '“' | '”' | '‘' | '’' | '•' | '→' | '_' => {
            Class::Mark
        }
        _ => Class::Word,
    }
}

/// Nouns that sellers put beside colours; they bound a run of Chinese characters. Longest first where one begins
/// another.
const NOUNS: &[&str] = &[
    "连衣裙",
    "半身裙",
    "吊带裙",
    "背带裙",
    "百褶裙",
    "背心裙",
    "鱼尾裙",
    "短裙",
    "长裙",
    "裙子",
    "小西装",
    "西装",
    "套装",
    "外套",
    "上衣",
    "t恤",
    "衬衫",
    "衬衣",
    "毛衣",
    "卫衣",
    "风衣",
    "大衣",
    "羽绒服",
    "棉服",
    "皮衣",
    "马甲",
    "背心",
    "开衫",
    "针织衫",
    "打底衫",
    "裤子",
    "阔腿裤",
    "牛仔裤",
    "背带裤",
    "西裤",
    "长裤",
    "短裤",
    "九分裤",
    "两件套",
    "二件套",
    "三件套",
    "四件套",
    "单件",
    "长袖",
    "短袖",
    "中袖",
    "加绒",
    "薄款",
    "厚款",
    "短款",
    "长款",
    "中长款",
    "真丝",
];

/// Cuts a label into tokens: words of [`NOUNS`], runs of digits or Latin letters, single marks, and runs of other
/// characters, which also end after 色 (黑色|格子) unless it goes on (色系, 色调, 色块, 色差, 色彩).
///
/// The tokens put together are the label.
pub(super) fn tokens(label: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = label;
    while !rest.is_empty() {
        let (token, tail) = rest.split_at(token_length(rest));
        tokens.push(token);
        rest = tail;
    }
    tokens
}

fn token_length(text: &str) -> usize {
    if let Some(noun) = noun_at(text) {
        return noun.len();
    }
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else {
        return 0;
    };
    if class(first) == Class::Mark {
        return first.len_utf8();
    }
    let mut last = first;
    for (at, character) in characters {
        let closed = last == '色' && !matches!(character, '系' | '调' | '块' | '差' | '彩');
        if class(character) != class(first) || closed || noun_at(&text[at..]).is_some() {
            return at;
        }
        last = character;
    }
    text.len()
}

fn noun_at(text: &str) -> Option<&'static str> {
    NOUNS.iter().copied().filter(|noun| text.starts_with(noun)).max_by_key(|noun| noun.len())
}

/// Whether a text says anything by itself: a Chinese (or other) character, an emoji, or a word of Latin letters.
pub(super) fn is_meaningful(text: &str) -> bool {
    text.chars().any(|character| class(character) == Class::Word)
        || text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_alphabetic))
}

/// Whether every bracket is closed, and none that was not opened.
pub(super) fn is_balanced(text: &str) -> bool {
    let depth = text.chars().try_fold(0_usize, |depth, character| match character {
        '(' => Some(depth + 1),
        ')' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}
