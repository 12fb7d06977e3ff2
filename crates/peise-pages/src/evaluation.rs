//! An evaluation as a page.

mod calibration;
mod confusion;
mod head;
mod mistakes;
mod slices;

use std::collections::HashMap;

use maud::{Markup, html};
use peise_eval::{Comparison, Evaluation};

use crate::frame::{Frame, Pictures};
use crate::language::Language;
use crate::words::{Words, words};
use calibration::calibration;
use confusion::confusion;
use head::{tiles, unattended};
use mistakes::mistakes;
use slices::slices;

/// What the page shows.
pub struct EvaluationPage<'a> {
    /// What was evaluated.
    pub title: &'a str,
    /// What was found.
    pub evaluation: &'a Evaluation,
    /// Photos of [`worst`](peise_eval::ProbabilityReport::worst) as JPEG, by listing and file; missing ones get a
    /// placeholder.
    pub pictures: &'a HashMap<(String, String), Vec<u8>>,
    /// Language of the page's own words.
    pub language: Language,
}

/// The page.
pub fn render(page: &EvaluationPage<'_>) -> String {
    let EvaluationPage { title, evaluation, pictures, language } = page;
    let words = words(*language);
    let frame =
        Frame { title, lang: words.lang, class: "evaluation", pictures: Pictures::Embedded, rules: "", script: None };
    let report = evaluation.probabilities.as_ref();
    let head = html! {
        @if let Some(report) = report { (unattended(report, words)) }
        (tiles(evaluation, words))
    };
    let main = html! {
        @if let Some(comparison) = &evaluation.comparison { (compared(comparison, words)) }
        @if let Some(report) = report { (calibration(report, words)) }
        (slices(&evaluation.slices, words))
        (confusion(&evaluation.confusion, words))
        @if let Some(report) = report { (mistakes(&report.worst, pictures, words)) }
        @if !evaluation.findings.is_empty() {
            section.panel {
                h2 { (words.evaluation.findings) }
                ul { @for finding in &evaluation.findings { li lang="en" { (finding.kind()) ": " (finding) } } }
            }
        }
    };
    frame.page(&head, &main)
}

fn compared(comparison: &Comparison, words: &Words) -> Markup {
    let own = &words.evaluation;
    html! {
        section.panel {
            h2 { (own.comparison) }
            div.box {
                table {
                    thead {
                        tr {
                            th scope="col" { (own.quantity) }
                            th scope="col" { (own.difference) }
                            th scope="col" { (own.interval) }
                        }
                    }
                    tbody {
                        @for (name, found) in [(words.acc, comparison.acc), (words.em, comparison.em)] {
                            tr {
                                th scope="row" { (name) }
                                td { (format_args!("{:+.4}", found.value)) }
                                td { (format_args!("{:+.4} – {:+.4}", found.low, found.high)) }
                            }
                        }
                        tr { th scope="row" { (own.only_these) } td { (comparison.only_first) } td {} }
                        tr {
                            th scope="row" { (own.only_others) }
                            td { (comparison.only_second) }
                            td { "McNemar p " (comparison.significance()) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
