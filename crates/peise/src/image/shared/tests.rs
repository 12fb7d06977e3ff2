//! Tests on drawn listings: with and without a shared scene, with several photos of an option, and with noise.

mod drawing;

use ::image::{Rgb, RgbImage};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use drawing::{Pattern, Scene, Shot, drawn, room, shot};

use super::*;
use crate::colour::{delta_e, srgb_to_lab};

const BLACK: [u8; 3] = [26, 26, 28];
const WHITE: [u8; 3] = [247, 247, 246];
const CREAM: [u8; 3] = [243, 231, 203];
const RED: [u8; 3] = [190, 40, 45];
const BLUE: [u8; 3] = [50, 90, 170];
const GREY: [u8; 3] = [142, 143, 146];
const CHARCOAL: [u8; 3] = [68, 69, 73];

/// Part of the product that stayed bit by bit, and how much of the rest turned white, both 0 to 1.
fn kept_and_suppressed(shot: &Shot, before: &RgbImage, after: &RgbImage) -> (f32, f32) {
    let (mut product, mut kept, mut from, mut to) = (0.0, 0.0, 0.0, 0.0);
    for (x, y, pixel) in before.enumerate_pixels() {
        let darkness = |pixel: &Rgb<u8>| pixel.0.iter().map(|&value| 255.0 - f32::from(value)).sum::<f32>();
        if shot.is_product(x, y) {
            product += 1.0;
            kept += if after.get_pixel(x, y) == pixel { 1.0 } else { 0.0 };
        } else {
            from += darkness(pixel);
            to += darkness(after.get_pixel(x, y));
        }
    }
    (kept / product, 1.0 - to / f32::max(from, 1.0))
}

/// Asserts that products are kept and scenes are suppressed in the shots at these places, and all others are left.
fn assert_suppressed(name: &str, shots: &[Shot], open: &[usize]) {
    let photos = drawn(shots);
    let (after, alignment) = SharedRegions::default().suppress(&photos);
    for (place, shot) in shots.iter().enumerate() {
        if open.contains(&place) {
            let (kept, suppressed) = kept_and_suppressed(shot, &photos[place], &after[place]);
            assert!(
                kept >= 0.97 && suppressed >= 0.8,
                "{name} {place}: {kept} kept, {suppressed} suppressed\n{alignment:?}"
            );
        } else {
            assert!(photos[place] == after[place], "{name} {place} was to be left alone\n{alignment:?}");
        }
    }
    let told: Vec<usize> = alignment.groups.iter().filter(|g| g.suppressed).flat_map(|g| g.photos.clone()).collect();
    assert!(open.iter().all(|place| told.contains(place)) && told.len() == open.len(), "{name}: {alignment:?}");
    assert_eq!(alignment.is_open(), !open.is_empty());
}

#[test]
fn a_shared_scene_is_suppressed_and_the_product_kept() {
    assert_suppressed("two", &[room(BLACK), room(RED)], &[0, 1]);
    assert_suppressed("four", &[room(BLACK), room(RED), room(WHITE), room(BLUE)], &[0, 1, 2, 3]);
    assert_suppressed("near colours", &[room(WHITE), room(CREAM)], &[0, 1]);
    assert_suppressed("dark colours", &[room(BLACK), room(CHARCOAL)], &[0, 1]);
    assert_suppressed("like the room", &[room(GREY), room(RED), room(BLUE)], &[0, 1, 2]);
    let small = |colour| Shot { pose: [3.0, 2.0, 0.75], ..room(colour) };
    assert_suppressed("small", &[small(BLUE), small(RED)], &[0, 1]);
    // Both photos of an option keep their product, since a third one shows what can be recoloured.
    assert_suppressed("twice", &[room(BLACK), room(BLACK).worn(1), room(RED)], &[0, 1, 2]);
}

#[test]
fn what_all_colours_of_a_garment_share_stays_with_it() {
    // The hem of the striped one is a stripe, with nothing but the scene beyond: that cannot be told from the scene.
    for (pattern, least) in [(Pattern::Print, 0.97), (Pattern::Stripes, 0.9)] {
        for seed in 0..10 {
            let shots: Vec<_> = (0..)
                .zip([RED, BLUE, GREY])
                .map(|(place, colour)| Shot { pattern, ..room(colour) }.worn(seed * 3 + place))
                .collect();
            for shots in [&shots[..], &shots[..2]] {
                let photos = drawn(shots);
                let (after, alignment) = SharedRegions::default().suppress(&photos);
                assert!(alignment.is_open());
                for (place, shot) in shots.iter().enumerate() {
                    let (kept, suppressed) = kept_and_suppressed(shot, &photos[place], &after[place]);
                    assert!(kept >= least && suppressed >= 0.8, "{pattern:?} {seed} {place}: {kept} {suppressed}");
                }
            }
        }
    }
}

#[test]
fn noise_jpeg_and_exposure_do_no_harm() {
    for seed in 0..20 {
        let colours = [BLACK, RED, CREAM, BLUE, GREY, WHITE];
        let shots: Vec<_> =
            colours.iter().enumerate().map(|(place, &colour)| room(colour).worn(seed * 9 + place as u64)).collect();
        assert_suppressed("worn", &shots, &[0, 1, 2, 3, 4, 5]);
        assert_suppressed("worn pair", &shots[1..3], &[0, 1]);
        let shots = [0, 1, 2, 3].map(|place| room(RED).worn(seed * 9 + place));
        assert_suppressed("worn duplicates", &shots, &[]);
    }
}

#[test]
fn unrelated_photos_come_back_bit_by_bit() {
    let rooms = [1, 2, 3, 4].map(|number| shot(Scene::Room(number), RED));
    assert_suppressed("one colour in four rooms", &rooms, &[]);
    let colours = [BLACK, RED, BLUE, WHITE];
    let rooms: Vec<_> = (1..5).zip(colours).map(|(number, colour)| shot(Scene::Room(number), colour)).collect();
    assert_suppressed("four colours in four rooms", &rooms, &[]);
    assert_suppressed("one photo", &[room(RED)], &[]);
    assert_suppressed("none", &[], &[]);
}

#[test]
fn photos_of_one_option_keep_their_product() {
    assert_suppressed("the same twice", &[room(RED), room(RED)], &[]);
    assert_suppressed("a banner", &[room(RED), Shot { banner: true, ..room(RED) }], &[]);
    for pose in [[1.0, 0.0, 1.0], [2.0, 1.0, 1.0], [5.0, 3.0, 1.0], [0.0, 0.0, 1.05], [0.0, 0.0, 1.2], [12.0, 0.0, 1.0]]
    {
        assert_suppressed("moved", &[room(RED), Shot { pose, ..room(RED) }], &[]);
        assert_suppressed("moved, worn", &[room(BLACK).worn(1), Shot { pose, ..room(BLACK) }.worn(2)], &[]);
    }
    // One cut-out pasted on two scenes: what differs is the scene.
    assert_suppressed("two scenes", &[room(RED), shot(Scene::Plain, RED)], &[]);
}

#[test]
fn a_moved_photo_of_an_option_does_not_cost_another_its_product() {
    for pose in [[1.0, 0.0, 1.0], [3.0, 1.0, 1.0], [0.0, 0.0, 1.1]] {
        let shots = [room(RED), Shot { pose, ..room(RED) }, room(BLUE), Shot { pose, ..room(BLUE) }];
        let photos = drawn(&shots);
        let (after, alignment) = SharedRegions::default().suppress(&photos);
        assert!(alignment.is_open());
        for (place, shot) in shots.iter().enumerate() {
            let (kept, _) = kept_and_suppressed(shot, &photos[place], &after[place]);
            assert!(kept >= 0.97, "{pose:?} {place}: {kept} {alignment:?}");
        }
    }
}

#[test]
fn plain_white_scenes_stay_white_and_products_stay() {
    for (seed, colours) in [[BLACK, RED, BLUE], [RED, RED, RED], [WHITE, CREAM, BLACK]].into_iter().enumerate() {
        for worn in [false, true] {
            let shots: Vec<_> = colours
                .iter()
                .enumerate()
                .map(|(place, &colour)| {
                    let shot = shot(Scene::Plain, colour);
                    if worn { shot.worn((seed * 3 + place) as u64) } else { shot }
                })
                .collect();
            let photos = drawn(&shots);
            let (after, alignment) = SharedRegions::default().suppress(&photos);
            for (place, shot) in shots.iter().enumerate() {
                let (kept, suppressed) = kept_and_suppressed(shot, &photos[place], &after[place]);
                assert!(kept >= 0.97 && suppressed >= 0.0, "{colours:?} {place}: {kept} {suppressed} {alignment:?}");
            }
        }
    }
}

#[test]
fn flat_photos_are_left() {
    let photos = [[200; 3], [90; 3], [200, 30, 30]].map(|colour| RgbImage::from_pixel(64, 64, Rgb(colour))).to_vec();
    let (after, alignment) = SharedRegions::default().suppress(&photos);
    assert_eq!((after, alignment), (photos, Alignment::default()));
    let empty = vec![RgbImage::new(0, 0); 3];
    assert_eq!(SharedRegions::default().suppress(&empty).0, empty);
}

#[test]
fn two_scenes_of_a_listing_are_told_apart() {
    let other = |colour| Shot { pose: [-3.0, 1.0, 0.9], ..shot(Scene::Room(7), colour) };
    let shots = [room(BLACK), other(BLACK), room(RED), other(RED), room(BLUE), other(BLUE), shot(Scene::Room(3), RED)];
    assert_suppressed("two scenes", &shots, &[0, 1, 2, 3, 4, 5]);
    let (_, alignment) = SharedRegions::default().suppress(&drawn(&shots));
    let groups: Vec<_> = alignment.groups.iter().map(|group| &group.photos[..]).collect();
    assert_eq!(groups, [[0, 2, 4], [1, 3, 5]]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Neither the order of photos nor a photo of another scene changes a photo's result.
    #[test]
    fn order_and_strangers_do_not_matter(seed: u64, order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle()) {
        let shots: Vec<_> = [BLACK, RED, RED, CREAM, BLUE].iter().enumerate()
            .map(|(place, &colour)| room(colour).worn(seed.wrapping_add(place as u64))).collect();
        let mut photos = drawn(&shots);
        let rule = SharedRegions::default();
        let (alone, _) = rule.suppress(&photos);
        photos.push(shot(Scene::Room(5), RED).worn(seed).drawn());
        let (with_stranger, alignment) = rule.suppress(&photos);
        prop_assert_eq!(&with_stranger[..5], &alone[..]);
        prop_assert_eq!(&with_stranger[5], &photos[5]);
        let shuffled: Vec<_> = order.iter().map(|&place| photos[place].clone()).collect();
        let (after, other_alignment) = rule.suppress(&shuffled);
        prop_assert_eq!(after, order.iter().map(|&place| with_stranger[place].clone()).collect::<Vec<_>>());
        prop_assert_eq!(alignment.score, other_alignment.score);
    }

    /// Rooms drawn at random: no product is ever lost, and unrelated ones are left.
    #[test]
    fn random_rooms(number in 0u32..1000, colours in prop::collection::vec(any::<[u8; 3]>(), 2..6), shared: bool) {
        let shots: Vec<_> = (0..).zip(&colours).map(|(place, &colour)| {
            shot(Scene::Room(if shared { number } else { number + place * 1000 }), colour).worn(place.into())
        }).collect();
        let photos = drawn(&shots);
        let (after, alignment) = SharedRegions::default().suppress(&photos);
        prop_assert!(shared || !alignment.is_open(), "{:?}", alignment);
        for (place, shot) in shots.iter().enumerate() {
            let (kept, _) = kept_and_suppressed(shot, &photos[place], &after[place]);
            prop_assert!(kept >= 0.97, "{} {}: {:?}", place, kept, alignment);
        }
    }
}

/// Photos whose product has the colour that most of their pixels are nearest to, of those that the listing has.
fn right_by_vote(photos: &[RgbImage], colours: &[[u8; 3]]) -> usize {
    let labs: Vec<_> = colours.iter().map(|&colour| srgb_to_lab(colour)).collect();
    let right = |&(place, photo): &(usize, &RgbImage)| {
        let mut votes = vec![0; labs.len()];
        for pixel in photo.pixels().filter(|pixel| pixel.0 != [255; 3]) {
            let lab = srgb_to_lab(pixel.0);
            let distance = |place: &usize| delta_e(labs[*place], lab);
            let nearest = (0..labs.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
            votes[nearest.unwrap_or(0)] += 1;
        }
        votes.iter().enumerate().all(|(other, &count)| other == place || count < votes[place])
    };
    photos.iter().enumerate().filter(right).count()
}

#[test]
fn telling_colours_gets_easier_with_a_shared_scene_and_no_harder_without() {
    let colours = [BLACK, RED, BLUE, GREY];
    let (mut before, mut after, mut apart) = (0, 0, 0);
    for number in 0..12 {
        let shots: Vec<_> =
            colours.iter().map(|&colour| shot(Scene::Room(number), colour).worn(number.into())).collect();
        let photos = drawn(&shots);
        before += right_by_vote(&photos, &colours);
        after += right_by_vote(&SharedRegions::default().suppress(&photos).0, &colours);
        let shots: Vec<_> =
            (0..).zip(colours).map(|(place, colour)| shot(Scene::Room(number * 50 + place), colour)).collect();
        let photos = drawn(&shots);
        apart += usize::from(SharedRegions::default().suppress(&photos).0 == photos);
    }
    assert!(before < 30 && after >= 46, "{before} of 48 before, {after} after");
    assert_eq!(apart, 12, "listings without a shared scene stay");
}

/// However a photo of the same option is moved, on whatever scene: no product is lost.
#[test]
fn no_moved_product_is_ever_lost() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut lost = vec![];
    for round in 0..600u32 {
        let pose = [random.random_range(-14.0..14.0), random.random_range(-8.0..8.0), random.random_range(0.75..1.25)];
        let colour: [u8; 3] = std::array::from_fn(|_| random.random());
        let scene = if round % 4 == 0 { Scene::Plain } else { Scene::Room(round) };
        let mut shots = vec![shot(scene, colour), Shot { pose, ..shot(scene, colour) }];
        if round % 3 == 0 {
            let reach = random.random_range(0.0..0.5);
            shots.push(Shot { pose: [pose[0] * reach, pose[1] * reach, 1.0], ..shot(scene, colour) });
        }
        let shots: Vec<_> = (0..).zip(shots).map(|(place, shot)| shot.worn(u64::from(round) + place)).collect();
        let photos = drawn(&shots);
        let (after, _) = SharedRegions::default().suppress(&photos);
        for (place, shot) in shots.iter().enumerate() {
            let (kept, _) = kept_and_suppressed(shot, &photos[place], &after[place]);
            if kept < 0.97 {
                lost.push((round, place, kept, pose, colour));
            }
        }
    }
    assert!(lost.is_empty(), "{} {:?}", lost.len(), &lost[..lost.len().min(20)]);
}
