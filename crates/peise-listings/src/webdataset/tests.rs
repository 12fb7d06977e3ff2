use std::fs;
use std::path::Path;

use super::*;
use peise::describe;
use peise::image::DecodeLimits;

/// A tar archive of entries: type, name and contents, written as given, however odd.
fn archive(path: &Path, entries: &[(u8, &str, &[u8])]) {
    let mut bytes = Vec::new();
    for (kind, name, contents) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(tar::EntryType::new(*kind));
        header.set_size(contents.len() as u64);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend_from_slice(contents);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    fs::write(path, bytes).unwrap();
}

fn entries(data: &Path) -> Result<Vec<Entry>, FormatError> {
    let mut entries = Vec::new();
    WebDataset::open(&SourceOptions::new(data))?.read(&mut |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

fn files(found: &SourceListing) -> Vec<&str> {
    found.listing.images.iter().map(|image| image.file.as_str()).collect()
}

fn read(found: &SourceListing, index: usize) -> Result<Vec<u8>, Problem> {
    let photo = found.photos[index].clone()?;
    photo.read("x", &DecodeLimits::default()).map(|bytes| bytes.into_owned())
}

#[test]
fn samples_are_listings_with_their_photos() {
    let folder = tempfile::tempdir().unwrap();
    let listed = br#"{"id": 7, "labels": ["a"], "rule": "free", "images": ["b.jpg", {"file": "x.png"}, "none.jpg"]}"#;
    archive(
        &folder.path().join("2.tar"),
        &[
            (b'0', "./s/1.0.jpg", b"zero"),
            (b'0', "./s/1.10.jpg", b"ten"),
            (b'0', "./s/1.2.jpg", b"two"),
            (b'0', "./s/1.json", br#"{"labels": ["a", "b"]}"#),
            (b'0', "2.json", listed),
            (b'0', "2.1.png", b"by number"),
            (b'0', "2.b.jpg", b"by name"),
            (b'0', "3.0.jpg", b"alone"),
        ],
    );
    archive(&folder.path().join("10.tar"), &[(b'0', "4.json", b"{"), (b'0', "7.json", br#"{"labels": []}"#)]);
    let found = entries(folder.path()).unwrap();
    assert_eq!(found.len(), 5);
    let first = found[0].as_ref().unwrap();
    assert_eq!((first.listing.id.as_str(), files(first)), ("s/1", vec!["1.0.jpg", "1.2.jpg", "1.10.jpg"]));
    assert_eq!((0..3).map(|k| read(first, k).unwrap()).collect::<Vec<_>>(), [&b"zero"[..], b"two", b"ten"]);
    let second = found[1].as_ref().unwrap();
    assert_eq!((second.listing.id.as_str(), files(second)), ("7", vec!["b.jpg", "x.png", "none.jpg"]));
    assert_eq!(second.wishes.rule, Some(peise::matcher::decode::Rule::Free));
    assert_eq!((read(second, 0).unwrap(), read(second, 1).unwrap()), (b"by name".to_vec(), b"by number".to_vec()));
    assert_eq!(read(second, 2).unwrap_err().code, "not-found");
    let broken: Vec<String> = found[2..].iter().map(|entry| describe(entry.as_ref().unwrap_err())).collect();
    assert!(broken[0].starts_with("listing \"3\": 3.json: there is none"), "{broken:?}");
    assert!(broken[1].contains("10.tar/4.json:1:1: the JSON ends"), "{broken:?}");
    assert!(broken[2].contains("listing \"7\": the id occurs twice"), "{broken:?}");
}

#[test]
fn links_and_names_that_lead_out_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let shard = folder.path().join("a.tar");
    let json = br#"{"labels": ["a"]}"#;
    archive(
        &shard,
        &[
            (b'0', "1.json", json),
            (b'2', "1.0.jpg", b""),
            (b'1', "1.1.jpg", b""),
            (b'0', "1.2.jpg", b"fine"),
            (b'0', "../2.json", json),
            (b'0', "/3.json", json),
        ],
    );
    let found = entries(&shard).unwrap();
    let first = found[0].as_ref().unwrap();
    for index in [0, 1] {
        assert!(first.photos[index].as_ref().unwrap_err().text.contains("no regular file but a link"));
    }
    assert_eq!(read(first, 2).unwrap(), b"fine");
    assert!(found[1..].iter().all(|entry| describe(entry.as_ref().unwrap_err()).contains("leads out of the archive")));
    assert_eq!(found.len(), 3);
}

#[test]
fn sizes_are_checked_before_reading() {
    let folder = tempfile::tempdir().unwrap();
    let shard = folder.path().join("a.tar");
    archive(&shard, &[(b'0', "1.json", br#"{"labels": ["a"]}"#), (b'0', "1.0.jpg", b"12345")]);
    let found = entries(&shard).unwrap();
    let photo = found[0].as_ref().unwrap().photos[0].clone().unwrap();
    let limits = DecodeLimits { max_bytes: 4, ..DecodeLimits::default() };
    let problem = photo.read("x", &limits).unwrap_err();
    assert!(problem.code == "too-large" && problem.text.contains("a.tar/1.0.jpg: has 5 bytes"), "{problem:?}");
    // Cut off within the photo.
    let whole = fs::read(&shard).unwrap();
    fs::write(&shard, &whole[..3 * 512 + 2]).unwrap();
    assert!(photo.read("x", &DecodeLimits::default()).is_err());
    fs::write(&shard, b"\x1F\x8B\x08").unwrap();
    assert!(describe(&entries(&shard).unwrap_err()).contains("a.tar: the archive is compressed"));
}

#[test]
fn photos_of_other_formats_may_lie_in_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, photos) = (folder.path().join("in.jsonl"), folder.path().join("photos.tar"));
    fs::write(&lines, r#"{"labels": ["a"], "images": ["1/a.jpg", "1/b.jpg", "../a.jpg"]}"#).unwrap();
    archive(&photos, &[(b'0', "./1/a.jpg", b"here"), (b'2', "1/b.jpg", b"")]);
    let options = SourceOptions { photos: Some(photos), ..SourceOptions::new(lines) };
    let mut codes = Vec::new();
    let source = crate::jsonl::JsonlSource::open(&options).unwrap();
    source
        .read(&mut |entry| {
            let found = entry.unwrap();
            assert_eq!(read(&found, 0).unwrap(), b"here");
            codes = found.photos.iter().filter_map(|photo| Some(photo.as_ref().err()?.code.clone())).collect();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(codes, ["not-found", "name"]);
}
