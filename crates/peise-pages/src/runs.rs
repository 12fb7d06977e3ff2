//! A page of training curves: one run, or several beside each other.
//!
//! Everything is readable without the script, which only tells the values under the pointer or the arrow keys.

mod chart;
mod legend;
mod series;
mod stages;
mod table;

use maud::html;
use peise_eval::curves::RunCurves;

use crate::frame::{Frame, Pictures, Script};
use crate::language::Language;
use crate::words::words;
use chart::{Metric, chart};
use legend::{legend, rules};
use table::{table, tiles};

/// The script, and what a browser compares before it runs it; a test compares too.
const SCRIPT: Script =
    Script { source: include_str!("runs/curves.js"), hash: "xZuh6VpzswJpYvk/8ZM79/mKHjHparxP4rj1Rzir5Xw=" };

/// The page for these runs.
///
/// Each run has a colour of its own; with one run training and validation have. Lines of many steps are thinned out,
/// keeping the extremes, so that the page stays small.
pub fn render(runs: &[RunCurves], language: Language) -> String {
    let words = words(language);
    let title = match runs {
        [run] if !run.name.trim().is_empty() => &run.name,
        _ => words.runs.title,
    };
    let frame = Frame {
        title,
        lang: words.lang,
        class: if runs.len() > 1 { "runs several" } else { "runs" },
        pictures: Pictures::Embedded,
        rules: &rules(runs.len()),
        script: (!runs.is_empty()).then_some(SCRIPT),
    };
    if runs.is_empty() {
        return frame.page(&html! {}, &html! { p { (words.runs.nothing) } });
    }
    let head = html! { (tiles(runs, words)) (legend(runs, words)) };
    let main = html! {
        @for metric in [Metric::Loss, Metric::Accuracy, Metric::ExactMatch] { (chart(runs, metric, words)) }
        (table(runs, words))
    };
    frame.page(&head, &main)
}

#[cfg(test)]
mod tests;
