//! The legend: what the lines mean, and which run has which colour.

use std::fmt::Write as _;

use maud::{Markup, html};
use peise_eval::curves::RunCurves;

use super::chart::MOST_RAW;
use crate::escape::Foreign;
use crate::words::Words;

/// Colours of the stylesheet (`--run-0` ...), after Okabe and Ito, with those replaced that fade on white or black.
const COLOURS: usize = 8;

/// Dashes tell apart the runs that share a colour.
const DASHES: [&str; 4] = ["none", "7 4", "2 4", "10 3 2 3"];

/// Rules of the stylesheet that depend on the number of runs: colour, dashes, and what a checkbox hides.
pub(super) fn rules(runs: usize) -> String {
    if runs == 1 {
        return ".valid, .dot, .best, .best-text, .key.of-validation { --stroke: var(--run-1); }\n".to_owned();
    }
    let mut rules = String::new();
    for number in 0..runs {
        let (colour, dash) = (number % COLOURS, DASHES[number / COLOURS % DASHES.len()]);
        let _ = write!(rules, ".run-{number} {{ --stroke: var(--run-{colour}); --dash: {dash}; }}");
        let _ = writeln!(rules, " body:has(#show-{number}:not(:checked)) main .run-{number} {{ display: none; }}");
    }
    rules
}

/// The legend of all charts, with a checkbox for each of several runs.
pub(super) fn legend(runs: &[RunCurves], words: &Words) -> Markup {
    let several = runs.len() > 1;
    let raw = html! { path.raw d="M1 9L6 4L11 11L16 3L21 10L27 6" {} };
    let smooth = html! { path.smooth d="M1 7H27" {} };
    html! {
        p.legend.plain[several] {
            @if runs.len() <= MOST_RAW { span { (key("key", &raw)) (words.runs.raw) } }
            span { (key("key", &smooth)) (words.runs.smoothed) }
            span { (key("key of-validation", &validation())) (words.runs.validation) }
            span {
                (key("key of-validation", &html! {
                    circle.dot cx="14" cy="7" r="2.5" {}
                    circle.best cx="14" cy="7" r="6" {}
                }))
                (words.runs.best)
            }
        }
        @if several {
            fieldset.choice {
                legend { (words.show) }
                @for (number, run) in runs.iter().enumerate() {
                    label class={ "run-" (number) } {
                        input type="checkbox" id={ "show-" (number) } checked;
                        (key("key", &validation()))
                        (Foreign(&run.name))
                    }
                }
            }
        }
    }
}

fn validation() -> Markup {
    html! {
        path.valid d="M1 7H27" {}
        circle.dot cx="14" cy="7" r="3" {}
    }
}

/// A small picture of a line.
pub(super) fn key(class: &str, drawing: &Markup) -> Markup {
    html! { svg class=(class) viewBox="0 0 28 14" aria-hidden="true" { (drawing) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_colour_differ_in_dashes() {
        let few = rules(10);
        assert!(few.contains(".run-1 { --stroke: var(--run-1); --dash: none; }"));
        assert!(few.contains(".run-9 { --stroke: var(--run-1); --dash: 7 4; }"));
        let many = rules(33);
        let mut styles: Vec<&str> = many.lines().filter_map(|line| line.split(['{', '}']).nth(1)).collect();
        styles.truncate(COLOURS * DASHES.len());
        styles.sort_unstable();
        styles.dedup();
        assert_eq!(styles.len(), COLOURS * DASHES.len());
    }
}
