//! What decoding costs: `cargo run --release -p peise --example decode -- PHOTO...`, milliseconds a photo on one core.

use peise::image::{DecodeLimits, Preprocess, decode};
use std::hint::black_box;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let files: Vec<Vec<u8>> = std::env::args_os().skip(1).map(std::fs::read).collect::<Result<_, _>>()?;
    let (limits, steps) = (DecodeLimits::default(), Preprocess::stretch(64));
    let time = |what: &str, run: &dyn Fn(&[u8])| {
        let round = || {
            let start = Instant::now();
            files.iter().for_each(|bytes| run(bytes));
            start.elapsed().as_secs_f64() * 1e3 / files.len().max(1) as f64
        };
        let mut rounds: Vec<f64> = (0..5).map(|_| round()).collect();
        rounds.sort_by(f64::total_cmp);
        println!("{what}\t{:.2} ms, best {:.2}", rounds[2], rounds[0]);
    };
    time("in full", &|bytes| drop(black_box(decode(bytes, &limits))));
    time("in full, then to 64x64", &|bytes| {
        drop(black_box(decode(bytes, &limits).map(|photo| steps.apply(&photo.pixels))))
    });
    time("no larger than needed, to 64x64", &|bytes| drop(black_box(steps.decode(bytes, &limits))));
    Ok(())
}
