//! Imports of small photo sets made here: solid and striped pictures with known colours.

use std::fs;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use peise::colour::{by_name, mentions};
use serde_json::Value;
use tempfile::TempDir;

use super::*;

const COLOURS: [&str; 5] = ["Black", "White", "Red", "Navy Blue", "Green"];

/// A picture of that colour, checked with a pattern of its own: no two are near-duplicates.
fn picture(colour: &str, number: u32) -> Vec<u8> {
    let srgb = by_name(colour).map_or([90, 10, 90], |term| term.srgb);
    let pattern = xxh3_64(&number.to_le_bytes());
    let picture = RgbImage::from_fn(48, 64, |x, y| {
        let check = pattern >> (y / 8 * 6 + x / 8) & 1 == 1;
        Rgb(if check { srgb } else { srgb.map(|value| value / 2 + 60) })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn shard(path: &Path, files: &[(String, Vec<u8>)]) {
    let mut builder = tar::Builder::new(fs::File::create(path).unwrap());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    builder.finish().unwrap();
}

/// 60 families of two articles in all five colours, plus `extra` rows.
fn photo_folder(extra: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("shard,file,title,article,base_colour,family\n");
    let mut files = Vec::new();
    for family in 0..60 {
        for (at, colour) in COLOURS.iter().enumerate() {
            let name = format!("{}.jpg", 100 * family + at);
            let article = if family % 2 == 0 { "Tshirts" } else { "Shirts" };
            table += &format!("a.tar,{name},Some {colour} Thing,{article},{colour},thing {family}|{article}\n");
            files.push((name, picture(colour, (100 * family + at) as u32)));
        }
    }
    files.push(("broken.jpg".to_owned(), b"\xff\xd8 no photo".to_vec()));
    files.push(("copy.jpg".to_owned(), picture("Black", 0)));
    files.push(("tinted.jpg".to_owned(), brighter(&picture("Red", 2))));
    shard(&folder.path().join("a.tar"), &files);
    fs::write(folder.path().join("photos.csv"), table + extra).unwrap();
    folder
}

/// The same photo, saved again a little brighter.
fn brighter(bytes: &[u8]) -> Vec<u8> {
    let mut picture = image::load_from_memory(bytes).unwrap().into_rgb8();
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| value.saturating_add(2)));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn options(source: Source, mode: Mode, out: &Path) -> ImportOptions {
    ImportOptions {
        listings: Listings { train: 60, validation: 10, test: 30 },
        ..ImportOptions::new(source, mode, out.to_owned())
    }
}

fn read(path: &Path) -> serde_json::Map<String, Value> {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Original file names behind each listing, by split.
fn sources(out: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut reader = csv::Reader::from_path(out.join("sources.csv")).unwrap();
    let mut by_split: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let files: Vec<&str> = record[3].split(';').collect();
        let distinct: BTreeSet<&&str> = files.iter().collect();
        assert_eq!(distinct.len(), files.len(), "a photo twice in one listing");
        by_split.entry(record[1].to_owned()).or_default().extend(files.iter().map(|file| (*file).to_owned()));
    }
    by_split
}

#[test]
fn listings_keep_the_format_and_the_rules() {
    let folder = photo_folder("");
    for mode in [Mode::Sampled, Mode::Family] {
        let out = tempfile::tempdir().unwrap();
        let report = import(&options(Source::Shards(folder.path().into()), mode, out.path()), &|_, _| {}).unwrap();
        assert!(report.complete && report.test_labels_seen_in_training == 0);
        for (name, split, hidden, expected) in [
            ("train_all.json", "train", false, 60),
            ("validation_all.json", "validation", false, 10),
            ("test_all.json", "test", true, 30),
            ("test_truth.json", "test", false, 30),
        ] {
            let listings = read(&out.path().join(name));
            assert_eq!(listings.len(), expected, "{mode:?} {name}");
            for (id, profile) in &listings {
                assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
                let labels: Vec<&str> =
                    profile["optional_tags"].as_array().unwrap().iter().map(|label| label.as_str().unwrap()).collect();
                let distinct: BTreeSet<&str> = labels.iter().copied().collect();
                assert!(labels.len() >= 2 && distinct.len() == labels.len(), "{labels:?}");
                let mut shown = BTreeSet::new();
                for (position, image) in profile["imgs_tags"].as_array().unwrap().iter().enumerate() {
                    let (file, label) = image.as_object().unwrap().iter().next().unwrap();
                    assert_eq!(file, &format!("{id}_{position}.jpg"));
                    let path = out.path().join(split).join(id).join(file);
                    assert!(image::load_from_memory(&fs::read(path).unwrap()).is_ok());
                    assert_eq!(label.is_null(), hidden);
                    shown.extend(label.as_str());
                }
                assert!(hidden || shown == distinct, "every label has an image: {labels:?} {shown:?}");
                let own = fs::read_to_string(out.path().join(split).join(id).join("profile.json")).unwrap();
                if name != "test_truth.json" {
                    assert_eq!(serde_json::from_str::<Value>(&own).unwrap(), *profile);
                }
            }
        }
    }
}

#[test]
fn labels_name_the_colour_of_their_photos() {
    let folder = photo_folder("");
    let out = tempfile::tempdir().unwrap();
    import(&options(Source::Shards(folder.path().into()), Mode::Sampled, out.path()), &|_, _| {}).unwrap();
    let mut reader = csv::Reader::from_path(out.path().join("sources.csv")).unwrap();
    let files: BTreeMap<String, Vec<String>> = reader
        .records()
        .map(|record| record.unwrap())
        .map(|record| (record[0].to_owned(), record[3].split(';').map(str::to_owned).collect()))
        .collect();
    for (id, profile) in read(&out.path().join("train_all.json")) {
        for (image, file) in profile["imgs_tags"].as_array().unwrap().iter().zip(&files[&id]) {
            let label = image.as_object().unwrap().values().next().unwrap().as_str().unwrap();
            let number: usize = file.trim_end_matches(".jpg").parse().unwrap();
            let base = &palette::palette()[palette::position(COLOURS[number % 100]).unwrap()];
            let found = mentions(label);
            assert!(!found.is_empty() && found.iter().all(|one| base.is_named_by(one)), "{label} for {file}");
        }
    }
}

#[test]
fn splits_share_no_photo_family_or_near_duplicate_in_any_mode() {
    let extra = "a.tar,tinted.jpg,Another Red Thing,Tshirts,Red,another thing|Tshirts\n";
    let folder = photo_folder(extra);
    let mut by_split: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (mode, seed) in [(Mode::Sampled, 1), (Mode::Family, 2)] {
        let out = tempfile::tempdir().unwrap();
        let mut options = options(Source::Shards(folder.path().into()), mode, out.path());
        options.seed = seed;
        options.listings = Listings { train: 200, validation: 40, test: 90 };
        let report = import(&options, &|_, _| {}).unwrap();
        assert_eq!((report.clusters, report.near_duplicate_pairs), (60, 1));
        for (split, files) in sources(out.path()) {
            by_split.entry(split).or_default().extend(files);
        }
    }
    // The tinted copy of 2.jpg counts as family 0, so this looks at near-duplicates too.
    let families = |files: &BTreeSet<String>| -> BTreeSet<usize> {
        let family = |file: &String| file.trim_end_matches(".jpg").parse::<usize>().map_or(0, |number| number / 100);
        files.iter().map(family).collect()
    };
    assert_eq!(by_split.len(), 3);
    for (left, right) in [("train", "validation"), ("train", "test"), ("validation", "test")] {
        assert!(families(&by_split[left]).is_disjoint(&families(&by_split[right])), "{left} and {right}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = photo_folder("");
    let import_with = |seed, threads| {
        let out = tempfile::tempdir().unwrap();
        let mut options = options(Source::Shards(folder.path().into()), Mode::Sampled, out.path());
        options.seed = seed;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| import(&options, &|_, _| {})).unwrap().sha256
    };
    assert_eq!(import_with(1, 1), import_with(1, 3));
    assert_ne!(import_with(1, 1), import_with(2, 1));
}

#[test]
fn bad_rows_are_skipped_and_counted() {
    let extra = "../x.tar,1.jpg,t,Shirts,Red,f\na.tar,../1.jpg,t,Shirts,Red,f\na.tar,broken.jpg,t,Shirts,Red,f\n\
        a.tar,absent.jpg,t,Shirts,Red,f\nb.tar,1.jpg,t,Shirts,Red,f\na.tar,2.jpg,t,Shirts,Multi,f\n\
        a.tar,copy.jpg,t,Tshirts,Black,f\na.tar,short\n";
    let folder = photo_folder(extra);
    let out = tempfile::tempdir().unwrap();
    let report = import(&options(Source::Shards(folder.path().into()), Mode::Sampled, out.path()), &|_, _| {}).unwrap();
    assert_eq!(report.photos, 300);
    let expected = [
        ("a copy of another photo, byte for byte", 1),
        ("file is not in its shard", 1),
        ("file or shard is not a plain file name", 2),
        ("no word for the colour \"Multi\"", 1),
        ("not a readable photo", 1),
        ("row with too few or too many fields", 1),
        ("shard b.tar is missing", 1),
    ];
    let expected: BTreeMap<String, u64> =
        expected.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    assert_eq!(report.skipped, expected);
}

#[test]
fn what_stops_an_import_says_where() {
    let out = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let attempt = |mode, out: &Path| {
        let error = import(&options(Source::Shards(folder.path().into()), mode, out), &|_, _| {}).unwrap_err();
        error.to_string()
    };
    assert!(attempt(Mode::Sampled, out.path()).contains("photos.csv"));
    fs::write(folder.path().join("photos.csv"), "shard,file,article\na.tar,1.jpg,Shirts\n").unwrap();
    let message = attempt(Mode::Sampled, out.path());
    assert!(message.contains("photos.csv:1") && message.contains("base_colour"), "{message}");
    fs::write(folder.path().join("photos.csv"), "shard,file,article,colour\na.tar,1.jpg,Shirts,Red\n").unwrap();
    assert!(attempt(Mode::Sampled, out.path()).contains("a.tar is missing"));

    let bytes = [picture("Red", 1), picture("Red", 2)];
    shard(&folder.path().join("a.tar"), &[("1.jpg".to_owned(), bytes[0].clone())]);
    assert!(attempt(Mode::Family, out.path()).starts_with("train: 60 listings wanted"));
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("thesis.tex"), "years of work").unwrap();
    assert!(attempt(Mode::Sampled, foreign.path()).contains("not empty; name a new folder"));
    assert!(foreign.path().join("thesis.tex").is_file());
}

#[test]
fn a_complete_import_is_replaced_only_when_asked() {
    let folder = photo_folder("");
    let out = tempfile::tempdir().unwrap();
    let mut options = options(Source::Shards(folder.path().into()), Mode::Sampled, out.path());
    let first = import(&options, &|_, _| {}).unwrap();
    assert!(import(&options, &|_, _| {}).unwrap_err().to_string().contains("not empty"));
    assert!(out.path().join("test_all.json").is_file());
    options.replace = true;
    assert_eq!(import(&options, &|_, _| {}).unwrap().sha256, first.sha256);
}

#[test]
fn styles_with_commas_in_names_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("images")).unwrap();
    let mut table = String::from(
        "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName\n",
    );
    for product in 0..40 {
        for (at, colour) in COLOURS.iter().enumerate() {
            let id = 1000 + 10 * product + at;
            let name = format!("Brand Men {colour}, Slim \"Fit\" No {product}, Shirt");
            table += &format!("{id},Men,Apparel,Topwear,Shirts,{colour},Fall,2011,Casual,{name}\n");
            fs::write(folder.path().join(format!("images/{id}.jpg")), picture(colour, id as u32)).unwrap();
        }
    }
    table += "../../etc/passwd,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,x\n9,Men,Apparel,Topwear,Shirts,Red\n";
    table += "77,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,no such file\n";
    fs::write(folder.path().join("styles.csv"), table).unwrap();
    let out = tempfile::tempdir().unwrap();
    let report = import(&options(Source::Styles(folder.path().into()), Mode::Family, out.path()), &|_, _| {}).unwrap();
    assert_eq!((report.photos, report.clusters), (200, 40));
    assert_eq!(report.skipped.values().sum::<u64>(), 3, "{:?}", report.skipped);
    let text = fs::read_to_string(out.path().join("sources.csv")).unwrap();
    assert!(text.contains("brand men , slim \"\"fit\"\" no 1"), "{}", &text[..200]);
}
