//! The people in the clothes: skin, hair, face.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Path, PathBuilder};

use super::curve::{Knot, mirrored, mix, on_side, soft, trace};
use super::hair::hair;
use super::pose::{Pose, View, disc, half_width, oval};

/// A person in drawing order, undressed but without anything to hide.
#[derive(Debug, Clone)]
pub struct Person {
    /// Hair that falls behind the body; first.
    pub hair_behind: Vec<Path>,
    /// Neck and body, legs, head.
    pub skin: Vec<Path>,
    /// Arms with their hands, left and right of the picture: drawn after the clothes' outlines, before their sleeves
    /// ([`super::Piece::over`]).
    pub arms: Vec<Path>,
    /// Eyes, brows and mouth; empty from behind.
    pub face: Vec<Path>,
    /// Hair over the head and what falls in front of the shoulders; last.
    pub hair: Vec<Path>,
}

/// Moves with the pose what is drawn on the upright figure.
struct Model<'a> {
    pose: &'a Pose,
}

impl Model<'_> {
    fn shape(&self, outlines: &[Vec<Knot>]) -> Option<Path> {
        let mut builder = PathBuilder::new();
        for knots in outlines {
            let placed: Vec<Knot> = knots
                .iter()
                .map(|knot| {
                    let (x, y) = self.pose.place(knot.x, knot.y);
                    Knot { x, y, ..*knot }
                })
                .collect();
            trace(&mut builder, &placed, true);
        }
        builder.finish()
    }
}

/// A person in the view's pose; build and hair are drawn from `rng`.
pub fn person(view: &View, rng: &mut ChaCha8Rng) -> Person {
    let model = Model { pose: &view.pose };
    let build = rng.random_range(0.9_f32..1.04);
    let style = rng.random_range(0..7);
    let hair_random = [rng.random_range(0.0_f32..1.0), rng.random_range(0.0..1.0), rng.random_range(-1.0..1.0)];
    let head = mirrored(&[
        soft(0.0, -50.0),
        soft(2.9, -49.2),
        soft(4.5, -46.4),
        soft(4.6, -43.2),
        soft(4.1, -40.6),
        soft(2.5, -38.1),
        soft(0.9, -37.0),
        soft(0.0, -36.9),
    ]);
    let ears = [1.0, -1.0].map(|side| on_side(side, &oval(4.6, -43.2, 0.6, 1.3)));
    let mut body = vec![torso(build)];
    body.extend([-1.0, 1.0].into_iter().flat_map(|side| upper_arm(&view.pose, side, build)));
    let skin = [
        model.shape(&body),
        model.shape(&leg(&view.pose, -1.0, build)),
        model.shape(&leg(&view.pose, 1.0, build)),
        model.shape(&[head, ears[0].clone(), ears[1].clone()]),
    ];
    let arms = [-1.0, 1.0].map(|side| model.shape(&arm(&view.pose, side, build)));
    let (behind, front) = hair(style, hair_random, view.back);
    Person {
        hair_behind: behind.iter().filter_map(|knots| model.shape(std::slice::from_ref(knots))).collect(),
        skin: skin.into_iter().flatten().collect(),
        arms: arms.into_iter().flatten().collect(),
        face: if view.back { Vec::new() } else { face(&model, view.pose.turn) },
        hair: front.iter().filter_map(|knots| model.shape(std::slice::from_ref(knots))).collect(),
    }
}

fn torso(build: f32) -> Vec<Knot> {
    mirrored(&[
        soft(0.0, -41.0),
        soft(2.3, -40.0),
        soft(2.35, -36.6),
        soft(3.0, -34.4),
        soft(6.0, -32.9),
        soft(9.2 * build, -31.6),
        soft(9.9 * build, -29.0),
        soft(8.4 * build, -24.0),
        soft(8.2 * build, -19.5),
        soft(6.5 * build, -11.0),
        soft(8.4 * build, -4.0),
        soft(9.5 * build, 1.5),
        soft(8.0, 5.0),
        soft(0.0, 4.0),
    ])
}

fn leg(pose: &Pose, side: f32, build: f32) -> Vec<Vec<Knot>> {
    let leg = pose.leg(side);
    let widths = [
        (0.0, 4.9),
        (0.1, 5.0),
        (0.3, 4.1),
        (0.46, 3.0),
        (0.52, 2.8),
        (0.6, 2.95),
        (0.68, 3.1),
        (0.84, 2.2),
        (0.95, 1.6),
        (1.02, 1.6),
    ];
    let mut outlines = vec![leg.tube(&widths.map(|(along, half)| (along, half * mix(1.0, build, 0.8))))];
    let (x, y) = leg.end;
    let out = |dx: f32, dy: f32| soft(x + side * dx, y + dy);
    outlines.push(vec![
        out(1.6, -1.0),
        out(1.8, 1.4),
        out(3.0, 3.8),
        out(2.4, 4.9),
        out(0.8, 5.2),
        out(-0.9, 4.7),
        out(-1.5, 2.6),
        out(-1.5, -1.0),
    ]);
    outlines
}

const ARM: [(f32, f32); 13] = [
    (0.0, 2.7),
    (0.14, 2.55),
    (0.3, 2.25),
    (0.46, 1.95),
    (0.54, 1.95),
    (0.62, 2.05),
    (0.8, 1.65),
    (0.96, 1.2),
    (1.02, 1.2),
    (1.1, 1.75),
    (1.19, 1.7),
    (1.26, 1.25),
    (1.3, 0.6),
];

/// Shoulder and upper arm, which clothes cover.
fn upper_arm(pose: &Pose, side: f32, build: f32) -> Vec<Vec<Knot>> {
    let arm = pose.arm(side);
    let wide = mix(1.0, build, 0.8);
    let (x, y) = arm.at(0.0, 0.0);
    let mut upper: Vec<Knot> =
        [0.0, 0.14, 0.3, 0.42].map(|along| arm.soft(along, half_width(&ARM, along) * wide)).to_vec();
    upper.extend([0.42, 0.3, 0.14, 0.0].map(|along| arm.soft(along, -half_width(&ARM, along) * wide)));
    vec![upper, disc(x, y + 0.2, 2.35 * wide)]
}

/// From the middle of the upper arm to the fingers.
fn arm(pose: &Pose, side: f32, build: f32) -> Vec<Vec<Knot>> {
    let arm = pose.arm(side);
    let wide = mix(1.0, build, 0.8);
    let lower: Vec<(f32, f32)> = ARM.iter().skip(2).map(|&(along, half)| (along, half * wide)).collect();
    let thumb = vec![
        arm.soft(1.05, -0.8),
        arm.soft(1.08, -1.9),
        arm.soft(1.15, -2.4),
        arm.soft(1.17, -1.9),
        arm.soft(1.12, -1.1),
    ];
    vec![arm.tube(&lower), thumb]
}

fn face(model: &Model, turn: f32) -> Vec<Path> {
    let look = turn * 1.0;
    let at = |side: f32, x: f32, y: f32| soft(side * x * (1.0 - 0.12 * turn.abs()) + look, y);
    let mut features = Vec::new();
    for side in [1.0, -1.0] {
        features.push(vec![at(side, 1.1, -43.2), at(side, 1.9, -43.75), at(side, 2.8, -43.3), at(side, 1.9, -42.85)]);
        features.push(vec![at(side, 0.9, -44.8), at(side, 2.0, -45.35), at(side, 3.1, -44.8), at(side, 2.0, -45.0)]);
    }
    features.push(vec![
        soft(-0.4 + look * 1.25, -41.0),
        soft(look * 1.3, -40.8),
        soft(0.4 + look * 1.25, -41.0),
        soft(look * 1.3, -40.65),
    ]);
    features.push(vec![
        soft(-1.3 + look, -39.4),
        soft(-0.4 + look, -39.75),
        soft(look, -39.6),
        soft(0.4 + look, -39.75),
        soft(1.3 + look, -39.4),
        soft(look, -38.8),
    ]);
    features.iter().filter_map(|knots| model.shape(std::slice::from_ref(knots))).collect()
}
