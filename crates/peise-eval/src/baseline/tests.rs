//! Tests of the baselines.

use image::{Rgb, RgbImage};
use peise::listing::{Listing, Scores};
use peise_data::synth::{Preset, SynthSet};

use super::*;

fn listing(labels: &[&str], images: usize) -> Listing {
    Listing::new("a", labels.iter().copied(), (0..images).map(|k| format!("{k}.jpg")))
}

/// A plain square of one colour on a plain ground.
fn photo(ground: [u8; 3], product: [u8; 3], width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let inside = |at: u32, length: u32| (length / 4..length - length / 4).contains(&at);
        Rgb(if inside(x, width) && inside(y, height) { product } else { ground })
    })
}

fn best(scores: &Scores, image: usize) -> Option<usize> {
    let row = scores.row(image);
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]))
}

#[test]
fn the_colour_named_is_the_colour_seen() {
    let labels = ["213#黑色", "白色【现货】", "red dress", "浅蓝", "墨绿色(加绒)"];
    let (white, grey, pink) = ([255, 255, 255], [200, 200, 205], [244, 214, 220]);
    for (ground, product, expected) in [
        (white, [25, 25, 25], 0),
        (white, [250, 250, 250], 1),
        (grey, [245, 245, 243], 1),
        (pink, [190, 30, 40], 2),
        (white, [160, 190, 220], 3),
        (grey, [30, 65, 50], 4),
        ([20, 20, 20], [195, 30, 45], 2),
    ] {
        let scores = nearest_colour_scores(&listing(&labels, 1), [photo(ground, product, 90, 120)].iter());
        assert_eq!(best(&scores, 0), Some(expected), "{product:?} on {ground:?}: {:?}", scores.row(0));
        assert!(scores.none(0) < scores.row(0).iter().copied().fold(f32::MAX, f32::min));
    }
}

#[test]
fn two_colours_are_both_wanted() {
    let mut outfit = photo([255; 3], [44, 128, 72], 80, 120);
    for y in 60..90 {
        for x in 20..60 {
            outfit.put_pixel(x, y, Rgb([240, 165, 184]));
        }
    }
    let scores =
        nearest_colour_scores(&listing(&["绿色上衣+粉色裙子", "绿色上衣+黑色裙子", "绿色"], 1), [outfit].iter());
    assert!(scores.row(0)[0] > scores.row(0)[1]);
}

#[test]
fn labels_without_a_colour_share_a_constant() {
    let images = [photo([255; 3], [20; 3], 40, 40), photo([255; 3], [200, 30, 40], 40, 40)];
    let scores = nearest_colour_scores(&listing(&["图片", "8816", "黑色"], 2), images.iter());
    assert_eq!(scores.row(0)[0], scores.row(0)[1]);
    assert_eq!(scores.row(0)[0], scores.row(1)[0]);
    assert!(scores.row(0)[2] > scores.row(0)[0], "a colour that fits beats no colour");
    assert!(scores.row(1)[2] < scores.row(1)[0], "no colour beats one that does not fit");
}

#[test]
fn odd_pictures_are_scored() {
    let images = [photo([9; 3], [9; 3], 1, 1), photo([255; 3], [0; 3], 3000, 5), RgbImage::new(0, 0)];
    let scores = nearest_colour_scores(&listing(&["黑", "白"], 3), images.iter());
    for image in 0..3 {
        assert!(scores.row(image).iter().all(|score| score.is_finite()));
    }
    assert_eq!(best(&scores, 0), Some(0));
    assert_eq!(nearest_colour_scores(&listing(&[], 1), images[..1].iter()).row(0), [0.0; 0]);
}

#[test]
fn patches_are_shares_of_the_whole() {
    for image in [photo([255; 3], [200, 30, 40], 64, 64), photo([7; 3], [7; 3], 5, 9)] {
        let patches = product_colours(&image);
        assert!((patches.iter().map(|patch| patch.1).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(patches.is_sorted_by(|a, b| a.1 >= b.1));
    }
}

#[test]
fn random_scores_follow_content_not_order() {
    let scores = random_scores(&listing(&["黑", "白"], 3), &[5, 6, 5]);
    let turned = random_scores(&listing(&["白", "黑"], 3), &[6, 5, 7]);
    assert_eq!(scores.row(0), scores.row(2), "the same photo");
    assert_ne!(scores.row(0), scores.row(1));
    assert_eq!(scores.row(1), [turned.row(0)[1], turned.row(0)[0]]);
    let many = random_scores(&listing(&["黑", "白"], 2000), &(0..2000).collect::<Vec<_>>());
    let first = (0..2000).filter(|&image| best(&many, image) == Some(0)).count();
    assert!((900..1100).contains(&first), "{first} of 2000");
}

#[test]
fn drawn_listings_are_mostly_solved() {
    let mut set = SynthSet::preset(Preset::Plain, 4);
    set.config.photo.size = 96;
    let (mut right, mut total) = (0, 0);
    for index in 0..30 {
        let drawn = set.listing(index);
        let scores = nearest_colour_scores(&drawn.listing, drawn.images.iter());
        for (image, truth) in drawn.listing.truth().into_iter().enumerate() {
            right += usize::from(best(&scores, image) == truth);
            total += 1;
        }
    }
    assert!(right * 100 >= total * 85, "{right} of {total}");
}
