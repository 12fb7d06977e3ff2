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

use crate::{Language, Text};
use chart::{Chart, Metric};
use legend::{Colours, Legend};
use peise_eval::curves::{Run, StepPoint, ValidationPoint};
use table::{Table, Tiles};
use words::Words;

const CSS: &str = include_str!("runs/curves.css");
const SCRIPT: &str = include_str!("runs/curves.js");

/// SHA-256 of the script, the only one that a browser may run here; a test compares.
const SCRIPT_HASH: &str = "yKx5GHaQlXziQb55Vgw2GiKIUPmvAaOSUW9NQLTIrVo=";

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
