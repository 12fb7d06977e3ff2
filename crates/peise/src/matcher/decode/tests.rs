//! Against brute force on all small sizes.

use proptest::prelude::*;

use super::*;

/// Every assignment that the rule admits, with its log-weight.
fn every(scores: &Scores, optional: &[bool], options: &DecodeOptions) -> Vec<(Vec<usize>, f64)> {
    let (images, labels) = (scores.images(), scores.labels());
    let columns = labels + usize::from(options.none == NonePolicy::Allow);
    let asked = optional.iter().filter(|&&optional| !optional).count();
    let reward = match options.rule {
        Rule::Auto | Rule::Reserve => options.cover_reward,
        _ => 0.0,
    };
    (0..columns.pow(images as u32))
        .map(|code| (0..images).map(|image| code / columns.pow(image as u32) % columns).collect())
        .filter_map(|chosen: Vec<usize>| {
            let count = |label| chosen.iter().filter(|&&column| column == label).count();
            let counts: Vec<usize> = (0..labels).map(count).collect();
            let covered = (0..labels).filter(|&label| !optional[label] && counts[label] > 0).count();
            let kept = match options.rule {
                Rule::Cover => covered == asked.min(images),
                Rule::OneToOne => counts.iter().all(|&count| count <= 1),
                Rule::AtMost(images) => counts.iter().all(|&count| count <= images),
                Rule::Auto | Rule::Free | Rule::Reserve => true,
            };
            let choice: Vec<Option<usize>> = chosen.iter().map(|&c| (c < labels).then_some(c)).collect();
            let weight = log_weight(scores, &choice, 0.0) + reward * covered as f64;
            kept.then_some((chosen, weight))
        })
        .collect()
}

const RULES: [Rule; 7] =
    [Rule::Auto, Rule::Cover, Rule::OneToOne, Rule::AtMost(2), Rule::AtMost(3), Rule::Free, Rule::Reserve];

/// Every rule, with and without none, with several rewards.
fn settings() -> impl Iterator<Item = DecodeOptions> {
    RULES.into_iter().flat_map(|rule| {
        [NonePolicy::Allow, NonePolicy::Forbid].into_iter().flat_map(move |none| {
            [0.0, 1.0, 5.0].into_iter().map(move |cover_reward| DecodeOptions {
                rule,
                objective: Objective::Listing,
                none,
                cover_reward,
            })
        })
    })
}

fn listing() -> impl Strategy<Value = Scores> {
    (0usize..=5, 0usize..=4, prop_oneof![Just(0.0f32), Just(1.0), Just(5.0), Just(40.0)])
        .prop_flat_map(|(images, labels, scale)| {
            let score = move || (-1.0f32..1.0).prop_map(move |value| scale * value);
            let values = prop::collection::vec(score(), images * labels);
            let none = prop::collection::vec(score(), images);
            (Just((images, labels)), values, none)
        })
        .prop_map(|((images, labels), values, none)| Scores::new(images, labels, values, none))
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * (1.0 + right.abs())
}

/// A listing, and which of its labels need no photo.
fn partly_optional() -> impl Strategy<Value = (Scores, Vec<bool>)> {
    listing().prop_flat_map(|scores| {
        let optional = prop::collection::vec(prop::bool::weighted(0.3), scores.labels());
        (Just(scores), optional)
    })
}

/// Log-sum of the assignments' weights.
fn partition(all: &[(Vec<usize>, f64)]) -> f64 {
    let best = all.iter().map(|(_, weight)| *weight).fold(f64::NEG_INFINITY, f64::max);
    best + all.iter().map(|(_, weight)| (weight - best).exp()).sum::<f64>().ln()
}

/// Probability of each label that no image has it.
fn bare(all: &[(Vec<usize>, f64)], labels: usize) -> Vec<f64> {
    let partition = partition(all);
    let without = |label: usize| all.iter().filter(move |(chosen, _)| !chosen.contains(&label));
    (0..labels).map(|label| without(label).map(|(_, weight)| (weight - partition).exp()).sum()).collect()
}

proptest! {
    #[test]
    fn agrees_with_brute_force((scores, optional) in partly_optional()) {
        let labels = scores.labels();
        for options in settings() {
            let all = every(&scores, &optional, &options);
            let Ok(given) = decode_with_optional(&scores, &optional, &options) else {
                prop_assert!(all.is_empty(), "{options:?} refused");
                continue;
            };
            let partition = partition(&all);
            let mut values = vec![0.0; scores.images() * (labels + 1)];
            for (chosen, weight) in &all {
                for (image, &column) in chosen.iter().enumerate() {
                    values[image * (labels + 1) + column.min(labels)] += (weight - partition).exp();
                }
            }
            for (found, expected) in given.marginals.iter().zip(&values) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-6, "{options:?} {found} {expected}");
            }
            let best = all.iter().map(|(_, weight)| *weight).fold(f64::NEG_INFINITY, f64::max);
            let columns: Vec<usize> = given.choices.iter().map(|choice| choice.label.unwrap_or(labels)).collect();
            let found = all.iter().find(|(chosen, _)| *chosen == columns);
            prop_assert!(found.is_some_and(|(_, weight)| close(*weight, best)), "{options:?} {columns:?} {found:?}");
            prop_assert!((f64::from(given.joint_probability) - (best - partition).exp()).abs() < 1e-6);
            // Whatever the rule, bare options are as the reserve sees them.
            let reserve = every(&scores, &optional, &DecodeOptions { rule: Rule::Reserve, ..options });
            for (found, expected) in given.bare.iter().zip(bare(&reserve, labels)) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-6, "{options:?} {found} {expected}");
            }
        }
    }

    #[test]
    fn sums_agree_with_brute_force(scores in listing()) {
        let labels = scores.labels();
        for options in settings() {
            let DecodeOptions { rule, none, cover_reward: reward, .. } = options;
            let all = every(&scores, &vec![false; labels], &options);
            let Ok(sums) = marginals(&scores, rule, none, reward) else {
                prop_assert!(all.is_empty(), "{options:?} refused");
                continue;
            };
            prop_assert!(close(sums.log_partition, partition(&all)), "{options:?}");
            prop_assert!(sums.exact);
            let expected = bare(&all, labels);
            prop_assert!(close(sums.expected_covered, labels as f64 - expected.iter().sum::<f64>()), "{options:?}");
            for (found, expected) in sums.bare.iter().zip(expected) {
                prop_assert!(close(*found, expected), "{options:?} {found} {expected}");
            }
            for row in sums.values.chunks(labels + 1) {
                prop_assert!(close(row.iter().sum(), 1.0));
            }
        }
    }

    #[test]
    fn expected_cover_is_the_derivative_in_the_reward(scores in listing(), reward in 0.1f64..4.0) {
        for none in [NonePolicy::Allow, NonePolicy::Forbid] {
            let at = |reward| marginals(&scores, Rule::Reserve, none, reward);
            if let (Ok(below), Ok(here), Ok(above)) = (at(reward - 1e-4), at(reward), at(reward + 1e-4)) {
                let slope = (above.log_partition - below.log_partition) / 2e-4;
                prop_assert!((slope - here.expected_covered).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn order_of_images_and_labels_does_not_matter(scores in listing(), turn in 0usize..20, flip: bool) {
        let (images, labels) = (scores.images(), scores.labels());
        let image = |i: usize| if flip { images - 1 - i } else { (i + turn) % images };
        let label = |l: usize| if flip { (l + turn) % labels } else { labels - 1 - l };
        let values = (0..images).flat_map(|i| (0..labels).map(move |l| (i, l)))
            .map(|(i, l)| scores.row(image(i))[label(l)]).collect();
        let none = (0..images).map(|i| scores.none(image(i))).collect();
        let moved = Scores::new(images, labels, values, none);
        for options in settings() {
            let (Ok(plain), Ok(turned)) = (decode(&scores, &options), decode(&moved, &options)) else { continue };
            for i in 0..images {
                for l in 0..=labels {
                    let from = image(i) * (labels + 1) + if l < labels { label(l) } else { l };
                    let (a, b) = (plain.marginals[from], turned.marginals[i * (labels + 1) + l]);
                    prop_assert!((a - b).abs() < 1e-6);
                }
            }
            for l in 0..labels {
                prop_assert!((plain.bare[label(l)] - turned.bare[l]).abs() < 1e-6);
            }
            prop_assert!((plain.joint_probability - turned.joint_probability).abs() < 1e-6);
        }
    }
}

/// Scores without structure, a fixed function of the size.
fn pattern(images: usize, labels: usize) -> Scores {
    let score = |at: usize| ((at * 7919 % 1009) as f32 / 1009.0 - 0.5) * 12.0;
    let values = (0..images * labels).map(score).collect();
    Scores::new(images, labels, values, vec![-3.0; images])
}

#[test]
fn any_size_is_decoded_under_any_rule() {
    for (images, labels) in [(0, 0), (1, 1), (33, 14), (33, 24), (19, 19), (7, 40), (200, 60), (70, 70)] {
        for rule in [Rule::Auto, Rule::Cover, Rule::OneToOne, Rule::AtMost(3), Rule::Free] {
            let options = DecodeOptions { rule, none: NonePolicy::Allow, cover_reward: 1.0, ..Default::default() };
            let scores = pattern(images, labels);
            let given = decode(&scores, &options).unwrap();
            let chosen: Vec<_> = given.choices.iter().map(|choice| choice.label).collect();
            let kept = |count: usize| match rule {
                Rule::Cover if images < labels => count <= 1,
                Rule::Cover => count > 0,
                Rule::OneToOne => count <= 1,
                Rule::AtMost(most) => count <= most,
                _ => true,
            };
            assert!(counts(&chosen, labels).into_iter().all(kept), "{images} {labels} {rule}");
            assert!((0.0..=1.0).contains(&given.joint_probability));
            assert!(given.bare.iter().all(|bare| (0.0..=1.0).contains(bare)), "{images} {labels} {rule}");
            for row in given.marginals.chunks(labels + 1) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{images} {labels} {rule}");
            }
        }
    }
}

#[test]
fn both_programmes_and_both_number_systems_agree() {
    use super::exact::{Programme, beliefs};
    use super::problem::Coupling;
    use super::weight::Log;
    for coupling in [Coupling::Cover, Coupling::Reserve(1.5), Coupling::AtMost(1), Coupling::AtMost(2)] {
        let mut table = Table::new(&pattern(6, 5), NonePolicy::Allow).unwrap();
        table.normalise();
        let log = label_sets::sums(&table.weights::<Log>(), table.labels, coupling).beliefs(&table);
        let one = beliefs(&table, coupling, Programme::LabelSets);
        for other in [beliefs(&table, coupling, Programme::ImageSets), log] {
            assert!(close(other.log_partition, one.log_partition), "{coupling:?}");
            let mut pairs = other.values.iter().chain(&other.bare).zip(one.values.iter().chain(&one.bare));
            assert!(pairs.all(|(a, b)| close(*a, *b)), "{coupling:?}");
        }
    }
}

#[test]
fn a_label_that_every_image_hates_is_still_covered() {
    let values = (0..4).flat_map(|image| [image as f32, -800.0 - image as f32, 5.0]).collect();
    let scores = Scores::new(4, 3, values, vec![0.0; 4]);
    let given = decode(&scores, &DecodeOptions { rule: Rule::Cover, ..Default::default() }).unwrap();
    assert!(given.choices.iter().any(|choice| choice.label == Some(1)));
    let mean: f32 = given.marginals.chunks(4).map(|row| row[1]).sum();
    assert!((mean - 1.0).abs() < 1e-6, "{mean}");
}

#[test]
fn equal_scores_are_given_in_order() {
    let flat = |images, labels| Scores::new(images, labels, vec![0.5; images * labels], vec![0.5; images]);
    let cases: [(Rule, usize, usize, &[usize]); 5] = [
        (Rule::Cover, 4, 3, &[0, 0, 1, 2]),
        (Rule::OneToOne, 3, 3, &[0, 1, 2]),
        (Rule::AtMost(2), 4, 3, &[0, 0, 1, 1]),
        (Rule::Free, 3, 2, &[0, 0, 0]),
        (Rule::Reserve, 3, 3, &[0, 1, 2]),
    ];
    for (rule, images, labels, expected) in cases {
        let options = DecodeOptions { rule, cover_reward: 1.0, ..Default::default() };
        let given = decode(&flat(images, labels), &options).unwrap();
        let chosen: Vec<_> = given.choices.iter().filter_map(|choice| choice.label).collect();
        assert_eq!(chosen, expected, "{rule}");
    }
}

#[test]
fn what_cannot_be_decoded_says_why() {
    let options = |rule, none, cover_reward| DecodeOptions { rule, none, cover_reward, ..Default::default() };
    let forbid = |rule| options(rule, NonePolicy::Forbid, 0.0);
    let bad = |at: usize, value: f32| {
        let mut values = vec![0.0; 6];
        values[at] = value;
        Scores::new(3, 2, values, vec![f32::NAN; 3])
    };
    let cases = [
        (
            pattern(4, 3),
            forbid(Rule::OneToOne),
            "one-to-one cannot be kept: 3 labels take at most 3 images, there are 4",
        ),
        (pattern(7, 3), forbid(Rule::AtMost(2)), "allow photos without a label"),
        (pattern(3, 2), forbid(Rule::AtMost(0)), "at-most:0"),
        (pattern(3, 0), forbid(Rule::Auto), "3 images but no labels"),
        (pattern(3, 2), options(Rule::Reserve, NonePolicy::Forbid, -1.0), "reward"),
        (bad(3, f32::INFINITY), forbid(Rule::Free), "image 1 for label 1 is inf"),
        (bad(0, 0.0), options(Rule::Free, NonePolicy::Allow, 0.0), "image 0 for no label is NaN"),
    ];
    for (scores, options, expected) in cases {
        let error = decode(&scores, &options).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(decode(&pattern(0, 0), &forbid(Rule::Auto)).unwrap().joint_probability, 1.0);
}

#[test]
fn cover_with_too_few_images_leaves_the_least_likely_labels_bare() {
    let scores = Scores::new(2, 4, vec![5.0, 0.0, 4.0, 1.0, 5.0, 0.0, 1.0, 4.5], vec![9.0; 2]);
    for none in [NonePolicy::Allow, NonePolicy::Forbid] {
        let given = decode(&scores, &DecodeOptions { rule: Rule::Cover, none, ..Default::default() }).unwrap();
        let chosen: Vec<_> = given.choices.iter().map(|choice| choice.label).collect();
        assert_eq!(chosen, [Some(0), Some(3)]);
        assert_eq!(given.rule, Rule::Cover);
    }
}

#[test]
fn labels_that_need_no_photo_are_not_forced() {
    // Label 1 fits no photo: only a rule would give it one.
    let scores = Scores::new(3, 3, vec![5.0, 0.0, 1.0, 4.0, 0.0, 5.0, 3.0, 1.0, 5.0], vec![0.0; 3]);
    for rule in [Rule::Cover, Rule::Reserve] {
        let options = DecodeOptions { rule, cover_reward: 50.0, ..Default::default() };
        let labels = |optional: [bool; 3]| -> Vec<Option<usize>> {
            decode_with_optional(&scores, &optional, &options).unwrap().choices.iter().map(|c| c.label).collect()
        };
        assert_eq!(labels([false; 3]), [Some(0), Some(2), Some(1)], "{rule}");
        assert_eq!(labels([false, true, false]), [Some(0), Some(2), Some(2)], "{rule}");
    }
}
