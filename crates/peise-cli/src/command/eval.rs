//! `peise eval`: saved predictions against the truth.

use crate::failure::{Failure, Outcome};
use crate::output;
use clap::Args;
use peise::atomic::write_atomically;
use peise::image::{DecodeLimits, read, thumbnail_jpeg};
use peise_eval::{EvaluateFiles, EvaluateOptions, Evaluation, evaluate_files};
use peise_listings::course::{image_path, read_merged};
use peise_pages::Language;
use peise_pages::evaluation::{EvaluationPage, render};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Longer side of a photo on the page, twice what it shows.
const THUMBNAIL: u32 = 320;

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
    /// Other predictions of the same listings, to see which are better.
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Write a page with plots, confused colours and the worst mistakes. Their photos are sought beside the truth: for
    /// DIR/test_truth.json in DIR/test.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Language of the report.
    #[arg(long, default_value = "en", value_name = "en|zh", requires = "report")]
    language: Language,
}

/// Runs the command.
pub fn run(args: &EvalArgs) -> Result<Outcome, Failure> {
    let files = EvaluateFiles {
        pred: args.pred.clone(),
        truth: args.truth.clone(),
        scores: args.scores.clone(),
        compare: args.compare.clone(),
    };
    let evaluation = evaluate_files(&files, &EvaluateOptions::default())?;
    if let Some(path) = &args.report {
        write_page(path, args, &evaluation)?;
    }
    let text = if args.json {
        serde_json::to_string_pretty(&evaluation).map_err(Failure::Json)?
    } else {
        evaluation.to_string()
    };
    output::print(&format!("{text}\n"))?;
    Ok(Outcome::Done)
}

fn write_page(path: &Path, args: &EvalArgs, evaluation: &Evaluation) -> Result<(), Failure> {
    let title = args.pred.file_name().unwrap_or(args.pred.as_os_str()).to_string_lossy();
    let pictures = pictures(&args.truth, evaluation)?;
    let mistakes = evaluation.probabilities.as_ref().map_or(0, |report| report.worst.len());
    if pictures.is_empty() && mistakes > 0 {
        let truth = args.truth.display();
        eprintln!(
            "peise: no photos beside {truth} (of DIR/test_truth.json they lie in DIR/test): the page has no pictures"
        );
    }
    let page = render(&EvaluationPage { title: &title, evaluation, pictures: &pictures, language: args.language });
    Ok(write_atomically(path, |file| file.write_all(page.as_bytes()))?)
}

/// The photos of the worst mistakes, from beside the truth. The page omits photos that are missing or unreadable.
fn pictures(truth: &Path, evaluation: &Evaluation) -> Result<HashMap<(String, String), Vec<u8>>, Failure> {
    let mut found = HashMap::new();
    let Some(report) = &evaluation.probabilities else { return Ok(found) };
    let stem = truth.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let Some(split) = stem.strip_suffix("_truth").or_else(|| stem.strip_suffix("_all")) else { return Ok(found) };
    let root = truth.parent().unwrap_or(Path::new(""));
    let listings: HashMap<String, _> =
        read_merged(truth)?.into_iter().flatten().map(|listing| (listing.id.clone(), listing)).collect();
    for mistake in &report.worst {
        let listing = listings.get(&mistake.id);
        let image = listing.and_then(|listing| listing.images.iter().find(|image| image.file == mistake.file));
        let path = listing.zip(image).and_then(|(listing, image)| image_path(root, split, listing, image).ok());
        let photo = path.and_then(|path| read(&path, &DecodeLimits::default()).ok());
        if let Some(jpeg) = photo.and_then(|photo| thumbnail_jpeg(&photo, THUMBNAIL, 82).ok()) {
            found.insert((mistake.id.clone(), mistake.file.clone()), jpeg);
        }
    }
    Ok(found)
}
