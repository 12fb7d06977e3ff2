//! Which photos and colours make a listing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::ImportError;
use super::options::LabelCount;
use super::photos::Photo;
use crate::random::weighted_if_any;
use crate::real_sizes::REAL_SIZES;

/// A listing before its labels have text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// The family or garment type that its photos share.
    pub group: String,
    /// Palette positions, in the seller's order.
    pub colours: Vec<usize>,
    /// Photo and position in `colours`.
    pub images: Vec<(usize, usize)>,
}

/// Photos by group (a family or garment type) and colour.
pub(super) type Groups<'a> = BTreeMap<&'a str, BTreeMap<usize, Vec<usize>>>;

/// Groups photos, leaving out groups of a single colour.
pub(super) fn groups<'a>(
    photos: &'a [Photo],
    members: impl Iterator<Item = usize>,
    group: impl Fn(&'a Photo) -> Option<&'a str>,
    min_photos_per_colour: usize,
) -> Groups<'a> {
    let mut groups = Groups::new();
    for index in members {
        let photo = &photos[index];
        if let Some(name) = group(photo) {
            groups.entry(name).or_default().entry(photo.row.colour).or_default().push(index);
        }
    }
    groups.retain(|_, colours| {
        colours.retain(|_, photos| photos.len() >= min_photos_per_colour);
        colours.len() >= 2
    });
    groups
}

/// How many labels (m) and images (n) real listings have, with their frequency.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sizes(Vec<(usize, usize, f64)>);

#[derive(serde::Deserialize)]
struct LabelSet {
    labels: Vec<String>,
    images: usize,
}

impl Sizes {
    /// The built-in table.
    pub(super) fn built_in() -> Self {
        Self(REAL_SIZES.iter().map(|&(m, n, count)| (m, n, f64::from(count))).collect())
    }

    /// Counts the listings of a JSON-lines file.
    pub(super) fn load(path: &Path) -> Result<Self, ImportError> {
        let text = fs::read_to_string(path).map_err(|source| ImportError::Read {
            path: path.to_owned(),
            expected: "JSON lines of label sets",
            source,
        })?;
        let mut counts: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let set: LabelSet = serde_json::from_str(line).map_err(|source| ImportError::Json {
                path: path.to_owned(),
                line: number,
                expected: r#"{"labels": [text, ...], "images": number}"#,
                source,
            })?;
            let (m, n) = (set.labels.len(), set.images);
            if m >= 2 && n >= m {
                *counts.entry((m, n)).or_default() += 1;
            }
        }
        if counts.is_empty() {
            return Ok(Self::built_in());
        }
        Ok(Self(counts.into_iter().map(|((m, n), count)| (m, n, f64::from(count))).collect()))
    }

    /// Draws m and n, m at most `max_labels`.
    pub(super) fn draw(&self, how: &LabelCount, max_labels: usize, rng: &mut ChaCha8Rng) -> (usize, usize) {
        let among = |fits: &dyn Fn(usize) -> bool, rng: &mut ChaCha8Rng| {
            let weight = |&(m, _, count): &(usize, usize, f64)| if fits(m) { count } else { 0.0 };
            let weights: Vec<f64> = self.0.iter().map(weight).collect();
            weighted_if_any(&weights, rng).map(|at| (self.0[at].0, self.0[at].1))
        };
        let uniform = match how {
            LabelCount::Real => None,
            LabelCount::Uniform(range) => Some(range),
            LabelCount::Mixed(range) => rng.random_bool(0.5).then_some(range),
        };
        if let Some(range) = uniform {
            let (low, high) = ((*range.start()).max(2), (*range.end()).min(max_labels));
            let m = if low < high { rng.random_range(low..=high) } else { high.max(2) };
            return among(&|candidate| candidate == m, rng).unwrap_or((m, m + 5));
        }
        among(&|m| m <= max_labels, rng).unwrap_or((2, 7))
    }
}

/// One garment type in `m` colours and `n` photos; fewer where there are not so many.
pub(super) fn sampled(groups: &Groups, (m, n): (usize, usize), rng: &mut ChaCha8Rng) -> Option<Draft> {
    let weights: Vec<f64> = groups
        .values()
        .map(|colours| if colours.len() >= m { colours.values().map(Vec::len).sum::<usize>() } else { 0 } as f64)
        .collect();
    let (group, colours) = groups.iter().nth(weighted_if_any(&weights, rng)?)?;
    Some(draft(group, colours, (m, n), rng))
}

/// `m` colours of one group, each with a photo, and further photos of these colours up to `n`.
///
/// Common colours are drawn more often, by the root of their photos. Each further image falls on a
/// random label that still has photos, as in real listings.
pub(super) fn draft(
    group: &str,
    colours: &BTreeMap<usize, Vec<usize>>,
    (m, n): (usize, usize),
    rng: &mut ChaCha8Rng,
) -> Draft {
    let mut weights: Vec<f64> = colours.values().map(|photos| (photos.len() as f64).sqrt()).collect();
    let mut chosen: Vec<(usize, Vec<usize>)> = Vec::with_capacity(m);
    while chosen.len() < m {
        let Some(at) = weighted_if_any(&weights, rng) else { break };
        weights[at] = 0.0;
        if let Some((&colour, photos)) = colours.iter().nth(at) {
            let mut photos = photos.clone();
            photos.shuffle(rng);
            chosen.push((colour, photos));
        }
    }
    let mut images = Vec::with_capacity(n);
    for (label, (_, photos)) in chosen.iter_mut().enumerate() {
        images.extend(photos.pop().map(|photo| (photo, label)));
    }
    while images.len() < n {
        let open: Vec<usize> = (0..chosen.len()).filter(|&label| !chosen[label].1.is_empty()).collect();
        if open.is_empty() {
            break;
        }
        let label = open[rng.random_range(0..open.len())];
        images.extend(chosen[label].1.pop().map(|photo| (photo, label)));
    }
    images.shuffle(rng);
    Draft { group: group.to_owned(), colours: chosen.into_iter().map(|(colour, _)| colour).collect(), images }
}
