//! Which label text belongs to training, and which to test.
//!
//! Text beyond a colour belongs to one of them, by a hash of the text around the colour, so a test label that says more
//! than a colour is new to the model.

use peise::colour::mentions;
use xxhash_rust::xxh3::xxh3_64;

use crate::split::Split;

/// Changing this moves label text between training and test: never do.
const SALT: &str = "peise label 1";
/// Of 100 templates, how many are kept for test.
const TEST_SHARE: u64 = 30;

/// Where text beyond a colour may appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Train,
    Test,
}

impl From<Split> for Side {
    fn from(split: Split) -> Self {
        if split == Split::Test { Self::Test } else { Self::Train }
    }
}

/// What a label says besides its colours; empty for a mere colour.
pub(crate) fn beyond_colour(label: &str) -> String {
    let mut rest = String::new();
    let mut end = 0;
    for mention in mentions(label) {
        rest.push_str(&label[end..mention.range.start]);
        rest.push('\u{1}');
        end = mention.range.end;
    }
    rest.push_str(&label[end..]);
    if rest == "\u{1}" { String::new() } else { rest }
}

/// Whether a label may appear on this side: mere colours may on both, any other text on one.
pub(crate) fn may_appear(label: &str, side: Side) -> bool {
    let rest = beyond_colour(label);
    let test = xxh3_64(format!("{SALT}\0{rest}").as_bytes()) % 100 < TEST_SHARE;
    rest.is_empty() || test == (side == Side::Test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_beyond_a_colour_is_on_exactly_one_side() {
        for (label, rest) in [
            ("黑色", ""),
            ("浅蓝", ""),
            ("213#黑色(现货)", "213#\u{1}(现货)"),
            ("黑色Black", "\u{1}\u{1}"),
            ("图片色", "图片色"),
        ] {
            assert_eq!(beyond_colour(label), rest, "{label}");
            let sides = [Side::Train, Side::Test].map(|side| may_appear(label, side));
            assert_eq!(sides == [true, true], rest.is_empty(), "{label}");
            assert!(sides[0] || sides[1]);
        }
    }
}
