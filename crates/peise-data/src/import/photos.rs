//! Labelled photos before they become listings: the rows of a table and what was seen in the pixels.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use image::imageops::{grayscale, thumbnail};
use image::{DynamicImage, ImageFormat};
use peise::image::{DecodeLimits, decode};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::error::ImportError;
use super::{Source, palette, shards, styles};

/// The largest photo file read, in bytes; anything bigger is not a product photo.
pub(super) const MAX_PHOTO_BYTES: u64 = 64 << 20;
/// Side of the grid on which near-duplicates are compared cell by cell.
pub(super) const CELLS: u32 = 24;
/// Photos decoded together; bounds memory.
const BATCH: usize = 256;

/// One row of the source's table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Tar file, where the source has any.
    pub shard: Option<String>,
    /// Plain file name.
    pub file: String,
    /// Garment type.
    pub article: String,
    /// Position in the palette.
    pub colour: usize,
    /// Same title but for colour words; `None` where the source has no titles.
    pub family: Option<String>,
}

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

/// Rows and photos left out, by reason.
pub(super) type Skipped = BTreeMap<String, u64>;

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

/// Adds one to a reason.
pub(super) fn count(skipped: &mut Skipped, reason: &str) {
    *skipped.entry(reason.to_owned()).or_default() += 1;
}

/// Whether a name from a table or an archive is a plain file name, safe to join to a folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!(parts.next(), Some(Component::Normal(part)) if part == name)
        && parts.next().is_none()
        && name.len() <= 255
        && !name.contains(['\\', ':', '\0'])
}

/// A row, or the reason why there is none.
pub(super) fn row(
    (shard, file): (Option<&str>, &str),
    article: &str,
    colour: &str,
    family: Option<String>,
) -> Result<Row, String> {
    if !is_plain_name(file) || !shard.is_none_or(is_plain_name) {
        return Err("file or shard is not a plain file name".to_owned());
    }
    let position = palette::position(colour).ok_or_else(|| format!("no word for the colour {colour:?}"))?;
    Ok(Row {
        shard: shard.map(str::to_owned),
        file: file.to_owned(),
        article: article.trim().to_lowercase(),
        colour: position,
        family,
    })
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn only_plain_names_pass() {
        for (name, expected) in [
            ("1.jpg", true),
            ("黑 dress_0.jpg", true),
            ("", false),
            (".", false),
            ("..", false),
            ("../x", false),
            ("a/b.jpg", false),
            ("a/", false),
            ("/etc/passwd", false),
            ("c:\\x", false),
        ] {
            assert_eq!(is_plain_name(name), expected, "{name:?}");
        }
    }
}
