//! BERT's WordPiece tokens, by the `tokenizers` crate.
//!
//! Source: Devlin et al. 2018 (arXiv 1810.04805); a `tokenizer.json` or `vocab.txt` as published with the weights. The
//! published run of the report kept 5 tokens, `[CLS]` and `[SEP]` included, and did not mask the padding: config fields.

use super::vocabulary::{TokenConfig, Vocabulary, VocabularyError};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{Tokenizer, TruncationParams};

/// Turns cleaned labels into BERT's tokens.
#[derive(Debug, Clone)]
pub struct WordPieceTokenizer {
    tokenizer: Tokenizer,
    vocabulary: Vocabulary,
    config: TokenConfig,
}

impl WordPieceTokenizer {
    /// A tokenizer from a vocabulary file, for an encoder that knows `known` tokens.
    ///
    /// # Errors
    /// If the file is not what its name says, lacks a special token, or has more tokens than the encoder knows.
    pub fn new(vocabulary: Vocabulary, config: &TokenConfig, known: usize) -> Result<Self, VocabularyError> {
        let mut tokenizer = match &vocabulary {
            Vocabulary::Tokenizer(bytes) => Tokenizer::from_bytes(bytes).map_err(VocabularyError::Tokenizer)?,
            Vocabulary::Words(bytes) => {
                let words = WordPiece::read_bytes(bytes).map_err(VocabularyError::Vocabulary)?;
                let model = WordPiece::builder()
                    .vocab(words)
                    .unk_token("[UNK]".into())
                    .build()
                    .map_err(VocabularyError::Vocabulary)?;
                let mut tokenizer = Tokenizer::new(model);
                tokenizer
                    .with_normalizer(Some(BertNormalizer::new(true, true, None, config.lowercase)))
                    .with_pre_tokenizer(Some(BertPreTokenizer));
                tokenizer
            }
        };
        let special = |name: &'static str| tokenizer.token_to_id(name).ok_or(VocabularyError::Special(name));
        let (start, end) = (special("[CLS]")?, special("[SEP]")?);
        special("[UNK]")?;
        // Numbers, not their count: a file may leave some out, or give a high one to a few tokens.
        let found = tokenizer.get_vocab(true).values().max().map_or(0, |&largest| largest as usize + 1);
        if found > known {
            return Err(VocabularyError::Size { found, known });
        }
        tokenizer.with_post_processor(Some(BertProcessing::new(("[SEP]".into(), end), ("[CLS]".into(), start))));
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: config.max_length, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(VocabularyError::Tokenizer)?;
        Ok(Self { tokenizer, vocabulary, config: config.clone() })
    }

    /// The file it was made from.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The tokens of one label, padding left out. A label that cannot be tokenised has none but the special ones.
    pub fn encode(&self, label: &str) -> Vec<i64> {
        let encoding = self.tokenizer.encode(label, true).or_else(|_| self.tokenizer.encode("", true));
        encoding.map_or_else(|_| Vec::new(), |found| found.get_ids().iter().map(|&id| i64::from(id)).collect())
    }

    /// Tokens that every row is padded to, at least.
    pub fn padded_length(&self) -> usize {
        self.config.max_length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n黑\n色\n白\nred\n##dish\n(\n)\n";

    fn tokenizer(config: &TokenConfig) -> WordPieceTokenizer {
        WordPieceTokenizer::new(Vocabulary::Words(WORDS.into()), config, 11).expect("a vocabulary")
    }

    #[test]
    fn tokens_are_bert_s() {
        let five = tokenizer(&TokenConfig::default());
        let long = tokenizer(&TokenConfig { max_length: 8, lowercase: true, ..TokenConfig::default() });
        for (label, short, all) in [
            ("黑色", vec![2, 4, 5, 3], vec![2, 4, 5, 3]),
            ("黑色(白)", vec![2, 4, 5, 9, 3], vec![2, 4, 5, 9, 6, 10, 3]),
            ("Reddish", vec![2, 1, 3], vec![2, 7, 8, 3]),
            ("", vec![2, 3], vec![2, 3]),
            ("龘", vec![2, 1, 3], vec![2, 1, 3]),
        ] {
            assert_eq!((five.encode(label), long.encode(label)), (short, all), "{label}");
        }
    }

    #[test]
    fn foreign_vocabularies_are_refused() {
        let new = |bytes: &str, known| {
            WordPieceTokenizer::new(Vocabulary::Words(bytes.into()), &TokenConfig::default(), known)
        };
        assert!(matches!(new("黑\n白\n", 9), Err(VocabularyError::Special("[CLS]"))));
        assert!(matches!(new(WORDS, 10), Err(VocabularyError::Size { found: 11, known: 10 })));
        // Few tokens, and a line given twice: its number is beyond their count.
        let twice = format!("{WORDS}黑\n");
        assert!(matches!(new(&twice, 11), Err(VocabularyError::Size { found: 12, known: 11 })));
        let json = Vocabulary::Tokenizer(b"{}".to_vec());
        assert!(matches!(
            WordPieceTokenizer::new(json, &TokenConfig::default(), 9),
            Err(VocabularyError::Tokenizer(_))
        ));
    }
}
