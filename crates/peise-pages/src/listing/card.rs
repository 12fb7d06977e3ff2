//! One listing on the page: its photos grouped by label.

use std::io::{self, Write};

use super::summary::is_unsure;
use super::{ReportImage, ReportListing, ReportOptions, Words, ascending, percent, width};
use crate::escape::{Base64, Label, Text};
use peise::matcher::decode::Choice;

/// A photo with what was decided for it.
struct Photo<'a> {
    image: &'a ReportImage,
    choice: Choice,
    unsure: bool,
    wrong: bool,
    /// Second best choice and its probability; `None` as its label is "no label".
    runner_up: Option<(Option<&'a str>, f32)>,
}

/// Writes the card of one listing.
pub(super) fn write(
    out: &mut impl Write,
    listing: &ReportListing,
    words: &Words,
    options: &ReportOptions,
) -> io::Result<()> {
    let photos = photos(listing, options.threshold);
    let failed = listing.images.iter().any(|image| image.error.is_some());
    let check = failed || listing.assignment.is_none() || photos.iter().any(|photo| photo.unsure || photo.wrong);
    let class = if check { "card check" } else { "card" };
    write!(out, "<article class=\"{class}\">\n<div class=\"head\"><h2>{}</h2>", Label(&listing.id))?;
    write_head(out, listing, &photos, words)?;
    writeln!(out, "</div>")?;
    if let Some(error) = &listing.error {
        writeln!(out, "<p class=\"failure\"><b>{}</b> {}</p>", words.listing_failure, Text(error))?;
    }
    write_groups(out, listing, &photos, words)?;
    if failed {
        write_failed(out, listing, words)?;
    }
    if !listing.notes.is_empty() {
        write!(out, "<ul class=\"notes\">")?;
        for note in &listing.notes {
            write!(out, "<li>{}</li>", Text(note))?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</article>")
}

/// The photos that got a choice, the least sure first.
fn photos(listing: &ReportListing, threshold: f32) -> Vec<Photo<'_>> {
    let mut photos: Vec<Photo<'_>> = listing
        .matched()
        .filter_map(|(image, choice)| {
            let (row, choice) = choice?;
            let wrong = image.truth.as_deref().is_some_and(|truth| listing.label(choice) != Some(truth));
            let unsure = is_unsure(choice.probability, threshold);
            Some(Photo { image, choice, unsure, wrong, runner_up: runner_up(listing, row, choice) })
        })
        .collect();
    photos.sort_by(|a, b| ascending(a.choice.probability, b.choice.probability));
    photos
}

/// The most probable choice but the one taken.
fn runner_up(listing: &ReportListing, row: usize, taken: Choice) -> Option<(Option<&str>, f32)> {
    let columns = listing.labels.len() + 1;
    let marginals = listing.assignment.as_ref()?.marginals.get(row * columns..(row + 1) * columns)?;
    let taken = taken.label.unwrap_or(columns - 1);
    let (column, &probability) =
        marginals.iter().enumerate().filter(|&(column, _)| column != taken).max_by(|a, b| ascending(*a.1, *b.1))?;
    Some((listing.labels.get(column).map(String::as_str), probability))
}

/// Number of photos, photos right, joint probability.
fn write_head(out: &mut impl Write, listing: &ReportListing, photos: &[Photo<'_>], words: &Words) -> io::Result<()> {
    let count = listing.images.len();
    let photos_of = if count == 1 { words.one_photo } else { words.many_photos };
    write!(out, "<span class=\"count\">{}</span>", photos_of.replace("{}", &count.to_string()))?;
    let known = listing.images.iter().filter(|image| image.truth.is_some()).count();
    if known > 0 {
        let right = photos.iter().filter(|photo| photo.image.truth.is_some() && !photo.wrong).count();
        let class = if right == known { "right all" } else { "right" };
        let fraction = format!("{right}/{known}");
        write!(out, "<span class=\"{class}\">{}</span>", words.right_of.replace("{}", &fraction))?;
    }
    let Some(assignment) = &listing.assignment else {
        return Ok(());
    };
    let joint = assignment.joint_probability;
    write!(
        out,
        "<span class=\"joint\">{}<span class=\"bar\"><i style=\"width:{:.1}%\"></i></span><b>{}</b>",
        words.joint,
        width(joint),
        percent(joint)
    )?;
    if !assignment.exact {
        write!(out, "<small>({})</small>", words.approximate)?;
    }
    write!(out, "</span>")
}

/// One group for each label in the seller's order, then photos without a label, then those not matched.
fn write_groups(out: &mut impl Write, listing: &ReportListing, photos: &[Photo<'_>], words: &Words) -> io::Result<()> {
    writeln!(out, "<div class=\"groups\">")?;
    for (index, label) in listing.labels.iter().enumerate() {
        let members: Vec<&Photo<'_>> = photos.iter().filter(|photo| photo.choice.label == Some(index)).collect();
        let class = if members.is_empty() { "group empty" } else { "group" };
        open_group(out, class, &Label(label).to_string(), members.len())?;
        if members.is_empty() && listing.assignment.is_some() {
            write!(out, "<p class=\"none\">{}</p>", words.no_photo)?;
        }
        for photo in members {
            write_photo(out, photo, Some(label), words)?;
        }
        writeln!(out, "</div></section>")?;
    }
    let unlabelled = photos.iter().filter(|photo| listing.label(photo.choice).is_none()).collect::<Vec<_>>();
    if !unlabelled.is_empty() {
        open_group(out, "group unlabelled", words.no_label, unlabelled.len())?;
        for photo in unlabelled {
            write_photo(out, photo, None, words)?;
        }
        writeln!(out, "</div></section>")?;
    }
    if listing.assignment.is_none() {
        let unmatched: Vec<_> = listing.images.iter().filter(|image| image.error.is_none()).collect();
        if !unmatched.is_empty() {
            open_group(out, "group unlabelled", words.unmatched, unmatched.len())?;
            for image in unmatched {
                write!(out, "<figure class=\"photo\">")?;
                write_picture(out, image, words.unmatched, words)?;
                write!(out, "<figcaption>{}</figcaption></figure>", file_name(&image.file))?;
            }
            writeln!(out, "</div></section>")?;
        }
    }
    writeln!(out, "</div>")
}

/// Opens a group; `heading` is HTML already.
fn open_group(out: &mut impl Write, class: &str, heading: &str, count: usize) -> io::Result<()> {
    write!(
        out,
        "<section class=\"{class}\"><h3>{heading}<span class=\"count\">{count}</span></h3><div class=\"photos\">"
    )
}

fn write_photo(out: &mut impl Write, photo: &Photo<'_>, label: Option<&str>, words: &Words) -> io::Result<()> {
    let class = match (photo.wrong, photo.unsure) {
        (true, true) => "photo unsure wrong",
        (true, false) => "photo wrong",
        (false, true) => "photo unsure",
        (false, false) => "photo",
    };
    write!(out, "<figure class=\"{class}\">")?;
    let sure = percent(photo.choice.probability);
    write_picture(out, photo.image, label.unwrap_or(words.no_label), words)?;
    write!(
        out,
        "<figcaption><span class=\"sure\" title=\"{:.4}\"><span class=\"bar\"><i style=\"width:{:.1}%\"></i></span>\
         <b>{sure}</b></span>",
        photo.choice.probability,
        width(photo.choice.probability)
    )?;
    if let (true, Some((label, probability))) = (photo.unsure, photo.runner_up) {
        let label = label.map_or_else(|| words.no_label.to_owned(), |label| Label(label).to_string());
        write!(out, "<span class=\"second\">{} {label} {}</span>", words.runner_up, percent(probability))?;
    }
    if let (true, Some(truth)) = (photo.wrong, &photo.image.truth) {
        write!(out, "<span class=\"truth\">{} {}</span>", words.truth, Label(truth))?;
    }
    write!(out, "{}</figcaption></figure>", file_name(&photo.image.file))
}

/// The picture, or a placeholder of its size.
fn write_picture(out: &mut impl Write, image: &ReportImage, label: &str, words: &Words) -> io::Result<()> {
    write!(out, "<div class=\"frame\">")?;
    match &image.thumbnail_jpeg {
        Some(jpeg) => write!(
            out,
            "<img src=\"data:image/jpeg;base64,{}\" alt=\"{}: {}\" loading=\"lazy\">",
            Base64(jpeg),
            Text(&image.file),
            Text(label)
        )?,
        None => write!(out, "<span class=\"missing\">{}</span>", words.no_thumbnail)?,
    }
    write!(out, "</div>")
}

fn file_name(file: &str) -> String {
    format!("<span class=\"file\" title=\"{0}\"><bdi>{0}</bdi></span>", Text(file))
}

/// The photos that could not be used, one line each.
fn write_failed(out: &mut impl Write, listing: &ReportListing, words: &Words) -> io::Result<()> {
    write!(out, "<div class=\"failed\"><h3>{}</h3><ul>", words.failure)?;
    for image in &listing.images {
        if let Some(error) = &image.error {
            write!(out, "<li><bdi class=\"name\">{}</bdi> <span>{}</span></li>", Text(&image.file), Text(error))?;
        }
    }
    writeln!(out, "</ul></div>")
}
