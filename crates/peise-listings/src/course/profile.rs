//! From JSON to listings, one at a time.

use std::fmt;
use std::io;

use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Entry, Listing, ListingImage};
use crate::hex::parse_hex;
use crate::ids::Ids;
use crate::json::Node;
use crate::name::plain_name;
use crate::{BrokenListing, ListingError};

pub(super) const EXPECTED_MERGED: &str =
    r#"an object of listings, {"ID": {"optional_tags": ["LABEL"], "imgs_tags": [{"FILE": null}]}}"#;
pub(super) const EXPECTED_PROFILE: &str = r#"one listing, {"optional_tags": ["LABEL"], "imgs_tags": [{"FILE": null}]}"#;

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
        let mut ids = Ids::default();
        while let Some((id, node)) = access.next_entry::<String, Node>()? {
            let entry = if ids.insert(&id) {
                parse_entry(&id, node)
            } else {
                Err(BrokenListing::new(ListingError::DuplicateId { id }))
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
    Ok(Listing {
        id: id.to_owned(),
        labels,
        images,
        title: title(id, pairs)?,
        colours: colours(id, pairs)?,
        shows_none: shows_none(id, pairs)?,
    })
}

fn title(id: &str, pairs: &[(String, Node)]) -> Result<Option<String>, ListingError> {
    match find(id, pairs, "title")? {
        None | Some(Node::Null) => Ok(None),
        Some(Node::Text(title)) => Ok(Some(title.clone())),
        Some(other) => Err(Place { id, key: "title" }.shape("a text", other)),
    }
}

fn colours(id: &str, pairs: &[(String, Node)]) -> Result<Vec<(String, [u8; 3])>, ListingError> {
    let place = Place { id, key: "colours" };
    let colours = match find(id, pairs, "colours")? {
        None | Some(Node::Null) => return Ok(Vec::new()),
        Some(Node::Object(colours)) => colours,
        Some(other) => return Err(place.shape(r##"an object, {"LABEL": "#rrggbb"}"##, other)),
    };
    let colour = |(label, node): &(String, Node)| match node {
        Node::Text(text) if let Some(colour) = parse_hex(text) => Ok((label.clone(), colour)),
        other => Err(place.shape("colours as #rrggbb", other)),
    };
    colours.iter().map(colour).collect()
}

fn shows_none(id: &str, pairs: &[(String, Node)]) -> Result<Vec<String>, ListingError> {
    if find(id, pairs, "shows_none")?.is_none() {
        return Ok(Vec::new());
    }
    let file = |node: &Node| match node {
        Node::Text(file) => Ok(file.clone()),
        other => Err(Place { id, key: "shows_none" }.shape("file names", other)),
    };
    list(id, pairs, "shows_none")?.iter().map(file).collect()
}

fn find<'a>(id: &str, pairs: &'a [(String, Node)], key: &'static str) -> Result<Option<&'a Node>, ListingError> {
    let mut found = pairs.iter().filter(|(name, _)| name == key).map(|(_, node)| node);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(ListingError::DuplicateKey { id: id.to_owned(), key: key.to_owned() }),
        (first, None) => Ok(first),
    }
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
    let node = find(id, pairs, key)?.ok_or_else(|| ListingError::MissingKey { id: id.to_owned(), key })?;
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
