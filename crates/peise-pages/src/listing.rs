//! A self-contained HTML page: which photo got which label, and how sure the matcher was.
//!
//! One file without scripts or requests: styles are inline, thumbnails are `data:` URIs, and a content security policy
//! forbids the rest. Labels, file names and messages are hostile input; they reach the page through `Text` only.
//! What deserves a look comes first: listings by ascending joint probability, and in a label the least sure photo.

use std::cmp::Ordering;
use std::io::{self, Write};

use crate::{Language, POLICY, Text};
use peise::matcher::decode::{Assignment, Choice, Rule};
use peise::{Answer, ImageAnswer};

mod card;
mod summary;
mod words;

use summary::Summary;
use words::Words;

const CSS: &str = include_str!("listing/report.css");
/// One photo on the page.
#[derive(Debug, Clone, Default)]
pub struct ReportImage {
    /// File name, as the listing names it.
    pub file: String,
    /// The picture as JPEG, best some 300 px high; without it a placeholder is drawn.
    pub thumbnail_jpeg: Option<Vec<u8>>,
    /// Why the photo could not be used.
    pub error: Option<String>,
    /// The true label, where it is known.
    pub truth: Option<String>,
}

/// One listing on the page.
#[derive(Debug, Clone, Default)]
pub struct ReportListing {
    /// Identifier, shown as the card's heading.
    pub id: String,
    /// The labels, in the seller's order.
    pub labels: Vec<String>,
    /// All photos, those that failed included.
    pub images: Vec<ReportImage>,
    /// What was decided: one choice for each image **without an error**, in the order of `images`.
    pub assignment: Option<Assignment>,
    /// Remarks for the reader, such as "labels 1 and 2 are indistinguishable".
    pub notes: Vec<String>,
    /// Why the listing as a whole could not be matched.
    pub error: Option<String>,
}

impl From<&Answer> for ReportListing {
    /// Takes over what was decided; thumbnails and truth are the caller's to add.
    ///
    /// Guesses that were too unsure to be answered are shown as guesses.
    fn from(prediction: &Answer) -> Self {
        let image = |image: &ImageAnswer| ReportImage {
            file: image.file.clone(),
            error: image.error.as_ref().map(ToString::to_string),
            ..ReportImage::default()
        };
        let readable = || prediction.images.iter().filter(|image| image.error.is_none());
        let choice =
            |image: &ImageAnswer| Choice { label: image.index, probability: image.probability.unwrap_or(f32::NAN) };
        let assignment = prediction.joint_probability.map(|joint_probability| Assignment {
            choices: readable().map(choice).collect(),
            marginals: readable().flat_map(|image| image.marginals.iter().copied().chain([image.none])).collect(),
            joint_probability,
            bare: Vec::new(),
            rule: Rule::Auto,
            exact: prediction.exact,
        });
        Self {
            id: prediction.id.clone(),
            labels: prediction.labels.clone(),
            images: prediction.images.iter().map(image).collect(),
            assignment,
            notes: prediction.notes.iter().map(|note| note.text.clone()).collect(),
            error: prediction.error.as_ref().map(ToString::to_string),
        }
    }
}

impl ReportListing {
    /// Every image with its choice; `None` where it failed or nothing was decided.
    fn matched(&self) -> impl Iterator<Item = (&ReportImage, Option<(usize, Choice)>)> {
        let mut choices = self.assignment.iter().flat_map(|assignment| assignment.choices.iter().copied().enumerate());
        self.images.iter().map(move |image| (image, if image.error.is_some() { None } else { choices.next() }))
    }

    /// Text of the label chosen.
    fn label(&self, choice: Choice) -> Option<&str> {
        choice.label.and_then(|label| self.labels.get(label)).map(String::as_str)
    }

    /// Joint probability; undecided listings count as less sure than any other.
    fn confidence(&self) -> f32 {
        self.assignment.as_ref().map_or(-1.0, |assignment| assignment.joint_probability)
    }
}

/// How the page is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportOptions {
    /// Language of the page's own words; labels stay as the seller wrote them.
    pub language: Language,
    /// Photos below this probability are marked as unsure.
    pub threshold: f32,
    /// At most so many listings get a card, the least sure ones; the summary counts all of them.
    pub max_listings: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { language: Language::English, threshold: 0.8, max_listings: 500 }
    }
}

/// Indices of the listings that get a card, in the order of the page: the least sure first.
///
/// Only these need thumbnails, so a caller with many listings asks here before it makes them.
pub fn shown(listings: &[ReportListing], options: &ReportOptions) -> Vec<usize> {
    let mut order: Vec<usize> = (0..listings.len()).collect();
    order.sort_by(|&a, &b| ascending(listings[a].confidence(), listings[b].confidence()));
    order.truncate(options.max_listings);
    order
}

/// Ascending order that puts what is not a number first: it deserves a look.
fn ascending(a: f32, b: f32) -> Ordering {
    let key = |value: f32| {
        if value.is_nan() { f32::NEG_INFINITY } else { value }
    };
    key(a).total_cmp(&key(b))
}

/// Writes the page.
///
/// # Errors
/// Whatever `out` fails with.
/// # Panics
/// If an assignment does not hold one choice for each image without an error (programmer error).
pub fn write_report(
    out: &mut impl Write,
    title: &str,
    listings: &[ReportListing],
    options: &ReportOptions,
) -> io::Result<()> {
    for listing in listings {
        if let Some(assignment) = &listing.assignment {
            let readable = listing.images.iter().filter(|image| image.error.is_none()).count();
            assert_eq!(assignment.choices.len(), readable, "one choice for each image without an error");
        }
    }
    let words = words::words(options.language);
    let order = shown(listings, options);
    write!(
        out,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"peise {version}\">\n\
         <title>{title}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n",
        lang = words.lang,
        version = env!("CARGO_PKG_VERSION"),
        title = Text(title),
    )?;
    let summary = Summary::of(listings, options.threshold);
    summary.write(out, title, words, options)?;
    writeln!(out, "<main>")?;
    for &index in &order {
        card::write(out, &listings[index], words, options)?;
    }
    if order.len() < listings.len() {
        let hidden = listings.len() - order.len();
        writeln!(out, "<p class=\"more\">{}</p>", words.more.replace("{}", &hidden.to_string()))?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

/// A probability as a reader wants it: whole per cent, rounded down, so that none below a threshold looks as if it
/// reached it, and never a false 0 or 100.
fn percent(probability: f32) -> String {
    match probability * 100.0 {
        p if p.is_nan() => "–".into(),
        p if p > 99.0 => "&gt;99%".into(),
        p if p < 1.0 => "&lt;1%".into(),
        // What f32 makes of 0.62 must not become 61.
        p => format!("{:.0}%", (p + 1e-3).floor()),
    }
}

/// Width of a probability's bar in per cent.
fn width(probability: f32) -> f32 {
    if probability.is_nan() { 0.0 } else { (probability * 100.0).clamp(0.0, 100.0) }
}

#[cfg(test)]
mod tests;
