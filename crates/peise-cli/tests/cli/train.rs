//! `train` and `runs`: killed, resumed, on a full disk, with wrong recipes and weights.

use crate::common::{Run, command, peise, text};
use peise_data::split::Split;
use peise_data::synth::{self, DrawnSplit, Preset, SynthSet};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The shipped recipe of joint training, shrunk to milliseconds a step.
const TINY: &[&str] = &[
    "batch=4",
    "validate_every=7",
    "checkpoint_seconds=0",
    "model.preprocess={ steps = [{ resize = { width = 16, height = 16 } }] }",
    "model.blur.when=off",
    "model.image.widths=[4, 4, 8, 8]",
    "model.image.blocks=[1, 1, 1, 1]",
    "model.image.pool=2",
    "model.image.hidden=8",
    "model.image.output=8",
    "model.image_head.hidden=8",
    "model.image_head.output=16",
    "model.image_head.segments=4",
    "model.text.vocabulary=64",
    "model.text.width=8",
    "model.text.layers=1",
    "model.text.heads=2",
    "model.text.feed_forward=8",
    "model.label_head.width=8",
    "model.label_head.hidden=8",
    "model.label_head.output=16",
    "model.matcher.width=16",
    "model.matcher.units=1",
    "model.matcher.edge_hidden=8",
    "model.matcher.node_hidden=16",
];

/// Drawn listings to train on, a vocabulary, and the shipped recipe.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut set = SynthSet::preset(Preset::Plain, 0);
        set.config.photo.size = 24;
        (set.config.structure.labels, set.config.structure.max_photos) = ([2, 3], 4);
        let to = DrawnSplit { dir: folder.path(), split: Split::Train, indices: 0..10, replace: false };
        synth::write(&set, &to, &|_| {}).unwrap();
        fs::write(folder.path().join("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n黑\n白\n红\n绿\n蓝\n").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn recipe() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/staged.toml")
    }

    fn command(&self, out: &str, settings: &[&str]) -> Command {
        let mut command = command();
        command.args(["train", "--recipe", text(&Self::recipe()), "--data", text(self.folder.path())]);
        command.args(["--out", text(&self.path(out))]);
        command.args(["--set", &format!("weights.vocabulary={}", text(&self.path("vocab.txt")))]);
        let stages = ["stages.0.epochs=", "stages.1.epochs=", "stages.0.steps=40", "stages.1.steps=30"];
        for setting in TINY.iter().chain(&stages).chain(settings) {
            command.args(["--set", setting]);
        }
        command
    }

    fn train(&self, out: &str, settings: &[&str]) -> Run {
        Run::of(self.command(out, settings).output().unwrap())
    }

    fn resume(&self, out: &str) -> Command {
        let mut command = self.command(out, &[]);
        command.arg("--resume");
        command
    }

    /// What a finished run leaves that must not depend on how often it was interrupted.
    fn result(&self, out: &str) -> (Vec<Vec<u8>>, Vec<String>) {
        let files = [
            "last/image_encoder.safetensors",
            "last/matcher.safetensors",
            "best/matcher.safetensors",
            "best/config.json",
        ];
        let weights = files.map(|file| fs::read(self.path(out).join(file)).unwrap()).to_vec();
        let lines = fs::read_to_string(self.path(out).join("metrics.jsonl")).unwrap();
        // To the last digit; the speed, which comes last, differs.
        let line = |line: &str| line.split(",\"photos_per_second\"").next().unwrap_or_default().to_owned();
        (weights, lines.lines().map(line).collect())
    }
}

fn quietly(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_run_killed_at_twenty_moments_ends_where_the_uninterrupted_one_does() {
    let bench = Bench::new();
    bench.train("whole", &[]).exits(0);
    let again = bench.train("whole", &[]).exits(2);
    assert!(again.stderr.contains("holds a run already") && again.stderr.contains("--resume"), "{}", again.stderr);
    let expected = bench.result("whole");
    assert_eq!(expected.1.iter().filter(|line| line.contains("\"loss\"")).count(), 70);

    // Moments are drawn from a fixed sequence; what they fall on differs from machine to machine.
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut killed = 0;
    // Long enough to get somewhere each time, short enough not to end before the twentieth kill.
    let mut patience = 60;
    while killed < 20 {
        // A run that was killed before its first checkpoint starts afresh.
        let mut child = quietly(bench.resume("killed"));
        std::thread::sleep(Duration::from_millis(patience / 2 + draw(patience)));
        if child.try_wait().unwrap().is_some_and(|status| status.success()) {
            // It came to its end too soon: begin anew, with less time each.
            fs::remove_dir_all(bench.path("killed")).unwrap();
            (killed, patience) = (0, (patience / 2).max(8));
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    Run::of(bench.resume("killed").output().unwrap()).exits(0);
    let found = bench.result("killed");
    assert!(found.0 == expected.0, "other weights");
    assert_eq!(found.1, expected.1);
}

#[test]
fn a_disk_that_fills_during_a_checkpoint_leaves_the_last_good_one() {
    let bench = Bench::new();
    bench.train("run", &["stages.0.steps=3", "stages.1.steps=0"]).exits(0);
    let largest = fs::metadata(bench.path("run/checkpoint/model.bpk")).unwrap().len();
    // No file may grow beyond half of what a checkpoint needs, as if the disk were full.
    let limited = |command: &Command| {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", largest / 2 / 1024), "bash"]);
        shell.arg(command.get_program()).args(command.get_args());
        shell
    };
    let fresh = bench.command("full", &["stages.0.steps=3", "stages.1.steps=0"]);
    let run = Run::of(limited(&fresh).output().unwrap()).exits(2);
    assert!(run.stderr.contains("cannot write"), "{}", run.stderr);
    assert!(!bench.path("full/checkpoint").exists(), "half a checkpoint took its place");
    // The same with a good one in place: it stays as it is.
    let copy = |from: &str, to: &str| {
        let status = Command::new("cp").args(["-r", text(&bench.path(from)), text(&bench.path(to))]).status().unwrap();
        assert!(status.success());
    };
    let mut child = quietly(bench.command("early", &[]));
    while !bench.path("early/checkpoint/state.json").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    copy("early", "before");
    Run::of(limited(&bench.resume("early")).output().unwrap()).exits(2);
    let folder = |name: &str| {
        let place = bench.path(name).join("checkpoint");
        if place.exists() { place } else { bench.path(name).join("checkpoint.old") }
    };
    let same =
        |file: &str| fs::read(folder("early").join(file)).unwrap() == fs::read(folder("before").join(file)).unwrap();
    assert!(same("model.bpk") && same("state.json"));
    Run::of(bench.resume("early").output().unwrap()).exits(0);
}

#[test]
fn wrong_recipes_and_weights_are_one_line_that_says_where() {
    let bench = Bench::new();
    let wrong = bench.path("wrong.toml");
    let text_of = fs::read_to_string(Bench::recipe()).unwrap();
    fs::write(&wrong, text_of.replacen("seed = 20", "seed = 20\nsede = 21", 1)).unwrap();
    let data = text(bench.folder.path());
    let run = peise(["train", "--recipe", text(&wrong), "--data", data, "--out", text(&bench.path("out"))]).exits(2);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let parts = ["wrong.toml", "line 11, column 1", "unknown field `sede`"];
    assert!(parts.iter().all(|part| run.stderr.contains(part)), "{}", run.stderr);

    let flipped = bench.path("flipped.safetensors");
    fs::write(&flipped, b"\x10\0\0\0\0\0\0\0{\"a\": nonsense  }").unwrap();
    let empty = bench.path("empty.pth");
    fs::write(&empty, b"PK\x03\x04").unwrap();
    let missing = bench.path("none.pth");
    for (setting, parts) in [
        (format!("weights.image_encoder={}", text(&flipped)), ["flipped.safetensors", "safetensors"]),
        (format!("weights.image_encoder={}", text(&empty)), ["empty.pth", ".pth"]),
        (format!("weights.image_encoder={}", text(&missing)), ["none.pth", "cannot read"]),
        ("weights.text_encoder=../outside/../x".to_owned(), ["../outside", "name"]),
        ("stages.0.freeze=[\"text\"]".to_owned(), ["stage joint", "`text`"]),
        ("stages.1.lr=-1".to_owned(), ["lr must be positive", "recipe"]),
    ] {
        let run = bench.train("out", &[&setting]).exits(2);
        let last = run.stderr.lines().last().unwrap_or_default();
        assert!(parts.iter().all(|part| last.contains(part)), "{setting}: {}", run.stderr);
    }
}

#[test]
fn a_label_that_its_listing_does_not_have_costs_its_photo_and_is_named() {
    let bench = Bench::new();
    let path = bench.path("train_all.json");
    let mut all: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let photo = all["plain-0-000000"]["imgs_tags"][0].as_object_mut().unwrap();
    photo.values_mut().for_each(|label| *label = Value::from("不存在"));
    fs::write(&path, serde_json::to_vec(&all).unwrap()).unwrap();
    let run = bench.train("run", &["stages.0.steps=2", "stages.1.steps=0"]).exits(0);
    let told = "plain-0-000000/plain-0-000000_0.jpg: its label \"不存在\" is none of the listing's";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn runs_are_compared() {
    let bench = Bench::new();
    bench.train("a", &["stages.0.steps=4", "stages.1.steps=0"]).exits(0);
    bench.train("b", &["stages.0.steps=2", "stages.1.steps=3", "seed=21"]).exits(0);
    let page = bench.path("runs.html");
    let (a, b) = (bench.path("a"), bench.path("b"));
    let run = peise(["runs", text(&a), text(&b), "--report", text(&page), "--language", "zh"]).succeeds();
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows.len(), rows[1][1], rows[2][1]), (3, "4", "5"));
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let html = fs::read_to_string(page).unwrap();
    assert!(html.contains("<svg") && html.contains(text(&a)) && html.contains("lang=\"zh"));
    peise(["runs", text(&bench.path("nowhere"))]).refuses(&["nowhere", "peise train --out"]);
}
