//! Which photo of a folder shows which label: `cargo run --release -p peise --example match_folder -- DIR LABEL...`

use peise::{DecodeOptions, Device, Matcher};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give a folder of photos, then its labels")?;
    let labels: Vec<String> = arguments.collect();

    let mut files =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
    files.sort();

    let matcher = Matcher::embedded(Device::flex())?; // load it once, match many listings
    let answer = matcher.match_files(&files, &labels, &DecodeOptions::default())?;
    for image in &answer.images {
        match (&image.label, &image.error) {
            (Some(label), _) => println!("{:.3}\t{label}\t{}", image.probability.unwrap_or(0.0), image.file),
            (None, Some(error)) => eprintln!("{}: {error}", image.file),
            (None, None) => println!("\t(no label)\t{}", image.file),
        }
    }
    Ok(())
}
