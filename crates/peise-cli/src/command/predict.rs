//! `peise predict`: a whole data set.

use super::options::{DecideArgs, ModelArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::progress;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use peise::format::course::{BrokenListing, MergedWriter, for_each_entry, image_path};
use peise::format::csv::CsvWriter;
use peise::format::predictions::{ListingPrediction, PredictionWriter};
use peise::format::{AtomicFile, describe};
use peise::image::DecodeLimits;
use peise::listing::Listing;
use peise::matcher::decode::NonePolicy;
use peise::stream::{self, Job, LabelListings};
use peise_train::baseline::Baseline;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

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
    if args.scores.as_ref() == Some(&args.out) {
        return Err(Failure::Usage("--scores and --out name the same file: give them two".to_owned()));
    }
    // Once over the file first: what is wrong with it is said before any work is done.
    let mut photos = 0;
    for_each_entry(&args.data, &args.split, &mut |entry| {
        photos += entry.map_or(0, |listing| listing.images.len() as u64);
        true
    })?;
    let mut output = Output {
        out: Writer::create(&args.out, args.format)?,
        scores: match &args.scores {
            Some(path) => Some((PredictionWriter::new(AtomicFile::create(path)?), path)),
            None => None,
        },
        path: &args.out,
        bar: progress::bar(photos, "photos"),
        outcome: Outcome::Done,
    };
    // Broken listings keep their place in the output, by how many usable ones come before.
    let broken: Mutex<BTreeMap<usize, Vec<BrokenListing>>> = Mutex::default();
    let take_broken = |place: usize| {
        let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.remove(&place).unwrap_or_default()
    };
    std::thread::scope(|scope| -> Result<(), Failure> {
        let (sender, receiver) = sync_channel::<Job>(64);
        let reader = scope.spawn(|| {
            let mut usable = 0;
            let sender = sender;
            for_each_entry(&args.data, &args.split, &mut |entry| match entry {
                Ok(listing) => {
                    usable += 1;
                    sender.send(job(&args.data, &args.split, listing)).is_ok()
                }
                Err(entry) => {
                    broken.lock().unwrap_or_else(PoisonError::into_inner).entry(usable).or_default().push(entry);
                    true
                }
            })
        });
        let mut place = 0;
        stream::predict(matcher, receiver.into_iter(), &DecodeLimits::default(), &options, |job, mut prediction| {
            if args.decide.min_confidence > 0.0 {
                prediction.abstain_below(args.decide.min_confidence);
            }
            output.write_broken(take_broken(place))?;
            place += 1;
            output.write(&job.listing, &prediction)
        })?;
        match reader.join() {
            Ok(read) => read?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        output.write_broken(take_broken(place))
    })?;
    output.finish()
}

/// A listing of a data set, with the paths of its photos.
pub fn job(root: &Path, split: &str, listing: Listing) -> Job {
    let path = |image| image_path(root, split, &listing, image).map_err(|error| describe(&error));
    let paths = listing.images.iter().map(path).collect();
    Job { listing, paths }
}

/// Where predictions go, and what was said of them.
struct Output<'a> {
    out: Writer,
    scores: Option<(PredictionWriter<AtomicFile>, &'a PathBuf)>,
    path: &'a Path,
    bar: ProgressBar,
    outcome: Outcome,
}

impl Output<'_> {
    fn write(&mut self, listing: &Listing, prediction: &ListingPrediction) -> Result<(), Failure> {
        if !prediction.is_complete() {
            self.outcome = Outcome::Partly;
            self.bar.suspend(|| report(prediction));
        }
        self.out.write(listing, prediction).map_err(write_error(self.path))?;
        if let Some((writer, path)) = &mut self.scores {
            writer.write(prediction).map_err(write_error(path))?;
        }
        self.bar.inc(listing.images.len() as u64);
        Ok(())
    }

    fn write_broken(&mut self, entries: Vec<BrokenListing>) -> Result<(), Failure> {
        for entry in entries {
            self.outcome = Outcome::Partly;
            self.bar.suspend(|| tell(&describe(&entry)));
            let prediction = ListingPrediction::broken(&entry);
            match &mut self.out {
                Writer::Course(writer) => writer.write_broken(&entry),
                Writer::Jsonl(writer) => writer.write(&prediction),
                Writer::Csv(writer) => writer.write(&prediction),
            }
            .map_err(write_error(self.path))?;
            if let Some((writer, path)) = &mut self.scores {
                writer.write(&prediction).map_err(write_error(path))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Outcome, Failure> {
        self.bar.finish_and_clear();
        self.out.finish(self.path)?;
        if let Some((writer, path)) = self.scores {
            writer.finish().map_err(write_error(path))?.commit()?;
        }
        Ok(self.outcome)
    }
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
