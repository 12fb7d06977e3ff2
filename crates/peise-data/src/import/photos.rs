//! Labelled photos before they become listings: what was seen in the pixels.

use std::collections::BTreeMap;

use image::imageops::{grayscale, thumbnail};
use image::{DynamicImage, ImageFormat};
use peise::image::{DecodeLimits, decode};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::error::ImportError;
use super::options::Source;
use super::row::{Row, Skipped, count};
use super::{shards, styles};

/// Side of the grid on which near-duplicates are compared cell by cell.
pub(super) const CELLS: u32 = 24;
/// Photos decoded together; bounds memory.
const BATCH: usize = 256;

/// A readable photo.
#[derive(Debug, Clone)]
pub(super) struct Photo {
    pub row: Row,
    pub look: Look,
}

/// What identifies a photo and its near-duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    /// Hash of the file's bytes.
    pub content: u64,
    /// File extension of its format.
    pub extension: &'static str,
    /// dHash: is each cell of a 16 x 16 grid darker than its right neighbour? Row-major bits.
    pub gradient: [u64; 4],
    /// Means of a [`CELLS`] x [`CELLS`] grid, RGB interleaved, 0 to 255.
    pub cells: Vec<u8>,
}

/// The rows of a source's table, bad ones counted by reason.
pub(super) fn rows(source: &Source) -> Result<(Vec<Row>, Skipped), ImportError> {
    match source {
        Source::Shards(folder) => shards::rows(folder),
        Source::Styles(folder) => styles::rows(folder),
    }
}

/// Hands every readable file of these rows to `visit`, each at most once; returns what was left out.
pub(super) fn visit(
    source: &Source,
    rows: &[Row],
    visit: &mut dyn FnMut(usize, Vec<u8>) -> Result<(), ImportError>,
) -> Result<Skipped, ImportError> {
    match source {
        Source::Shards(folder) => shards::visit(folder, rows, visit),
        Source::Styles(folder) => styles::visit(folder, rows, visit),
    }
}

/// Reads all photos and looks at each; exact copies are kept once, or not at all where they disagree
/// on colour or garment.
pub(super) fn look_at_all(
    source: &Source,
    rows: Vec<Row>,
    skipped: &mut Skipped,
    progress: &dyn Fn(u64),
) -> Result<Vec<Photo>, ImportError> {
    let mut looks: Vec<Option<Look>> = vec![None; rows.len()];
    let mut batch: Vec<(usize, Vec<u8>)> = Vec::with_capacity(BATCH);
    let mut done = 0;
    let mut flush = |batch: &mut Vec<(usize, Vec<u8>)>| {
        done += batch.len() as u64;
        let seen: Vec<_> = batch.par_drain(..).map(|(row, bytes)| (row, look(&bytes))).collect();
        for (row, result) in seen {
            match result {
                Some(look) => looks[row] = Some(look),
                None => count(skipped, "not a readable photo"),
            }
        }
        progress(done);
    };
    let missing = visit(source, &rows, &mut |row, bytes| {
        batch.push((row, bytes));
        if batch.len() == BATCH {
            flush(&mut batch);
        }
        Ok(())
    })?;
    flush(&mut batch);
    for (reason, number) in missing {
        *skipped.entry(reason).or_default() += number;
    }
    let photos = rows.into_iter().zip(looks).filter_map(|(row, look)| Some(Photo { row, look: look? }));
    Ok(without_copies(photos.collect(), skipped))
}

fn without_copies(photos: Vec<Photo>, skipped: &mut Skipped) -> Vec<Photo> {
    let mut first: BTreeMap<u64, (usize, bool)> = BTreeMap::new();
    for (index, photo) in photos.iter().enumerate() {
        let (kept, agree) = first.entry(photo.look.content).or_insert((index, true));
        let other = &photos[*kept].row;
        *agree &= other.colour == photo.row.colour && other.article == photo.row.article;
    }
    let keep = |index: usize, photo: &Photo| first[&photo.look.content] == (index, true);
    let mut kept = Vec::with_capacity(first.len());
    for (index, photo) in photos.iter().enumerate() {
        if keep(index, photo) {
            kept.push(photo.clone());
        } else {
            count(skipped, "a copy of another photo, byte for byte");
        }
    }
    kept
}

/// Decodes a file and takes its fingerprint; `None` where it is no photo or too large.
fn look(bytes: &[u8]) -> Option<Look> {
    let extension = match image::guess_format(bytes).ok()? {
        ImageFormat::Jpeg => "jpg",
        ImageFormat::Png => "png",
        ImageFormat::WebP => "webp",
        _ => return None,
    };
    let pixels = decode(bytes, &DecodeLimits::default()).ok()?.pixels;
    let grey = grayscale(&thumbnail(&pixels, 17, 16));
    let mut gradient = [0u64; 4];
    for y in 0..16 {
        for x in 0..16 {
            let darker = grey.get_pixel(x, y)[0] < grey.get_pixel(x + 1, y)[0];
            gradient[y as usize / 4] |= u64::from(darker) << (y % 4 * 16 + x);
        }
    }
    let cells = DynamicImage::from(thumbnail(&pixels, CELLS, CELLS)).into_rgb8().into_raw();
    Some(Look { content: xxh3_64(bytes), extension, gradient, cells })
}
