//! What the files of a listing's folder are.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{LABELS, natural_order};
use crate::FormatError;
use crate::course::PROFILE;

/// Endings of files that are taken for pictures whatever they hold: a damaged one is to be named, not left out.
const PICTURES: [&str; 16] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif", "jxl", "svg",
    "psd",
];
/// Endings of files that people keep beside photos.
const TEXTS: [&str; 4] = ["txt", "csv", "json", "md"];

/// The files of a folder, in natural order.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Photos, or what its name or content says is a picture.
    pub photos: Vec<String>,
    /// Such whose names are not UTF-8.
    pub unnamed: Vec<PathBuf>,
    /// Files of another kind that stand beside them.
    pub others: Vec<String>,
}

impl Files {
    /// Lists a folder, links followed.
    pub fn of(folder: &Path) -> Result<Self, FormatError> {
        let failed = |source| FormatError::Io { path: folder.to_owned(), action: "list the folder", source };
        let mut files = Self::default();
        for found in fs::read_dir(folder).map_err(failed)? {
            let path = found.map_err(failed)?.path();
            let Some(name) = path.file_name() else { continue };
            let shown = name.to_string_lossy();
            if is_bookkeeping(&shown) || path.is_dir() {
                continue;
            }
            match name.to_str() {
                _ if !is_picture(&path) => files.others.push(shown.into_owned()),
                Some(name) => files.photos.push(name.to_owned()),
                None => files.unnamed.push(path),
            }
        }
        files.photos.sort_unstable_by(|a, b| natural_order(a, b));
        files.others.sort_unstable_by(|a, b| natural_order(a, b));
        files.unnamed.sort_unstable();
        Ok(files)
    }
}

/// Files that nobody takes for photos: hidden ones (`._photo.jpg` is what macOS leaves beside `photo.jpg` on foreign
/// disks), text, and what Windows writes into folders.
fn is_bookkeeping(name: &str) -> bool {
    let has_ending = |ending: &str| TEXTS.iter().any(|text| ending.eq_ignore_ascii_case(text));
    name.starts_with('.')
        || name == PROFILE
        || name == LABELS
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
        || name.rsplit_once('.').is_some_and(|(_, ending)| has_ending(ending))
}

/// Whether a file is a picture by its name or else by its first bytes.
fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    if ending.is_some_and(|ending| PICTURES.contains(&ending.as_str())) {
        return true;
    }
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(64).read_to_end(&mut head)) {
        Ok(_) => begins_as_picture(&head),
        // Whoever reads it says why it cannot be read.
        Err(_) => true,
    }
}

/// Whether bytes begin as a picture of any known kind does.
fn begins_as_picture(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 11] = [
        b"\xFF\xD8\xFF",
        b"\x89PNG",
        b"GIF8",
        b"BM",
        b"II*\0",
        b"MM\0*",
        b"8BPS",
        b"\xFF\x0A",
        b"\0\0\0\x0CJXL ",
        b"\0\0\x01\0",
        b"<svg",
    ];
    let boxed = head.get(4..8) == Some(b"ftyp")
        && [&b"avif"[..], b"avis", b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"]
            .iter()
            .any(|brand| head.get(8..12) == Some(brand));
    let webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    boxed || webp || STARTS.iter().any(|start| head.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_photo_or_named_and_bookkeeping_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files: [(&str, &[u8]); 18] = [
            ("10.jpg", b""),
            ("9.JPEG", b"no picture"),
            ("a.avif", b""),
            ("b.heic", b""),
            ("c.gif", b"GIF89a"),
            ("d.jfif", b"\xFF\xD8\xFF"),
            ("e.jpg?v=2", b"\xFF\xD8\xFF"),
            ("f", b"\x89PNG\r\n"),
            ("g.bin", b"\0\0\0\x18ftypheic"),
            ("h.dat", b"RIFF\0\0\0\0WEBP"),
            ("notes.docx", b"PK\x03\x04"),
            ("video.mp4", b"\0\0\0\x18ftypisom"),
            (".hidden.jpg", b"\xFF\xD8\xFF"),
            ("._9.jpg", b""),
            ("labels.txt", b"x"),
            ("Labels.CSV", b"x"),
            ("Thumbs.db", b"x"),
            ("readme.md", b"x"),
        ];
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        fs::create_dir(folder.path().join("folder.jpg")).unwrap();
        let found = Files::of(folder.path()).unwrap();
        let photos = ["9.JPEG", "10.jpg", "a.avif", "b.heic", "c.gif", "d.jfif", "e.jpg?v=2", "f", "g.bin", "h.dat"];
        assert_eq!(found.photos, photos);
        assert_eq!(found.others, ["notes.docx", "video.mp4"]);
    }
}
