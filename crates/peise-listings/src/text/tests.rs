use super::*;
use encoding_rs::{BIG5, EUC_KR, GB18030, SHIFT_JIS, WINDOWS_1252};
use peise::describe;

fn text(bytes: &[u8]) -> Result<Text, FormatError> {
    decode(Path::new("labels.txt"), bytes.to_vec(), "labels")
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn utf8_and_utf16_are_read_with_and_without_a_mark() {
    let written = "黑色\n白色\n";
    let marked = format!("\u{FEFF}{written}");
    let cases = [
        (written.as_bytes().to_vec(), false),
        (marked.as_bytes().to_vec(), false),
        (utf16(&marked, u16::to_le_bytes), false),
        (utf16(&marked, u16::to_be_bytes), false),
        (utf16(written, u16::to_le_bytes), true),
        (utf16(written, u16::to_be_bytes), true),
    ];
    for (bytes, guessed) in cases {
        let read = text(&bytes).unwrap();
        assert_eq!((read.text.as_str(), read.guess.is_some()), (written, guessed), "{bytes:x?}");
    }
}

#[test]
fn windows_encodings_are_told_apart_and_noted() {
    let cases: [(&Encoding, &[&str]); 5] = [
        (GB18030, &["黑色\n", "绛红\n米色\n", "杏色(付款后30天内发货)\n213#黑色", "id,photo,label\n1,a.jpg,黑色"]),
        (BIG5, &["黑色\n白色", "紅色\n藍色\n綠色\n", "黑色(現貨)\n白色(預購)"]),
        (SHIFT_JIS, &["ブラック\nホワイト\n", "レッド", "ネイビー\nベージュ\nグレー"]),
        (EUC_KR, &["블랙\n화이트\n", "검정\n", "네이비\n베이지"]),
        (WINDOWS_1252, &["Größe\nweiß\n", "marrón\nazul", "café", "bleu pétrole"]),
    ];
    for (encoding, written) in cases {
        for &label in written {
            let (bytes, _, unmappable) = encoding.encode(label);
            assert!(!unmappable);
            let read = text(&bytes).unwrap();
            assert_eq!(read.text, label, "{}", encoding.name());
            let note = read.guess.unwrap().note(Path::new("x/labels.txt"));
            assert_eq!(note.text, format!("labels.txt is not UTF-8; it was read as {}", encoding.name()), "{label}");
        }
    }
}

#[test]
fn damaged_utf8_is_not_taken_for_another_encoding() {
    let damaged: [(&[u8], usize, usize); 3] = [
        ("黑色\n白色\n\u{FF}".as_bytes(), 0, 0),
        (b"\xE9\xBB\x91\xE8\x89\xB2\n\xFF\n", 2, 7),
        (b"\xEF\xBB\xBF{\xFF", 1, 4),
    ];
    for (bytes, line, offset) in damaged {
        match line {
            0 => assert!(text(bytes).is_ok()),
            _ => {
                let message = describe(&text(bytes).unwrap_err());
                assert!(message.starts_with(&format!("labels.txt:{line}: byte {offset} is not UTF-8")), "{message}");
            }
        }
    }
}

#[test]
fn nothing_is_an_error_of_its_own() {
    for bytes in [&b""[..], b" \r\n", b"\xEF\xBB\xBF", b"\xFF\xFE"] {
        assert!(matches!(text(bytes), Err(FormatError::Empty { .. })));
    }
}

#[test]
fn size_is_checked_before_reading() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "12345").unwrap();
    assert_eq!(read_text_up_to(file.path(), "x", 5).unwrap().text, "12345");
    let error = read_text_up_to(file.path(), "x", 4).unwrap_err();
    assert!(matches!(error, FormatError::TooLarge { limit: 4, found: 5, .. }));
}

#[test]
fn a_stream_reads_what_the_whole_reads() {
    let long: String = (0..40_000).map(|k| format!("{k},黑色\n")).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    let (gb18030, ..) = GB18030.encode(&long);
    let marked = format!("\u{FEFF}{long}");
    for bytes in [long.as_bytes(), marked.as_bytes(), &gb18030, &utf16(&marked, u16::to_le_bytes)] {
        std::fs::write(file.path(), bytes).unwrap();
        let mut streamed = String::new();
        let found = TextFile::detect(file.path()).unwrap();
        found.open(file.path()).unwrap().read_to_string(&mut streamed).unwrap();
        assert_eq!(streamed.len(), long.len());
        assert!(streamed == long && found.guess.is_some() == (bytes == &*gb18030));
        assert!(read_text(file.path(), "x").unwrap().text == long);
    }
}
