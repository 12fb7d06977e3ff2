//! Receives one file, goes on where an earlier attempt broke off, and calls it whole only when it is.

use super::cache::Part;
use super::fetch::Asked;
use super::{HubError, MakeBar};
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, Read, Seek, SeekFrom, Write};

const CHUNK: usize = 1 << 16;

/// What is known of a file beforehand.
pub struct Expected {
    /// Its SHA-256, where the hub names it so.
    pub sha256: Option<String>,
    /// Its size.
    pub total: Option<u64>,
    /// The most bytes that are accepted.
    pub limit: u64,
}

/// A file that is being received.
pub struct Download<'a> {
    asked: &'a Asked,
    part: Part,
    expected: Expected,
    sum: Sha256,
    received: u64,
}

impl<'a> Download<'a> {
    /// Goes on from what the part holds, if what comes out can be checked: without a SHA-256 nobody would notice a
    /// beginning that belongs to something else.
    ///
    /// # Errors
    /// If the part cannot be read.
    pub fn new(asked: &'a Asked, mut part: Part, expected: Expected) -> Result<Self, HubError> {
        let (mut sum, mut received) = (Sha256::new(), 0);
        if expected.sha256.is_some() {
            received = io::copy(&mut part.file, &mut sum).map_err(HubError::write(&part.path))?;
        }
        Ok(Self { asked, part, expected, sum, received })
    }

    /// Bytes that are here.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Forgets what is here.
    ///
    /// # Errors
    /// If the part cannot be written.
    pub fn start_over(&mut self) -> Result<(), HubError> {
        (self.sum, self.received) = (Sha256::new(), 0);
        let emptied = self.part.file.set_len(0).and_then(|()| self.part.file.seek(SeekFrom::Start(0)));
        emptied.map(drop).map_err(HubError::write(&self.part.path))
    }

    /// Receives the rest and makes the part a blob.
    ///
    /// # Errors
    /// If the file is not whole, too large or damaged, or cannot be written. What arrived is kept only if a next
    /// attempt can go on from it.
    pub fn receive(mut self, body: impl Read, make_bar: MakeBar) -> Result<(), HubError> {
        let bar = make_bar(&self.asked.file, self.expected.total);
        bar.set_position(self.received);
        // What was here already says nothing about the speed.
        bar.reset_eta();
        bar.tick();
        let result = self.copy(body, &bar).and_then(|()| self.check());
        bar.finish_and_clear();
        match result {
            Ok(()) => self.part.finish(),
            Err(error @ HubError::Interrupted { .. }) if self.expected.sha256.is_some() => Err(error),
            Err(error) => {
                self.part.discard();
                Err(error)
            }
        }
    }

    fn copy(&mut self, mut body: impl Read, bar: &ProgressBar) -> Result<(), HubError> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match body.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.interrupted(Some(error))),
            };
            self.received += read as u64;
            self.asked.check_size(self.received, self.expected.limit)?;
            self.sum.update(&chunk[..read]);
            self.part.file.write_all(&chunk[..read]).map_err(HubError::write(&self.part.path))?;
            bar.inc(read as u64);
        }
    }

    fn check(&mut self) -> Result<(), HubError> {
        if self.expected.total.is_some_and(|total| total != self.received) {
            return Err(self.interrupted(None));
        }
        let found = hex(&self.sum.finalize_reset());
        match &self.expected.sha256 {
            Some(expected) if *expected != found => Err(self.asked.damaged(expected.clone(), found)),
            _ => Ok(()),
        }
    }

    fn interrupted(&self, source: Option<io::Error>) -> HubError {
        self.asked.interrupted(self.received, self.expected.total, source)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
