//! Tables: any bytes as listings, and any names and labels written as answers and read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise::{Answer, ImageAnswer};
use peise_fuzz::{file, lines, listings};
use peise_listings::csv::CsvWriter;

fuzz_target!(|bytes: &[u8]| {
    listings(&file("listings.csv", bytes), "csv");
    if let Some(lines) = lines(bytes) {
        written(&lines);
    }
});

/// Of every two lines one is a photo, the other its label.
fn written(lines: &[&str]) {
    let image = |pair: &[&str]| {
        let label = pair.get(1).map(|label| (*label).to_owned());
        ImageAnswer { file: pair[0].to_owned(), label, ..ImageAnswer::default() }
    };
    let images: Vec<ImageAnswer> = lines.chunks(2).map(image).collect();
    let answer = Answer { id: "1".to_owned(), images, ..Answer::default() };
    let mut writer = CsvWriter::new(Vec::new(), false);
    writer.write(&answer).expect("memory takes any answer");
    let table = writer.finish().expect("memory takes any answer");
    let read = listings(&file("answers.csv", &table), "csv");
    let read = read.iter().flatten().next().expect("the listing that was written");
    // The reader trims cells, drops empty ones, joins photos of one name, and cuts joined labels apart.
    let mut files: Vec<&str> =
        answer.images.iter().map(|image| image.file.trim()).filter(|file| !file.is_empty()).collect();
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(*file));
    let found: Vec<&str> = read.listing.images.iter().map(|image| image.file.trim()).collect();
    assert_eq!(found, files);
}
