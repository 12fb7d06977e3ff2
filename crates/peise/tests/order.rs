//! Properties of the matcher with the embedded model, whatever its weights: the order of images and labels does not
//! count, nor, to the last bit, does company in a batch; marginals are probabilities; rules hold.

use peise::image::RgbImage;
use peise::label::indistinguishable;
use peise::listing::Listing;
use peise::matcher::decode::{NonePolicy, Objective, Rule};
use peise::{Answer, DecodeOptions, Device, MatchInput, Matcher, Photo, Problem, Verdict};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// What the issue asks for.
const TOLERANCE: f32 = 1e-5;

fn matcher() -> &'static Matcher {
    static MATCHER: OnceLock<Matcher> = OnceLock::new();
    MATCHER.get_or_init(|| Matcher::embedded(Device::flex()).expect("the embedded model loads"))
}

/// A listing whose pictures are numbered: equal numbers are equal pictures.
#[derive(Debug, Clone)]
struct Drawn {
    listing: Listing,
    pictures: Vec<Option<usize>>,
    photos: Vec<Result<Photo, Problem>>,
}

impl Drawn {
    fn input(&self) -> MatchInput<'_> {
        MatchInput { listing: &self.listing, photos: &self.photos }
    }

    /// Distinct readable pictures: rules count these.
    fn distinct(&self) -> usize {
        self.pictures.iter().flatten().collect::<BTreeSet<_>>().len()
    }
}

/// A garment of one colour on a ground of another.
fn picture(number: usize) -> RgbImage {
    let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
    let [cloth, ground]: [[u8; 3]; 2] = [rng.random(), [225 + (number % 30) as u8; 3]];
    let (width, height) = (60, 60 + (number % 5) as u32 * 8);
    let pixel = |at: u32| {
        let (x, y) = (at % width, at / width);
        if x.abs_diff(width / 2) < width / 4 && y.abs_diff(height / 2) < height / 3 { cloth } else { ground }
    };
    RgbImage::from_raw(width, height, (0..width * height).flat_map(pixel).collect()).expect("all pixels")
}

fn drawn(name: &'static str, labels: &[&str], pictures: &[Option<usize>]) -> Drawn {
    let photo = |number: &Option<usize>| {
        let number = number.ok_or_else(|| Problem::new("truncated", "cut off"))?;
        Ok(matcher().prepare_pixels(&picture(number)))
    };
    let files = (0..pictures.len()).map(|place| format!("{place}.jpg"));
    Drawn {
        listing: Listing::new(name, labels.iter().copied(), files),
        pictures: pictures.to_vec(),
        photos: pictures.iter().map(photo).collect(),
    }
}

fn some(pictures: impl IntoIterator<Item = usize>) -> Vec<Option<usize>> {
    pictures.into_iter().map(Some).collect()
}

fn listings() -> Vec<Drawn> {
    let many: Vec<String> = (0..16).map(|k| format!("{}号色", k + 1)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    vec![
        drawn("plain", &["黑色", "白色", "酒红色"], &some([0, 1, 2, 3, 4, 5, 6])),
        drawn("as many images as labels", &["red", "navy blue", "浅蓝", "蓝"], &some([7, 8, 9, 10])),
        drawn("outfits", &["上衣绿+裙子粉", "上衣黑+裙子白", "213#黑色【现货】"], &some([11, 12, 13, 14, 15])),
        drawn("equal photos", &["黑色", "白色"], &some([1, 1, 2, 2, 2])),
        drawn("only equal photos", &["黑色", "白色", "红色"], &some([3, 3, 3, 3])),
        drawn("equal labels", &["黑色", "白色", "黑色", " 黑色"], &some([0, 1, 2, 3, 4])),
        drawn("labels alike", &["【A】", "[Ａ]", "b", "B", "🟥"], &some([5, 6, 7, 8])),
        drawn("equal photos and labels", &["1", "1", "2", "3"], &some([9, 9, 10, 9, 11, 10])),
        drawn("more labels than images", &["黑", "白", "红", "黄", "蓝"], &some([0, 2])),
        drawn("one label", &["图片色"], &some([4, 5, 6])),
        drawn("one image", &["黑", "白"], &some([4])),
        drawn("some unreadable", &["黑色", "白色", "粉色"], &[None, Some(1), None, Some(1), Some(7), Some(8), None]),
        drawn("beyond the exact programme", &many, &some(20..38)),
    ]
}

fn rules() -> Vec<DecodeOptions> {
    let mut all = Vec::new();
    for rule in [Rule::Auto, Rule::Cover, Rule::OneToOne, Rule::AtMost(2), Rule::Free] {
        for none in [NonePolicy::Allow, NonePolicy::Forbid] {
            all.push(DecodeOptions { rule, none, ..DecodeOptions::default() });
            if rule == Rule::Auto {
                all.push(DecodeOptions { rule, none, objective: Objective::Image, ..DecodeOptions::default() });
            }
        }
    }
    all
}

fn run(drawn: &Drawn, options: &DecodeOptions) -> Answer {
    matcher().match_listing(drawn.input(), options).expect("the engine computes")
}

fn shuffled(drawn: &Drawn, rng: &mut ChaCha8Rng) -> Drawn {
    let mut shuffled = drawn.clone();
    shuffled.listing.labels.shuffle(rng);
    let mut order: Vec<usize> = (0..drawn.pictures.len()).collect();
    order.shuffle(rng);
    shuffled.pictures = order.iter().map(|&image| drawn.pictures[image]).collect();
    shuffled.photos = order.iter().map(|&image| drawn.photos[image].clone()).collect();
    shuffled
}

/// An answer without order: for each picture the normalised labels given, with probabilities, and its marginals.
type Unordered = BTreeMap<usize, Vec<(Option<String>, f32, Vec<(String, f32)>)>>;

fn unordered(drawn: &Drawn, answer: &Answer) -> Unordered {
    let name = |label: usize| peise::label::normalize(&answer.labels[label]);
    let mut rows = Unordered::new();
    for (picture, image) in drawn.pictures.iter().zip(&answer.images) {
        let (Some(picture), Some(probability)) = (picture, image.probability) else { continue };
        // Labels that cannot be told apart have the probability of their first.
        let first = |label: &usize| answer.options[*label].same_as.is_none();
        let mut marginals: Vec<(String, f32)> =
            (0..answer.labels.len()).filter(first).map(|label| (name(label), image.marginals[label])).collect();
        marginals.push((String::new(), image.none));
        marginals.sort_by(|a, b| a.0.cmp(&b.0));
        rows.entry(*picture).or_default().push((image.index.map(name), probability, marginals));
    }
    rows.values_mut().for_each(|rows| rows.sort_by(|a, b| a.0.cmp(&b.0)));
    rows
}

#[track_caller]
fn same(what: &str, one: &Unordered, other: &Unordered) {
    let near = |a: f32, b: f32| (a - b).abs() <= TOLERANCE;
    assert!(one.keys().eq(other.keys()), "{what}");
    for (picture, (one, other)) in one.iter().map(|(picture, rows)| (picture, (rows, &other[picture]))) {
        assert_eq!(one.len(), other.len(), "{what}: picture {picture}");
        for (a, b) in one.iter().zip(other) {
            assert_eq!(a.0, b.0, "{what}: the label of picture {picture}");
            assert!(near(a.1, b.1), "{what}: picture {picture}: {} and {}", a.1, b.1);
            for (a, b) in a.2.iter().zip(&b.2) {
                assert!(a.0 == b.0 && near(a.1, b.1), "{what}: picture {picture}: {a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn order_of_images_and_labels_does_not_count() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for listing in listings() {
        for options in rules() {
            let what = format!("{}, {options:?}", listing.listing.id);
            let expected = run(&listing, &options);
            for _ in 0..2 {
                let other = shuffled(&listing, &mut rng);
                let found = run(&other, &options);
                assert_eq!(expected.error, found.error, "{what}");
                same(&what, &unordered(&listing, &expected), &unordered(&other, &found));
                let joint = [&expected, &found].map(|answer| answer.joint_probability.unwrap_or(-1.0));
                assert!((joint[0] - joint[1]).abs() <= TOLERANCE, "{what}: {joint:?}");
            }
        }
    }
}

#[test]
fn a_matcher_that_saw_other_labels_first_answers_the_same() {
    // Label features are cached: what was matched before must not show.
    let fresh = Matcher::embedded(Device::flex()).expect("the embedded model loads");
    let options = DecodeOptions::default();
    for listing in listings().iter().rev() {
        assert_eq!(fresh.match_listing(listing.input(), &options).expect("computed"), run(listing, &options));
    }
}

#[test]
fn a_listing_is_answered_the_same_to_the_bit_whatever_shares_its_batch() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let options = DecodeOptions { rule: Rule::Free, none: NonePolicy::Allow, ..DecodeOptions::default() };
    // Shapes that recur, and photos and labels that recur in other listings.
    let shape = |seed: usize| {
        let labels: Vec<String> = (0..1 + seed % 4)
            .map(|label| format!("{}色{}", "黑白红黄".chars().nth(label).unwrap(), seed % 3))
            .collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        drawn("drawn", &labels, &some(seed..seed + 1 + seed / 4 % 7))
    };
    let mut all: Vec<Drawn> = listings().into_iter().chain((0..60).map(shape)).collect();
    let alone: BTreeMap<String, Answer> =
        all.iter().map(|one| (format!("{:?}", one.listing), run(one, &options))).collect();
    for size in [2, 3, 7, 20, all.len()] {
        all.shuffle(&mut rng);
        for batch in all.chunks(size) {
            let fresh = Matcher::embedded(Device::flex()).expect("the embedded model loads");
            let inputs: Vec<MatchInput> = batch.iter().map(Drawn::input).collect();
            let together = fresh.match_listings(&inputs, &options).expect("computed");
            for (one, answer) in batch.iter().zip(together) {
                assert_eq!(answer, alone[&format!("{:?}", one.listing)], "in a batch of {size}");
            }
        }
    }
}

#[test]
fn features_and_scores_do_not_depend_on_their_neighbours() {
    // Before scores are rounded to their grid, which would hide small differences.
    let photos: Vec<Photo> = (0..70).map(|number| matcher().prepare_pixels(&picture(number))).collect();
    let all: Vec<&Photo> = photos.iter().collect();
    let together = matcher().encode_photos(&all).expect("computed");
    for (photo, row) in all.iter().zip(together.values.chunks(together.width)) {
        assert_eq!(matcher().encode_photos(&[*photo]).expect("computed").values, row);
    }
    let labels = ["黑", "白色", "酒红", "上衣绿+裙子粉", "navy blue", "213#黑色【现货】", "浅蓝", "蓝"];
    let together = matcher().encode_labels(&labels).expect("computed");
    for (label, row) in labels.iter().zip(together.values.chunks(together.width)) {
        matcher().forget_labels();
        assert_eq!(matcher().encode_labels(&[label]).expect("computed").values, row, "{label}");
    }
}

#[test]
fn a_listing_that_fails_costs_no_other() {
    let good = drawn("good", &["黑色", "白色"], &some([0, 1, 2]));
    let unlabelled = drawn("unlabelled", &[], &some([0, 1, 2]));
    let unreadable = drawn("unreadable", &["黑色", "白色"], &[None]);
    let empty = drawn("empty", &["黑色", "白色"], &[]);
    let crowd = drawn("crowd", &["黑色", "白色"], &vec![None; peise::LISTING_LIMIT.0 + 1]);
    let mut foreign = good.clone();
    foreign.photos[1] = Ok(foreign_photo());
    let all = [&good, &unlabelled, &unreadable, &empty, &crowd, &foreign, &good].map(Drawn::input);
    let answers = matcher().match_listings(&all, &DecodeOptions::default()).expect("computed");
    let codes: Vec<Option<&str>> = answers.iter().map(|answer| Some(answer.error.as_ref()?.code.as_str())).collect();
    let too_large = Some("listing-too-large");
    assert_eq!(codes, [None, Some("no-label"), None, None, too_large, Some("photo-size"), None]);
    for nothing in &answers[2..4] {
        assert!(nothing.joint_probability.is_none() && nothing.rule.is_empty());
    }
    assert!(matches!(answers[2].verdict(0), Verdict::Unreadable(problem) if problem.code == "truncated"));
    assert_eq!(answers[0], answers[6]);
    assert_eq!(answers[0], run(&good, &DecodeOptions::default()));
    assert!(matcher().match_listings(&[], &DecodeOptions::default()).expect("nothing to do").is_empty());
}

/// A photo that was prepared for a model with another input size.
fn foreign_photo() -> Photo {
    let folder = tempfile::tempdir().expect("a folder");
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compact");
    let config = std::fs::read_to_string(assets.join("config.json")).expect("the embedded configuration");
    let config = config.replace("\"width\": 64", "\"width\": 48").replace("\"height\": 64", "\"height\": 48");
    std::fs::write(folder.path().join("config.json"), config).expect("written");
    std::fs::copy(assets.join("model.safetensors"), folder.path().join("model.safetensors")).expect("copied");
    let other = Matcher::load(folder.path(), Device::flex()).expect("the same weights fit");
    other.prepare_pixels(&picture(1))
}

#[test]
fn marginals_are_probabilities() {
    for listing in listings() {
        for options in rules() {
            let answer = run(&listing, &options);
            if answer.error.is_some() {
                continue;
            }
            let what = format!("{}, {options:?}", listing.listing.id);
            for image in answer.images.iter().filter(|image| image.error.is_none()) {
                let row: Vec<f32> = image.marginals.iter().copied().chain([image.none]).collect();
                // The approximation is held to 1e-3; it still sums to 1.
                let sum: f32 = row.iter().sum();
                assert!((sum - 1.0).abs() < 1e-4, "{what}: {sum}");
                assert!(row.iter().all(|value| (0.0..=1.0).contains(value)), "{what}: {row:?}");
                assert_eq!(Some(row[image.index.unwrap_or(row.len() - 1)]), image.probability, "{what}");
                assert!(options.none == NonePolicy::Allow || image.none == 0.0, "{what}");
                let later = (0..answer.labels.len()).filter(|&label| answer.options[label].same_as.is_some());
                later.for_each(|label| assert_eq!(row[label], 0.0, "{what}: an equal label's share is its first's"));
                assert!(image.runner_up.is_none() || image.runner_up != image.index, "{what}");
            }
            assert!(
                answer.options.iter().all(|option| option.bare.is_some_and(|p| (0.0..=1.0).contains(&p))),
                "{what}"
            );
            let least = answer.images.iter().filter_map(|image| image.probability).fold(1.0, f32::min);
            assert!(answer.joint_probability.is_some_and(|joint| (0.0..=least + 1e-5).contains(&joint)), "{what}");
        }
    }
}

#[test]
fn rules_hold() {
    let mut kept = BTreeMap::new();
    for listing in listings() {
        for options in rules() {
            let what = format!("{}, {options:?}", listing.listing.id);
            let images = listing.distinct();
            let same_as = indistinguishable(&listing.listing.labels);
            let labels = (0..same_as.len()).filter(|&label| same_as[label] == label).count();
            let possible = match options.rule {
                Rule::OneToOne => images <= labels || options.none == NonePolicy::Allow,
                Rule::AtMost(most) => images <= labels * most || options.none == NonePolicy::Allow,
                _ => true,
            };
            let answer = run(&listing, &options);
            assert_eq!(answer.error.is_none(), possible, "{what}: {:?}", answer.error);
            if !possible {
                continue;
            }
            let mut given = vec![0usize; answer.labels.len()];
            for (place, image) in answer.images.iter().enumerate().filter(|(_, image)| image.error.is_none()) {
                assert!(image.index.is_some() || options.none == NonePolicy::Allow, "{what}");
                let first = listing.pictures.iter().position(|&other| other == listing.pictures[place]);
                assert_eq!(image.same_as, first.filter(|&first| first != place), "{what}");
                if let Some(first) = image.same_as {
                    assert_eq!(image.index, answer.images[first].index, "{what}: equal pictures share one decision");
                    continue;
                }
                if let Some(label) = image.index {
                    assert_eq!(same_as[label], label, "{what}: of equal labels the first is given");
                    given[label] += 1;
                }
            }
            if options.objective == Objective::Image {
                // The best answer for each photo may break the rule.
                continue;
            }
            let covered = (0..given.len()).filter(|&label| same_as[label] == label).all(|label| given[label] > 0);
            let most = given.iter().copied().max().unwrap_or(0);
            let holds = match options.rule {
                Rule::Cover => {
                    if images < labels {
                        most <= 1
                    } else {
                        covered
                    }
                }
                Rule::OneToOne => most <= 1,
                Rule::AtMost(limit) => most <= limit,
                _ => true,
            };
            assert!(holds, "{what}: {given:?}");
            *kept.entry(options.rule.to_string()).or_insert(0) += 1;
        }
    }
    assert!(kept.len() == 5 && kept.values().all(|&count| count >= 5), "{kept:?}");
}
