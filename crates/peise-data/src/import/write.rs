//! Writes listings to disk in the course format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use peise::listing::{Listing, ListingImage};
use peise_listings::course::{MergedWriter, write_profile_to};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::error::ImportError;
use super::options::ImportOptions;
use super::photos::{self, Photo};
use crate::split::Split;

/// The report of an import, beside its listings; marks the folder as one that an import may replace.
pub const REPORT_FILE: &str = "peise-import.json";
const POOL: &str = "photos";
/// Names that an import writes, and that replacing it removes.
const OWNED: &[&str] = &[
    "photos",
    "train",
    "validation",
    "test",
    "train_all.json",
    "validation_all.json",
    "test_all.json",
    "test_truth.json",
    "sources.csv",
];

/// A listing with the photos behind its images.
#[derive(Debug)]
pub(super) struct Made {
    pub split: Split,
    pub group: String,
    pub listing: Listing,
    /// One photo per image.
    pub photos: Vec<usize>,
}

/// What [`REPORT_FILE`] holds until an import is complete.
const INCOMPLETE: &[u8] = b"{\"complete\": false}\n";

/// Makes the output folder ready: new, empty, or holding an earlier import, which is removed with `replace`, or if it
/// was never completed.
pub(super) fn prepare(out: &Path, replace: bool) -> Result<(), ImportError> {
    let error = |source| ImportError::Write { path: out.to_owned(), source };
    fs::create_dir_all(out).map_err(error)?;
    let occupied = fs::read_dir(out).map_err(error)?.next().is_some();
    let earlier = fs::read(out.join(REPORT_FILE));
    if occupied && !earlier.is_ok_and(|report| replace || report == INCOMPLETE) {
        return Err(ImportError::Occupied { path: out.to_owned() });
    }
    write(&out.join(REPORT_FILE), INCOMPLETE)?;
    for name in OWNED {
        let path = out.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(ImportError::Write { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes the photos in use once, then every listing's folder, with hard links to them.
pub(super) fn images(
    options: &ImportOptions,
    photos: &[Photo],
    made: &[Made],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    let out = &options.out;
    let pool = out.join(POOL);
    fs::create_dir_all(&pool).map_err(|source| ImportError::Write { path: pool.clone(), source })?;
    let used: Vec<usize> =
        made.iter().flat_map(|made| &made.photos).copied().collect::<BTreeSet<_>>().into_iter().collect();
    let rows: Vec<_> = used.iter().map(|&photo| photos[photo].row.clone()).collect();
    let mut done = 0;
    photos::visit(&options.source, &rows, &mut |row, bytes| {
        done += 1;
        if done % 256 == 0 {
            progress(done);
        }
        write(&pooled(&pool, &photos[used[row]]), &bytes)
    })?;
    progress(used.len() as u64);
    made.par_iter().try_for_each(|made| folder(out, &pool, photos, made))
}

fn folder(out: &Path, pool: &Path, photos: &[Photo], made: &Made) -> Result<(), ImportError> {
    let folder = out.join(made.split.name()).join(&made.listing.id);
    fs::create_dir_all(&folder).map_err(|source| ImportError::Write { path: folder.clone(), source })?;
    for (image, &photo) in made.listing.images.iter().zip(&made.photos) {
        let (from, to) = (pooled(pool, &photos[photo]), folder.join(&image.file));
        fs::hard_link(&from, &to)
            .or_else(|_| fs::copy(&from, &to).map(|_| ()))
            .map_err(|source| ImportError::Write { path: to.clone(), source })?;
    }
    let hidden = made.split == Split::Test;
    let mut bytes = Vec::new();
    let path = folder.join("profile.json");
    write_profile_to(&mut bytes, &shown(&made.listing, hidden))
        .map_err(|source| ImportError::Write { path: path.clone(), source })?;
    write(&path, &bytes)
}

fn pooled(pool: &Path, photo: &Photo) -> PathBuf {
    pool.join(format!("{:016x}.{}", photo.look.content, photo.look.extension))
}

/// Writes the merged JSON files and `sources.csv`; returns the SHA-256 of each JSON file.
pub(super) fn tables(out: &Path, photos: &[Photo], made: &[Made]) -> Result<BTreeMap<String, String>, ImportError> {
    let mut checksums = BTreeMap::new();
    for (name, split, hidden) in [
        ("train_all.json", Split::Train, false),
        ("validation_all.json", Split::Validation, false),
        ("test_all.json", Split::Test, true),
        ("test_truth.json", Split::Test, false),
    ] {
        let failed = |source| ImportError::Write { path: out.join(name), source };
        let mut writer = MergedWriter::new(Vec::new());
        for made in made.iter().filter(|made| made.split == split) {
            writer.write(&shown(&made.listing, hidden)).map_err(failed)?;
        }
        let bytes = writer.finish().map_err(failed)?;
        let digest = Sha256::digest(&bytes);
        checksums.insert(name.to_owned(), digest.iter().map(|byte| format!("{byte:02x}")).collect());
        write(&out.join(name), &bytes)?;
    }
    let mut text = String::from("id,split,group,photos\n");
    for made in made {
        let files: Vec<&str> = made.photos.iter().map(|&photo| photos[photo].row.file.as_str()).collect();
        let group = made.group.replace('"', "\"\"");
        text += &format!("{},{},\"{group}\",\"{}\"\n", made.listing.id, made.split, files.join(";"));
    }
    write(&out.join("sources.csv"), text.as_bytes())?;
    Ok(checksums)
}

/// The listing as a solver may see it: labels null where hidden.
fn shown(listing: &Listing, hidden: bool) -> Listing {
    let label = |image: &ListingImage| image.label.clone().filter(|_| !hidden);
    let images =
        listing.images.iter().map(|image| ListingImage { file: image.file.clone(), label: label(image) }).collect();
    Listing { images, ..listing.clone() }
}

/// Writes aside, then renames: a file is whole or not there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ImportError> {
    let aside = path.with_extension("partial");
    fs::write(&aside, bytes)
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|source| ImportError::Write { path: path.to_owned(), source })
}
