//! Photos that cannot be used: each is named and null, none costs its neighbours.

use crate::common::{Data, peise, photo, plain, text};
use std::fs;

/// The start of a PNG of 20,000 x 20,000 pixels: signature and header, no data.
fn huge_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(20_000u32.to_be_bytes().repeat(2));
    bytes.extend([8, 2, 0, 0, 0]);
    bytes.extend([0; 4]);
    bytes
}

/// A JPEG whose frame header claims 20,000 x 20,000 pixels.
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = photo();
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    bytes[frame + 5..frame + 9].copy_from_slice(&20_000u16.to_be_bytes().repeat(2));
    bytes
}

/// File name, contents (`None` = no such file), and what must be said of it.
fn bad_photos() -> Vec<(&'static str, Option<Vec<u8>>, &'static str)> {
    let whole = photo();
    vec![
        (
            "text.jpg",
            Some(b"this is no picture".to_vec()),
            "is not an image; give a JPEG, PNG, WebP, GIF, BMP or TIFF file",
        ),
        ("page.jpg", Some(b"<!DOCTYPE html><title>404</title>".to_vec()), "a web page"),
        ("moving.gif", Some(b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()), "is a damaged or unusual GIF"),
        (
            "phone.jpg",
            Some(b"\0\0\0\x18ftypheic\0\0\0\0mif1".to_vec()),
            "is a HEIC image, which is not read; convert it",
        ),
        ("empty.jpg", Some(Vec::new()), "is empty (0 bytes); download or copy it again"),
        ("cut.jpg", Some(whole[..whole.len() / 2].to_vec()), "is a truncated JPEG"),
        ("huge.png", Some(huge_png()), "is 20000x20000 pixels, more than the limits"),
        ("huge.jpg", Some(huge_jpeg()), "is 20000x20000 pixels, more than the limits"),
        ("missing.jpg", None, "cannot be read: No such file"),
        ("folder.jpg", None, "is not a regular file; give the path of an image file"),
    ]
}

#[test]
fn predict_names_each_bad_photo_and_spares_the_others() {
    let bad = bad_photos();
    let mut photos = vec![("first.jpg", Some(photo()))];
    photos.extend(bad.iter().map(|(name, bytes, _)| (*name, bytes.clone())));
    photos.push(("last.jpg", Some(plain([200, 30, 30], 1, 1))));
    let mut data = Data::new();
    data.add_drawn("before", 1);
    let folder = data.add("bad", &["红色", "黑色"], &photos);
    fs::create_dir(folder.join("folder.jpg")).unwrap();
    data.add("all-bad", &["红色", "黑色"], &[("a.jpg", None), ("b.jpg", Some(b"?".to_vec()))]);
    data.add_drawn("after", 2);
    let predicted = data.predict(&[]);

    assert_eq!(predicted.run.code, Some(1));
    let lines: Vec<&str> = predicted.run.stderr.lines().collect();
    assert_eq!(lines.len(), bad.len() + 2, "one line per bad photo: {lines:#?}");
    let answers = predicted.answers("bad");
    for (name, _, told) in &bad {
        let line = lines.iter().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name} is not named"));
        assert!(line.starts_with("peise: bad: ") && line.contains(told), "{line}");
        assert!(answers.contains(&((*name).to_owned(), None)), "{name} must be null: {answers:?}");
        let image = predicted.of("bad").images.iter().find(|image| image.file == *name).unwrap();
        assert!(image.error.as_ref().is_some_and(|error| error.text.contains(told)), "{image:?}");
        assert_eq!((image.index, image.probability, image.marginals.len()), (None, None, 0));
    }
    for name in ["first.jpg", "last.jpg"] {
        assert!(answers.iter().any(|(file, label)| file == name && label.is_some()), "{name}: {answers:?}");
    }

    let nothing = predicted.of("all-bad");
    assert!(nothing.images.iter().all(|image| image.error.is_some()));
    assert_eq!((nothing.joint_probability, nothing.error.as_ref()), (None, None), "nothing was decided");
    assert!(predicted.answers("all-bad").iter().all(|(_, label)| label.is_none()));

    let mut alone = Data::new();
    alone.add_drawn("before", 1);
    alone.add_drawn("after", 2);
    let alone = alone.predict(&[]);
    alone.run.succeeds();
    for id in ["before", "after"] {
        predicted.is_answered(id);
        assert_eq!(predicted.out[id], alone.out[id], "a neighbour changes nothing");
    }
}

#[test]
fn match_names_each_bad_photo_and_answers_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = vec!["match".to_owned()];
    let mut told = Vec::new();
    for (name, bytes, reason) in bad_photos() {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        // A folder among photos is wrong use of `match`, not a bad photo.
        if name != "folder.jpg" {
            args.push(text(&path).to_owned());
            told.push((name, reason));
        }
    }
    let good = folder.path().join("good.jpg");
    fs::write(&good, photo()).unwrap();
    args.extend([text(&good), "--label", "红色", "--label", "黑色", "--none", "forbid"].map(str::to_owned));
    let run = peise(&args).exits(1);

    assert_eq!(run.stderr.lines().count(), told.len(), "{}", run.stderr);
    for (name, reason) in told {
        let line = run.stderr.lines().find(|line| line.contains(name)).unwrap();
        assert!(line.contains(reason), "{line}");
        assert_eq!(line.matches(name).count(), 1, "the path stands there once: {line}");
        let row = run.stdout.lines().find(|line| line.ends_with(name)).unwrap();
        assert!(row.contains("\t(unreadable)\t"), "{row}");
    }
    let row = run.stdout.lines().find(|line| line.ends_with("good.jpg")).unwrap();
    assert!(row.contains("红色") || row.contains("黑色"), "{row}");
}

#[test]
fn a_photo_of_one_pixel_is_a_photo() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dot.jpg");
    fs::write(&path, plain([10, 10, 10], 1, 1)).unwrap();
    let run = peise(["match", text(&path), "--label", "黑色", "--label", "白色", "--none", "forbid", "--json"]);
    let prediction = run.succeeds().prediction();
    assert!(prediction.images[0].label.is_some());
}

#[test]
fn a_folder_among_photos_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let (photo_path, inner) = (folder.path().join("a.jpg"), folder.path().join("inner"));
    fs::write(&photo_path, photo()).unwrap();
    fs::create_dir(&inner).unwrap();
    peise(["match", text(&photo_path), text(&inner), "--label", "黑色"])
        .refuses(&["inner is a folder", "give it alone"]);
}

#[test]
fn a_reason_is_given_once() {
    let folder = tempfile::tempdir().unwrap();
    let whole = photo();
    fs::write(folder.path().join("cut.jpg"), &whole[..whole.len() / 2]).unwrap();
    for name in ["cut.jpg", "missing.jpg"] {
        let path = folder.path().join(name);
        let run = peise(["match", text(&path), "--label", "黑色", "--json"]).exits(1);
        let prediction = run.prediction();
        let error = prediction.images[0].error.clone().unwrap().text;
        for said in ["truncated", "cannot be read"] {
            assert!(error.matches(said).count() <= 1, "{error}");
        }
    }
}
