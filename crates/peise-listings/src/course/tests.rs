use std::fs;

use proptest::prelude::*;

use super::*;
use peise::describe;

// As Python 3.11 wrote it.
const PYTHON: &str = r#"{"543437665996": {"optional_tags": ["绛红", "米色"], "imgs_tags": [{"543437665996_0.jpg": "绛红"}, {"543437665996_1.jpg": null}]}, "2": {"optional_tags": ["杏色(付款后30天内发货)", "黑\"色\"\\\t\u0001"], "imgs_tags": [{"2_0.jpg": null}]}, "1": {"optional_tags": [], "imgs_tags": []}}"#;

fn merged(text: impl AsRef<[u8]>) -> Result<Vec<Entry>, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test_all.json");
    fs::write(&path, text).unwrap();
    read_merged(&path)
}

fn written(entries: &[Entry]) -> String {
    let mut writer = MergedWriter::new(Vec::new());
    for entry in entries {
        match entry {
            Ok(listing) => writer.write(listing).unwrap(),
            Err(broken) => writer.write_broken(broken).unwrap(),
        }
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn listing(id: &str, labels: &[&str], images: &[(&str, Option<&str>)]) -> Listing {
    Listing {
        id: id.into(),
        labels: labels.iter().map(|&label| label.into()).collect(),
        images: images
            .iter()
            .map(|&(file, label)| ListingImage { file: file.into(), label: label.map(Into::into) })
            .collect(),
        ..Listing::default()
    }
}

#[test]
fn what_python_wrote_comes_out_byte_for_byte() {
    for text in [PYTHON, "{}"] {
        assert_eq!(written(&merged(text).unwrap()), text);
    }
    let indented = "\u{FEFF}{\n \"1\": {\r\n\"imgs_tags\": [], \"more\": 1, \"optional_tags\": []}}\n";
    assert_eq!(written(&merged(indented).unwrap()), r#"{"1": {"optional_tags": [], "imgs_tags": []}}"#);
}

#[test]
fn order_and_nulls_are_kept() {
    let entries = merged(PYTHON).unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry.as_ref().unwrap().id.as_str()).collect();
    assert_eq!(ids, ["543437665996", "2", "1"]);
    let expected = listing(
        "543437665996",
        &["绛红", "米色"],
        &[("543437665996_0.jpg", Some("绛红")), ("543437665996_1.jpg", None)],
    );
    assert_eq!(entries[0].as_ref().unwrap(), &expected);
}

#[test]
fn odd_listings_are_read_as_they_are() {
    let files: Vec<_> = (0..200).map(|index| format!("{index}.jpg")).collect();
    let many: Vec<_> = files.iter().map(|file| (file.as_str(), None)).collect();
    let cases = [
        listing("no-image", &["黑", "白"], &[]),
        listing("no-label", &[], &[("a.jpg", None)]),
        listing("one-label", &["黑"], &[("a.jpg", Some("黑"))]),
        listing("equal-labels", &["黑", "黑"], &[("a.jpg", Some("黑"))]),
        listing("digits", &["1", "22", "２"], &[("a.jpg", None)]),
        listing("emoji", &["🟥", "👗🏽", ""], &[("a.jpg", None)]),
        listing("m-over-n", &["黑", "白", "红"], &[("a.jpg", None)]),
        listing("many", &["黑", "白"], &many),
        listing("same-file", &["黑"], &[("a.jpg", None), ("a.jpg", Some("黑"))]),
        listing("upwards", &["黑"], &[("../up.jpg", None)]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for case in &cases {
        let path = folder.path().join("profile.json");
        write_profile(&path, case).unwrap();
        assert_eq!(&read_profile(&path, &case.id).unwrap(), case);
    }
    let path = folder.path().join("all.json");
    write_merged(&path, &cases).unwrap();
    let read: Vec<_> = read_merged(&path).unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(read, cases);
}

#[test]
fn a_broken_listing_costs_only_itself_and_keeps_its_place() {
    let good = r#""good": {"optional_tags": ["黑"], "imgs_tags": [{"a.jpg": null}]}"#;
    // What stands there, what the error names, what is written.
    let cases = [
        (r#""x": 3"#, "profile: expected an object", r#""x": 3"#),
        (r#""x": {}"#, "the key \"optional_tags\"", r#""x": {}"#),
        (
            r#""x": {"optional_tags": [3], "imgs_tags": [{"a.jpg": "黑"}]}"#,
            "optional_tags[0]: expected a label as text, found the number 3",
            r#""x": {"optional_tags": [3], "imgs_tags": [{"a.jpg": null}]}"#,
        ),
        (
            r#""x": {"optional_tags": [], "imgs_tags": [{}, {"a.jpg": null}]}"#,
            "imgs_tags[0]: expected one file name",
            r#""x": {"optional_tags": [], "imgs_tags": [{}, {"a.jpg": null}]}"#,
        ),
        (
            r#""x": {"optional_tags": [], "imgs_tags": [{"a.jpg": "黑", "b.jpg": null}]}"#,
            "found an object of 2 keys",
            r#""x": {"optional_tags": [], "imgs_tags": [{"a.jpg": null, "b.jpg": null}]}"#,
        ),
        (
            r#""x": {"optional_tags": [], "imgs_tags": [{"a.jpg": 1}]}"#,
            "imgs_tags[0]: expected a label as text, or null, found the number 1",
            r#""x": {"optional_tags": [], "imgs_tags": [{"a.jpg": null}]}"#,
        ),
        (
            r#""x": {"optional_tags": [], "optional_tags": [], "imgs_tags": []}"#,
            "\"optional_tags\" occurs twice",
            r#""x": {"optional_tags": [], "optional_tags": [], "imgs_tags": []}"#,
        ),
        (
            r#""x": {"optional_tags": "黑", "imgs_tags": []}"#,
            "expected a list, found the text \"黑\"",
            r#""x": {"optional_tags": "黑", "imgs_tags": []}"#,
        ),
        (
            r#""../x": {"optional_tags": [], "imgs_tags": []}"#,
            "holds a path separator",
            r#""../x": {"optional_tags": [], "imgs_tags": []}"#,
        ),
    ];
    for (text, named, output) in cases {
        let entries = merged(format!("{{{text}, {good}}}")).unwrap();
        let broken = entries[0].as_ref().unwrap_err();
        let message = describe(broken);
        assert!(message.contains(named), "{message}");
        assert!(message.contains(&format!("listing {:?}", broken.id())), "{message}");
        assert_eq!(entries[1].as_ref().unwrap().id, "good");
        assert_eq!(written(&entries), format!("{{{output}, {good}}}"));
    }
    let entries = merged(format!("{{{good}, {good}}}")).unwrap();
    let broken = entries[1].as_ref().unwrap_err();
    assert!(matches!(&broken.error, ListingError::DuplicateId { id } if id == "good"));
    assert_eq!(written(&entries), format!("{{{good}}}"));
}

#[test]
fn a_broken_file_says_where() {
    let damaged = b"{\"\xE9\xBB\x91\xE8\x89\xB2\": \"\xFF\"}";
    let cases: [(&[u8], &str); 7] = [
        (b"", "the file is empty; expected an object of listings"),
        (b"\xEF\xBB\xBF", "the file is empty"),
        (b"{\"1\": {},\n  oops}", "test_all.json:2:3: not valid JSON"),
        (b"{\"1\": {\"optional_tags\": [", "test_all.json:1:25: the JSON ends in the middle"),
        (b"[1]", "test_all.json:1:0: expected an object of listings"),
        (b"{} {}", "test_all.json:1:4: not valid JSON"),
        (damaged, "test_all.json:1: byte 12 is not UTF-8"),
    ];
    for (text, named) in cases {
        let message = describe(&merged(text).unwrap_err());
        assert!(message.contains(named), "{message}");
        assert_eq!(message.lines().count(), 1);
    }
    let message = describe(&read_merged(Path::new("/none/test_all.json")).unwrap_err());
    assert!(message.starts_with("/none/test_all.json: cannot read: "), "{message}");
}

#[test]
fn a_data_set_is_read_from_its_merged_file_or_its_folders() {
    let root = tempfile::tempdir().unwrap();
    let error = describe(&DataSet::open(root.path(), "test").unwrap_err());
    assert!(error.contains("expected test_all.json or test/<id>/profile.json"), "{error}");
    assert!(matches!(DataSet::open(root.path(), "../test"), Err(FormatError::Name(_))));

    let listings = [listing("b", &["黑"], &[("b_0.jpg", None)]), listing("a", &["白"], &[("../a", None)])];
    for listing in &listings {
        let folder = root.path().join("test").join(&listing.id);
        fs::create_dir_all(&folder).unwrap();
        write_profile(&folder.join(PROFILE), listing).unwrap();
    }
    fs::create_dir(root.path().join("test/empty")).unwrap();
    fs::create_dir(root.path().join("test/.hidden")).unwrap();
    fs::write(root.path().join("test/notes.txt"), "").unwrap();
    let scanned = DataSet::open(root.path(), "test").unwrap();
    assert_eq!(scanned.listings().collect::<Vec<_>>(), [&listings[1], &listings[0]]);
    let broken: Vec<_> = scanned.broken().map(|broken| describe(broken)).collect();
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("\"empty\"") && broken[0].contains("profile.json: cannot read"), "{broken:?}");

    write_merged(&root.path().join("test_all.json"), &listings).unwrap();
    let merged = DataSet::open(root.path(), "test").unwrap();
    assert_eq!(merged.listings().collect::<Vec<_>>(), [&listings[0], &listings[1]]);
    let path = merged.image_path(&listings[0], &listings[0].images[0]).unwrap();
    assert_eq!(path, root.path().join("test/b/b_0.jpg"));
    assert!(matches!(merged.image_path(&listings[1], &listings[1].images[0]), Err(FormatError::Name(_))));
    let elsewhere = Listing { id: "..".into(), ..listings[0].clone() };
    assert!(merged.image_path(&elsewhere, &elsewhere.images[0]).is_err());
}

#[test]
fn labels_of_nobody_are_found() {
    let listing = listing("1", &["黑"], &[("a", Some("黑")), ("b", Some("白")), ("c", None)]);
    let found: Vec<_> = foreign_labels(&listing).map(|error| error.to_string()).collect();
    assert_eq!(found, ["listing \"1\": \"b\": expected one of optional_tags or null, found \"白\""]);
}

fn any_listing() -> impl Strategy<Value = Listing> {
    let image = (any::<String>(), proptest::option::of(any::<String>()));
    let images = proptest::collection::vec(image, 0..5);
    ("[a-z0-9色]{1,8}", proptest::collection::vec(any::<String>(), 0..5), images).prop_map(|(id, labels, images)| {
        let images = images.into_iter().map(|(file, label)| ListingImage { file, label }).collect();
        Listing { id, labels, images, ..Listing::default() }
    })
}

proptest! {
    #[test]
    fn any_listing_survives(listing in any_listing()) {
        let mut writer = MergedWriter::new(Vec::new());
        writer.write(&listing).unwrap();
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        let entries = profile::parse_merged(&text).unwrap();
        prop_assert_eq!(entries.len(), 1);
        prop_assert_eq!(entries[0].as_ref().unwrap(), &listing);
        prop_assert_eq!(written(&entries), text);
    }
}

#[test]
fn what_a_profile_may_carry_is_read_and_written() {
    let text = r##"{"1": {"optional_tags": ["黑"], "imgs_tags": [{"a.jpg": null}], "title": "衬衫", "colours": {"黑": "#0a0b0c"}, "shows_none": ["a.jpg"]}}"##;
    let entries = merged(text).unwrap();
    let listing = entries[0].as_ref().unwrap();
    assert_eq!((listing.title.as_deref(), listing.shows_none.as_slice()), (Some("衬衫"), &["a.jpg".to_owned()][..]));
    assert_eq!(listing.colours, [("黑".to_owned(), [10, 11, 12])]);
    assert_eq!(written(&entries), text);
    for (extra, named) in [
        (r#""title": 3"#, "title: expected a text, found the number 3"),
        (r##""colours": {"黑": "black"}"##, "colours: expected colours as #rrggbb, found the text \"black\""),
        (r#""colours": []"#, "colours: expected an object"),
        (r#""shows_none": "a.jpg""#, "shows_none: expected a list"),
        (r#""shows_none": [null]"#, "shows_none: expected file names, found null"),
        (r#""title": "a", "title": "b""#, "the key \"title\" occurs twice"),
    ] {
        let text = format!(r#"{{"1": {{"optional_tags": [], "imgs_tags": [], {extra}}}}}"#);
        let message = describe(merged(&text).unwrap()[0].as_ref().unwrap_err());
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn text_of_windows_is_read() {
    let text = r#"{"1": {"optional_tags": ["黑色", "白色"], "imgs_tags": [{"a.jpg": null}]}}"#;
    let (gb18030, ..) = encoding_rs::GB18030.encode(text);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&*gb18030, &utf16] {
        assert_eq!(written(&merged(bytes).unwrap()), text);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("test_all.json"), bytes).unwrap();
        let source = CourseSource::open(&crate::registry::SourceOptions::new(folder.path())).unwrap();
        let take = &mut |entry: crate::Entry| {
            let found = entry.unwrap();
            assert_eq!(found.listing.labels, ["黑色", "白色"]);
            assert_eq!(found.notes[0].code, peise::NoteCode::EncodingGuessed);
            std::ops::ControlFlow::Continue(())
        };
        crate::ListingSource::read(&source, take).unwrap();
    }
}
