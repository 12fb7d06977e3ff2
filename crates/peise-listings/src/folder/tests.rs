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

fn open(files: &[(&str, &[u8])]) -> Result<SourceListing, FormatError> {
    read_listing_folder(folder(files).path())
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
        ("jpg", b"no picture"),
    ]);
    fs::create_dir(folder.path().join("folder.jpg")).unwrap();
    let found = read_listing_folder(folder.path()).unwrap();
    assert_eq!(found.listing.labels, ["黑色", "白 色", "#3 红", "黑色", "👗", "7"]);
    let files: Vec<_> = found.listing.images.iter().map(|image| image.file.as_str()).collect();
    assert_eq!(files, ["a_1.jpeg", "a_2.JPG", "a_3.PNG", "a_10.jpg", "b.webp"]);
    assert_eq!(found.listing.id, folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!(found.photos[0], Ok(PhotoSource::File(folder.path().join("a_1.jpeg"))));
    assert_eq!(found.notes.len(), 1);
    assert_eq!(
        (found.notes[0].code, found.notes[0].text.as_str()),
        (NoteCode::UnsupportedFile, "no pictures, left out: jpg")
    );
    assert!(found.remarks[0].ends_with("jpg: is no picture; left out"), "{:?}", found.remarks);
}

#[test]
fn a_profile_goes_first() {
    let profile = r#"{"optional_tags": ["黑"], "imgs_tags": [{"b.jpg": null}, {"../a.jpg": "黑"}]}"#;
    let found = open(&[("profile.json", profile.as_bytes()), ("labels.txt", b"x"), ("c.jpg", b"")]).unwrap();
    assert_eq!(found.listing.labels, ["黑"]);
    assert_eq!(found.listing.images.len(), 2);
    assert!(found.photos[0].is_ok());
    assert_eq!(found.photos[1].as_ref().unwrap_err().code, "name");
    assert!(found.remarks.len() == 1 && found.remarks[0].ends_with("c.jpg: profile.json does not name it; left out"));
}

#[test]
fn what_is_missing_is_named_with_what_would_do() {
    type Files<'a> = &'a [(&'a str, &'a [u8])];
    let photo: (&str, &[u8]) = ("a.jpg", b"");
    let cases: [(Files<'_>, &str); 8] = [
        (&[], "found no photos and no labels; expected profile.json, or labels.txt with one label per line and photos"),
        (&[photo], "found no labels; expected profile.json, or labels.txt"),
        (&[("labels.txt", b"1")], "found no photos; expected photos (JPEG"),
        (&[photo, ("labels.txt", b" \n")], "labels.txt: the file is empty; expected one label per line"),
        (&[photo, ("labels.txt", "\u{3000}".as_bytes())], "labels.txt: found no labels"),
        (&[photo, ("labels.txt", b"\xE9\xBB\x91\xE8\x89\xB2\n\xFF")], "labels.txt:2: byte 7 is not UTF-8"),
        (&[("profile.json", br#"{"optional_tags": ["1"], "imgs_tags": []}"#)], "found no photos in imgs_tags"),
        (&[("profile.json", br#"{"optional_tags": [], "imgs_tags": [{"a": null}]}"#)], "no labels in optional_tags"),
    ];
    for (files, named) in cases {
        let message = describe(&open(files).unwrap_err());
        assert!(message.contains(named), "{message}");
    }
    let message = describe(&open(&[("profile.json", b"{\n oops")]).unwrap_err());
    assert!(message.contains("profile.json:2:2: not valid JSON"), "{message}");
    let message = describe(&read_listing_folder(Path::new("/none")).unwrap_err());
    assert!(message.starts_with("/none: cannot list the folder: "), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("labels.txt", b"1"), ("a.jpg", b"")]);
    let odd = folder.path().join(OsStr::from_bytes(b"\xBA\xDA.jpg"));
    fs::write(&odd, "").unwrap();
    let found = read_listing_folder(folder.path()).unwrap();
    assert_eq!(found.listing.images.len(), 2);
    let problem = found.photos[1].as_ref().unwrap_err();
    assert!(problem.code == "name" && problem.text.starts_with(&*odd.to_string_lossy()), "{problem:?}");
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

fn entries(source: &FolderSource) -> Vec<crate::Entry> {
    let mut entries = Vec::new();
    source
        .read(&mut |entry| {
            entries.push(entry);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    entries
}

#[test]
fn a_folder_of_folders_is_a_set_of_listings() {
    let root = tempfile::tempdir().unwrap();
    for id in ["10", "9", "bad", ".hidden"] {
        let folder = root.path().join(id);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a.jpg"), b"").unwrap();
        if id != "bad" {
            fs::write(folder.join("labels.txt"), "黑色\n白色").unwrap();
        }
    }
    let found = entries(&FolderSource::open(&SourceOptions::new(root.path())));
    let ids: Vec<_> = found.iter().map(|entry| entry.as_ref().map(|found| found.listing.id.as_str())).collect();
    assert_eq!((ids[0].as_ref().ok(), ids[1].as_ref().ok(), ids.len()), (Some(&"9"), Some(&"10"), 3));
    let message = describe(*ids[2].as_ref().unwrap_err());
    assert!(message.starts_with("listing \"bad\": ") && message.contains("found no labels"), "{message}");
}

#[cfg(unix)]
#[test]
fn links_are_followed() {
    use std::os::unix::fs::symlink;
    let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(elsewhere.path().join("shirt")).unwrap();
    fs::write(elsewhere.path().join("photo"), b"\xFF\xD8\xFF").unwrap();
    fs::write(elsewhere.path().join("shirt/labels.txt"), "黑色").unwrap();
    symlink(elsewhere.path().join("photo"), elsewhere.path().join("shirt/a")).unwrap();
    symlink(elsewhere.path().join("shirt"), root.path().join("linked")).unwrap();
    let found = entries(&FolderSource::open(&SourceOptions::new(root.path())));
    let found = found[0].as_ref().unwrap();
    assert_eq!((found.listing.id.as_str(), found.listing.images[0].file.as_str()), ("linked", "a"));
    assert_eq!(&*found.photos[0].as_ref().unwrap().read("a", &Default::default()).unwrap(), b"\xFF\xD8\xFF");
}

#[test]
fn text_of_windows_is_read_and_noted() {
    let (gb18030, ..) = encoding_rs::GB18030.encode("黑色\r\n白色\r\n");
    let found = open(&[("a.jpg", b""), ("labels.txt", &gb18030)]).unwrap();
    assert_eq!(found.listing.labels, ["黑色", "白色"]);
    assert_eq!((found.notes.len(), found.notes[0].code), (1, NoteCode::EncodingGuessed));
}
