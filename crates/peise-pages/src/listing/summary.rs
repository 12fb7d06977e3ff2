//! The head of the page: what all listings together look like.

use std::io::{self, Write};

use super::{ReportListing, ReportOptions, Words, percent, width};
use crate::escape::Text;

/// Counts over all listings, shown or not.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Summary {
    pub listings: usize,
    pub images: usize,
    /// Images that could not be read.
    pub failed: usize,
    /// Images below the threshold.
    pub unsure: usize,
    /// Images with a choice, and the sum of their probabilities.
    pub matched: usize,
    pub confidence: f64,
    /// Images whose truth is known, and those of them that are right.
    pub known: usize,
    pub right: usize,
    /// Listings with a known truth, and those of them without a wrong image.
    pub known_listings: usize,
    pub exact: usize,
}

impl Summary {
    /// Counts. An image without a choice is wrong if its truth is known: a metric does not reward a failure.
    pub fn of(listings: &[ReportListing], threshold: f32) -> Self {
        let mut summary = Self { listings: listings.len(), ..Self::default() };
        for listing in listings {
            let (mut known, mut right) = (0, 0);
            for (image, choice) in listing.matched() {
                summary.images += 1;
                summary.failed += usize::from(image.error.is_some());
                if let Some((_, choice)) = choice {
                    summary.matched += 1;
                    summary.confidence += f64::from(width(choice.probability)) / 100.0;
                    summary.unsure += usize::from(is_unsure(choice.probability, threshold));
                }
                if let Some(truth) = &image.truth {
                    known += 1;
                    let label = choice.and_then(|(_, choice)| listing.label(choice));
                    right += usize::from(label == Some(truth.as_str()));
                }
            }
            summary.known += known;
            summary.right += right;
            summary.known_listings += usize::from(known > 0);
            summary.exact += usize::from(known > 0 && right == known);
        }
        summary
    }

    /// Writes title, counts, filter and legend.
    pub fn write(&self, out: &mut impl Write, title: &str, words: &Words, options: &ReportOptions) -> io::Result<()> {
        write!(out, "<header>\n<h1>{}</h1>\n<dl class=\"tiles\">\n", Text(title))?;
        tile(out, "", words.listings, &self.listings.to_string())?;
        tile(out, "", words.photos, &self.images.to_string())?;
        if self.matched > 0 {
            tile(out, "", words.mean, &percent((self.confidence / self.matched as f64) as f32))?;
        }
        let class = if self.unsure > 0 { "warn" } else { "" };
        tile(out, class, &words.below.replace("{}", &percent(options.threshold)), &self.unsure.to_string())?;
        if self.failed > 0 {
            tile(out, "bad", words.failed, &self.failed.to_string())?;
        }
        if self.known > 0 {
            tile(out, "good", words.accuracy, &fraction(self.right, self.known))?;
            tile(out, "good", words.exact_match, &fraction(self.exact, self.known_listings))?;
        }
        writeln!(out, "</dl>")?;
        if self.listings == 0 {
            return writeln!(out, "<p>{}</p>\n</header>", words.nothing);
        }
        write!(
            out,
            "<div class=\"bar-line\"><p class=\"legend\"><span class=\"key sure\"></span>{} \
             <span class=\"key unsure\"></span>{}",
            words.sure, words.unsure
        )?;
        if self.known > 0 {
            write!(out, " <span class=\"key wrong\"></span>{}", words.wrong)?;
        }
        write!(
            out,
            " <span class=\"order\">{}</span></p>\n<fieldset class=\"filter\"><legend>{}</legend>\
             <label><input type=\"radio\" name=\"show\" checked>{}</label>\
             <label><input type=\"radio\" name=\"show\" id=\"to-check\">{}</label></fieldset></div>\n</header>\n",
            words.order, words.show, words.all, words.to_check
        )
    }
}

/// Whether a photo deserves a second look; what is not a number does.
pub(super) fn is_unsure(probability: f32, threshold: f32) -> bool {
    probability.is_nan() || probability < threshold
}

/// Four decimals, as the task's metrics are given.
fn fraction(part: usize, whole: usize) -> String {
    format!("{:.4}", part as f64 / whole.max(1) as f64)
}

fn tile(out: &mut impl Write, class: &str, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "<div class=\"tile {class}\"><dt>{name}</dt><dd>{value}</dd></div>")
}
