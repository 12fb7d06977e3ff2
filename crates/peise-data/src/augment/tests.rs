//! Tests of the whole augmentation: identity, geometry, order, colours kept, and recipes read.

use ::image::{Rgb, RgbImage, imageops};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::affine::Affine;
use super::*;
use peise::colour::{TERMS, delta_e, srgb_to_lab};

fn pattern() -> RgbImage {
    RgbImage::from_fn(24, 32, |x, y| {
        Rgb([(x * 9) as u8, (y * 7) as u8, if (x / 3 + y / 3) % 2 == 0 { 40 } else { 200 }])
    })
}

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn only(steps: &[AugmentationStep]) -> Augmentation {
    Augmentation::new(steps.to_vec()).expect("the steps of a test can be carried out")
}

#[test]
fn no_steps_and_steps_of_nothing_change_nothing() {
    assert!(Augmentation::default().is_none() && !Augmentation::recommended().is_none());
    let nothing = only(&[
        AugmentationStep::Flip { probability: 0.0 },
        AugmentationStep::Rotate { degrees: 0.0 },
        AugmentationStep::Crop { area: [1.0, 1.0], aspect: [1.0, 1.0] },
        AugmentationStep::Zoom { scale: [1.0, 1.0], shift: 0.0 },
        AugmentationStep::Exposure { range: 0.0 },
        AugmentationStep::Planckian { kelvin: [DAYLIGHT, DAYLIGHT] },
        AugmentationStep::Blur { sigma: [1.0, 1.0], probability: 0.0 },
        AugmentationStep::Jpeg { quality: [1, 1], probability: 0.0 },
    ]);
    let empty = RgbImage::new(0, 7);
    for seed in 0..20 {
        assert_eq!(Augmentation::default().apply(&pattern(), &mut random(seed)), pattern());
        assert_eq!(nothing.apply(&pattern(), &mut random(seed)), pattern());
        assert_eq!(Augmentation::recommended().apply(&empty, &mut random(seed)), empty);
    }
}

#[test]
fn a_flip_alone_mirrors_and_half_turns_are_exact() {
    let flip = only(&[AugmentationStep::Flip { probability: 1.0 }]);
    for (width, height) in [(24, 32), (25, 31), (64, 64), (1, 1)] {
        let photo = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7 + y * 3) as u8, (x * y) as u8, y as u8]));
        assert_eq!(flip.apply(&photo, &mut random(1)), imageops::flip_horizontal(&photo));
        assert_eq!(Affine::rotation(180.0).warp(photo.clone()), imageops::rotate180(&photo));
        assert_eq!(Affine::scale(-1.0, 1.0).then(&Affine::scale(-1.0, 1.0)), Affine::IDENTITY);
    }
}

#[test]
fn a_flip_is_drawn_as_often_as_told() {
    let (flip, photo) = (only(&[AugmentationStep::Flip { probability: 0.3 }]), pattern());
    let mut random = random(5);
    let flips = (0..2000).filter(|_| flip.apply(&photo, &mut random) != photo).count();
    assert!((520..680).contains(&flips), "{flips}");
}

#[test]
fn steps_are_carried_out_in_order() {
    // Turning a quarter and then scaling across is not scaling across and then turning.
    let (turn, stretch) = (Affine::rotation(90.0), Affine::scale(0.5, 1.0));
    let photo = RgbImage::from_fn(32, 32, |x, y| Rgb([(x * 8) as u8, (y * 8) as u8, 0]));
    let by_turns = stretch.warp(turn.warp(photo.clone()));
    assert_eq!(turn.then(&stretch).warp(photo.clone()), by_turns);
    assert_ne!(stretch.then(&turn).warp(photo), by_turns);
    let blur = AugmentationStep::Blur { sigma: [1.0, 1.0], probability: 1.0 };
    let jpeg = AugmentationStep::Jpeg { quality: [10, 10], probability: 1.0 };
    let photo = pattern();
    let blurred_first = jpeg::there_and_back(&blur::gaussian(&photo, 1.0), 10.0);
    let coded_first = blur::gaussian(&jpeg::there_and_back(&photo, 10.0), 1.0);
    assert_ne!(blurred_first, coded_first);
    assert_eq!(only(&[blur, jpeg]).apply(&photo, &mut random(3)), blurred_first);
    assert_eq!(only(&[jpeg, blur]).apply(&photo, &mut random(3)), coded_first);
}

#[test]
fn neighbours_are_joined_and_others_are_not() {
    // Gains that cancel are nothing; across a blur, light beyond white is lost in between.
    let light = RgbImage::from_fn(8, 8, |x, _| Rgb([if x < 4 { 250 } else { 60 }; 3]));
    let [up, down] = [Change::Colour([1.5; 3]), Change::Colour([1.0 / 1.5; 3])];
    assert_eq!(up.joined(&down).map(|run| run.apply(light.clone())), Some(light.clone()));
    assert_ne!(down.apply(up.apply(light.clone())), light);
    let blur = Change::Blur(1.0);
    let flip = Change::Geometry(Affine::scale(-1.0, 1.0));
    assert!([blur.joined(&blur), up.joined(&flip), flip.joined(&up), blur.joined(&up)].iter().all(Option::is_none));
    let steps = [AugmentationStep::Exposure { range: 0.3 }, AugmentationStep::Exposure { range: 0.3 }];
    let mut draws = random(9);
    let runs = steps.map(|step| step.draw((8, 8), &mut draws));
    let joined = runs[0].zip(runs[1]).and_then(|(first, next)| first.joined(&next)).map(|run| run.apply(light.clone()));
    assert_eq!(Some(only(&steps).apply(&light, &mut random(9))), joined);
}

#[test]
fn jpeg_of_best_quality_hardly_changes_and_of_worst_does() {
    let photo = RgbImage::from_fn(32, 32, |x, y| Rgb([(x * 6) as u8, (y * 6) as u8, (x * 3 + y * 3) as u8]));
    let error = |quality| {
        let step = AugmentationStep::Jpeg { quality: [quality, quality], probability: 1.0 };
        let coded = only(&[step]).apply(&photo, &mut random(1));
        let differences = photo.as_raw().iter().zip(coded.as_raw()).map(|(a, b)| a.abs_diff(*b)).collect::<Vec<_>>();
        differences.into_iter().max().unwrap_or(0)
    };
    assert!(error(100) <= 6, "{}", error(100));
    assert!(error(5) > 10, "{}", error(5));
}

proptest! {
    /// No corner is ever black: under all geometry a constant photo is constant, and colours stay between those there.
    #[test]
    fn geometry_adds_no_colour(seed: u64, colour: [u8; 3]) {
        let geometry = only(&[
            AugmentationStep::Flip { probability: 0.5 },
            AugmentationStep::Rotate { degrees: 180.0 },
            AugmentationStep::Crop { area: [0.01, 1.0], aspect: [0.1, 10.0] },
            AugmentationStep::Zoom { scale: [0.1, 10.0], shift: 1.0 },
        ]);
        let plain = RgbImage::from_pixel(20, 14, Rgb(colour));
        prop_assert_eq!(geometry.apply(&plain, &mut random(seed)), plain.clone());
        let soft = only(&[AugmentationStep::Blur { sigma: [0.05, 16.0], probability: 1.0 }]);
        prop_assert_eq!(soft.apply(&plain, &mut random(seed)), plain);
        let narrow = RgbImage::from_fn(20, 14, |x, y| Rgb([100 + x as u8, 100 + y as u8, 150]));
        let moved = geometry.apply(&narrow, &mut random(seed));
        prop_assert!(moved.pixels().all(|pixel| (100..120).contains(&pixel.0[0]) && pixel.0[1] < 114 && pixel.0[2] == 150));
    }

    /// A crop keeps inside the photo: a straight ramp stays straight, to rounding, from end to end.
    #[test]
    fn crops_stay_inside(seed: u64) {
        let step = AugmentationStep::Crop { area: [0.05, 1.0], aspect: [0.5, 2.0] };
        let ramp = RgbImage::from_fn(40, 40, |x, _| Rgb([(x * 6) as u8, 0, 0]));
        let seen = only(&[step]).apply(&ramp, &mut random(seed));
        let row: Vec<_> = (0..40).map(|x| f32::from(seen.get_pixel(x, 20).0[0])).collect();
        let slope = (row[38] - row[1]) / 37.0;
        let straight = |x: usize| row[1] + slope * (x as f32 - 1.0);
        prop_assert!(slope > 0.0 && (1..39).all(|x| (row[x] - straight(x)).abs() < 1.51), "{:?}", row);
    }

    #[test]
    fn the_same_generator_gives_the_same_bytes(seed: u64) {
        let (first, second) = (&mut random(seed), &mut random(seed));
        let augmentation = Augmentation::recommended();
        let photo = pattern();
        prop_assert_eq!(augmentation.apply(&photo, first), augmentation.apply(&photo, second));
        prop_assert_eq!(first.random::<u64>(), second.random::<u64>());
    }
}

/// Gains at the ends and in the middle of the recommended exposure and illuminant ranges.
fn recommended_gains() -> Vec<[f32; 3]> {
    let augmentation = Augmentation::recommended();
    let (mut exposures, mut lights) = (vec![], vec![]);
    for step in augmentation.steps() {
        match *step {
            AugmentationStep::Exposure { range } => {
                exposures = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|part| 1.0 + part * range).to_vec()
            }
            AugmentationStep::Planckian { kelvin: [low, high] } => {
                lights = [low, (low + DAYLIGHT) / 2.0, DAYLIGHT, (high + DAYLIGHT) / 2.0, high]
                    .map(illuminant_gain)
                    .to_vec();
            }
            _ => {}
        }
    }
    let gains = lights.iter().flat_map(|light| exposures.iter().map(move |exposure| light.map(|gain| gain * exposure)));
    gains.collect()
}

#[test]
fn no_colour_moves_farther_than_stated() {
    let gains = recommended_gains();
    assert_eq!(gains.len(), 25);
    let tables: Vec<_> = gains.iter().map(|gain| gain::Gain::new(*gain)).collect();
    // The darkest codes are the coarsest, so they are all seen.
    let codes: Vec<u8> = (0..8).chain((8..=255).step_by(13)).collect();
    let mut worst = (0.0, [0; 3]);
    for &red in &codes {
        for &green in &codes {
            for &blue in &codes {
                let colour = [red, green, blue];
                let lab = srgb_to_lab(colour);
                for table in &tables {
                    let shift = delta_e(lab, srgb_to_lab(table.of(colour)));
                    if shift > worst.0 {
                        worst = (shift, colour);
                    }
                }
            }
        }
    }
    assert!(worst.0 <= MAX_SHIFT, "{worst:?}");
    assert!(worst.0 > MAX_SHIFT - 0.7, "the bound is loose: {worst:?}");
}

#[test]
fn colour_terms_stay_apart_under_the_worst_draws() {
    let gains = recommended_gains();
    let moved: Vec<Vec<[f32; 3]>> = TERMS
        .iter()
        .map(|term| {
            let swatch = RgbImage::from_pixel(1, 1, Rgb(term.srgb));
            gains.iter().map(|&gain| srgb_to_lab(gain::apply(swatch.clone(), gain).get_pixel(0, 0).0)).collect()
        })
        .collect();
    let mut pairs = 0;
    for (left, left_moved) in TERMS.iter().zip(&moved) {
        for (right, right_moved) in TERMS.iter().zip(&moved) {
            if delta_e(left.lab(), right.lab()) <= 15.0 {
                continue;
            }
            pairs += 1;
            for &became in left_moved {
                let gap = delta_e(became, right.lab()) - delta_e(became, left.lab());
                assert!(gap > 7.0, "{} came too near to {}", left.name, right.name);
                for &other in right_moved {
                    let apart = delta_e(became, other);
                    assert!(apart > 9.0, "{} and {} are only {apart} apart", left.name, right.name);
                }
            }
        }
    }
    assert!(pairs > 1000);
}

/// The lines of a recipe, as its table `[augmentation]`.
fn read(steps: &str) -> Result<Augmentation, String> {
    toml::from_str(&format!("steps = [{steps}]")).map_err(|error: toml::de::Error| error.to_string())
}

#[test]
fn recipes_are_read_and_written() {
    let text = "{ flip = { probability = 0.5 } }, { crop = { area = [0.5, 1.0], aspect = [0.8, 1.25] } },
        { jpeg = { quality = [70, 95], probability = 0.25 } }";
    let steps = [
        AugmentationStep::Flip { probability: 0.5 },
        AugmentationStep::Crop { area: [0.5, 1.0], aspect: [0.8, 1.25] },
        AugmentationStep::Jpeg { quality: [70, 95], probability: 0.25 },
    ];
    assert_eq!(read(text), Ok(only(&steps)));
    assert_eq!(toml::from_str(""), Ok(Augmentation::default()));
    let recommended = Augmentation::recommended();
    assert_eq!(Augmentation::new(recommended.steps().to_vec()), Ok(recommended.clone()));
    let written = toml::to_string(&recommended).expect("an augmentation is a table");
    assert_eq!(toml::from_str(&written), Ok(recommended));
}

#[test]
fn bad_steps_are_refused_by_name() {
    for (text, expected) in [
        ("{ flip = { probability = 1.5 } }", &["step 0 (flip): probability 1.5", "0 to 1"][..]),
        ("{ flip = { probability = nan } }", &["step 0 (flip): probability NaN"]),
        ("{ flip = { probability = 0 } }, { rotate = { degrees = 181.0 } }", &["step 1 (rotate): degrees 181"]),
        ("{ crop = { area = [0.5, 1.2], aspect = [1, 1] } }", &["step 0 (crop): area [0.5, 1.2]"]),
        ("{ crop = { area = [0.5, 1], aspect = [2, 1] } }", &["(crop): aspect [2.0, 1.0]", "the smaller first"]),
        ("{ zoom = { scale = [0, 1], shift = 0 } }", &["(zoom): scale [0.0, 1.0]"]),
        ("{ zoom = { scale = [1, 1], shift = -0.1 } }", &["(zoom): shift -0.1"]),
        ("{ blur = { sigma = [0, 1], probability = 1 } }", &["(blur): sigma"]),
        ("{ exposure = { range = 0.6 } }", &["(exposure): range 0.6"]),
        ("{ planckian = { kelvin = [1000, 7000] } }", &["(planckian): kelvin [1000.0, 7000.0]", "1667 to 25000"]),
        ("{ jpeg = { quality = [0, 90], probability = 1 } }", &["(jpeg): quality [0.0, 90.0]"]),
        ("{ flip = { chance = 0.5 } }", &["flip", "chance"]),
        ("{ hue = { degrees = 5 } }", &["hue"]),
        ("{ exposure = { } }", &["exposure", "range"]),
    ] {
        let error = read(text).expect_err(text);
        assert!(expected.iter().all(|part| error.contains(part)), "{text}: {error}");
    }
    assert!(toml::from_str::<Augmentation>("flip = 0.5").is_err());
}
