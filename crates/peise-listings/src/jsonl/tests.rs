use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::FormatError;
use crate::course::MergedWriter;
use peise::answer::Decision;
use peise::listing::{Listing, ListingImage};
use peise::matcher::decode::{Assignment, Choice, Rule};
use peise::{Answer, Note, NoteCode, Problem, describe};

fn listing() -> Listing {
    let image = |file: &str, label: Option<&str>| ListingImage { file: file.into(), label: label.map(Into::into) };
    Listing {
        id: "543".into(),
        labels: vec!["绛红".into(), "米色".into()],
        images: vec![image("0.jpg", Some("米色")), image("1.jpg", None), image("2.jpg", None), image("3.jpg", None)],
        ..Listing::default()
    }
}

/// Photo 1 failed, photo 3 shows no label.
fn prediction() -> Answer {
    let choice = |label, probability| Choice { label, probability };
    let assignment = Assignment {
        choices: vec![choice(Some(0), 0.9), choice(Some(1), 0.6), choice(None, 0.7)],
        marginals: vec![0.9, 0.1, 0.0, 0.4, 0.6, 0.0, 0.2, 0.1, 0.7],
        joint_probability: 0.5,
        bare: vec![0.0, 0.25],
        rule: Rule::Cover,
        exact: true,
    };
    let problems = [None, Some(Problem::new("truncated", "is truncated")), None, None];
    Answer::decided(&listing(), &problems, &Decision::new(assignment, vec![0, 1]))
}

fn line(prediction: &Answer) -> String {
    let mut writer = AnswerWriter::new(Vec::new());
    writer.write(prediction).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn read(text: &[u8]) -> Vec<Result<Answer, FormatError>> {
    AnswerReader::new(text, Path::new("scores.jsonl")).collect()
}

fn labels(prediction: &Answer) -> Vec<Option<&str>> {
    prediction.images.iter().map(|image| image.label.as_deref()).collect()
}

#[test]
fn the_line_is_as_documented() {
    let mut prediction = prediction();
    prediction.images.truncate(2);
    prediction.notes.truncate(1);
    let expected = concat!(
        r#"{"id":"543","labels":["绛红","米色"],"images":["#,
        r#"{"file":"0.jpg","label":"绛红","index":0,"probability":0.9,"marginals":[0.9,0.1],"none":0.0,"#,
        r#""runner_up":1,"same_as":null,"error":null},"#,
        r#"{"file":"1.jpg","label":null,"index":null,"probability":null,"marginals":[],"none":0.0,"#,
        r#""runner_up":null,"same_as":null,"error":{"code":"truncated","text":"is truncated"}}],"#,
        r#""options":[{"label":"绛红","photos":[0],"bare":0.0,"same_as":null},"#,
        r#"{"label":"米色","photos":[2],"bare":0.25,"same_as":null}],"#,
        r#""notes":[{"code":"unreadable-photo","labels":[],"images":[1],"text":"\"1.jpg\" could not be read"}],"#,
        r#""joint_probability":0.5,"rule":"cover","exact":true,"error":null}"#,
    );
    assert_eq!(line(&prediction).trim_end(), expected);
}

#[test]
fn an_unsure_guess_is_no_answer_but_stays() {
    let mut prediction = prediction();
    prediction.withhold_below(0.8);
    assert_eq!(labels(&prediction), [Some("绛红"), None, None, None]);
    assert_eq!(prediction.images[2].index, Some(1));
    assert_eq!(read(line(&prediction).as_bytes())[0].as_ref().unwrap(), &prediction);
}

#[test]
fn answers_fill_the_course_format() {
    let mut writer = MergedWriter::new(Vec::new());
    writer.write(&prediction().fill(&listing())).unwrap();
    let expected = r#"{"543": {"optional_tags": ["绛红", "米色"], "imgs_tags": [{"0.jpg": "绛红"}, {"1.jpg": null}, {"2.jpg": "米色"}, {"3.jpg": null}], "shows_none": ["3.jpg"]}}"#;
    assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), expected);

    let failed = Answer::failed(&listing(), &[const { None }; 4], Problem::new("rule", "no image left"));
    assert!(!failed.is_complete());
    assert!(failed.fill(&listing()).images.iter().all(|image| image.label.is_none()));
    let mut changed = listing();
    changed.images.swap(0, 1);
    assert_eq!(prediction().fill(&changed).images[0].label, None, "another photo stands there now");
}

#[test]
fn a_bad_line_costs_no_other() {
    let good = line(&prediction());
    let cases = [
        ("{\"id\": oops}", "scores.jsonl:3:8: not valid JSON"),
        ("{\"id\": \"1\"", "scores.jsonl:3:10: the JSON ends in the middle"),
        ("{\"id\": 1}", "scores.jsonl:3:8: expected one answer per line"),
        ("{}", "scores.jsonl:3:2: expected one answer per line"),
    ];
    for (bad, named) in cases {
        let results = read(format!("\u{FEFF}{good}\n{bad}\r\n{good}").as_bytes());
        assert_eq!(results.len(), 3);
        assert!(results[0].is_ok() && results[2].is_ok());
        let message = describe(results[1].as_ref().unwrap_err());
        assert!(message.starts_with(named) && !message.contains("at line"), "{message}");
    }
    let results = read(b"{\"id\": \"\xBA\xDA\"}\n");
    assert!(matches!(&results[0], Err(FormatError::Encoding { line: 1, offset: 8, .. })));
    assert!(read(b"").is_empty() && read(b"\n \n").is_empty());
}

#[test]
fn values_that_contradict_are_named() {
    type Change = fn(&mut Answer);
    let cases: [(Change, &str); 5] = [
        (|p| p.images[0].index = Some(2), "images[0].index: expected an index below 2, found 2"),
        (|p| p.images[2].index = Some(0), "images[2].label: expected \"绛红\""),
        (|p| p.images[0].index = None, "images[0].label: expected null"),
        (|p| p.images[0].marginals.truncate(1), "images[0].marginals: expected 2 values, found 1"),
        (|p| p.joint_probability = Some(1.5), "expected probabilities in [0, 1], found 1.5"),
    ];
    for (change, named) in cases {
        let mut prediction = prediction();
        change(&mut prediction);
        let results = read(line(&prediction).as_bytes());
        let message = describe(results[0].as_ref().unwrap_err());
        assert!(message.starts_with("scores.jsonl:1: ") && message.contains(named), "{message}");
    }
}

#[test]
fn an_interrupted_file_can_be_cut_and_continued() {
    let good = line(&prediction());
    let text = format!("{good}{good}{}", &good[..40]);
    let mut reader = AnswerReader::new(text.as_bytes(), Path::new("scores.jsonl"));
    let results: Vec<_> = reader.by_ref().collect();
    assert!(results[1].is_ok() && matches!(results[2], Err(FormatError::Truncated { line: 3, .. })));
    assert_eq!(reader.complete_bytes(), 2 * good.len() as u64);
}

proptest! {
    #[test]
    fn any_prediction_survives(
        texts in proptest::collection::vec(any::<String>(), 1..4),
        values in proptest::collection::vec(0f32..=1.0, 6),
    ) {
        let mut prediction = prediction();
        let images = prediction.images.iter_mut();
        images.for_each(|image| (image.label, image.index, image.marginals) = (None, None, Vec::new()));
        prediction.images[0].marginals = values[..texts.len()].to_vec();
        prediction.images[1].probability = Some(values[3]);
        prediction.images[1].none = values[4];
        prediction.joint_probability = Some(values[5]);
        let note = |text: &String| Note { code: NoteCode::Other, labels: vec![], images: vec![], text: text.clone() };
        prediction.notes = texts.iter().map(note).collect();
        prediction.labels = texts;
        let text = line(&prediction);
        prop_assert_eq!(text.lines().count(), 1);
        let read = read(text.as_bytes()).remove(0).unwrap();
        prop_assert_eq!(read, prediction);
    }
}
