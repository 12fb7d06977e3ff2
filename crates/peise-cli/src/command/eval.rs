//! `peise eval`: saved predictions against the truth.

use crate::failure::{Failure, Outcome};
use crate::output;
use clap::Args;
use peise_train::evaluate::{EvaluateFiles, EvaluateOptions, evaluate_files};
use std::path::PathBuf;

/// Score saved predictions: Acc, EM and calibration, with bootstrap intervals over listings.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Predictions: a course-format file, or JSON lines.
    #[arg(long, value_name = "FILE")]
    pred: PathBuf,
    /// The truth, in the course format.
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Probabilities saved by `predict --scores`, for calibration.
    #[arg(long, value_name = "FILE.jsonl")]
    scores: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &EvalArgs) -> Result<Outcome, Failure> {
    let files = EvaluateFiles { pred: args.pred.clone(), truth: args.truth.clone(), scores: args.scores.clone() };
    let evaluation = evaluate_files(&files, &EvaluateOptions::default())?;
    let text = if args.json {
        serde_json::to_string_pretty(&evaluation).map_err(Failure::Json)?
    } else {
        evaluation.to_string()
    };
    output::print(&format!("{text}\n"))?;
    Ok(Outcome::Done)
}
