//! BERT's WordPiece tokens.
//!
//! Source: Devlin et al. 2018 (arXiv 1810.04805), `tokenization.py`; a `tokenizer.json` or `vocab.txt` as published with
//! the weights. The published run of the report kept 5 tokens, `[CLS]` and `[SEP]` included, and did not mask the
//! padding: config fields. A label that spells a special token, such as `[MASK]`, is text like any other.

use super::vocabulary::{TokenConfig, Vocabulary, VocabularyError};
use serde::Deserialize;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Turns cleaned labels into BERT's tokens.
#[derive(Debug, Clone)]
pub struct WordPieceTokenizer {
    words: HashMap<String, u32>,
    normalizer: Option<Normalizer>,
    prefix: String,
    longest_word: usize,
    start: u32,
    end: u32,
    unknown: u32,
    vocabulary: Vocabulary,
    config: TokenConfig,
}

/// What is read of a `tokenizer.json`; padding, truncation and decoding are not needed.
#[derive(Deserialize)]
struct TokenizerFile {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    normalizer: Option<Normalizer>,
    pre_tokenizer: PreTokenizer,
    model: WordPieceModel,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type")]
enum Normalizer {
    BertNormalizer {
        clean_text: bool,
        handle_chinese_chars: bool,
        /// Absent: as `lowercase`.
        strip_accents: Option<bool>,
        lowercase: bool,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum PreTokenizer {
    BertPreTokenizer,
}

#[derive(Deserialize)]
struct WordPieceModel {
    vocab: HashMap<String, u32>,
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: usize,
}

impl WordPieceTokenizer {
    /// A tokenizer from a vocabulary file, for an encoder that knows `known` tokens.
    ///
    /// # Errors
    /// If the file is not what its name says, lacks a special token, or has more tokens than the encoder knows.
    pub fn new(vocabulary: Vocabulary, config: &TokenConfig, known: usize) -> Result<Self, VocabularyError> {
        let TokenizerFile { added_tokens, normalizer, pre_tokenizer: PreTokenizer::BertPreTokenizer, model } =
            match &vocabulary {
                Vocabulary::Tokenizer(bytes) => serde_json::from_slice(bytes).map_err(VocabularyError::Tokenizer)?,
                Vocabulary::Words(bytes) => TokenizerFile::of_words(bytes, config.lowercase)?,
            };
        // Numbers, not their count: a file may leave some out, or give a high one to a few tokens.
        let numbers = model.vocab.values().copied().chain(added_tokens.iter().map(|token| token.id));
        let found = numbers.max().map_or(0, |largest| largest as usize + 1);
        let number = |name: &str| {
            let added = || added_tokens.iter().find(|token| token.content == name).map(|token| token.id);
            model.vocab.get(name).copied().or_else(added)
        };
        let special = |name: &'static str| number(name).ok_or(VocabularyError::Special(name));
        let (start, end) = (special("[CLS]")?, special("[SEP]")?);
        special("[UNK]")?;
        let unknown = number(&model.unk_token).ok_or(VocabularyError::Special("[UNK]"))?;
        if found > known {
            return Err(VocabularyError::Size { found, known });
        }
        Ok(Self {
            words: model.vocab,
            normalizer,
            prefix: model.continuing_subword_prefix,
            longest_word: model.max_input_chars_per_word,
            start,
            end,
            unknown,
            vocabulary,
            config: config.clone(),
        })
    }

    /// The file it was made from.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The tokens of one label, padding left out.
    pub fn encode(&self, label: &str) -> Vec<i64> {
        let text = self.normalizer.as_ref().map_or_else(|| label.to_owned(), |normalizer| normalizer.apply(label));
        let mut tokens = vec![self.start];
        for word in words(&text) {
            self.push_pieces(word, &mut tokens);
        }
        tokens.truncate(self.config.max_length.saturating_sub(1).max(1));
        tokens.push(self.end);
        tokens.into_iter().map(i64::from).collect()
    }

    /// Tokens that every row is padded to, at least.
    pub fn padded_length(&self) -> usize {
        self.config.max_length
    }

    /// Adds the longest known pieces of a word, from its start; if some part of it is unknown, the whole word is.
    fn push_pieces(&self, word: &str, tokens: &mut Vec<u32>) {
        let before = tokens.len();
        let mut rest = word;
        if word.chars().count() > self.longest_word {
            return tokens.push(self.unknown);
        }
        while !rest.is_empty() {
            let prefix = if rest.len() < word.len() { self.prefix.as_str() } else { "" };
            let ends = rest.char_indices().map(|(at, character)| at + character.len_utf8()).rev();
            let longest =
                ends.into_iter().find_map(|end| Some((end, *self.words.get(&format!("{prefix}{}", &rest[..end]))?)));
            let Some((end, token)) = longest else {
                tokens.truncate(before);
                return tokens.push(self.unknown);
            };
            tokens.push(token);
            rest = &rest[end..];
        }
    }
}

impl TokenizerFile {
    /// What a `vocab.txt` stands for: one token a line, its number the line's.
    fn of_words(bytes: &[u8], lowercase: bool) -> Result<Self, VocabularyError> {
        let text = std::str::from_utf8(bytes).map_err(VocabularyError::Vocabulary)?;
        let vocab = text.lines().zip(0..).map(|(word, number)| (word.trim_end().to_owned(), number)).collect();
        Ok(Self {
            added_tokens: Vec::new(),
            normalizer: Some(Normalizer::BertNormalizer {
                clean_text: true,
                handle_chinese_chars: true,
                strip_accents: None,
                lowercase,
            }),
            pre_tokenizer: PreTokenizer::BertPreTokenizer,
            model: WordPieceModel {
                vocab,
                unk_token: "[UNK]".into(),
                continuing_subword_prefix: "##".into(),
                max_input_chars_per_word: 100,
            },
        })
    }
}

impl Normalizer {
    fn apply(&self, label: &str) -> String {
        let &Self::BertNormalizer { clean_text, handle_chinese_chars, strip_accents, lowercase } = self;
        let mut text = label.to_owned();
        if clean_text {
            text = text.chars().filter(|&c| !is_removed(c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        }
        if handle_chinese_chars {
            let apart = |c| if is_chinese(c) { [Some(' '), Some(c), Some(' ')] } else { [Some(c), None, None] };
            text = text.chars().flat_map(apart).flatten().collect();
        }
        if strip_accents.unwrap_or(lowercase) {
            text = text.nfd().filter(|c| c.general_category() != GeneralCategory::NonspacingMark).collect();
        }
        if lowercase {
            text = text.chars().flat_map(char::to_lowercase).collect();
        }
        text
    }
}

/// Words between whitespace; each punctuation mark is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let pieces = |part| str::split_inclusive(part, is_punctuation);
    text.split_whitespace().flat_map(pieces).flat_map(|piece| {
        let last = piece.chars().next_back().filter(|&c| is_punctuation(c)).map_or(0, char::len_utf8);
        let (word, mark) = piece.split_at(piece.len() - last);
        [word, mark].into_iter().filter(|part| !part.is_empty())
    })
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Control, format and private characters, whitespace excepted; one that is yet to be assigned may be a letter.
fn is_removed(c: char) -> bool {
    use GeneralCategory::{Control, Format, PrivateUse};
    c == '\u{fffd}' || !matches!(c, '\t' | '\n' | '\r') && matches!(c.general_category(), Control | Format | PrivateUse)
}

/// BERT's own list of Chinese characters: the ideographs of its day, neither kana nor hangul.
fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}'
        | '\u{2f800}'..='\u{2fa1f}')
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

    /// Expected values are those of the crate `tokenizers` 0.22.
    #[test]
    fn text_is_split_and_normalised_as_bert_s() {
        let words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nred\n##e\n##d\nr\n黑\n「\n」\né\na\n##a\nカ\n+\n";
        let new = |lowercase| {
            let config = TokenConfig { max_length: 24, lowercase, ..TokenConfig::default() };
            WordPieceTokenizer::new(Vocabulary::Words(words.into()), &config, 16).expect("a vocabulary")
        };
        let (cased, lower) = (new(false), new(true));
        for (label, as_written, in_lower_case) in [
            ("red\u{3000}黑\tred", vec![4, 8, 4], vec![4, 8, 4]),
            ("R\u{c9}D", vec![1], vec![4]),
            ("r\u{e9}e\u{301}d", vec![1], vec![7, 5, 5, 6]),
            ("r\0e\u{200b}d\u{fffd}", vec![4], vec![4]),
            ("「黑」+カ", vec![9, 8, 10, 15, 14], vec![9, 8, 10, 15, 14]),
            ("[CLS]黑[SEP]", vec![1, 1, 1, 8, 1, 1, 1], vec![1, 1, 1, 8, 1, 1, 1]),
            ("aaa red+", vec![12, 13, 13, 4, 15], vec![12, 13, 13, 4, 15]),
        ] {
            let whole = |tokens: Vec<i64>| [vec![2], tokens, vec![3]].concat();
            assert_eq!(cased.encode(label), whole(as_written), "{label:?}");
            assert_eq!(lower.encode(label), whole(in_lower_case), "{label:?}");
        }
        let long = |length: usize| cased.encode(&"a".repeat(length)).len();
        assert_eq!((long(20), long(100), cased.encode(&"a".repeat(101))), (22, 24, vec![2, 1, 3]));
    }

    #[test]
    fn a_tokenizer_file_says_how_text_is_normalised() {
        let file = |normalizer: &str, pre_tokenizer: &str| {
            let json = format!(
                r###"{{"version": "1.0", "truncation": null, "added_tokens": [{{"id": 2, "content": "[CLS]", "special": true}}],
                "normalizer": {normalizer}, "pre_tokenizer": {{"type": "{pre_tokenizer}"}}, "decoder": null,
                "model": {{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": {{"[UNK]": 1, "[SEP]": 3, "red": 4, "黑": 5}}}}}}"###
            );
            WordPieceTokenizer::new(Vocabulary::Tokenizer(json.into()), &TokenConfig::default(), 6)
        };
        let bert = r#"{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}"#;
        let encode = |normalizer: &str| file(normalizer, "BertPreTokenizer").expect("a tokenizer").encode("RED黑");
        assert_eq!((encode(bert), encode("null")), (vec![2, 4, 5, 3], vec![2, 1, 3]));
        for wrong in [file(r#"{"type": "Lowercase"}"#, "BertPreTokenizer"), file("null", "Whitespace")] {
            assert!(matches!(wrong, Err(VocabularyError::Tokenizer(_))), "{wrong:?}");
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
