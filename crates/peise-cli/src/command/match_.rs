//! `peise match`: one listing.

use super::options::{DecideArgs, ModelArgs};
use super::page::{self, Card};
use super::predict::report;
use crate::failure::{Failure, Outcome, one_line};
use crate::output;
use clap::Args;
use peise::describe;
use peise::image::DecodeLimits;
use peise::listing::{Listing, ListingImage};
use peise::matcher::decode::NonePolicy;
use peise::{Answer, Problem, Verdict};
use peise_listings::folder::ListingFolder;
use peise_listings::stream::{self, Job};
use peise_pages::Language;
use std::path::PathBuf;

/// Label the photos of one listing.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// The photos; or one folder with photos and profile.json or labels.txt.
    #[arg(required = true, value_name = "IMAGE|LISTING_DIR")]
    paths: Vec<PathBuf>,
    /// A colour option of the listing; give each. Not with a folder.
    #[arg(long = "label", value_name = "TEXT")]
    labels: Vec<String>,
    /// Print JSON (one line of `predict --scores`) instead of a table.
    #[arg(long)]
    json: bool,
    /// Also write a page that shows which photo got which label.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Language of the page: en or zh.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
    #[command(flatten)]
    decide: DecideArgs,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
pub fn run(args: &MatchArgs) -> Result<Outcome, Failure> {
    let options = args.decide.resolve(NonePolicy::Allow)?;
    let job = job(args)?;
    let matcher = args.model.load()?;
    let mut result = None;
    stream::predict(&matcher, std::iter::once(job), &DecodeLimits::default(), &options, |job, prediction| {
        result = Some((job, prediction));
        Ok::<(), Failure>(())
    })?;
    let Some((job, mut prediction)) = result else { return Ok(Outcome::Done) };
    prediction.withhold_below(args.decide.min_confidence);
    report(&prediction);
    let text =
        if args.json { serde_json::to_string(&prediction).map_err(Failure::Json)? + "\n" } else { table(&prediction) };
    output::print(&text)?;
    let outcome = if prediction.is_complete() { Outcome::Done } else { Outcome::Partly };
    if let Some(path) = &args.report {
        let title = format!("Peise: {}", job.listing.id);
        page::write(path, &title, &[Card { job, prediction, truth: false }], args.language)?;
    }
    Ok(outcome)
}

/// The listing that the arguments speak of.
fn job(args: &MatchArgs) -> Result<Job, Failure> {
    if let [folder] = args.paths.as_slice()
        && folder.is_dir()
    {
        if !args.labels.is_empty() {
            return Err(Failure::Usage(format!(
                "--label does not go with the folder {}: put the labels into its labels.txt, one a line",
                folder.display()
            )));
        }
        let found = ListingFolder::open(folder)?;
        let path = |image| found.image_path(image).map_err(|error| Problem::new("name", describe(&error)));
        let mut paths: Vec<Result<PathBuf, Problem>> = found.listing.images.iter().map(path).collect();
        let mut listing = found.listing;
        for photo in found.unnamed {
            let name = photo.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let told = format!("{}: its name is not UTF-8; rename it", photo.display());
            paths.push(Err(Problem::new("name", told)));
            listing.images.push(ListingImage { file: name, label: None });
        }
        return Ok(Job { listing, paths });
    }
    if args.labels.is_empty() {
        if let [path] = args.paths.as_slice()
            && !path.exists()
        {
            return Err(Failure::Usage(format!("{}: no such folder or photo", path.display())));
        }
        return Err(Failure::Usage("no label given: add --label TEXT for each colour option".to_owned()));
    }
    if let Some(folder) = args.paths.iter().find(|path| path.is_dir()) {
        return Err(Failure::Usage(format!("{} is a folder: give it alone, or photos only", folder.display())));
    }
    let images =
        args.paths.iter().map(|path| ListingImage { file: path.to_string_lossy().into_owned(), label: None }).collect();
    let listing = Listing { id: "listing".to_owned(), labels: args.labels.clone(), images, ..Listing::default() };
    Ok(Job { listing, paths: args.paths.iter().cloned().map(Ok).collect() })
}

/// One line a photo: probability, label, file; tabs between, so that it can be cut.
fn table(prediction: &Answer) -> String {
    let mut text = String::new();
    for (place, image) in prediction.images.iter().enumerate() {
        let label = match prediction.verdict(place) {
            Verdict::Unreadable(_) => "(unreadable)",
            Verdict::Matched(label) => label,
            Verdict::Withheld(_) => "(unsure)",
            Verdict::Undecided => "(not matched)",
            Verdict::NoLabel => "(no label)",
        };
        let probability = image.probability.map_or_else(|| "     -".to_owned(), |value| format!("{value:.4}"));
        text += &format!("{probability}\t{}\t{}\n", one_line(label), one_line(&image.file));
    }
    if let Some(joint) = prediction.joint_probability {
        text += &format!("{joint:.4}\t(all of them together)\n");
    }
    for note in &prediction.notes {
        text += &format!("# {}\n", one_line(&note.text));
    }
    text
}
