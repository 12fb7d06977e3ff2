//! Listings in the course format out of labelled photos.
//!
//! Photos with a base colour become listings with options as a seller would write them. In mode
//! [`Mode::Family`] a listing is one product title in several colours; in mode [`Mode::Sampled`] one
//! garment type, with as many labels and images as real listings have. See `import/split.rs` for what
//! keeps train, validation and test apart, and `import/labels.rs` for where label text comes from.
//!
//! The same source, options and seed give the same bytes, whatever the machine and number of threads.

mod error;
mod labels;
mod manner;
mod options;
mod palette;
mod photos;
mod report;
mod sampling;
mod shards;
mod split;
mod styles;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use peise::listing::{Listing, ListingImage};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xxhash_rust::xxh3::xxh3_64;

pub use error::ImportError;
use labels::LabelBook;
pub use labels::SellerLabels;
pub(crate) use labels::{Side, may_appear};
pub use options::{ImportOptions, LabelCount, Listings, Mode, Source};
use photos::Photo;
pub use report::{ImportReport, SplitReport};
pub(crate) use sampling::REAL_SIZES;
use sampling::{Draft, Groups, Sizes};
pub use split::Split;
use split::Splits;
use write::Made;

/// The report of an import, beside its listings; marks the folder as one that an import may replace.
pub const REPORT_FILE: &str = "peise-import.json";
/// Most images of a listing in mode `family`.
const MAX_FAMILY_IMAGES: usize = 24;

/// Makes listings out of labelled photos and writes them.
///
/// `progress` hears of steps done and steps in all (photos read, then photos written).
///
/// # Errors
/// Where the source's table, a shard or a label file cannot be read, a split has no listing to give, or
/// the output cannot be written. A bad row or photo is skipped and counted in the report.
pub fn import(options: &ImportOptions, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<ImportReport, ImportError> {
    let book = LabelBook::load(&options.labels)?;
    let sizes = options.labels.label_sets.as_deref().map_or_else(|| Ok(Sizes::built_in()), Sizes::load)?;
    let (rows, mut skipped) = photos::rows(&options.source)?;
    write::prepare(&options.out, options.replace)?;

    let (row_count, steps) = (rows.len() as u64, 2 * rows.len() as u64);
    let photos = photos::look_at_all(&options.source, rows, &mut skipped, &|done| progress(done, steps))?;
    if photos.is_empty() {
        return Err(ImportError::NoPhotos {
            path: options.source.folder().clone(),
            rows: row_count as usize + skipped.values().sum::<u64>() as usize,
            reason: most_frequent(&skipped),
        });
    }
    let splits = split::split(&photos);
    let made = listings(options, &photos, &splits, &book, &sizes)?;
    write::images(&options.out, &options.source, &photos, &made, &|done| progress(row_count + done, steps))?;
    let sha256 = write::tables(&options.out, &photos, &made)?;
    let report = report::report(options, &splits, skipped, &made, sha256);
    let text = serde_json::to_vec_pretty(&report).unwrap_or_else(|error| unreachable!("{error}"));
    write::write(&options.out.join(REPORT_FILE), &text)?;
    progress(steps, steps);
    Ok(report)
}

/// Makes all listings, sorted by split and id.
fn listings(
    options: &ImportOptions,
    photos: &[Photo],
    splits: &Splits,
    book: &LabelBook,
    sizes: &Sizes,
) -> Result<Vec<Made>, ImportError> {
    let frequent = frequent_colours(photos, options.max_colours);
    let mut made = Vec::new();
    let mut ids = BTreeSet::new();
    for split in Split::ALL {
        let wanted = options.listings.of(split);
        let members = (0..photos.len()).filter(|&photo| splits.of[photo] == split);
        let groups = match options.mode {
            Mode::Family => sampling::groups(photos, members, |photo| photo.row.family.as_deref(), 1),
            Mode::Sampled => {
                let members = members.filter(|&photo| frequent.contains(&photos[photo].row.colour));
                sampling::groups(
                    photos,
                    members,
                    |photo| Some(photo.row.article.as_str()),
                    options.min_photos_per_colour,
                )
            }
        };
        if wanted > 0 && groups.is_empty() {
            return Err(ImportError::TooFew { split, wanted });
        }
        let first = made.len();
        for index in 0..wanted {
            let mut rng = rng(options, split, &format!("listing {index}"));
            let draft = match options.mode {
                Mode::Family => family(options, split, &groups, index, &mut rng),
                Mode::Sampled => sampled(options, split, &groups, sizes, &mut rng),
            };
            let Some(draft) = draft else { continue };
            let labels = book.draw(&draft.colours, split.into(), &mut rng);
            let id = new_id(&mut ids, &mut rng);
            made.push(finish(split, id, draft, labels));
        }
        made[first..].sort_by(|left: &Made, right| left.listing.id.cmp(&right.listing.id));
    }
    Ok(made)
}

fn sampled(
    options: &ImportOptions,
    split: Split,
    groups: &Groups,
    sizes: &Sizes,
    rng: &mut ChaCha8Rng,
) -> Option<Draft> {
    let most = groups.values().map(BTreeMap::len).max()?.min(options.max_labels);
    let how = if split == Split::Train { &options.label_count } else { &LabelCount::Real };
    sampling::sampled(groups, sizes.draw(how, most, rng), rng)
}

/// The first round shows every family once, whole; later rounds draw subsets.
fn family(options: &ImportOptions, split: Split, groups: &Groups, index: usize, rng: &mut ChaCha8Rng) -> Option<Draft> {
    let round = index / groups.len();
    let mut order: Vec<_> = groups.iter().collect();
    order.shuffle(&mut self::rng(options, split, &format!("round {round}")));
    let (name, colours) = order[index % groups.len()];
    let photos: usize = colours.values().map(Vec::len).sum();
    let mut most = (colours.len().min(options.max_labels), photos.min(MAX_FAMILY_IMAGES));
    if round > 0 {
        most.0 = rng.random_range(2..=most.0.max(2));
        most.1 = rng.random_range(most.0.max(most.1.div_ceil(2))..=most.1.max(most.0));
    }
    Some(sampling::draft(name, colours, most, rng))
}

fn finish(split: Split, id: String, draft: Draft, labels: Vec<String>) -> Made {
    let image = |(position, &(_, label)): (usize, &(usize, usize))| ListingImage {
        file: format!("{id}_{position}.jpg"),
        label: Some(labels[label].clone()),
    };
    let images = draft.images.iter().enumerate().map(image).collect();
    let photos = draft.images.iter().map(|&(photo, _)| photo).collect();
    Made { split, group: draft.group, listing: Listing { id, labels, images, ..Listing::default() }, photos }
}

fn frequent_colours(photos: &[Photo], number: usize) -> BTreeSet<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for photo in photos {
        *counts.entry(photo.row.colour).or_default() += 1;
    }
    let mut colours: Vec<_> = counts.into_iter().collect();
    colours.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
    colours.into_iter().take(number).map(|(colour, _)| colour).collect()
}

/// Twelve digits, as the course's.
fn new_id(ids: &mut BTreeSet<String>, rng: &mut ChaCha8Rng) -> String {
    loop {
        let id = rng.random_range(100_000_000_000_u64..1_000_000_000_000).to_string();
        if ids.insert(id.clone()) {
            return id;
        }
    }
}

/// Its own generator for each purpose, so that one listing's draws never move another's.
fn rng(options: &ImportOptions, split: Split, purpose: &str) -> ChaCha8Rng {
    let (seed, mode) = (options.seed, options.mode);
    ChaCha8Rng::seed_from_u64(xxh3_64(format!("{seed}\0{mode:?}\0{split}\0{purpose}").as_bytes()))
}

fn most_frequent(skipped: &BTreeMap<String, u64>) -> String {
    let most = skipped.iter().max_by_key(|(_, count)| **count);
    most.map_or_else(|| "the table is empty".to_owned(), |(reason, count)| format!("{reason} ({count})"))
}
