//! A small stroke font for text drawn onto synthetic shop photos.
//!
//! Letters, digits, price signs and the Chinese characters of shop labels, each a handful of open strokes on a coarse
//! grid. The caller strokes them, so one drawing serves thin and bold text; round caps and joins look best.

mod han;
mod latin;
mod notation;

use tiny_skia::{Path, Transform};

/// Highest point of any character, in cap heights above the baseline. Chinese characters reach it; letters end at 1.
pub const ASCENT: f32 = 1.08;
#[cfg(test)]
/// Lowest point of any character, in cap heights below the baseline: the foot of `g` or `y`.
pub const DESCENT: f32 = 0.30;
/// Stroke width of regular text, in cap heights. Good for any character at any size.
pub const REGULAR: f32 = 0.085;
/// Stroke width of bold text, in cap heights. Crowded characters such as 橙 stay legible from about 32 pixels.
pub const BOLD: f32 = 0.13;

/// Cap height of one grid unit of a letter.
const LATIN_UNIT: f32 = 1.0 / 20.0;
/// Room at each side of a letter, in cap heights.
const LATIN_BEARING: f32 = 0.15;
/// Cap height of one grid unit of a Chinese character, which stands taller than a capital and dips below the baseline.
const HAN_UNIT: f32 = 1.16 / 20.0;
/// Room at each side of a Chinese character, in cap heights.
const HAN_BEARING: f32 = 0.12;
/// Units from edge to edge of a Chinese character, whatever its drawing leaves empty.
const HAN_COLUMNS: f32 = 20.0;
/// Advance of a space, in cap heights.
const SPACE: f32 = 0.45;

/// How a line of text is set. Weight is not here: it is the width the caller strokes with ([`REGULAR`], [`BOLD`]).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LetterStyle {
    /// Shift to the right per unit of height. 0 is upright, 0.2 a usual italic; negative leans left.
    pub slant: f32,
    /// Extra room after each character, in cap heights. 0 is normal; below about -0.15 characters touch.
    pub spacing: f32,
}

/// One character, placed at its own origin.
struct Glyph {
    strokes: Vec<Path>,
    advance: f32,
}

/// The strokes of a line of text, in reading order, as open paths to be stroked.
///
/// Units are cap heights: the first character's cell starts at x = 0, the baseline is y = 0, y points down and
/// capitals reach up to y = -1. Scale by the cap height in pixels. Slanted text leans out of its cells.
/// Characters that the font does not have are skipped without a gap.
pub fn text(text: &str, style: &LetterStyle) -> Vec<Path> {
    let mut origin = 0.0;
    let mut placed = Vec::new();
    for Glyph { strokes, advance } in text.chars().filter_map(glyph) {
        let placement = Transform::from_row(1.0, 0.0, -style.slant, 1.0, origin, 0.0);
        placed.extend(strokes.into_iter().filter_map(|stroke| stroke.transform(placement)));
        origin += advance + style.spacing;
    }
    placed
}

/// Width of a line of text, in cap heights: the sum of its characters' cells and spacing, slant left out.
pub fn width(text: &str, style: &LetterStyle) -> f32 {
    text.chars().filter_map(glyph).map(|glyph| glyph.advance + style.spacing).sum()
}

#[cfg(test)]
/// Whether the font has this character. The space counts; it has no strokes.
pub fn can_draw(character: char) -> bool {
    character == ' ' || characters().any(|known| known == character)
}

#[cfg(test)]
/// Every character that has strokes: digits, letters, signs, then Chinese characters.
pub fn characters() -> impl Iterator<Item = char> {
    latin::DRAWINGS.iter().chain(han::DRAWINGS).map(|(character, _)| *character)
}

fn glyph(character: char) -> Option<Glyph> {
    if character == ' ' {
        return Some(Glyph { strokes: Vec::new(), advance: SPACE });
    }
    let lookup = |table: &[(char, &'static str)]| {
        table.iter().find(|(known, _)| *known == character).map(|(_, drawing)| *drawing)
    };
    let (drawing, unit, bearing, top, columns) = match lookup(latin::DRAWINGS) {
        Some(drawing) => (drawing, LATIN_UNIT, LATIN_BEARING, -1.0, 0.0),
        None => (lookup(han::DRAWINGS)?, HAN_UNIT, HAN_BEARING, -ASCENT, HAN_COLUMNS),
    };
    let drawn = notation::strokes(drawing)?;
    let columns = drawn.iter().map(|stroke| stroke.bounds().right()).fold(columns, f32::max);
    let placement = Transform::from_translate(bearing, top).pre_scale(unit, unit);
    let strokes = drawn.into_iter().filter_map(|stroke| stroke.transform(placement)).collect();
    Some(Glyph { strokes, advance: columns * unit + 2.0 * bearing })
}

#[cfg(test)]
mod tests;
