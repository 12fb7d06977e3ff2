//! Data files that cannot be read, or not in part.

use crate::common::{Data, Run, peise, photo, text};
use serde_json::json;
use std::fs;

const GOOD: &str = r#"{"optional_tags": ["黑色"], "imgs_tags": [{"a.jpg": null}]}"#;

/// A data set of one photo, and `test_all.json` as given.
fn predict(merged: &[u8]) -> (Data, Run) {
    let mut data = Data::new();
    data.add("1", &["黑色"], &[("a.jpg", Some(photo()))]);
    fs::write(data.path("test_all.json"), merged).unwrap();
    let run = data.run(&[]);
    (data, run)
}

#[test]
fn a_broken_merged_file_is_refused_with_its_place() {
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("broken", b"{\n \"1\": {\"optional_tags\": [}\n}".to_vec(), &["test_all.json:2:26: not valid JSON"]),
        ("cut off", br#"{"1": {"optional_tags": ["a"#.to_vec(), &["test_all.json:1:27: the JSON ends in the middle"]),
        ("a list", b"[1]".to_vec(), &["test_all.json:1:", "expected an object of listings"]),
        ("more behind", format!("{{\"1\": {GOOD}}} x").into_bytes(), &["test_all.json:1:", "not valid JSON"]),
        ("empty", Vec::new(), &["test_all.json: the file is empty; expected an object of listings"]),
        ("only a mark", b"\xEF\xBB\xBF".to_vec(), &["test_all.json: the file is empty"]),
        (
            "damaged",
            b"{\"1\":\n{\"optional_tags\": [\"\xE9\xBB\x91\xE8\x89\xB2\", \"\xFF\"]}}".to_vec(),
            &["test_all.json:2: byte 36 is not UTF-8", "write it again as UTF-8"],
        ),
    ];
    for (what, bytes, parts) in cases {
        println!("{what}");
        let (data, run) = predict(&bytes);
        run.refuses(parts);
        assert!(!data.path("out.json").exists(), "{what}: no output where nothing could be read");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let (data, run) = predict(format!("\u{FEFF}{{\"1\": {GOOD}}}").as_bytes());
    run.succeeds();
    let expected = format!("{{\"1\": {}}}", GOOD.replace("null", "\"黑色\""));
    assert_eq!(fs::read_to_string(data.path("out.json")).unwrap(), expected, "written without the mark");
}

#[test]
fn text_of_windows_is_read_and_noted() {
    let utf16: Vec<u8> = format!("\u{FEFF}{{\"1\": {GOOD}}}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    // 黑色 in GB18030.
    let gb18030 = b"{\"1\": {\"optional_tags\": [\"\xBA\xDA\xC9\xAB\"], \"imgs_tags\": [{\"a.jpg\": null}]}}".to_vec();
    let expected = format!("{{\"1\": {}}}", GOOD.replace("null", "\"黑色\""));
    for (bytes, guessed) in [(utf16, false), (gb18030, true)] {
        let (data, run) = predict(&bytes);
        run.succeeds();
        assert_eq!(fs::read_to_string(data.path("out.json")).unwrap(), expected, "written as UTF-8");
        data.run(&["--format", "jsonl"]).succeeds();
        let answers = fs::read_to_string(data.path("out.json")).unwrap();
        assert_eq!(answers.contains("encoding-guessed"), guessed, "{answers}");
    }
}

#[test]
fn a_broken_listing_keeps_its_place_and_costs_no_other() {
    let mut data = Data::new();
    data.add_drawn("first", 1);
    data.add_profile("text", json!("oops"));
    data.add_profile("one-label-as-text", json!({"optional_tags": "黑色", "imgs_tags": [{"a.jpg": "黑色"}]}));
    data.add_profile("no-key", json!({"imgs_tags": []}));
    data.add_profile("../outside", json!({"optional_tags": ["黑色"], "imgs_tags": [{"a.jpg": null}]}));
    data.add_drawn("last", 2);
    let predicted = data.predict(&[]);
    assert_eq!(predicted.run.code, Some(1));
    let expected = [
        r#"peise: listing "text": profile: expected an object of optional_tags and imgs_tags, found the text "oops""#,
        r#"peise: listing "one-label-as-text": optional_tags: expected a list, found the text "黑色""#,
        r#"peise: listing "no-key": expected the key "optional_tags", found none"#,
        r#"peise: listing "../outside": id: expected a plain name, found "../outside", which holds a path separator"#,
    ];
    assert_eq!(predicted.run.stderr.lines().collect::<Vec<_>>(), expected);
    let ids: Vec<&String> = predicted.out.as_object().unwrap().keys().collect();
    assert_eq!(ids, ["first", "text", "one-label-as-text", "no-key", "../outside", "last"], "in the input's order");
    let written: Vec<&str> = predicted.scores.iter().map(|prediction| prediction.id.as_str()).collect();
    assert_eq!(written, ["first", "text", "one-label-as-text", "no-key", "../outside", "last"]);
    assert_eq!(predicted.out["text"], json!("oops"));
    assert_eq!(predicted.out["one-label-as-text"]["imgs_tags"], json!([{"a.jpg": null}]), "nobody answered it");
    predicted.is_answered("first");
    predicted.is_answered("last");
}

#[test]
fn an_id_that_occurs_twice_is_used_once() {
    let (data, run) = predict(format!("{{\"1\": {GOOD}, \"1\": {GOOD}}}").as_bytes());
    let run = run.exits(1);
    assert!(run.stderr.contains(r#"listing "1": the id occurs twice"#) && run.stderr.lines().count() == 1);
    assert_eq!(fs::read_to_string(data.path("out.json")).unwrap().matches("optional_tags").count(), 1);
}

#[test]
fn names_do_not_lead_out_of_the_data_set() {
    let mut data = Data::new();
    // The photos exist: only the check on the name keeps them from being read.
    fs::write(data.path("secret.jpg"), photo()).unwrap();
    let secret = data.path("secret.jpg");
    let names = ["../../secret.jpg", text(&secret), "..", ""].map(str::to_owned);
    let mut images: Vec<_> = names.iter().map(|name| json!({ name.as_str(): null })).collect();
    images.push(json!({"a.jpg": null}));
    let folder = data.add("1", &["黑色"], &[("a.jpg", Some(photo()))]);
    data.add_profile("1", json!({"optional_tags": ["黑色"], "imgs_tags": images}));
    let predicted = data.predict(&[]);
    assert_eq!(predicted.run.code, Some(1));
    assert_eq!(predicted.run.stderr.lines().count(), names.len(), "{}", predicted.run.stderr);
    for line in predicted.run.stderr.lines() {
        assert!(line.starts_with("peise: 1: file: expected a plain name, found "), "{line}");
    }
    for (file, label) in predicted.answers("1") {
        assert_eq!(label.is_some(), file == "a.jpg", "{file:?}");
    }

    let profile = json!({"optional_tags": ["黑色"], "imgs_tags": [{"../../secret.jpg": null}, {"a.jpg": null}]});
    fs::write(folder.join("profile.json"), profile.to_string()).unwrap();
    let run = peise(["match", text(&folder), "--none", "forbid"]).exits(1);
    assert!(run.stderr.contains("\"../../secret.jpg\", which holds a path separator"), "{}", run.stderr);
    assert!(run.stdout.contains("\t(unreadable)\t../../secret.jpg\n") && run.stdout.contains("\t黑色\ta.jpg\n"));
    data.run(&["--split", "../test"]).refuses(&["split: expected a plain name", "../test"]);
}

#[test]
fn control_characters_in_names_reach_no_terminal() {
    let mut data = Data::new();
    data.add_profile("a\nb\u{1b}[2J", json!({"optional_tags": ["黑色"], "imgs_tags": [{"x\n\u{7}.jpg": null}]}));
    let predicted = data.predict(&[]);
    assert_eq!(predicted.run.code, Some(1));
    assert_eq!(predicted.run.stderr.lines().count(), 1);
    assert!(predicted.run.stderr.trim_end().chars().all(|character| !character.is_control()), "{:?}", predicted.run);
    assert_eq!(predicted.answers("a\nb\u{1b}[2J"), [("x\n\u{7}.jpg".to_owned(), None)], "data stays as it was");
}

#[test]
fn a_data_set_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("nowhere"), folder.path().join("out.json"));
    peise(["predict", "--data", text(&data), "--out", text(&out)])
        .refuses(&["nowhere: found no listings", "expected test_all.json or test/<id>/profile.json"]);
    peise(["predict", "--data", text(folder.path()), "--split", "validation", "--out", text(&out)])
        .refuses(&["expected validation_all.json or validation/<id>/profile.json"]);
}

#[test]
fn without_a_merged_file_the_profiles_are_read() {
    let mut data = Data::new();
    for id in ["b", "a", "broken"] {
        let folder = data.add(id, &["黑色"], &[("a.jpg", Some(photo()))]);
        fs::write(folder.join("profile.json"), if id == "broken" { "{" } else { GOOD }).unwrap();
    }
    let run = data.run(&[]).exits(1);
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(
        run.stderr.contains("listing \"broken\"")
            && run.stderr.contains("profile.json:1:1: the JSON ends in the middle")
    );
    let good = GOOD.replace("null", "\"黑色\"");
    let expected =
        format!("{{\"a\": {good}, \"b\": {good}, \"broken\": {{\"optional_tags\": [], \"imgs_tags\": []}}}}");
    assert_eq!(fs::read_to_string(data.path("out.json")).unwrap(), expected, "by id");
}
