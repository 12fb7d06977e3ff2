//! The runs in numbers, beside each other.

use maud::{Markup, html};
use peise_eval::curves::RunCurves;

use super::chart::Metric;
use super::legend::key;
use super::stages::{StageSpan, stages};
use crate::escape::Foreign;
use crate::fragment::{Tone, tile};
use crate::number::{compact, share};
use crate::words::{RunWords, Words};

/// Steps over which the last training values are averaged.
const LAST_STEPS: usize = 20;

/// More stages than this are cut in the table.
const MOST_STAGES: usize = 12;

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// Which end of a row is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    Higher,
    Lower,
    Neither,
}

/// A quantity of every run.
struct Row {
    name: &'static str,
    values: Vec<Option<f64>>,
    better: Better,
    format: fn(f64) -> String,
}

impl Row {
    /// Whether this run has the best value of several.
    fn leads(&self, number: usize) -> bool {
        let known = || self.values.iter().flatten().copied();
        let best = match self.better {
            Better::Higher => known().fold(f64::NEG_INFINITY, f64::max),
            Better::Lower => known().fold(f64::INFINITY, f64::min),
            Better::Neither => return false,
        };
        known().count() > 1 && self.values[number] == Some(best)
    }

    fn text(&self, number: usize) -> String {
        self.values[number].map_or_else(|| UNKNOWN.into(), self.format)
    }
}

fn rows(runs: &[RunCurves], words: &Words) -> Vec<Row> {
    let words = &words.runs;
    use Metric::{Accuracy, ExactMatch, Loss};
    let of = |value: &dyn Fn(&RunCurves) -> Option<f64>| runs.iter().map(value).collect::<Vec<_>>();
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    let best = |metric: Metric| of(&|run| finite(run.best().and_then(|point| metric.of_validation(point))));
    let last = |metric: Metric| of(&|run| metric.validation(run).last().map(|sample| sample.value));
    let training = |metric: Metric| of(&|run| mean_of_last(metric, run));
    let row = |name, values, better, format| Row { name, values, better, format };
    let (higher, lower, neither) = (Better::Higher, Better::Lower, Better::Neither);
    let count = of(&|run| (!run.steps.is_empty()).then_some(run.steps.len() as f64));
    let bad = of(&|run| Some(run.steps.iter().filter(|point| !point.loss.is_finite()).count() as f64));
    let mut rows = vec![
        row(words.steps, count, neither, |value| format!("{value}")),
        row(words.validations, of(&|run| Some(run.validations.len() as f64)), neither, |value| format!("{value}")),
        row(words.best_step, of(&|run| run.best().map(|point| point.step as f64)), neither, |value| format!("{value}")),
        row(words.best_loss, best(Loss), lower, compact),
        row(words.best_acc, best(Accuracy), higher, share),
        row(words.best_em, best(ExactMatch), higher, share),
        row(words.last_loss, last(Loss), lower, compact),
        row(words.last_acc, last(Accuracy), higher, share),
        row(words.last_em, last(ExactMatch), higher, share),
        row(words.training_acc, training(Accuracy), neither, share),
        row(words.training_em, training(ExactMatch), neither, share),
        row(words.photos_per_second, of(&median_speed), neither, compact),
    ];
    if bad.iter().flatten().any(|&count| count > 0.0) {
        rows.push(row(words.not_finite, bad, neither, |value| format!("{value}")));
    }
    rows
}

/// Mean of the last training values that are known.
fn mean_of_last(metric: Metric, run: &RunCurves) -> Option<f64> {
    let samples = metric.training(run);
    let last = &samples[samples.len().saturating_sub(LAST_STEPS)..];
    (!last.is_empty()).then(|| last.iter().map(|sample| sample.value).sum::<f64>() / last.len() as f64)
}

fn median_speed(run: &RunCurves) -> Option<f64> {
    let mut speeds: Vec<f64> = run.steps.iter().map(|point| point.photos_per_second).collect();
    speeds.retain(|speed| speed.is_finite());
    speeds.sort_by(f64::total_cmp);
    let middle = speeds.len() / 2;
    match speeds.len() {
        0 => None,
        length if length % 2 == 1 => Some(speeds[middle]),
        _ => Some(speeds[middle - 1] / 2.0 + speeds[middle] / 2.0),
    }
}

/// Names, extents and learning rates of a run's stages, one a line.
fn stage_text(run: &RunCurves) -> String {
    let stages = stages(run);
    let text = |stage: &StageSpan| {
        let lr = if stage.peak_lr.is_finite() { format!(", lr ≤ {}", compact(stage.peak_lr)) } else { String::new() };
        format!("{} ({}–{}{lr})", stage.name, stage.first, stage.last)
    };
    let mut lines: Vec<String> = stages.iter().take(MOST_STAGES).map(text).collect();
    if stages.len() > MOST_STAGES {
        lines.push("…".into());
    }
    if lines.is_empty() { UNKNOWN.into() } else { lines.join("\n") }
}

/// A fact of a run; one that is stated twice keeps both values.
fn fact(run: &RunCurves, name: &str) -> String {
    let values: Vec<&str> = run.facts.iter().filter(|fact| fact.0 == name).map(|fact| fact.1.as_str()).collect();
    if values.is_empty() { UNKNOWN.into() } else { values.join("\n") }
}

/// Names of the facts of all runs, in the order in which they first occur.
fn fact_names(runs: &[RunCurves]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.facts) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// One column for each run.
pub(super) fn table(runs: &[RunCurves], words: &Words) -> Markup {
    let line = html! { path.valid d="M1 7H27" {} };
    let mut texts = vec![(words.runs.stages, runs.iter().map(stage_text).collect::<Vec<_>>())];
    texts.extend(fact_names(runs).into_iter().map(|name| (name, runs.iter().map(|run| fact(run, name)).collect())));
    html! {
        section.panel.numbers {
            h2 { (words.runs.comparison) }
            div.box tabindex="0" role="group" aria-label=(words.runs.comparison) {
                table {
                    thead {
                        tr {
                            th scope="col" { (words.runs.runs) }
                            @for (number, run) in runs.iter().enumerate() {
                                th scope="col" class={ "run-" (number) } {
                                    @if runs.len() > 1 { (key("key", &line)) }
                                    (Foreign(&run.name))
                                }
                            }
                        }
                    }
                    tbody {
                        @for row in rows(runs, words) {
                            tr {
                                th scope="row" { (row.name) }
                                @for number in 0..runs.len() {
                                    @let top = if row.leads(number) { " top" } else { "" };
                                    td class={ "number run-" (number) (top) } { (row.text(number)) }
                                }
                            }
                        }
                        (text_row(&texts[0]))
                    }
                    tbody.facts { @for row in &texts[1..] { (text_row(row)) } }
                }
            }
        }
    }
}

/// A row of texts; one in which runs differ stands out.
fn text_row((name, cells): &(&str, Vec<String>)) -> Markup {
    let differs = cells.windows(2).any(|pair| pair[0] != pair[1]);
    html! {
        tr class=[differs.then_some("differs")] {
            th scope="row" { bdi { (name) } }
            @for (number, cell) in cells.iter().enumerate() { td class={ "run-" (number) } { bdi { (cell) } } }
        }
    }
}

/// The most important numbers of a single run.
pub(super) fn tiles(runs: &[RunCurves], words: &Words) -> Markup {
    if runs.len() != 1 {
        return html! {};
    }
    let RunWords { steps, best_acc, best_em, best_loss, photos_per_second, .. } = words.runs;
    let chosen = [steps, best_acc, best_em, best_loss, photos_per_second];
    html! {
        dl.tiles {
            @for row in rows(runs, words).iter().filter(|row| chosen.contains(&row.name)) {
                (tile(if row.better == Better::Higher { Tone::Good } else { Tone::Plain }, row.name, row.text(0)))
            }
        }
    }
}
