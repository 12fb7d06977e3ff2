//! The report of matched listings: which photo got which label, and how sure the matcher was.
//!
//! What deserves a look comes first: listings by ascending joint probability, and in an option the least sure photo.

mod card;
mod model;
mod photo;
mod summary;

pub use model::{ReportListing, ReportOptions, ReportPhoto, Truth};

use std::io::{self, Write};

use crate::escape::without_controls;
use crate::frame::{Frame, Pictures};
use crate::words::words;
use card::card;
use maud::html;
use model::ascending;
use summary::Summary;

/// Indices of the listings that get a card, in the order of the page: the least sure first.
///
/// Only these need thumbnails, so a caller with many listings asks here before it makes them.
pub fn shown(listings: &[ReportListing<'_>], options: &ReportOptions) -> Vec<usize> {
    let mut order: Vec<usize> = (0..listings.len()).collect();
    order.sort_by(|&a, &b| ascending(listings[a].confidence(), listings[b].confidence()));
    order.truncate(options.max_listings);
    order
}

/// Writes the page, card by card.
///
/// # Errors
/// Whatever `out` fails with.
/// # Panics
/// If a listing does not hold one [`ReportPhoto`] for each photo of its answer (programmer error).
pub fn write_report(
    out: &mut impl Write,
    title: &str,
    listings: &[ReportListing<'_>],
    options: &ReportOptions,
) -> io::Result<()> {
    for ReportListing { answer, photos } in listings {
        assert_eq!(photos.len(), answer.images.len(), "one photo for each photo of the answer");
    }
    let words = words(options.language);
    let frame =
        Frame { title, lang: words.lang, class: "listings", pictures: Pictures::Embedded, rules: "", script: None };
    let head = Summary::of(listings, options).head(words, options);
    out.write_all(frame.open(&head).as_bytes())?;
    let order = shown(listings, options);
    for &index in &order {
        writeln!(out, "{}", without_controls(card(&listings[index], words, options)))?;
    }
    if order.len() < listings.len() {
        let more = words.listing.more.replace("{}", &(listings.len() - order.len()).to_string());
        writeln!(out, "{}", html! { p.more { (more) } }.into_string())?;
    }
    out.write_all(frame.close().as_bytes())
}

#[cfg(test)]
mod tests;
