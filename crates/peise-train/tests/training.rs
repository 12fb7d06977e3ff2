//! Every shipped recipe, shrunk, from drawn listings to a loadable model.

mod common;

use burn::tensor::Device;
use common::{Bench, Case, accuracy, turn};
use peise_train::trainer::TrainError;

/// Settings by which `compact` compares places with characters.
const PARTS: [&str; 3] = ["model.image.part_width=4", "model.label.part_width=4", "model.matcher.part_width=4"];

#[test]
fn every_recipe_learns_eight_listings_by_heart_and_leaves_a_model_that_loads() {
    let _turn = turn();
    let bench = Bench::new();
    for (name, settings, at_least) in [
        ("compact", vec!["stages.0.steps=120", "optimiser.contrast_near=22"], 0.97),
        ("compact", [&PARTS[..], &["stages.0.steps=120"]].concat(), 0.97),
        (
            "frozen",
            vec![
                "stages.0.steps=250",
                "stages.0.lr=0.001",
                "stages.0.lr_end=0.0001",
                "model.preprocess={ steps = [{ resize = { width = 64, height = 64 } }] }",
                "model.image.output=128",
            ],
            0.95,
        ),
        ("joint", vec!["stages.0.steps=150"], 0.97),
        ("staged", vec!["stages.0.steps=60", "stages.1.steps=120", "stages.1.lr=0.001"], 0.97),
        ("supcon", vec!["stages.0.steps=60", "stages.1.steps=240", "stages.1.lr=0.001"], 0.95),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let recipe = bench.recipe(name, &settings);
        let (steps, outcome) = bench.run_as(&recipe, Case::validated(out.path())).expect("it trains");
        let last = accuracy(&steps, 20);
        assert!(last > at_least, "{name}: accuracy of the last steps: {last}");
        assert!(outcome.best.is_some_and(|best| best.validation_accuracy > Some(0.9)), "{name}");
        peise::Matcher::load(&out.path().join("best"), Device::flex()).expect("the best weights load");
        for file in ["metrics.jsonl", "recipe.toml", "run.json", "checkpoint/state.json"] {
            assert!(out.path().join(file).exists(), "{name}: {file}");
        }
    }
}

#[test]
fn what_a_stage_freezes_stays_to_the_bit_and_the_rest_does_not() {
    let _turn = turn();
    let bench = Bench::new();
    let begin = bench.recipe("staged", &["stages.0.steps=5", "stages.1.steps=0"]);
    bench.run(&begin).expect("it trains");
    let (encoder, matcher) = (bench.bytes("last/image_encoder.safetensors"), bench.bytes("last/matcher.safetensors"));
    let whole = bench.recipe("staged", &["stages.0.steps=5", "stages.1.steps=7"]);
    bench.run(&whole).expect("it trains");
    // The file holds the running statistics, too.
    assert!(encoder == bench.bytes("last/image_encoder.safetensors"), "the frozen encoder changed");
    assert!(matcher != bench.bytes("last/matcher.safetensors"), "the matcher did not train");

    // With an average of the weights, the averaged encoder stays, too.
    let averaged = |steps: &str| bench.recipe("staged", &["stages.0.steps=5", steps, "optimiser.average=0.99"]);
    bench.run(&averaged("stages.1.steps=1")).expect("it trains");
    let encoder = bench.bytes("last/image_encoder.safetensors");
    bench.run(&averaged("stages.1.steps=4")).expect("it trains");
    assert!(encoder == bench.bytes("last/image_encoder.safetensors"), "the average of the frozen encoder changed");

    // The other way round, with an average of the weights: the encoder trains.
    let frozen = |steps: u64| {
        let steps = format!("stages.0.steps={steps}");
        let freeze = "stages.0.freeze=[\"text_encoder\", \"matcher\", \"image_head\", \"label_head\", \"image_norm\", \"label_norm\"]";
        bench.recipe("joint", &[&steps, freeze, "optimiser.average=0.9", "stages.0.lr=0.001"])
    };
    bench.run(&frozen(1)).expect("it trains");
    let (encoder, matcher) = (bench.bytes("last/image_encoder.safetensors"), bench.bytes("last/matcher.safetensors"));
    bench.run(&frozen(4)).expect("it trains");
    assert!(encoder != bench.bytes("last/image_encoder.safetensors"), "the encoder did not train");
    assert!(matcher == bench.bytes("last/matcher.safetensors"), "the frozen matcher changed");
}

#[test]
fn a_text_encoder_can_be_trained_too() {
    let _turn = turn();
    let bench = Bench::new();
    let recipe = |steps| bench.recipe("joint", &[steps, "stages.0.freeze=[]", "stages.0.lr=0.001"]);
    bench.run(&recipe("stages.0.steps=1")).expect("it trains");
    let first = bench.bytes("last/text_encoder.safetensors");
    bench.run(&recipe("stages.0.steps=3")).expect("it trains");
    assert!(first != bench.bytes("last/text_encoder.safetensors"), "the text encoder did not train");
    peise::Matcher::load(&bench.out.path().join("best"), Device::flex()).expect("the best weights load");
}

#[test]
fn label_text_and_shared_regions_take_part_in_training() {
    let _turn = turn();
    let bench = Bench::new();
    let loss = |more: &[&str]| {
        let mut settings = vec!["stages.0.steps=3"];
        settings.extend(more);
        let (steps, _) = bench.run(&bench.recipe("compact", &settings)).expect("it trains");
        steps.last().expect("a step").loss
    };
    let plain = loss(&[]);
    assert_eq!(plain, loss(&["changes.text={ prefix = 0.0 }", "model.shared_regions=false"]));
    let text = "changes.text={ prefix = 1.0, suffix = 1.0, fold = 1.0 }";
    let (changed, shared) = (loss(&[text]), loss(&["model.shared_regions=true"]));
    assert!(changed.is_finite() && changed != plain, "{changed}");
    assert!(shared.is_finite(), "{shared}");
    let matcher = peise::Matcher::load(&bench.out.path().join("best"), Device::flex()).expect("the weights load");
    assert!(matcher.config().shared_regions());
}

#[test]
fn supcon_sees_the_whole_of_a_photo_alone() {
    let _turn = turn();
    let bench = Bench::new();
    let settings = [&PARTS[..], &["stages.0.steps=2", "stages.0.loss=supcon_out", "stages.0.lr=0.01"]].concat();
    let of = |bytes: Vec<u8>, name: &str| {
        let file = safetensors::SafeTensors::deserialize(&bytes).expect("weights");
        file.tensor(name).expect("it is there").data().to_vec()
    };
    let mut first: Vec<&str> = settings.clone();
    first[3] = "stages.0.steps=1";
    let trained = |settings: &[&str]| {
        bench.run(&bench.recipe("compact", settings)).expect("it trains");
        bench.bytes("last/model.safetensors")
    };
    let (one, two) = (trained(&first), trained(&settings));
    let same = |name: &str| of(one.clone(), name) == of(two.clone(), name);
    assert!(!same("image_encoder.projection.weight"), "what says something of the whole did not train");
    assert!(same("image_encoder.parts.bias"), "what says something of the parts trained");
}

#[test]
fn a_frozen_part_has_no_dropout() {
    let _turn = turn();
    let bench = Bench::new();
    // A flip keeps the features from being computed once, outside training: two runs that differ in dropout alone must
    // then agree where the encoder is frozen, and only there.
    let run = |dropout: &str, freeze: &str| {
        let dropout = format!("model.image.dropout={dropout}");
        let freeze = format!("stages.0.freeze={freeze}");
        let recipe = bench.recipe(
            "joint",
            &["stages.0.steps=3", "augmentation.steps=[{ flip = { probability = 0.5 } }]", &dropout, &freeze],
        );
        let (steps, _) = bench.run(&recipe).expect("it trains");
        steps.last().expect("a step").loss
    };
    let frozen = "[\"image_encoder\", \"text_encoder\"]";
    assert_eq!(run("0.0", frozen), run("0.8", frozen));
    assert_ne!(run("0.0", "[\"text_encoder\"]"), run("0.8", "[\"text_encoder\"]"));
}

#[test]
fn decoding_photos_for_every_batch_changes_nothing() {
    let _turn = turn();
    let bench = Bench::new();
    let run = |memory: &str| {
        let (steps, _) = bench.run(&bench.recipe("joint", &["stages.0.steps=4", memory])).expect("it trains");
        steps.into_iter().map(|line| line.loss).collect::<Vec<f64>>()
    };
    assert_eq!(run("photo_memory=0"), run("photo_memory=64"));
}

#[test]
fn gradients_are_accumulated() {
    let _turn = turn();
    let bench = Bench::new();
    // Eight listings in one batch, or in eight batches of one: the same listings a step. Without batch normalisation of
    // the inputs nearly the same gradient; a listing of few photos counts a little more in the mean of means.
    let run = |settings: &[&str]| {
        let mut all = vec!["stages.0.steps=24", "model.input_norm=false", "stages.0.lr=0.004"];
        all.extend(settings);
        let recipe = bench.recipe("frozen", &all);
        let (steps, _) = bench.run(&recipe).expect("it trains");
        (steps[0].loss, steps[23].loss)
    };
    let (whole, parts) = (run(&["batch=8"]), run(&["batch=1", "accumulate=8"]));
    assert!((whole.0 - parts.0).abs() < 0.05 * whole.0, "{whole:?} {parts:?}");
    assert!((whole.1 - parts.1).abs() < 0.02 * whole.1, "{whole:?} {parts:?}");
    // A single batch of one listing a step learns otherwise.
    let single = run(&["batch=1"]);
    assert!((whole.1 - single.1).abs() > 0.02 * whole.1, "{whole:?} {single:?}");
}

#[test]
fn a_stage_ends_when_patience_runs_out() {
    let _turn = turn();
    let bench = Bench::new();
    // So small a learning rate that the loss stands still in single precision: no validation is better than the first.
    let settings =
        ["stages.0.steps=50", "stages.0.lr=1e-30", "stages.0.patience=2", "validate_every=3", "model.input_norm=false"];
    let (steps, outcome) = bench.run(&bench.recipe("frozen", &settings)).expect("it trains");
    assert_eq!((steps.len(), outcome.stopped), (9, false));
}

#[test]
fn bad_stages_are_told_before_anything_is_written() {
    let _turn = turn();
    let bench = Bench::new();
    for (setting, expected) in [
        ("stages.0.freeze=[\"image_encodr\"]", "image_encodr"),
        ("stages.0.train=[\"matcher.units.9\"]", "matcher.units.9"),
        ("stages.0.freeze=[\"*\"]", "is frozen, so"),
    ] {
        let recipe = bench.recipe("joint", &["stages.0.steps=3", setting]);
        let error = bench.run(&recipe).expect_err(setting).to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!bench.out.path().join("recipe.toml").exists());
    }
    let mut recipe = bench.recipe("joint", &["stages.0.steps=3"]);
    recipe.weights.vocabulary = None;
    assert!(matches!(bench.run(&recipe), Err(TrainError::NoVocabulary)));
    let without = bench.run_as(&recipe, Case { validated: false, ..Case::validated(bench.out.path()) });
    assert!(matches!(without, Err(TrainError::NoVocabulary)));
}

#[test]
fn a_loss_that_is_no_number_names_the_step_and_leaves_the_last_checkpoint() {
    let _turn = turn();
    let bench = Bench::new();
    let wild = |steps: &str| bench.recipe("joint", &[steps, "stages.0.lr=1e20", "checkpoint_seconds=0"]);
    let error = bench.run(&wild("stages.0.steps=30")).expect_err("it cannot go well");
    let TrainError::Diverged { step, .. } = error else { panic!("{error}") };
    let state = String::from_utf8(bench.bytes("checkpoint/state.json")).expect("text");
    assert!(state.contains(&format!("\"step\": {step}")), "{step}: {state}");
}

#[test]
fn a_run_goes_on_from_the_files_of_another() {
    let _turn = turn();
    let bench = Bench::new();
    bench.run(&bench.recipe("joint", &["stages.0.steps=20"])).expect("it trains");
    let first = bench.bytes("last/image_encoder.safetensors");
    let next = tempfile::tempdir().expect("a folder");
    let from = |file: &str| bench.out.path().join("last").join(file);
    let mut recipe = bench.recipe("staged", &["stages.0.steps=0", "stages.1.steps=3"]);
    recipe.weights.image_encoder = Some(from("image_encoder.safetensors"));
    recipe.weights.matcher = Some(from("matcher.safetensors"));
    bench.run_as(&recipe, Case { validated: false, ..Case::validated(next.path()) }).expect("it trains");
    let second = std::fs::read(next.path().join("last/image_encoder.safetensors")).expect("written");
    assert!(first == second, "the encoder was not taken over");

    // Files of another architecture are refused by file and tensor.
    recipe.weights.image_encoder = Some(from("matcher.safetensors"));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let error =
        bench.run_as(&recipe, Case { validated: false, ..Case::validated(elsewhere.path()) }).expect_err("no encoder");
    let error = peise::describe(&error);
    assert!(error.contains("matcher.safetensors") && error.contains("conv1.weight"), "{error}");
}
