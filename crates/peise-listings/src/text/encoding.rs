//! Which encoding a file has.

use std::io::{self, Read};
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use peise::colour::mentions;
use peise::{Note, NoteCode};

use crate::FormatError;

/// What is looked at to guess an encoding.
const SAMPLE: usize = 1 << 20;
/// What of it is searched for colour words.
const WORDS: usize = 1 << 14;
/// Bytes beyond ASCII that are valid UTF-8 by accident only in rare cases: two Chinese characters.
const UTF8_FOR_SURE: usize = 6;
/// Encodings that Windows has where clothes are sold, in the order in which equal evidence is settled.
const CANDIDATES: [&Encoding; 5] = [GB18030, BIG5, SHIFT_JIS, EUC_KR, WINDOWS_1252];

/// An encoding that was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guess(&'static Encoding);

impl Guess {
    /// The remark for the answers.
    pub fn note(self, path: &Path) -> Note {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let text = format!("{name} is not UTF-8; it was read as {}", self.0.name());
        Note { code: NoteCode::EncodingGuessed, labels: Vec::new(), images: Vec::new(), text }
    }
}

/// A file's encoding.
#[derive(Debug)]
pub(super) struct Detected {
    pub encoding: &'static Encoding,
    pub guess: Option<Guess>,
}

/// Why an encoding cannot be told.
#[derive(Debug)]
pub(super) enum DetectError {
    Read(io::Error),
    /// UTF-8 with a byte that is none, at this line (from 1) and offset (from 0).
    Damaged {
        line: usize,
        offset: usize,
    },
}

impl DetectError {
    pub fn at(self, path: &Path) -> FormatError {
        match self {
            Self::Read(source) => FormatError::Io { path: path.to_owned(), action: "read", source },
            Self::Damaged { line, offset } => FormatError::Encoding { path: path.to_owned(), line, offset },
        }
    }
}

/// The error for a text that is not UTF-8 from `offset` on.
pub(super) fn damaged(path: &Path, bytes: &[u8], offset: usize) -> FormatError {
    let line = 1 + bytes[..offset].iter().filter(|&&byte| byte == b'\n').count();
    FormatError::Encoding { path: path.to_owned(), line, offset }
}

/// Tells the encoding of a text, which is read to its end; at most a sample of it is kept.
pub(super) fn detect(mut reader: impl Read) -> Result<Detected, DetectError> {
    let (mut sample, mut utf8, mut buffer) = (Vec::new(), Utf8::default(), vec![0; 1 << 16]);
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(DetectError::Read(error)),
        };
        if read == 0 {
            break;
        }
        let room = SAMPLE - sample.len().min(SAMPLE);
        sample.extend_from_slice(&buffer[..read.min(room)]);
        utf8.push(&buffer[..read]);
        if utf8.is_broken() && sample.len() >= SAMPLE {
            break;
        }
    }
    utf8.end();
    if let Some((encoding, _)) = Encoding::for_bom(&sample)
        && encoding != UTF_8
    {
        return Ok(Detected { encoding, guess: None });
    }
    let marked = Encoding::for_bom(&sample).is_some();
    // A zero byte in UTF-8 is odd, but no reason to take the text for another.
    let is_utf8 = utf8.broken.is_none() && utf8.beyond_ascii > 0;
    if let Some(encoding) = utf16(&sample).filter(|_| !is_utf8) {
        return Ok(Detected { encoding, guess: Some(Guess(encoding)) });
    }
    let Some((line, offset)) = utf8.broken else { return Ok(Detected { encoding: UTF_8, guess: None }) };
    if marked || utf8.beyond_ascii >= UTF8_FOR_SURE {
        return Err(DetectError::Damaged { line, offset });
    }
    let encoding = guess(&sample);
    Ok(Detected { encoding, guess: Some(Guess(encoding)) })
}

/// UTF-16 shows by its zero bytes: no other text has any.
fn utf16(sample: &[u8]) -> Option<&'static Encoding> {
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => None,
        (even, odd) if even > odd => Some(UTF_16BE),
        _ => Some(UTF_16LE),
    }
}

/// The encoding that the detector takes it for; or, since labels are short, one in which most lines name a colour where
/// none does in the detector's.
fn guess(sample: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let first = detector.guess(None, Utf8Detection::Deny);
    // What the detector calls GBK is decoded alike, and GB18030 holds more.
    let first = if first == encoding_rs::GBK { GB18030 } else { first };
    if share_of_colours(first, sample) > 0.0 {
        return first;
    }
    CANDIDATES.into_iter().find(|encoding| share_of_colours(encoding, sample) > 0.5).unwrap_or(first)
}

/// The share of lines that name a colour, of those that are more than ASCII; 0 where the sample is not of this encoding.
fn share_of_colours(encoding: &'static Encoding, sample: &[u8]) -> f32 {
    let start = &sample[..sample.len().min(WORDS)];
    let (text, malformed) = encoding.decode_without_bom_handling(start);
    // The end of the start may lie within a character.
    if malformed && start.len() == sample.len() {
        return 0.0;
    }
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.is_ascii()).collect();
    let coloured = lines.iter().filter(|line| !mentions(line).is_empty()).count();
    coloured as f32 / lines.len().max(1) as f32
}

/// Checks pieces of a text for being UTF-8.
#[derive(Debug, Default)]
struct Utf8 {
    /// Bytes of a character that the last piece began.
    rest: Vec<u8>,
    line: usize,
    offset: usize,
    /// Valid bytes beyond ASCII before the first that is not valid.
    beyond_ascii: usize,
    broken: Option<(usize, usize)>,
}

impl Utf8 {
    fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    fn push(&mut self, piece: &[u8]) {
        if self.is_broken() {
            return;
        }
        let mut joined = std::mem::take(&mut self.rest);
        joined.extend_from_slice(piece);
        let (valid, complete) = match std::str::from_utf8(&joined) {
            Ok(_) => (joined.len(), true),
            Err(error) => (error.valid_up_to(), error.error_len().is_none()),
        };
        self.line += joined[..valid].iter().filter(|&&byte| byte == b'\n').count();
        self.offset += valid;
        self.beyond_ascii += joined[..valid].iter().filter(|byte| !byte.is_ascii()).count();
        self.rest = joined.split_off(valid);
        if !complete {
            self.broken = Some((self.line + 1, self.offset));
        }
    }

    fn end(&mut self) {
        if !self.rest.is_empty() && !self.is_broken() {
            self.broken = Some((self.line + 1, self.offset));
        }
    }
}
