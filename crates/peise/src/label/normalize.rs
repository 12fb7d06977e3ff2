//! One way of writing for labels that look the same.

use unicode_normalization::UnicodeNormalization;

/// Writes a label the one way in which labels that look the same are equal.
///
/// In this order: NFKC (full-width to half-width, radicals to characters), all brackets to `(` and `)`, zero-width and
/// control characters and the web's `&nbsp;` removed, Latin and other cased letters lower-cased, white space collapsed
/// to single spaces and trimmed. Traditional characters, digits and emoji stay. Idempotent.
///
/// Empty only where nothing visible was there; all such labels are then equal.
pub fn normalize(label: &str) -> String {
    let mut label = once(label);
    // Removing or lower-casing a character can let its neighbours compose, so repeat; two rounds nearly always do.
    loop {
        let next = once(&label);
        if next == label {
            return label;
        }
        label = next;
    }
}

fn once(label: &str) -> String {
    let label = label.replace("&nbsp;", " ");
    let mut out = String::with_capacity(label.len());
    for character in label.nfkc().filter(|&character| !is_invisible(character)).map(unify_bracket) {
        if character.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.extend(character.to_lowercase());
        }
    }
    out.truncate(out.trim_end().len());
    out.nfkc().collect()
}

/// Control characters that are not white space, and characters without width.
fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn unify_bracket(character: char) -> char {
    match character {
        '[' | '{' | '【' | '〔' | '〖' | '〘' | '〚' | '〈' | '《' | '「' | '『' => '(',
        ']' | '}' | '】' | '〕' | '〗' | '〙' | '〛' | '〉' | '》' | '」' | '』' => ')',
        other => other,
    }
}
