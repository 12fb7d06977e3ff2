use std::collections::BTreeSet;

use peise::colour::{delta_e, mentions, srgb_to_lab};
use peise::label::normalize;
use peise_listings::course;
use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::split::Split;
use peise::listing::Listing;

fn small(preset: Preset, seed: u64) -> SynthSet {
    let mut set = SynthSet::preset(preset, seed);
    set.config.photo.size = 48;
    set
}

#[test]
fn a_listing_follows_from_set_and_index_alone() {
    let set = small(Preset::Everything, 7);
    let whole: Vec<SynthListing> = (0..6).map(|index| set.listing(index)).collect();
    let again = set.listing(4);
    assert_eq!(again.listing, whole[4].listing);
    assert_eq!(again.images, whole[4].images);
    assert_eq!(again.truth, whole[4].truth);
    let all: BTreeSet<u64> = whole.iter().map(|one| xxh3_64(one.images[0].as_raw())).collect();
    assert_eq!(all.len(), 6, "listings differ");
    for other in [SynthSet { seed: 8, ..set.clone() }, SynthSet { name: "other".to_owned(), ..set.clone() }] {
        assert_ne!(other.listing(4).images, again.images, "another seed or name, other listings");
    }
}

/// The bytes themselves: a change of these numbers is a change of every published set.
#[test]
fn pictures_are_the_same_on_every_machine() {
    let drawn = SynthSet::preset(Preset::Everything, 1).listing(3);
    let hash = drawn.images.iter().fold(0, |hash, image| xxh3_64(image.as_raw()) ^ u64::rotate_left(hash, 7));
    let labels: u64 = xxh3_64(drawn.listing.labels.join("|").as_bytes());
    assert_eq!((hash, labels), (EXPECTED_PICTURES, EXPECTED_LABELS));
}

const EXPECTED_PICTURES: u64 = 7109181363380767427;
const EXPECTED_LABELS: u64 = 8178837432225904755;

#[test]
fn listings_keep_the_rules() {
    let set = small(Preset::Everything, 2);
    let (mut sizes, mut parts, mut layouts, mut junk, mut photos) = (BTreeSet::new(), [0; 4], BTreeSet::new(), 0, 0);
    for index in 0..250 {
        let SynthListing { listing, images, truth } = set.listing(index);
        let (m, n) = (listing.labels.len(), listing.images.len());
        assert!((1..=24).contains(&m) && (m..=33).contains(&n), "{m} labels, {n} images");
        assert_eq!((images.len(), truth.photos.len(), truth.options.len()), (n, n, m));
        let distinct: BTreeSet<String> = listing.labels.iter().map(|label| normalize(label)).collect();
        assert_eq!(distinct.len(), m, "{:?}", listing.labels);
        let shown: BTreeSet<usize> = listing.truth().into_iter().flatten().collect();
        assert_eq!(shown.len(), m, "every label has a photo");
        for (photo, image) in truth.photos.iter().zip(&images) {
            assert_eq!(photo.label.is_none(), photo.drawn.layout == Layout::Junk);
            junk += usize::from(photo.label.is_none());
            layouts.insert(format!("{:?}", photo.drawn.layout));
            let side = image.width().min(image.height());
            assert!(side == 48 && image.width().max(image.height()) <= 65, "{:?}", image.dimensions());
        }
        parts[truth.parts.len()] += 1;
        photos += n;
        sizes.insert((m, n));
    }
    assert!(sizes.len() > 12, "counts vary: {sizes:?}");
    assert!((135..195).contains(&parts[1]) && parts[2] > 35 && parts[3] > 10, "{parts:?}");
    assert_eq!(layouts.len(), 6 - 1 + usize::from(junk > 0) + usize::from(layouts.contains("Duplicate")));
    assert!(junk > 0 && junk * 100 < photos * 4, "{junk} of {photos}");
}

#[test]
fn masks_say_where_the_colour_is() {
    let mut set = small(Preset::Plain, 3);
    set.config.product.parts = [1.0, 0.0, 0.0];
    set.config.light.cast = [0.0, 0.0];
    let (mut near, mut total) = (0, 0);
    for index in 0..60 {
        let drawn = set.listing(index);
        for (photo, image) in drawn.truth.photos.iter().zip(&drawn.images) {
            let Some(mask) = photo.masks.iter().find(|mask| mask.what == "part 1") else { continue };
            let pixels = mask.pixels();
            assert_eq!(pixels.len(), (image.width() * image.height()) as usize);
            let covered = image.pixels().zip(&pixels).filter(|(_, covered)| **covered);
            let mut lightness: Vec<[f32; 3]> = covered.map(|(pixel, _)| srgb_to_lab(pixel.0)).collect();
            if lightness.len() < 40 {
                continue;
            }
            let middle = lightness.len() / 2;
            let median = [0, 1, 2].map(|axis| {
                lightness.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
                lightness[middle][axis]
            });
            near += usize::from(delta_e(median, photo.drawn.colours[0][0]) < 12.0);
            total += 1;
        }
    }
    assert!(total > 150 && near * 10 >= total * 9, "{near} of {total}");
}

#[test]
fn a_label_names_the_colour_that_is_drawn() {
    let set = small(Preset::Everything, 5);
    let (mut right, mut total) = (0, 0);
    for index in 0..200 {
        for option in set.listing(index).truth.options {
            let named: Vec<&str> =
                mentions(&normalize(&option.label)).iter().map(|mention| mention.term.name).collect();
            // English, traditional and misspelt labels name it in words that the table does not have.
            if option.colourless || named.is_empty() {
                continue;
            }
            let drawn: Vec<&str> = option.terms.iter().flatten().copied().collect();
            right += usize::from(named.iter().all(|name| drawn.contains(name)));
            total += 1;
        }
    }
    assert!(total > 400 && right * 100 >= total * 97, "{right} of {total}");
}

#[test]
fn an_axis_switched_off_is_off() {
    let off = [
        "overlay.any=0",
        "structure.junk=0",
        "structure.duplicate=0",
        "background.white=1",
        "background.studio=0",
        "background.scene=0",
        "background.contrast=0",
        "product.patterned=0",
        "layout.detail=0",
        "layout.back=0",
        "layout.collage=0",
        "layout.swatches=0",
        "camera.blur=0",
        "camera.resized=0",
        "photo.size=32",
    ];
    let mut set = small(Preset::Everything, 4);
    set.config = set.config.with(&off.map(str::to_owned)).expect("settings that fit");
    for index in 0..40 {
        let truth = set.listing(index).truth;
        assert!(truth.parts.iter().all(|part| part.pattern.is_none()));
        for photo in truth.photos {
            let drawn = photo.drawn;
            assert_eq!((drawn.layout, drawn.background, drawn.overlay), (Layout::Full, Some(Background::White), None));
            assert_eq!((drawn.development.blur, drawn.development.resized_to), (0.0, 1.0));
        }
    }
    for wrong in
        ["photo.size=4", "photo.size=2000", "overlay.any=2", "overlay.all=1", "label.slip=7", "colour.spread=[9, 2]"]
    {
        assert!(SynthConfig::default().with(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
}

#[test]
fn what_training_draws_holds_no_held_out_pair_or_light() {
    let set = small(Preset::Train, 1);
    for index in 0..300 {
        let plan = plan::Plan::choose(&set.config, &mut random::stream(9, index, None));
        let worn: Vec<Product> = plan
            .parts
            .iter()
            .chain(plan.company.iter().map(|company| &company.part))
            .map(|part| part.product)
            .collect();
        for (k, &one) in worn.iter().enumerate() {
            for &other in &worn[k + 1..] {
                let sold = k + 1 < plan.parts.len() && worn[..plan.parts.len()].contains(&other);
                let held = plan::is_held_out(one, other) || (!sold && plan::is_held_out(other, one));
                assert!(!held, "{one:?} with {other:?}");
            }
        }
    }
    for index in 0..40 {
        let lights = set.listing(index).truth.photos.into_iter().map(|photo| photo.drawn.light.kelvin);
        assert!(lights.into_iter().all(|kelvin| kelvin >= 3500.0));
    }
}

#[test]
fn more_labels_than_photos_where_asked() {
    let set = small(Preset::MoreLabels, 1);
    for index in 0..30 {
        let listing = set.listing(index).listing;
        assert!(listing.images.len() < listing.labels.len() && !listing.images.is_empty());
    }
}

fn to(dir: &std::path::Path, split: Split, indices: std::ops::Range<usize>) -> DrawnSplit<'_> {
    DrawnSplit { dir, split, indices, replace: false }
}

#[test]
fn files_are_in_the_course_format_and_slices_fit_together() {
    let set = small(Preset::Everything, 12);
    let (whole, slice) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write(&set, &to(whole.path(), Split::Test, 0..5), &|_| {}).expect("the set is written");
    write(&set, &to(slice.path(), Split::Train, 3..5), &|_| {}).expect("the slice is written");
    let read = |path: std::path::PathBuf| -> Vec<Listing> {
        let entries = course::read_merged(&path).expect("the file is read");
        entries.into_iter().map(|entry| entry.expect("the listing is whole")).collect()
    };
    let (asked, truth) = (read(whole.path().join("test_all.json")), read(whole.path().join("test_truth.json")));
    let sliced = read(slice.path().join("train_all.json"));
    assert_eq!(sliced, truth[3..]);
    let side = std::fs::read_to_string(whole.path().join("test_drawn.jsonl")).expect("the side file");
    assert_eq!(side.lines().count(), 5);
    for (index, (asked, truth)) in asked.iter().zip(&truth).enumerate() {
        assert_eq!(*truth, set.listing(index).listing);
        assert!(asked.images.iter().all(|image| image.label.is_none()));
        let folder = whole.path().join("test").join(&truth.id);
        assert_eq!(course::read_profile(&folder.join(course::PROFILE), &truth.id).expect("a profile"), *asked);
        for image in &truth.images {
            let bytes = std::fs::read(folder.join(&image.file)).expect("a photo");
            assert!(image::load_from_memory(&bytes).is_ok(), "{}", image.file);
            if index >= 3 {
                let same = std::fs::read(slice.path().join("train").join(&truth.id).join(&image.file));
                assert_eq!(same.expect("a photo"), bytes);
            }
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let set = small(Preset::Plain, 0);
    let error = write(&set, &to(file.path(), Split::Test, 0..1), &|_| {}).expect_err("a file is no folder");
    assert!(error.to_string().contains(&*file.path().to_string_lossy()), "{error}");
}
