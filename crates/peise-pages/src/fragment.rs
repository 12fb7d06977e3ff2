//! Small pieces that several pages are made of.

use maud::{Markup, Render, html};

/// What a tile's number means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
}

/// A number with its name below.
pub(crate) fn tile(tone: Tone, name: &str, value: impl Render) -> Markup {
    let class = match tone {
        Tone::Plain => "tile",
        Tone::Good => "tile good",
        Tone::Warning => "tile warn",
        Tone::Bad => "tile bad",
    };
    html! { div class=(class) { dt { (name) } dd { (value) } } }
}

/// A bar whose length is a share; what is not a number has none.
pub(crate) fn bar(share: f64) -> Markup {
    let width = if share.is_nan() { 0.0 } else { (share * 100.0).clamp(0.0, 100.0) };
    html! { span.bar { i style={ "width:" (format_args!("{width:.1}")) "%" } {} } }
}

/// A sentence with markup in the places of `{name}`.
///
/// # Panics
/// If the sentence names a place that is not given (programmer error).
pub(crate) fn filled(sentence: &str, values: &[(&str, Markup)]) -> Markup {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).expect("every place has its value");
    html! {
        @for (place, part) in sentence.split(['{', '}']).enumerate() {
            @if place % 2 == 0 { (part) } @else { (value(part).1) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_take_markup() {
        let text = filled("若 {a} % < {b}。", &[("b", html! { b { "2" } }), ("a", html! { "1" })]);
        assert_eq!(text.into_string(), "若 1 % &lt; <b>2</b>。");
    }

    #[test]
    fn bars_stay_inside() {
        for (share, width) in [(0.5, "50.0"), (f64::NAN, "0.0"), (7.0, "100.0"), (-1.0, "0.0")] {
            assert!(bar(share).into_string().contains(&format!("width:{width}%")), "{share}");
        }
    }
}
