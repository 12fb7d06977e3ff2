//! One listing on the page: its photos grouped by option.

use maud::{Markup, html};
use peise::{Answer, NoteCode, Verdict};

use super::model::{ReportListing, ReportOptions, ascending};
use super::photo::PhotoView;
use crate::escape::Foreign;
use crate::fragment::bar;
use crate::number::percent;
use crate::words::Words;

/// The card of one listing.
pub(super) fn card(listing: &ReportListing<'_>, words: &Words, options: &ReportOptions) -> Markup {
    let answer = listing.answer;
    let mut photos: Vec<PhotoView> =
        (0..answer.images.len()).map(|place| PhotoView::new(listing, place, options)).collect();
    photos.sort_by(|a, b| ascending(a.probability(), b.probability()));
    let settled = |photo: &PhotoView| matches!(photo.verdict, Verdict::Matched(_) | Verdict::NoLabel);
    let check = answer.error.is_some() || photos.iter().any(|photo| photo.unsure || photo.wrong || !settled(photo));
    html! {
        article.card.check[check] {
            (head(listing, words))
            @if let Some(problem) = &answer.error {
                p.failure { b { (words.listing.listing_failure) } " " span lang="en" { (problem) } }
            }
            div.groups {
                @for label in 0..answer.labels.len() { (option(answer, label, &photos, words)) }
                @for (heading, photos) in others(&photos, words) {
                    section.group.unlabelled {
                        h3 { (heading) span.count { (photos.len()) } }
                        div.photos { @for photo in photos { (photo.figure(words)) } }
                    }
                }
            }
            (unreadable(answer, words))
            (notes(answer, words))
        }
    }
}

/// Id, number of photos, photos right, joint probability.
fn head(listing: &ReportListing<'_>, words: &Words) -> Markup {
    let ReportListing { answer, photos } = listing;
    let own = &words.listing;
    let count = photos.len();
    let photos_of = if count == 1 { own.one_photo } else { own.many_photos };
    let known = photos.iter().filter(|photo| photo.truth.is_some()).count();
    let is_right = |place: usize| photos[place].truth.as_ref().is_some_and(|truth| truth.is(answer.verdict(place)));
    let right = (0..count).filter(|&place| is_right(place)).count();
    html! {
        div.head {
            h2 { (Foreign(&answer.id)) }
            span.count { (photos_of.replace("{}", &count.to_string())) }
            @if known > 0 {
                span.right.all[right == known] { (own.right_of.replace("{}", &format!("{right}/{known}"))) }
            }
            @if let Some(joint) = answer.joint_probability {
                span.joint {
                    (own.joint) (bar(f64::from(joint))) b { (percent(joint)) }
                    @if !answer.exact { small { "(" (own.approximate) ")" } }
                }
            }
        }
    }
}

/// The group of one option.
fn option(answer: &Answer, label: usize, photos: &[PhotoView<'_>], words: &Words) -> Markup {
    let own = &words.listing;
    let members: Vec<&PhotoView> = photos.iter().filter(|photo| photo.label() == Some(label)).collect();
    let option = answer.options.get(label);
    let alike = option.and_then(|option| option.same_as).and_then(|label| answer.labels.get(label));
    html! {
        section.group.empty[members.is_empty()] {
            h3 { (Foreign(&answer.labels[label])) span.count { (members.len()) } }
            @if let Some(alike) = alike { p.none { (own.look_alike) " " (Foreign(alike)) } }
            @if members.is_empty() && answer.joint_probability.is_some() {
                p.none {
                    @match option.and_then(|option| option.bare) {
                        Some(bare) => (own.bare.replace("{}", &percent(bare))),
                        None => (own.no_photo),
                    }
                }
            }
            div.photos { @for photo in members { (photo.figure(words)) } }
        }
    }
}

/// Photos that no option got: withheld, without an option, not matched.
fn others<'a>(photos: &'a [PhotoView<'a>], words: &Words) -> Vec<(&'static str, Vec<&'a PhotoView<'a>>)> {
    let own = &words.listing;
    let with = |wanted: fn(&Verdict) -> bool| photos.iter().filter(|photo| wanted(&photo.verdict)).collect::<Vec<_>>();
    let groups = [
        (own.withheld, with(|verdict| matches!(verdict, Verdict::Withheld(_)))),
        (words.no_label, with(|verdict| matches!(verdict, Verdict::NoLabel))),
        (own.unmatched, with(|verdict| matches!(verdict, Verdict::Undecided))),
    ];
    groups.into_iter().filter(|(_, photos)| !photos.is_empty()).collect()
}

/// The photos that could not be used, one line each.
fn unreadable(answer: &Answer, words: &Words) -> Markup {
    let failed: Vec<_> = answer.images.iter().filter_map(|image| Some((&image.file, image.error.as_ref()?))).collect();
    html! {
        @if !failed.is_empty() {
            section.failed {
                h3 { (words.listing.failure) }
                ul { @for (file, problem) in failed { li { bdi.name { (file) } " " span lang="en" { (problem) } } } }
            }
        }
    }
}

/// The notes of the answer. Photos that could not be used are listed apart.
fn notes(answer: &Answer, words: &Words) -> Markup {
    let listed = |code| matches!(code, NoteCode::UnreadablePhoto | NoteCode::UnsupportedFile);
    let notes: Vec<_> = answer.notes.iter().filter(|note| !listed(note.code)).collect();
    html! {
        @if !notes.is_empty() {
            ul.notes aria-label=(words.listing.notes) { @for note in notes { li lang="en" { (note.text) } } }
        }
    }
}
