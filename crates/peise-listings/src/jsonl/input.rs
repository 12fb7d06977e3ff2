//! The object that asks for a listing's answer, in JSON lines and in requests.

use std::fmt;

use peise::listing::{Listing, ListingImage};
use peise::matcher::decode::{NonePolicy, Objective, Rule};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::Wishes;
use crate::hex::parse_hex;

/// A listing to be answered. Unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingInput {
    /// Identifier; a number is taken as its text.
    #[serde(default, deserialize_with = "id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The option labels, in the seller's order.
    pub labels: Vec<String>,
    /// The photos, in order.
    #[serde(default)]
    pub images: Vec<ImageInput>,
    /// What the seller calls the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Colours that the seller states for labels, as `#rrggbb`.
    #[serde(default, with = "colours", skip_serializing_if = "Vec::is_empty")]
    pub colours: Vec<(String, [u8; 3])>,
    /// The assignment rule, in place of the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What the answers are best at, in place of the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    /// Whether a photo may show no label, in place of the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none: Option<NonePolicy>,
    /// Answers less probable than this are withheld; in place of the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f32>,
}

/// A photo of a [`ListingInput`]: its file name, or an object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImageInput {
    /// File name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The file itself, as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Its alternative text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

impl ImageInput {
    /// What names the photo in the answer: its file, the last part of its URL, or its place from 1.
    pub fn name(&self, index: usize) -> String {
        let of_url = || {
            let url = self.url.as_deref()?.split(['?', '#']).next()?;
            url.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
        };
        self.file.clone().or_else(of_url).unwrap_or_else(|| (index + 1).to_string())
    }
}

impl ListingInput {
    /// The listing; `id` is its identifier where it has none.
    pub fn listing(&self, id: impl FnOnce() -> String) -> Listing {
        let images = self.images.iter().enumerate();
        Listing {
            id: self.id.clone().unwrap_or_else(id),
            labels: self.labels.clone(),
            images: images.map(|(index, image)| ListingImage { file: image.name(index), label: None }).collect(),
            title: self.title.clone(),
            colours: self.colours.clone(),
            shows_none: Vec::new(),
        }
    }

    /// The options that the listing sets for itself.
    pub fn wishes(&self) -> Wishes {
        let Self { rule, objective, none, min_confidence, .. } = *self;
        Wishes { rule, objective, none, min_confidence }
    }
}

impl<'de> Deserialize<'de> for ImageInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Image;

        impl<'de> Visitor<'de> for Image {
            type Value = ImageInput;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a file name, or an object with file, url, base64 or alt")
            }

            fn visit_str<E: de::Error>(self, file: &str) -> Result<ImageInput, E> {
                Ok(ImageInput { file: Some(file.to_owned()), ..ImageInput::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ImageInput, A::Error> {
                let Keys { file, url, base64, alt } = Keys::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(ImageInput { file, url, base64, alt })
            }
        }

        /// The object's keys.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Keys {
            file: Option<String>,
            url: Option<String>,
            base64: Option<String>,
            alt: Option<String>,
        }

        deserializer.deserialize_any(Image)
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Id;

    impl Visitor<'_> for Id {
        type Value = Option<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an id: a text or a whole number")
        }

        fn visit_str<E: de::Error>(self, id: &str) -> Result<Self::Value, E> {
            Ok(Some(id.to_owned()))
        }

        fn visit_u64<E: de::Error>(self, id: u64) -> Result<Self::Value, E> {
            Ok(Some(id.to_string()))
        }

        fn visit_i64<E: de::Error>(self, id: i64) -> Result<Self::Value, E> {
            Ok(Some(id.to_string()))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Id)
}

/// Colours by label, in the order of the object.
mod colours {
    use super::*;
    use crate::hex::write_hex;
    use serde::Serializer;

    pub fn serialize<S: Serializer>(colours: &[(String, [u8; 3])], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(colours.iter().map(|(label, colour)| (label, write_hex(*colour))))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, [u8; 3])>, D::Error> {
        struct Colours;

        impl<'de> Visitor<'de> for Colours {
            type Value = Vec<(String, [u8; 3])>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("colours by label, as #rrggbb")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut colours = Vec::new();
                while let Some((label, colour)) = map.next_entry::<String, String>()? {
                    let parsed = parse_hex(&colour).ok_or_else(|| {
                        de::Error::invalid_value(de::Unexpected::Str(&colour), &"a colour as #rrggbb")
                    })?;
                    colours.push((label, parsed));
                }
                Ok(colours)
            }
        }

        deserializer.deserialize_map(Colours)
    }
}
