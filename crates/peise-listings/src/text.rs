//! Text files as they come from sellers' computers.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::FormatError;

/// The largest file that is read into memory as a whole: 1 GiB, some 70 times the course's `train_all.json`.
pub const MAX_TEXT_BYTES: u64 = 1 << 30;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a whole UTF-8 file, without its byte order mark.
pub(crate) fn read_text(path: &Path, expected: &'static str) -> Result<String, FormatError> {
    read_text_up_to(path, expected, MAX_TEXT_BYTES)
}

fn read_text_up_to(path: &Path, expected: &'static str, limit: u64) -> Result<String, FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), action: "read", source };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    if size <= limit {
        // A pipe states no size, and a file may grow meanwhile.
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    let found = size.max(bytes.len() as u64);
    if found > limit {
        return Err(FormatError::TooLarge { path: path.to_owned(), limit, found });
    }
    decode(path, bytes, expected)
}

fn decode(path: &Path, bytes: Vec<u8>, expected: &'static str) -> Result<String, FormatError> {
    if bytes.iter().all(u8::is_ascii_whitespace) || bytes == BYTE_ORDER_MARK {
        return Err(FormatError::Empty { path: path.to_owned(), expected });
    }
    let foreign = |bytes: &[u8], offset: usize, encoding| FormatError::Encoding {
        path: path.to_owned(),
        line: 1 + bytes[..offset].iter().filter(|&&byte| byte == b'\n').count(),
        offset,
        encoding,
    };
    // UTF-16 shows by its mark, or by the zero half of a leading bracket or quote.
    match bytes[..] {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(foreign(&bytes, 0, "UTF-16")),
        [0, byte, ..] if byte != 0 => return Err(foreign(&bytes, 0, "UTF-16BE")),
        [byte, 0, ..] if byte != 0 => return Err(foreign(&bytes, 1, "UTF-16LE")),
        _ => {}
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        foreign(error.as_bytes(), offset, "GB18030")
    })?;
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::describe;

    fn text(bytes: &[u8]) -> Result<String, FormatError> {
        decode(Path::new("labels.txt"), bytes.to_vec(), "labels")
    }

    #[test]
    fn utf8_is_read_with_and_without_a_mark() {
        assert_eq!(text("黑色\n".as_bytes()).unwrap(), "黑色\n");
        assert_eq!(text("\u{FEFF}黑色".as_bytes()).unwrap(), "黑色");
    }

    #[test]
    fn other_encodings_are_named_with_offset_and_way_out() {
        let cases: [(&[u8], usize, usize, &str); 5] = [
            (b"ab\n\xBA\xDA\xC9\xAB", 2, 3, "GB18030"),
            (b"\xEF\xBB\xBF{\xFF", 1, 4, "GB18030"),
            (b"\xFF\xFE{\0", 1, 0, "UTF-16"),
            (b"{\0\"\0", 1, 1, "UTF-16LE"),
            (b"\0{\0\"", 1, 0, "UTF-16BE"),
        ];
        for (bytes, line, offset, encoding) in cases {
            let message = describe(&text(bytes).unwrap_err());
            assert!(message.starts_with(&format!("labels.txt:{line}: byte {offset} ")), "{message}");
            assert!(message.contains(&format!("iconv -f {encoding} -t UTF-8")), "{message}");
        }
    }

    #[test]
    fn nothing_is_an_error_of_its_own() {
        for bytes in [&b""[..], b" \r\n", BYTE_ORDER_MARK] {
            assert!(matches!(text(bytes), Err(FormatError::Empty { .. })));
        }
    }

    #[test]
    fn size_is_checked_before_reading() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "12345").unwrap();
        assert_eq!(read_text_up_to(file.path(), "x", 5).unwrap(), "12345");
        let error = read_text_up_to(file.path(), "x", 4).unwrap_err();
        assert!(matches!(error, FormatError::TooLarge { limit: 4, found: 5, .. }));
    }
}
