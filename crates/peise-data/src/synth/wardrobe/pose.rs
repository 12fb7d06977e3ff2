//! How a body stands, and where its joints are.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::curve::{Knot, length, mix, sharp, soft};

/// How somebody stands, or how a garment lies. Left and right are those of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Degrees the left upper arm is away from hanging, 0..=110.
    pub left_arm: f32,
    /// Degrees the right upper arm is away from hanging, 0..=110.
    pub right_arm: f32,
    /// Degrees the left forearm is bent towards the body (negative: away), -60..=150.
    pub left_elbow: f32,
    /// Degrees the right forearm is bent towards the body (negative: away), -60..=150.
    pub right_elbow: f32,
    /// Degrees the left leg is away from hanging, -4..=14.
    pub left_leg: f32,
    /// Degrees the right leg is away from hanging, -4..=14.
    pub right_leg: f32,
    /// Degrees the upper body tilts to the right, -6..=6.
    pub lean: f32,
    /// Figure units the hips stand out to the right, -2.5..=2.5.
    pub sway: f32,
    /// How far the body turns to the right, -1..=1 (about a quarter turn).
    pub turn: f32,
}

impl Pose {
    /// A person's pose as in a shop photo.
    pub fn choose(rng: &mut ChaCha8Rng) -> Self {
        let (left_arm, left_elbow) = arm(rng);
        let (right_arm, right_elbow) = arm(rng);
        let weight = rng.random_range(-1.0_f32..1.0);
        let stride = if rng.random_bool(0.25) { rng.random_range(2.0..7.0) } else { 0.0 };
        Self {
            left_arm,
            right_arm,
            left_elbow,
            right_elbow,
            left_leg: rng.random_range(0.5..4.5) + stride + weight.max(0.0) * 2.0,
            right_leg: rng.random_range(0.5..4.5) + stride + (-weight).max(0.0) * 2.0,
            lean: rng.random_range(-3.0_f32..3.0) - weight,
            sway: weight * 2.2,
            turn: if rng.random_bool(0.5) { rng.random_range(-1.0..1.0) } else { rng.random_range(-0.2..0.2) },
        }
    }

    /// A person's pose seen from behind: the hands hang, as the body would hide them in front of it.
    pub fn choose_from_behind(rng: &mut ChaCha8Rng) -> Self {
        let mut arm = || (rng.random_range(4.0..18.0), rng.random_range(-4.0..14.0));
        let ((left_arm, left_elbow), (right_arm, right_elbow)) = (arm(), arm());
        Self { left_arm, right_arm, left_elbow, right_elbow, ..Self::choose(rng) }
    }

    /// A lying or hanging garment.
    pub fn flat(rng: &mut ChaCha8Rng) -> Self {
        let (arm, elbow) = if rng.random_bool(0.3) {
            (rng.random_range(4.0..12.0), rng.random_range(-2.0..4.0))
        } else {
            (rng.random_range(16.0..38.0), rng.random_range(0.0..16.0))
        };
        let mut wobble = |size: f32| rng.random_range(-size..size);
        let leg = 2.2 + wobble(1.6);
        Self {
            left_arm: arm + wobble(2.5),
            right_arm: arm + wobble(2.5),
            left_elbow: elbow + wobble(3.0),
            right_elbow: elbow + wobble(3.0),
            left_leg: leg + wobble(0.6),
            right_leg: leg + wobble(0.6),
            lean: wobble(0.8),
            sway: wobble(0.3),
            turn: 0.0,
        }
    }

    /// Standing at attention: the plainest pose.
    #[cfg(test)]
    pub fn straight() -> Self {
        Self {
            left_arm: 9.0,
            right_arm: 9.0,
            left_elbow: 4.0,
            right_elbow: 4.0,
            left_leg: 2.5,
            right_leg: 2.5,
            lean: 0.0,
            sway: 0.0,
            turn: 0.0,
        }
    }

    /// Where a point of the upright figure is in this pose: everything worn moves the same way.
    pub(crate) fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let above = (-y).max(0.0);
        let tilt = self.lean.to_radians() * above * above / (above + 10.0);
        let off_hips = (y - 2.0) * 0.04;
        let fade = 1.0 / (1.0 + off_hips * off_hips);
        let hips = self.sway * fade * fade;
        let round = (1.0 - x * x / 169.0).max(0.0);
        let turned = x * (1.0 - 0.08 * self.turn.abs()) + 1.6 * self.turn * round;
        (turned + tilt + hips, y)
    }

    /// The arm of a side: 1 right, -1 left.
    pub(crate) fn arm(&self, side: f32) -> Limb {
        let (arm, elbow) =
            if side > 0.0 { (self.right_arm, self.right_elbow) } else { (self.left_arm, self.left_elbow) };
        Limb::new(side, (9.4, -29.8), (18.0, 15.0), (arm, arm - elbow))
    }

    /// The leg of a side: 1 right, -1 left.
    pub(crate) fn leg(&self, side: f32) -> Limb {
        let angle = if side > 0.0 { self.right_leg } else { self.left_leg };
        // The free leg's knee falls outwards a little while the foot stays under it.
        Limb::new(side, (4.7, 1.0), (23.5, 21.8), (angle, angle * 0.55 - 0.6))
    }
}

fn arm(rng: &mut ChaCha8Rng) -> (f32, f32) {
    match rng.random_range(0..10) {
        0..5 => (rng.random_range(5.0..16.0), rng.random_range(-4.0..18.0)),
        5 => (rng.random_range(14.0..28.0), rng.random_range(-8.0..20.0)),
        6 | 7 => (rng.random_range(34.0..48.0), rng.random_range(82.0..100.0)),
        8 => (rng.random_range(14.0..30.0), rng.random_range(110.0..145.0)),
        _ => (rng.random_range(30.0..52.0), rng.random_range(-25.0..30.0)),
    }
}

/// Whether a thing is shown by itself or on a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// A product of its own: the inside of necks and waists shows; hats, bags and shoes fill -40..40.
    Product,
    /// On the body of the pose: skin shows at the neck; hats, bags and shoes sit where they are worn.
    Worn,
}

/// What a photo shows of a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// How the body stands or the garment lies.
    pub pose: Pose,
    /// Seen from behind.
    pub back: bool,
    /// By itself or worn.
    pub placement: Placement,
    /// An outer or shirt hangs open in front: for when something under it shows.
    pub open: bool,
}

/// Two bones in a row, seen flat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limb {
    side: f32,
    root: (f32, f32),
    pub joint: (f32, f32),
    pub end: (f32, f32),
    first: (f32, f32),
    second: (f32, f32),
    pub bend: f32,
}

impl Limb {
    fn new(side: f32, root: (f32, f32), lengths: (f32, f32), angles: (f32, f32)) -> Self {
        let direction = |degrees: f32| (side * degrees.to_radians().sin(), degrees.to_radians().cos());
        let (one, two) = (direction(angles.0), direction(angles.1));
        let root = (root.0 * side, root.1);
        let joint = (root.0 + one.0 * lengths.0, root.1 + one.1 * lengths.0);
        let end = (joint.0 + two.0 * lengths.1, joint.1 + two.1 * lengths.1);
        Self { side, root, joint, end, first: one, second: two, bend: (angles.0 - angles.1).abs() }
    }

    /// A place `along` the limb (0 root, 0.5 joint, 1 end, beyond 1 straight on), `out` units off it to the outer side.
    pub fn at(&self, along: f32, out: f32) -> (f32, f32) {
        let (base, share, from, to) = if along < 0.5 {
            (along * 2.0, 0.0, self.root, self.joint)
        } else {
            (along * 2.0 - 1.0, 1.0, self.joint, self.end)
        };
        let near = ((along - 0.5) / 0.12).clamp(-1.0, 1.0) * 0.5 + 0.5;
        let turn = if self.is_bent() { share } else { near };
        let (dx, dy) = (mix(self.first.0, self.second.0, turn), mix(self.first.1, self.second.1, turn));
        let long = length(dx, dy).max(1e-3);
        let normal = (dy / long * self.side, -dx / long * self.side);
        (mix(from.0, to.0, base) + normal.0 * out, mix(from.1, to.1, base) + normal.1 * out)
    }

    /// A smooth knot there.
    pub fn soft(&self, along: f32, out: f32) -> Knot {
        let (x, y) = self.at(along, out);
        soft(x, y)
    }

    /// A corner there.
    pub fn sharp(&self, along: f32, out: f32) -> Knot {
        let (x, y) = self.at(along, out);
        sharp(x, y)
    }

    /// Degrees the first bone is away from hanging.
    pub fn lift(&self) -> f32 {
        self.first.0.abs().atan2(self.first.1).to_degrees()
    }

    /// Whether the bend is so strong that the joint needs corners of its own.
    pub fn is_bent(&self) -> bool {
        self.bend > 50.0
    }

    /// Outer edge of a strongly bent joint, from the first bone to the second.
    pub fn outer_joint(&self, half: f32) -> [Knot; 3] {
        let (x, y) = self.bisector();
        let bulge = half * 1.06;
        [self.soft(0.4999, half), soft(self.joint.0 + x * bulge, self.joint.1 + y * bulge), self.soft(0.5001, half)]
    }

    /// Inner corner of a strongly bent joint.
    pub fn inner_joint(&self, half: f32) -> Knot {
        let (x, y) = self.bisector();
        let reach = half * (1.0 / (self.bend * 0.5).to_radians().cos().max(0.3)).min(1.7);
        sharp(self.joint.0 - x * reach, self.joint.1 - y * reach)
    }

    /// Outwards between the bones' normals.
    fn bisector(&self) -> (f32, f32) {
        let (x, y) = (self.first.0 + self.second.0, self.first.1 + self.second.1);
        let long = length(x, y).max(1e-3);
        (y / long * self.side, -x / long * self.side)
    }

    /// Outline of a limb by half widths at places along it.
    pub fn tube(&self, widths: &[(f32, f32)]) -> Vec<Knot> {
        if !self.is_bent() {
            let outer = widths.iter().map(|&(along, half)| self.soft(along, half));
            let inner = widths.iter().rev().map(|&(along, half)| self.soft(along, -half));
            return outer.chain(inner).collect();
        }
        let joint = half_width(widths, 0.5);
        let part = |low: f32, high: f32| widths.iter().copied().filter(move |(along, _)| (low..high).contains(along));
        let inner = |low: f32, high: f32| {
            part(low, high).map(|(along, half)| self.soft(along, -half)).collect::<Vec<_>>().into_iter().rev()
        };
        part(-1.0, 0.44)
            .map(|(along, half)| self.soft(along, half))
            .chain(self.outer_joint(joint))
            .chain(part(0.56, 9.0).map(|(along, half)| self.soft(along, half)))
            .chain(inner(0.62, 9.0))
            .chain([self.inner_joint(joint)])
            .chain(inner(-1.0, 0.4))
            .collect()
    }
}

/// Half width at a place along a limb.
pub(crate) fn half_width(widths: &[(f32, f32)], along: f32) -> f32 {
    let after = widths.iter().position(|&(at, _)| at >= along).unwrap_or(widths.len().saturating_sub(1));
    let (low, high) = (widths[after.saturating_sub(1)], widths[after]);
    let span = (high.0 - low.0).max(1e-4);
    mix(low.1, high.1, ((along - low.0) / span).clamp(0.0, 1.0))
}

/// A round outline.
pub(crate) fn disc(x: f32, y: f32, radius: f32) -> Vec<Knot> {
    oval(x, y, radius, radius)
}

/// An oval outline by half axes.
pub(crate) fn oval(x: f32, y: f32, wide: f32, high: f32) -> Vec<Knot> {
    const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const AROUND: [(f32, f32); 8] = [
        (1.0, 0.0),
        (DIAGONAL, DIAGONAL),
        (0.0, 1.0),
        (-DIAGONAL, DIAGONAL),
        (-1.0, 0.0),
        (-DIAGONAL, -DIAGONAL),
        (0.0, -1.0),
        (DIAGONAL, -DIAGONAL),
    ];
    AROUND.iter().map(|&(right, down)| soft(x + wide * right, y + high * down)).collect()
}
