//! Report pages: predictions with thumbnails.

use super::predict::write_error;
use crate::failure::Failure;
use peise::Answer;
use peise::atomic::AtomicFile;
use peise::image::{DecodeLimits, read, thumbnail_jpeg};
use peise_listings::stream::Job;
use peise_pages::Language;
use peise_pages::listing::{ReportListing, ReportOptions, Truth, shown, write_report};
use std::io::BufWriter;
use std::path::Path;

/// Longer side of a thumbnail, twice what the page shows.
const THUMBNAIL: u32 = 300;

/// One listing of a page.
pub struct Card {
    /// Where its photos lie.
    pub job: Job,
    /// What was predicted.
    pub prediction: Answer,
    /// Whether the listing's own labels are the truth, to be compared.
    pub truth: bool,
}

/// Writes the page.
pub fn write(path: &Path, title: &str, cards: &[Card], language: Language) -> Result<(), Failure> {
    let options = ReportOptions { language, ..ReportOptions::default() };
    let mut listings: Vec<ReportListing> = cards.iter().map(|card| ReportListing::new(&card.prediction)).collect();
    for (card, listing) in cards.iter().zip(&mut listings) {
        for (photo, image) in listing.photos.iter_mut().zip(&card.job.listing.images).filter(|_| card.truth) {
            let shows_none = || card.job.listing.shows_none.contains(&image.file).then_some(Truth::NoOption);
            photo.truth = image.label.clone().map(Truth::Label).or_else(shows_none);
        }
    }
    // Only listings that the page shows need thumbnails.
    for index in shown(&listings, &options) {
        for (shown, path) in listings[index].photos.iter_mut().zip(&cards[index].job.paths) {
            let photo = path.as_ref().ok().and_then(|path| read(path, &DecodeLimits::default()).ok());
            shown.thumbnail_jpeg = photo.and_then(|photo| thumbnail_jpeg(&photo, THUMBNAIL, 82).ok());
        }
    }
    let mut file = BufWriter::new(AtomicFile::create(path)?);
    write_report(&mut file, title, &listings, &options).map_err(write_error(path))?;
    Ok(file.into_inner().map_err(|error| write_error(path)(error.into_error()))?.commit()?)
}
