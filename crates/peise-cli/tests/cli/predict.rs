//! `peise predict`.

#[cfg(target_os = "linux")]
use crate::common::Run;
use crate::common::{Data, Drawn, command, drawn, peise, photo, text};
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
        "trap '' XFSZ; ulimit -f 40; exec {} predict --data {} --out {}",
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

/// Kills fall on moments from a fixed sequence; what they interrupt differs from machine to machine.
#[cfg(unix)]
#[test]
fn a_run_killed_at_random_moments_ends_with_the_bytes_of_an_uninterrupted_one() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;
    let mut data = Data::new();
    // A few drawn listings under many names: the run is long, drawing is not.
    let kinds: Vec<Drawn> = (0..8).map(drawn).collect();
    for index in 0..320 {
        let Drawn { labels, photos } = &kinds[index % kinds.len()];
        let names: Vec<String> = (0..photos.len()).map(|k| format!("{index}_{k}.jpg")).collect();
        let photos: Vec<_> =
            names.iter().zip(photos).map(|(name, (bytes, _))| (name.as_str(), Some(bytes.clone()))).collect();
        data.add(&index.to_string(), labels, &photos);
    }
    data.add("broken", &[] as &[&str], &[("no.jpg", None)]);
    data.add_profile("text", serde_json::json!("oops"));
    data.write();
    let command = |name: &str| {
        let mut command = command();
        let (out, scores) = (data.path(&format!("{name}.json")), data.path(&format!("{name}.jsonl")));
        command.args(["predict", "--data", data.root(), "--out", text(&out), "--scores", text(&scores)]);
        command
    };
    let files = |name: &str| ["json", "jsonl"].map(|ending| fs::read(data.path(&format!("{name}.{ending}"))).unwrap());
    let start = std::time::Instant::now();
    crate::common::Run::of(command("whole").output().unwrap()).exits(1);
    let whole = start.elapsed().as_millis() as u64;

    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below.max(1)
    };
    let (mut killed, mut continued, mut interrupted, mut patience) = (0, 0, 0, whole);
    while killed < 12 {
        let mut child = command("killed").arg("--resume").stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(draw(patience)));
        if killed % 2 == 0 {
            child.kill().unwrap();
        } else {
            Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        match (output.status.code(), output.status.signal()) {
            (Some(130), _) => {
                interrupted += 1;
                let resumable = told.contains("listings are done; the same command with --resume continues");
                assert!(resumable || told.contains("interrupted before the first listing"), "{told}");
            }
            // Before it watches for Ctrl-C.
            (None, Some(9 | 2)) => {}
            // It came to its end too soon: begin anew, with less time each.
            (Some(1), _) => {
                assert!(files("killed") == files("whole"));
                patience = patience / 2 + 1;
                continue;
            }
            other => panic!("{other:?}: {told}"),
        }
        killed += 1;
        continued += usize::from(data.path("killed.json.partial.jsonl").exists());
        let names = fs::read_dir(data.root()).unwrap().map(|found| found.unwrap().file_name().into_string().unwrap());
        assert!(!names.into_iter().any(|name| name.ends_with(".part")), "no half-written outputs");
    }
    assert!(continued > 0 && interrupted > 0, "{continued} with a journal, {interrupted} stopped in order");
    crate::common::Run::of(command("killed").arg("--resume").output().unwrap()).exits(1);
    assert!(files("killed") == files("whole"), "other bytes than the uninterrupted run");
    assert!(!data.path("killed.json.partial.jsonl").exists());
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

/// The same listings in every format that is read.
fn in_all_formats() -> (Data, Vec<(&'static str, std::path::PathBuf)>) {
    let data = drawn_set();
    data.write();
    let listings: Vec<_> = read_merged(&data.path("test_all.json")).unwrap().into_iter().map(Result::unwrap).collect();
    let (mut lines, mut table) = (String::new(), "id,photo,label\n".to_owned());
    let folders = data.path("folders");
    for listing in &listings {
        let files: Vec<String> = listing.images.iter().map(|image| format!("{}/{}", listing.id, image.file)).collect();
        lines += &serde_json::json!({"id": listing.id, "labels": listing.labels, "images": files}).to_string();
        lines.push('\n');
        for file in &files {
            table += &format!("{},{file},{}\n", listing.id, listing.labels.join("|"));
        }
        let folder = folders.join(&listing.id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("labels.txt"), listing.labels.join("\n")).unwrap();
        for image in &listing.images {
            fs::copy(data.path("test").join(&listing.id).join(&image.file), folder.join(&image.file)).unwrap();
        }
    }
    let paths = [("jsonl", data.path("lines.jsonl")), ("csv", data.path("table.csv"))];
    fs::write(&paths[0].1, lines).unwrap();
    fs::write(&paths[1].1, table).unwrap();
    let merged = ("course", data.path("test_all.json"));
    (data, [&paths[..], &[("folder", folders), merged]].concat())
}

#[test]
fn every_format_that_is_read_has_the_same_answers() {
    let (data, paths) = in_all_formats();
    let out = data.path("answers.jsonl");
    let photos = data.path("test");
    let answers = |format: &str, path: &std::path::Path, more: &[&str]| {
        let photos = ["--photos", text(&photos)];
        let photos = if format == "folder" { &[][..] } else { &photos };
        let fixed = ["predict", "--data", text(path), "--out", text(&out), "--rule", "cover", "--none", "forbid"];
        peise(fixed.iter().chain(photos).chain(more)).succeeds();
        let mut answers: Vec<_> = AnswerReader::open(&out).unwrap().map(Result::unwrap).collect();
        answers.sort_by(|a, b| a.id.cmp(&b.id));
        for image in answers.iter_mut().flat_map(|answer| &mut answer.images) {
            image.file = image.file.rsplit('/').next().unwrap().to_owned();
        }
        answers
    };
    let expected = answers("course", &paths[3].1, &[]);
    assert!(expected.len() == 5 && expected.iter().all(|answer| answer.is_complete()));
    for (format, path) in &paths {
        println!("{format}");
        assert!(answers(format, path, &[]) == expected, "recognised");
        assert!(answers(format, path, &["--from", format]) == expected, "named");
        let photos = ["--photos", text(&photos)];
        let run = peise(["predict", "--data", text(path), "--dry-run"].iter().chain(&photos)).succeeds();
        for line in [format!("format\t{format}"), "listings\t5".into(), "photos missing\t0".into()] {
            assert!(run.stdout.lines().any(|found| found == line), "{line} in {}", run.stdout);
        }
    }
}

#[test]
fn a_dry_run_names_what_is_missing_and_writes_nothing() {
    let mut data = drawn_set();
    data.add("bad", &["黑色"], &[("missing.jpg", None)]);
    data.add_profile("text", serde_json::json!("oops"));
    data.write();
    let run = data.run(&["--dry-run"]).exits(1);
    assert!(run.stdout.contains("photos missing\t1\nlistings that cannot be used\t1\n"), "{}", run.stdout);
    assert!(run.stderr.contains("missing.jpg: no such file") && run.stderr.contains("listing \"text\""));
    assert!(!data.path("out.json").exists());
}

#[test]
fn the_format_of_the_output_follows_its_name() {
    let data = drawn_set();
    data.write();
    for (name, more, start) in [
        ("a.csv", &[][..], "id,file,label"),
        ("b.csv", &["--bom"], "\u{FEFF}id,file,label"),
        ("c.jsonl", &[], "{\"id\":"),
        ("d.json", &[], "{\"30\": {"),
        ("e", &[], "{\"30\": {"),
        ("f.csv", &["--format", "jsonl"], "{\"id\":"),
    ] {
        let out = data.path(name);
        peise(["predict", "--data", data.root(), "--out", text(&out)].iter().chain(more)).succeeds();
        let written = fs::read_to_string(&out).unwrap();
        assert!(written.starts_with(start), "{name}: {}", &written[..60]);
    }
}

#[test]
fn lines_and_tables_that_are_broken_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jpg"), photo()).unwrap();
    let (lines, table) = (folder.path().join("in.jsonl"), folder.path().join("in.csv"));
    let out = folder.path().join("out.csv");
    let predict = |data: &std::path::Path| peise(["predict", "--data", text(data), "--out", text(&out)]);
    let good = r#"{"id": 7, "labels": ["黑色", "白色"], "images": ["a.jpg"]}"#;
    let unknown = r#"{"labels": ["黑色"], "imags": []}"#;
    let outside = r#"{"labels": ["黑色"], "images": ["../a.jpg", "/etc/passwd", {"url": "https://x/b.jpg"}, {}]}"#;
    fs::write(&lines, format!("{good}\n{unknown}\n\n{{\n{outside}\n{good}\n")).unwrap();
    let run = predict(&lines).exits(1);
    let told: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(told.len(), 7, "{told:#?}");
    assert!(told[0].contains("in.jsonl:2:") && told[0].contains("unknown field `imags`"), "{}", told[0]);
    assert!(told[1].contains("in.jsonl:4:"), "{}", told[1]);
    assert!(told[2].contains("which leads out of its folder") && told[3].contains("which is empty"), "{told:#?}");
    assert!(told[4].contains("https://x/b.jpg: photos are not fetched") && told[5].contains("neither file nor base64"));
    assert!(told[6].contains("listing \"7\": the id occurs twice"), "{}", told[6]);
    let rows = fs::read_to_string(&out).unwrap();
    let ids: Vec<&str> = rows.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(ids, ["7", "line 2", "line 4", "5", "5", "5", "5", "7"], "every listing keeps its place: {rows}");

    fs::write(&table, "nr;Bild;Farbe\r7;a.jpg;黑色\r7;;白色\r8;a.jpg;\r7;a.jpg;\r").unwrap();
    predict(&table).refuses(&["in.csv: found no column \"id\", but nr, Bild, Farbe; name the column with --id"]);
    let names = ["--id", "nr", "--photo", "Bild", "--label", "Farbe"];
    let run = peise(["predict", "--data", text(&table), "--out", text(&out)].iter().chain(&names)).exits(1);
    assert!(
        run.stderr.contains("8: the listing has no label") && run.stderr.contains("listing \"7\": the id occurs twice")
    );
}
