//! `peise demo`: drawn listings, matched, on a page.

use super::page::{self, Card};
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::progress;
use burn::tensor::Device;
use clap::Args;
use peise::Matcher;
use peise::listing::Listing;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Rule};
use peise_data::split::Split;
use peise_data::synth::{self, DrawnSplit, Preset, SynthSet};
use peise_listings::course::{CourseSource, write_merged};
use peise_listings::predict::PredictError;
use peise_listings::registry::SourceOptions;
use peise_listings::{MatchOptions, match_source};
use peise_pages::Language;
use std::path::PathBuf;

/// Draw listings, match them with the embedded model, and write DIR/report.html.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder to write.
    #[arg(long, default_value = "demo", value_name = "DIR")]
    out: PathBuf,
    /// Listings to draw.
    #[arg(long, default_value_t = 12, value_name = "N")]
    listings: usize,
    /// Seed; another seed draws other listings.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Language of the page: en or zh.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Runs the command.
pub fn run(args: &DemoArgs) -> Result<Outcome, Failure> {
    let bar = progress::bar(args.listings as u64, "drawing");
    let set = SynthSet::preset(Preset::Plain, args.seed);
    // A folder with a report may be an earlier demo's; another's test listings are not written over.
    let page = args.out.join("report.html");
    let told = |done| bar.set_position(done as u64);
    let to = DrawnSplit { dir: &args.out, split: Split::Test, indices: 0..args.listings, replace: page.exists() };
    synth::write(&set, &to, &told)?;
    bar.finish_and_clear();

    let matcher = Matcher::embedded(Device::flex())?;
    let source = CourseSource::open(&SourceOptions::new(args.out.join("test_truth.json")))?;
    let options = MatchOptions {
        // As `predict` decides for the course format.
        decode: DecodeOptions { rule: Rule::Cover, none: NonePolicy::Forbid, ..DecodeOptions::default() },
        ..MatchOptions::default()
    };
    let (mut cards, mut right, mut photos, mut exact) = (Vec::new(), 0, 0, 0);
    match_source(&matcher, &source, 0, &options, |entry, answer| {
        let Ok(found) = entry else { return Ok(()) };
        let hits = found.listing.images.iter().zip(&answer.images).filter(|(a, b)| a.label == b.label).count();
        right += hits;
        photos += answer.images.len();
        exact += usize::from(hits == answer.images.len());
        cards.push(Card { found, answer, truth: true });
        Ok::<(), PredictError>(())
    })?;
    let filled: Vec<Listing> = cards.iter().map(|card| card.answer.fill(&card.found.listing)).collect();
    write_merged(&args.out.join("predictions.json"), &filled)?;
    page::write(&page, "Peise demo", &cards, args.language)?;
    output::print(&format!(
        "{right} of {photos} photos right, {exact} of {} listings without a mistake\nopen {} in a browser\n",
        cards.len(),
        page.display()
    ))?;
    Ok(Outcome::Done)
}
