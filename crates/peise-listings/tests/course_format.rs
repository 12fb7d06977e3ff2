//! The course format over real label sets: set `PEISE_DATA` to the data folder; without it a few stand in.

use std::fs;
use std::path::PathBuf;

use peise::listing::{Listing, ListingImage};
use peise_listings::course::{DataSet, read_merged, write_merged};
use peise_listings::folder::read_labels;

#[derive(serde::Deserialize)]
struct LabelSet {
    product: String,
    labels: Vec<String>,
    images: usize,
}

const BUILT_IN: &str = r#"{"product": "543437665996", "labels": ["绛红", "米色"], "images": 7}
{"product": "543694896992", "labels": ["黑色60", "米白91"], "images": 4}
{"product": "543724356205", "labels": ["迷彩黑色", "杏色(付款后30天内发货)", "213#黑色", "黑色【推荐】", "990混色"], "images": 13}"#;

fn listings() -> Vec<Listing> {
    let text = match std::env::var_os("PEISE_DATA") {
        Some(data) => fs::read_to_string(PathBuf::from(data).join("listings/label_sets.jsonl")).unwrap(),
        None => BUILT_IN.to_owned(),
    };
    let sets = text.lines().map(|line| serde_json::from_str::<LabelSet>(line).unwrap());
    sets.map(|set| {
        let image = |index: usize| ListingImage {
            file: format!("{}_{index}.jpg", set.product),
            label: (!index.is_multiple_of(3)).then(|| set.labels[index % set.labels.len()].clone()),
        };
        Listing {
            images: (0..set.images).map(image).collect(),
            id: set.product,
            labels: set.labels,
            ..Listing::default()
        }
    })
    .collect()
}

#[test]
fn real_label_sets_come_out_as_they_went_in() {
    let listings = listings();
    let root = tempfile::tempdir().unwrap();
    let (first, second) = (root.path().join("train_all.json"), root.path().join("again.json"));
    write_merged(&first, &listings).unwrap();
    let read: Vec<_> = read_merged(&first).unwrap().into_iter().map(Result::unwrap).collect();
    assert!(read == listings, "listings, labels, photos and their order");
    write_merged(&second, &read).unwrap();
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "byte for byte");

    let data = DataSet::open(root.path(), "train").unwrap();
    assert_eq!(data.broken().count(), 0);
    for listing in data.listings() {
        for image in &listing.images {
            let path = data.image_path(listing, image).unwrap();
            assert_eq!(path, root.path().join("train").join(&listing.id).join(&image.file));
        }
    }
}

#[test]
fn real_labels_survive_a_text_file() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("labels.txt");
    let labels: Vec<_> = listings().into_iter().flat_map(|listing| listing.labels).collect();
    fs::write(&path, labels.join("\n")).unwrap();
    assert!(read_labels(&path).unwrap() == labels);
}
