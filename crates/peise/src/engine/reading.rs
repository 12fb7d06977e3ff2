//! What decoding asks of labels: which need no photo, which name a colour, which look alike.

use crate::colour::lexicon::{LabelReading, Lexicon, ListingReading, Role, ShopColour};
use crate::label::{normalize, unescape};

/// What was read in the labels of a listing.
pub(super) struct Readings {
    /// One for each label.
    pub labels: Vec<Reading>,
    /// Each label as the model reads it best: in Chinese where it is another language's.
    pub texts: Vec<String>,
}

/// What was read in a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether the option can do without a photo: its label is empty, or says that the seller picks a colour.
    pub optional: bool,
    /// The colours named, from left to right, each with its modifiers and the part that has it.
    colours: Vec<String>,
    /// The words around the colours, without those of sizes and numbers.
    rest: String,
    /// Whether the label tells how the product looks: a colour or a pattern.
    tells_looks: bool,
}

/// What stands between the words of a label, white space aside.
const SEPARATORS: &str = "/|-_,;:()#.*、，。【】《》";

/// Words of size, which no photo shows.
const SIZES: [&str; 14] = ["", "码", "号", "cm", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "small", "medium", "large"];

/// Stands for a colour in [`Reading::rest`].
const COLOUR: &str = " \u{E000} ";

impl Readings {
    /// Reads the labels of one listing together: they tell each other's language. `colours` are the shop's own names.
    pub fn of(labels: &[&str], colours: &[(String, [u8; 3])]) -> Self {
        let plain: Vec<String> = labels.iter().map(|label| unescape(label)).collect();
        let own: Vec<ShopColour> = colours
            .iter()
            .enumerate()
            .map(|(place, (name, srgb))| ShopColour { name: name.clone(), srgb: *srgb, line: place + 1 })
            .collect();
        let builtin = Lexicon::builtin();
        // A listing that names a colour twice keeps its other words.
        let shop = if own.is_empty() { None } else { builtin.with_colours(&own).ok() };
        let found: ListingReading = shop.as_ref().unwrap_or(builtin).read_listing(&plain);
        let texts = found.chinese();
        Self { labels: found.labels.iter().map(Reading::of).collect(), texts }
    }
}

impl Reading {
    fn of(label: &LabelReading) -> Self {
        let (mut around, mut at) = (String::new(), 0);
        for span in &label.spans {
            let Some(before) = label.text.get(at..span.range.start) else { continue };
            match span.role {
                Role::Colour | Role::Modifier => around.extend([before, COLOUR]),
                Role::Size | Role::Note | Role::Connective => around.extend([before, " "]),
                _ => around.extend([before, &label.text[span.range.clone()]]),
            }
            at = span.range.end;
        }
        around.push_str(label.text.get(at..).unwrap_or_default());
        let around = normalize(&around);
        let separates = |character: char| character.is_whitespace() || SEPARATORS.contains(character);
        let words = around.split(separates).filter(|word| !is_size(word));
        let colour = |colour: &crate::colour::lexicon::NamedColour| {
            format!("{} {:?} {:?}", colour.key, colour.modifiers, colour.part)
        };
        Self {
            optional: normalize(&label.text).is_empty() || label.random,
            colours: label.colours.iter().map(colour).collect(),
            rest: words.collect::<Vec<&str>>().join(" "),
            tells_looks: label.tells_looks(),
        }
    }

    /// Whether the label says anything of the product's looks.
    pub fn names_colour(&self) -> bool {
        self.tells_looks
    }

    /// Whether the two options differ at most in what no photo shows.
    pub fn looks_like(&self, other: &Self) -> bool {
        self.tells_looks && self.colours == other.colours && self.rest == other.rest
    }
}

fn is_size(word: &str) -> bool {
    SIZES.contains(&word.trim_start_matches(|character: char| character.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &[&str]) -> Vec<Reading> {
        Readings::of(labels, &[]).labels
    }

    #[test]
    fn some_options_need_no_photo() {
        for label in ["", "   ", "随机色", "Random", "颜色随机发货", "Assorted colours"] {
            assert!(read(&[label])[0].optional, "{label}");
        }
        for label in ["黑色", "Black", "38", "🟥"] {
            assert!(!read(&[label])[0].optional, "{label}");
        }
    }

    #[test]
    fn options_that_differ_in_size_alone_look_alike() {
        let alike = [("Black/S", "Black / XL"), ("黑色", "黑"), ("213#黑色", "214#黑色"), ("黑色 38码", "黑色-40码")];
        for (one, other) in alike {
            let read = read(&[one, other]);
            assert!(read[0].looks_like(&read[1]), "{one} {other}: {read:?}");
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
            let read = read(&[one, other]);
            assert!(!read[0].looks_like(&read[1]), "{one} {other}: {read:?}");
        }
    }
}
