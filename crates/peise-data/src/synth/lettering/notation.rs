//! The notation of the drawing tables, and its reader.
//!
//! A drawing is a row of tokens with spaces between. A token is one stroke: points of two digits, column then row
//! (`0`–`9`, `a`–`z` for 0 to 35), joined by lines; a `(` before a point makes it the control point of a quadratic
//! curve to the point after it. `00(k0kk` is a quarter round from the top left to the bottom right. A token of a part's
//! name and four digits (left, top, right, bottom) draws that part, 20 by 20 units, into that box.

use tiny_skia::{Path, PathBuilder, Point, Transform};

use super::han;

/// Units from edge to edge of a part's own square.
const PART_SIZE: f32 = 20.0;

/// The strokes of a drawing in grid units, or `None` when the drawing breaks the notation.
pub(crate) fn strokes(drawing: &str) -> Option<Vec<Path>> {
    let tokens = drawing.split_ascii_whitespace().map(|token| match token.chars().next() {
        Some(first) if !first.is_ascii() => part(first, &token[first.len_utf8()..]),
        _ => stroke(token).map(|path| vec![path]),
    });
    tokens.collect::<Option<Vec<_>>>().map(|groups| groups.concat())
}

fn part(name: char, frame: &str) -> Option<Vec<Path>> {
    let (_, drawing) = han::PARTS.iter().find(|(part, _)| *part == name)?;
    let mut digits = frame.chars();
    let (from, to) = (point(&mut digits)?, point(&mut digits)?);
    if digits.next().is_some() || from.x >= to.x || from.y >= to.y {
        return None;
    }
    let placement =
        Transform::from_translate(from.x, from.y).pre_scale((to.x - from.x) / PART_SIZE, (to.y - from.y) / PART_SIZE);
    drawing.split_ascii_whitespace().map(|token| stroke(token)?.transform(placement)).collect()
}

fn stroke(token: &str) -> Option<Path> {
    let mut rest = token.chars();
    let mut builder = PathBuilder::new();
    let start = point(&mut rest)?;
    builder.move_to(start.x, start.y);
    while let Some(next) = rest.clone().next() {
        if next == '(' {
            rest.next();
            let (control, end) = (point(&mut rest)?, point(&mut rest)?);
            builder.quad_to(control.x, control.y, end.x, end.y);
        } else {
            let end = point(&mut rest)?;
            builder.line_to(end.x, end.y);
        }
    }
    builder.finish()
}

fn point(digits: &mut impl Iterator<Item = char>) -> Option<Point> {
    let mut unit = || digits.next().filter(|digit| !digit.is_ascii_uppercase())?.to_digit(36);
    let (column, row) = (unit()?, unit()?);
    Some(Point::from_xy(column as f32, row as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_strokes_in_grid_units() {
        let cases = [
            ("00kk", vec![[0.0, 0.0, 20.0, 20.0]]),
            ("00(k0kk 1a3a", vec![[0.0, 0.0, 20.0, 20.0], [1.0, 10.0, 3.0, 10.0]]),
            ("口2468", vec![[2.0, 4.0, 6.0, 8.0]]),
            ("艹00ka", vec![[0.0, 5.0, 20.0, 5.0], [6.0, 0.0, 6.0, 10.0], [14.0, 0.0, 14.0, 10.0]]),
        ];
        for (drawing, expected) in cases {
            let found: Vec<_> = strokes(drawing)
                .unwrap()
                .iter()
                .map(|path| path.bounds())
                .map(|bounds| [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()])
                .collect();
            assert_eq!(found, expected, "{drawing}");
        }
    }

    #[test]
    fn broken_notation_is_refused() {
        for drawing in ["0", "00", "00k", "00(kk", "00KK", "00-1", "口00k", "口00kk0", "口kk00", "猫00kk", "00kk 0"]
        {
            assert!(strokes(drawing).is_none(), "{drawing}");
        }
    }
}
