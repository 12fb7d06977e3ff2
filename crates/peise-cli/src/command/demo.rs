//! `peise demo`: drawn listings, matched, on a page.

use super::page::{self, Card};
use super::predict::job;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::progress;
use burn::tensor::Device;
use clap::Args;
use peise::Matcher;
use peise::image::DecodeLimits;
use peise::listing::Listing;
use peise::matcher::decode::DecodeOptions;
use peise_data::split::Split;
use peise_data::synth::{self, DrawnSplit, Preset, SynthSet};
use peise_listings::course::{read_merged, write_merged};
use peise_listings::stream::{self, Job};
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
    /// Other listings for another seed.
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
    let truth = read_merged(&args.out.join("test_truth.json"))?;
    let jobs: Vec<Job> = truth.into_iter().flatten().map(|listing| job(&args.out, "test", listing)).collect();
    let (mut cards, mut right, mut photos, mut exact) = (Vec::new(), 0, 0, 0);
    stream::predict(
        &matcher,
        jobs.into_iter(),
        &DecodeLimits::default(),
        &DecodeOptions::default(),
        |job, prediction| {
            let hits = job.listing.images.iter().zip(&prediction.images).filter(|(a, b)| a.label == b.label).count();
            right += hits;
            photos += job.listing.images.len();
            exact += usize::from(hits == job.listing.images.len());
            cards.push(Card { job, prediction, truth: true });
            Ok::<(), Failure>(())
        },
    )?;
    let filled: Vec<Listing> = cards.iter().map(|card| card.prediction.fill(&card.job.listing)).collect();
    write_merged(&args.out.join("predictions.json"), &filled)?;
    page::write(&page, "Peise demo", &cards, args.language)?;
    output::print(&format!(
        "{right} of {photos} photos right, {exact} of {} listings without a mistake\nopen {} in a browser\n",
        cards.len(),
        page.display()
    ))?;
    Ok(Outcome::Done)
}
