//! Listings from a table.

use std::io::{BufRead, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ::csv::{ReaderBuilder, StringRecord};
use peise::listing::{Listing, ListingImage};

use super::without_mark;
use crate::archive::Photos;
use crate::ids::Ids;
use crate::photo::named_photo;
use crate::registry::{Columns, SourceOptions};
use crate::text::TextFile;
use crate::{BrokenListing, FormatError, ListingError, ListingSource, SourceListing, Take};

/// Usual names of the columns, in lower case.
const IDS: [&str; 8] = ["id", "listing", "listing_id", "product", "product_id", "handle", "商品id", "编号"];
const PHOTOS: [&str; 8] = ["photo", "file", "image", "filename", "photos", "images", "图片", "照片"];
const LABELS: [&str; 9] = ["label", "labels", "option", "options", "colour", "color", "颜色", "标签", "选项"];
const TITLES: [&str; 2] = ["title", "标题"];

/// A table whose rows are photos.
#[derive(Debug, Clone)]
pub struct CsvSource {
    path: PathBuf,
    photos: Photos,
    text: TextFile,
    delimiter: u8,
    places: Places,
    separator: String,
}

/// Where the columns stand.
#[derive(Debug, Clone, Copy)]
struct Places {
    id: usize,
    photo: usize,
    label: usize,
    title: Option<usize>,
}

impl CsvSource {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// If it cannot be read or lacks a column.
    pub fn open(options: &SourceOptions) -> Result<Self, FormatError> {
        let path = options.data.clone();
        let text = TextFile::detect(&path)?;
        let delimiter = delimiter(&mut text.open(&path)?).map_err(|source| FormatError::Io {
            path: path.clone(),
            action: "read",
            source,
        })?;
        let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(text.open(&path)?);
        let header = reader.headers().map_err(|error| FormatError::from_csv(&path, error))?;
        if header.iter().all(str::is_empty) {
            return Err(FormatError::Empty { path, expected: "a header with the columns id, photo and label" });
        }
        let places = Places::of(header, &options.columns, &path)?;
        let photos = Photos::open(options.photos.as_deref().unwrap_or(path.parent().unwrap_or(Path::new(""))))?;
        Ok(Self { photos, text, delimiter, places, separator: options.columns.separator.clone(), path })
    }

    /// Adds a row to the listing that is being gathered.
    fn add(&self, gathered: &mut Gathered, row: &StringRecord) {
        let cell = |place: usize| without_mark(row.get(place).unwrap_or_default().trim());
        if let Some(title) = self.places.title.map(cell).filter(|title| !title.is_empty()) {
            gathered.listing.title.get_or_insert_with(|| title.to_owned());
        }
        let label = cell(self.places.label);
        let labels: Vec<&str> = match self.separator.as_str() {
            "" => vec![label],
            separator => label.split(separator).map(str::trim).collect(),
        };
        let labels: Vec<&str> = labels.into_iter().filter(|label| !label.is_empty()).collect();
        for label in &labels {
            if !gathered.listing.labels.iter().any(|known| known == label) {
                gathered.listing.labels.push((*label).to_owned());
            }
        }
        let file = cell(self.places.photo);
        if file.is_empty() {
            return;
        }
        let shown = if let [label] = labels[..] { Some(label) } else { None };
        match gathered.listing.images.iter_mut().find(|image| image.file == file) {
            Some(known) if known.label.as_deref() != shown => known.label = None,
            Some(_) => {}
            None => {
                let image = ListingImage { file: file.to_owned(), label: shown.map(str::to_owned) };
                gathered.photos.push(named_photo(&self.photos, file));
                gathered.listing.images.push(image);
            }
        }
    }
}

/// The listing whose rows are being read.
#[derive(Default)]
struct Gathered {
    listing: Listing,
    photos: Vec<Result<crate::PhotoSource, peise::Problem>>,
    repeated: bool,
}

impl Gathered {
    fn hand_over(self, source: &CsvSource, take: &mut Take) -> ControlFlow<()> {
        let Self { listing, photos, repeated } = self;
        if repeated {
            return take(Err(BrokenListing::new(ListingError::DuplicateId { id: listing.id })));
        }
        let notes = source.text.guess.map(|guess| guess.note(&source.path)).into_iter().collect();
        take(Ok(SourceListing { listing, photos, notes, ..SourceListing::default() }))
    }
}

impl ListingSource for CsvSource {
    fn read(&self, take: &mut Take) -> Result<(), FormatError> {
        let file = self.text.open(&self.path)?;
        let mut reader = ReaderBuilder::new().delimiter(self.delimiter).flexible(true).from_reader(file);
        let (mut ids, mut row) = (Ids::default(), StringRecord::new());
        let mut gathered: Option<Gathered> = None;
        while reader.read_record(&mut row).map_err(|error| FormatError::from_csv(&self.path, error))? {
            let id = without_mark(row.get(self.places.id).unwrap_or_default().trim());
            let goes_on = gathered.as_ref().is_some_and(|found| id.is_empty() || found.listing.id == id);
            if !goes_on {
                let listing = Listing { id: id.to_owned(), ..Listing::default() };
                let next = Gathered { listing, repeated: !ids.insert(id), ..Gathered::default() };
                if let Some(done) = gathered.replace(next)
                    && done.hand_over(self, take).is_break()
                {
                    return Ok(());
                }
            }
            if let Some(gathered) = &mut gathered {
                self.add(gathered, &row);
            }
        }
        if let Some(done) = gathered {
            let _ = done.hand_over(self, take);
        }
        Ok(())
    }
}

impl Places {
    fn of(header: &StringRecord, columns: &Columns, path: &Path) -> Result<Self, FormatError> {
        let named = |name: &str| header.iter().position(|found| found.trim() == name);
        let usual = |names: &[&str]| {
            names.iter().find_map(|name| header.iter().position(|found| found.trim().to_lowercase() == *name))
        };
        let missing = |what: &str, option: &str| FormatError::Column {
            path: path.to_owned(),
            column: what.to_owned(),
            option: option.to_owned(),
            found: header.iter().collect::<Vec<_>>().join(", "),
        };
        let find = |given: &Option<String>, names: &[&str], option: &str| match given {
            Some(name) => named(name).ok_or_else(|| missing(name, option)),
            None => usual(names).ok_or_else(|| missing(names[0], option)),
        };
        Ok(Self {
            id: find(&columns.id, &IDS, "--id")?,
            photo: find(&columns.photo, &PHOTOS, "--photo")?,
            label: find(&columns.label, &LABELS, "--label")?,
            title: match &columns.title {
                Some(name) => Some(named(name).ok_or_else(|| missing(name, "--title"))?),
                None => usual(&TITLES),
            },
        })
    }
}

/// What stands between the cells of the first line: the most frequent of comma, semicolon and tab.
fn delimiter(reader: &mut impl BufRead) -> std::io::Result<u8> {
    let mut line = Vec::new();
    reader.take(1 << 16).read_until(b'\n', &mut line)?;
    let line = line.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|&&byte| byte == delimiter).count();
    // Of equal counts the last of a maximum is taken: the comma.
    Ok([b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b','))
}
