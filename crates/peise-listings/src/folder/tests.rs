use proptest::prelude::*;

use super::*;
use peise::describe;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn open(files: &[(&str, &[u8])]) -> Result<ListingFolder, FormatError> {
    ListingFolder::open(folder(files).path())
}

#[test]
fn photos_and_labels_make_a_listing() {
    let labels = "\u{FEFF}黑色\r\n\n 白 色\u{3000}\n#3 红\n黑色\n👗\n7".as_bytes();
    let folder = folder(&[
        ("labels.txt", labels),
        ("a_10.jpg", b""),
        ("a_2.JPG", b""),
        ("b.webp", b""),
        ("a_1.jpeg", b""),
        ("a_3.PNG", b""),
        ("._a_1.jpeg", b""),
        ("notes.txt", b""),
        ("jpg", b""),
    ]);
    fs::create_dir(folder.path().join("folder.jpg")).unwrap();
    let found = ListingFolder::open(folder.path()).unwrap();
    assert_eq!(found.listing.labels, ["黑色", "白 色", "#3 红", "黑色", "👗", "7"]);
    let files: Vec<_> = found.listing.images.iter().map(|image| image.file.as_str()).collect();
    assert_eq!(files, ["a_1.jpeg", "a_2.JPG", "a_3.PNG", "a_10.jpg", "b.webp"]);
    assert_eq!(found.listing.id, folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!(found.image_path(&found.listing.images[0]).unwrap(), folder.path().join("a_1.jpeg"));
}

#[test]
fn a_profile_goes_first() {
    let profile = r#"{"optional_tags": ["黑"], "imgs_tags": [{"b.jpg": null}, {"../a.jpg": "黑"}]}"#;
    let found = open(&[("profile.json", profile.as_bytes()), ("labels.txt", b"x"), ("a.jpg", b"")]).unwrap();
    assert_eq!(found.listing.labels, ["黑"]);
    assert_eq!(found.listing.images.len(), 2);
    assert!(found.image_path(&found.listing.images[0]).is_ok());
    assert!(matches!(found.image_path(&found.listing.images[1]), Err(FormatError::Name(_))));
}

#[test]
fn what_is_missing_is_named_with_what_would_do() {
    type Files<'a> = &'a [(&'a str, &'a [u8])];
    let photo: (&str, &[u8]) = ("a.jpg", b"");
    let cases: [(Files<'_>, &str); 8] = [
        (&[], "found no photos and no labels; expected profile.json, or labels.txt with one label per line and photos"),
        (&[photo], "found no labels; expected profile.json, or labels.txt"),
        (&[("labels.txt", b"1")], "found no photos; expected photos: *.jpg"),
        (&[photo, ("labels.txt", b" \n")], "labels.txt: the file is empty; expected one label per line"),
        (&[photo, ("labels.txt", "\u{3000}".as_bytes())], "labels.txt: found no labels"),
        (&[photo, ("labels.txt", b"\xBA\xDA\xC9\xAB")], "iconv -f GB18030"),
        (&[("profile.json", br#"{"optional_tags": ["1"], "imgs_tags": []}"#)], "found no photos in imgs_tags"),
        (&[("profile.json", br#"{"optional_tags": [], "imgs_tags": [{"a": null}]}"#)], "no labels in optional_tags"),
    ];
    for (files, named) in cases {
        let message = describe(&open(files).unwrap_err());
        assert!(message.contains(named), "{message}");
    }
    let message = describe(&open(&[("profile.json", b"{\n oops")]).unwrap_err());
    assert!(message.contains("profile.json:2:2: not valid JSON"), "{message}");
    let message = describe(&ListingFolder::open(Path::new("/none")).unwrap_err());
    assert!(message.starts_with("/none: cannot open the folder: "), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("labels.txt", b"1"), ("a.jpg", b"")]);
    let odd = folder.path().join(OsStr::from_bytes(b"\xBA\xDA.jpg"));
    fs::write(&odd, "").unwrap();
    let found = ListingFolder::open(folder.path()).unwrap();
    assert_eq!(found.listing.images.len(), 1);
    assert_eq!(found.unnamed, [odd]);
}

#[test]
fn numbers_count_by_value() {
    let sorted = ["", "1", "2", "02.jpg", "2.jpg", "10.jpg", "a", "a_1", "a_2", "a_2b", "a_10", "b", "黑2", "黑10"];
    for pair in sorted.windows(2) {
        assert_eq!(natural_order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
    }
}

proptest! {
    #[test]
    fn natural_order_is_an_order(a in "[012a_]{0,5}", b in "[012a_]{0,5}", c in "[012a_]{0,5}") {
        prop_assert_eq!(natural_order(&a, &b), natural_order(&b, &a).reverse());
        prop_assert_eq!(natural_order(&a, &b).is_eq(), a == b);
        if natural_order(&a, &b).is_lt() && natural_order(&b, &c).is_lt() {
            prop_assert!(natural_order(&a, &c).is_lt());
        }
    }
}
