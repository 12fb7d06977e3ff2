//! Stopping, killing and resuming, with a matcher that costs nothing.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::jsonl::{AnswerReader, JsonlSink};
use crate::{Entry, MemorySource, PhotoSource, SourceListing, Take};
use peise::answer::Decision;
use peise::image::{DecodeLimits, ImageError};
use peise::listing::{Listing, ListingImage};
use peise::matcher::decode::{Assignment, Choice, NonePolicy, Rule};
use peise::{Answer, DecodeOptions, Problem, describe};

/// Answers every photo with its first byte, modulo the labels; a lone `?` is no photo. Stops after some listings if told to.
#[derive(Default)]
struct FirstByte {
    stop: AtomicBool,
    stop_in: Option<std::sync::Mutex<usize>>,
}

impl MatchListings for FirstByte {
    type Photo = u8;

    fn prepare(&self, bytes: &[u8], _: &DecodeLimits) -> Result<u8, ImageError> {
        bytes.first().copied().filter(|_| bytes != b"?").ok_or(ImageError::NotAnImage)
    }

    fn answer(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Result<u8, Problem>>],
        options: &DecodeOptions,
    ) -> Result<Vec<Answer>, EngineError> {
        if let Some(left) = &self.stop_in {
            let mut left = left.lock().unwrap();
            *left = left.saturating_sub(listings.len());
            self.stop.store(*left == 0, Ordering::Relaxed);
        }
        let one = |(listing, photos): (&&Listing, &Vec<Result<u8, Problem>>)| {
            let problems: Vec<_> = photos.iter().map(|photo| photo.as_ref().err().cloned()).collect();
            let labels = listing.labels.len();
            let choices: Vec<Choice> = photos
                .iter()
                .flatten()
                .map(|&byte| Choice { label: Some(usize::from(byte) % labels), probability: f32::from(byte) / 256.0 })
                .collect();
            let assignment = Assignment {
                marginals: vec![0.1; choices.len() * (labels + 1)],
                choices,
                joint_probability: 0.5,
                bare: vec![0.0; labels],
                rule: options.rule,
                exact: options.none == NonePolicy::Forbid,
            };
            Answer::decided(listing, &problems, &Decision::new(assignment, (0..labels).collect()))
        };
        Ok(listings.iter().zip(photos).map(one).collect())
    }
}

/// Listings of 40 photos, so that a batch holds three; every tenth is broken.
struct Many(usize);

impl ListingSource for Many {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        for index in 0..self.0 {
            let id = index.to_string();
            let entry: Entry = match index % 10 {
                7 => Err(crate::BrokenListing::new(crate::ListingError::MissingKey { id, key: "optional_tags" })),
                _ => Ok(listing(&id, index as u8)),
            };
            if take(entry).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn listing(id: &str, byte: u8) -> SourceListing {
    let image = |k: u8| ListingImage { file: format!("{id}_{k}.jpg"), label: (k == 0).then(|| "黑".to_owned()) };
    let listing = Listing {
        id: id.to_owned(),
        labels: vec!["黑".into(), "白".into(), "红".into()],
        images: (0..40).map(image).collect(),
        title: Some(format!("title {id}")),
        colours: vec![("黑".into(), [1, 2, byte])],
        shows_none: vec![format!("{id}_3.jpg")],
    };
    let photo = |k: u8| Ok(PhotoSource::Bytes(vec![byte.wrapping_add(k), k].into()));
    SourceListing { listing, photos: (0..40).map(photo).collect(), ..SourceListing::default() }
}

/// What one run is asked, in a folder of its own.
struct Run<'a> {
    folder: &'a Path,
    listings: usize,
    resume: bool,
    stop_in: Option<usize>,
    model: &'a str,
}

impl Run<'_> {
    fn go(&self) -> Result<Summary, PredictError> {
        let matcher = FirstByte { stop_in: self.stop_in.map(Into::into), ..FirstByte::default() };
        let out = self.folder.join("out.jsonl");
        let prediction = Prediction {
            matcher: &matcher,
            source: &Many(self.listings),
            sinks: vec![open_sink(|| JsonlSink::create(&out))],
            options: MatchOptions { stop: Some(&matcher.stop), min_confidence: 0.1, ..MatchOptions::default() },
            resume: Resume { journal: journal_path(&out), resume: self.resume, model: self.model.to_owned() },
        };
        predict(prediction, &mut |_| ())
    }
}

fn run(folder: &Path) -> Run<'_> {
    Run { folder, listings: 200, resume: false, stop_in: None, model: "m" }
}

fn whole() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let summary = run(folder.path()).go().unwrap();
    assert_eq!((summary.entries, summary.done, summary.incomplete, summary.stopped), (200, 200, 20, false));
    fs::read(folder.path().join("out.jsonl")).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|found| found.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_stopped_run_is_resumed_to_the_same_bytes() {
    let expected = whole();
    let folder = tempfile::tempdir().unwrap();
    let mut done = 0;
    for stop_in in [5, 1, 60] {
        let summary = Run { resume: done > 0, stop_in: Some(stop_in), ..run(folder.path()) }.go().unwrap();
        assert!(summary.stopped && summary.done > done && summary.done < 200, "{summary:?} after {done}");
        assert_eq!(names(folder.path()), ["out.jsonl.partial.jsonl"], "nothing is written before all is done");
        done = summary.done;
    }
    let summary = Run { resume: true, ..run(folder.path()) }.go().unwrap();
    assert_eq!((summary.done, summary.incomplete, summary.stopped), (200, 20, false));
    assert!(fs::read(folder.path().join("out.jsonl")).unwrap() == expected);
    assert_eq!(names(folder.path()), ["out.jsonl"]);
}

/// A kill may cut the journal at any byte.
#[test]
fn a_journal_cut_anywhere_is_continued_to_the_same_bytes() {
    let expected = whole();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("out.jsonl.partial.jsonl");
    Run { stop_in: Some(150), ..run(folder.path()) }.go().unwrap();
    let kept = fs::read(&journal).unwrap();
    let ends: Vec<usize> = kept.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let cuts = (0..kept.len()).step_by(kept.len() / 23).chain(ends.iter().take(4).flat_map(|&end| [end - 1, end]));
    for cut in cuts {
        fs::write(&journal, &kept[..cut]).unwrap();
        let summary = Run { resume: true, ..run(folder.path()) }.go().unwrap();
        assert_eq!((summary.done, summary.incomplete), (200, 20), "cut at {cut}");
        assert!(fs::read(folder.path().join("out.jsonl")).unwrap() == expected, "cut at {cut}");
        assert!(!journal.exists());
    }
}

#[test]
fn answers_of_two_runs_are_never_mixed() {
    let folder = tempfile::tempdir().unwrap();
    Run { stop_in: Some(5), ..run(folder.path()) }.go().unwrap();
    let refused = |run: Run, part: &str| {
        let message = describe(&run.go().unwrap_err());
        assert!(message.contains("out.jsonl.partial.jsonl: ") && message.contains(part), "{message}");
    };
    refused(run(folder.path()), "an unfinished run has");
    refused(Run { resume: true, model: "other", ..run(folder.path()) }, "another model");
    refused(Run { resume: true, listings: 201, ..run(folder.path()) }, "the listings have changed since");
    // Another run than the journal's may begin anew.
    Run { model: "other", ..run(folder.path()) }.go().unwrap();
    // With nothing to resume it starts afresh.
    Run { resume: true, ..run(folder.path()) }.go().unwrap();
    assert!(fs::read(folder.path().join("out.jsonl")).unwrap() == whole());
}

#[test]
fn a_journal_keeps_what_answers_do_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let origin = Origin { peise: "1".into(), model: "m".into(), data: "d".into(), options: "o".into() };
    let mut journal = Journal::open(Some(&path), &origin, false).unwrap();
    let found = listing("5", 5);
    let answer = Answer::failed(&found.listing, &[const { None }; 40], Problem::new("rule", "why"));
    let original: crate::json::Node = serde_json::from_str(r#"{"b": 1, "a": [null, {"x": "y", "x": 2}]}"#).unwrap();
    let unusable = |unusable| Answered {
        listing: Listing { id: "6".into(), ..Listing::default() },
        answer: Answer { id: "6".into(), ..Answer::default() },
        unusable: Some(unusable),
    };
    use crate::sink::Unusable::{Lost, Original, Repeated};
    let written = [
        Answered::new(found.listing, answer),
        unusable(Original(Box::new(original))),
        unusable(Repeated),
        unusable(Lost),
    ];
    for (place, answered) in written.iter().enumerate() {
        journal.write(answered).unwrap();
        // Reading in between does not disturb writing.
        assert_eq!(journal.read().unwrap().map(Result::unwrap).collect::<Vec<_>>(), written[..=place]);
    }
    assert!(matches!(Journal::open(Some(&path), &origin, true), Err(JournalError::Busy { .. })));
    drop(journal);
    let mut journal = Journal::open(Some(&path), &origin, true).unwrap();
    assert_eq!(journal.read().unwrap().map(Result::unwrap).collect::<Vec<_>>(), written);
    journal.remove().unwrap();
    assert!(!path.exists());
}

#[test]
fn listings_decide_for_themselves_and_bad_photos_cost_nothing() {
    let mut listings: Vec<SourceListing> = (1..6).map(|byte| listing(&byte.to_string(), byte)).collect();
    listings[1].wishes.rule = Some(Rule::OneToOne);
    listings[2].wishes =
        crate::Wishes { none: Some(NonePolicy::Allow), min_confidence: Some(2.0), ..Default::default() };
    listings[3].photos[0] = Ok(PhotoSource::Bytes(b"?"[..].into()));
    listings[3].photos[1] = Err(Problem::new("name", "bad name"));
    let mut answers = Vec::new();
    let source = MemorySource(listings);
    let options =
        MatchOptions { decode: DecodeOptions { rule: Rule::Free, ..Default::default() }, ..Default::default() };
    match_source(&FirstByte::default(), &source, 0, &options, |_, answer| {
        answers.push(answer);
        Ok::<(), PredictError>(())
    })
    .unwrap();
    let rules: Vec<&str> = answers.iter().map(|answer| answer.rule.as_str()).collect();
    assert_eq!(rules, ["free", "one-to-one", "free", "free", "free"]);
    assert_eq!(answers.iter().map(|answer| answer.exact).collect::<Vec<_>>(), [true, true, false, true, true]);
    assert!(answers[2].images.iter().all(|image| image.label.is_none() && image.index.is_some()));
    let codes: Vec<_> =
        answers[3].images.iter().map(|image| image.error.as_ref().map(|error| error.code.as_str())).collect();
    assert_eq!(codes[..3], [Some("not-an-image"), Some("name"), None]);
    assert!(answers[3].images[0].error.as_ref().unwrap().text.starts_with("4_0.jpg: is not an image"));
    assert!(answers[4].images.iter().all(|image| image.label.is_some()));
}

#[test]
fn an_error_of_the_source_keeps_what_was_done() {
    /// Fails behind the third listing, but only when it is read again.
    struct Torn(AtomicBool);
    impl ListingSource for Torn {
        fn read(&self, take: &mut Take) -> Result<(), FormatError> {
            let torn = self.0.swap(true, Ordering::Relaxed);
            for index in 0..if torn { 3 } else { 9 } {
                if take(Ok(listing(&index.to_string(), index))) == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            if torn {
                Err(FormatError::Missing { path: "x".into(), missing: "m", expected: "e".into() })
            } else {
                Ok(())
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.jsonl");
    let matcher = FirstByte::default();
    let prediction = |source| Prediction {
        matcher: &matcher,
        source,
        sinks: vec![open_sink(|| JsonlSink::create(&out))],
        options: MatchOptions::default(),
        resume: Resume { journal: journal_path(&out), resume: true, model: "m".to_owned() },
    };
    let torn = Torn(AtomicBool::new(false));
    assert!(matches!(predict(prediction(&torn), &mut |_| ()), Err(PredictError::Format(_))));
    assert_eq!(names(folder.path()), ["out.jsonl.partial.jsonl"]);
    let mended = MemorySource((0..9).map(|index| listing(&index.to_string(), index)).collect());
    let mut resumed = 0;
    predict(prediction(&mended), &mut |event| resumed += usize::from(matches!(event, Event::Resumed(_)))).unwrap();
    assert_eq!(resumed, 3);
    assert_eq!(AnswerReader::open(&out).unwrap().count(), 9);
}
