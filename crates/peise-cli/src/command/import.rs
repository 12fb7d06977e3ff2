//! `peise import`: listings out of labelled photos.

use crate::failure::{Failure, Outcome};
use crate::output;
use crate::progress;
use clap::{Args, ValueEnum};
use peise_data::import::{ImportOptions, LabelCount, Listings, Mode, SellerLabels, Source, import};
use std::path::PathBuf;

/// Compose listings in the course format from labelled photos.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// shards: photos.csv + tar shards; styles: styles.csv + images/ ("Fashion Product Images").
    #[arg(value_enum)]
    kind: SourceKind,
    /// Folder of the photos.
    #[arg(value_name = "DIR")]
    photos: PathBuf,
    /// Folder to write: new or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Remove an earlier import in --out first.
    #[arg(long)]
    replace: bool,
    /// sampled: a listing shows one garment type; family: a listing shows one product title.
    #[arg(long, value_enum, default_value = "sampled")]
    mode: ModeArg,
    /// Seed of the composition; the split does not depend on it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Training listings.
    #[arg(long, default_value_t = 12_000, value_name = "N")]
    train: usize,
    /// Validation listings.
    #[arg(long, default_value_t = 600, value_name = "N")]
    validation: usize,
    /// Test listings.
    #[arg(long, default_value_t = 1_500, value_name = "N")]
    test: usize,
    /// Folder with real label text: labels.csv, label_sets.jsonl and zh_en.csv. Without it, labels are plain colour
    /// words.
    #[arg(long, value_name = "DIR")]
    labels: Option<PathBuf>,
    /// Largest number of labels in a listing.
    #[arg(long, default_value_t = 8, value_name = "M")]
    max_labels: usize,
    /// Give training listings as many labels as real listings have; by default half of them have more.
    #[arg(long)]
    real_label_counts: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SourceKind {
    Shards,
    Styles,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModeArg {
    Sampled,
    Family,
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> Result<Outcome, Failure> {
    let source = match args.kind {
        SourceKind::Shards => Source::Shards(args.photos.clone()),
        SourceKind::Styles => Source::Styles(args.photos.clone()),
    };
    let mode = match args.mode {
        ModeArg::Sampled => Mode::Sampled,
        ModeArg::Family => Mode::Family,
    };
    let mut options = ImportOptions::new(source, mode, args.out.clone());
    options.seed = args.seed;
    options.replace = args.replace;
    options.listings = Listings { train: args.train, validation: args.validation, test: args.test };
    options.max_labels = args.max_labels;
    if let Some(folder) = &args.labels {
        let file = |name| Some(folder.join(name));
        options.labels = SellerLabels {
            labels: file("labels.csv"),
            label_sets: file("label_sets.jsonl"),
            translations: file("zh_en.csv"),
        };
    }
    if args.real_label_counts {
        options.label_count = LabelCount::Real;
    }
    let bar = progress::bar(0, "photos");
    let report = import(&options, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    output::print(&format!("{}\n", serde_json::to_string_pretty(&report).map_err(Failure::Json)?))?;
    Ok(Outcome::Done)
}
