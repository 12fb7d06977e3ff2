//! What decoding asks of labels: which need no photo, which name a colour, which look alike.

use crate::colour::{Lightness, Mention, mentions};
use crate::label::normalize;

/// What was read in a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether the option can do without a photo: its label is empty, or says that the seller picks a colour.
    pub optional: bool,
    /// The colours named, from left to right.
    colours: Vec<(&'static str, Option<Lightness>)>,
    /// The words around the colours, without those of sizes and numbers.
    rest: String,
}

/// Words for an option of which no photo need show anything.
const ASSORTED: [&str; 3] = ["随机", "random", "assorted"];

/// What stands between the words of a label, white space aside.
const SEPARATORS: &str = "/|-_,;:()#.*、，。【】《》";

/// Words of size, which no photo shows.
const SIZES: [&str; 14] = ["", "码", "号", "cm", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "small", "medium", "large"];

/// Stands for a colour in [`Reading::rest`].
const COLOUR: char = '\u{1}';

impl Reading {
    /// Reads a label.
    pub fn of(label: &str) -> Self {
        let text = normalize(label);
        let found = mentions(&text);
        let (mut around, mut at) = (String::new(), 0);
        for Mention { range, .. } in &found {
            around.extend([&text[at..range.start], " "]);
            around.extend([COLOUR, ' ']);
            at = range.end;
        }
        around.push_str(&text[at..]);
        let separates = |character: char| character.is_whitespace() || SEPARATORS.contains(character);
        let words = around.split(separates).filter(|word| !is_size(word));
        Self {
            optional: text.is_empty() || ASSORTED.iter().any(|word| text.contains(word)),
            colours: found.iter().map(|mention| (mention.term.name, mention.modifier)).collect(),
            rest: words.collect::<Vec<&str>>().join(" "),
        }
    }

    /// Whether the label says anything of colour.
    pub fn names_colour(&self) -> bool {
        !self.colours.is_empty()
    }

    /// Whether the two options differ at most in what no photo shows.
    pub fn looks_like(&self, other: &Self) -> bool {
        self.names_colour() && self.colours == other.colours && self.rest == other.rest
    }
}

fn is_size(word: &str) -> bool {
    SIZES.contains(&word.trim_start_matches(|character: char| character.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_options_need_no_photo() {
        for label in ["", "   ", "随机色", "Random", "颜色随机发货", "Assorted colours"] {
            assert!(Reading::of(label).optional, "{label}");
        }
        for label in ["黑色", "Black", "38", "🟥"] {
            assert!(!Reading::of(label).optional, "{label}");
        }
    }

    #[test]
    fn options_that_differ_in_size_alone_look_alike() {
        let alike = [("Black/S", "Black / XL"), ("黑色", "黑"), ("213#黑色", "214#黑色"), ("黑色 38码", "黑色-40码")];
        for (one, other) in alike {
            assert!(Reading::of(one).looks_like(&Reading::of(other)), "{one} {other}");
        }
        let apart = [
            ("Black/S", "White/S"),
            ("浅蓝", "蓝"),
            ("S", "M"),
            ("红上衣+白裙", "红上衣+白裤"),
            ("黑白", "白黑"),
            ("black stripes", "black dots"),
        ];
        for (one, other) in apart {
            assert!(!Reading::of(one).looks_like(&Reading::of(other)), "{one} {other}");
        }
    }
}
