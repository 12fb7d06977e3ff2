//! Fits the reserve, the one number by which the rule `reserve` leaves options bare, and prints what it does.
//!
//! ```text
//! benches/results/reserve.py --peise target/release/peise --data FOLDER --out DIR
//! cargo run --release -p peise --example reserve -- DIR [RESERVE]...
//! ```
//!
//! Marginals under the rule `free` are scores up to a constant for each photo, which no rule sees. From those of DIR
//! every listing is decoded under `cover`, and under `reserve` with every number of a grid. The number that is fitted
//! gets most listings with a bare option entirely right, of those that cost no validation set whose options are all
//! shown more than 0.003 of its photos against `cover`.

use peise::listing::Scores;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Rule, decode, reward};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::{env, error::Error, fs};

/// A listing's scores, and its truth where every photo shows an option.
type Listing = (Scores, Vec<usize>);

/// Photos right, photos, listings right, listings.
#[derive(Default, Clone, Copy)]
struct Right {
    photos: (usize, usize),
    listings: (usize, usize),
}

impl Right {
    fn shares(self) -> [f64; 2] {
        [self.photos, self.listings].map(|(right, all)| right as f64 / all as f64)
    }
}

/// The listings of a set, from its scores and its truth.
fn read(scores: &Path, truth: &Path) -> Result<Vec<Listing>, Box<dyn Error>> {
    let truth: Value = serde_json::from_str(&fs::read_to_string(truth)?)?;
    let mut listings = Vec::new();
    for line in fs::read_to_string(scores)?.lines() {
        let answer: Value = serde_json::from_str(line)?;
        let labels: Vec<&str> = texts(&answer["labels"]);
        let id = answer["id"].as_str().ok_or("a listing without id")?;
        let given: BTreeMap<&str, &str> = truth[id]["imgs_tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
            .filter_map(|(file, label)| Some((file.as_str(), label.as_str()?)))
            .collect();
        let (mut values, mut none, mut right) = (Vec::new(), Vec::new(), Vec::new());
        for image in answer["images"].as_array().into_iter().flatten() {
            let log = |value: &Value| value.as_f64().unwrap_or(0.0).max(f64::from(f32::MIN_POSITIVE)).ln() as f32;
            values.extend(image["marginals"].as_array().into_iter().flatten().map(log));
            none.push(log(&image["none"]));
            let label = image["file"].as_str().and_then(|file| given.get(file));
            right.extend(label.and_then(|label| labels.iter().position(|known| known == label)));
        }
        if right.len() == none.len() && values.len() == none.len() * labels.len() {
            listings.push((Scores::new(none.len(), labels.len(), values, none), right));
        }
    }
    Ok(listings)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// How a listing is decoded.
#[derive(Clone, Copy)]
enum By {
    Cover,
    Reserve(f64),
    Free,
}

impl By {
    fn options(self, scores: &Scores) -> DecodeOptions {
        let options = DecodeOptions { none: NonePolicy::Allow, ..DecodeOptions::default() };
        match self {
            Self::Cover => DecodeOptions { rule: Rule::Cover, none: NonePolicy::Forbid, ..options },
            Self::Free => DecodeOptions { rule: Rule::Free, ..options },
            Self::Reserve(log_odds) => {
                let cover_reward = reward(log_odds, scores.images(), scores.labels());
                DecodeOptions { rule: Rule::Reserve, cover_reward, ..options }
            }
        }
    }
}

fn measure(listings: &[Listing], by: By) -> Result<Right, Box<dyn Error>> {
    let mut found = Right::default();
    for (scores, truth) in listings {
        let given = decode(scores, &by.options(scores))?;
        let right = given.choices.iter().zip(truth).filter(|(choice, truth)| choice.label == Some(**truth)).count();
        found.photos = (found.photos.0 + right, found.photos.1 + truth.len());
        found.listings = (found.listings.0 + usize::from(right == truth.len()), found.listings.1 + 1);
    }
    Ok(found)
}

/// Photos that `reserve` may cost a set whose options are all shown, as a share.
const MOST_LOST: f64 = 0.003;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder that benches/results/reserve.py wrote")?;
    let mut grid = arguments.map(|text| text.parse()).collect::<Result<Vec<f64>, _>>()?;
    if grid.is_empty() {
        grid = (-4..=16).map(|step| f64::from(step) / 4.0).collect();
    }
    // Split, kind and set, from names such as `validation-web-sampled-bare`.
    let mut sets: BTreeMap<(String, String, String), Vec<Listing>> = BTreeMap::new();
    for entry in fs::read_dir(&folder)? {
        let scores = entry?.path();
        let Some(name) = scores.file_name().and_then(|name| name.to_str()?.strip_suffix(".jsonl")) else { continue };
        let parts = name.split_once('-').and_then(|(split, rest)| Some((split, rest.rsplit_once('-')?)));
        let (split, (set, kind)) = parts.ok_or("expected files named SPLIT-SET-KIND.jsonl")?;
        let listings = read(&scores, &scores.with_file_name(format!("{name}.truth.json")))?;
        sets.insert((split.to_owned(), kind.to_owned(), set.to_owned()), listings);
    }
    let validation = |kind: &'static str| {
        sets.iter().filter(move |((split, of, _), _)| split == "validation" && of == kind).map(|(_, listings)| listings)
    };
    println!("| reserve | all shown: most Acc lost | one bare: mean Acc | mean EM |");
    println!("|---:|---:|---:|---:|");
    let mut best: Option<(f64, f64)> = None;
    for &number in &grid {
        let by = By::Reserve(number);
        let mut lost = f64::NEG_INFINITY;
        for listings in validation("full") {
            lost = lost.max(measure(listings, By::Cover)?.shares()[0] - measure(listings, by)?.shares()[0]);
        }
        let shares = validation("bare").map(|listings| Ok(measure(listings, by)?.shares()));
        let shares = shares.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        let mean = |at: usize| shares.iter().map(|share| share[at]).sum::<f64>() / shares.len() as f64;
        if lost <= MOST_LOST && best.is_none_or(|(exact, _)| mean(1) > exact) {
            best = Some((mean(1), number));
        }
        println!("| {number:.2} | {lost:.4} | {:.4} | {:.4} |", mean(0), mean(1));
    }
    let (_, best) = best.ok_or("no number of the grid costs little enough")?;
    println!("\nreserve {best}\n");
    println!("| split | options | set | listings | cover Acc | EM | reserve Acc | EM | free Acc | EM |");
    println!("|---|---|---|---:|---:|---:|---:|---:|---:|---:|");
    for ((split, kind, set), listings) in &sets {
        let kind = if kind == "full" { "all shown" } else { "one bare" };
        let mut row = format!("| {split} | {kind} | {set} | {} ", listings.len());
        for by in [By::Cover, By::Reserve(best), By::Free] {
            let [accuracy, exact] = measure(listings, by)?.shares();
            row += &format!("| {accuracy:.4} | {exact:.4} ");
        }
        println!("{row}|");
    }
    Ok(())
}
