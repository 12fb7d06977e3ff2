use std::ops::ControlFlow;

use super::*;
use crate::{Answered, Entry, Survey};
use peise::matcher::decode::{Assignment, Choice};
use peise::{Answer, describe};

/// Writes a format's example and says where its data is.
fn example(format: &Format, folder: &Path) -> SourceOptions {
    let files = (format.example)();
    for (name, bytes) in &files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let (first, _) = files.first().unwrap_or_else(|| panic!("give the format {} an example", format.name));
    // A file with an ending of the format is the data; else the folder is.
    let path = folder.join(first);
    let is_data = format.name != "course" && has_ending(&path, format.endings);
    SourceOptions::new(if is_data { path } else { folder.to_owned() })
}

fn entries(source: &dyn ListingSource) -> Result<Vec<Entry>, FormatError> {
    let mut entries = Vec::new();
    source.read(&mut |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

fn inputs() -> impl Iterator<Item = (&'static Format, Input)> {
    FORMATS.iter().filter_map(|format| Some((format, format.input?)))
}

#[test]
fn names_and_endings_are_unique() {
    for (place, format) in FORMATS.iter().enumerate() {
        assert!(format.input.is_some() || format.create.is_some(), "{} does nothing", format.name);
        assert!(!format.about.is_empty() && format.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        for other in &FORMATS[..place] {
            assert_ne!(format.name, other.name);
            assert!(!format.endings.iter().any(|ending| other.endings.contains(ending)), "{}", format.name);
        }
        assert_eq!(by_name(format.name).unwrap().name, format.name);
    }
    assert!(describe(&by_name("xml").unwrap_err()).contains("expected one of course, folder"));
}

#[test]
fn every_example_is_recognised_and_read_as_often_as_asked() {
    for (format, _) in inputs() {
        let folder = tempfile::tempdir().unwrap();
        let options = example(format, folder.path());
        let opened = open(&options, None).unwrap();
        assert_eq!(opened.format.name, format.name);
        let (mut labels, mut photos) = (0, 0);
        for entry in entries(&*opened.source).unwrap() {
            let found = entry.unwrap();
            assert_eq!(found.photos.len(), found.listing.images.len(), "{}", format.name);
            assert!(found.photos.iter().all(Result::is_ok), "{}: {:?}", format.name, found.photos);
            assert!(found.remarks.is_empty() && found.notes.is_empty());
            labels += found.listing.labels.len();
            photos += found.photos.len();
        }
        assert!(labels >= 2 && photos >= 2, "{}: an example of two labels and two photos at least", format.name);
        let survey = || Survey::of(&*opened.source, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(survey(), survey(), "{}", format.name);
        assert_eq!((survey().photos, survey().labels), (photos as u64, labels as u64));
    }
}

#[test]
fn reading_ends_where_it_is_told_to() {
    for (format, _) in inputs() {
        let folder = tempfile::tempdir().unwrap();
        let opened = open(&example(format, folder.path()), None).unwrap();
        let mut taken = 0;
        let stop = &mut |_| {
            taken += 1;
            ControlFlow::Break(())
        };
        opened.source.read(stop).unwrap();
        assert_eq!(taken, 1, "{}", format.name);
    }
}

#[test]
fn a_changed_label_changes_the_fingerprint() {
    for (format, _) in inputs() {
        let fingerprint = |change: bool| {
            let folder = tempfile::tempdir().unwrap();
            let options = example(format, folder.path());
            let (first, bytes) = (format.example)().swap_remove(0);
            if change {
                fs::write(folder.path().join(first), replace(&bytes, "黑色".as_bytes(), "红色".as_bytes())).unwrap();
            }
            // The folder's name is an id.
            let folder = tempfile::tempdir().unwrap();
            let linked = folder.path().join("data");
            fs::rename(&options.data, &linked).unwrap();
            let opened = open(&SourceOptions::new(linked), Some(format.name)).unwrap();
            Survey::of(&*opened.source, &mut |_| ControlFlow::Continue(())).unwrap().fingerprint
        };
        assert_eq!(fingerprint(false), fingerprint(false), "{}", format.name);
        assert_ne!(fingerprint(false), fingerprint(true), "{}: the first file of an example sells 黑色", format.name);
    }
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    for start in 0..bytes.len().saturating_sub(from.len() - 1) {
        if bytes[start..].starts_with(from) {
            bytes[start..start + from.len()].copy_from_slice(to);
        }
    }
    bytes
}

/// Files cut off or damaged at every byte give an error or entries; they never panic, and name the file.
#[test]
fn damaged_data_never_panics() {
    for (format, input) in inputs() {
        let folder = tempfile::tempdir().unwrap();
        let options = example(format, folder.path());
        let (first, bytes) = (format.example)().swap_remove(0);
        let path = folder.path().join(first);
        let step = (bytes.len() / 200).max(1);
        for cut in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[cut] ^= 0x55;
            for text in [&bytes[..cut], &damaged] {
                fs::write(&path, text).unwrap();
                match (input.open)(&options).and_then(|source| entries(&*source)) {
                    Ok(entries) => assert!(entries.len() < 100),
                    Err(error) => {
                        let message = describe(&error);
                        assert!(message.contains(folder.path().to_str().unwrap()), "{}: {message}", format.name);
                    }
                }
            }
        }
    }
}

#[test]
fn data_of_no_format_is_refused_with_what_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.bin");
    fs::write(&file, b"\0\x01").unwrap();
    for data in [folder.path(), &file, &folder.path().join("nowhere")] {
        let message = match open(&SourceOptions::new(data), None) {
            Ok(opened) => panic!("taken for {}", opened.format.name),
            Err(error) => describe(&error),
        };
        assert!(message.contains("found no listings; expected test_all.json or test/<id>/profile.json"), "{message}");
        for (format, _) in inputs() {
            assert!(message.contains(&format!("({})", format.name)), "{message}");
        }
    }
    assert!(open(&SourceOptions::new(folder.path()), Some("xml")).is_err());
}

/// What `--from` names is opened as that, and nothing else, whatever it looks like.
#[test]
fn every_format_refuses_what_is_not_there() {
    for (format, _) in inputs() {
        let nowhere = SourceOptions::new("/nowhere/at/all");
        let read = open(&nowhere, Some(format.name)).and_then(|opened| entries(&*opened.source));
        let message = describe(&read.err().unwrap_or_else(|| panic!("{} reads nothing", format.name)));
        assert!(message.contains("/nowhere/at/all"), "{}: {message}", format.name);
    }
}

fn answered() -> Answered {
    let listing = peise::listing::Listing::new("543", ["黑色", "白色"], ["543_0.jpg", "543_1.jpg"]);
    let choice = |label, probability| Choice { label: Some(label), probability };
    let assignment = Assignment {
        choices: vec![choice(0, 0.75), choice(1, 0.5)],
        marginals: vec![0.75, 0.25, 0.0, 0.5, 0.5, 0.0],
        joint_probability: 0.5,
        bare: vec![0.0, 0.0],
        rule: peise::matcher::decode::Rule::Cover,
        exact: true,
    };
    let decision = peise::answer::Decision::new(assignment, vec![0, 1]);
    let answer = Answer::decided(&listing, &[None, None], &decision);
    Answered::new(listing, answer)
}

#[test]
fn every_output_appears_whole_and_names_the_answers() {
    for format in FORMATS.iter().filter(|format| format.create.is_some()) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::write(&out, "old").unwrap();
        let options = SinkOptions { out: out.clone(), bom: false };
        let mut sink = create(format, &options).unwrap();
        sink.write(&answered()).unwrap();
        assert_eq!(sink.path(), out);
        drop(sink);
        assert_eq!(fs::read_to_string(&out).unwrap(), "old", "{}: not committed", format.name);
        let mut sink = create(format, &options).unwrap();
        sink.write(&answered()).unwrap();
        sink.commit().unwrap();
        let written = fs::read(&out).unwrap();
        for part in ["543_0.jpg", "543_1.jpg", "黑色", "白色"] {
            let found = written.windows(part.len()).any(|bytes| bytes == part.as_bytes());
            assert!(found, "{}: {part} in {}", format.name, String::from_utf8_lossy(&written));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{}: nothing beside it", format.name);
        let nowhere = SinkOptions { out: folder.path().join("none/out"), bom: false };
        let message = describe(&create(format, &nowhere).err().unwrap());
        assert!(message.contains("none/out"), "{}: {message}", format.name);
    }
}
