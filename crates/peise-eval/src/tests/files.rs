//! Evaluation of files: both formats, the shape of older files, broken files.

use std::fs;

use peise_listings::FormatError;
use peise_listings::course::MergedWriter;
use peise_listings::jsonl::AnswerWriter;

use super::*;

#[test]
fn either_format_gives_the_same_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // A listing named `id` makes the course format begin as a line of ours does.
    let mut truth = truth();
    truth[0].id = "id".into();
    let mut predictions = predictions();
    predictions[0].id = "id".into();
    let mut course = MergedWriter::new(Vec::new());
    let mut filled = MergedWriter::new(Vec::new());
    let mut lines = AnswerWriter::new(Vec::new());
    for (listing, prediction) in truth.iter().zip(&predictions) {
        course.write(listing).unwrap();
        filled.write(&prediction.fill(listing)).unwrap();
        lines.write(prediction).unwrap();
    }
    fs::write(path("truth.json"), course.finish().unwrap()).unwrap();
    fs::write(path("pred.json"), filled.finish().unwrap()).unwrap();
    let mut lines = lines.finish().unwrap();
    lines.extend(b"{\"id\": oops}\n");
    fs::write(path("lines.out"), lines).unwrap();

    let run = |pred: &str, scores: Option<&str>| {
        let files =
            EvaluateFiles { pred: path(pred), truth: path("truth.json"), scores: scores.map(path), compare: None };
        evaluate_files(&files, &EvaluateOptions::default()).unwrap()
    };
    let (course, lines, both) = (run("pred.json", None), run("lines.out", None), run("pred.json", Some("lines.out")));
    assert_eq!((course.acc, course.em), (lines.acc, lines.em));
    assert_eq!(course.probabilities, None);
    assert_eq!(both.probabilities, lines.probabilities);
    assert!(course.findings.is_empty(), "the course format holds every photo: {:?}", course.findings);
    let message = both.findings[0].to_string();
    assert!(message.ends_with("lines.out:4:8: not valid JSON: expected value"), "{message}");

    fs::write(path("broken.jsonl"), "{}\n{}\n").unwrap();
    assert!(matches!(read_predictions(&path("broken.jsonl")), Err(FormatError::Shape { line: 1, .. })));
    fs::write(path("empty.jsonl"), "").unwrap();
    assert_eq!(run("empty.jsonl", None).acc.value, 0.0);
    fs::write(path("empty.json"), "").unwrap();
    assert!(matches!(read_predictions(&path("empty.json")), Err(FormatError::Empty { .. })));
    assert!(matches!(read_predictions(&path("none.json")), Err(FormatError::Io { .. })));
}

#[test]
fn a_listing_that_cannot_be_read_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("truth.json");
    fs::write(&path, r#"{"x": 3, "a": {"optional_tags": ["黑"], "imgs_tags": [{"a_0.jpg": "黑"}]}}"#).unwrap();
    let files = EvaluateFiles { pred: path.clone(), truth: path, scores: None, compare: None };
    let found = evaluate_files(&files, &EvaluateOptions::default()).unwrap();
    assert_eq!((found.listings, found.acc.value), (1, 1.0));
    let kinds: Vec<_> = found.findings.iter().map(Finding::kind).collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(found.findings.iter().all(|finding| finding.to_string().contains("listing \"x\"")));
}

/// A line as versions up to 0.1 wrote it: texts for errors and notes, no options, no runner-up.
const OLD: &str = r#"{"id":"a","labels":["黑","白"],"images":[
{"file":"a_0.jpg","label":"黑","index":0,"probability":0.9,"marginals":[0.9,0.1],"none":0.0,"error":null},
{"file":"a_1.jpg","label":null,"index":1,"probability":0.6,"marginals":[0.3,0.6],"none":0.1,"error":null},
{"file":"a_2.jpg","label":null,"index":null,"probability":0.7,"marginals":[0.2,0.1],"none":0.7,"error":null},
{"file":"a_3.jpg","label":null,"index":null,"probability":null,"marginals":[],"none":0.0,"error":"a_3.jpg is truncated"}],
"joint_probability":0.4,"rule":"free","exact":true,"error":null,"notes":["labels 1 and 2 cannot be told apart"]}"#;

#[test]
fn files_of_the_old_shape_are_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let truth = r#"{"a": {"optional_tags": ["黑", "白"], "imgs_tags":
        [{"a_0.jpg": "黑"}, {"a_1.jpg": "白"}, {"a_2.jpg": null}, {"a_3.jpg": "黑"}, {"a_4.jpg": null}],
        "shows_none": ["a_2.jpg"]}}"#;
    fs::write(path("truth.json"), truth).unwrap();
    fs::write(path("old.jsonl"), OLD.replace('\n', "") + "\n").unwrap();
    let course = r#"{"a": {"optional_tags": ["黑", "白"], "imgs_tags":
        [{"a_0.jpg": "黑"}, {"a_1.jpg": null}, {"a_2.jpg": null}, {"a_3.jpg": null}]}}"#;
    fs::write(path("course.json"), course).unwrap();
    fs::write(path("stated.json"), course.replace("]}}", r#"], "shows_none": ["a_2.jpg"]}}"#)).unwrap();
    let run = |pred: &str, scores: Option<&str>| {
        let (pred, truth, scores) = (path(pred), path("truth.json"), scores.map(path));
        let files = EvaluateFiles { pred, truth, scores, compare: None };
        evaluate_files(&files, &EvaluateOptions::default()).unwrap()
    };
    for (name, pred, scores, acc, unanswered) in [
        ("old lines", "old.jsonl", None, 0.5, 2),
        ("the course format with old scores", "course.json", Some("old.jsonl"), 0.5, 2),
        ("the course format that states it", "stated.json", None, 0.5, 2),
        ("the course format alone", "course.json", None, 0.25, 3),
    ] {
        let found = run(pred, scores);
        assert_eq!((found.images, found.shows_none, found.left_out), (4, 1, 1), "{name}");
        assert_eq!((found.acc.value, found.unanswered), (acc, unanswered), "{name}");
    }
    let report = run("course.json", Some("old.jsonl")).probabilities.unwrap();
    let guesses = report.images.unwrap();
    assert_eq!((guesses.count, guesses.frequency), (3, 1.0), "the withheld guess is judged too");
    assert!((report.nll.unwrap() + (0.9f64.ln() + 0.6f64.ln() + 0.7f64.ln()) / 3.0).abs() < 1e-6);
}
