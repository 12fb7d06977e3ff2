//! The head of an evaluation: its main numbers.

use maud::{Markup, html};
use peise_eval::{Calibration, Estimate, Evaluation, ProbabilityReport};

use crate::fragment::{Tone, filled, tile};
use crate::number::{one_decimal, share};
use crate::words::Words;

/// How much of a catalogue needs no human, at each precision.
pub(super) fn unattended(report: &ProbabilityReport, words: &Words) -> Markup {
    // As the predictions have it, so that it can be given back as it stands.
    let threshold = |found: Option<f64>| found.map_or("–".to_owned(), |p| (p as f32).to_string());
    html! {
        @for (listings, photos) in report.listing_coverage.iter().zip(&report.image_coverage).rev() {
            p.lead {
                (filled(words.evaluation.unattended, &[
                    ("right", html! { (format_args!("{:.0}", 100.0 * listings.precision)) }),
                    ("listings", html! { b { (one_decimal(listings.coverage)) } }),
                    ("photos", html! { b { (one_decimal(photos.coverage)) } }),
                ]))
                " "
                small { "p ≥ " (threshold(listings.threshold)) "; p ≥ " (threshold(photos.threshold)) }
            }
        }
        p.soft { (words.evaluation.on_this_file) }
    }
}

/// The metrics.
pub(super) fn tiles(evaluation: &Evaluation, words: &Words) -> Markup {
    let own = &words.evaluation;
    let plain = |name: &str, value: Markup| tile(Tone::Plain, name, value);
    html! {
        dl.tiles {
            (tile(Tone::Good, words.acc, interval(evaluation.acc)))
            (tile(Tone::Good, words.em, interval(evaluation.em)))
            @if let Some(report) = &evaluation.probabilities {
                @for (name, found) in [(own.ece_photo, &report.images), (own.ece_listing, &report.listings)] {
                    @if let Some(found) = found { (plain(name, error(found, words))) }
                }
                @if let (Some(nll), Some(brier)) = (report.nll, report.brier) {
                    (plain("NLL", html! { (share(nll)) small { "Brier " (share(brier)) } }))
                }
            }
            (plain(words.listings, html! { (evaluation.listings) }))
            (plain(words.photos, html! {
                (evaluation.images)
                @for (name, count) in [
                    (own.shows_none, evaluation.shows_none),
                    (own.unanswered, evaluation.unanswered),
                    (own.left_out, evaluation.left_out),
                ] {
                    @if count > 0 { small { (name) ": " (count) } }
                }
            }))
        }
    }
}

fn interval(Estimate { value, low, high }: Estimate) -> Markup {
    html! { (share(value)) small { (share(low)) " – " (share(high)) } }
}

fn error(found: &Calibration, words: &Words) -> Markup {
    let Estimate { value, high, .. } = found.ece_if_perfect;
    let perfect = words.evaluation.if_perfect.replace("{}", &format!("{value:.4}, {high:.4}"));
    html! { (share(found.ece)) small { (perfect) } small { "AURC " (share(found.aurc)) } }
}
