//! `peise predict`: many listings.

use super::options::{DecideArgs, ModelArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::{interrupt, output, progress};
use clap::Args;
use clap::builder::PossibleValuesParser;
use peise::{Answer, Problem, describe};
use peise_eval::baseline::Baseline;
use peise_listings::predict::{Event, OpenSink, Prediction, Resume, journal_path, predict};
use peise_listings::registry::{self, Columns, Format, Opened, SinkOptions, SourceOptions};
use peise_listings::{BROKEN, MatchListings, MatchOptions, PhotoSource, SourceListing, Survey};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Label the photos of many listings.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder or file with the listings; for the course's data the folder that holds test_all.json and test/.
    #[arg(long, value_name = "DIR|FILE")]
    data: PathBuf,
    /// Format of --data, where it is not recognised.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(registry::input_names()))]
    from: Option<String>,
    /// Split of the course's data: reads SPLIT_all.json and SPLIT/.
    #[arg(long, default_value = "test")]
    split: String,
    /// Folder or tar archive of the photos, where they are not beside the listings.
    #[arg(long, value_name = "DIR|ARCHIVE")]
    photos: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnArgs,
    /// File to write.
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Format of --out; guessed from its name, else that of --data where it can be written, else jsonl.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(registry::output_names()))]
    format: Option<String>,
    /// Begin a CSV file with a byte order mark, by which Excel knows UTF-8.
    #[arg(long)]
    bom: bool,
    /// Also write all probabilities, one listing a line.
    #[arg(long, value_name = "FILE.jsonl")]
    scores: Option<PathBuf>,
    /// Say what was found, and match nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    decide: DecideArgs,
    /// Continue an interrupted run of the same data, model and options.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    model: ModelArgs,
}

/// Columns of a table.
#[derive(Debug, Args)]
struct ColumnArgs {
    /// Column of a table that holds the listing's id.
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Column of a table that holds labels.
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Column of a table that holds file names of photos.
    #[arg(long, value_name = "COLUMN")]
    photo: Option<String>,
    /// Column of a table that holds the listing's title.
    #[arg(long, value_name = "COLUMN")]
    title: Option<String>,
    /// What stands between labels in one cell of a table.
    #[arg(long, default_value = "|", value_name = "TEXT")]
    separator: String,
}

impl From<&PredictArgs> for SourceOptions {
    fn from(args: &PredictArgs) -> Self {
        let ColumnArgs { id, label, photo, title, separator } = &args.columns;
        let columns = Columns {
            id: id.clone(),
            label: label.clone(),
            photo: photo.clone(),
            title: title.clone(),
            separator: separator.clone(),
        };
        Self { data: args.data.clone(), split: args.split.clone(), photos: args.photos.clone(), columns }
    }
}

/// Runs the command.
pub fn run(args: &PredictArgs) -> Result<Outcome, Failure> {
    let opened = registry::open(&args.into(), args.from.as_deref())?;
    let Some(out) = args.out.as_deref().filter(|_| !args.dry_run) else { return survey(&opened) };
    match Baseline::by_name(&args.model.model) {
        Some(baseline) => predict_with(&baseline, &opened, out, args),
        None => predict_with(&args.model.load()?, &opened, out, args),
    }
}

/// Says what a run would work on.
fn survey(opened: &Opened) -> Result<Outcome, Failure> {
    let mut missing = 0u64;
    let survey = Survey::of(&*opened.source, &mut |entry| {
        match entry {
            Ok(found) => missing += name_missing(found),
            Err(broken) => tell(&describe(broken)),
        }
        ControlFlow::Continue(())
    })?;
    let Survey { listings, broken, photos, labels, fingerprint: _ } = survey;
    let format = opened.format.name;
    output::print(&format!(
        "format\t{format}\nlistings\t{listings}\nlabels\t{labels}\nphotos\t{photos}\n\
         photos missing\t{missing}\nlistings that cannot be used\t{broken}\n"
    ))?;
    Ok(if missing + broken == 0 { Outcome::Done } else { Outcome::Partly })
}

/// Names photos of a listing that are not there, and counts them.
fn name_missing(found: &SourceListing) -> u64 {
    found.remarks.iter().for_each(|remark| tell(remark));
    let problem = |photo: &Result<PhotoSource, Problem>| match photo {
        Ok(PhotoSource::File(path)) if !path.is_file() => Some(format!("{}: no such file", path.display())),
        Ok(_) => None,
        Err(problem) => Some(problem.to_string()),
    };
    let missing: Vec<String> = found.photos.iter().filter_map(problem).collect();
    missing.iter().for_each(|missing| tell(&format!("{}: {missing}", found.listing.id)));
    missing.len() as u64
}

fn predict_with<M: MatchListings>(
    matcher: &M,
    opened: &Opened,
    out: &Path,
    args: &PredictArgs,
) -> Result<Outcome, Failure> {
    if args.scores.as_deref() == Some(out) {
        return Err(Failure::Usage("--scores and --out name the same file: give them two".to_owned()));
    }
    let format = match &args.format {
        Some(name) => registry::by_name(name)?,
        None => guess(out, opened)?,
    };
    let open = |format: &'static Format, path: &Path, bom: bool| -> OpenSink {
        let options = SinkOptions { out: path.to_owned(), bom };
        Box::new(move || registry::create(format, &options))
    };
    let mut sinks = vec![open(format, out, args.bom)];
    if let Some(scores) = &args.scores {
        sinks.push(open(registry::by_name("jsonl")?, scores, false));
    }
    let options = MatchOptions {
        decode: args.decide.resolve(opened.input.complete)?,
        min_confidence: args.decide.min_confidence,
        stop: Some(interrupt::watch()?),
        ..MatchOptions::default()
    };
    let journal = journal_path(out);
    let resume = Resume { journal: journal.clone(), resume: args.resume, model: args.model.fingerprint()? };
    let bar = progress::bar(0, "photos");
    let source = &*opened.source;
    let summary = predict(Prediction { matcher, source, sinks, options, resume }, &mut |event| match event {
        Event::Surveyed(survey) => bar.set_length(survey.photos),
        Event::Resumed(answered) => bar.inc(answered.listing.images.len() as u64),
        Event::Answered { answered, remarks } => {
            if !answered.answer.is_complete() || !remarks.is_empty() {
                bar.suspend(|| report(&answered.answer, remarks));
            }
            bar.inc(answered.listing.images.len() as u64);
        }
        _ => {}
    })?;
    bar.finish_and_clear();
    if summary.stopped {
        let done = format!("interrupted: {} of {} listings are done", summary.done, summary.entries);
        tell(&match journal {
            _ if summary.done == 0 => "interrupted before the first listing was done".to_owned(),
            Some(_) => format!("{done}; the same command with --resume continues"),
            None => format!("{done}, and nothing is kept of them, since --out is no regular file"),
        });
        return Ok(Outcome::Interrupted);
    }
    Ok(if summary.incomplete == 0 { Outcome::Done } else { Outcome::Partly })
}

/// The format of an output of that name.
fn guess(out: &Path, opened: &Opened) -> Result<&'static Format, Failure> {
    match registry::by_ending(out) {
        Some(format) => Ok(format),
        None if opened.format.create.is_some() => Ok(opened.format),
        None => Ok(registry::by_name("jsonl")?),
    }
}

/// Names on stderr what could not be processed.
pub fn report(answer: &Answer, remarks: &[String]) {
    remarks.iter().for_each(|remark| tell(remark));
    if let Some(error) = &answer.error {
        // A listing that cannot be used is named by its own error.
        tell(&if error.code == BROKEN { error.to_string() } else { format!("{}: {error}", answer.id) });
    }
    for image in &answer.images {
        if let Some(error) = &image.error {
            // The error names the file, with its path where it has one.
            tell(&format!("{}: {error}", answer.id));
        }
    }
}
