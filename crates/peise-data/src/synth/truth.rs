//! The truth of everything drawn, as the side file holds it.

use serde::Serialize;

use super::material::Material;
use super::pattern::Pattern;
use super::photo::Drawn;
use super::plan::Plan;
use super::wardrobe::Product;

/// The truth of a listing: one line of the side file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListingTruth {
    /// The listing's id.
    pub id: String,
    /// The parts of what is sold.
    pub parts: Vec<PartTruth>,
    /// The options, in the order of the labels.
    pub options: Vec<OptionTruth>,
    /// Smallest CIEDE2000 difference between two options, in the part that differs most; `null` for one option.
    pub smallest_difference: Option<f32>,
    /// The photos.
    pub photos: Vec<PhotoTruth>,
}

/// One part of what is sold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartTruth {
    /// The silhouette.
    pub product: Product,
    /// The cloth.
    pub material: Material,
    /// The pattern; `null` for one colour.
    pub pattern: Option<Pattern>,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptionTruth {
    /// Its label.
    pub label: String,
    /// The label says nothing of the colour.
    pub colourless: bool,
    /// For each part the English keys of its colours, the main one first.
    pub terms: Vec<Vec<&'static str>>,
    /// For each part CIELAB of its colours in daylight.
    pub colours: Vec<Vec<[f32; 3]>>,
}

/// One photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhotoTruth {
    /// Its file.
    pub file: String,
    /// Its label; `null` where it shows none.
    pub label: Option<String>,
    /// The earlier photo whose file this is again.
    pub repeats: Option<String>,
    /// What was drawn.
    #[serde(flatten)]
    pub drawn: Drawn,
    /// Where each part, and what else there is, can be seen; only what can.
    pub masks: Vec<Mask>,
}

/// Where one thing can be seen: COCO's uncompressed run-length encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mask {
    /// `part 1` to `part 3` of what is sold, `company` (other clothes), `skin`, `hair`, `carrier`, `overlay`.
    pub what: &'static str,
    /// Height and width, pixels.
    pub size: [usize; 2],
    /// Lengths of runs, column by column from the top left, of pixels without and with it in turn; the first may be 0.
    pub counts: Vec<u32>,
}

/// What the numbers of the part map are called.
const NAMES: &[(u8, &str)] = &[
    (1, "part 1"),
    (2, "part 2"),
    (3, "part 3"),
    (10, "company"),
    (11, "skin"),
    (12, "hair"),
    (13, "carrier"),
    (14, "overlay"),
];

impl ListingTruth {
    pub(super) fn new(id: String, plan: &Plan, photos: Vec<PhotoTruth>) -> Self {
        let parts = plan.parts.iter().map(|part| PartTruth {
            product: part.product,
            material: part.cloth.material,
            pattern: part.design.as_ref().map(|design| design.pattern),
        });
        let options = plan.options.iter().zip(&plan.labels).map(|(option, label)| OptionTruth {
            label: label.text.clone(),
            colourless: label.colourless,
            terms: option.iter().map(|dyes| dyes.iter().map(|dye| dye.phrase.term.name).collect()).collect(),
            colours: option.iter().map(|dyes| dyes.iter().map(|dye| dye.lab).collect()).collect(),
        });
        Self {
            id,
            parts: parts.collect(),
            options: options.collect(),
            smallest_difference: (plan.options.len() > 1).then_some(plan.difference),
            photos,
        }
    }
}

/// The masks of all that can be seen by a part map, row by row, in one pass over the columns.
pub(super) fn masks(parts: &[u8], width: usize) -> Vec<Mask> {
    let height = parts.len() / width.max(1);
    // For every number where its last run ended, and its runs.
    let mut runs: Vec<(u32, Vec<u32>)> = vec![(0, Vec::new()); usize::from(u8::MAX) + 1];
    let (mut before, mut start, mut place) = (0, 0, 0);
    let mut close = |number: u8, start: u32, end: u32| {
        let (last, counts) = &mut runs[usize::from(number)];
        counts.extend([start - *last, end - start]);
        *last = end;
    };
    for x in 0..width {
        for &number in parts.iter().skip(x).step_by(width) {
            if number != before {
                close(before, start, place);
                (before, start) = (number, place);
            }
            place += 1;
        }
    }
    close(before, start, place);
    let mask = |&(number, what): &(u8, &'static str)| {
        let (last, mut counts) = runs[usize::from(number)].clone();
        counts.extend((last < place).then(|| place - last));
        (!runs[usize::from(number)].1.is_empty()).then_some(Mask { what, size: [height, width], counts })
    };
    NAMES.iter().filter_map(mask).collect()
}

impl Mask {
    /// Whether a pixel shows it, row by row.
    pub fn pixels(&self) -> Vec<bool> {
        let [height, width] = self.size;
        let mut pixels = vec![false; height * width];
        let runs = self.counts.iter().scan(0, |end, &count| {
            let start = *end;
            *end += count as usize;
            Some(start..*end)
        });
        for place in runs.skip(1).step_by(2).flatten() {
            pixels[place % height * width + place / height] = true;
        }
        pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_read_back() {
        let parts = [1, 0, 2, 1, 1, 2];
        let masks = masks(&parts, 3);
        let mask = &masks[0];
        assert_eq!((mask.size, &mask.counts[..]), ([2, 3], &[0, 2, 1, 1, 2][..]));
        assert_eq!(mask.pixels(), [true, false, false, true, true, false]);
        assert_eq!(masks[1].pixels(), [false, false, true, false, false, true]);
        assert_eq!(masks.iter().map(|mask| mask.what).collect::<Vec<_>>(), ["part 1", "part 2"]);
    }
}
