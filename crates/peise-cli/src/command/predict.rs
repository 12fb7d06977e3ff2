//! `peise predict`: a whole data set.

use super::options::{DecideArgs, ModelArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::progress;
use clap::{Args, ValueEnum};
use peise::format::course::{BrokenListing, DataSet, MergedWriter};
use peise::format::csv::CsvWriter;
use peise::format::predictions::{ListingPrediction, PredictionWriter};
use peise::format::{AtomicFile, FormatError, describe};
use peise::image::DecodeLimits;
use peise::listing::Listing;
use peise::matcher::decode::NonePolicy;
use peise::stream::{self, Job, LabelListings};
use peise_train::baseline::Baseline;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Label every photo of a data set in the course format.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder that holds test_all.json and test/ (the course's medium, thumbnail or full folder).
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The split: reads SPLIT_all.json and SPLIT/.
    #[arg(long, default_value = "test")]
    split: String,
    /// File to write: test_all.json with the nulls filled, or as --format says.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also write all probabilities, one listing a line.
    #[arg(long, value_name = "FILE.jsonl")]
    scores: Option<PathBuf>,
    /// Format of --out.
    #[arg(long, default_value = "course", value_enum)]
    format: OutputFormat,
    #[command(flatten)]
    decide: DecideArgs,
    #[command(flatten)]
    model: ModelArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OutputFormat {
    Course,
    Jsonl,
    Csv,
}

/// The output file in its format.
enum Writer {
    Course(MergedWriter<AtomicFile>),
    Jsonl(PredictionWriter<AtomicFile>),
    Csv(CsvWriter<AtomicFile>),
}

impl Writer {
    fn create(path: &Path, format: OutputFormat) -> Result<Self, Failure> {
        let file = AtomicFile::create(path)?;
        Ok(match format {
            OutputFormat::Course => Self::Course(MergedWriter::new(file)),
            OutputFormat::Jsonl => Self::Jsonl(PredictionWriter::new(file)),
            OutputFormat::Csv => Self::Csv(CsvWriter::new(file).map_err(write_error(path))?),
        })
    }

    fn write(&mut self, listing: &Listing, prediction: &ListingPrediction) -> io::Result<()> {
        match self {
            Self::Course(writer) => writer.write(&prediction.fill(listing)),
            Self::Jsonl(writer) => writer.write(prediction),
            Self::Csv(writer) => writer.write(prediction),
        }
    }

    fn finish(self, path: &Path) -> Result<(), Failure> {
        let file = match self {
            Self::Course(writer) => writer.finish(),
            Self::Jsonl(writer) => writer.finish(),
            Self::Csv(writer) => writer.finish(),
        };
        Ok(file.map_err(write_error(path))?.commit()?)
    }
}

/// Runs the command.
pub fn run(args: &PredictArgs) -> Result<Outcome, Failure> {
    match Baseline::by_name(&args.model.model) {
        Some(baseline) => predict(&baseline, args),
        None => predict(&args.model.load()?, args),
    }
}

fn predict<M: LabelListings>(matcher: &M, args: &PredictArgs) -> Result<Outcome, Failure> {
    let options = args.decide.resolve(NonePolicy::Forbid)?;
    let set = DataSet::open(&args.data, &args.split)?;
    let mut out = Writer::create(&args.out, args.format)?;
    let mut scores = match &args.scores {
        Some(path) => Some((PredictionWriter::new(AtomicFile::create(path)?), path)),
        None => None,
    };
    let photos: usize = set.listings().map(|listing| listing.images.len()).sum();
    let bar = progress::bar(photos as u64, "photos");
    let mut outcome = Outcome::Done;
    // Broken listings keep their place in the output: they are written as they come up.
    let mut broken: BTreeMap<usize, Vec<&BrokenListing>> = BTreeMap::new();
    let mut usable = 0;
    for entry in &set.entries {
        match entry {
            Ok(_) => usable += 1,
            Err(entry) => broken.entry(usable).or_default().push(entry),
        }
    }
    let jobs = set.listings().map(|listing| Job {
        listing: listing.clone(),
        paths: listing
            .images
            .iter()
            .map(|image| set.image_path(listing, image).map_err(|error: FormatError| describe(&error)))
            .collect(),
    });
    let mut place = 0;
    stream::predict(matcher, jobs, &DecodeLimits::default(), &options, |job, mut prediction| {
        if args.decide.min_confidence > 0.0 {
            prediction.abstain_below(args.decide.min_confidence);
        }
        for entry in broken.remove(&place).unwrap_or_default() {
            outcome = Outcome::Partly;
            bar.suspend(|| tell(&describe(entry)));
            write_broken(&mut out, scores.as_mut().map(|(writer, _)| writer), entry).map_err(write_error(&args.out))?;
        }
        place += 1;
        if !prediction.is_complete() {
            outcome = Outcome::Partly;
            bar.suspend(|| report(&prediction));
        }
        out.write(&job.listing, &prediction).map_err(write_error(&args.out))?;
        if let Some((writer, path)) = &mut scores {
            writer.write(&prediction).map_err(write_error(path))?;
        }
        bar.inc(job.listing.images.len() as u64);
        Ok::<(), Failure>(())
    })?;
    for entry in broken.into_values().flatten() {
        outcome = Outcome::Partly;
        tell(&describe(entry));
        write_broken(&mut out, scores.as_mut().map(|(writer, _)| writer), entry).map_err(write_error(&args.out))?;
    }
    bar.finish_and_clear();
    out.finish(&args.out)?;
    if let Some((writer, path)) = scores {
        writer.finish().map_err(write_error(path))?.commit()?;
    }
    Ok(outcome)
}

fn write_broken(
    out: &mut Writer,
    scores: Option<&mut PredictionWriter<AtomicFile>>,
    entry: &BrokenListing,
) -> io::Result<()> {
    let prediction = ListingPrediction::broken(entry);
    match out {
        Writer::Course(writer) => writer.write_broken(entry)?,
        Writer::Jsonl(writer) => writer.write(&prediction)?,
        Writer::Csv(writer) => writer.write(&prediction)?,
    }
    scores.map_or(Ok(()), |writer| writer.write(&prediction))
}

/// Names on stderr what could not be processed.
pub fn report(prediction: &ListingPrediction) {
    if let Some(error) = &prediction.error {
        tell(&format!("{}: {error}", prediction.id));
    }
    for image in &prediction.images {
        if let Some(error) = &image.error {
            // The error names the file, with its path where it has one.
            tell(&format!("{}: {error}", prediction.id));
        }
    }
}

/// Wraps what writing a file can fail with.
pub fn write_error(path: &Path) -> impl FnOnce(io::Error) -> Failure + use<> {
    let path = path.to_owned();
    move |source| Failure::Write { path, source }
}
