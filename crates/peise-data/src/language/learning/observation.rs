//! A real label as it is counted.

use std::ops::Range;

use crate::language::reading::colour_spans;
use peise::label::normalize;

/// A word or phrase must occur in this many distinct labels to be kept.
pub const MIN_LABELS: u32 = 3;

/// A real label with the places of its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// As the seller wrote it.
    pub raw: String,
    /// Normalised.
    pub text: String,
    /// Byte ranges of the colours in `text`, from left to right.
    pub colours: Vec<Range<usize>>,
}

impl Observation {
    /// A label with what its reader took to be its colour.
    pub fn new(label: &str, colour_words: &str) -> Self {
        let text = normalize(label);
        let characters: Vec<char> = text.chars().collect();
        let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        offsets.push(text.len());
        let spans = colour_spans(&characters, &normalize(colour_words));
        let colours = spans.into_iter().map(|span| offsets[span.start]..offsets[span.end]).collect();
        Self { raw: label.to_owned(), text, colours }
    }

    /// Whether a byte range touches a colour.
    pub fn in_colour(&self, range: &Range<usize>) -> bool {
        self.colours.iter().any(|colour| colour.start < range.end && range.start < colour.end)
    }

    /// Bracket depth at every byte; opening and closing brackets count as inside.
    pub fn depths(&self) -> Vec<u8> {
        let mut depth = 0_u8;
        let mut depths = Vec::with_capacity(self.text.len());
        for byte in self.text.bytes() {
            if byte == b'(' {
                depth = depth.saturating_add(1);
            }
            depths.push(depth);
            if byte == b')' {
                depth = depth.saturating_sub(1);
            }
        }
        depths
    }

    /// Whether the label names several colours or joins several parts.
    pub fn is_several(&self) -> bool {
        let depths = self.depths();
        let outside = |at: usize| depths[at] == 0;
        let joined = self.text.bytes().enumerate().any(|(at, byte)| byte == b'+' && outside(at));
        joined || self.colours.iter().filter(|colour| outside(colour.start)).count() > 1
    }
}
