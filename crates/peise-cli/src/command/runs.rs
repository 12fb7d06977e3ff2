//! `peise runs`: training runs beside each other.

use crate::failure::{Failure, Outcome};
use crate::output;
use clap::Args;
use peise::atomic::write_atomically;
use peise_eval::curves::RunCurves;
use peise_pages::Language;
use peise_pages::runs::render;
use peise_train::trainer::{METRICS, read_run};
use std::path::PathBuf;

/// Compare training runs: a table, and a page with their curves.
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// Folders that `peise train --out` wrote.
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    /// Also write a page with the curves of all runs.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Language of the page.
    #[arg(long, default_value = "en", value_name = "en|zh")]
    language: Language,
}

/// Runs the command.
pub fn run(args: &RunsArgs) -> Result<Outcome, Failure> {
    let mut runs = Vec::new();
    for folder in &args.runs {
        let read = |source| Failure::Run { path: folder.join(METRICS), source };
        runs.push(read_run(folder).map_err(read)?);
    }
    if let Some(path) = &args.report {
        let page = render(&runs, args.language);
        write_atomically(path, |file| file.write_all(page.as_bytes()))?;
    }
    let mut table =
        String::from("run\tsteps\tloss\tAcc\tEM\tbest at\tvalidation loss\tvalidation Acc\tvalidation EM\n");
    runs.iter().for_each(|run| table.push_str(&row(run)));
    output::print(&table)?;
    Ok(Outcome::Done)
}

/// Means over the last 20 steps, and the best validation.
fn row(run: &RunCurves) -> String {
    let last = &run.steps[run.steps.len().saturating_sub(20)..];
    let mean = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let show = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let best = run.validations.iter().rev().find(|point| point.best);
    let cells = [
        run.name.clone(),
        run.steps.last().map_or(0, |point| point.step).to_string(),
        show(mean(last.iter().map(|point| point.loss).collect())),
        show(mean(last.iter().filter_map(|point| point.accuracy).collect())),
        show(mean(last.iter().filter_map(|point| point.exact_match).collect())),
        best.map_or("-".to_owned(), |point| point.step.to_string()),
        show(best.and_then(|point| point.loss)),
        show(best.and_then(|point| point.accuracy)),
        show(best.and_then(|point| point.exact_match)),
    ];
    cells.join("\t") + "\n"
}
