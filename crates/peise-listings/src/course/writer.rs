//! From listings to JSON, one at a time.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{BrokenListing, Listing, ListingImage};
use crate::ListingError;
use crate::json::{Node, write_python};

/// Writes a merged file listing by listing, so that it need not fit into memory.
#[derive(Debug)]
pub struct MergedWriter<W: Write> {
    writer: W,
    empty: bool,
}

impl<W: Write> MergedWriter<W> {
    /// Wraps a writer; buffer it if single writes are costly.
    pub fn new(writer: W) -> Self {
        Self { writer, empty: true }
    }

    /// Appends one listing. The caller sees to it that each id comes once.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write(&mut self, listing: &Listing) -> io::Result<()> {
        self.key(&listing.id)?;
        write_profile(&mut self.writer, listing)
    }

    /// Appends a listing that could not be used, as it was read, every answer null.
    ///
    /// A repeated id is left out, since readers would take it for the first; a listing whose profile could not be read
    /// is written without labels and photos.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write_broken(&mut self, broken: &BrokenListing) -> io::Result<()> {
        match (&broken.error, &broken.original) {
            (ListingError::DuplicateId { .. }, _) => Ok(()),
            (error, Some(original)) => {
                self.key(error.id())?;
                write_python(&mut self.writer, &unanswered(original))
            }
            (error, None) => self.write(&Listing { id: error.id().to_owned(), labels: Vec::new(), ..Listing::default() }),
        }
    }

    /// Closes the object and returns the writer.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(if self.empty { b"{}" } else { b"}" })?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn key(&mut self, id: &str) -> io::Result<()> {
        self.writer.write_all(if self.empty { b"{" } else { b", " })?;
        self.empty = false;
        write_python(&mut self.writer, id)?;
        self.writer.write_all(b": ")
    }
}

pub(super) fn write_profile(writer: impl Write, listing: &Listing) -> io::Result<()> {
    write_python(writer, &Profile(listing))
}

struct Profile<'a>(&'a Listing);

impl Serialize for Profile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("optional_tags", &self.0.labels)?;
        map.serialize_entry("imgs_tags", &Images(&self.0.images))?;
        map.end()
    }
}

struct Images<'a>(&'a [ListingImage]);

impl Serialize for Images<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Answer))
    }
}

struct Answer<'a>(&'a ListingImage);

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(&self.0.file, &self.0.label)])
    }
}

fn unanswered(profile: &Node) -> Node {
    let mut profile = profile.clone();
    let Node::Object(pairs) = &mut profile else {
        return profile;
    };
    for (key, value) in pairs {
        let ("imgs_tags", Node::List(images)) = (key.as_str(), value) else {
            continue;
        };
        for image in images {
            if let Node::Object(answers) = image {
                answers.iter_mut().for_each(|(_, label)| *label = Node::Null);
            }
        }
    }
    profile
}
