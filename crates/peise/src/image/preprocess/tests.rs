use ::image::Rgb;
use proptest::prelude::*;

use super::*;

fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([0, 1, 2].map(|c| ((x * 37 + y * 59 + c * 101 + x * y * 7) % 256) as u8))
    })
}

fn apply(step: Step, image: &RgbImage) -> RgbImage {
    Preprocess::new(vec![step]).unwrap().apply(image)
}

fn assert_within_one(found: &RgbImage, expected: &[u8], what: &str) {
    assert_eq!(found.as_raw().len(), expected.len(), "{what}");
    for (at, (a, b)) in found.as_raw().iter().zip(expected).enumerate() {
        assert!(a.abs_diff(*b) <= 1, "{what}: value {at} is {a}, expected {b}");
    }
}

/// Expected values: Pillow 13.0, `resize(.., BILINEAR)`; tolerance one level (different fixed-point rounding).
#[test]
fn resizing_agrees_with_pillow() {
    assert_within_one(
        &apply(Step::Resize { width: 5, height: 4 }, &pattern(13, 9)),
        &[
            91, 152, 107, 136, 142, 118, 120, 114, 125, 116, 118, 124, 133, 137, 123, 147, 107, 147, 126, 143, 127,
            117, 125, 127, 137, 125, 127, 144, 118, 144, 120, 123, 139, 149, 113, 119, 137, 135, 123, 141, 121, 145,
            141, 130, 118, 145, 107, 141, 149, 106, 107, 129, 104, 111, 137, 116, 132, 137, 113, 136,
        ],
        "13x9 to 5x4",
    );
    assert_within_one(
        &apply(Step::Resize { width: 7, height: 5 }, &pattern(4, 3)),
        &[
            0, 101, 202, 13, 114, 215, 34, 135, 236, 56, 157, 130, 77, 178, 23, 98, 199, 44, 111, 212, 57, 24, 125,
            123, 38, 139, 137, 60, 161, 160, 84, 185, 106, 106, 200, 52, 129, 164, 75, 143, 142, 89, 59, 160, 5, 75,
            176, 21, 100, 201, 46, 125, 226, 71, 150, 233, 96, 175, 112, 121, 191, 36, 137, 94, 195, 40, 112, 158, 58,
            139, 98, 85, 167, 114, 113, 183, 135, 140, 123, 104, 168, 85, 84, 185, 118, 219, 64, 136, 146, 82, 165, 29,
            111, 195, 40, 141, 205, 69, 170, 88, 98, 199, 15, 116, 217,
        ],
        "4x3 to 7x5",
    );
}

/// Expected values: the formula of torchvision's `gaussian_blur` in numpy, 32-bit; tolerance one level, since two
/// passes round a tie differently from one.
#[test]
fn blurring_agrees_with_torchvision() {
    assert_within_one(
        &apply(Step::GaussianBlur { kernel: 11, sigma: 3.0 }, &pattern(7, 6)),
        &[
            127, 135, 126, 127, 134, 125, 126, 133, 126, 127, 134, 126, 128, 133, 127, 128, 134, 127, 129, 133, 128,
            127, 134, 128, 127, 133, 126, 126, 133, 128, 128, 134, 128, 128, 132, 129, 128, 133, 129, 129, 133, 130,
            129, 133, 130, 129, 132, 129, 128, 132, 131, 129, 134, 130, 129, 133, 130, 130, 134, 130, 130, 134, 131,
            131, 130, 133, 131, 130, 132, 129, 130, 133, 130, 133, 132, 130, 133, 132, 130, 134, 131, 130, 134, 131,
            133, 130, 136, 133, 129, 134, 131, 130, 136, 131, 133, 135, 132, 133, 134, 132, 134, 133, 131, 135, 134,
            132, 129, 137, 132, 129, 136, 131, 129, 137, 132, 132, 136, 132, 133, 135, 132, 135, 133, 132, 136, 133,
        ],
        "11, 3",
    );
    assert_within_one(
        &apply(Step::GaussianBlur { kernel: 3, sigma: 0.8 }, &pattern(4, 3)),
        &[
            47, 148, 127, 69, 170, 116, 109, 181, 87, 130, 167, 76, 80, 152, 87, 103, 157, 96, 132, 155, 108, 138, 140,
            116, 113, 150, 59, 137, 137, 83, 153, 123, 131, 140, 113, 156,
        ],
        "3, 0.8",
    );
}

#[test]
fn crops_and_borders_are_centred() {
    let image = RgbImage::from_fn(7, 5, |x, y| Rgb([x as u8, y as u8, 9]));
    let crop = apply(Step::CenterCrop { width: 3, height: 3 }, &image);
    assert_eq!((crop.get_pixel(0, 0).0, crop.get_pixel(2, 2).0), ([2, 1, 9], [4, 3, 9]));
    assert_eq!(apply(Step::CenterCrop { width: 9, height: 2 }, &image).dimensions(), (7, 2));
    assert_eq!(apply(Step::CropSquare { size: 5 }, &image).get_pixel(0, 0).0, [1, 0, 9]);

    let white = RgbImage::from_pixel(40, 20, Rgb([255; 3]));
    let padded = apply(Step::Pad { size: 20, fill: [1, 2, 3] }, &white);
    for (y, expected) in [(0, [1, 2, 3]), (4, [1, 2, 3]), (5, [255; 3]), (14, [255; 3]), (15, [1, 2, 3])] {
        assert_eq!(padded.get_pixel(10, y).0, expected, "row {y}");
    }
}

#[test]
fn the_size_is_known_where_it_does_not_depend_on_the_photo() {
    let crop = |side| Step::CenterCrop { width: side, height: side };
    let cases = [
        (vec![], None),
        (vec![crop(200)], None),
        (vec![Step::GaussianBlur { kernel: 3, sigma: 1.0 }], None),
        (vec![Step::Resize { width: 30, height: 20 }, crop(25)], Some((25, 20))),
        (vec![crop(200), Step::Resize { width: 30, height: 20 }], Some((30, 20))),
        (vec![Step::Pad { size: 9, fill: [0; 3] }, Step::GaussianBlur { kernel: 3, sigma: 1.0 }], Some((9, 9))),
        (Preprocess::report(124).steps().to_vec(), Some((124, 124))),
        (Preprocess::crop(96).steps().to_vec(), Some((96, 96))),
    ];
    for (steps, expected) in cases {
        assert_eq!(Preprocess::new(steps.clone()).unwrap().output_size(), expected, "{steps:?}");
    }
}

#[test]
fn a_config_is_checked_when_it_is_read() {
    let json = r#"{"steps":[{"resize":{"width":224,"height":224}},{"center_crop":{"width":200,"height":200}},{"resize":{"width":124,"height":124}}]}"#;
    let report = Preprocess::report(124);
    assert_eq!(serde_json::to_string(&report).unwrap(), json);
    assert_eq!(serde_json::from_str::<Preprocess>(json).unwrap(), report);
    for (json, expected) in [
        (r#"{"steps":[{"resize":{"width":224,"height":0}}]}"#, "step 0: a side of 0 pixels"),
        (r#"{"steps":[{"crop_square":{"size":9}},{"pad":{"size":5000,"fill":[0,0,0]}}]}"#, "step 1: a side of 5000"),
        (r#"{"steps":[{"gaussian_blur":{"kernel":4,"sigma":1.0}}]}"#, "kernel of 4 pixels; give an odd number"),
        (r#"{"steps":[{"gaussian_blur":{"kernel":0,"sigma":1.0}}]}"#, "kernel of 0"),
        (r#"{"steps":[{"gaussian_blur":{"kernel":3,"sigma":0.0}}]}"#, "sigma 0"),
        (r#"{"steps":[{"resize":{"width":2,"height":2,"depth":1}}]}"#, "unknown field `depth`"),
        (r#"{"steps":[{"sharpen":{}}]}"#, "unknown variant `sharpen`"),
        (r#"{"steps":[],"size":3}"#, "unknown field `size`"),
    ] {
        let error = serde_json::from_str::<Preprocess>(json).expect_err(json).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_sliver_does_not_fill_the_memory() {
    let sliver = RgbImage::new(1, 10_000);
    assert_eq!(Preprocess::pad(64).apply(&sliver).dimensions(), (64, 64));
    assert_eq!(Preprocess::report(124).apply(&sliver).dimensions(), (124, 124));
}

fn any_step() -> impl Strategy<Value = Step> {
    let side = 1_u32..70;
    prop_oneof![
        (side.clone(), side.clone()).prop_map(|(width, height)| Step::Resize { width, height }),
        (side.clone(), side.clone()).prop_map(|(width, height)| Step::CenterCrop { width, height }),
        (side.clone(), any::<u8>()).prop_map(|(size, value)| Step::Pad { size, fill: [value; 3] }),
        side.prop_map(|size| Step::CropSquare { size }),
        Just(Step::WhiteBalance),
        (0_u32..8, 0.1_f32..6.0).prop_map(|(half, sigma)| Step::GaussianBlur { kernel: 2 * half + 1, sigma }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_size_is_as_stated(
        width in 1_u32..300, height in 1_u32..300, steps in prop::collection::vec(any_step(), 1..4),
    ) {
        let image = RgbImage::new(width, height);
        let stated = steps.iter().fold((width, height), |(w, h), step| step.output_size(w, h));
        let preprocess = Preprocess::new(steps).unwrap();
        let found = preprocess.apply(&image).dimensions();
        prop_assert_eq!(found, stated);
        prop_assert!(preprocess.output_size().is_none_or(|size| size == found));
        prop_assert!(found.0 > 0 && found.1 > 0);
    }

    #[test]
    fn one_colour_stays_that_colour(
        width in 1_u32..120, height in 1_u32..120, colour in any::<[u8; 3]>(), step in any_step(),
    ) {
        let step = match step {
            Step::Pad { size, .. } => Step::Pad { size, fill: colour },
            step => step,
        };
        // A picture of nothing but warm white might show warm light.
        prop_assume!(step != Step::WhiteBalance);
        let out = apply(step, &RgbImage::from_pixel(width, height, Rgb(colour)));
        prop_assert!(out.pixels().all(|pixel| pixel.0 == colour), "{:?}", step);
    }

    #[test]
    fn crops_stay_inside(width in 1_u32..300, height in 1_u32..300, w in 1_u32..300, h in 1_u32..300) {
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x / 256) as u8 * 16 + (y / 256) as u8]));
        let crop = apply(Step::CenterCrop { width: w, height: h }, &image);
        let (left, top) = ((width - crop.width()) / 2, (height - crop.height()) / 2);
        for (x, y, pixel) in crop.enumerate_pixels() {
            prop_assert_eq!(pixel, image.get_pixel(left + x, top + y));
        }
    }
}
