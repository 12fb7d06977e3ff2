//! A character-level transformer over option labels: Chinese, English and mixed.
//!
//! Source: Vaswani et al. 2017, "Attention Is All You Need" (arXiv 1706.03762), encoder, pre-norm
//! (Xiong et al. 2020, arXiv 2002.04745). Deviations: one token a character; characters unknown to
//! the vocabulary share hash buckets, so that two unknown characters still differ.

use super::{PaddedTokens, TokenInput};
use crate::layers::{linear, transformer};
use burn::module::Module;
use burn::nn::transformer::{TransformerEncoder, TransformerEncoderConfig};
use burn::nn::{Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// Architecture of a [`CharacterEncoder`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharacterEncoderConfig {
    /// The known characters, each once; a character's place is its token.
    pub characters: String,
    /// Tokens that unknown characters are hashed into; at least 1.
    pub hash_buckets: usize,
    /// Characters read of one label; the middle of a longer one is left out.
    pub max_length: usize,
    /// Width of the embeddings.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Dropout while training.
    pub dropout: f64,
    /// Width D of the features.
    pub output: usize,
    /// Width of the features of each token, a character or the start, which follow the label's, each with the log-odds
    /// that it carries information; 0 = none.
    #[serde(default)]
    pub part_width: usize,
}

// 0 is padding.
const START: i64 = 1;
const RESERVED: usize = 2;
/// Log-odds of a character without information, such as padding.
pub(crate) const SILENT: f32 = -30.0;

/// Turns cleaned labels into tokens.
#[derive(Debug, Clone)]
pub struct CharacterTokenizer {
    tokens: HashMap<char, i64>,
    hash_buckets: usize,
    max_length: usize,
}

impl CharacterTokenizer {
    /// The tokenizer that belongs to an encoder of this configuration.
    pub fn new(config: &CharacterEncoderConfig) -> Self {
        let first = (RESERVED + config.hash_buckets) as i64;
        let tokens = config.characters.chars().enumerate().map(|(i, c)| (c, first + i as i64)).collect();
        Self { tokens, hash_buckets: config.hash_buckets.max(1), max_length: config.max_length }
    }

    /// The tokens of one label: a start token, then one token a character.
    ///
    /// Of a label longer than `max_length` both ends are kept: sellers put colours at either.
    pub fn encode(&self, label: &str) -> Vec<i64> {
        let characters: Vec<char> = label.chars().collect();
        let mut tokens = vec![START];
        if characters.len() <= self.max_length {
            tokens.extend(characters.iter().map(|&c| self.token(c)));
        } else {
            let head = self.max_length.div_ceil(2);
            let tail = characters.len() - (self.max_length - head);
            tokens.extend(characters[..head].iter().map(|&c| self.token(c)));
            tokens.extend(characters[tail..].iter().map(|&c| self.token(c)));
        }
        tokens
    }

    fn token(&self, character: char) -> i64 {
        self.tokens.get(&character).copied().unwrap_or_else(|| {
            let hash = xxh3_64(&(character as u32).to_le_bytes());
            (RESERVED as u64 + hash % self.hash_buckets as u64) as i64
        })
    }

    /// Tokens of several labels as one padded batch.
    ///
    /// # Shapes
    /// - returns tokens `[N, T]` and mask `[N, T]`, `true` = padding
    pub fn batch<S: AsRef<str>>(&self, labels: &[S]) -> PaddedTokens {
        let rows: Vec<Vec<i64>> = labels.iter().map(|label| self.encode(label.as_ref())).collect();
        PaddedTokens::new(&rows, 1)
    }
}

/// The encoder. Built by [`CharacterEncoderConfig::init`].
#[derive(Module, Debug)]
pub struct CharacterEncoder {
    embedding: Embedding,
    position: Embedding,
    transformer: TransformerEncoder,
    norm: LayerNorm,
    projection: Linear,
    parts: Option<Linear>,
    max_length: usize,
}

impl CharacterEncoderConfig {
    /// Width of a label's row: its global features, then those of its characters and the start token.
    pub fn row_width(&self) -> usize {
        let characters = if self.part_width == 0 { 0 } else { (self.max_length + 1) * (self.part_width + 1) };
        self.output + characters
    }

    /// An encoder with random weights on `device`.
    pub fn init(&self, device: &Device) -> CharacterEncoder {
        let vocabulary = RESERVED + self.hash_buckets + self.characters.chars().count();
        let small = burn::module::Initializer::Normal { mean: 0.0, std: 0.05 };
        CharacterEncoder {
            embedding: EmbeddingConfig::new(vocabulary, self.width).with_initializer(small.clone()).init(device),
            position: EmbeddingConfig::new(self.max_length + 1, self.width).with_initializer(small).init(device),
            transformer: TransformerEncoderConfig::new(self.width, 4 * self.width, self.heads, self.layers)
                .with_dropout(self.dropout)
                .with_norm_first(true)
                .init(device),
            norm: LayerNormConfig::new(self.width).init(device),
            projection: LinearConfig::new(self.width, self.output).init(device),
            parts: (self.part_width > 0).then(|| LinearConfig::new(self.width, self.part_width + 1).init(device)),
            max_length: self.max_length,
        }
    }
}

impl CharacterEncoder {
    /// Encodes labels; the feature is the start token's.
    ///
    /// # Shapes
    /// - tokens `[N, T]`, mask `[N, T]`, `true` = padding
    /// - returns `[N, D]`, or with parts `[N, Q]`, Q the [`CharacterEncoderConfig::row_width`]
    pub fn forward(&self, input: TokenInput) -> Tensor<2> {
        let [batch, length] = input.tokens.dims();
        let device = input.tokens.device();
        let places = Tensor::<1, Int>::arange(0..length as i64, &device).reshape([1, length]);
        let embedded = self.embedding.forward(input.tokens) + self.position.forward(places);
        let mask = input.mask.clone();
        let encoded = transformer(&self.transformer, embedded, input.mask);
        let width = encoded.dims()[2];
        let start = encoded.clone().slice([0..batch, 0..1]).reshape([batch, width]);
        let features = self.projection.forward(self.norm.forward(start));
        let Some(layer) = &self.parts else { return features };
        let own = linear(layer, self.norm.forward(encoded));
        let width = own.dims()[2];
        let own = own.mask_fill(mask.reshape([batch, length, 1]).expand([batch, length, width]), SILENT);
        let own = own.reshape([batch, length * width]);
        let rest = Tensor::full([batch, (self.max_length + 1 - length) * width], SILENT, &device);
        Tensor::cat(vec![features, own, rest], 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> CharacterEncoderConfig {
        CharacterEncoderConfig {
            characters: "黑白色red".into(),
            hash_buckets: 8,
            max_length: 6,
            width: 16,
            heads: 2,
            layers: 2,
            dropout: 0.0,
            output: 8,
            part_width: 3,
        }
    }

    #[test]
    fn a_long_label_keeps_both_ends() {
        let tokenizer = CharacterTokenizer::new(&config());
        assert_eq!(tokenizer.encode("黑黑黑xxxxxx白白白"), tokenizer.encode("黑黑黑白白白"));
        assert_eq!(tokenizer.encode("黑黑黑xxxxxx白白白").len(), 7);
    }

    #[test]
    fn known_characters_never_collide_with_hashed_ones() {
        let tokenizer = CharacterTokenizer::new(&config());
        let known = tokenizer.encode("黑")[1];
        for character in "蓝绿紫金银灰棕粉1234".chars() {
            assert_ne!(tokenizer.encode(&character.to_string())[1], known);
        }
    }

    #[test]
    fn padding_does_not_leak() {
        let device = Device::flex();
        let model = config().init(&device);
        let tokenizer = CharacterTokenizer::new(&config());
        let alone = model.forward(tokenizer.batch(&["黑"]).on(&device));
        let padded = model.forward(tokenizer.batch(&["黑", "red白色x"]).on(&device));
        assert_eq!(alone.dims(), [1, config().row_width()]);
        let difference = (padded.narrow(0, 0, 1) - alone).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
    }
}
