//! A page of drawn listings, to look at.

use std::fmt::Write as _;

use crate::Text;

/// A listing of the page.
#[derive(Debug, Clone, Default)]
pub struct GalleryListing {
    /// What stands above it: its id and what it sells.
    pub heading: String,
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
    /// Where it lies, relative to the page.
    pub source: String,
    /// Index of the option that it shows; `None` = none.
    pub option: Option<usize>,
    /// A remark behind the option, such as the layout.
    pub remark: String,
}

/// The page, in HTML: each listing's labels with their colours, and its photos, each with its label's colour below.
pub fn gallery(title: &str, listings: &[GalleryListing]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>\n",
        Text(title)
    );
    listings.iter().for_each(|listing| section(&mut page, listing));
    page
}

const STYLE: &str = "body{font:14px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;margin:24px;background:#f4f4f2;color:#222}\
h1{font-size:20px}section{background:#fff;border-radius:8px;padding:10px 14px;margin:12px 0}\
h2{font-size:12px;font-weight:400;color:#777;margin:0 0 6px}ul{list-style:none;margin:0 0 8px;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px}\
i{display:inline-block;width:14px;height:14px;border-radius:3px;border:1px solid #0003;vertical-align:-2px;margin-right:3px}\
div{display:flex;flex-wrap:wrap;gap:6px}figure{margin:0;width:128px}img{width:128px;height:160px;object-fit:contain;background:#eee;display:block}\
figcaption{font-size:11px;color:#555;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}";

fn section(page: &mut String, listing: &GalleryListing) {
    let _ = write!(page, "<section><h2>{}</h2><ul>", Text(&listing.heading));
    for option in &listing.options {
        let _ = write!(page, "<li>{}</li>", named(option));
    }
    page.push_str("</ul><div>");
    for photo in &listing.photos {
        let option = photo.option.and_then(|option| listing.options.get(option));
        let below =
            option.map_or_else(|| "no option".to_owned(), |option| named(option) + &Text(&photo.remark).to_string());
        let source = Text(&photo.source);
        let _ = write!(page, "<figure><img src=\"{source}\" alt=\"\"><figcaption>{below}</figcaption></figure>");
    }
    page.push_str("</div></section>\n");
}

/// The option's colours as chips, then its label.
fn named(option: &GalleryOption) -> String {
    let mut text = String::new();
    for [r, g, b] in &option.colours {
        let _ = write!(text, "<i style=\"background:rgb({r},{g},{b})\"></i>");
    }
    text + &Text(&option.label).to_string()
}
