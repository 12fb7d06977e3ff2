//! Which colours are taken for which.

use std::collections::HashMap;

use peise::colour::{Lightness, Mention, mentions};
use serde::Serialize;

use crate::rows::{ListingRow, Shown};

/// Colours that the table shows by name. The others share one row and column.
const MOST: usize = 16;
/// Labels without a known colour, and colours beyond the most frequent.
pub const OTHER: &str = "other";
/// The photo shows no option.
pub const NONE: &str = "no option";
/// No answer was given.
pub const UNANSWERED: &str = "no answer";
/// Stands before a lighter shade of a colour.
pub const LIGHT: &str = "Light ";
/// Stands before a darker shade of a colour.
pub const DARK: &str = "Dark ";

/// Photos by the colour of their truth and that of the answer, as the terms of [`peise::colour`] that labels name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// The colours, the most frequent truth first; `Navy Blue+White` of a label that names two. Then `other`,
    /// `no option` and `no answer`, where there are any.
    pub colours: Vec<String>,
    /// `counts[truth][answer]`, in photos. The diagonal holds the right answers. It also holds wrong answers between labels
    /// of equal colours, and between two labels of `other`.
    pub counts: Vec<Vec<usize>>,
    /// The most frequent pairs of unlike colours: truth, answer, photos.
    pub pairs: Vec<(String, String, usize)>,
}

impl Confusion {
    pub(crate) fn new(rows: &[ListingRow<'_>]) -> Self {
        let mut names: HashMap<&str, String> = HashMap::new();
        let mut counts: HashMap<(String, String), usize> = HashMap::new();
        for image in rows.iter().flat_map(|row| &row.images) {
            let mut name = |shown| match shown {
                Shown::Label(label) => names.entry(label).or_insert_with(|| colours_of(label)).clone(),
                Shown::NoOption => NONE.to_owned(),
            };
            let pair = (name(image.truth), image.answer.map_or_else(|| UNANSWERED.to_owned(), name));
            *counts.entry(pair).or_default() += 1;
        }
        let mut of_truth: HashMap<&str, usize> = HashMap::new();
        for ((truth, _), count) in &counts {
            *of_truth.entry(truth).or_default() += count;
        }
        let named = |name: &str| name != OTHER && name != NONE;
        let mut frequent: Vec<(&str, usize)> = of_truth.into_iter().filter(|(name, _)| named(name)).collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let mut colours: Vec<String> = frequent.iter().take(MOST).map(|(name, _)| (*name).to_owned()).collect();
        let other = colours.len();
        colours.extend([OTHER, NONE, UNANSWERED].map(str::to_owned));
        let place = |name: &str| colours.iter().position(|colour| colour == name).unwrap_or(other);
        let mut table = vec![vec![0; colours.len()]; colours.len()];
        for ((truth, answer), count) in &counts {
            table[place(truth)][place(answer)] += count;
        }
        // Rows and columns without a photo say nothing.
        let used: Vec<usize> = (0..colours.len())
            .filter(|&place| table[place].iter().sum::<usize>() + table.iter().map(|row| row[place]).sum::<usize>() > 0)
            .collect();
        let table = used.iter().map(|&row| used.iter().map(|&column| table[row][column]).collect()).collect();
        let colours = used.iter().map(|&place| colours[place].clone()).collect();
        let mut pairs: Vec<(String, String, usize)> = counts
            .into_iter()
            .filter(|((truth, answer), _)| truth != answer)
            .map(|((truth, answer), count)| (truth, answer, count))
            .collect();
        pairs.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
        pairs.truncate(MOST);
        Self { colours, counts: table, pairs }
    }
}

/// The colours that a label names, each once, in order of their names: `Light Grey+White`.
fn colours_of(label: &str) -> String {
    let name = |mention: &Mention| match mention.modifier {
        None => mention.term.name.to_owned(),
        Some(Lightness::Light) => format!("{LIGHT}{}", mention.term.name),
        Some(Lightness::Dark) => format!("{DARK}{}", mention.term.name),
    };
    let mut names: Vec<String> = mentions(label).iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { OTHER.to_owned() } else { names.join("+") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::ImageRow;

    #[test]
    fn photos_are_counted_by_colour() {
        let image = |truth, answer| ImageRow { file: "", truth, answer, guess: None };
        let label = Shown::Label;
        let images = vec![
            image(label("黑色"), Some(label("黑色"))),
            image(label("黑"), Some(label("深蓝色"))),
            image(label("A款"), Some(label("黑色"))),
            image(label("白色+红色"), None),
            image(Shown::NoOption, Some(Shown::NoOption)),
            image(Shown::NoOption, None),
        ];
        let labels = [];
        let row = ListingRow { id: "", labels: &labels, image_count: 6, images, joint: None };
        let Confusion { colours, counts, pairs } = Confusion::new(&[row]);
        assert_eq!(colours, ["Black", "Red+White", "other", "no option", "no answer"]);
        // Dark blue is the truth of no photo.
        assert_eq!(pairs.iter().find(|pair| pair.0 == "Black").unwrap().1, "Dark Blue");
        let expected = [[1, 0, 1, 0, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 0]];
        assert_eq!(counts, expected);
        assert_eq!(pairs.len(), 4);
        assert_eq!(pairs.iter().map(|pair| pair.2).sum::<usize>(), 4);
    }
}
