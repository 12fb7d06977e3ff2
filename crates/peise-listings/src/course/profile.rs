//! From JSON to listings, one at a time.

use std::collections::HashSet;
use std::fmt;
use std::io;

use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Entry, Listing, ListingImage};
use crate::ListingError;
use crate::json::Node;
use crate::name::plain_name;

pub(super) const EXPECTED_MERGED: &str =
    r#"an object of listings, {"ID": {"optional_tags": ["LABEL"], "imgs_tags": [{"FILE": null}]}}"#;
pub(super) const EXPECTED_PROFILE: &str = r#"one listing, {"optional_tags": ["LABEL"], "imgs_tags": [{"FILE": null}]}"#;

/// A listing that cannot be used.
#[derive(Debug)]
pub struct BrokenListing {
    /// What is wrong with it.
    pub error: ListingError,
    /// The listing as it was read, so that it keeps its place in the output; `None` where nothing could be read.
    pub(super) original: Option<Box<Node>>,
}

impl BrokenListing {
    /// Identifier of the listing.
    pub fn id(&self) -> &str {
        self.error.id()
    }
}

// Transparent: the listing adds nothing to what its error says.
impl fmt::Display for BrokenListing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for BrokenListing {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

pub(super) fn parse_merged(text: &str) -> serde_json::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    visit(&mut serde_json::Deserializer::from_str(text), &mut |entry| {
        entries.push(entry);
        true
    })?;
    Ok(entries)
}

/// Hands each entry to `take` as it is parsed, until that answers `false`.
pub(super) fn stream_merged(reader: impl io::Read, take: &mut dyn FnMut(Entry) -> bool) -> serde_json::Result<()> {
    visit(&mut serde_json::Deserializer::from_reader(reader), take)
}

fn visit<'de, R: serde_json::de::Read<'de>>(
    deserializer: &mut serde_json::Deserializer<R>,
    take: &mut dyn FnMut(Entry) -> bool,
) -> serde_json::Result<()> {
    let mut stopped = false;
    let read = deserializer.deserialize_map(MergedVisitor { take, stopped: &mut stopped });
    if stopped { Ok(()) } else { read.and_then(|()| deserializer.end()) }
}

/// Turns each listing into its domain type before the next is parsed, so that only one exists as a tree.
struct MergedVisitor<'a> {
    take: &'a mut dyn FnMut(Entry) -> bool,
    stopped: &'a mut bool,
}

impl<'de> Visitor<'de> for MergedVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of listings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some((id, node)) = access.next_entry::<String, Node>()? {
            let entry = if seen.insert(id.clone()) {
                parse_entry(&id, node)
            } else {
                Err(BrokenListing { error: ListingError::DuplicateId { id }, original: None })
            };
            if !(self.take)(entry) {
                *self.stopped = true;
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

fn parse_entry(id: &str, node: Node) -> Entry {
    parse_profile(id, &node).map_err(|error| BrokenListing { error, original: Some(Box::new(node)) })
}

pub(super) fn parse_profile(id: &str, node: &Node) -> Result<Listing, ListingError> {
    plain_name("id", id).map_err(|source| ListingError::Name { id: id.to_owned(), source })?;
    let profile = Place { id, key: "profile" };
    let Node::Object(pairs) = node else {
        return Err(profile.shape("an object of optional_tags and imgs_tags", node));
    };
    let labels = list(id, pairs, "optional_tags")?
        .iter()
        .enumerate()
        .map(|(index, node)| match node {
            Node::Text(label) => Ok(label.clone()),
            other => Err(Place { id, key: &format!("optional_tags[{index}]") }.shape("a label as text", other)),
        })
        .collect::<Result<_, _>>()?;
    let images = list(id, pairs, "imgs_tags")?
        .iter()
        .enumerate()
        .map(|(index, node)| parse_image(Place { id, key: &format!("imgs_tags[{index}]") }, node))
        .collect::<Result<_, _>>()?;
    let mut listing = Listing { id: id.to_owned(), labels, images, ..Listing::default() };
    if pairs.iter().any(|(key, _)| key == "shows_none") {
        let file = |(index, node): (usize, &Node)| match node {
            Node::Text(file) => Ok(file.clone()),
            other => Err(Place { id, key: &format!("shows_none[{index}]") }.shape("a file name", other)),
        };
        listing.shows_none = list(id, pairs, "shows_none")?.iter().enumerate().map(file).collect::<Result<_, _>>()?;
    }
    Ok(listing)
}

fn parse_image(place: Place<'_>, node: &Node) -> Result<ListingImage, ListingError> {
    let Node::Object(pairs) = node else {
        return Err(place.shape(r#"{"FILE": "LABEL" or null}"#, node));
    };
    let [(file, label)] = &pairs[..] else {
        return Err(place.shape(r#"one file name per entry, {"FILE": "LABEL" or null}"#, node));
    };
    let label = match label {
        Node::Null => None,
        Node::Text(label) => Some(label.clone()),
        other => return Err(place.shape("a label as text, or null", other)),
    };
    Ok(ListingImage { file: file.clone(), label })
}

fn list<'a>(id: &str, pairs: &'a [(String, Node)], key: &'static str) -> Result<&'a [Node], ListingError> {
    let mut found = pairs.iter().filter(|(name, _)| name == key);
    let (_, node) = found.next().ok_or_else(|| ListingError::MissingKey { id: id.to_owned(), key })?;
    if found.next().is_some() {
        return Err(ListingError::DuplicateKey { id: id.to_owned(), key: key.to_owned() });
    }
    match node {
        Node::List(values) => Ok(values),
        other => Err(Place { id, key }.shape("a list", other)),
    }
}

/// Where in a listing something was expected.
#[derive(Clone, Copy)]
struct Place<'a> {
    id: &'a str,
    key: &'a str,
}

impl Place<'_> {
    fn shape(self, expected: &'static str, found: &Node) -> ListingError {
        ListingError::Shape { id: self.id.to_owned(), key: self.key.to_owned(), expected, found: found.describe() }
    }
}
