//! Tests of drawn listings.

use std::collections::BTreeSet;

use peise::colour::{delta_e, mentions, srgb_to_lab};
use peise::format::course;

use super::*;

const SMALL: SynthOptions =
    SynthOptions { seed: 11, width: 96, height: 128, min_labels: 2, max_labels: 5, max_images: 9, quality: 92 };

#[test]
fn a_listing_depends_on_seed_and_index_alone() {
    let first = listing(&SMALL, 3);
    let again = listing(&SMALL, 3);
    assert_eq!(first.listing, again.listing);
    assert_eq!(first.images, again.images);
    assert_ne!(first.images, listing(&SMALL, 4).images);
    assert_ne!(first.listing.labels, listing(&SynthOptions { seed: 12, ..SMALL }, 3).listing.labels);
}

#[test]
fn listings_keep_the_rules() {
    let options = SynthOptions { width: 12, height: 16, ..SMALL };
    let (mut counts, mut outfits) = (BTreeSet::new(), 0);
    for index in 0..200 {
        let drawn = listing(&options, index);
        let (m, n) = (drawn.listing.labels.len(), drawn.listing.images.len());
        assert!((2..=5).contains(&m) && (m..=9).contains(&n), "{m} labels, {n} images");
        assert_eq!(drawn.images.len(), n);
        assert!(drawn.images.iter().all(|image| image.dimensions() == (12, 16)));
        let distinct: BTreeSet<_> = drawn.listing.labels.iter().collect();
        assert_eq!(distinct.len(), m, "{:?}", drawn.listing.labels);
        let shown: BTreeSet<_> =
            drawn.listing.truth().into_iter().map(|label| label.expect("truth is known")).collect();
        assert_eq!(shown.len(), m, "every label has a photo");
        for label in &drawn.listing.labels {
            assert!(!mentions(label).is_empty(), "{label} names no colour");
        }
        counts.insert((m, n));
        outfits += usize::from(drawn.listing.labels[0].contains('+'));
    }
    assert!(counts.len() > 15, "counts vary");
    assert!((15..80).contains(&outfits), "{outfits} outfits of 200");
}

/// In the middle of a plain picture lies the colour that the label says.
#[test]
fn the_picture_shows_its_label() {
    let (mut right, mut total) = (0, 0);
    for index in 0..40 {
        let drawn = listing(&SMALL, index);
        let named: Vec<_> = drawn.listing.labels.iter().map(|label| mentions(label)[0].lab()).collect();
        if drawn.listing.labels[0].contains('+') {
            continue;
        }
        for (image, truth) in drawn.images.iter().zip(drawn.listing.truth()) {
            let seen = srgb_to_lab(image.get_pixel(38, 70).0);
            let nearest = (0..named.len()).min_by(|&a, &b| delta_e(named[a], seen).total_cmp(&delta_e(named[b], seen)));
            right += usize::from(nearest == truth);
            total += 1;
        }
    }
    assert!(right * 100 >= total * 80, "{right} of {total}");
}

#[test]
fn files_are_in_the_course_format() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut done = Vec::new();
    write(dir.path(), &SMALL, 3, |index| done.push(index)).expect("the set is written");
    assert_eq!(done, [0, 1, 2]);
    let read = |name: &str| -> Vec<Listing> {
        let entries = course::read_merged(&dir.path().join(name)).expect("the file is read");
        entries.into_iter().map(|entry| entry.expect("the listing is whole")).collect()
    };
    let (asked, truth) = (read("test_all.json"), read("test_truth.json"));
    for index in 0..3 {
        let drawn = listing(&SMALL, index).listing;
        assert_eq!(truth[index], drawn);
        assert_eq!(asked[index].labels, drawn.labels);
        assert!(asked[index].images.iter().all(|image| image.label.is_none()));
        let folder = dir.path().join("test").join(&drawn.id);
        assert_eq!(course::read_profile(&folder.join(course::PROFILE), &drawn.id).expect("a profile"), asked[index]);
        for image in &drawn.images {
            assert!(image::open(folder.join(&image.file)).is_ok(), "{}", image.file);
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let error = write(file.path(), &SMALL, 1, |_| {}).expect_err("a file is no folder");
    assert!(error.to_string().contains(&*file.path().to_string_lossy()), "{error}");
}

#[test]
#[should_panic(expected = "labels must be 1 to 12")]
fn no_labels_is_a_programmers_error() {
    listing(&SynthOptions { min_labels: 0, ..SMALL }, 0);
}
