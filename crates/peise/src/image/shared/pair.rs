//! How two photos relate: one scene with the product recoloured, the same photo twice, or nothing of the kind.

use super::SharedRegions;
use super::grid::Grid;
use super::mask::{Mask, SIDE};

/// Exposures that can be taken out: ratio of code values, smallest, and width and number of the bins.
const RATIOS: (f32, f32, usize) = (0.85, 0.01, 31);
/// Cells of the border, for agreement and for exposure.
const BORDER: usize = 3;
/// Fewest cells of a region that differs, and of edges in a photo that is not flat.
const SPECK: usize = 10;
const FLAT: f32 = 30.0;
/// Most that two photos of the same may differ, part of the grid.
const SAME: f32 = 0.02;
/// Least part of a recoloured region that is at least 5 cells wide; what a moved product leaves is a thin rim.
const SOLID: f32 = 0.75;
/// Part of the difference nearby that is still the product and not its smoothed rim.
const OUTLINE: f32 = 0.3;

/// What two photos have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Different scenes, or not to be told.
    Unrelated,
    /// The same scene, and nothing differs.
    Same,
    /// The same scene with a region in another colour.
    Recoloured,
}

/// Two photos compared.
#[derive(Debug)]
pub(super) struct Pair {
    /// Places of the photos, the first one lower.
    pub(super) of: [usize; 2],
    pub(super) kind: Kind,
    /// Agreement of edges, 0 to 1.
    pub(super) structure: f32,
    /// Exposure of the first relative to the second, ratio of code values.
    pub(super) exposure: f32,
}

impl Pair {
    pub(super) fn compare(rule: &SharedRegions, of: [usize; 2], [first, second]: [&Grid; 2]) -> Self {
        let everywhere = Mask::EMPTY.not();
        let structure = agreement(first, second, &everywhere);
        let exposure = exposure(first, second);
        let unrelated = Self { of, kind: Kind::Unrelated, structure, exposure };
        if structure < rule.structure {
            return unrelated;
        }
        let differences: Vec<f32> = first
            .colours
            .iter()
            .zip(&second.colours)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - (b * exposure).min(255.0)).abs()).fold(0.0, f32::max))
            .collect();
        let bare = bare_region(rule, &differences);
        let differing = bare.closed().filled();
        let ring = Mask::ring(BORDER);
        if ring.part_within(&differing.not()) < rule.border {
            return unrelated;
        }
        let middle = Mask::ring(SIDE / 4).not();
        let part = differing.part();
        let central = middle.part_within(&differing) > ring.part_within(&differing);
        let in_bounds = (1.0 - rule.shared[1]..=1.0 - rule.shared[0]).contains(&part);
        let kind = if part <= SAME {
            Kind::Same
        } else if in_bounds
            && central
            && bare.opened_twice().part() >= SOLID * bare.part()
            && agreement(first, second, &differing.dilated()) >= rule.recoloured_structure
        {
            Kind::Recoloured
        } else {
            Kind::Unrelated
        };
        Self { kind, ..unrelated }
    }
}

/// The region where photos differ: solid, without specks, gaps or holes.
pub(super) fn region(rule: &SharedRegions, differences: &[f32]) -> Mask {
    // Smoothing has carried a plain difference over its outline: there it is well below what is two cells away.
    let outline: Vec<f32> =
        differences.iter().zip(most_nearby(differences)).map(|(near, most)| near - OUTLINE * most).collect();
    bare_region(rule, differences).and(&Mask::above(&outline, 0.0)).closed().filled()
}

/// The region where photos differ: each connected piece is plain enough somewhere.
fn bare_region(rule: &SharedRegions, differences: &[f32]) -> Mask {
    let [perhaps, surely] = rule.difference.map(|limit| Mask::above(differences, limit));
    perhaps.regions_at(&surely.opened().without_specks(SPECK))
}

/// The largest value within two cells of each.
fn most_nearby(values: &[f32]) -> Vec<f32> {
    let pass = |values: &[f32], step: usize, place: fn(usize) -> usize| -> Vec<f32> {
        let most = |cell: usize| {
            let (before, after) = (place(cell).min(2), (SIDE - 1 - place(cell)).min(2));
            (cell - before * step..=cell + after * step).step_by(step).map(|near| values[near]).fold(0.0, f32::max)
        };
        (0..SIDE * SIDE).map(most).collect()
    };
    pass(&pass(values, 1, |cell| cell % SIDE), SIDE, |cell| cell / SIDE)
}

/// Agreement of edges within some cells, 0 to 1: position and direction count, which side is brighter does not.
fn agreement(first: &Grid, second: &Grid, within: &Mask) -> f32 {
    let (mut agreeing, mut all) = (0.0, 0.0);
    let edges = first.edges.iter().zip(&second.edges).enumerate().filter(|&(cell, _)| within.holds(cell));
    for (_, (a, b)) in edges {
        let along = a.twice[0] * b.twice[0] + a.twice[1] * b.twice[1];
        agreeing += a.weight.min(b.weight) * (1.0 + along) / 2.0;
        all += a.weight.max(b.weight);
    }
    if within.count() == SIDE * SIDE && all < FLAT { 0.0 } else { agreeing / f32::max(all, 1e-6) }
}

/// The commonest ratio of brightness; the border, where the scene is, counts three times.
fn exposure(first: &Grid, second: &Grid) -> f32 {
    let (lowest, width, count) = RATIOS;
    let ring = Mask::ring(2 * BORDER);
    let mut bins = vec![(0.0f32, 0.0f32); count];
    for (cell, (&a, &b)) in first.luma.iter().zip(&second.luma).enumerate() {
        let ratio = a / b.max(16.0);
        let bin = (ratio - lowest) / width;
        if bin >= 0.0 && (bin as usize) < count && a > 16.0 {
            let weight = if ring.holds(cell) { 3.0 } else { 1.0 };
            let bin = &mut bins[bin as usize];
            *bin = (bin.0 + weight, bin.1 + weight * ratio);
        }
    }
    let around = bins.windows(3).map(|near| near.iter().fold((0.0, 0.0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1)));
    let (weight, sum) = around.fold((0.0, 0.0), |most, next| if next.0 > most.0 { next } else { most });
    if weight > 0.0 { sum / weight } else { 1.0 }
}
