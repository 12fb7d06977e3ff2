//! A page of drawn listings, to look at.

use std::fmt::Write as _;

use peise::colour::lab_to_srgb;
use peise::format::html::Text;

use super::{Layout, ListingTruth, Split};

/// The page, in HTML: each listing's labels with their colours, and its photos, each with its label's colour below.
///
/// Photos are linked as [`super::write`] places them, relative to the data set's folder.
pub fn gallery(title: &str, split: Split, listings: &[ListingTruth]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>\n",
        Text(title)
    );
    listings.iter().for_each(|listing| section(&mut page, split, listing));
    page
}

const STYLE: &str = "body{font:14px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;margin:24px;background:#f4f4f2;color:#222}\
h1{font-size:20px}section{background:#fff;border-radius:8px;padding:10px 14px;margin:12px 0}\
h2{font-size:12px;font-weight:400;color:#777;margin:0 0 6px}ul{list-style:none;margin:0 0 8px;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px}\
i{display:inline-block;width:14px;height:14px;border-radius:3px;border:1px solid #0003;vertical-align:-2px;margin-right:3px}\
div{display:flex;flex-wrap:wrap;gap:6px}figure{margin:0;width:128px}img{width:128px;height:160px;object-fit:contain;background:#eee;display:block}\
figcaption{font-size:11px;color:#555;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}";

fn section(page: &mut String, split: Split, listing: &ListingTruth) {
    let parts: Vec<&str> = listing.parts.iter().map(|part| part.product.key()).collect();
    let distance =
        listing.smallest_difference.map_or(String::new(), |value| format!(" · nearest options {value:.1} dE"));
    let _ = write!(page, "<section><h2>{} · {}{distance}</h2><ul>", Text(&listing.id), parts.join(" + "));
    let chips = |label: &str| {
        let option = listing.options.iter().find(|option| option.label == label);
        let colours = option.into_iter().flat_map(|option| option.colours.iter().flatten());
        colours.fold(String::new(), |mut chips, &lab| {
            let [r, g, b] = lab_to_srgb(lab);
            let _ = write!(chips, "<i style=\"background:rgb({r},{g},{b})\"></i>");
            chips
        })
    };
    for option in &listing.options {
        let _ = write!(page, "<li>{}{}</li>", chips(&option.label), Text(&option.label));
    }
    page.push_str("</ul><div>");
    for photo in &listing.photos {
        let below = match (&photo.label, photo.drawn.layout) {
            (None, _) => "no option".to_owned(),
            (Some(label), Layout::Full) => format!("{}{}", chips(label), Text(label)),
            (Some(label), layout) => format!("{}{} · {layout:?}", chips(label), Text(label)),
        };
        let source = format!("{}/{}/{}", split.name(), listing.id, photo.file);
        let _ =
            write!(page, "<figure><img src=\"{}\" alt=\"\"><figcaption>{below}</figcaption></figure>", Text(&source));
    }
    page.push_str("</div></section>\n");
}
