use super::*;

#[test]
fn labels_of_sellers_parse_and_other_text_does_not() {
    for (label, expected) in [
        ("黑色", true),
        ("213#黑色(现货)", true),
        ("白色上衣+粉色裙子", true),
        ("A03浅蓝色连衣裙【送腰带】", true),
        ("黑白格衬衫", true),
        ("图片色", true),
        ("1号", true),
        ("色黑", false),
        ("今天天气很好我们去公园", false),
        ("裤子", false),
        ("", false),
        ("黑色黑色黑色黑色黑色黑色", false),
        ("衣上色白+子裙色粉", false),
        ("请问这件衣服有没有黑色的", false),
    ] {
        assert_eq!(parse(label).is_some(), expected, "{label}");
    }
}

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use peise::colour::{TERMS, by_name, mentions};
use peise::label::normalize;

fn phrase(name: &str) -> ColourText {
    ColourText { term: by_name(name).unwrap(), modifier: None }
}

fn part(colours: Vec<ColourText>, nouns: &'static [&'static str]) -> PartText {
    PartText { colours, pattern: None, nouns, english: &["top"] }
}

/// Options of one to three parts, a quarter of the parts with two colours.
fn options(rng: &mut ChaCha8Rng) -> Vec<OptionText> {
    const NOUNS: [&[&str]; 3] = [&["上衣", "衣"], &["裤子", "裤"], &["外套"]];
    let parts = rng.random_range(1..4);
    let mut options = Vec::new();
    while options.len() < 4 {
        let colour = |rng: &mut ChaCha8Rng| ColourText {
            term: &TERMS[rng.random_range(0..TERMS.len())],
            modifier: [None, None, Some(Modifier::Light), Some(Modifier::Dark), Some(Modifier::Vivid)]
                [rng.random_range(0..5)],
        };
        let parts = NOUNS[..parts].iter().map(|nouns| {
            let mut colours = vec![colour(rng)];
            let second = colour(rng);
            if rng.random_bool(0.25) && second.term != colours[0].term {
                colours.push(second);
            }
            let pattern = [None, Some(PatternWord::Check), Some(PatternWord::ColourBlock)][rng.random_range(0..3)];
            PartText { pattern, ..part(colours, nouns) }
        });
        let option = OptionText { parts: parts.collect() };
        if !options.contains(&option) {
            options.push(option);
        }
    }
    options
}

fn write(config: &GrammarConfig, options: &[OptionText], seed: u64) -> Vec<WrittenLabel> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    choose(config, options, &mut rng).write(options, &mut rng)
}

#[test]
fn labels_are_distinct_true_and_the_same_for_the_same_seed() {
    // Slips and traditional characters spoil colour words, which is what they are for.
    let config = GrammarConfig { sloppy: 0.0, traditional: 0.0, colourless: 0.05, ..GrammarConfig::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut labels, mut untrue, mut colourless) = (0, Vec::new(), 0);
    for seed in 0..3000 {
        let options = options(&mut rng);
        let written = write(&config, &options, seed);
        assert_eq!(written, write(&config, &options, seed));
        let distinct: BTreeSet<String> = written.iter().map(|label| normalize(&label.text)).collect();
        assert_eq!(distinct.len(), options.len(), "{written:?}");
        for (option, label) in options.iter().zip(&written) {
            labels += 1;
            let terms: Vec<&str> =
                option.parts.iter().flat_map(|part| &part.colours).map(|phrase| phrase.term.name).collect();
            let found = mentions(&label.text);
            if label.colourless {
                colourless += 1;
                assert!(found.is_empty(), "{label:?}");
            } else if found.is_empty() || !found.iter().all(|mention| terms.contains(&mention.term.name)) {
                untrue.push(&*label.text.to_owned().leak());
            }
        }
    }
    assert!((300..700).contains(&colourless), "{colourless} of {labels}");
    // Words that meet can make another's word (浅 + 天蓝, 米 + 白): the plainest way does not look.
    assert!(untrue.len() * 1000 < labels, "{} of {labels}: {:?}", untrue.len(), &untrue[..untrue.len().min(20)]);
}

#[test]
fn written_labels_parse() {
    let config = GrammarConfig { sloppy: 0.0, traditional: 0.0, ..GrammarConfig::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let mut labels = Vec::new();
    for seed in 0..1000 {
        labels.extend(write(&config, &options(&mut rng), seed).into_iter().map(|label| label.text));
    }
    let failed: Vec<&String> = labels.iter().filter(|label| parse(label).is_none()).collect();
    assert!(failed.len() * 100 < labels.len(), "{} of {}: {:?}", failed.len(), labels.len(), &failed[..20]);
}

#[test]
fn every_rate_may_be_zero_or_one() {
    let defaults = serde_json::to_value(GrammarConfig::default()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    let set = |names: &[&String], rate: f64| {
        let mut config = defaults.clone();
        names.iter().for_each(|name| config[name.as_str()] = rate.into());
        serde_json::from_value::<GrammarConfig>(config).unwrap()
    };
    let names: Vec<&String> = defaults.as_object().unwrap().keys().collect();
    let each = names.chunks(1).chain([&names[..]]).flat_map(|names| [set(names, 0.0), set(names, 1.0)]);
    for (seed, config) in each.enumerate() {
        for _ in 0..20 {
            let options = options(&mut rng);
            let labels = write(&config, &options, seed as u64);
            let distinct: BTreeSet<String> = labels.iter().map(|label| normalize(&label.text)).collect();
            assert_eq!(distinct.len(), options.len(), "{config:?} {labels:?}");
        }
    }
}

#[test]
fn a_seller_keeps_to_one_manner() {
    let options: Vec<OptionText> = ["Black", "White", "Red"]
        .map(|name| OptionText { parts: vec![part(vec![phrase(name)], &["连衣裙"])] })
        .to_vec();
    let one = |name: &str| GrammarConfig { some_labels_only: 0.0, sloppy: 0.0, bare: 0.0, ..only(name) };
    for seed in 0..50 {
        let noted = write(&one("note"), &options, seed);
        let notes: BTreeSet<bool> = noted.iter().map(|label| normalize(&label.text).contains('(')).collect();
        assert_eq!(notes, BTreeSet::from([true]), "{noted:?}");
        let english = write(&one("english"), &options, seed);
        assert!(english.iter().all(|label| label.text.is_ascii()), "{english:?}");
        let mere = write(&only("bare"), &options, seed);
        assert!(mere.iter().all(|label| label.text.chars().count() <= 4), "{mere:?}");
        let numbered = write(&one("colourless"), &options, seed);
        assert!(numbered.iter().any(|label| label.colourless), "{numbered:?}");
    }
}

/// A config in which one rate is one and all others are zero.
fn only(name: &str) -> GrammarConfig {
    let mut config = serde_json::to_value(GrammarConfig::default()).unwrap();
    config.as_object_mut().unwrap().values_mut().for_each(|rate| *rate = 0.0.into());
    config[name] = 1.0.into();
    serde_json::from_value(config).unwrap()
}

proptest! {
    #[test]
    fn any_text_may_be_parsed(text in any::<String>(), head in "[黑白色+(（0-9a-z裤]{0,12}") {
        for label in [text.clone(), format!("{head}{text}"), head] {
            if let Some(parse) = parse(&label) {
                let pieces: String = parse.pieces.iter().map(|(_, range)| &parse.text[range.clone()]).collect();
                prop_assert_eq!(pieces, parse.text);
            }
        }
    }
}
