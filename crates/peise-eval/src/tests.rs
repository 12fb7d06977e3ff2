use std::fs;

use peise::listing::{Assignment, Choice, Listing, ListingImage};
use peise_listings::course::{BrokenListing, MergedWriter};
use peise_listings::jsonl::AnswerWriter;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn listing(id: &str, labels: &[&str], images: &[Option<&str>]) -> Listing {
    let image = |(index, label): (usize, &Option<&str>)| ListingImage {
        file: format!("{id}_{index}.jpg"),
        label: label.map(Into::into),
    };
    Listing {
        id: id.into(),
        labels: labels.iter().map(|&label| label.into()).collect(),
        images: images.iter().enumerate().map(image).collect(),
        ..Listing::default()
    }
}

/// The listing as it would be predicted, with `probability` for each label that stands in it.
fn predicted(listing: &Listing, probability: f32) -> Answer {
    let others = (1.0 - probability) / (listing.labels.len() as f32 - 1.0);
    let mut marginals = Vec::new();
    for label in listing.truth() {
        let row = (0..listing.labels.len()).map(|index| if Some(index) == label { probability } else { others });
        marginals.extend(row.chain([0.0]));
    }
    let choices = listing.truth().into_iter().map(|label| Choice { label, probability }).collect();
    let joint_probability = probability.powi(listing.images.len() as i32);
    let assignment = Assignment { choices, marginals, joint_probability, exact: true };
    Answer::new(listing, &assignment, &vec![None; listing.images.len()], "free")
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
    assert_eq!((found.listings, found.images, found.unanswered), (3, 8, 1));
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
    assert_eq!((worst.id.as_str(), worst.file.as_str(), worst.truth.as_str()), ("b", "b_3.jpg", "红"));
    assert_eq!(worst.guess.as_deref(), Some("白"));
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
fn either_format_gives_the_same_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // A listing named `id` makes the course format begin as a line of ours does.
    let mut truth = truth();
    truth[0].id = "id".into();
    let mut predictions = predictions();
    predictions[0].id = "id".into();
    let mut course = MergedWriter::new(Vec::new());
    let mut filled = MergedWriter::new(Vec::new());
    let mut lines = AnswerWriter::new(Vec::new());
    for (listing, prediction) in truth.iter().zip(&predictions) {
        course.write(listing).unwrap();
        filled.write(&prediction.fill(listing)).unwrap();
        lines.write(prediction).unwrap();
    }
    fs::write(path("truth.json"), course.finish().unwrap()).unwrap();
    fs::write(path("pred.json"), filled.finish().unwrap()).unwrap();
    let mut lines = lines.finish().unwrap();
    lines.extend(b"{\"id\": oops}\n");
    fs::write(path("lines.out"), lines).unwrap();

    let run = |pred: &str, scores: Option<&str>| {
        let files =
            EvaluateFiles { pred: path(pred), truth: path("truth.json"), scores: scores.map(path), compare: None };
        evaluate_files(&files, &EvaluateOptions::default()).unwrap()
    };
    let (course, lines, both) = (run("pred.json", None), run("lines.out", None), run("pred.json", Some("lines.out")));
    assert_eq!((course.acc, course.em), (lines.acc, lines.em));
    assert_eq!(course.probabilities, None);
    assert_eq!(both.probabilities, lines.probabilities);
    assert!(course.findings.is_empty(), "the course format holds every photo: {:?}", course.findings);
    let message = both.findings[0].to_string();
    assert!(message.ends_with("lines.out:4:8: not valid JSON: expected value"), "{message}");

    fs::write(path("broken.jsonl"), "{}\n{}\n").unwrap();
    assert!(matches!(read_predictions(&path("broken.jsonl")), Err(FormatError::Shape { line: 1, .. })));
    fs::write(path("empty.jsonl"), "").unwrap();
    assert_eq!(run("empty.jsonl", None).acc.value, 0.0);
    fs::write(path("empty.json"), "").unwrap();
    assert!(matches!(read_predictions(&path("empty.json")), Err(FormatError::Empty { .. })));
    assert!(matches!(read_predictions(&path("none.json")), Err(FormatError::Io { .. })));
}

#[test]
fn a_listing_that_cannot_be_read_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("truth.json");
    fs::write(&path, r#"{"x": 3, "a": {"optional_tags": ["黑"], "imgs_tags": [{"a_0.jpg": "黑"}]}}"#).unwrap();
    let files = EvaluateFiles { pred: path.clone(), truth: path, scores: None, compare: None };
    let found = evaluate_files(&files, &EvaluateOptions::default()).unwrap();
    assert_eq!((found.listings, found.acc.value), (1, 1.0));
    let kinds: Vec<_> = found.findings.iter().map(Finding::kind).collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(found.findings.iter().all(|finding| finding.to_string().contains("listing \"x\"")));
}

#[test]
fn the_table_and_the_json_tell_the_same() {
    let found = run(&truth(), &predictions());
    let text = found.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "listings        3   photos        8   without answer 1");
    assert!(lines[1].starts_with("Acc        0.7500   ["), "{text}");
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

#[test]
fn the_page_holds_everything_and_lets_nothing_out() {
    use peise_pages::Language;
    use std::collections::HashMap;
    let hostile = "\"><script>alert(1)</script>";
    let mut truth = truth();
    truth.push(listing("d", &["黑", hostile], &[Some(hostile), Some("黑")]));
    let mut predictions = predictions();
    let mut wrong = truth[3].clone();
    wrong.images[0].label = Some("黑".into());
    predictions.push(predicted(&wrong, 0.9));
    let mut evaluation = run(&truth, &predictions);
    evaluation.comparison = Some(compare(&entries(&truth), &predictions, &[], &EvaluateOptions::default()).unwrap());
    let pictures = HashMap::from([(("d".to_owned(), "d_0.jpg".to_owned()), vec![1, 2, 3])]);
    for language in [Language::English, Language::Chinese] {
        let page = page::Page { title: hostile, evaluation: &evaluation, pictures: &pictures, language }.to_string();
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert!(!page.contains("<script"), "hostile text became an element");
        assert!(page.contains("&lt;script&gt;") && page.contains("data:image/jpeg;base64,AQID"));
        assert_eq!(page.matches("<figure>").count(), 3 + 2, "three charts and two mistakes");
        assert_eq!(page.matches("<section>").count(), page.matches("</section>").count());
        assert!(page.contains("McNemar") && page.contains("AURC"));
        assert!(!page.contains("NaN") && !page.contains("inf"), "a number is none");
    }
    let answers = evaluate(&entries(&truth), &predictions, None, &EvaluateOptions::default()).unwrap();
    let page = page::Page { title: "x", evaluation: &answers, pictures: &HashMap::new(), language: Language::English }
        .to_string();
    assert_eq!(page.matches("<figure>").count(), 0, "without probabilities there is nothing to draw");
}
