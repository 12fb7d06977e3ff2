//! How well listings of one kind are answered.

use std::collections::HashMap;

use peise::colour::{delta_e, mentions};
use peise::label::Cleaner;
use serde::Serialize;

use crate::rows::{ListingRow, share};

/// Accuracy of the listings of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// The kind, e.g. `5-8` labels.
    pub size: &'static str,
    /// Listings counted.
    pub listings: usize,
    /// Photos counted.
    pub images: usize,
    /// Right photos / photos.
    pub acc: f64,
    /// Listings with every photo right / listings.
    pub em: f64,
}

/// The same listings, grouped in several ways.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slices {
    /// By number of labels m.
    pub by_labels: Vec<Slice>,
    /// By number of photos n.
    pub by_images: Vec<Slice>,
    /// By the smallest CIEDE2000 between the colours that two labels name. Between labels of several colours it is the
    /// Hausdorff distance.
    pub by_distance: Vec<Slice>,
    /// By whether the colours named are black, white and grey (chroma below 8), have a hue, or both.
    pub by_hue: Vec<Slice>,
    /// By whether a label names several colours, as of an outfit's parts.
    pub by_parts: Vec<Slice>,
    /// By whether the default cleaner finds anything to take away.
    pub by_writing: Vec<Slice>,
}

/// Two thirds of all listings have 2 or 3 labels.
const LABELS: [(&str, usize, usize); 6] =
    [("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4", 4, 4), ("5-8", 5, 8), ("9+", 9, usize::MAX)];
/// 7 photos is by far the most frequent.
const IMAGES: [(&str, usize, usize); 5] =
    [("1-3", 0, 3), ("4-6", 4, 6), ("7", 7, 7), ("8-12", 8, 12), ("13+", 13, usize::MAX)];
/// From colours that are hard to distinguish side by side to clearly different ones.
const DISTANCES: [(&str, f32); 5] =
    [("<8", 8.0), ("8-16", 16.0), ("16-24", 24.0), ("24-32", 32.0), ("32+", f32::INFINITY)];
const UNKNOWN: &str = "unknown";
/// Chroma in CIELAB below which a colour counts as having no hue.
const ACHROMATIC: f32 = 8.0;

impl Slices {
    pub(crate) fn new(rows: &[ListingRow<'_>]) -> Self {
        let range = |ranges: &[(&'static str, usize, usize)], size: usize| {
            ranges.iter().find(|(_, least, most)| (*least..=*most).contains(&size)).map_or(UNKNOWN, |range| range.0)
        };
        let traits: Vec<LabelTraits> = rows.iter().map(|row| LabelTraits::of(row.labels)).collect();
        let names = |ranges: &[(&'static str, usize, usize)]| ranges.iter().map(|range| range.0).collect::<Vec<_>>();
        let distances: Vec<&str> = DISTANCES.iter().map(|range| range.0).chain([UNKNOWN]).collect();
        Self {
            by_labels: slices(rows, &names(&LABELS), |index| range(&LABELS, rows[index].labels.len())),
            by_images: slices(rows, &names(&IMAGES), |index| range(&IMAGES, rows[index].image_count)),
            by_distance: slices(rows, &distances, |index| traits[index].distance),
            by_hue: slices(rows, &["no hue", "both", "hue", UNKNOWN], |index| traits[index].hue),
            by_parts: slices(rows, &["one colour", "several", UNKNOWN], |index| traits[index].parts),
            by_writing: slices(rows, &["plain", "with more"], |index| traits[index].writing),
        }
    }
}

/// What a listing's labels are like.
struct LabelTraits {
    distance: &'static str,
    hue: &'static str,
    parts: &'static str,
    writing: &'static str,
}

impl LabelTraits {
    fn of(labels: &[String]) -> Self {
        let colours: Vec<Vec<[f32; 3]>> =
            labels.iter().map(|label| mentions(label).iter().map(|mention| mention.lab()).collect()).collect();
        let mut least = None;
        for (index, one) in colours.iter().enumerate() {
            for (offset, other) in colours[index + 1..].iter().enumerate() {
                // Equal labels are one label.
                if !one.is_empty() && !other.is_empty() && labels[index] != labels[index + 1 + offset] {
                    let distance = apart(one, other);
                    least = Some(least.map_or(distance, |least: f32| least.min(distance)));
                }
            }
        }
        let known = colours.iter().all(|colours| !colours.is_empty());
        let distance = least.filter(|_| known).and_then(|least| DISTANCES.iter().find(|(_, most)| least < *most));
        let hue = |colour: &[f32; 3]| colour[1].hypot(colour[2]) >= ACHROMATIC;
        let all = || colours.iter().flatten();
        Self {
            distance: distance.map_or(UNKNOWN, |range| range.0),
            hue: match (known && !labels.is_empty(), all().any(hue), all().all(hue)) {
                (false, ..) => UNKNOWN,
                (true, false, _) => "no hue",
                (true, true, false) => "both",
                (true, true, true) => "hue",
            },
            parts: match colours.iter().map(Vec::len).max() {
                None | Some(0) => UNKNOWN,
                Some(1) => "one colour",
                Some(_) => "several",
            },
            writing: if Cleaner::Default.clean(labels) == labels { "plain" } else { "with more" },
        }
    }
}

/// The largest distance from a colour of one to the nearest of the other, either way.
fn apart(one: &[[f32; 3]], other: &[[f32; 3]]) -> f32 {
    let from = |these: &[[f32; 3]], those: &[[f32; 3]]| {
        let nearest = |&this: &[f32; 3]| those.iter().map(|&that| delta_e(this, that)).fold(f32::INFINITY, f32::min);
        these.iter().map(nearest).fold(0.0, f32::max)
    };
    from(one, other).max(from(other, one))
}

fn slices(rows: &[ListingRow<'_>], names: &[&'static str], kind: impl Fn(usize) -> &'static str) -> Vec<Slice> {
    let mut counts: HashMap<&str, [usize; 4]> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let found = [1, row.images.len(), row.right(), usize::from(row.is_exact())];
        let counts = counts.entry(kind(index)).or_default();
        counts.iter_mut().zip(found).for_each(|(count, found)| *count += found);
    }
    let slice = |&size: &&'static str| {
        let [listings, images, right, exact] = *counts.get(size)?;
        Some(Slice { size, listings, images, acc: share(right, images), em: share(exact, listings) })
    };
    names.iter().filter_map(slice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(labels: &[&str]) -> [&'static str; 4] {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let LabelTraits { distance, hue, parts, writing } = LabelTraits::of(&labels);
        [distance, hue, parts, writing]
    }

    #[test]
    fn labels_are_told_apart_by_what_they_name() {
        for (labels, expected) in [
            (&["黑色", "白色"][..], ["32+", "no hue", "one colour", "plain"]),
            (&["黑色", "红色"], ["32+", "both", "one colour", "plain"]),
            (&["red", "green"], ["32+", "hue", "one colour", "plain"]),
            (&["红色+黑色", "红色+白色"], ["32+", "both", "several", "with more"]),
            (&["黑色(付款后30天内发货)", "白色"], ["32+", "no hue", "one colour", "with more"]),
            (&["A款", "黑色"], ["unknown", "unknown", "one colour", "with more"]),
            (&["黑色"], ["unknown", "no hue", "one colour", "plain"]),
        ] {
            assert_eq!(traits(labels), expected, "{labels:?}");
        }
    }

    #[test]
    fn near_colours_are_near() {
        let [near, ..] = traits(&["米色", "米白色", "黑色"]);
        assert!(["<8", "8-16"].contains(&near), "{near}");
        assert_eq!(traits(&["黑色", "黑色", "白色"])[0], "32+", "equal labels are one");
    }
}
