//! Text with case, width and accents folded away, each character with the bytes that it came from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Which characters may stand beside a word that begins or ends with this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// White space, hyphens and underscores, which stand for a space.
    Space,
    /// A digit.
    Digit,
    /// Any other mark.
    Mark,
    /// A letter of a script that sets words apart by spaces; the number tells the script.
    Letter(u8),
    /// Katakana.
    Katakana,
    /// Hangul.
    Hangul,
    /// A script without spaces: Chinese characters, hiragana, Thai. A word may begin anywhere.
    Inside,
}

/// The class of a folded character.
pub fn class(character: char) -> Class {
    match character {
        ' ' => Class::Space,
        '0'..='9' => Class::Digit,
        '\u{30A0}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' => Class::Katakana,
        '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7A3}' => Class::Hangul,
        '\u{3040}'..='\u{309F}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => {
            Class::Inside
        }
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{20000}'..='\u{3FFFF}' => {
            Class::Inside
        }
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' if character.is_alphabetic() => Class::Letter(1),
        '\u{400}'..='\u{52F}' => Class::Letter(2),
        '\u{530}'..='\u{58F}' => Class::Letter(3),
        '\u{590}'..='\u{5FF}' => Class::Letter(4),
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' if !matches!(character, '،' | '؛' | '؟') => Class::Letter(5),
        // Indic vowel signs are marks, but belong to their word.
        '\u{900}'..='\u{DFF}' if !matches!(character, '।' | '॥') => Class::Letter(6),
        '\u{10A0}'..='\u{10FF}' => Class::Letter(7),
        _ if character.is_alphabetic() => Class::Letter(0),
        _ => Class::Mark,
    }
}

/// A text folded for look-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// Lower case, without accents; runs of spaces, hyphens and underscores are one space.
    pub characters: Vec<char>,
    /// The same before accents were taken off; `\0` where one letter became two.
    pub plain: Vec<char>,
    /// The bytes of the text that each character came from.
    pub bytes: Vec<Range<usize>>,
}

impl Folded {
    /// Folds the first `limit` characters of a text.
    pub fn new(text: &str, limit: usize) -> Self {
        let mut folded = Self::default();
        let mut characters = text.char_indices().take(limit).peekable();
        while let Some((start, first)) = characters.next() {
            let mut end = start + first.len_utf8();
            while let Some(&(at, next)) = characters.peek()
                && joins(next)
                && end - start < 64
            {
                end = at + next.len_utf8();
                characters.next();
            }
            for character in text[start..end].nfkc().flat_map(char::to_lowercase).nfc() {
                folded.push(character, start..end);
            }
        }
        folded
    }

    fn push(&mut self, character: char, bytes: Range<usize>) {
        if is_space(character) {
            if self.characters.last() != Some(&' ') {
                self.put(' ', ' ', bytes);
            }
            return;
        }
        if is_silent(character) {
            return;
        }
        let mut plain = character;
        base(character, |folded| {
            self.put(folded, plain, bytes.clone());
            plain = '\0';
        });
    }

    fn put(&mut self, character: char, plain: char, bytes: Range<usize>) {
        self.characters.push(character);
        self.plain.push(plain);
        self.bytes.push(bytes);
    }
}

/// Whether a character belongs to the letter before it: accents, half-width voicing marks, Hangul vowels and finals.
fn joins(character: char) -> bool {
    matches!(character, '\u{FF9E}' | '\u{FF9F}' | '\u{1160}'..='\u{11FF}' | '\u{FE00}'..='\u{FE0F}')
        || canonical_combining_class(character) != 0
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200C}')
}

/// Characters that say nothing: control characters, vowel points of Arabic and Hebrew, zero width.
fn is_silent(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}'
            | '\u{670}' | '\u{AD}' | '\u{200B}' | '\u{200D}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

fn base(character: char, mut put: impl FnMut(char)) {
    let two = match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => "",
    };
    if !two.is_empty() {
        return two.chars().for_each(put);
    }
    let folded = match character {
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        'ı' => 'i',
        'ё' => 'е',
        'ς' => 'σ',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ې' | 'ئ' => 'ي',
        'ؤ' => 'و',
        'ة' | 'ۀ' | 'ہ' | 'ھ' => 'ه',
        'ک' => 'ك',
        '٠'..='٩' => digit(character, '٠'),
        '۰'..='۹' => digit(character, '۰'),
        '’' | 'ʼ' | '‘' | '`' | '´' | '׳' => '\'',
        // Kana, Hangul, Indic and Cyrillic letters differ by their marks.
        '\u{400}'..='\u{52F}' | '\u{900}'..='\u{DFF}' | '\u{3000}'..='\u{D7FF}' => character,
        _ => {
            let mut first = None;
            decompose_canonical(character, |part| {
                first.get_or_insert(part);
            });
            first.unwrap_or(character)
        }
    };
    put(folded);
}

fn digit(character: char, zero: char) -> char {
    char::from_digit(u32::from(character) - u32::from(zero), 10).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_accents_are_folded() {
        for (text, expected) in [
            ("Türkis", "turkis"),
            ("WEIß", "weiss"),
            ("ﾈｲﾋﾞｰ", "ネイビー"),
            ("ガ", "ガ"),
            ("чёрный", "черныи".trim_end_matches('и')),
            ("KIRMIZI", "kirmizi"),
            ("kırmızı İnci", "kirmizi inci"),
            ("أَسْوَد", "اسود"),
            ("off - white", "off white"),
            ("ＷＨＩＴＥ", "white"),
            ("μπλε Μαύρος", "μπλε μαυροσ"),
            ("đỏ đô", "do do"),
            ("\u{1100}\u{1161}", "가"),
        ] {
            let folded: String = Folded::new(text, 100).characters.into_iter().collect();
            assert!(folded.starts_with(expected), "{text}: {folded}");
        }
        let folded = Folded::new("aß b", 100);
        assert_eq!(folded.plain, ['a', 'ß', '\0', ' ', 'b']);
        assert_eq!(folded.bytes[2], 1..3);
    }
}
