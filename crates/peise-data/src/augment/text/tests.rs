//! Tests of the changes: what each does, and what none may do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::SeedableRng;

use super::*;

fn listing(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|&label| label.to_owned()).collect()
}

fn changed(changes: TextChanges, labels: &[&str], seed: u64) -> Vec<String> {
    changes.apply(&listing(labels), &mut ChaCha8Rng::seed_from_u64(seed))
}

fn always(field: fn(TextChanges, f64) -> Result<TextChanges, TextChangesError>) -> TextChanges {
    field(TextChanges::none(), 1.0).expect("1 is a probability")
}

#[test]
fn parts_change_places_alike_in_all_labels() {
    let reorder = always(TextChanges::with_reorder);
    for (labels, expected) in [
        (&["白色上衣+黑裤", "红色上衣+黑裤"][..], &["黑裤+白色上衣", "黑裤+红色上衣"][..]),
        (&["213#白/黑(现货)", "红"], &["213#黑/白(现货)", "红"]),
        // Order is all that tells these two apart.
        (&["黑+白", "白+黑", "红+蓝"], &["黑+白", "白+黑", "蓝+红"]),
        (&["黑(上+下)", "light blue"], &["黑(上+下)", "light blue"]),
        // 白 黑 reordered is what the other one already says.
        (&["黑+白", "白+黑"], &["黑+白", "白+黑"]),
        (&[], &[]),
    ] {
        assert_eq!(changed(reorder, labels, 1), expected);
    }
    let orders: BTreeSet<_> = (0..60).map(|seed| changed(reorder, &["红+绿+蓝"], seed)).collect();
    assert_eq!(orders.len(), 5);
}

#[test]
fn marks_and_colour_characters_are_exchanged_within_bounds() {
    let joined: BTreeSet<_> =
        (0..60).map(|seed| changed(always(TextChanges::with_joiner), &["白+黑", "红"], seed)).collect();
    assert_eq!(
        joined.into_iter().map(|labels| labels[0].clone()).collect::<Vec<_>>(),
        ["白 黑", "白+黑", "白-黑", "白/黑", "白、黑"]
    );
    let fold = always(TextChanges::with_fold);
    assert_eq!(changed(fold, &["白色上衣+黑色裤", "彩色"], 1), ["白上衣+黑裤", "彩色"]);
    assert_eq!(changed(fold, &["黑", "黑色"], 1), ["黑", "黑色"], "they would be equal");
}

#[test]
fn redundant_words_are_the_same_for_the_whole_listing() {
    let mut words = BTreeSet::new();
    for seed in 0..200 {
        let labels = changed(always(TextChanges::with_prefix), &["黑", "白"], seed);
        let prefix = labels[0].strip_suffix('黑').expect("the label is there");
        assert_eq!(Some(prefix), labels[1].strip_suffix('白'));
        words.insert(prefix.to_owned());
        let labels = changed(always(TextChanges::with_suffix), &["黑上衣+白裤", "白"], seed);
        let suffix = labels[0].strip_prefix("黑上衣+白裤").expect("the label is there");
        assert_eq!(Some(suffix), labels[1].strip_prefix('白'));
        words.insert(suffix.to_owned());
    }
    let some = |test: fn(&String) -> bool| words.iter().any(test);
    assert!(words.len() > 100 && some(|word| word.ends_with('#')) && some(|word| word.starts_with('(')), "{words:?}");
}

#[test]
fn letters_do_not_run_together() {
    assert_eq!(glued("xl", "black"), "xl black");
    assert_eq!(glued("213#", "black"), "213#black");
    assert_eq!(glued("黑", "现货"), "黑现货");
}

#[test]
fn recipes_are_read_and_bad_values_refused() {
    assert_eq!(toml::from_str(""), Ok(TextChanges::none()));
    assert_eq!(toml::from_str("reorder = 1.0"), Ok(always(TextChanges::with_reorder)));
    let written = toml::to_string(&TextChanges::recommended()).expect("probabilities are a table");
    assert_eq!(toml::from_str(&written), Ok(TextChanges::recommended()));
    for (text, expected) in
        [("reorder = 1.5", "reorder 1.5"), ("suffix = -0.1", "suffix -0.1"), ("shuffle = 1", "shuffle")]
    {
        let error = toml::from_str::<TextChanges>(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(TextChanges::none().with_fold(f64::NAN).is_err());
}

/// Labels as sellers write them, of few words so that they often share parts.
fn label() -> impl Strategy<Value = String> {
    let part = "(浅|深|)(黑|白|红|蓝|绿|牛油果绿|藏青)(色|)(上衣|裤|)(\\(现货\\)|)";
    let joined = prop::collection::vec((part, prop::sample::select(vec!["+", "/", "、", "-", " "])), 1..4);
    (joined, "(|213#|\\(新\\))").prop_map(|(parts, head)| {
        parts.into_iter().enumerate().fold(
            head,
            |label, (place, (part, joiner))| {
                if place == 0 { label + &part } else { label + joiner + &part }
            },
        )
    })
}

proptest! {
    #[test]
    fn labels_that_differ_stay_different_and_keep_their_colours(
        labels in prop::collection::vec(prop_oneof![4 => label(), 1 => "[黑白色+/ ()#-]{0,6}"], 0..6), seed: u64,
    ) {
        let half = TextChanges { reorder: 0.5, joiner: 0.5, fold: 0.5, prefix: 0.5, suffix: 0.5 };
        let after = half.apply(&labels, &mut ChaCha8Rng::seed_from_u64(seed));
        prop_assert_eq!(after.len(), labels.len());
        for (index, (before, became)) in labels.iter().zip(&after).enumerate() {
            prop_assert!(names_all(before, became), "{} {}", before, became);
            for (other, other_became) in labels.iter().zip(&after).skip(index + 1) {
                prop_assert_eq!(before == other, became == other_became, "{} {}", before, other);
            }
        }
        let again = half.apply(&labels, &mut ChaCha8Rng::seed_from_u64(seed));
        prop_assert_eq!(&after, &again);
        let none = TextChanges::none();
        prop_assert_eq!(none.apply(&labels, &mut ChaCha8Rng::seed_from_u64(seed)), labels);
    }

    /// Reordering alone keeps every part, letter for letter.
    #[test]
    fn reordering_keeps_parts(labels in prop::collection::vec(label(), 1..5), seed: u64) {
        let after = always(TextChanges::with_reorder).apply(&labels, &mut ChaCha8Rng::seed_from_u64(seed));
        let letters = |label: &str| label.chars().fold(BTreeMap::new(), |mut counts, letter| {
            *counts.entry(letter).or_insert(0) += 1;
            counts
        });
        for (before, became) in labels.iter().zip(&after) {
            prop_assert_eq!(letters(before), letters(became));
        }
    }
}
