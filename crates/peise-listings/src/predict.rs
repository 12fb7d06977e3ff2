//! Prediction over whole catalogues: listings of a source are matched, answers go to sinks, and an interrupted run can
//! be resumed.
//!
//! Answers go into a journal first and become the output once all are there. So a run that is killed, or whose disk is
//! full, continues at the first listing that is missing, and its output is that of an uninterrupted run, byte for byte.

mod journal;

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use peise::EngineError;
use peise::atomic::WriteError;

use crate::pipeline::{MatchListings, MatchOptions, match_source};
use crate::registry::Created;
use crate::sink::Answered;
use crate::source::Survey;
use crate::{AnswerSink, FormatError, ListingSource};
pub use journal::{Journal, JournalError, Origin, journal_path};

/// What is to be predicted, by what, and where the answers go.
pub struct Prediction<'a, M> {
    /// The model or baseline.
    pub matcher: &'a M,
    /// Where the listings come from; it is read twice.
    pub source: &'a dyn ListingSource,
    /// Where the answers go. Each is opened twice: before the work, to find out whether it can be written, and after it.
    pub sinks: Vec<OpenSink<'a>>,
    /// How listings are matched, and what stops the run.
    pub options: MatchOptions<'a>,
    /// How the run can be resumed.
    pub resume: Resume,
}

/// Opens an output, which then gets every listing.
pub type OpenSink<'a> = Box<dyn Fn() -> Created + 'a>;

/// An [`OpenSink`] of a sink of one's own.
pub fn open_sink<'a, S, E>(open: impl Fn() -> Result<S, E> + 'a) -> OpenSink<'a>
where
    S: AnswerSink + 'static,
    FormatError: From<E>,
{
    Box::new(move || Ok(Box::new(open()?)))
}

/// How a run can be resumed.
#[derive(Debug, Clone, Default)]
pub struct Resume {
    /// The journal, mostly [`journal_path`] of the output; `None` = this run cannot be resumed.
    pub journal: Option<PathBuf>,
    /// Whether to continue what the journal holds. A journal without answers, or none at all, starts afresh.
    pub resume: bool,
    /// Tells models apart: answers of two models are never mixed.
    pub model: String,
}

/// What happens during a run, for progress bars and messages.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The source was read once.
    Surveyed(&'a Survey),
    /// A listing was answered in an earlier run.
    Resumed(&'a Answered),
    /// A listing is answered now.
    Answered {
        /// The listing and its answer.
        answered: &'a Answered,
        /// Remarks of the source on it.
        remarks: &'a [String],
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Entries of the source, broken ones included.
    pub entries: u64,
    /// Those that are answered.
    pub done: u64,
    /// Answered ones that could not be processed whole: the listing or a photo of it has an error.
    pub incomplete: u64,
    /// Whether the run was stopped before all were answered. The sinks have then written nothing, and the journal keeps
    /// what was done.
    pub stopped: bool,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// The source cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An output cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The source held other listings when it was read again.
    #[error("the listings changed while they were read: first {expected}, then {found}; run again")]
    Changed {
        /// Entries found first.
        expected: u64,
        /// Entries found then.
        found: u64,
    },
}

/// Runs a prediction.
///
/// The source is read once to count and to check it as a whole, then once more to match what the journal does not hold.
/// The output is written from the journal.
///
/// # Errors
/// If the source, the engine, the journal or a sink fails. What was done stays in the journal.
pub fn predict<M: MatchListings>(
    prediction: Prediction<M>,
    watch: &mut dyn FnMut(Event),
) -> Result<Summary, PredictError> {
    let Prediction { matcher, source, sinks, options, resume } = prediction;
    // Dropped at once: a run that is killed leaves no half-written outputs.
    sinks.iter().try_for_each(|open| open().map(drop))?;
    let survey = Survey::of(source, &mut |_| match options.is_stopped() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })?;
    let mut summary = Summary { entries: survey.listings + survey.broken, done: 0, incomplete: 0, stopped: false };
    if options.is_stopped() {
        return Ok(Summary { stopped: true, ..summary });
    }
    watch(Event::Surveyed(&survey));
    let origin = Origin {
        peise: env!("CARGO_PKG_VERSION").to_owned(),
        model: resume.model,
        data: format!("{:032x}", survey.fingerprint),
        options: format!("{:?}, least {}, {:?}", options.decode, options.min_confidence, options.limits),
    };
    let mut journal = Journal::open(resume.journal.as_deref(), &origin, resume.resume)?;
    if journal.done() > 0 {
        for answered in journal.read()? {
            let answered = answered?;
            summary.count(&answered);
            watch(Event::Resumed(&answered));
        }
    }
    let done = summary.done;
    let matched = match_source(matcher, source, done, &options, |entry, answer| -> Result<(), PredictError> {
        let (answered, remarks) = match entry {
            Ok(found) => (Answered::new(found.listing, answer), found.remarks),
            Err(broken) => (Answered::broken(&broken, answer), Vec::new()),
        };
        summary.count(&answered);
        watch(Event::Answered { answered: &answered, remarks: &remarks });
        Ok(journal.write(&answered)?)
    });
    // Also where the run ends in an error: what was done is kept.
    journal.flush()?;
    matched?;
    if summary.done != summary.entries {
        if summary.done < summary.entries && options.is_stopped() {
            return Ok(Summary { stopped: true, ..summary });
        }
        return Err(PredictError::Changed { expected: summary.entries, found: summary.done });
    }
    let sinks = sinks.iter().map(|open| open()).collect::<Result<_, _>>()?;
    write_all(&mut journal, sinks)?;
    journal.remove()?;
    Ok(summary)
}

impl Summary {
    fn count(&mut self, answered: &Answered) {
        self.done += 1;
        self.incomplete += u64::from(!answered.answer.is_complete());
    }
}

/// Hands all answers of the journal to all sinks.
fn write_all(journal: &mut Journal, mut sinks: Vec<Box<dyn AnswerSink>>) -> Result<(), PredictError> {
    let failed = |path: &Path, source: io::Error| WriteError { path: path.to_owned(), action: "write", source };
    for answered in journal.read()? {
        let answered = answered?;
        for sink in &mut sinks {
            sink.write(&answered).map_err(|source| failed(sink.path(), source))?;
        }
    }
    for sink in sinks {
        sink.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
