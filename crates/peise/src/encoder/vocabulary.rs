//! The vocabulary of a label encoder that has one, as a file beside its weights.

use serde::{Deserialize, Serialize};

/// How labels become tokens; the default is the report's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenConfig {
    /// Most tokens of a label, `[CLS]` and `[SEP]` included; shorter labels are padded to it.
    pub max_length: usize,
    /// Whether the encoder is kept from attending to padding; the published run's was not.
    pub mask: bool,
    /// Whether Latin letters are made lower case; a `tokenizer.json` says so itself.
    pub lowercase: bool,
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self { max_length: 5, mask: false, lowercase: false }
    }
}

/// Why a vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// Not the `tokenizer.json` of a BERT.
    #[error("not a usable tokenizer.json: it needs a BertNormalizer, a BertPreTokenizer and a WordPiece model")]
    Tokenizer(#[source] serde_json::Error),
    /// Not a `vocab.txt`.
    #[error("not a usable vocab.txt: one token a line, in UTF-8")]
    Vocabulary(#[source] std::str::Utf8Error),
    /// A special token is missing.
    #[error("the vocabulary lacks the token {0}; it is not BERT's")]
    Special(&'static str),
    /// More tokens than the encoder knows.
    #[error("the vocabulary numbers {found} tokens, the encoder knows {known}; they belong to different models")]
    Size {
        /// Tokens in the vocabulary.
        found: usize,
        /// `text.vocabulary`.
        known: usize,
    },
}

/// The file that tokens come from, as it is saved beside a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vocabulary {
    /// The bytes of a `tokenizer.json`.
    Tokenizer(Vec<u8>),
    /// The bytes of a `vocab.txt`.
    Words(Vec<u8>),
}

impl Vocabulary {
    /// The name of such a file.
    pub fn file_name(&self) -> &'static str {
        match self {
            Self::Tokenizer(_) => "tokenizer.json",
            Self::Words(_) => "vocab.txt",
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Tokenizer(bytes) | Self::Words(bytes) => bytes,
        }
    }
}
