//! The only ways by which foreign text and bytes reach the page.

use std::fmt::{self, Display, Formatter, Write};

/// Text from outside, safe in element content and in double-quoted attributes.
///
/// Control characters, which HTML forbids, become U+FFFD.
pub struct Text<'a>(pub &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' => f.write_char(c)?,
                c if c.is_control() => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A label: isolated from the direction of its surroundings, and in a Chinese font where it holds Chinese.
pub(super) struct Label<'a>(pub &'a str);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let han = self.0.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'));
        let lang = if han { " lang=\"zh-CN\"" } else { "" };
        write!(f, "<bdi{lang}>{}</bdi>", Text(if self.0.trim().is_empty() { "␣" } else { self.0 }))
    }
}

/// Bytes in base64 (RFC 4648, section 4, padded).
pub struct Base64<'a>(pub &'a [u8]);

impl Display for Base64<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for chunk in self.0.chunks(3) {
            let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for i in 0..4 {
                let digit = ALPHABET[(bits >> (18 - 6 * i) & 63) as usize];
                f.write_char(if i <= chunk.len() { char::from(digit) } else { '=' })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        for (given, expected) in [
            ("黑色", "黑色"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onerror='x'", "&quot; onerror=&#39;x&#39;"),
            ("a&amp;b", "a&amp;amp;b"),
            ("a\0b\u{1b}c\nd", "a\u{fffd}b\u{fffd}c\nd"),
        ] {
            assert_eq!(Text(given).to_string(), expected);
        }
    }

    #[test]
    fn labels_say_their_language() {
        for (given, expected) in [
            ("黑色", "<bdi lang=\"zh-CN\">黑色</bdi>"),
            ("black", "<bdi>black</bdi>"),
            (" ", "<bdi>␣</bdi>"),
            ("<b>", "<bdi>&lt;b&gt;</bdi>"),
        ] {
            assert_eq!(Label(given).to_string(), expected);
        }
    }

    #[test]
    fn base64_of_rfc_4648() {
        for (given, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(Base64(given.as_bytes()).to_string(), expected);
        }
        assert_eq!(Base64(&[0xff, 0xfe, 0xfb]).to_string(), "//77");
    }
}
