//! `peise predict`.

#[cfg(target_os = "linux")]
use crate::common::Run;
use crate::common::{Data, peise, text};
use peise_listings::course::{read_merged, write_merged};
use peise_listings::jsonl::AnswerReader;
use serde_json::Value;
use std::fs;
#[cfg(target_os = "linux")]
use std::{path::Path, process::Command};

fn drawn_set() -> Data {
    let mut data = Data::new();
    // Neither sorted nor of one length: the output keeps the input's order.
    for (index, id) in ["30", "4", "100", "黑", "2"].iter().enumerate() {
        data.add_drawn(id, index);
    }
    data
}

#[test]
fn the_output_is_the_input_with_the_nulls_filled() {
    let data = drawn_set();
    data.predict(&[]).run.succeeds();
    // As Python writes it.
    let input: Vec<_> = read_merged(&data.path("test_all.json")).unwrap().into_iter().map(Result::unwrap).collect();
    let question = data.path("question.json");
    write_merged(&question, &input).unwrap();

    let mut output: Vec<_> = read_merged(&data.path("out.json")).unwrap().into_iter().map(Result::unwrap).collect();
    for listing in &mut output {
        for image in &mut listing.images {
            assert!(image.label.as_ref().is_some_and(|label| listing.labels.contains(label)));
            image.label = None;
        }
    }
    assert_eq!(output, input, "listings, labels, photos and their order");
    let emptied = data.path("emptied.json");
    write_merged(&emptied, &output).unwrap();
    assert_eq!(fs::read(emptied).unwrap(), fs::read(question).unwrap(), "byte for byte");
    let text = fs::read_to_string(data.path("out.json")).unwrap();
    assert!(!text.contains("null") && !text.contains("\\u") && !text.contains('\n'));
}

#[test]
fn labels_that_stand_in_the_input_are_not_copied() {
    let data = drawn_set();
    let first = data.predict(&[]);
    let truth = fs::read_to_string(data.path("out.json")).unwrap();
    // The answers turned into a question that already holds wrong answers.
    let mut wrong: Value = serde_json::from_str(&truth).unwrap();
    for profile in wrong.as_object_mut().unwrap().values_mut() {
        let other = profile["optional_tags"][0].clone();
        for image in profile["imgs_tags"].as_array_mut().unwrap() {
            image.as_object_mut().unwrap().values_mut().for_each(|label| *label = other.clone());
        }
    }
    fs::write(data.path("test_all.json"), wrong.to_string()).unwrap();
    data.run(&[]).succeeds();
    let again: Value = serde_json::from_slice(&fs::read(data.path("out.json")).unwrap()).unwrap();
    assert_eq!(again, first.out);
}

#[test]
fn the_formats_agree() {
    let mut data = drawn_set();
    data.add("bad", &["黑色"], &[("no,such \"photo\".jpg", None)]);
    let course = data.predict(&[]);
    assert_eq!(course.run.code, Some(1));
    let from_course: Vec<(String, String, Option<String>)> = course
        .out
        .as_object()
        .unwrap()
        .keys()
        .flat_map(|id| course.answers(id).into_iter().map(|(file, label)| (id.clone(), file, label)))
        .collect();

    data.run(&["--format", "jsonl"]).exits(1);
    let lines = fs::read(data.path("out.json")).unwrap();
    assert_eq!(lines, fs::read(data.path("scores.jsonl")).unwrap(), "as --scores");
    let from_lines: Vec<_> = AnswerReader::open(&data.path("out.json"))
        .unwrap()
        .map(Result::unwrap)
        .flat_map(|prediction| {
            let id = prediction.id;
            prediction.images.into_iter().map(move |image| (id.clone(), image.file, image.label))
        })
        .collect();
    assert_eq!(from_lines, from_course);

    data.run(&["--format", "csv"]).exits(1);
    let mut reader = csv::Reader::from_path(data.path("out.json")).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["id", "file", "label", "probability", "joint_probability", "error"]);
    let from_rows: Vec<_> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| {
            assert_eq!(row[2].is_empty(), !row[5].is_empty(), "a label or an error: {row:?}");
            let label = (!row[2].is_empty()).then(|| row[2].to_owned());
            (row[0].to_owned(), row[1].to_owned(), label)
        })
        .collect();
    assert_eq!(from_rows, from_course);
}

#[test]
fn answers_below_the_least_confidence_are_null() {
    let data = drawn_set();
    let all = data.predict(&[]);
    let mut probabilities: Vec<f32> =
        all.scores.iter().flat_map(|listing| &listing.images).filter_map(|image| image.probability).collect();
    probabilities.sort_by(f32::total_cmp);
    let middle = probabilities[probabilities.len() / 2];
    assert!(probabilities[0] < middle);
    let some = data.predict(&["--min-confidence", &middle.to_string()]);
    for listing in &some.scores {
        for (image, (file, label)) in listing.images.iter().zip(some.answers(&listing.id)) {
            assert_eq!((&image.file, &image.label), (&file, &label), "both files say the same");
            assert_eq!(label.is_some(), image.probability >= Some(middle));
            assert!(image.index.is_some(), "the guess stays");
        }
    }
    some.run.succeeds();
}

#[test]
fn every_listing_is_answered_as_if_it_were_alone() {
    let together = drawn_set().predict(&[]);
    for (index, id) in ["30", "4", "100", "黑", "2"].iter().enumerate() {
        let mut data = Data::new();
        data.add_drawn(id, index);
        let alone = data.predict(&[]);
        assert_eq!(alone.out[id], together.out[id]);
        for (one, other) in alone.of(id).images.iter().zip(&together.of(id).images) {
            // One step of the score grid, 1/4096, moves a probability by less than this.
            assert!((one.probability.unwrap() - other.probability.unwrap()).abs() < 3e-4, "{id}/{}", one.file);
        }
    }
}

#[test]
fn an_output_that_cannot_be_written_is_refused() {
    let data = drawn_set();
    data.write();
    let (missing, scores) = (data.path("none/out.json"), data.path("none/scores.jsonl"));
    let predict = |out: &str, more: &[&str]| peise(["predict", "--data", data.root(), "--out", out].iter().chain(more));
    predict(text(&missing), &[]).refuses(&["none/out.json: cannot create the file: No such file or directory"]);
    predict(data.root(), &[]).refuses(&[data.root(), "cannot create the file"]);
    let out = data.path("out.json");
    fs::write(&out, "old").unwrap();
    predict(text(&out), &["--scores", text(&scores)]).refuses(&["none/scores.jsonl: cannot create the file"]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "old", "what was there stays");
    let names: Vec<_> = fs::read_dir(data.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_str().unwrap().ends_with(".part")), "nothing is left behind: {names:?}");
    if cfg!(target_os = "linux") {
        predict("/dev/full", &[]).refuses(&["/dev/full", "No space left on device"]);
    }
}

/// A limit on the size of files stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_was_stopped_is_continued_where_it_stopped() {
    let mut data = Data::new();
    (0..40).for_each(|index| data.add_drawn(&index.to_string(), index));
    data.add("broken", &[] as &[&str], &[("no.jpg", None)]);
    data.write();
    let (out, scores, whole) = (data.path("out.json"), data.path("scores.jsonl"), data.path("whole.json"));
    let predict = |out: &Path, more: &[&str]| {
        let args = ["predict", "--data", data.root(), "--out", text(out), "--scores", text(&scores)];
        peise(args.iter().chain(more))
    };
    predict(&whole, &[]).exits(1);
    let (expected, expected_scores) = (fs::read(&whole).unwrap(), fs::read(&scores).unwrap());
    fs::remove_file(&scores).unwrap();

    let limited = format!(
        "trap '' XFSZ; ulimit -f 20; exec {} predict --data {} --out {}",
        env!("CARGO_BIN_EXE_peise"),
        data.root(),
        text(&out)
    );
    let stopped = Run::of(Command::new("sh").args(["-c", &limited]).output().unwrap()).exits(2);
    assert!(stopped.stderr.contains("out.json.partial.jsonl"), "{}", stopped.stderr);
    assert!(!out.exists());
    let journal = fs::read(data.path("out.json.partial.jsonl")).unwrap();
    let lines = journal.iter().filter(|byte| **byte == b'\n').count();
    assert!((10..30).contains(&lines) && journal.last() != Some(&b'\n'), "cut within a line: {lines}");

    predict(&out, &[]).refuses(&["an unfinished run has", "--resume"]);
    predict(&out, &["--resume", "--rule", "free"]).refuses(&["other options", "leave --resume out"]);
    predict(&out, &["--resume", "--model", "nearest-colour"]).refuses(&["another model"]);
    predict(&out, &["--resume"]).exits(1);
    assert_eq!(fs::read(&out).unwrap(), expected);
    assert_eq!(fs::read(&scores).unwrap(), expected_scores);
    assert!(!data.path("out.json.partial.jsonl").exists());
    // With nothing to continue it begins.
    predict(&out, &["--resume"]).exits(1);
    assert_eq!(fs::read(&out).unwrap(), expected);
}

#[cfg(unix)]
#[test]
fn stdout_can_be_the_output_and_holds_data_only() {
    let mut data = drawn_set();
    data.add("bad", &["黑色"], &[("missing.jpg", None)]);
    let expected = data.predict(&[]).out;
    let run = peise(["predict", "--data", data.root(), "--out", "/dev/stdout"]).exits(1);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), expected);
    assert_eq!(run.stderr.lines().count(), 1);
}

#[test]
fn baselines_answer_too() {
    let data = drawn_set();
    for baseline in ["random", "nearest-colour"] {
        let predicted = data.predict(&["--model", baseline]);
        for listing in &predicted.scores {
            predicted.is_answered(&listing.id);
        }
        predicted.run.succeeds();
    }
}
