//! The other commands: that they run, and how they refuse.

use crate::common::{Run, command, peise, text};
use serde_json::Value;
use std::fs;
use std::process::Stdio;

#[test]
fn a_demo_is_drawn_matched_and_can_be_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let run = peise(["demo", "--out", text(&out), "--listings", "3"]).succeeds();
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("data:image/jpeg;base64,"));

    let (predictions, truth) = (out.join("predictions.json"), out.join("test_truth.json"));
    let files = ["--pred", text(&predictions), "--truth", text(&truth)];
    let run = peise(["eval", "--json"].iter().chain(&files)).succeeds();
    assert!(serde_json::from_str::<Value>(&run.stdout).unwrap().is_object());
    let perfect = peise(["eval", "--json", "--pred", text(&truth), "--truth", text(&truth)]).succeeds();
    assert_ne!(run.stdout, "", "a table");
    assert!(serde_json::from_str::<Value>(&perfect.stdout).unwrap().is_object());
    assert!(!peise(["eval"].iter().chain(&files)).succeeds().stdout.is_empty());

    // What the demo predicted is what `predict` predicts.
    let again = folder.path().join("again.json");
    peise(["predict", "--data", text(&out), "--out", text(&again), "--none", "forbid"]).succeeds();
    assert_eq!(fs::read(&again).unwrap(), fs::read(&predictions).unwrap());
}

#[test]
fn predictions_are_compared_and_mistakes_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let data = path("");
    peise(["synth", "--out", &data, "--size", "32", "--listings", "8", "--split", "test"]).succeeds();
    for (model, pred, scores) in
        [("random", "random.json", "random.jsonl"), ("compact", "compact.json", "compact.jsonl")]
    {
        let files = ["--out", &path(pred), "--scores", &path(scores)];
        peise(["predict", "--data", &data, "--model", model].iter().chain(&files)).succeeds();
    }
    let (truth, page) = (path("test_truth.json"), path("page.html"));
    let (pred, scores, other) = (path("random.json"), path("random.jsonl"), path("compact.json"));
    let files = ["eval", "--pred", &pred, "--truth", &truth, "--scores", &scores, "--compare", &other];
    let run = peise(files.iter().chain(&["--report", &page, "--language", "zh"])).succeeds();
    assert!(run.stdout.contains("need no human") && run.stdout.contains("McNemar"), "{}", run.stdout);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("data:image/jpeg;base64,") && html.contains("无需人工"));
    // Without the photos there is a page all the same.
    let moved = path("elsewhere.json");
    fs::copy(&truth, &moved).unwrap();
    let files = ["eval", "--pred", &pred, "--truth", &moved, "--scores", &scores, "--report", &page];
    let run = peise(files).exits(0);
    assert!(run.stderr.contains("elsewhere.json") && run.stderr.contains("no pictures"), "{}", run.stderr);
    assert!(!fs::read_to_string(&page).unwrap().contains("data:image/jpeg"));
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none");
    let none = text(&none);
    peise(["eval", "--pred", none, "--truth", none]).refuses(&[none, "No such file"]);
    peise(["train", "--recipe", none, "--data", none, "--out", none]).refuses(&[none]);
    peise(["import", "shards", none, "--out", text(folder.path())]).refuses(&[none]);
    peise(["import", "styles", none, "--out", text(folder.path())]).refuses(&[none]);
    peise(["models", "--card", "best"]).refuses(&["--card best", "only compact has a card"]);
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    peise(["demo", "--out", text(&file), "--listings", "1"]).refuses(&["cannot write", "file"]);
}

#[test]
fn without_a_command_the_usage_is_shown() {
    let run = peise::<&str>([]).exits(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("Usage: peise <COMMAND>"), "{run:?}");
    let run = peise(["guess"]).exits(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("unrecognized subcommand 'guess'"), "{run:?}");
    let version = peise(["--version"]).succeeds();
    assert_eq!(version.stdout, format!("peise {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = command().arg("models").stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    Run::of(child.wait_with_output().unwrap()).succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_a_failure() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = command().arg("models").stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    Run::of(child.wait_with_output().unwrap()).refuses(&["cannot write standard output", "No space left on device"]);
}

#[test]
fn a_model_is_exported() {
    let folder = tempfile::TempDir::new().unwrap();
    let out = folder.path().join("onnx");
    let told = peise(["export", "--onnx", text(&out)]).succeeds().stdout;
    assert_eq!(told.lines().count(), 4, "{told}");
    let read = |name: &str| fs::read(out.join(name)).unwrap();
    for name in ["image_encoder.onnx", "label_encoder.onnx", "matcher.onnx"] {
        let bytes = read(name);
        let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(bytes.len() > 100_000 && holds("peise") && holds("label_mask") == (name == "matcher.onnx"), "{name}");
    }
    let config: serde_json::Value = serde_json::from_slice(&read("config.json")).unwrap();
    assert_eq!(config["architecture"], "compact");
    peise(["export", "--onnx", text(&out), "--model", "none"]).refuses(&["--model none", "peise models"]);
    peise(["export", "--onnx", text(&out), "--model", text(folder.path())]).refuses(&["config.json"]);
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    peise(["export", "--onnx", text(&file)]).refuses(&["cannot write", "file"]);
}
