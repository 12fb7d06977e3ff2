//! A page of drawn listings, to look at. Its photos lie beside it.

use maud::{Markup, html};

use crate::escape::Foreign;
use crate::frame::{Frame, Pictures};
use crate::language::Language;
use crate::words::{Words, words};

/// A listing of the page.
#[derive(Debug, Clone, Default)]
pub struct GalleryListing {
    /// What stands above it: its id and what it sells.
    pub heading: String,
    /// The least difference of two options' colours, CIEDE2000; `None` = unknown.
    pub nearest: Option<f32>,
    /// Its options.
    pub options: Vec<GalleryOption>,
    /// Its photos.
    pub photos: Vec<GalleryPhoto>,
}

/// An option of a listing.
#[derive(Debug, Clone, Default)]
pub struct GalleryOption {
    /// Its label.
    pub label: String,
    /// Its colours, sRGB, shown as chips.
    pub colours: Vec<[u8; 3]>,
}

/// A photo of a listing.
#[derive(Debug, Clone, Default)]
pub struct GalleryPhoto {
    /// Where it lies, relative to the page, as a URL.
    pub source: String,
    /// Index of the option that it shows; `None` = none.
    pub option: Option<usize>,
    /// A remark behind the option, such as the layout.
    pub remark: String,
}

/// The page: each listing's labels with their colours, and its photos, each with its label's colour below.
pub fn render(title: &str, listings: &[GalleryListing], language: Language) -> String {
    let words = words(language);
    let frame =
        Frame { title, lang: words.lang, class: "gallery", pictures: Pictures::Beside, rules: "", script: None };
    let main = html! { @for listing in listings { (section(listing, words)) "\n" } };
    frame.page(&html! {}, &main)
}

fn section(listing: &GalleryListing, words: &Words) -> Markup {
    html! {
        section.panel {
            h2 {
                (listing.heading)
                @if let Some(nearest) = listing.nearest {
                    " · " (words.nearest) " " (format_args!("{nearest:.1}")) " ΔE"
                }
            }
            ul { @for option in &listing.options { li { (named(option)) } } }
            div.photos { @for photo in &listing.photos { (figure(listing, photo, words)) } }
        }
    }
}

fn figure(listing: &GalleryListing, photo: &GalleryPhoto, words: &Words) -> Markup {
    let option = photo.option.and_then(|option| listing.options.get(option));
    let label = option.map_or(words.no_label, |option| &option.label);
    html! {
        figure {
            img src=(photo.source) alt=(label) loading="lazy";
            figcaption title={ (label) (photo.remark) } {
                @if let Some(option) = option { (named(option)) } @else { (words.no_label) }
                (photo.remark)
            }
        }
    }
}

/// The option's colours as chips, then its label.
fn named(option: &GalleryOption) -> Markup {
    html! {
        @for [r, g, b] in &option.colours { i.chip style=(format!("background:rgb({r},{g},{b})")) {} }
        (Foreign(&option.label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_names_what_it_shows() {
        let evil = "\"><script>alert('x')</script>";
        let option = GalleryOption { label: evil.into(), colours: vec![[1, 2, 3]] };
        let photo = |option| GalleryPhoto { source: "test/a/a_0.jpg".into(), option, remark: " · Collage".into() };
        let listing = GalleryListing {
            heading: evil.into(),
            nearest: Some(12.34),
            options: vec![option],
            photos: vec![photo(Some(0)), photo(None), photo(Some(7))],
        };
        let page = render(evil, std::slice::from_ref(&listing), Language::Chinese);
        assert!(!page.contains("<script") && page.contains("<html lang=\"zh-CN\">"));
        assert_eq!(page.matches("<section").count(), 1);
        assert!(page.contains(" · 最接近的选项 12.3 ΔE</h2>"));
        assert_eq!(page.matches("background:rgb(1,2,3)").count(), 2);
        assert_eq!(page.matches("alt=\"无选项\"").count(), 2, "an unknown option is none");
        assert!(page.contains("img-src data: 'self' file:") && page.contains("src=\"test/a/a_0.jpg\""));
    }
}
