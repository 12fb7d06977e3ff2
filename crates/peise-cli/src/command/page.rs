//! Report pages: answers with thumbnails.

use crate::failure::{Failure, write_error};
use peise::Answer;
use peise::atomic::AtomicFile;
use peise::image::{DecodeLimits, decode, thumbnail_jpeg};
use peise_listings::SourceListing;
use peise_pages::Language;
use peise_pages::listing::{ReportListing, ReportOptions, Truth, shown, write_report};
use std::io::BufWriter;
use std::path::Path;

/// Longer side of a thumbnail, twice what the page shows.
const THUMBNAIL: u32 = 300;

/// One listing of a page.
pub struct Card {
    /// The listing, and where its photos are.
    pub found: SourceListing,
    /// What was answered.
    pub answer: Answer,
    /// Whether the listing's own labels are the truth, to be compared.
    pub truth: bool,
}

/// Writes the page.
pub fn write(path: &Path, title: &str, cards: &[Card], language: Language) -> Result<(), Failure> {
    let options = ReportOptions { language, ..ReportOptions::default() };
    let mut listings: Vec<ReportListing> = cards.iter().map(|card| ReportListing::new(&card.answer)).collect();
    for (card, listing) in cards.iter().zip(&mut listings) {
        let source = &card.found.listing;
        for (photo, image) in listing.photos.iter_mut().zip(&source.images).filter(|_| card.truth) {
            let shows_none = || source.shows_none.contains(&image.file).then_some(Truth::NoOption);
            photo.truth = image.label.clone().map(Truth::Label).or_else(shows_none);
        }
    }
    // Only listings that the page shows need thumbnails.
    for index in shown(&listings, &options) {
        let limits = DecodeLimits::default();
        let found = &cards[index].found;
        let files = found.listing.images.iter().zip(&found.photos);
        for (shown, (image, photo)) in listings[index].photos.iter_mut().zip(files) {
            let bytes = photo.as_ref().ok().and_then(|photo| photo.read(&image.file, &limits).ok());
            let photo = bytes.and_then(|bytes| decode(&bytes, &limits).ok());
            shown.thumbnail_jpeg = photo.and_then(|photo| thumbnail_jpeg(&photo.pixels, THUMBNAIL, 82).ok());
        }
    }
    let mut file = BufWriter::new(AtomicFile::create(path)?);
    write_report(&mut file, title, &listings, &options).map_err(write_error(path))?;
    Ok(file.into_inner().map_err(|error| write_error(path)(error.into_error()))?.commit()?)
}
