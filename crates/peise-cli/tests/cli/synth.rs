//! `peise synth`.

use std::fs;

use tempfile::TempDir;

use crate::common::{peise, text};

fn synth(folder: &TempDir, more: &[&str]) -> crate::common::Run {
    let mut arguments = vec!["synth", "--out", text(folder.path()), "--size", "32"];
    arguments.extend(more);
    peise(arguments)
}

#[test]
fn a_set_is_drawn_matched_and_evaluated() {
    let folder = TempDir::new().unwrap();
    synth(&folder, &["--listings", "3", "--split", "test", "--preset", "iid", "--gallery"]).succeeds();
    let path = |name: &str| text(&folder.path().join(name)).to_owned();
    let page = fs::read_to_string(path("gallery.html")).unwrap();
    assert!(page.matches("<section").count() == 3 && page.contains("test/iid-1-000000/iid-1-000000_0.jpg"));
    peise(["predict", "--data", text(folder.path()), "--out", &path("pred.json")]).succeeds();
    peise(["eval", "--pred", &path("pred.json"), "--truth", &path("test_truth.json")]).succeeds();
}

#[test]
fn slices_of_a_set_have_the_same_bytes() {
    let (whole, slice) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    synth(&whole, &["--listings", "3"]).succeeds();
    synth(&slice, &["--listings", "1", "--first", "2"]).succeeds();
    let lines = fs::read_to_string(whole.path().join("train_drawn.jsonl")).unwrap();
    let line = fs::read_to_string(slice.path().join("train_drawn.jsonl")).unwrap();
    assert_eq!(lines.lines().nth(2), line.lines().next());
    let id = "train/everything-1-000002";
    for entry in fs::read_dir(slice.path().join(id)).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &TempDir| fs::read(folder.path().join(id).join(&name)).unwrap();
        assert_eq!(read(&slice), read(&whole), "{name:?}");
    }
}

#[test]
fn wrong_use_is_told_in_one_line() {
    let folder = TempDir::new().unwrap();
    let unknown = synth(&folder, &["--listings", "1", "--preset", "unheard-of"]).exits(2);
    assert!(unknown.stderr.contains("unheard-of") && unknown.stderr.contains("unseen-light"), "{}", unknown.stderr);
    synth(&folder, &["--listings", "1", "--set", "overlay.any=2"]).refuses(&["overlay.any", "0 to 1"]);
    synth(&folder, &["--listings", "1", "--set", "overlay.none=1"]).refuses(&["overlay.none"]);
    let large = ["synth", "--out", text(folder.path()), "--listings", "1", "--size", "4000"];
    peise(large).refuses(&["photo.size", "8 to 1000"]);
    synth(&folder, &["--listings", "1", "--set", "product.products=[\"toaster\"]"]).refuses(&["toaster"]);
    synth(&folder, &["--listings", "1", "--first", "18446744073709551615"]).refuses(&["--first"]);
    synth(&folder, &["--listings", "1"]).succeeds();
    synth(&folder, &["--listings", "1", "--first", "1"]).refuses(&["train_all.json", "--replace"]);
    synth(&folder, &["--listings", "1", "--first", "1", "--replace"]).succeeds();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    peise(["synth", "--out", text(&file), "--listings", "1"]).refuses(&["cannot write", "file"]);
}
