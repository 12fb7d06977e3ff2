//! Train, validation and test without leaks: photos that belong together stay together.
//!
//! A cluster joins photos of one family and near-duplicate photos. Its split depends on nothing but the
//! cluster and a constant, so two imports of one photo set, whatever their mode and seed, never put a
//! photo in training that the other tests on.

use std::collections::BTreeMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::photos::{Look, Photo};
use crate::split::Split;

/// Changing this changes every split: never do.
const SALT: &str = "peise split 1";
/// Most bits (of 256) in which the gradients of near-duplicates differ.
///
/// This bound and the next two were set by looking at pairs of 33,461 product photos: above them, different
/// wallets, white shirts and ear-rings begin to outnumber true near-duplicates.
const MAX_GRADIENT_BITS: u32 = 36;
/// Largest mean difference of near-duplicates over the cells shown, per channel, of 255.
const MAX_MEAN_DIFFERENCE: u32 = 5;
/// Largest mean difference over the tenth of these cells that differ most.
const MAX_TOP_DIFFERENCE: u32 = 20;
/// From here on a channel is background.
const WHITE: u8 = 246;

/// Where each photo went, and how.
#[derive(Debug)]
pub(super) struct Splits {
    /// One per photo.
    pub of: Vec<Split>,
    /// Number of clusters.
    pub clusters: usize,
    /// Photos in the largest one.
    pub largest_cluster: usize,
    /// Pairs of near-duplicate photos.
    pub near_duplicates: Vec<(usize, usize)>,
}

/// Clusters the photos and gives each cluster its split.
pub(super) fn split(photos: &[Photo]) -> Splits {
    let near_duplicates = near_duplicates(photos);
    let mut sets = DisjointSets::new(photos.len());
    let mut family_member: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, photo) in photos.iter().enumerate() {
        if let Some(family) = photo.row.family.as_deref() {
            let member = *family_member.entry(family).or_insert(index);
            sets.join(member, index);
        }
    }
    for &(left, right) in &near_duplicates {
        sets.join(left, right);
    }

    let mut clusters: BTreeMap<usize, (String, usize)> = BTreeMap::new();
    for (index, photo) in photos.iter().enumerate() {
        let name = identity(photo);
        let (smallest, size) = clusters.entry(sets.root(index)).or_insert_with(|| (name.clone(), 0));
        *size += 1;
        if name < *smallest {
            *smallest = name;
        }
    }
    Splits {
        of: (0..photos.len()).map(|index| split_of(&clusters[&sets.root(index)].0)).collect(),
        clusters: clusters.len(),
        largest_cluster: clusters.values().map(|(_, size)| *size).max().unwrap_or(0),
        near_duplicates,
    }
}

/// What a photo contributes to its cluster's name: the family, or the content where there is none.
fn identity(photo: &Photo) -> String {
    photo.row.family.clone().unwrap_or_else(|| format!("#{:016x}", photo.look.content))
}

fn split_of(cluster: &str) -> Split {
    match xxh3_64(format!("{SALT}\0{cluster}").as_bytes()) % 10 {
        0..7 => Split::Train,
        7 => Split::Validation,
        _ => Split::Test,
    }
}

/// All pairs of near-duplicate photos, in order.
fn near_duplicates(photos: &[Photo]) -> Vec<(usize, usize)> {
    // Gradients side by side: half a billion comparisons for 33,000 photos, a matter of seconds.
    let gradients: Vec<[u64; 4]> = photos.iter().map(|photo| photo.look.gradient).collect();
    let pairs: Vec<Vec<(usize, usize)>> = (0..photos.len())
        .into_par_iter()
        .map(|left| {
            let one = gradients[left];
            (left + 1..photos.len())
                .filter(|&right| bits(one, gradients[right]) <= MAX_GRADIENT_BITS)
                .filter(|&right| same_cells(&photos[left].look, &photos[right].look))
                .map(|right| (left, right))
                .collect()
        })
        .collect();
    pairs.concat()
}

fn bits(left: [u64; 4], right: [u64; 4]) -> u32 {
    (0..4).map(|word| (left[word] ^ right[word]).count_ones()).sum()
}

/// Whether two photos show the same thing in the same colours, cell by cell.
///
/// Cells that are white in both do not count: a background would make any two small things alike. Alike
/// on average, or alike even where they differ most; the latter holds on a tinted background too.
fn same_cells(left: &Look, right: &Look) -> bool {
    let mut differences: Vec<u32> = left
        .cells
        .chunks_exact(3)
        .zip(right.cells.chunks_exact(3))
        .filter(|(left, right)| left.iter().chain(*right).any(|&value| value < WHITE))
        .map(|(left, right)| left.iter().zip(right).map(|(a, b)| u32::from(a.abs_diff(*b))).sum())
        .collect();
    let channels = |cells: usize| 3 * cells as u32;
    let sum: u32 = differences.iter().sum();
    if sum <= MAX_MEAN_DIFFERENCE * channels(differences.len()) {
        return true;
    }
    // The most different tenth differs at least as much as all do.
    let most = differences.len().div_ceil(10);
    if sum > MAX_TOP_DIFFERENCE * channels(differences.len()) {
        return false;
    }
    differences.select_nth_unstable_by(most - 1, |left, right| right.cmp(left));
    differences[..most].iter().sum::<u32>() <= MAX_TOP_DIFFERENCE * channels(most)
}

/// Union-find by smallest member, with path halving.
struct DisjointSets {
    parent: Vec<usize>,
}

impl DisjointSets {
    fn new(size: usize) -> Self {
        Self { parent: (0..size).collect() }
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.parent[member] != member {
            self.parent[member] = self.parent[self.parent[member]];
            member = self.parent[member];
        }
        member
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.parent[left.max(right)] = left.min(right);
    }
}
