//! TensorBoard event files, so that a run can be watched where its reader already looks.
//!
//! A file is a series of TFRecords, each of which holds one `tensorflow.Event`. Only what a scalar needs is encoded,
//! by hand: a protobuf crate with its generated code would weigh more than these few fields.
//!
//! # Source
//! `tensorflow/core/util/event.proto`, `tensorflow/core/framework/summary.proto` and, for the framing,
//! `tensorflow/core/lib/io/record_writer.h`. A scalar is a `simple_value` without metadata, as PyTorch's
//! `SummaryWriter` writes it; TensorBoard itself migrates it to its scalars plugin.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What the first record of every event file says.
const FILE_VERSION: &str = "brain.Event:2";

/// `tensorflow::crc32c::kMaskDelta`.
const MASK_DELTA: u32 = 0xa282_ead8;

/// Files of one folder and second that are told apart by a number, so that a run resumed at once overwrites nothing.
const SAME_SECOND: u32 = 100;

/// Appends scalars to one event file.
#[derive(Debug)]
pub struct EventWriter {
    out: BufWriter<File>,
}

impl EventWriter {
    /// Makes `folder` and in it a new file `events.out.tfevents.<created>.peise`.
    ///
    /// `created` is in seconds since 1970. A file of that name is left alone: the new one gets a number at its end.
    ///
    /// # Errors
    /// If the folder or the file cannot be made or written.
    pub fn create(folder: &Path, created: f64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut writer = Self { out: BufWriter::new(new_file(folder, created)?) };
        writer.record(&file_version(created))?;
        // An empty file looks damaged to who reads along.
        writer.flush()?;
        Ok(writer)
    }

    /// Appends one value; `wall_time` is in seconds since 1970.
    ///
    /// # Errors
    /// If the file cannot be written, or `step` does not fit the format's signed 64 bits (`InvalidInput`).
    pub fn scalar(&mut self, tag: &str, step: u64, value: f32, wall_time: f64) -> io::Result<()> {
        if i64::try_from(step).is_err() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "step exceeds the range of an event file"));
        }
        self.record(&scalar_event(tag, step, value, wall_time))
    }

    /// Hands everything appended so far to the operating system, so that TensorBoard can see it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// One TFRecord: length, its checksum, the data, its checksum; all little-endian.
    fn record(&mut self, data: &[u8]) -> io::Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        self.out.write_all(&length)?;
        self.out.write_all(&masked_checksum(&length).to_le_bytes())?;
        self.out.write_all(data)?;
        self.out.write_all(&masked_checksum(data).to_le_bytes())
    }
}

/// A file that did not exist before.
fn new_file(folder: &Path, created: f64) -> io::Result<File> {
    // The cast saturates: a clock before 1970 gives 0.
    let name = format!("events.out.tfevents.{:010}.peise", created as u64);
    let open = |name: &str| OpenOptions::new().write(true).create_new(true).open(folder.join(name));
    let mut opened = open(&name);
    for number in 1..SAME_SECOND {
        match &opened {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => opened = open(&format!("{name}.{number}")),
            _ => break,
        }
    }
    opened
}

/// CRC-32C, rotated and shifted as TFRecords want it: a checksum of data that holds checksums is a poor one.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(MASK_DELTA)
}

/// `Event { wall_time, file_version }`.
fn file_version(wall_time: f64) -> Vec<u8> {
    let mut event = Message::default();
    event.double(1, wall_time);
    event.bytes(3, FILE_VERSION.as_bytes());
    event.0
}

/// `Event { wall_time, step, summary: Summary { value: [Value { tag, simple_value }] } }`.
fn scalar_event(tag: &str, step: u64, value: f32, wall_time: f64) -> Vec<u8> {
    let mut entry = Message::default();
    entry.bytes(1, tag.as_bytes());
    entry.float(2, value);
    let mut summary = Message::default();
    summary.bytes(1, &entry.0);
    let mut event = Message::default();
    event.double(1, wall_time);
    event.integer(2, step);
    event.bytes(5, &summary.0);
    event.0
}

/// A protobuf message under construction; field numbers are below 16, so that a key is one byte.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn key(&mut self, field: u8, wire_type: u8) {
        self.0.push(field << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn integer(&mut self, field: u8, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    fn double(&mut self, field: u8, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u8, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn float(&mut self, field: u8, value: f32) {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a file apart; every checksum must hold.
    fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        while !bytes.is_empty() {
            let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
            assert_eq!(bytes[8..12], masked_checksum(&bytes[..8]).to_le_bytes());
            let data = &bytes[12..12 + length];
            assert_eq!(bytes[12 + length..16 + length], masked_checksum(data).to_le_bytes());
            records.push(data.to_vec());
            bytes = &bytes[16 + length..];
        }
        records
    }

    #[test]
    fn checksums_are_castagnoli_and_masked() {
        // RFC 3720, B.4, and the check value of the CRC catalogue; masked by hand as record_writer.h says.
        let cases: [(&[u8], u32, u32); 3] = [
            (&[0; 32], 0x8a91_36aa, 0x0fd7_fffa),
            (&[0xff; 32], 0x62a8_ab43, 0xf909_b029),
            (b"123456789", 0xe306_9283, 0xc78a_b0e5),
        ];
        for (data, checksum, masked) in cases {
            assert_eq!(crc32c::crc32c(data), checksum);
            assert_eq!(masked_checksum(data), masked);
        }
        // The first twelve bytes of every event file that TensorFlow writes: length 24 and its checksum.
        assert_eq!(masked_checksum(&24u64.to_le_bytes()).to_le_bytes(), [0xa3, 0x7f, 0x4b, 0x22]);
    }

    #[test]
    fn a_file_begins_with_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("runs/a");
        EventWriter::create(&deep, 1_700_000_000.75).unwrap();
        let bytes = fs::read(deep.join("events.out.tfevents.1700000000.peise")).unwrap();
        let expected = [&[0x09][..], &1_700_000_000.75f64.to_le_bytes(), b"\x1a\x0dbrain.Event:2"].concat();
        assert_eq!(records(&bytes), [expected]);
    }

    #[test]
    fn a_scalar_is_an_event_with_one_simple_value() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = EventWriter::create(folder.path(), 5.0).unwrap();
        writer.scalar("loss", 300, 0.5, 2.0).unwrap();
        writer.flush().unwrap();
        let bytes = fs::read(folder.path().join("events.out.tfevents.0000000005.peise")).unwrap();
        let time = 2.0f64.to_le_bytes();
        let expected = [&[0x09][..], &time, b"\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f"].concat();
        assert_eq!(records(&bytes)[1..], [expected]);
    }

    #[test]
    fn a_second_file_of_the_same_second_spares_the_first() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            EventWriter::create(folder.path(), 1e9).unwrap().scalar("loss", 1, 1.0, 1e9).unwrap();
        }
        for end in ["", ".1", ".2"] {
            let bytes = fs::read(folder.path().join(format!("events.out.tfevents.1000000000.peise{end}"))).unwrap();
            assert_eq!(records(&bytes).len(), 2, "what is dropped is written");
        }
    }

    #[test]
    fn steps_beyond_the_format_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = EventWriter::create(folder.path(), 0.0).unwrap();
        assert!(writer.scalar("loss", i64::MAX as u64, 1.0, 0.0).is_ok());
        let error = writer.scalar("loss", i64::MAX as u64 + 1, 1.0, 0.0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
