//! What must hold of both label cleaners, on labels as sellers write them.
//!
//! Set `PEISE_DATA` to a data folder (with `listings/labels.csv` and `listings/label_sets.jsonl`) to check real listings; set
//! `PEISE_SHOW` to a number as well to print that many of them before and after (`--nocapture`).

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use peise::label::{Cleaner, normalize};

/// Labels made up after the habits of real ones.
const MADE_UP: &[&[&str]] = &[
    &["213#黑色", "213#白色", "214#白色"],
    &["绿色上衣+粉色裙子", "蓝色上衣+白色裙子"],
    &["杏色(付款后30天内发货)", "黑色【现货】"],
    &["黑色【推荐】", "黑色", "白色【推荐】"],
    &["990混色", "图片色"],
    &["黑", "黑色"],
    &["彩色", "彩", "本色", "本"],
    &["WHITE", "white", "Ｗhite"],
    &["1", "2", "3"],
    &["藍色", "黃色"],
    &["🔴", "🔵衣服"],
    &["", " ", "黑色"],
    &["色", "黑色"],
    &["长袖白衣+粉裤", "长袖白衣+黑裤"],
    &["(白色)", "白色", "【白色】"],
];

fn listings() -> Vec<Vec<String>> {
    let Ok(folder) = std::env::var("PEISE_DATA") else {
        return MADE_UP.iter().map(|labels| labels.iter().map(|&label| label.to_owned()).collect()).collect();
    };
    let folder = Path::new(&folder).join("listings");
    let sets = fs::read_to_string(folder.join("label_sets.jsonl")).expect("PEISE_DATA holds listings/label_sets.jsonl");
    let labels = fs::read_to_string(folder.join("labels.csv")).expect("PEISE_DATA holds listings/labels.csv");
    let sets = sets.lines().map(|line| {
        let listing: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
        let labels = listing["labels"].as_array().expect("`labels` is an array");
        labels.iter().map(|label| label.as_str().expect("labels are strings").to_owned()).collect()
    });
    // The label is the first of two columns, quoted where it holds a comma or a quote.
    let single = labels.lines().skip(1).map(|line| {
        let label = match line.strip_prefix('"') {
            Some(quoted) => quoted.split("\",").next().unwrap_or(quoted).replace("\"\"", "\""),
            None => line.split(',').next().unwrap_or(line).to_owned(),
        };
        vec![label]
    });
    sets.chain(single).collect()
}

#[test]
fn cleaners_keep_their_promises_on_real_labels() {
    let show: usize = std::env::var("PEISE_SHOW").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let listings = listings();
    for cleaner in [Cleaner::None, Cleaner::Report, Cleaner::Default, Cleaner::Lexicon] {
        let (mut labels, mut changed, mut shown) = (0, 0, 0);
        for (index, listing) in listings.iter().enumerate() {
            let cleaned = cleaner.clean(listing);
            assert_eq!(cleaned.len(), listing.len(), "{cleaner:?} {listing:?}");
            assert_eq!(cleaner.clean(&cleaned), cleaned, "{cleaner:?} is not idempotent on {listing:?}");
            let mut sources: HashMap<&String, String> = HashMap::new();
            for (before, after) in listing.iter().zip(&cleaned) {
                let normalises = matches!(cleaner, Cleaner::Default | Cleaner::Lexicon);
                let before = if normalises { normalize(before) } else { before.clone() };
                assert_eq!(after.is_empty(), before.is_empty(), "{cleaner:?} empties {before:?} of {listing:?}");
                let source = sources.entry(after).or_insert_with(|| before.clone());
                assert_eq!(*source, before, "{cleaner:?} merges two labels of {listing:?}");
                labels += 1;
                changed += usize::from(*after != before);
            }
            if cleaned != *listing && shown < show && index.wrapping_mul(2_654_435_761) % 64 < 3 {
                println!("{cleaner:?} {listing:?} -> {cleaned:?}");
                shown += 1;
            }
        }
        println!("{cleaner:?}: {changed} of {labels} labels changed, {} listings", listings.len());
    }
}
