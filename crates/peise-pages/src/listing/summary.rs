//! The head of the page: a summary of all listings.

use maud::{Markup, html};
use peise::Verdict;

use super::model::{ReportListing, ReportOptions};
use crate::fragment::{Tone, tile};
use crate::number::{percent, share};
use crate::words::Words;

/// Counts over all listings, shown or not.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Summary {
    pub listings: usize,
    pub images: usize,
    /// Images that could not be read.
    pub failed: usize,
    /// Images whose guess was too unsure to be an answer.
    pub withheld: usize,
    /// Images below the threshold.
    pub unsure: usize,
    /// Images with a guess, and the sum of their probabilities.
    pub decided: usize,
    pub confidence: f64,
    /// Images whose truth is known, and those of them that are right.
    pub known: usize,
    pub right: usize,
    /// Listings with a known truth, and those of them without a wrong image.
    pub known_listings: usize,
    pub exact: usize,
}

impl Summary {
    /// Counts. An image without an answer is wrong if its truth is known: a metric does not reward a failure.
    pub fn of(listings: &[ReportListing<'_>], options: &ReportOptions) -> Self {
        let mut summary = Self { listings: listings.len(), ..Self::default() };
        for ReportListing { answer, photos } in listings {
            let (mut known, mut right) = (0, 0);
            for (place, (image, photo)) in answer.images.iter().zip(photos).enumerate() {
                let verdict = answer.verdict(place);
                summary.images += 1;
                summary.failed += usize::from(matches!(verdict, Verdict::Unreadable(_)));
                summary.withheld += usize::from(matches!(verdict, Verdict::Withheld(_)));
                if let Some(probability) = image.probability {
                    summary.decided += 1;
                    summary.confidence += f64::from(if probability.is_nan() { 0.0 } else { probability });
                    summary.unsure += usize::from(options.is_unsure(probability));
                }
                if let Some(truth) = &photo.truth {
                    known += 1;
                    right += usize::from(truth.is(verdict));
                }
            }
            summary.known += known;
            summary.right += right;
            summary.known_listings += usize::from(known > 0);
            summary.exact += usize::from(known > 0 && right == known);
        }
        summary
    }

    /// Counts, legend and filter.
    pub fn head(&self, words: &Words, options: &ReportOptions) -> Markup {
        let own = &words.listing;
        if self.listings == 0 {
            return html! { p { (own.nothing) } };
        }
        let unsure = if self.unsure > 0 { Tone::Warning } else { Tone::Plain };
        html! {
            dl.tiles {
                (tile(Tone::Plain, words.listings, self.listings))
                (tile(Tone::Plain, words.photos, self.images))
                @if self.decided > 0 {
                    (tile(Tone::Plain, own.mean, percent((self.confidence / self.decided as f64) as f32)))
                }
                (tile(unsure, &own.below.replace("{}", &percent(options.threshold)), self.unsure))
                @if self.withheld > 0 { (tile(Tone::Warning, own.withheld_answers, self.withheld)) }
                @if self.failed > 0 { (tile(Tone::Bad, own.failed, self.failed)) }
                @if self.known > 0 {
                    (tile(Tone::Good, words.acc, fraction(self.right, self.known)))
                    (tile(Tone::Good, words.em, fraction(self.exact, self.known_listings)))
                }
            }
            div.bar-line {
                p.legend {
                    span { i.key.sure {} (own.sure) }
                    span { i.key.unsure {} (own.unsure) }
                    @if self.known > 0 { span { i.key.wrong {} (own.wrong) } }
                    span { (own.order) }
                }
                fieldset.choice {
                    legend { (words.show) }
                    label { input type="radio" name="show" checked; (own.all) }
                    label { input type="radio" name="show" id="to-check"; (own.to_check) }
                }
            }
        }
    }
}

/// Four decimals, as the task's metrics are given.
fn fraction(part: usize, whole: usize) -> String {
    share(part as f64 / whole.max(1) as f64)
}
