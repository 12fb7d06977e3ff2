//! Photos of one scene, and where they differ.

use super::SharedRegions;
use super::grid::Grid;
use super::mask::{Mask, SIDE};
use super::pair::{Kind, Pair, region};

/// Photos that hang together by pairs of one scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Places, rising.
    pub(super) photos: Vec<usize>,
}

impl Group {
    /// All groups of at least two photos.
    pub(super) fn all(count: usize, pairs: &[Pair]) -> Vec<Self> {
        // Each photo points at the first one of its group.
        let mut first: Vec<usize> = (0..count).collect();
        for pair in pairs.iter().filter(|pair| pair.kind != Kind::Unrelated) {
            let [a, b] = pair.of.map(|photo| first[photo]);
            first.iter_mut().filter(|of| **of == a.max(b)).for_each(|of| *of = a.min(b));
        }
        (0..count)
            .map(|lead| Self { photos: (0..count).filter(|&photo| first[photo] == lead).collect() })
            .filter(|group| group.photos.len() >= 2)
            .collect()
    }

    /// The pairs that hold the group together.
    pub(super) fn edges<'pairs>(&self, pairs: &'pairs [Pair]) -> impl Iterator<Item = &'pairs Pair> {
        let photos = self.photos.clone();
        pairs.iter().filter(move |pair| pair.kind != Kind::Unrelated && photos.contains(&pair.of[0]))
    }

    /// Mean agreement of the edges of its pairs, 0 to 1.
    pub(super) fn score(&self, pairs: &[Pair]) -> f32 {
        let (sum, count) = self.edges(pairs).fold((0.0, 0.0), |(sum, count), pair| (sum + pair.structure, count + 1.0));
        sum / f32::max(count, 1.0)
    }

    /// Where any two of its photos differ, exposure taken out.
    pub(super) fn differing(&self, rule: &SharedRegions, grids: &[Grid], pairs: &[Pair]) -> Mask {
        // The photo that aligns best is what the others' exposure is measured by.
        let standing = |photo: usize| -> f32 {
            self.edges(pairs).filter(|pair| pair.of.contains(&photo)).map(|pair| pair.structure).sum()
        };
        let anchor = self
            .photos
            .iter()
            .copied()
            .fold(self.photos[0], |best, photo| if standing(photo) > standing(best) { photo } else { best });
        let exposure = |photo: usize| {
            pairs.iter().find_map(|pair| match pair.of {
                of if of == [anchor, photo] => Some(pair.exposure),
                of if of == [photo, anchor] => Some(pair.exposure.recip()),
                _ => None,
            })
        };
        let mut least = vec![[f32::MAX; 3]; SIDE * SIDE];
        let mut most = vec![[0.0f32; 3]; SIDE * SIDE];
        for &photo in &self.photos {
            let gain = exposure(photo).unwrap_or(1.0);
            for ((colour, least), most) in grids[photo].colours.iter().zip(&mut least).zip(&mut most) {
                for channel in 0..3 {
                    let value = (colour[channel] * gain).min(255.0);
                    least[channel] = least[channel].min(value);
                    most[channel] = most[channel].max(value);
                }
            }
        }
        let spread = |(least, most): (&[f32; 3], &[f32; 3])| (0..3).map(|c| most[c] - least[c]).fold(0.0, f32::max);
        region(rule, &least.iter().zip(&most).map(spread).collect::<Vec<_>>())
    }
}
