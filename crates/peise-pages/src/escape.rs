//! How foreign text and bytes appear on a page. Escaping itself is `maud`'s.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, Render, html};

/// A label, an id or a name: isolated from the direction of its surroundings, and in a Chinese font where it holds
/// Chinese. A blank one is shown as `␣`.
pub(crate) struct Foreign<'a>(pub &'a str);

impl<'a> Foreign<'a> {
    /// The text alone, where an element has no place, as in attributes.
    pub fn text(&self) -> &'a str {
        if self.0.trim().is_empty() { "␣" } else { self.0 }
    }
}

impl Render for Foreign<'_> {
    fn render(&self) -> Markup {
        let han = self.0.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'));
        html! { bdi lang=[han.then_some("zh-CN")] { (self.text()) } }
    }
}

/// A JPEG as an address that holds the picture itself (RFC 2397).
pub(crate) struct Jpeg<'a>(pub &'a [u8]);

impl Render for Jpeg<'_> {
    fn render_to(&self, out: &mut String) {
        use std::fmt::Write as _;
        // Base64 has no character that HTML would read as its own.
        let _ = write!(out, "data:image/jpeg;base64,{}", Base64Display::new(self.0, &STANDARD));
    }
}

/// Replaces control characters, which HTML forbids, by U+FFFD.
pub(crate) fn without_controls(PreEscaped(text): Markup) -> String {
    let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        for (given, expected) in [
            ("黑色", "<p title=\"黑色\">黑色</p>"),
            ("<script>", "<p title=\"&lt;script&gt;\">&lt;script&gt;</p>"),
            ("\" onerror='x'", "<p title=\"&quot; onerror='x'\">&quot; onerror='x'</p>"),
            ("a&amp;b", "<p title=\"a&amp;amp;b\">a&amp;amp;b</p>"),
            ("a\0b\u{1b}c\nd", "<p title=\"a\u{fffd}b\u{fffd}c\nd\">a\u{fffd}b\u{fffd}c\nd</p>"),
        ] {
            assert_eq!(without_controls(html! { p title=(given) { (given) } }), expected);
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
            assert_eq!(Foreign(given).render().into_string(), expected);
        }
    }

    #[test]
    fn pictures_are_addresses() {
        let picture = Jpeg(&[0xff, 0xfe, 0xfb, 0xff]);
        assert_eq!(html! { img src=(picture); }.into_string(), "<img src=\"data:image/jpeg;base64,//77/w==\">");
    }
}
