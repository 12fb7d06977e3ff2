//! `peise predict`: a whole data set.

mod journal;

use super::options::{DecideArgs, ModelArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::progress;
use clap::{Args, ValueEnum};
use journal::{Journal, Origin};
use peise::atomic::{AtomicFile, WriteError};
use peise::describe;
use peise::image::DecodeLimits;
use peise::listing::Listing;
use peise::matcher::decode::NonePolicy;
use peise::{Answer, Problem};
use peise_eval::baseline::Baseline;
use peise_listings::FormatError;
use peise_listings::course::{BrokenListing, MergedWriter, for_each_entry, image_path};
use peise_listings::csv::CsvWriter;
use peise_listings::jsonl::AnswerWriter;
use peise_listings::stream::{self, Job, MatchListings};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use xxhash_rust::xxh3::Xxh3;

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
    /// Go on where a run of the same data, model and options was stopped.
    #[arg(long)]
    resume: bool,
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
    Jsonl(AnswerWriter<AtomicFile>),
    Csv(CsvWriter<AtomicFile>),
}

impl Writer {
    fn create(path: &Path, format: OutputFormat) -> Result<Self, Failure> {
        let file = AtomicFile::create(path)?;
        Ok(match format {
            OutputFormat::Course => Self::Course(MergedWriter::new(file)),
            OutputFormat::Jsonl => Self::Jsonl(AnswerWriter::new(file)),
            OutputFormat::Csv => Self::Csv(CsvWriter::new(file).map_err(write_error(path))?),
        })
    }

    fn write(&mut self, listing: &Listing, prediction: &Answer) -> io::Result<()> {
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

fn predict<M: MatchListings>(matcher: &M, args: &PredictArgs) -> Result<Outcome, Failure> {
    let options = args.decide.resolve(NonePolicy::Forbid)?;
    if args.scores.as_ref() == Some(&args.out) {
        return Err(Failure::Usage("--scores and --out name the same file: give them two".to_owned()));
    }
    let survey = Survey::of(args)?;
    let origin = Origin {
        peise: env!("CARGO_PKG_VERSION").to_owned(),
        model: args.model.fingerprint()?,
        data: survey.hash,
        options: format!("{options:?} {}", args.decide.min_confidence),
    };
    // All files are tried before any work is done.
    let output = Output::create(args)?;
    let mut journal = Journal::open(&args.out, &origin, args.resume)?;
    let bar = progress::bar(survey.photos, "photos");
    let done = journal.done();
    std::thread::scope(|scope| -> Result<(), Failure> {
        let (sender, receiver) = sync_channel::<Job>(64);
        let bar = &bar;
        let reader = scope.spawn(move || {
            let mut place = 0;
            for_each_entry(&args.data, &args.split, &mut |entry| {
                let Ok(listing) = entry else { return true };
                place += 1;
                if place <= done {
                    bar.inc(listing.images.len() as u64);
                    return true;
                }
                sender.send(job(&args.data, &args.split, listing)).is_ok()
            })
        });
        stream::predict(matcher, receiver.into_iter(), &DecodeLimits::default(), &options, |job, mut prediction| {
            if args.decide.min_confidence > 0.0 {
                prediction.withhold_below(args.decide.min_confidence);
            }
            if !prediction.is_complete() {
                bar.suspend(|| report(&prediction));
            }
            bar.inc(job.listing.images.len() as u64);
            journal.write(&prediction)
        })?;
        match reader.join() {
            Ok(read) => Ok(read?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    bar.finish_and_clear();
    let outcome = output.write_all(args, journal.read()?)?;
    journal.remove()?;
    Ok(outcome)
}

/// What there is to do.
struct Survey {
    photos: u64,
    /// Of all listings, as they are asked.
    hash: String,
}

impl Survey {
    /// Goes over the listings once: what is wrong with them is said before any work is done.
    fn of(args: &PredictArgs) -> Result<Self, Failure> {
        let (mut photos, mut hasher) = (0, Xxh3::new());
        for_each_entry(&args.data, &args.split, &mut |entry| {
            match entry {
                Ok(listing) => {
                    photos += listing.images.len() as u64;
                    let files = listing.images.iter().map(|image| &image.file);
                    for text in [&listing.id].into_iter().chain(&listing.labels).chain(files) {
                        hasher.update(&(text.len() as u64).to_le_bytes());
                        hasher.update(text.as_bytes());
                    }
                }
                Err(broken) => tell(&describe(&broken)),
            }
            true
        })?;
        Ok(Self { photos, hash: format!("{:032x}", hasher.digest128()) })
    }
}

/// A listing of a data set, with the paths of its photos.
pub fn job(root: &Path, split: &str, listing: Listing) -> Job {
    let path = |image| image_path(root, split, &listing, image).map_err(|error| Problem::new("name", describe(&error)));
    let paths = listing.images.iter().map(path).collect();
    Job { listing, paths }
}

/// Where predictions go.
struct Output<'a> {
    out: Writer,
    scores: Option<(AnswerWriter<AtomicFile>, &'a Path)>,
    path: &'a Path,
    outcome: Outcome,
}

impl<'a> Output<'a> {
    fn create(args: &'a PredictArgs) -> Result<Self, Failure> {
        let scores =
            |path: &'a PathBuf| Ok::<_, WriteError>((AnswerWriter::new(AtomicFile::create(path)?), path.as_path()));
        Ok(Self {
            out: Writer::create(&args.out, args.format)?,
            scores: args.scores.as_ref().map(scores).transpose()?,
            path: &args.out,
            outcome: Outcome::Done,
        })
    }

    /// Writes the listings with their predictions; those that are broken keep their place.
    fn write_all(
        mut self,
        args: &PredictArgs,
        mut predictions: impl Iterator<Item = Result<Answer, FormatError>>,
    ) -> Result<Outcome, Failure> {
        let mut failure = None;
        for_each_entry(&args.data, &args.split, &mut |entry| {
            let written = match entry {
                Ok(listing) => match predictions.next() {
                    Some(Ok(prediction)) if prediction.id == listing.id => self.write(&listing, &prediction),
                    Some(Err(error)) => Err(error.into()),
                    _ => Err(Failure::Usage(format!("{}: changed meanwhile; run again", args.data.display()))),
                },
                Err(broken) => self.write_broken(&broken),
            };
            failure = written.err();
            failure.is_none()
        })?;
        failure.map_or_else(|| self.finish(), Err)
    }

    fn write(&mut self, listing: &Listing, prediction: &Answer) -> Result<(), Failure> {
        if !prediction.is_complete() {
            self.outcome = Outcome::Partly;
        }
        self.out.write(listing, prediction).map_err(write_error(self.path))?;
        self.write_scores(prediction)
    }

    fn write_broken(&mut self, broken: &BrokenListing) -> Result<(), Failure> {
        self.outcome = Outcome::Partly;
        let nothing = Listing { id: broken.id().to_owned(), ..Listing::default() };
        let prediction = Answer::failed(&nothing, &[], Problem::new("listing", describe(broken)));
        match &mut self.out {
            Writer::Course(writer) => writer.write_broken(broken),
            Writer::Jsonl(writer) => writer.write(&prediction),
            Writer::Csv(writer) => writer.write(&prediction),
        }
        .map_err(write_error(self.path))?;
        self.write_scores(&prediction)
    }

    fn write_scores(&mut self, prediction: &Answer) -> Result<(), Failure> {
        match &mut self.scores {
            Some((writer, path)) => writer.write(prediction).map_err(write_error(path)),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<Outcome, Failure> {
        self.out.finish(self.path)?;
        if let Some((writer, path)) = self.scores {
            writer.finish().map_err(write_error(path))?.commit()?;
        }
        Ok(self.outcome)
    }
}

/// Names on stderr what could not be processed.
pub fn report(prediction: &Answer) {
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
