//! Which languages a listing's labels are written in.

use std::sync::Arc;

use super::Role;
use super::reader::Token;

/// What English starts with: shops of all countries use its words.
const ENGLISH_PRIOR: f32 = 0.4;

/// What a word that agrees but for its accents counts beside one that agrees.
const INEXACT: f32 = 0.4;
/// What an English word counts for English where another language has it too.
const SHARED_ENGLISH: f32 = 0.5;

/// Shares of the languages, of one label or of a listing; they sum to 1, or are all 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares(Vec<f32>);

impl Shares {
    /// The share of a language, 0 of an unknown one.
    pub fn of(&self, language: u8) -> f32 {
        self.0.get(usize::from(language)).copied().unwrap_or(0.0)
    }

    /// Every language's share.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.0.iter().copied().enumerate()
    }
}

/// What the words and letters of a label say of its language, one weight per language.
pub fn votes(text: &str, tokens: &[Token], languages: &[Arc<str>], role: impl Fn(u16) -> Role) -> Vec<f32> {
    let mut votes = vec![0.0; languages.len()];
    for token in tokens {
        let counted = |candidate: &&super::reader::Candidate| {
            usize::from(candidate.language) < languages.len() && role(candidate.concept) != Role::Name
        };
        let mut weights: Vec<(usize, f32)> = Vec::new();
        for candidate in token.candidates.iter().filter(counted) {
            let (language, weight) = (usize::from(candidate.language), if candidate.exact { 1.0 } else { INEXACT });
            match weights.iter_mut().find(|(known, _)| *known == language) {
                Some((_, known)) => *known = known.max(weight),
                None => weights.push((language, weight)),
            }
        }
        // Shops of all countries use English words: shared ones tell less of English than of the other language.
        if weights.len() > 1
            && let Some((_, english)) = weights.iter_mut().find(|(language, _)| &*languages[*language] == "en")
        {
            *english *= SHARED_ENGLISH;
        }
        let certainty = if token.guessed { 0.3 } else { 1.0 };
        for &(language, weight) in &weights {
            votes[language] += certainty * weight / weights.len() as f32;
        }
    }
    let mut hinted = 0_u64;
    for character in text.chars().take(super::reader::LONGEST_LABEL).flat_map(char::to_lowercase) {
        for hint in hints(character) {
            if let Some(language) = languages.iter().position(|language| &**language == *hint)
                && hinted >> language & 1 == 0
            {
                hinted |= 1 << language;
                votes[language] += 0.5;
            }
        }
    }
    votes
}

/// Sums votes to shares.
pub fn shares<'a>(votes: impl IntoIterator<Item = &'a Vec<f32>>, languages: &[Arc<str>], prior: bool) -> Shares {
    let mut sums = vec![0.0_f32; languages.len()];
    for vote in votes {
        for (sum, vote) in sums.iter_mut().zip(vote) {
            *sum += vote;
        }
    }
    if prior && let Some(english) = languages.iter().position(|language| &**language == "en") {
        sums[english] += ENGLISH_PRIOR;
    }
    let total: f32 = sums.iter().sum();
    Shares(if total > 0.0 { sums.into_iter().map(|sum| sum / total).collect() } else { sums })
}

/// Whether a label can be Japanese: kana (but not の, which Chinese shops write too), or a character of Japan alone.
pub fn is_japanese(label: &str) -> bool {
    let japanese = |character: char| match character {
        'の' | '・' | 'ー' => false,
        '\u{3041}'..='\u{30FF}' | '\u{FF66}'..='\u{FF9F}' => true,
        other => "黒紺緑桜蛍杢縞枠鶯".contains(other),
    };
    label.chars().take(super::reader::LONGEST_LABEL).any(japanese)
}

/// Languages that alone, or with few others, use a letter.
fn hints(character: char) -> &'static [&'static str] {
    match character {
        '\u{3041}'..='\u{30FF}' => &["ja"],
        '\u{AC00}'..='\u{D7A3}' => &["ko"],
        'і' | 'ї' | 'є' | 'ґ' => &["uk"],
        'ы' | 'э' | 'ё' => &["ru"],
        'ў' => &["be"],
        'љ' | 'њ' | 'џ' | 'ћ' | 'ђ' => &["sr"],
        'қ' | 'ң' | 'ұ' => &["kk"],
        'پ' | 'چ' | 'ژ' | 'گ' => &["fa", "ur"],
        'ٹ' | 'ڈ' | 'ڑ' | 'ے' => &["ur"],
        'ß' => &["de"],
        'ä' | 'ö' => &["de", "sv", "fi"],
        'ü' => &["de", "tr"],
        'ñ' => &["es"],
        'ã' | 'õ' => &["pt"],
        'ğ' | 'ş' | 'ı' => &["tr"],
        'ő' | 'ű' => &["hu"],
        'ł' | 'ś' | 'ż' | 'ź' | 'ń' => &["pl"],
        'ř' | 'ě' | 'ů' => &["cs"],
        'ľ' | 'ĺ' | 'ŕ' => &["sk"],
        'ă' | 'ț' | 'ș' | 'ţ' => &["ro"],
        'å' => &["sv", "da", "nb"],
        'ø' => &["da", "nb"],
        'ơ' | 'ư' | 'ạ'..='ỹ' => &["vi"],
        'ė' | 'ų' | 'į' => &["lt"],
        'ļ' | 'ķ' | 'ņ' | 'ģ' => &["lv"],
        'ə' => &["az"],
        'œ' => &["fr"],
        _ => &[],
    }
}
