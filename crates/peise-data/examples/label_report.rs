//! Measures the grammar against held-out real labels, as Markdown.

use std::error::Error;

use peise::colour::{ColourTerm, TERMS, by_word};
use peise::label::normalize;
use peise::label::statistics::{Place, phrases, word};
use peise_data::language::grammar::{
    ColourText, GrammarConfig, Modifier, OptionText, PartText, PatternWord, WrittenLabel, choose, parse,
};
use peise_data::language::measure::{FEATURES, bigrams, jensen_shannon, lengths, rate};
use peise_data::language::split::{Half, half};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

#[derive(Deserialize)]
struct Listing {
    labels: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(labels), Some(listings)) = (arguments.next(), arguments.next()) else {
        return Err("usage: label_report LABELS.csv LABEL_SETS.jsonl".into());
    };
    let mut halves = [Vec::new(), Vec::new()];
    for record in csv::ReaderBuilder::new().flexible(true).from_path(labels)?.records() {
        let label = record?[0].trim_start_matches('\u{feff}').to_owned();
        halves[usize::from(half(&label) == Half::HeldOut)].push(normalize(&label));
    }
    let [learning, held_out] = halves;
    let mut rng = ChaCha8Rng::seed_from_u64(1);

    let (generated, naive, written) = generate(&World::new([25, 10]), held_out.len(), &mut rng);
    // As many parts as the labels of the learning half name.
    let (counted, ..) = generate(&World::new([12, 1]), held_out.len(), &mut rng);
    println!(
        "| compared with {} held-out labels | bigrams, JS bits | lengths, JS bits |\n|---|---|---|",
        held_out.len()
    );
    for (name, labels) in [
        ("learning half (floor)", &learning),
        ("generated, 65/25/10 % of 1/2/3 parts", &generated),
        ("generated, 87/12/1 % as counted", &counted),
        ("colour + 色 (ceiling)", &naive),
    ] {
        println!(
            "| {name} | {:.3} | {:.3} |",
            jensen_shannon(&bigrams(labels), &bigrams(&held_out)),
            jensen_shannon(&lengths(labels), &lengths(&held_out))
        );
    }
    println!(
        "\n| feature | held out | learning | generated | generated, parts as counted | colour + 色 |\n|---|---|---|---|---|---|"
    );
    for (name, feature) in FEATURES {
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            rate(&held_out, feature),
            rate(&learning, feature),
            rate(&generated, feature),
            rate(&counted, feature),
            rate(&naive, feature)
        );
    }
    let mean = |labels: &[String]| {
        labels.iter().map(|label| label.chars().count()).sum::<usize>() as f64 / labels.len() as f64
    };
    println!(
        "| mean length, characters | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
        mean(&held_out),
        mean(&learning),
        mean(&generated),
        mean(&counted),
        mean(&naive)
    );
    println!("\n| labels | parse | their characters shuffled parse |\n|---|---|---|");
    for (name, labels) in [("learning", &learning), ("held out", &held_out), ("generated", &generated)] {
        let parsed = labels.iter().filter(|label| parse(label).is_some()).count();
        let shuffled: Vec<String> = labels.iter().map(|label| shuffle(label, &mut rng)).collect();
        let wrong: Vec<bool> = labels
            .iter()
            .zip(&shuffled)
            .filter(|(label, other)| label != other)
            .map(|(_, other)| parse(other).is_some())
            .collect();
        let accepted = wrong.iter().filter(|accepted| **accepted).count();
        println!(
            "| {name} | {:.1} % of {} | {:.1} % of {} |",
            100.0 * parsed as f64 / labels.len() as f64,
            labels.len(),
            100.0 * accepted as f64 / wrong.len() as f64,
            wrong.len()
        );
    }
    let text = std::fs::read_to_string(listings)?;
    let real: Vec<Listing> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut real: Vec<Vec<String>> = real
        .into_iter()
        .map(|listing| listing.labels)
        .filter(|labels| (2..=4).contains(&labels.len()) && labels.iter().all(|label| half(label) == Half::HeldOut))
        .collect();
    real.shuffle(&mut rng);
    println!("\n| real | generated |\n|---|---|");
    for (real, written) in real.iter().zip(written.iter().filter(|labels| labels.len() <= 4)).take(60) {
        println!("| {} | {} |", real.join("、 "), written.join("、 "));
    }
    for label in generated.iter().filter(|label| parse(label).is_none()).take(30) {
        eprintln!("does not parse: {label}");
    }
    Ok(())
}

/// Generated labels and naive ones, normalised, and the listings as written.
fn generate(world: &World, count: usize, rng: &mut ChaCha8Rng) -> (Vec<String>, Vec<String>, Vec<Vec<String>>) {
    let (mut generated, mut naive, mut written) = (Vec::new(), Vec::new(), Vec::new());
    let config = GrammarConfig::default();
    while generated.len() < count {
        let options = world.listing(rng);
        let labels = choose(&config, &options, rng).write(&options, rng);
        let labels: Vec<String> = labels.into_iter().map(|WrittenLabel { text, .. }| text).collect();
        generated.extend(labels.iter().map(|label| normalize(label)));
        naive.extend(options.iter().map(|option| format!("{}色", option.parts[0].colours[0].term.chinese[0])));
        written.push(labels);
    }
    (generated, naive, written)
}

fn shuffle(label: &str, rng: &mut ChaCha8Rng) -> String {
    let mut characters: Vec<char> = label.chars().collect();
    characters.shuffle(rng);
    characters.into_iter().collect()
}

/// Garments by where they are worn, with the words for each: tops, bottoms, and what is worn alone.
#[rustfmt::skip]
const GARMENTS: [&[(&[&str], &[&str])]; 3] = [
    &[
        (&["上衣", "衣"], &["top"]), (&["衬衫", "衬衣"], &["shirt"]), (&["T恤", "T"], &["t-shirt"]), (&["外套"], &["jacket"]),
        (&["西装"], &["blazer"]), (&["马甲"], &["vest"]), (&["毛衣"], &["sweater"]), (&["卫衣"], &["hoodie"]), (&["吊带"], &["camisole"]),
        (&["开衫"], &["cardigan"]), (&["背心"], &["vest"]),
    ],
    &[
        (&["裤子", "裤"], &["trousers"]), (&["裙子", "裙"], &["skirt"]), (&["短裤"], &["shorts"]), (&["短裙"], &["skirt"]),
        (&["半身裙", "半裙"], &["skirt"]), (&["长裤"], &["trousers"]), (&["西裤"], &["trousers"]), (&["牛仔裤"], &["jeans"]),
    ],
    &[
        (&["连衣裙", "裙"], &["dress"]), (&["裙", "裙子"], &["dress"]), (&["上衣"], &["top"]), (&["衬衫", "衬衣"], &["shirt"]), (&["西装", "小西装"], &["blazer"]),
        (&["裤子", "裤"], &["trousers"]), (&["套装", "两件套"], &["set"]), (&["外套"], &["jacket"]), (&["马甲"], &["vest"]), (&["吊带裙", "吊带"], &["dress"]),
        (&["毛衣"], &["sweater"]), (&["短裤"], &["shorts"]), (&["卫衣"], &["hoodie"]), (&["T恤", "T"], &["t-shirt"]),
    ],
];

type Garment = (&'static [&'static str], &'static [&'static str]);

/// Random options: colours and garments as common as in real labels.
struct World {
    terms: Vec<(&'static ColourTerm, u32)>,
    /// Of 100 listings, those with two and with three parts.
    parts: [u32; 2],
}

impl World {
    fn new(parts: [u32; 2]) -> Self {
        let mut terms: Vec<(&'static ColourTerm, u32)> = TERMS.iter().map(|term| (term, 0)).collect();
        for phrase in phrases(Place::Colour) {
            if let Some(term) = by_word(phrase.text)
                && let Some((_, count)) = terms.iter_mut().find(|(other, _)| *other == term)
            {
                *count += phrase.labels;
            }
        }
        Self { terms, parts }
    }

    fn listing(&self, rng: &mut ChaCha8Rng) -> Vec<OptionText> {
        let count = *[2, 2, 2, 3, 3, 4, 5].choose(rng).unwrap_or(&2);
        let draw = rng.random_range(0..100);
        let parts = 1 + usize::from(draw < self.parts[0] + self.parts[1]) + usize::from(draw < self.parts[1]);
        let worn: &[usize] = [&[2][..], &[0, 1], &[0, 0, 1]][parts - 1];
        let mut garments: Vec<Garment> = Vec::new();
        while garments.len() < parts {
            let drawn = garment(GARMENTS[worn[garments.len()]], rng);
            if !garments.contains(&drawn) {
                garments.push(drawn);
            }
        }
        let patterns = [
            PatternWord::Stripe,
            PatternWord::Check,
            PatternWord::Check,
            PatternWord::Floral,
            PatternWord::ColourBlock,
            PatternWord::Dot,
        ];
        let pattern = rng.random_bool(0.1).then(|| *patterns.choose(rng).unwrap_or(&PatternWord::Check));
        let mut options: Vec<OptionText> = Vec::new();
        while options.len() < count {
            let option =
                OptionText { parts: garments.iter().map(|garment| self.part(*garment, pattern, rng)).collect() };
            if !options.contains(&option) {
                options.push(option);
            }
        }
        options
    }

    fn part(&self, (nouns, english): Garment, pattern: Option<PatternWord>, rng: &mut ChaCha8Rng) -> PartText {
        let two = pattern == Some(PatternWord::ColourBlock) || (pattern.is_some() && rng.random_bool(0.3));
        let mut colours = vec![self.phrase(rng)];
        while two && colours.len() < 2 {
            let phrase = self.phrase(rng);
            if phrase.term != colours[0].term {
                colours.push(phrase);
            }
        }
        PartText { colours, pattern, nouns, english }
    }

    fn phrase(&self, rng: &mut ChaCha8Rng) -> ColourText {
        let term = self.terms.choose_weighted(rng, |(_, count)| *count).map_or(&TERMS[0], |(term, _)| *term);
        let shaded = ["Blue", "Grey", "Green", "Purple", "Khaki", "Coffee Brown"].contains(&term.name);
        let modifier = match rng.random_range(0..100) {
            0..20 if shaded => Some(Modifier::Light),
            20..35 if shaded => Some(Modifier::Dark),
            35 if shaded => Some(Modifier::Vivid),
            _ => None,
        };
        ColourText { term, modifier }
    }
}

/// A garment as common as in real labels.
fn garment(garments: &[Garment], rng: &mut ChaCha8Rng) -> Garment {
    let count = |garment: &Garment| word(&normalize(garment.0[0])).map_or(1, |word| word.labels);
    garments.choose_weighted(rng, count).copied().unwrap_or((&[], &[]))
}
