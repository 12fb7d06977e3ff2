//! A run that was interrupted ends where the uninterrupted one does, and what cannot be resumed says why.

mod common;

use common::{Bench, Case, turn};
use peise_train::recipe::Recipe;
use peise_train::trainer::StepLog;
use std::fs;
use std::path::Path;

const FILES: [&str; 2] = ["last/image_encoder.safetensors", "last/matcher.safetensors"];

fn weights(out: &Path) -> Vec<Vec<u8>> {
    FILES.iter().map(|file| fs::read(out.join(file)).expect("written")).collect()
}

fn curve(steps: &[StepLog]) -> Vec<(u64, f64, f64, Option<f64>)> {
    steps.iter().map(|line| (line.step, line.lr, line.loss, line.accuracy)).collect()
}

#[test]
fn a_resumed_run_ends_where_the_uninterrupted_one_does() {
    let _turn = turn();
    let bench = Bench::new();
    for (name, settings) in [
        ("joint", vec!["stages.0.steps=8", "optimiser.average=0.9", "validate_every=3"]),
        ("staged", vec!["stages.0.steps=5", "stages.1.steps=3", "stages.1.start=best", "validate_every=2"]),
        ("supcon", vec!["stages.0.steps=4", "stages.1.steps=4", "accumulate=2", "batch=4", "validate_every=2"]),
    ] {
        let recipe = bench.recipe(name, &settings);
        let whole = tempfile::tempdir().expect("a folder");
        let (expected, _) = bench.run_as(&recipe, Case::validated(whole.path())).expect("it trains");
        assert_eq!(expected.len(), 8);
        for stop in [1, 4, 5, 7] {
            let parts = tempfile::tempdir().expect("a folder");
            let run = |resume, stop_after| {
                let case = Case { resume, stop_after, ..Case::validated(parts.path()) };
                bench.run_as(&recipe, case).expect("it trains").0
            };
            let mut found = run(false, Some(stop));
            assert_eq!(found.len() as u64, stop);
            found.extend(run(true, None));
            assert_eq!(curve(&found), curve(&expected), "{name} stopped after {stop}");
            assert!(weights(parts.path()) == weights(whole.path()), "{name} stopped after {stop}: other weights");
            let lines = |out: &Path| fs::read_to_string(out.join("metrics.jsonl")).expect("written").lines().count();
            assert_eq!(lines(parts.path()), lines(whole.path()), "{name}: lines of metrics.jsonl");
        }
    }
}

#[test]
fn what_cannot_be_resumed_says_why() {
    let _turn = turn();
    let bench = Bench::new();
    let recipe = bench.recipe("joint", &["stages.0.steps=6", "checkpoint_seconds=0"]);
    let case = |out| Case { validated: false, ..Case::validated(out) };
    let resume = |out, recipe: &Recipe| bench.run_as(recipe, Case { resume: true, ..case(out) });
    let nowhere = tempfile::tempdir().expect("a folder");
    let (afresh, _) = resume(nowhere.path(), &recipe).expect("nothing to resume: it starts");
    assert_eq!(afresh.len(), 6);

    let out = bench.out.path();
    bench.run_as(&recipe, Case { stop_after: Some(4), ..case(out) }).expect("it stops");
    let again = bench.run_as(&recipe, case(out)).expect_err("a run is there").to_string();
    assert!(again.contains("resume it"), "{again}");
    for (setting, key) in [("batch=4", "batch"), ("optimiser.clip=1", "optimiser"), ("stages.0.lr=0.1", "stages")] {
        let other = bench.recipe("joint", &["stages.0.steps=6", "checkpoint_seconds=0", setting]);
        let error = resume(out, &other).expect_err(setting).to_string();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }

    // One bit of a checkpoint flipped: named, and the one before is there to go on with.
    let path = out.join("checkpoint/model.bpk");
    let mut bytes = fs::read(&path).expect("written");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).expect("written");
    let error = resume(out, &recipe).expect_err("damaged").to_string();
    assert!(error.contains("model.bpk") && error.contains("checkpoint.old"), "{error}");
    fs::remove_dir_all(out.join("checkpoint")).expect("removed");
    let (rest, _) = resume(out, &recipe).expect("the one before");
    assert_eq!(rest.first().map(|line| line.step), Some(3));
}
