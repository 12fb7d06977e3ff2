//! Smooth outlines through a few knots.

use tiny_skia::{Path, PathBuilder};

/// A place an outline passes, in figure units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knot {
    pub x: f32,
    pub y: f32,
    /// The outline turns a corner here; elsewhere it passes smoothly.
    pub sharp: bool,
}

/// A knot passed smoothly.
pub(crate) const fn soft(x: f32, y: f32) -> Knot {
    Knot { x, y, sharp: false }
}

/// A knot that is a corner.
pub(crate) const fn sharp(x: f32, y: f32) -> Knot {
    Knot { x, y, sharp: true }
}

impl Knot {
    pub fn mirrored(self) -> Self {
        Self { x: -self.x, ..self }
    }

    pub fn moved(self, x: f32, y: f32) -> Self {
        Self { x: self.x + x, y: self.y + y, ..self }
    }
}

/// Linear interpolation.
pub(crate) fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

/// Length of a vector: a square root is the same on every machine, `hypot` is not.
pub(crate) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// A wave like the sine's by two parabolas, -1..1: cheap, and the same on every machine.
pub(crate) fn wave(angle: f32) -> f32 {
    let turns = angle * std::f32::consts::FRAC_1_PI * 0.5;
    let share = turns - (turns + 0.5).floor();
    8.0 * share - 16.0 * share * share.abs()
}

/// A right half from the centre line down, completed by its mirror image: a closed outline.
pub(crate) fn mirrored(right: &[Knot]) -> Vec<Knot> {
    let left = right.iter().rev().filter(|knot| knot.x.abs() > 1e-3).map(|knot| knot.mirrored());
    right.iter().copied().chain(left).collect()
}

/// The same knots on the left or right side: `side` is 1 for right, -1 for left.
pub(crate) fn on_side(side: f32, knots: &[Knot]) -> Vec<Knot> {
    knots.iter().map(|knot| Knot { x: knot.x * side, ..*knot }).collect()
}

/// Adds an outline through the knots. Closed outlines always wind the same way, so that overlapping ones unite.
pub(crate) fn trace(builder: &mut PathBuilder, knots: &[Knot], closed: bool) {
    if !closed || area(knots) >= 0.0 {
        trace_as_given(builder, knots, closed);
    } else {
        let turned: Vec<Knot> = knots.iter().rev().copied().collect();
        trace_as_given(builder, &turned, closed);
    }
}

/// A path of one outline; `None` for fewer than two knots.
pub(crate) fn path(knots: &[Knot], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::with_capacity(knots.len() + 2, 3 * knots.len() + 1);
    trace(&mut builder, knots, closed);
    builder.finish()
}

/// Twice the signed area.
fn area(knots: &[Knot]) -> f32 {
    let next = knots.iter().cycle().skip(1);
    knots.iter().zip(next).map(|(from, to)| from.x * to.y - to.x * from.y).sum()
}

fn trace_as_given(builder: &mut PathBuilder, knots: &[Knot], closed: bool) {
    let count = knots.len();
    if count < 2 {
        return;
    }
    builder.move_to(knots[0].x, knots[0].y);
    let segments = if closed { count } else { count - 1 };
    for start in 0..segments {
        let end = (start + 1) % count;
        let before = neighbour(knots, start, -1, closed);
        let after = neighbour(knots, end, 1, closed);
        segment(builder, before, (knots[start], knots[end]), after);
    }
    if closed {
        builder.close();
    }
}

fn neighbour(knots: &[Knot], index: usize, step: isize, closed: bool) -> Option<Knot> {
    let count = knots.len() as isize;
    let at = index as isize + step;
    if closed {
        knots.get(at.rem_euclid(count) as usize).copied()
    } else {
        knots.get(usize::try_from(at).ok()?).copied()
    }
}

/// A cubic whose handles follow the chord of the neighbours and are a third of the segment long (no overshoot).
fn segment(builder: &mut PathBuilder, before: Option<Knot>, (from, to): (Knot, Knot), after: Option<Knot>) {
    let span = length(to.x - from.x, to.y - from.y);
    let handle = |base: Knot, other: Option<Knot>, chord_end: Knot, sign: f32| {
        let other = other.filter(|_| !base.sharp)?;
        let (dx, dy) = ((chord_end.x - other.x) * sign, (chord_end.y - other.y) * sign);
        let chord = length(dx, dy).max(1e-3);
        Some((base.x + sign * dx / chord * span * 0.36, base.y + sign * dy / chord * span * 0.36))
    };
    let first = handle(from, before, to, 1.0);
    let second = handle(to, after, from, -1.0);
    let halfway = |knot: Knot, place: (f32, f32)| (mix(knot.x, place.0, 0.5), mix(knot.y, place.1, 0.5));
    let (first, second) = match (first, second) {
        (None, None) => return builder.line_to(to.x, to.y),
        (Some(first), None) => (first, halfway(to, first)),
        (None, Some(second)) => (halfway(from, second), second),
        (Some(first), Some(second)) => (first, second),
    };
    builder.cubic_to(first.0, first.1, second.0, second.1, to.x, to.y);
}

/// A rectangle.
pub(crate) fn closed_quad(left: f32, top: f32, right: f32, bottom: f32) -> [Knot; 4] {
    [sharp(left, top), sharp(right, top), sharp(right, bottom), sharp(left, bottom)]
}
