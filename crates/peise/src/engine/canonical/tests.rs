use super::*;
use crate::answer::{Answer, NoteCode};
use crate::image::RgbImage;
use crate::listing::Listing;
use crate::matcher::decode::NonePolicy;
use proptest::prelude::*;

const SIDE: u32 = 2;

/// Photos of one grey each; equal numbers are equal pictures.
fn photos(pictures: &[u8]) -> Vec<Result<Photo, Problem>> {
    let photo = |&grey: &u8| Ok(Photo::new(RgbImage::from_pixel(SIDE, SIDE, image::Rgb([grey; 3]))));
    pictures.iter().map(photo).collect()
}

/// What is answered where `score` is what a picture is worth to a label.
fn answer(labels: &[&str], pictures: &[u8], options: &DecodeOptions, score: impl Fn(u8, &str) -> f32) -> Answer {
    let files = (0..pictures.len()).map(|photo| format!("{photo}.jpg"));
    let listing = Listing::new("1", labels.iter().copied(), files);
    let photos = photos(pictures);
    let input = MatchInput { listing: &listing, photos: &photos };
    let canonical = Canonical::of(&input, Cleaner::Default, (SIDE, SIDE)).unwrap();
    let grey = |photo: &&Photo| photo.pixels.get_pixel(0, 0).0[0];
    let row = |photo| canonical.labels.iter().map(|&label| score(grey(photo), labels[label])).collect::<Vec<f32>>();
    let values: Vec<f32> = canonical.photos.iter().flat_map(row).collect();
    let none = vec![-9.0; canonical.photos.len()];
    let scores = Scores::new(canonical.photos.len(), canonical.texts.len(), values, none);
    let decision = canonical.decide(&scores, options, None).unwrap();
    Answer::decided(&listing, &vec![None; pictures.len()], &decision)
}

fn options(rule: Rule) -> DecodeOptions {
    DecodeOptions { rule, none: NonePolicy::Allow, cover_reward: 1.0, ..DecodeOptions::default() }
}

fn indices(answer: &Answer) -> Vec<Option<usize>> {
    answer.images.iter().map(|image| image.index).collect()
}

fn noted(answer: &Answer, code: NoteCode) -> Vec<(&[usize], &[usize])> {
    answer.notes.iter().filter(|note| note.code == code).map(|note| (&*note.labels, &*note.images)).collect()
}

/// Dark pictures are black.
fn by_lightness(grey: u8, label: &str) -> f32 {
    let dark = (128.0 - f32::from(grey)) / 16.0;
    if label.contains('黑') { dark } else { -dark }
}

#[test]
fn one_picture_does_not_show_two_options() {
    for rule in [Rule::Auto, Rule::Cover, Rule::Free, Rule::OneToOne] {
        let found = answer(&["白色", "黑色"], &[3, 3, 3], &options(rule), by_lightness);
        assert_eq!(indices(&found), [Some(1); 3], "{rule}");
        assert_eq!(found.images.iter().map(|image| image.same_as).collect::<Vec<_>>(), [None, Some(0), Some(0)]);
        assert_eq!(noted(&found, NoteCode::EqualPhotos), [(&[][..], &[0, 1, 2][..])]);
        assert_eq!(noted(&found, NoteCode::OptionWithoutPhoto), [(&[0][..], &[][..])], "{rule}");
        let broken: &[(&[usize], &[usize])] = if rule == Rule::Cover { &[(&[0], &[])] } else { &[] };
        assert_eq!(noted(&found, NoteCode::RuleNotKept), broken, "{rule}");
    }
}

#[test]
fn a_repeated_picture_counts_once() {
    let once = answer(&["白色", "黑色"], &[100, 250], &options(Rule::Auto), by_lightness);
    let often = answer(&["白色", "黑色"], &[100, 250, 100, 100], &options(Rule::Auto), by_lightness);
    assert_eq!(once.joint_probability, often.joint_probability);
    assert_eq!(once.images[0].marginals, often.images[3].marginals);
    assert_eq!(once.options[0].bare, often.options[0].bare);
    assert!(noted(&once, NoteCode::EqualPhotos).is_empty());
}

#[test]
fn options_that_differ_in_size_share_their_photos() {
    // The last label cannot be told from its sibling by its text, but is by its scores.
    let labels = ["黑色 38码", "白色", "黑色 39码", "黑色 40码"];
    let score = |grey, label: &str| {
        let size = if label.ends_with("39码") { 0.3 } else { 0.0 };
        by_lightness(grey, label) + if label.ends_with("40码") { -3.0 } else { size }
    };
    let found = answer(&labels, &[10, 20, 250], &options(Rule::Auto), score);
    assert_eq!(indices(&found), [Some(0), Some(0), Some(1)]);
    let same: Vec<_> = found.options.iter().map(|option| option.same_as).collect();
    assert_eq!(same, [None, None, Some(0), None]);
    assert_eq!(noted(&found, NoteCode::LookAlikeOptions), [(&[0, 2][..], &[][..])]);
    assert_eq!(found.options[0].bare, found.options[2].bare);
    // Rules that count the photos of an option leave options apart.
    let found = answer(&labels[..3], &[10, 20, 250], &options(Rule::Cover), score);
    assert_eq!(indices(&found), [Some(0), Some(2), Some(1)]);
    assert!(noted(&found, NoteCode::LookAlikeOptions).is_empty());
}

#[test]
fn labels_without_a_colour_get_low_probabilities() {
    let score = |grey: u8, label: &str| if label == "38" { f32::from(grey) / 8.0 } else { 10.0 };
    let pictures = [10, 120, 240, 60];
    for rule in [Rule::Auto, Rule::Cover, Rule::Free] {
        let found = answer(&["38", "39"], &pictures, &options(rule), score);
        assert_eq!(indices(&found), [Some(1), Some(0), Some(0), Some(1)], "{rule}");
        assert!(found.images.iter().all(|image| image.probability.is_some_and(|p| p < 0.6)), "{rule}: {found:?}");
        assert_eq!(noted(&found, NoteCode::NoKnownColour), [(&[0, 1][..], &[][..])]);
    }
    let found = answer(&["38", "黑"], &pictures, &options(Rule::Auto), score);
    assert!(noted(&found, NoteCode::NoKnownColour).is_empty());
    assert!(found.images.iter().any(|image| image.probability.is_some_and(|p| p > 0.9)));
}

#[test]
fn options_that_need_no_photo_are_not_missed() {
    let score = |grey, label: &str| if label == "随机" { -20.0 } else { by_lightness(grey, label) };
    for rule in [Rule::Auto, Rule::Cover] {
        let found = answer(&["黑色", "随机", "白色"], &[10, 240, 20], &options(rule), score);
        assert_eq!(indices(&found), [Some(0), Some(2), Some(0)], "{rule}");
        assert!(found.options[1].bare.is_some_and(|bare| bare > 0.99));
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }
}

const LABELS: [&str; 8] = ["黑色", "白色", "黑", "红色 38", "红色 39", "", "随机", "12号"];

proptest! {
    /// Photos of equal pictures may swap, and so may labels that are equal: neither is told apart below.
    #[test]
    fn the_order_of_photos_and_labels_does_not_count(
        pictures in prop::collection::vec(0u8..5, 1..7),
        some in prop::collection::vec(0usize..LABELS.len(), 1..6),
        turn in 0usize..40,
        seed in 0u32..1000,
    ) {
        let score = |grey: u8, label: &str| {
            let text = label.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
            let mixed = (text ^ u32::from(grey).wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B) >> 16;
            // A grid, as the matcher rounds its scores, so that ties are ties.
            (mixed % 64) as f32 / 8.0
        };
        let labels: Vec<&str> = some.iter().map(|&label| LABELS[label]).collect();
        let (mut turned_labels, mut turned_pictures) = (labels.clone(), pictures.clone());
        turned_labels.rotate_left(turn % labels.len());
        turned_pictures.rotate_left(turn % pictures.len());
        turned_pictures.reverse();
        for rule in [Rule::Auto, Rule::Cover, Rule::Free] {
            let options = options(rule);
            let one = answer(&labels, &pictures, &options, score);
            let other = answer(&turned_labels, &turned_pictures, &options, score);
            prop_assert!((one.joint_probability.unwrap() - other.joint_probability.unwrap()).abs() < 1e-5);
            // The kind of a label: all that cannot be told from it.
            let kind = |answer: &Answer, index: usize| {
                let first = answer.options[index].same_as.unwrap_or(index);
                let all = (0..answer.labels.len()).filter(|&l| answer.options[l].same_as.unwrap_or(l) == first);
                let mut texts: Vec<String> = all.map(|l| normalize(&answer.labels[l])).collect();
                texts.sort();
                texts.dedup();
                texts
            };
            for (picture, image) in pictures.iter().zip(&one.images) {
                let at = turned_pictures.iter().position(|other| other == picture).unwrap();
                let found = &other.images[at];
                prop_assert_eq!(image.index.map(|l| kind(&one, l)), found.index.map(|l| kind(&other, l)));
                prop_assert!((image.probability.unwrap() - found.probability.unwrap()).abs() < 1e-5);
                let sum: f32 = image.marginals.iter().sum::<f32>() + image.none;
                prop_assert!((sum - 1.0).abs() < 1e-5);
            }
            for (label, option) in one.options.iter().enumerate() {
                let at = turned_labels.iter().position(|other| *other == labels[label]).unwrap();
                prop_assert!((option.bare.unwrap() - other.options[at].bare.unwrap()).abs() < 1e-5);
            }
        }
    }
}
