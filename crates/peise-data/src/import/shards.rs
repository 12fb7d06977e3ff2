//! Source `shards`: a folder with `photos.csv` and the tar files that it names.
//!
//! Columns: `shard,file` and either `article,base_colour,family` (a catalogue with titles) or
//! `garment,colour` (photos without titles). Further columns are ignored.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::error::ImportError;
use super::row::{MAX_PHOTO_BYTES, Row, Skipped, count};
use super::table::column;

const TABLE: &str = "photos.csv";

/// Reads `photos.csv`.
pub(super) fn rows(folder: &Path) -> Result<(Vec<Row>, Skipped), ImportError> {
    let path = folder.join(TABLE);
    let file = File::open(&path).map_err(|source| ImportError::Read {
        path: path.clone(),
        expected: "a folder with photos.csv and tar shards",
        source,
    })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file));
    let header = reader.headers().map_err(|source| ImportError::Csv { path: path.clone(), line: 1, source })?.clone();
    let need = |names: &[&str], expected| column(&path, header.iter(), names, expected);
    let shard = need(&["shard"], "shard")?;
    let file = need(&["file"], "file")?;
    let article = need(&["article", "garment"], "article` or `garment")?;
    let colour = need(&["base_colour", "colour"], "base_colour` or `colour")?;
    let family = need(&["family"], "family").ok();

    let (mut rows, mut skipped) = (Vec::new(), Skipped::new());
    for record in reader.records() {
        let record = record.map_err(|source| ImportError::Csv {
            path: path.clone(),
            line: source.position().map_or(0, csv::Position::line),
            source,
        })?;
        if record.len() != header.len() {
            count(&mut skipped, "row with too few or too many fields");
            continue;
        }
        let family = family.map(|column| record[column].trim().to_owned()).filter(|name| !name.is_empty());
        match Row::new((Some(&record[shard]), &record[file]), &record[article], &record[colour], family) {
            Ok(row) => rows.push(row),
            Err(reason) => count(&mut skipped, &reason),
        }
    }
    Ok((rows, skipped))
}

/// Reads the photos of these rows, tar by tar.
pub(super) fn visit(
    folder: &Path,
    rows: &[Row],
    visit: &mut dyn FnMut(usize, Vec<u8>) -> Result<(), ImportError>,
) -> Result<Skipped, ImportError> {
    let mut skipped = Skipped::new();
    let mut wanted: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let files = wanted.entry(row.shard.as_deref().unwrap_or_default()).or_default();
        if files.insert(&row.file, index).is_some() {
            count(&mut skipped, "file named twice, the last row counts");
        }
    }
    for (shard, mut files) in wanted {
        let path = folder.join(shard);
        let unreadable = |source| ImportError::Read { path: path.clone(), expected: "a tar file", source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                *skipped.entry(format!("shard {shard} is missing")).or_default() += files.len() as u64;
                continue;
            }
            Err(source) => return Err(unreadable(source)),
        };
        let mut archive = tar::Archive::new(BufReader::new(file));
        for entry in archive.entries().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.path().map_err(unreadable)?.into_owned();
            // An entry that no row names is never read, so its name needs no check of its own.
            let Some(index) = name.to_str().and_then(|name| files.remove(name.strip_prefix("./").unwrap_or(name)))
            else {
                continue;
            };
            if !entry.header().entry_type().is_file() || entry.size() > MAX_PHOTO_BYTES {
                count(&mut skipped, "not a plain file, or too large");
                continue;
            }
            let mut bytes = Vec::with_capacity(entry.size() as usize);
            entry.take(MAX_PHOTO_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
            visit(index, bytes)?;
        }
        if !files.is_empty() {
            *skipped.entry("file is not in its shard".to_owned()).or_default() += files.len() as u64;
        }
    }
    Ok(skipped)
}
