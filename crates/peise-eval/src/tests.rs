//! Tests of evaluation as a whole; those of what users' files look like are in `tests/files.rs`.

mod files;

use peise::answer::Decision;
use peise::listing::Listing;
use peise::matcher::decode::{Assignment, Choice, Rule};
use peise::{Answer, Problem};
use peise_listings::course::{BrokenListing, Entry};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn listing(id: &str, labels: &[&str], images: &[Option<&str>]) -> Listing {
    let files = (0..images.len()).map(|index| format!("{id}_{index}.jpg"));
    let mut listing = Listing::new(id, labels.iter().copied(), files);
    for (image, label) in listing.images.iter_mut().zip(images) {
        image.label = label.map(Into::into);
    }
    listing
}

/// The listing as it would be predicted, with `probability` for what each photo shows: its label, or no option.
fn predicted(listing: &Listing, probability: f32) -> Answer {
    let labels = listing.labels.len();
    let mut marginals = Vec::new();
    for label in listing.truth() {
        let others = (1.0 - probability) / if label.is_some() { labels as f32 - 1.0 } else { labels as f32 };
        marginals.extend((0..labels).map(|index| if Some(index) == label { probability } else { others }));
        marginals.push(if label.is_some() { 0.0 } else { probability });
    }
    let assignment = Assignment {
        choices: listing.truth().into_iter().map(|label| Choice { label, probability }).collect(),
        marginals,
        joint_probability: probability.powi(listing.images.len() as i32),
        bare: vec![0.0; labels],
        rule: Rule::Free,
        exact: true,
    };
    let problems: Vec<Option<Problem>> = vec![None; listing.images.len()];
    Answer::decided(listing, &problems, &Decision::new(assignment, (0..labels).collect()))
}

fn entries(listings: &[Listing]) -> Vec<Entry> {
    listings.iter().cloned().map(Ok).collect()
}

fn run(truth: &[Listing], predictions: &[Answer]) -> Evaluation {
    evaluate(&entries(truth), predictions, Some(predictions), &EvaluateOptions::default()).unwrap()
}

fn truth() -> Vec<Listing> {
    vec![
        listing("a", &["黑", "白"], &[Some("黑"), Some("白")]),
        listing("b", &["黑", "白", "红"], &[Some("黑"), Some("白"), Some("红"), Some("红")]),
        listing("c", &["黑", "白"], &[Some("黑"), None, Some("白")]),
    ]
}

/// One of b's four photos wrong, c's last photo missing.
fn predictions() -> Vec<Answer> {
    let mut guessed = truth();
    guessed[1].images[3].label = Some("白".into());
    guessed[2].images.truncate(1);
    guessed.iter().map(|listing| predicted(listing, 0.8)).collect()
}

fn ids(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}

#[test]
fn accuracy_by_hand() {
    let found = run(&truth(), &predictions());
    assert_eq!((found.listings, found.images, found.unanswered, found.left_out), (3, 8, 1, 1));
    assert_eq!((found.acc.value, found.em.value), (6.0 / 8.0, 1.0 / 3.0));
    let slice = |size, listings, images, acc, em| Slice { size, listings, images, acc, em };
    assert_eq!(found.slices.by_labels, [slice("2", 2, 4, 0.75, 0.5), slice("3", 1, 4, 0.75, 0.0)]);
    assert_eq!(found.slices.by_images, [slice("1-3", 2, 4, 0.75, 0.5), slice("4-6", 1, 4, 0.75, 0.0)]);
    assert_eq!(found.findings, [Finding::MissingImage { id: "c".into(), file: "c_2.jpg".into() }]);
    assert!(found.acc.low < 0.75 && found.acc.high > 0.75 && found.em.low == 0.0 && found.em.high == 1.0);
}

#[test]
fn probabilities_by_hand() {
    let report = run(&truth(), &predictions()).probabilities.unwrap();
    let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-6, "{found:?}");
    // Six photos at .8 for the truth, one at .1: (.2, .2) twice and (.2, .1, .1) thrice, then (.9, .8, .1).
    close(report.nll, (-6.0 * 0.8f64.ln() - 0.1f64.ln()) / 7.0);
    close(report.brier, (3.0 * 0.08 + 3.0 * 0.06 + (0.81 + 0.64 + 0.01)) / 7.0);
    let images = report.images.unwrap();
    assert_eq!(images.count, 7);
    close(Some(images.ece), (6.0f64 / 7.0 - 0.8).abs());
    // Only a and b have a truth and a guess for every photo.
    let listings = report.listings.unwrap();
    assert_eq!((listings.count, listings.frequency), (2, 0.5));
    close(Some(listings.confidence), (0.64 + 0.4096) / 2.0);
    close(Some(listings.ece), (0.36 + 0.4096) / 2.0);
    assert_eq!(report.listing_coverage[0].coverage, 0.5);
    assert_eq!(report.image_coverage[0].threshold, None, "all are equally sure and one is wrong");
    let [worst] = &report.worst[..] else { panic!("one mistake: {:?}", report.worst) };
    assert_eq!((worst.id.as_str(), worst.file.as_str()), ("b", "b_3.jpg"));
    assert_eq!((worst.truth.as_deref(), worst.guess.as_deref()), (Some("红"), Some("白")));
}

#[test]
fn perfect_and_empty_predictions() {
    let truth = truth();
    let perfect: Vec<_> = truth.iter().map(|listing| predicted(listing, 1.0)).collect();
    let found = run(&truth, &perfect);
    let one = Estimate { value: 1.0, low: 1.0, high: 1.0 };
    assert_eq!((found.acc, found.em, found.unanswered), (one, one, 0));
    assert!(found.findings.is_empty());
    let report = found.probabilities.unwrap();
    assert_eq!((report.nll, report.brier), (Some(0.0), Some(0.0)));
    assert!(report.image_coverage.iter().all(|found| found.coverage == 1.0 && found.threshold == Some(1.0)));

    let found = run(&truth, &[]);
    let zero = Estimate { value: 0.0, low: 0.0, high: 0.0 };
    assert_eq!((found.acc, found.em, found.images, found.unanswered), (zero, zero, 8, 8));
    assert_eq!(ids(&found.findings), [r#""a""#, r#""b""#, r#""c""#]);
    let report = found.probabilities.unwrap();
    assert_eq!((report.nll, report.images, report.image_coverage[0].coverage), (None, None, 0.0));

    let mut unsure = perfect;
    unsure.iter_mut().for_each(|prediction| prediction.withhold_below(2.0));
    let found = run(&truth, &unsure);
    assert_eq!((found.acc.value, found.unanswered), (0.0, 8));
    assert_eq!(found.probabilities.unwrap().images.unwrap().frequency, 1.0, "guesses are judged all the same");
}

#[test]
fn what_does_not_fit_is_reported() {
    let mut labelled = truth();
    labelled[0].images[0].label = Some("紫".into());
    let mut predictions = predictions();
    predictions[1].images[0].label = Some("绿".into());
    predictions[1].images[1].file = "else.jpg".into();
    predictions.push(predictions[0].clone());
    predictions.push(Answer { id: "z".into(), ..predictions[0].clone() });
    let found = run(&labelled, &predictions);
    let expected = [
        Finding::ForeignTruth { id: "a".into(), file: "a_0.jpg".into(), label: "紫".into() },
        Finding::MissingImage { id: "b".into(), file: "b_1.jpg".into() },
        Finding::MissingImage { id: "c".into(), file: "c_2.jpg".into() },
        Finding::ForeignAnswer { id: "b".into(), file: "b_0.jpg".into(), label: "绿".into() },
        Finding::RepeatedListing { id: "a".into() },
        Finding::UnknownListing { id: "z".into() },
        Finding::UnknownImage { id: "b".into(), file: "else.jpg".into() },
    ];
    assert_eq!(found.findings, expected);
    // a_0 is not counted; of b only b_2 is right.
    assert_eq!((found.images, found.acc.value), (7, 3.0 / 7.0));
}

#[test]
fn a_photo_that_shows_no_option_is_right_if_the_answer_says_so() {
    // Photo 0 shows 黑; 1 shows no option; of 2 nothing is known.
    let mut truth = listing("a", &["黑", "白"], &[Some("黑"), None, None]);
    truth.shows_none = vec!["a_1.jpg".into()];
    let answered = predicted(&listing("a", &["黑", "白"], &[Some("黑"), None, Some("白")]), 0.8);
    let mut withheld = answered.clone();
    withheld.images[1].index = Some(1);
    let mut unreadable = answered.clone();
    unreadable.images[1].probability = None;
    unreadable.images[1].error = Some(Problem::new("truncated", "a_1.jpg is truncated"));
    let labelled = predicted(&listing("a", &["黑", "白"], &[Some("黑"), Some("白"), Some("白")]), 0.8);
    for (name, answer, acc, em, unanswered) in [
        ("no option", &answered, 1.0, 1.0, 0),
        ("withheld", &withheld, 0.5, 0.0, 1),
        ("unreadable", &unreadable, 0.5, 0.0, 1),
        ("an option", &labelled, 0.5, 0.0, 0),
    ] {
        let found = run(std::slice::from_ref(&truth), std::slice::from_ref(answer));
        assert_eq!((found.images, found.shows_none, found.left_out), (2, 1, 1), "{name}");
        assert_eq!((found.acc.value, found.em.value, found.unanswered), (acc, em, unanswered), "{name}");
    }
    let report =
        |answer: &Answer| run(std::slice::from_ref(&truth), std::slice::from_ref(answer)).probabilities.unwrap();
    // The truth of both photos has .8; the rest is .2 for the first, .1 and .1 for the second.
    let right = report(&answered);
    assert!((right.nll.unwrap() + 0.8f64.ln()).abs() < 1e-6);
    assert!((right.brier.unwrap() - (0.08 + 0.06) / 2.0).abs() < 1e-6);
    assert!(right.worst.is_empty());
    let [worst] = &report(&labelled).worst[..] else { panic!("one mistake") };
    assert_eq!((worst.truth.as_deref(), worst.guess.as_deref()), (None, Some("白")));
    let wrong = run(&[truth.clone()], &[labelled]);
    assert!(wrong.to_string().contains("0.8000 \"a\" \"a_1.jpg\" \"白\" no option"), "{wrong}");
    assert!(wrong.to_string().contains("\n1 of these photos show no option\n"), "{wrong}");
}

#[test]
fn equal_labels_are_one() {
    let truth = [listing("a", &["黑", "黑", "白"], &[Some("黑"), Some("白")])];
    let mut prediction = predicted(&truth[0], 0.5);
    prediction.images[0].index = Some(1);
    let found = run(&truth, &[prediction]);
    assert_eq!(found.acc.value, 1.0);
    // .5 + .25 for 黑, .5 for 白.
    let nll = -(0.75f64.ln() + 0.5f64.ln()) / 2.0;
    assert!((found.probabilities.unwrap().nll.unwrap() - nll).abs() < 1e-6);
}

#[test]
fn a_truth_without_labels_is_an_error() {
    let nothing = [listing("a", &["黑"], &[None]), listing("b", &["黑"], &[])];
    for truth in [entries(&nothing), Vec::new()] {
        let error = evaluate(&truth, &[], None, &EvaluateOptions::default()).unwrap_err();
        assert!(matches!(error, EvaluateError::NoTruth { listings } if listings == truth.len()));
    }
}

#[test]
fn the_table_and_the_json_tell_the_same() {
    let found = run(&truth(), &predictions());
    let text = found.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "listings        3   photos        8   without answer 1");
    assert_eq!(lines[1], "1 photos left out: the truth does not say what they show");
    assert!(lines[2].starts_with("Acc        0.7500   ["), "{text}");
    assert!(text.contains("\n2                 2        4   0.7500   0.5000\n"), "{text}");
    assert!(text.contains("0.8000 \"b\" \"b_3.jpg\" \"白\" \"红\""), "{text}");
    assert!(
        text.ends_with("1 photos are missing in the predictions: counted as wrong\n  \"c\" \"c_2.jpg\"\n"),
        "{text}"
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["acc"]["value"], 0.75);
    assert_eq!(json["findings"][0]["kind"], "missing_image");
    assert_eq!(json["probabilities"]["images"]["count"], 7);
}

/// Listings whose accuracy is a coin's, as the bootstrap assumes.
fn simulated(random: &mut ChaCha8Rng, listings: usize) -> (Vec<Listing>, Vec<Answer>) {
    let truth: Vec<_> = (0..listings)
        .map(|index| {
            let labels = (0..1 + index % 4).map(|_| Some(if random.random_bool(0.5) { "黑" } else { "白" }));
            listing(&format!("{index}"), &["黑", "白"], &labels.collect::<Vec<_>>())
        })
        .collect();
    let predictions = truth.iter().map(|listing| {
        let mut guessed = listing.clone();
        // All photos of a listing together: photos are far from independent.
        if random.random_bool(0.2) {
            let swap = |label: &str| if label == "黑" { "白".to_owned() } else { "黑".to_owned() };
            guessed.images.iter_mut().for_each(|image| image.label = image.label.as_deref().map(swap));
        }
        predicted(&guessed, random.random_range(0.5..1.0))
    });
    let predictions = predictions.collect();
    (truth, predictions)
}

#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut acc, mut em) = (0, 0);
    let options = EvaluateOptions { resamples: 200, ..EvaluateOptions::default() };
    for _ in 0..200 {
        let (truth, predictions) = simulated(&mut random, 100);
        let found = evaluate(&entries(&truth), &predictions, None, &options).unwrap();
        acc += usize::from((found.acc.low..=found.acc.high).contains(&0.8));
        em += usize::from((found.em.low..=found.em.high).contains(&0.8));
    }
    // 190 expected, standard deviation 3; the percentile method is known to fall a little short.
    assert!((178..=198).contains(&acc) && (178..=198).contains(&em), "{acc} {em} of 200");
}

#[test]
fn the_bootstrap_is_the_same_on_any_number_of_threads() {
    let (truth, predictions) = simulated(&mut ChaCha8Rng::seed_from_u64(1), 200);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&truth, &predictions))
    };
    let (one, three) = (on(1), on(3));
    assert_eq!(one, three);
    let other = EvaluateOptions { seed: 1, ..EvaluateOptions::default() };
    let other = evaluate(&entries(&truth), &predictions, None, &other).unwrap();
    assert_ne!(other.acc, one.acc, "another seed draws others");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_listings_is_nothing(seed in any::<u64>(), turn in 0usize..30) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut truth, mut predictions) = simulated(&mut random, 30);
        let before = run(&truth, &predictions);
        truth.reverse();
        predictions.rotate_left(turn);
        prop_assert_eq!(run(&truth, &predictions), before);
    }
}

#[test]
fn entries_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Result<Listing, BrokenListing>>();
    shared::<EvaluateError>();
}

#[test]
fn predictions_are_compared_by_hand() {
    let truth = truth();
    let perfect: Vec<_> = truth.iter().map(|listing| predicted(listing, 0.9)).collect();
    let options = EvaluateOptions::default();
    let found = compare(&entries(&truth), &perfect, &predictions(), &options).unwrap();
    assert_eq!(found.acc.value, 0.25);
    assert!((found.em.value - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((found.only_first, found.only_second, found.p_value), (2, 0, 0.5));
    assert!(found.em.low >= 0.0 && found.em.high == 1.0);
    let back = compare(&entries(&truth), &predictions(), &perfect, &options).unwrap();
    assert_eq!((back.acc.value, back.acc.low, back.acc.high), (-0.25, -found.acc.high, -found.acc.low));
    let same = compare(&entries(&truth), &perfect, &perfect, &options).unwrap();
    assert_eq!((same.em, same.p_value), (Estimate { value: 0.0, low: 0.0, high: 0.0 }, 1.0));
    assert!(matches!(compare(&[], &perfect, &perfect, &options), Err(EvaluateError::NoTruth { listings: 0 })));
}
