//! A self-contained HTML page of training curves: one run, or several beside each other.
//!
//! One file without requests: styles and script are inline, and a content security policy forbids the rest. Everything
//! is readable without the script, which only tells the values under the pointer. Names and facts are hostile input;
//! they reach the page through `Text` only.

use std::fmt::{self, Display, Formatter};

mod axis;
mod chart;
mod escape;
mod legend;
mod plot;
mod series;
mod stages;
mod table;
mod words;

use chart::{Chart, Metric};
use legend::{Colours, Legend};
use peise::format::html::{Language, Text};
use table::{Table, Tiles};
use words::Words;

const CSS: &str = include_str!("curves/curves.css");
const SCRIPT: &str = include_str!("curves/curves.js");

/// SHA-256 of the script, the only one that a browser may run here; a test compares.
const SCRIPT_HASH: &str = "yKx5GHaQlXziQb55Vgw2GiKIUPmvAaOSUW9NQLTIrVo=";

/// One training run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What the run is called.
    pub name: String,
    /// What is known of it, such as recipe, seed, commit and device; shown in this order.
    pub facts: Vec<(String, String)>,
    /// One point a training step.
    pub steps: Vec<StepPoint>,
    /// One point a validation.
    pub validations: Vec<ValidationPoint>,
}

/// One training step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepPoint {
    /// Number of the step in the run.
    pub step: u64,
    /// Stage of the recipe that it belongs to.
    pub stage: String,
    /// Learning rate.
    pub lr: f64,
    /// Loss of the batch; what is not finite leaves a gap.
    pub loss: f64,
    /// Share of the batch's photos that are right.
    pub accuracy: Option<f64>,
    /// Share of the batch's listings of which every photo is right.
    pub exact_match: Option<f64>,
    /// Throughput.
    pub photos_per_second: f64,
}

/// One validation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValidationPoint {
    /// Training step after which it took place.
    pub step: u64,
    /// Mean loss.
    pub loss: Option<f64>,
    /// Share of photos that are right.
    pub accuracy: Option<f64>,
    /// Share of listings of which every photo is right.
    pub exact_match: Option<f64>,
    /// Whether the model was the best so far; the last such point is the run's best.
    pub best: bool,
}

impl Run {
    /// The validation whose model was kept.
    fn best(&self) -> Option<&ValidationPoint> {
        self.validations.iter().filter(|point| point.best).max_by_key(|point| point.step)
    }

    /// Every step and validation on the horizontal axis.
    fn all_steps(&self) -> impl Iterator<Item = u64> {
        self.steps.iter().map(|point| point.step).chain(self.validations.iter().map(|point| point.step))
    }
}

/// The page for these runs, complete from `<!doctype html>` to `</html>`.
///
/// Each run has a colour of its own; with one run training and validation have. Lines of many steps are thinned out,
/// keeping the extremes, so that the page stays small.
pub fn render(runs: &[Run], language: Language) -> String {
    Page { runs, words: words::words(language) }.to_string()
}

/// The whole document.
struct Page<'a> {
    runs: &'a [Run],
    words: &'static Words,
}

impl Display for Page<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (runs, words) = (self.runs, self.words);
        let title = match runs {
            [run] if !run.name.trim().is_empty() => &run.name,
            _ => words.title,
        };
        write!(
            out,
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_HASH}'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"peise {version}\">\n\
             <title>{title}</title>\n<style>\n{CSS}{colours}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
            lang = words.lang,
            version = env!("CARGO_PKG_VERSION"),
            title = Text(title),
            colours = Colours(runs.len()),
        )?;
        if runs.is_empty() {
            return writeln!(out, "<p>{}</p>\n</header>\n</body>\n</html>", words.nothing);
        }
        let class = if runs.len() > 1 { " class=\"several\"" } else { "" };
        write!(out, "{}{}</header>\n<main{class}>\n", Tiles { runs, words }, Legend { runs, words })?;
        for metric in [Metric::Loss, Metric::Accuracy, Metric::ExactMatch] {
            write!(out, "{}", Chart { runs, metric, words })?;
        }
        write!(out, "{}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n", Table { runs, words })
    }
}

#[cfg(test)]
mod tests;
