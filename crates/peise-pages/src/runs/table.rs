//! The runs in numbers, beside each other.

use std::fmt::{self, Display, Formatter};

use super::axis::{compact, share};
use super::chart::Metric;
use super::escape::shown;
use super::legend::key;
use super::stages::stages;
use super::{Run, Words};
use crate::Text;

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

fn rows(runs: &[Run], words: &Words) -> Vec<Row> {
    use Metric::{Accuracy, ExactMatch, Loss};
    let of = |value: &dyn Fn(&Run) -> Option<f64>| runs.iter().map(value).collect::<Vec<_>>();
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
        row(words.best_accuracy, best(Accuracy), higher, share),
        row(words.best_exact_match, best(ExactMatch), higher, share),
        row(words.last_loss, last(Loss), lower, compact),
        row(words.last_accuracy, last(Accuracy), higher, share),
        row(words.last_exact_match, last(ExactMatch), higher, share),
        row(words.training_accuracy, training(Accuracy), neither, share),
        row(words.training_exact_match, training(ExactMatch), neither, share),
        row(words.photos_per_second, of(&median_speed), neither, compact),
    ];
    if bad.iter().flatten().any(|&count| count > 0.0) {
        rows.push(row(words.not_finite, bad, neither, |value| format!("{value}")));
    }
    rows
}

/// Mean of the last training values that are known.
fn mean_of_last(metric: Metric, run: &Run) -> Option<f64> {
    let samples = metric.training(run);
    let last = &samples[samples.len().saturating_sub(LAST_STEPS)..];
    (!last.is_empty()).then(|| last.iter().map(|sample| sample.value).sum::<f64>() / last.len() as f64)
}

fn median_speed(run: &Run) -> Option<f64> {
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
fn stage_text(run: &Run) -> String {
    let stages = stages(run);
    let text = |stage: &super::stages::Stage| {
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
fn fact(run: &Run, name: &str) -> String {
    let values: Vec<&str> = run.facts.iter().filter(|fact| fact.0 == name).map(|fact| fact.1.as_str()).collect();
    if values.is_empty() { UNKNOWN.into() } else { values.join("\n") }
}

/// Names of the facts of all runs, in the order in which they first occur.
fn fact_names(runs: &[Run]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.facts) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// One column a run.
pub(super) struct Table<'a> {
    pub runs: &'a [Run],
    pub words: &'static Words,
}

impl Display for Table<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (runs, words) = (self.runs, self.words);
        let several = runs.len() > 1;
        write!(
            out,
            "<section class=\"numbers\">\n<h2>{}</h2>\n<div class=\"box\"><table>\n<thead><tr>",
            words.comparison
        )?;
        write!(out, "<th scope=\"col\">{}</th>", words.runs)?;
        for (number, run) in runs.iter().enumerate() {
            let key = if several { key("", "<path class=\"valid\" d=\"M1 7H27\"/>") } else { String::new() };
            write!(out, "<th scope=\"col\" class=\"run-{number}\">{key}<bdi>{}</bdi></th>", shown(&run.name))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for row in rows(runs, words) {
            write!(out, "<tr><th scope=\"row\">{}</th>", row.name)?;
            for number in 0..runs.len() {
                let top = if row.leads(number) { " top" } else { "" };
                write!(out, "<td class=\"number run-{number}{top}\">{}</td>", row.text(number))?;
            }
            writeln!(out, "</tr>")?;
        }
        let mut texts = vec![(words.stages, runs.iter().map(stage_text).collect::<Vec<_>>())];
        texts.extend(fact_names(runs).into_iter().map(|name| (name, runs.iter().map(|run| fact(run, name)).collect())));
        for (order, (name, cells)) in texts.iter().enumerate() {
            if order == 1 {
                writeln!(out, "</tbody>\n<tbody class=\"facts\">")?;
            }
            let differs = cells.windows(2).any(|pair| pair[0] != pair[1]);
            let class = if differs { " class=\"differs\"" } else { "" };
            write!(out, "<tr{class}><th scope=\"row\"><bdi>{}</bdi></th>", Text(name))?;
            for (number, cell) in cells.iter().enumerate() {
                write!(out, "<td class=\"run-{number}\"><bdi>{}</bdi></td>", Text(cell))?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody>\n</table></div>\n</section>")
    }
}

/// The most important numbers of a single run.
pub(super) struct Tiles<'a> {
    pub runs: &'a [Run],
    pub words: &'static Words,
}

impl Display for Tiles<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let words = self.words;
        if self.runs.len() != 1 {
            return Ok(());
        }
        let chosen =
            [words.steps, words.best_accuracy, words.best_exact_match, words.best_loss, words.photos_per_second];
        writeln!(out, "<dl class=\"tiles\">")?;
        for row in rows(self.runs, words).iter().filter(|row| chosen.contains(&row.name)) {
            let good = if row.better == Better::Higher { " good" } else { "" };
            writeln!(out, "<div class=\"tile{good}\"><dt>{}</dt><dd>{}</dd></div>", row.name, row.text(0))?;
        }
        writeln!(out, "</dl>")
    }
}
