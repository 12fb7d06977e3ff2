//! Listings out of the ordinary: each has its documented answer or its own error, beside ordinary ones.

use crate::common::{Data, Predicted, peise, photo, plain, text};
use peise::{Answer, NoteCode};
use std::fs;

fn photos(count: usize) -> Vec<(String, Option<Vec<u8>>)> {
    let colour = |k: usize| [(k * 37 % 256) as u8, (k * 91 % 256) as u8, (k * 17 % 256) as u8];
    (0..count).map(|k| (format!("{k}.jpg"), Some(plain(colour(k), 20, 26)))).collect()
}

fn add(data: &mut Data, id: &str, labels: &[&str], count: usize) {
    let photos = photos(count);
    let photos: Vec<_> = photos.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    data.add(id, labels, &photos);
}

fn covers(prediction: &Answer) -> bool {
    (0..prediction.labels.len()).all(|label| prediction.images.iter().any(|image| image.index == Some(label)))
}

#[track_caller]
fn sums_to_one(prediction: &Answer) {
    for image in &prediction.images {
        let sum: f32 = image.marginals.iter().sum::<f32>() + image.none;
        assert!((sum - 1.0).abs() < 1e-4, "{}/{}: {sum}", prediction.id, image.file);
    }
}

fn odd_listings() -> Data {
    let mut data = Data::new();
    data.add_drawn("ordinary", 1);
    add(&mut data, "no-label", &[], 2);
    add(&mut data, "no-image", &["黑色", "白色"], 0);
    add(&mut data, "one-label", &["黑色"], 3);
    add(&mut data, "twins", &["黑色", "白色", "黑色"], 3);
    add(&mut data, "look-alikes", &["A1", "Ａ１", "a1 "], 2);
    add(&mut data, "digits", &["1", "2", "30"], 4);
    add(&mut data, "emoji", &["🟥", "🟦", "👗👗"], 4);
    add(&mut data, "invisible", &["", " ", "\u{200b}"], 2);
    add(&mut data, "long", &["黑".repeat(5000).as_str(), &"白".repeat(5000)], 2);
    add(&mut data, "more-labels", &["黑色", "白色", "红色", "蓝色"], 2);
    add(&mut data, "many", &["黑色", "白色", "红色"], 200);
    data.add_drawn("last", 2);
    data
}

#[track_caller]
fn has_note(prediction: &Answer, note: &str) {
    assert!(prediction.notes.iter().any(|found| found.text.contains(note)), "{note:?} in {:?}", prediction.notes);
}

#[test]
fn odd_listings_have_their_answers() {
    let predicted = odd_listings().predict(&[]);
    assert_eq!(predicted.run.code, Some(1));
    assert_eq!(predicted.run.stderr, "peise: no-label: the listing has no label; add its colour options\n");
    assert!(predicted.answers("no-label").iter().all(|(_, label)| label.is_none()));
    let error = predicted.of("no-label").error.as_ref().unwrap();
    assert_eq!(
        (error.code.as_str(), error.text.as_str()),
        ("no-label", "the listing has no label; add its colour options")
    );

    let answered = ["one-label", "twins", "look-alikes", "digits", "emoji", "invisible", "long", "more-labels", "many"];
    for id in answered.iter().chain(&["ordinary", "last"]) {
        predicted.is_answered(id);
        sums_to_one(predicted.of(id));
    }
    assert!(predicted.answers("no-image").is_empty());
    assert_eq!(predicted.of("no-image").joint_probability, None);

    let one = predicted.of("one-label");
    assert!(one.images.iter().all(|image| image.probability == Some(1.0)) && one.joint_probability == Some(1.0));

    let twins = predicted.of("twins");
    has_note(twins, "the options \"黑色\", \"黑色\" cannot be told apart; the first is given");
    assert_eq!(twins.notes[0].labels, [0, 2]);
    assert_eq!(twins.notes.len(), 1);
    assert!(twins.images.iter().all(|image| image.index != Some(2) && image.marginals[2] == 0.0));
    assert!([0, 1].iter().all(|label| twins.images.iter().any(|image| image.index == Some(*label))));
    let alike = predicted.of("look-alikes");
    // The labels name no colour, too.
    assert_eq!(alike.notes.len(), 2);
    assert_eq!(look_alikes(alike), [0, 1, 2]);
    assert!(alike.images.iter().all(|image| image.label.as_deref() == Some("A1")));
    assert_eq!(look_alikes(predicted.of("invisible")), [0, 1, 2]);

    for id in ["digits", "emoji", "many"] {
        assert!(covers(predicted.of(id)), "every label of {id} has an image");
    }
    assert_eq!(predicted.of("many").images.len(), 200);
}

/// The labels that an answer says cannot be told apart.
fn look_alikes(answer: &Answer) -> &[usize] {
    let note = answer.notes.iter().find(|note| note.code == NoteCode::LookAlikeOptions);
    &note.expect("a note on options that look alike").labels
}

#[test]
fn a_rule_that_cannot_be_kept_is_that_listings_error() {
    let mut data = Data::new();
    data.add_drawn("before", 1);
    add(&mut data, "more-labels", &["黑色", "白色", "红色"], 2);
    data.add_drawn("after", 2);
    let told = |predicted: &Predicted, id: &str, message: &str| {
        assert_eq!(predicted.run.code, Some(1));
        assert_eq!(predicted.run.stderr, format!("peise: {id}: {message}\n"));
        assert!(predicted.answers(id).iter().all(|(_, label)| label.is_none()));
        for other in ["before", "after"] {
            predicted.is_answered(other);
        }
    };
    for rule in ["auto", "cover"] {
        let predicted = data.predict(&["--rule", rule]);
        let answer = predicted.of("more-labels");
        assert_eq!(answer.rule, "cover");
        assert!(answer.notes.iter().any(|note| note.code == NoteCode::RuleNotKept), "{:?}", answer.notes);
        assert_eq!(answer.options.iter().filter(|option| option.photos.is_empty()).count(), 1);
        predicted.is_answered("more-labels");
        predicted.run.succeeds();
    }
    data.predict(&["--rule", "free"]).run.succeeds();

    let mut data = Data::new();
    add(&mut data, "before", &["黑色", "白色"], 2);
    add(&mut data, "more-images", &["黑色", "白色"], 5);
    add(&mut data, "after", &["黑色", "白色"], 1);
    let message = "rule at-most:2 cannot be kept: 2 labels take at most 4 images, there are 5; choose the rule reserve or free, or \
         allow photos without a label";
    told(&data.predict(&["--rule", "at-most:2"]), "more-images", message);
    data.predict(&["--rule", "at-most:2", "--none", "allow"]).run.succeeds();
    let predicted = data.predict(&["--rule", "at-most:3"]);
    for label in 0..2 {
        let given = predicted.of("more-images").images.iter().filter(|image| image.index == Some(label)).count();
        assert!(given <= 3);
    }
    predicted.run.succeeds();
}

#[test]
fn match_names_a_rule_that_cannot_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    fs::write(&path, photo()).unwrap();
    let other = folder.path().join("b.jpg");
    fs::write(&other, plain([200, 30, 30], 20, 20)).unwrap();
    let args = ["match", text(&path), text(&other), "--label", "黑色", "--none", "forbid", "--rule"];
    let run = peise(args.iter().chain(&["one-to-one"])).exits(1);
    assert!(run.stderr.contains("rule one-to-one cannot be kept: 1 labels take at most 1 images, there are 2"));
    assert!(
        run.stdout.contains("\t(not matched)\t") && !run.stdout.contains("(all of them together)"),
        "{}",
        run.stdout
    );
    peise(args.iter().chain(&["auto"])).succeeds();
    peise(args.iter().chain(&["at-most:2"])).succeeds();
}

#[test]
fn match_notes_labels_that_cannot_be_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    fs::write(&path, photo()).unwrap();
    let run = peise(["match", text(&path), "--label", "【黑】", "--label", "[黑]", "--none", "forbid"]).succeeds();
    assert!(run.stdout.contains("\t【黑】\t"), "{}", run.stdout);
    assert!(
        run.stdout.contains("# the options \"【黑】\", \"[黑]\" cannot be told apart; the first is given\n"),
        "{}",
        run.stdout
    );
}
