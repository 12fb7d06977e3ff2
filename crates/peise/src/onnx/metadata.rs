//! What a user needs around the graphs, as metadata of the files: keys in [`of`].

use super::proto::StringStringEntryProto;
use super::weights::Weights;
use super::{ExportError, GraphPart};
use crate::model::ModelConfig;
use crate::weights::WeightsError;
use serde::Serialize;
use serde_json::{Value, json};

/// The metadata of a part's file. Values are JSON, but for single words.
///
/// - every part: `model` (its name), `architecture`, `part`
/// - image encoder: `mean`, `std` (of R, G, B in `[0, 1]`), `width`, `height` (pixels), `preprocess` (the steps),
///   `shared_regions` (whether what a listing's photos share is blended to white before)
/// - label encoder: `cleaner`, `tokenizer`
/// - matcher: `temperature` (scores are divided by it), `cover_reward` (log-weight of a covered label, never negative),
///   `reserve` (where fitted: from it [`crate::matcher::decode::reward`] gives the log-weight instead)
///
/// # Errors
/// If a tensor that is part of the metadata is missing or misshaped.
pub fn of(
    part: GraphPart,
    config: &ModelConfig,
    weights: &Weights,
    name: &str,
) -> Result<Vec<StringStringEntryProto>, ExportError> {
    let mut entries = vec![("model", name.to_owned()), ("architecture", config.architecture().to_owned())];
    entries.push(("part", part.name().to_owned()));
    match part {
        GraphPart::ImageEncoder => entries.extend(photos(config)?),
        GraphPart::LabelEncoder => {
            entries.extend([("cleaner", text(&config.cleaner())), ("tokenizer", tokenizer(config).to_string())]);
        }
        GraphPart::Matcher => {
            let reward = cover_reward(config, weights)?;
            entries.extend([("temperature", text(&config.temperature())), ("cover_reward", text(&reward))]);
            entries.extend(config.reserve().map(|reserve| ("reserve", text(&reserve))));
        }
    }
    let entry = |(key, value): (&str, String)| StringStringEntryProto { key: Some(key.to_owned()), value: Some(value) };
    Ok(entries.into_iter().map(entry).collect())
}

/// A value as JSON; a word without its quotes.
fn text(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

fn photos(config: &ModelConfig) -> Result<[(&'static str, String); 6], ExportError> {
    let (mean, std) = config.normalisation();
    let [height, width] = super::photo_size(config)?;
    let shared = matches!(config, ModelConfig::Compact(config) if config.shared_regions);
    Ok([
        ("mean", text(&mean)),
        ("std", text(&std)),
        ("width", text(&width)),
        ("height", text(&height)),
        ("preprocess", text(&config.preprocess())),
        ("shared_regions", text(&shared)),
    ])
}

fn tokenizer(config: &ModelConfig) -> Value {
    match config {
        ModelConfig::Compact(config) => json!({
            "kind": "characters",
            "padding": 0,
            "start": 1,
            "first_hash_bucket": super::characters::RESERVED,
            "hash_buckets": config.label.hash_buckets,
            "hash": "xxh3_64 of the code point as four little-endian bytes",
            "first_character": super::characters::RESERVED + config.label.hash_buckets,
            "characters": config.label.characters,
            "max_length": config.label.max_length,
        }),
        #[cfg(feature = "report")]
        ModelConfig::Report(config) => json!({
            "kind": "wordpiece",
            "padding": 0,
            "pad_to": config.tokens.max_length,
            "lowercase": config.tokens.lowercase,
        }),
    }
}

/// Log-weight that a covered label adds to an assignment: the softplus of what was learnt.
fn cover_reward(config: &ModelConfig, weights: &Weights) -> Result<f32, WeightsError> {
    match config {
        ModelConfig::Compact(_) => {
            let learnt = f64::from(weights.tensor("cover_reward", &[1])?.values[0]);
            Ok((learnt.max(0.0) + (-learnt.abs()).exp().ln_1p()) as f32)
        }
        #[cfg(feature = "report")]
        ModelConfig::Report(_) => Ok(0.0),
    }
}
