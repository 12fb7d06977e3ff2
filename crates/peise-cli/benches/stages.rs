//! What each stage of matching costs: `cargo bench`.
//!
//! Draws synthetic listings of 224 px short side, then times every stage alone on all cores, then the
//! whole pipeline from files to answers. Medians of several rounds; peak memory of the process.

use burn::tensor::Device;
use peise::image::{DecodeLimits, decode};
use peise::listing::Scores;
use peise::matcher::decode::{DecodeOptions, NonePolicy, Objective, Rule, decode as decide};
use peise::{MatchInput, Matcher, Photo, Problem};
use peise_data::synth::{Preset, SynthSet, jpeg};
use peise_listings::predict::PredictError;
use peise_listings::{MatchOptions, MemorySource, PhotoSource, SourceListing, match_source};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;

const LISTINGS: usize = 96;
const ROUNDS: usize = 5;

fn median_seconds(mut round: impl FnMut()) -> f64 {
    round();
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

fn main() {
    let set = SynthSet::preset(Preset::Plain, 0);
    let drawn: Vec<_> = (0..LISTINGS).into_par_iter().map(|index| set.listing(index)).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut source = MemorySource::default();
    let mut files: Vec<Vec<u8>> = Vec::new();
    for one in &drawn {
        let mut photos = Vec::new();
        for (image, pixels) in one.listing.images.iter().zip(&one.images) {
            let bytes = jpeg(pixels, 90).expect("a drawn photo encodes");
            let path = folder.path().join(&image.file);
            std::fs::write(&path, &bytes).expect("the temporary folder takes files");
            files.push(bytes);
            photos.push(Ok(PhotoSource::File(path)));
        }
        source.0.push(SourceListing { listing: one.listing.clone(), photos, ..SourceListing::default() });
    }
    let (photos, listings) = (files.len() as f64, drawn.len() as f64);
    let labels: f64 = drawn.iter().map(|one| one.listing.labels.len() as f64).sum();
    let limits = DecodeLimits::default();
    let matcher = Matcher::embedded(Device::flex()).expect("the embedded model loads");
    let cores = rayon::current_num_threads();
    println!("{listings} listings, {photos} photos of 224 px short side, {labels} labels, {cores} cores");
    println!("{:<28}{:>14}{:>14}", "stage", "ms/photo", "ms/listing");
    let row = |name: &str, seconds: f64| {
        println!("{name:<28}{:>14.3}{:>14.3}", seconds * 1e3 / photos, seconds * 1e3 / listings);
    };

    row(
        "decode",
        median_seconds(|| {
            files.par_iter().for_each(|bytes| drop(black_box(decode(bytes, &limits))));
        }),
    );
    let pixels: Vec<_> = drawn.iter().flat_map(|one| &one.images).collect();
    row(
        "preprocess",
        median_seconds(|| {
            pixels.par_iter().for_each(|photo| drop(black_box(matcher.prepare_pixels(photo))));
        }),
    );
    let prepared: Vec<Vec<Result<Photo, Problem>>> =
        drawn.iter().map(|one| one.images.iter().map(|photo| Ok(matcher.prepare_pixels(photo))).collect()).collect();
    let refs: Vec<&Photo> = prepared.iter().flatten().flatten().collect();
    let encode = median_seconds(|| drop(black_box(matcher.encode_photos(&refs))));
    row("encode photos", encode);
    let texts: Vec<String> =
        drawn.iter().flat_map(|one| matcher.config().cleaner().clean(&one.listing.labels)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    row(
        "encode labels, none cached",
        median_seconds(|| {
            matcher.forget_labels();
            drop(black_box(matcher.encode_labels(&texts)));
        }),
    );
    let decide_options =
        DecodeOptions { rule: Rule::Cover, objective: Objective::Listing, none: NonePolicy::Forbid, cover_reward: 0.0 };
    let inputs: Vec<MatchInput> =
        drawn.iter().zip(&prepared).map(|(one, photos)| MatchInput { listing: &one.listing, photos }).collect();
    let together = median_seconds(|| drop(black_box(matcher.match_listings(&inputs, &decide_options))));
    row("match and decide", (together - encode).max(0.0));
    let tables: Vec<Scores> = drawn
        .iter()
        .map(|one| {
            let (images, labels) = (one.images.len(), one.listing.labels.len());
            let values = (0..images * labels).map(|at| ((at * 37) % 101) as f32 / 10.0).collect();
            Scores::new(images, labels, values, vec![0.0; images])
        })
        .collect();
    row(
        "  of which decide",
        median_seconds(|| {
            tables.iter().for_each(|scores| drop(black_box(decide(scores, &decide_options))));
        }),
    );
    let whole = median_seconds(|| {
        let options = MatchOptions { decode: decide_options, limits, ..MatchOptions::default() };
        let done = match_source(&matcher, &source, 0, &options, |_, answer| {
            black_box(answer);
            Ok::<(), PredictError>(())
        });
        done.expect("the sink never fails");
    });
    row("end to end, from files", whole);
    println!(
        "{:.0} photos/s end to end; peak memory {:.0} MB (the drawn photos included)",
        photos / whole,
        peak_megabytes()
    );

    let wide = Scores::new(33, 24, (0..33 * 24).map(|at| ((at * 7919) % 1009) as f32 / 250.0).collect(), vec![0.0; 33]);
    let seconds = median_seconds(|| drop(black_box(decide(&wide, &decide_options))));
    println!("decide one listing of 33 photos and 24 labels: {:.1} ms", seconds * 1e3);
}
