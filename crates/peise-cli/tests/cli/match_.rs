//! `peise match`.

use crate::common::{Drawn, drawn, peise, photo, text};
use peise::Answer;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A drawn listing as a folder of photos, in an order that only natural sorting gets right.
fn folder() -> (TempDir, Vec<String>, Vec<PathBuf>) {
    let Drawn { labels, photos } = drawn(3);
    let folder = tempfile::tempdir().unwrap();
    let write = |(k, (bytes, _)): (usize, &(Vec<u8>, usize))| {
        let path = folder.path().join(format!("p_{}.jpg", 8 + k));
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = photos.iter().enumerate().map(write).collect();
    assert!(paths.len() >= 3, "enough to reach p_10");
    (folder, labels, paths)
}

fn by_file(prediction: &Answer) -> BTreeMap<String, (Option<String>, Option<f32>)> {
    let name = |file: &str| file.rsplit('/').next().unwrap().to_owned();
    prediction.images.iter().map(|image| (name(&image.file), (image.label.clone(), image.probability))).collect()
}

#[test]
fn photos_labels_and_folders_say_the_same() {
    let (folder, labels, paths) = folder();
    let flags = |labels: &[String]| labels.iter().flat_map(|label| ["--label".to_owned(), label.clone()]).collect();
    let loose = |paths: &[PathBuf], labels: &[String]| {
        let mut args = vec!["match".to_owned(), "--json".to_owned()];
        args.extend(paths.iter().map(|path| text(path).to_owned()));
        args.extend::<Vec<String>>(flags(labels));
        peise(&args).succeeds().prediction()
    };
    let first = loose(&paths, &labels);
    assert_eq!(first.images.len(), paths.len());
    assert!(first.joint_probability.is_some_and(|joint| (0.0..=1.0).contains(&joint)));

    let backwards = |items: &[PathBuf]| items.iter().rev().cloned().collect::<Vec<_>>();
    let turned: Vec<String> = labels.iter().rev().cloned().collect();
    assert_eq!(by_file(&first), by_file(&loose(&backwards(&paths), &turned)), "order does not count");

    fs::write(folder.path().join("labels.txt"), format!("\u{FEFF}\n  {}  \r\n\n", labels.join("\r\n"))).unwrap();
    let listed = peise(["match", "--json", text(folder.path())]).succeeds().prediction();
    assert_eq!(listed.labels, labels);
    let files: Vec<&str> = listed.images.iter().map(|image| image.file.as_str()).collect();
    let natural: Vec<String> = (8..8 + paths.len()).map(|k| format!("p_{k}.jpg")).collect();
    assert_eq!(files, natural, "8 before 10");
    assert_eq!(by_file(&first), by_file(&listed));

    // profile.json goes before labels.txt, and says which photos count.
    let profile =
        serde_json::json!({"optional_tags": labels, "imgs_tags": [{"p_9.jpg": null}, {"p_8.jpg": labels[0]}]});
    fs::write(folder.path().join("profile.json"), profile.to_string()).unwrap();
    let profiled = peise(["match", "--json", text(folder.path())]).exits(0);
    let told: Vec<&str> = profiled.stderr.lines().collect();
    assert_eq!(told.len(), paths.len() - 2, "each photo that is left out is named: {told:?}");
    assert!(told.iter().all(|line| line.ends_with("profile.json does not name it; left out")), "{told:?}");
    let profiled = profiled.prediction();
    let files: Vec<&str> = profiled.images.iter().map(|image| image.file.as_str()).collect();
    assert_eq!(files, ["p_9.jpg", "p_8.jpg"]);
    assert_eq!(profiled.id, folder.path().file_name().unwrap().to_str().unwrap());
}

#[test]
fn the_table_says_what_json_says() {
    let (folder, labels, _) = folder();
    fs::write(folder.path().join("labels.txt"), labels.join("\n")).unwrap();
    let json = peise(["match", text(folder.path()), "--none", "forbid", "--json"]).succeeds().prediction();
    let table = peise(["match", text(folder.path()), "--none", "forbid"]).succeeds().stdout;
    let mut lines = table.lines();
    for image in &json.images {
        let row: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let probability = format!("{:.4}", image.probability.unwrap());
        assert_eq!(row, [probability.as_str(), image.label.as_deref().unwrap(), &image.file]);
    }
    let joint = format!("{:.4}\t(all of them together)", json.joint_probability.unwrap());
    assert_eq!(lines.collect::<Vec<_>>(), [joint]);
}

#[test]
fn answers_below_the_least_confidence_are_withheld() {
    let (folder, labels, _) = folder();
    fs::write(folder.path().join("labels.txt"), labels.join("\n")).unwrap();
    let all = peise(["match", text(folder.path()), "--none", "forbid", "--json"]).succeeds().prediction();
    let probabilities: Vec<f32> = all.images.iter().filter_map(|image| image.probability).collect();
    let (low, high) = probabilities.iter().fold((1f32, 0f32), |(low, high), &p| (low.min(p), high.max(p)));
    assert!(low < high, "photos differ in how sure they are");
    let least = format!("{}", f64::from(low + high) / 2.0);
    let args = ["match", text(folder.path()), "--none", "forbid", "--min-confidence", &least];
    let some = peise(args.iter().chain(&["--json"])).succeeds().prediction();
    for (before, after) in all.images.iter().zip(&some.images) {
        assert_eq!((before.index, before.probability), (after.index, after.probability), "the guess stays");
        assert_eq!(after.label.is_some(), after.probability >= Some((low + high) / 2.0));
    }
    let table = peise(args).succeeds().stdout;
    let withheld = some.images.iter().filter(|image| image.label.is_none()).count();
    assert!(withheld > 0);
    assert_eq!(table.matches("\t(unsure)\t").count(), withheld);
    let none = peise(["match", text(folder.path()), "--json", "--min-confidence", "1.5"]).succeeds().prediction();
    assert!(none.images.iter().all(|image| image.label.is_none() && image.probability.is_some()), "above 1 no answer");
    for wrong in ["-1", "NaN"] {
        peise(["match", text(folder.path()), &format!("--min-confidence={wrong}")])
            .refuses(&["--min-confidence", "expected a probability from 0 to 1"]);
    }
}

#[test]
fn the_report_is_one_page_that_needs_nothing_else() {
    let (folder, mut labels, paths) = folder();
    labels[0] = "<script>黑&色</script>".to_owned();
    fs::write(folder.path().join("labels.txt"), labels.join("\n")).unwrap();
    fs::write(folder.path().join("z.jpg"), "no picture").unwrap();
    let out = tempfile::tempdir().unwrap();
    let page = out.path().join("page.html");
    let run = peise(["match", text(folder.path()), "--report", text(&page), "--language", "zh"]).exits(1);
    assert!(run.stdout.contains("(unreadable)"), "the table is printed as ever");
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"));
    assert!(html.contains("lang=\"zh-CN\""));
    assert_eq!(html.matches("data:image/jpeg;base64,").count(), paths.len(), "a thumbnail for each readable photo");
    assert!(html.contains("z.jpg"), "the photo that failed is named");
    for outside in ["http://", "https://", "<script", "src=\"//", "@import"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("黑&amp;色"), "labels are escaped");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1, "nothing beside the page");

    let nowhere = out.path().join("none/page.html");
    let run = peise(["match", text(folder.path()), "--report", text(&nowhere)]).exits(2);
    assert!(run.stderr.lines().last().unwrap().contains("none/page.html: cannot create the file: No such file"));
}

#[test]
fn wrong_use_is_one_line_that_says_how_to_mend_it() {
    let (folder, _, paths) = folder();
    let (dir, photo) = (text(folder.path()), text(&paths[0]));
    let label = ["--label", "黑色"];
    peise(["match", photo]).refuses(&["no label given: add --label TEXT"]);
    peise(["match", "/nowhere/listing"]).refuses(&["/nowhere/listing: no such folder or photo"]);
    peise(["match", dir]).refuses(&["found no labels", "labels.txt with one label per line"]);
    peise(["match", dir].iter().chain(&label)).refuses(&["--label does not go with the folder", "labels.txt"]);
    let with = |more: [&'static str; 2]| peise(["match", photo].iter().chain(&label).chain(&more));
    with(["--model", "best"]).refuses(&["--model best: neither a known model nor a folder", "`peise models`"]);
    with(["--model", "random"]).refuses(&["--model random: a baseline"]);
    with(["--device", "tpu"]).refuses(&["--device tpu: expected cpu, vulkan or cuda"]);
    if cfg!(not(feature = "vulkan")) {
        with(["--device", "vulkan"]).refuses(&["this build has no vulkan", "--features vulkan"]);
    }
    // The parser's own errors are longer, and end with exit code 2 as well.
    for (option, value, told) in [
        ("--rule", "best", "unknown rule \"best\", expected auto, cover, one-to-one, at-most:K"),
        ("--rule", "at-most:0", "at-most:K with K > 0"),
        ("--objective", "photo", "expected listing or image"),
        ("--none", "maybe", "expected allow or forbid"),
        ("--language", "de", "expected en or zh"),
    ] {
        let run = with([option, value]).exits(2);
        assert_eq!(run.stdout, "");
        let line = run.stderr.lines().next().unwrap();
        assert!(line.contains(option) && line.contains(told), "{line}");
    }
    let run = peise(["match"]).exits(2);
    assert!(run.stderr.contains("IMAGE|LISTING_DIR"), "{}", run.stderr);
}

#[test]
fn a_listing_folder_that_cannot_be_read_is_refused() {
    let cases: [(&str, &[u8], &[&str]); 7] = [
        (
            "labels.txt",
            b"\xE9\xBB\x91\xE8\x89\xB2\n\xFF",
            &["labels.txt:2: byte 7 is not UTF-8", "write it again as UTF-8"],
        ),
        ("labels.txt", b"", &["labels.txt: the file is empty; expected one label per line"]),
        ("labels.txt", b" \n\t\n", &["labels.txt: the file is empty; expected one label per line"]),
        ("profile.json", b"{\n\"optional_tags\": oops", &["profile.json:2:18: not valid JSON"]),
        ("profile.json", b"{}", &["profile.json", "expected the key \"optional_tags\", found none"]),
        (
            "profile.json",
            br#"{"optional_tags": [], "imgs_tags": [{"a.jpg": null}]}"#,
            &["profile.json: found no labels in optional_tags; expected at least one"],
        ),
        (
            "profile.json",
            br#"{"optional_tags": ["a"], "imgs_tags": []}"#,
            &["profile.json: found no photos in imgs_tags; expected at least one"],
        ),
    ];
    for (name, bytes, parts) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jpg"), photo()).unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        peise(["match", text(folder.path())]).refuses(parts);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("labels.txt"), "黑色").unwrap();
    peise(["match", text(folder.path())]).refuses(&["found no photos; expected photos (JPEG, PNG, WebP, ...)"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_photo_whose_name_is_not_utf8_is_named_not_dropped() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("labels.txt"), "黑色").unwrap();
    fs::write(folder.path().join("a.jpg"), photo()).unwrap();
    // 黑 in GB18030, as an archive packed on Windows leaves it.
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xBA\xDA.jpg")), photo()).unwrap();
    let run = peise(["match", text(folder.path()), "--json", "--none", "forbid"]).exits(1);
    assert!(run.stderr.contains("its name is not UTF-8; rename it") && run.stderr.lines().count() == 1);
    let prediction = run.prediction();
    assert_eq!(prediction.images[0].label.as_deref(), Some("黑色"));
    assert!(prediction.images[1].error.is_some());
}

#[test]
fn a_model_folder_is_loaded_or_named() {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../peise/assets/compact");
    let (folder, labels, _) = folder();
    fs::write(folder.path().join("labels.txt"), labels.join("\n")).unwrap();
    let with = |model: &str| peise(["match", text(folder.path()), "--json", "--model", model]);
    let embedded = with("compact").succeeds();
    assert_eq!(embedded.stdout, with(assets).succeeds().stdout, "the folder that is embedded");

    let model = tempfile::tempdir().unwrap();
    let (config, weights) = (model.path().join("config.json"), model.path().join("model.safetensors"));
    let path = text(model.path());
    with(path).refuses(&["config.json", "a model folder holds config.json and its weights"]);
    fs::copy(format!("{assets}/config.json"), &config).unwrap();
    with(path).refuses(&["cannot read", "model.safetensors"]);
    fs::write(&weights, &fs::read(format!("{assets}/model.safetensors")).unwrap()[..100_000]).unwrap();
    with(path).refuses(&["cannot use", "model.safetensors"]);
    fs::write(&config, "{\n\"preprocess\": 1}").unwrap();
    with(path).refuses(&["config.json is no model configuration", "at line 2 column"]);
}

#[test]
fn an_engine_that_is_not_there_is_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let (photo, none) = (folder.path().join("a.jpg"), folder.path().join("none.so"));
    fs::write(&photo, crate::common::photo()).unwrap();
    let matched = |engine: &str| {
        let mut command = crate::common::command();
        command.args(["match", text(&photo), "--label", "黑色", "--label", "白色", "--engine", engine]);
        crate::common::Run::of(command.env("ORT_DYLIB_PATH", &none).output().unwrap())
    };
    matched("flex").succeeds();
    matched("onnxruntime").refuses(&[text(&none), "omit --engine to use flex"]);
    matched("abacus").exits(2);
}

#[test]
fn every_file_of_a_folder_is_matched_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let photos = ["a.JPG", "b.jfif", "c.jpg?v=2", "d", "e.png"];
    for name in photos {
        fs::write(folder.path().join(name), photo()).unwrap();
    }
    let bookkeeping = ["labels.txt", ".DS_Store", "Thumbs.db", "readme.md", "prices.csv"];
    for name in bookkeeping {
        fs::write(folder.path().join(name), "黑色，白色").unwrap();
    }
    fs::write(folder.path().join("f.avif"), b"\0\0\0\x18ftypavif").unwrap();
    fs::write(folder.path().join("g.docx"), b"PK\x03\x04").unwrap();
    let run = peise(["match", text(folder.path()), "--json", "--none", "forbid"]).exits(1);
    let answer = run.prediction();
    let files: Vec<&str> = answer.images.iter().map(|image| image.file.as_str()).collect();
    assert_eq!(files, [&photos[..], &["f.avif"]].concat());
    assert!(answer.images[..5].iter().all(|image| image.label.is_some()), "{answer:?}");
    assert_eq!(answer.labels, ["黑色", "白色"], "one line is a list");
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(run.stderr.contains("g.docx: is no picture; left out") && run.stderr.contains("f.avif: is an AVIF image"));
    assert!(!bookkeeping.iter().any(|name| run.stderr.contains(name) || run.stdout.contains(name)));
    assert!(answer.notes.iter().any(|note| note.text == "no pictures, left out: g.docx"), "{:?}", answer.notes);
}

#[test]
fn labels_that_look_joined_stay_one_and_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    fs::write(&path, photo()).unwrap();
    let run = peise(["match", text(&path), "--label", "黑色,白色", "--bom"]).succeeds();
    assert!(
        run.stdout.starts_with('\u{FEFF}') && run.stdout.contains("# \"黑色,白色\" looks like several labels in one")
    );
}
