//! `peise match`: one listing.

use super::options::{DecideArgs, ModelArgs};
use super::page::{self, Card};
use super::predict::report;
use crate::failure::{Failure, Outcome, one_line};
use crate::output;
use clap::Args;
use peise::listing::Listing;
use peise::{Answer, Verdict};
use peise_listings::folder::read_listing_folder;
use peise_listings::predict::PredictError;
use peise_listings::{MatchOptions, MemorySource, PhotoSource, SourceListing, match_source};
use peise_pages::Language;
use std::path::PathBuf;

/// Match the photos of one listing with its options.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// The photos, or one folder that holds the photos and profile.json or labels.txt.
    #[arg(required = true, value_name = "IMAGE|LISTING_DIR")]
    paths: Vec<PathBuf>,
    /// Label of a colour option; repeat for each option. Not with a folder.
    #[arg(long = "label", value_name = "TEXT")]
    labels: Vec<String>,
    /// What the seller calls the product.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Print JSON (one line of `predict --scores`) instead of a table.
    #[arg(long)]
    json: bool,
    /// Begin the output with a byte order mark, by which Excel knows UTF-8.
    #[arg(long)]
    bom: bool,
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
    let decode = args.decide.resolve(false)?;
    let options = MatchOptions { decode, min_confidence: args.decide.min_confidence, ..MatchOptions::default() };
    let source = MemorySource(vec![listing(args)?]);
    let matcher = args.model.load()?;
    let mut matched = None;
    match_source(&matcher, &source, 0, &options, |entry, answer| {
        matched = entry.ok().map(|found| (found, answer));
        Ok::<(), PredictError>(())
    })?;
    let Some((found, answer)) = matched else { return Ok(Outcome::Done) };
    report(&answer, &found.remarks);
    let text = if args.json { serde_json::to_string(&answer).map_err(Failure::Json)? + "\n" } else { table(&answer) };
    let mark = if args.bom { "\u{FEFF}" } else { "" };
    output::print(&format!("{mark}{text}"))?;
    let outcome = if answer.is_complete() { Outcome::Done } else { Outcome::Partly };
    if let Some(path) = &args.report {
        let title = format!("Peise: {}", found.listing.id);
        page::write(path, &title, &[Card { found, answer, truth: false }], args.language)?;
    }
    Ok(outcome)
}

/// The listing that the arguments describe.
fn listing(args: &MatchArgs) -> Result<SourceListing, Failure> {
    let mut found = match args.paths.as_slice() {
        [folder] if folder.is_dir() => {
            if !args.labels.is_empty() {
                return Err(Failure::Usage(format!(
                    "--label does not go with the folder {}: put the labels into its labels.txt, one a line",
                    folder.display()
                )));
            }
            read_listing_folder(folder)?
        }
        paths => listing_of_photos(paths, &args.labels)?,
    };
    if args.title.is_some() {
        found.listing.title.clone_from(&args.title);
    }
    Ok(found)
}

fn listing_of_photos(paths: &[PathBuf], labels: &[String]) -> Result<SourceListing, Failure> {
    if labels.is_empty() {
        if let [path] = paths
            && !path.exists()
        {
            return Err(Failure::Usage(format!("{}: no such folder or photo", path.display())));
        }
        return Err(Failure::Usage("no label given: add --label TEXT for each colour option".to_owned()));
    }
    if let Some(folder) = paths.iter().find(|path| path.is_dir()) {
        return Err(Failure::Usage(format!("{} is a folder: give it alone, or photos only", folder.display())));
    }
    let files = paths.iter().map(|path| path.to_string_lossy().into_owned());
    Ok(SourceListing {
        listing: Listing::new("listing", labels, files),
        photos: paths.iter().cloned().map(PhotoSource::File).map(Ok).collect(),
        ..SourceListing::default()
    })
}

/// One line a photo: probability, label, file; tabs between, so that it can be cut.
fn table(answer: &Answer) -> String {
    let mut text = String::new();
    for (place, image) in answer.images.iter().enumerate() {
        let label = match answer.verdict(place) {
            Verdict::Unreadable(_) => "(unreadable)",
            Verdict::Matched(label) => label,
            Verdict::Withheld(_) => "(unsure)",
            Verdict::Undecided => "(not matched)",
            Verdict::NoLabel => "(no label)",
        };
        let probability = image.probability.map_or_else(|| "     -".to_owned(), |value| format!("{value:.4}"));
        text += &format!("{probability}\t{}\t{}\n", one_line(label), one_line(&image.file));
    }
    if let Some(joint) = answer.joint_probability {
        text += &format!("{joint:.4}\t(all of them together)\n");
    }
    for note in &answer.notes {
        text += &format!("# {}\n", one_line(&note.text));
    }
    text
}
