//! The markers of a JPEG: its size, its colour profile, and whether it is whole.
//!
//! # Source
//! ITU-T T.81, annex B: markers are FF and a byte other than 00 and FF; RSTn, SOI, EOI and TEM stand alone, all others
//! are followed by their length. ICC.1:2022, annex B.4: a profile is cut into APP2 segments.

use std::borrow::Cow;

const TEM: u8 = 0x01;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP2: u8 = 0xE2;

/// Bytes put in place of missing picture data, to see whether any is missing; neither begins a marker.
const TAILS: [u8; 2] = [0x00, 0xB4];

/// What the markers say.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    /// `(width, height)` in pixels, as the first frame header states them.
    pub size: Option<(u32, u32)>,
    /// Colour components: 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK.
    pub components: Vec<Component>,
    /// Whether the picture comes in several passes, so that a decoder keeps all coefficients.
    pub progressive: bool,
    /// Scans that begin.
    pub scans: u32,
    /// Whether the end mark follows a scan.
    pub ends: bool,
    /// Pieces of the colour profile: number from 1, how many there are, bytes.
    profile: Vec<(u8, u8, &'a [u8])>,
}

/// A colour component of the frame.
#[derive(Debug)]
pub(super) struct Component {
    id: u8,
    /// The lowest bit of each coefficient that was announced so far, plus one; 0 = none.
    sent: [u8; 64],
}

impl<'a> Header<'a> {
    /// Walks the markers to the end mark, or to where the file ends.
    pub fn of(bytes: &'a [u8]) -> Self {
        let (mut header, mut at) = (Self::default(), 2);
        while let Some(marker) = next_marker(bytes, &mut at) {
            if marker == EOI {
                header.ends = header.scans > 0;
                break;
            }
            if matches!(marker, TEM | 0xD0..=0xD8) {
                continue;
            }
            let length = bytes.get(at..at + 2).map_or(2, |length| usize::from(u16_be(length)).max(2));
            let segment = bytes.get(at + 2..(at + length).min(bytes.len())).unwrap_or_default();
            match marker {
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if header.size.is_none() => {
                    header.read_frame(segment);
                    header.progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
                }
                APP2 => {
                    if let Some([number, of, piece @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                        header.profile.push((*number, *of, piece));
                    }
                }
                SOS => {
                    header.scans += 1;
                    header.read_scan(segment);
                }
                _ => {}
            }
            at += length;
        }
        header
    }

    fn read_frame(&mut self, segment: &[u8]) {
        let Some(([_, size @ .., count], rest)) = segment.split_first_chunk::<6>() else { return };
        self.size = Some((u16_be(&size[2..]).into(), u16_be(&size[..2]).into()));
        let told = rest.as_chunks::<3>().0.iter().take(usize::from(*count));
        self.components = told.map(|told| Component { id: told[0], sent: [0; 64] }).collect();
    }

    /// Notes which bits of which coefficients a progressive scan brings.
    fn read_scan(&mut self, segment: &[u8]) {
        let Some((&count, rest)) = segment.split_first() else { return };
        let Some((parts, [from, to, bits, ..])) = rest.split_at_checked(2 * usize::from(count)) else { return };
        for part in parts.as_chunks::<2>().0 {
            let Some(component) = self.components.iter_mut().find(|component| component.id == part[0]) else {
                continue;
            };
            for sent in component.sent.iter_mut().take(usize::from(*to) + 1).skip(usize::from(*from)) {
                *sent = (bits & 15) + 1;
            }
        }
    }

    /// The colour profile; `None` where there is none, an empty one where pieces of it are missing.
    pub fn profile(&self) -> Option<Cow<'a, [u8]>> {
        if let [(1, 1, whole)] = self.profile.as_slice() {
            return Some(Cow::Borrowed(whole));
        }
        let count = self.profile.len();
        let mut pieces = self.profile.clone();
        pieces.sort_by_key(|piece| piece.0);
        let whole = pieces.iter().zip(1..).all(|(&(number, of, _), place)| number == place && usize::from(of) == count);
        let pieces = pieces.iter().filter(|_| whole).flat_map(|(_, _, bytes)| *bytes);
        (count > 0).then(|| Cow::Owned(pieces.copied().collect()))
    }

    /// Whether every coefficient of every component was announced down to its last bit.
    fn announces_all(&self) -> bool {
        !self.progressive || self.components.iter().all(|component| component.sent.iter().all(|&sent| sent == 1))
    }
}

/// The file with an end mark, where nothing but the end mark is missing: cameras, converters and broken downloads leave
/// JPEGs whose picture is all there, and viewers show them.
///
/// Whether picture data is missing is seen by putting different bytes in its place: a decoder that has all it needs does
/// not read them, and gives the same pixels. So this decodes twice.
pub(super) fn with_end<P: PartialEq>(bytes: &[u8], decode: impl Fn(&[u8]) -> Option<P>) -> Option<Vec<u8>> {
    let header = Header::of(bytes);
    if header.ends || header.scans == 0 || !header.announces_all() {
        return None;
    }
    // A last FF is half of the end mark.
    let data = bytes.strip_suffix(&[0xFF]).unwrap_or(bytes);
    let with = |tail: &[u8]| [data, tail, &[0xFF, EOI]].concat();
    let [zeros, others] = TAILS.map(|byte| decode(&with(&[byte; 1024])));
    (zeros.is_some() && zeros == others).then(|| with(&[]))
}

/// Moves `at` past the next marker and returns the marker's second byte.
pub(super) fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        *at += bytes.get(*at..)?.iter().position(|&byte| byte == 0xFF)? + 1;
        let marker = *bytes.get(*at)?;
        if marker == 0xFF {
            continue; // fill byte: the next FF may begin the marker
        }
        *at += 1;
        if marker != 0x00 {
            return Some(marker);
        }
    }
}

pub(super) fn u16_be(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u16::from(byte))
}
