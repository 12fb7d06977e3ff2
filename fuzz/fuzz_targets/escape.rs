//! Text from outside cannot leave its place in a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise_pages::Language;
use peise_pages::gallery::{GalleryListing, GalleryOption, GalleryPhoto, render};

/// A page that shows this text in every place that text from outside may have.
fn page(text: &str) -> String {
    let option = GalleryOption { label: text.to_owned(), ..GalleryOption::default() };
    let photo = GalleryPhoto { source: text.to_owned(), option: Some(0), remark: text.to_owned() };
    let listing = GalleryListing {
        heading: text.to_owned(),
        options: vec![option],
        photos: vec![photo],
        ..GalleryListing::default()
    };
    render(text, &[listing], Language::English)
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (plain, hostile) = (page("x"), page(text));
    for mark in ['<', '>', '"'] {
        assert_eq!(hostile.matches(mark).count(), plain.matches(mark).count(), "{mark} in {text:?}");
    }
});
