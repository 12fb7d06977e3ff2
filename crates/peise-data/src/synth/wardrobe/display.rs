//! What shops hang clothes on: mannequins and hangers.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Path, PathBuilder};

use super::curve::{Knot, closed_quad, mirrored, mix, sharp, soft, trace};
use super::pose::{View, oval};

/// A dress form: torso with a neck cap, then (behind it in drawing order come first) pole and foot.
pub fn mannequin(view: &View, rng: &mut ChaCha8Rng) -> Vec<Path> {
    let build = rng.random_range(0.94_f32..1.08);
    let legs = rng.random_bool(0.3);
    let base = rng.random_range(8.0_f32..12.0);
    let torso = mirrored(&[
        sharp(0.0, -39.0),
        sharp(2.6, -39.0),
        soft(2.5, -36.4),
        soft(3.2, -34.4),
        soft(6.2, -32.9),
        soft(9.0 * build, -31.2),
        soft(9.1 * build, -28.0),
        soft(8.3 * build, -23.0),
        soft(8.2 * build, -19.5),
        soft(6.4 * build, -11.0),
        soft(8.6 * build, -3.0),
        soft(9.4 * build, 3.0),
        soft(9.0 * build, 8.0),
        sharp(8.6 * build, 9.5),
        soft(0.0, 10.4),
    ]);
    let cap = oval(0.0, -39.2, 2.9, 0.9);
    let knob = oval(0.0, -40.4, 0.9, 1.2);
    let mut shapes: Vec<Vec<Vec<Knot>>> = Vec::new();
    if legs {
        // A full figure: the legs stand on a plate.
        shapes.push(vec![oval(0.0, 50.5, base, 1.6)]);
        for side in [-1.0, 1.0] {
            let leg = view.pose.leg(side);
            let widths = [(0.0, 4.8), (0.12, 4.9), (0.46, 2.9), (0.54, 2.7), (0.66, 2.9), (0.95, 1.6), (1.1, 2.0)];
            shapes.push(vec![leg.tube(&widths)]);
        }
    } else {
        shapes.push(vec![closed_quad(-0.7, 9.0, 0.7, 49.0).to_vec()]);
        let foot = [
            sharp(-0.7, 44.0),
            soft(-2.0, 48.0),
            soft(-base, 50.4),
            sharp(-base, 51.4),
            sharp(base, 51.4),
            soft(base, 50.4),
            soft(2.0, 48.0),
            sharp(0.7, 44.0),
        ];
        shapes.push(vec![foot.to_vec()]);
    }
    shapes.push(vec![torso]);
    shapes.push(vec![cap, knob]);
    shapes
        .iter()
        .filter_map(|outlines| {
            let mut builder = PathBuilder::new();
            for knots in outlines {
                let placed: Vec<Knot> = knots
                    .iter()
                    .map(|knot| {
                        let (x, y) = view.pose.place(knot.x, knot.y);
                        Knot { x, y, ..*knot }
                    })
                    .collect();
                trace(&mut builder, &placed, true);
            }
            builder.finish()
        })
        .collect()
}

/// A hanger at the shoulders: paths and the width they are stroked with, 0 where filled. The hook first; the rest is
/// hidden by what hangs on it except at the neck.
pub fn hanger(rng: &mut ChaCha8Rng) -> Vec<(Path, f32)> {
    let reach = rng.random_range(9.0_f32..10.4);
    let wood = rng.random_bool(0.5);
    let height = rng.random_range(-36.2_f32..-35.0);
    let hook = [
        soft(0.0, height + 0.5),
        soft(0.05, height - 3.0),
        soft(0.9, height - 4.6),
        soft(2.2, height - 6.2),
        soft(1.9, height - 8.6),
        soft(0.0, height - 9.6),
        soft(-1.9, height - 8.6),
        soft(-2.3, height - 7.0),
    ];
    let mut builder = PathBuilder::new();
    trace(&mut builder, &hook, false);
    let mut parts: Vec<(Path, f32)> = builder.finish().map(|path| (path, 0.55)).into_iter().collect();
    let end = mix(-30.6, -31.2, rng.random_range(0.0..1.0));
    let mut builder = PathBuilder::new();
    if wood {
        let right = [
            soft(0.0, height - 0.9),
            soft(2.6, height - 0.3),
            soft(reach * 0.6, -33.6),
            soft(reach, end - 0.9),
            soft(reach + 0.8, end),
            soft(reach, end + 0.9),
            soft(reach * 0.6, -31.6),
            soft(2.0, height + 1.7),
            soft(0.0, height + 1.4),
        ];
        trace(&mut builder, &mirrored(&right), true);
    } else {
        let wire = [
            soft(0.0, height),
            soft(reach * 0.5, -33.9),
            soft(reach, end),
            soft(reach, end + 0.8),
            soft(0.0, end + 1.0),
            soft(-reach, end + 0.8),
            soft(-reach, end),
            soft(-reach * 0.5, -33.9),
            soft(0.0, height),
        ];
        trace(&mut builder, &wire, false);
    }
    parts.extend(builder.finish().map(|path| (path, if wood { 0.0 } else { 0.55 })));
    parts
}
