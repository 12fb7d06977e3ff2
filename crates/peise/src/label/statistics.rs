//! What real labels are made of: words and phrases with counts, learnt from the learning half.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::token::Lexicon;

/// A word and in how many distinct labels it occurs where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Normalised text.
    pub text: &'static str,
    /// Labels that have it.
    pub labels: u32,
    /// Labels in which it lies inside the colour.
    pub colour: u32,
    /// Labels of several parts or colours in which it stands outside the colours and outside brackets.
    pub several: u32,
    /// Labels in which it stands in brackets.
    pub bracket: u32,
    /// Labels in which it stands before the first colour, outside brackets.
    pub front: u32,
    /// Labels in which it stands behind the last colour, outside brackets.
    pub back: u32,
    /// Labels in which it directly follows a number of one or two digits.
    pub counted: u32,
}

/// Where a phrase stands in a label. In phrases `@` stands for an article number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A whole colour.
    Colour,
    /// All that stands before the first colour, outside brackets.
    Front,
    /// All that stands behind the last colour, outside brackets.
    Back,
    /// All that stands between two colours.
    Between,
    /// The content of a pair of brackets before the colour.
    NoteFront,
    /// The content of a pair of brackets behind the colour.
    NoteBack,
    /// The shape of an article number before the colour: `0` a digit, `A` and `a` letters.
    CodeFront,
    /// The shape of an article number behind the colour.
    CodeBack,
    /// Opening and closing bracket as written, one of them missing where the pair is broken.
    Brackets,
}

/// Places with their names in the table.
pub const PLACES: [(Place, &str); 9] = [
    (Place::Colour, "colour"),
    (Place::Front, "front"),
    (Place::Back, "back"),
    (Place::Between, "between"),
    (Place::NoteFront, "note-front"),
    (Place::NoteBack, "note-back"),
    (Place::CodeFront, "code-front"),
    (Place::CodeBack, "code-back"),
    (Place::Brackets, "brackets"),
];

/// A phrase and how many distinct labels have it at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Text, normalised except where the place says otherwise.
    pub text: &'static str,
    /// Labels that have it there.
    pub labels: u32,
}

struct Table {
    words: Vec<Word>,
    by_text: HashMap<&'static str, usize>,
    phrases: HashMap<Place, Vec<Phrase>>,
    lexicon: Lexicon,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| parse(include_str!("statistics.tsv")));

/// All words, most frequent first.
pub fn words() -> &'static [Word] {
    &TABLE.words
}

/// The counts of a word; `None` for one seen in fewer than three labels.
pub fn word(text: &str) -> Option<&'static Word> {
    TABLE.by_text.get(text).map(|&index| &TABLE.words[index])
}

/// The phrases at a place, most frequent first.
pub fn phrases(place: Place) -> &'static [Phrase] {
    TABLE.phrases.get(&place).map_or(&[], Vec::as_slice)
}

/// All words, ready to cut text with.
pub fn lexicon() -> &'static Lexicon {
    &TABLE.lexicon
}

/// Reads the table: `word`, text and seven counts, or a place, text and one count; tabs between, `#` for a comment.
///
/// Lines of another form are left out; a test holds that there are none.
fn parse(table: &'static str) -> Table {
    let mut words = Vec::new();
    let mut phrases: HashMap<Place, Vec<Phrase>> = HashMap::new();
    for line in table.lines().filter(|line| !line.starts_with("# ")) {
        let mut fields = line.split('\t');
        let (Some(name), Some(text)) = (fields.next(), fields.next()) else { continue };
        let counts: Vec<u32> = fields.filter_map(|field| field.parse().ok()).collect();
        let place = PLACES.iter().find(|(_, place)| *place == name).map(|&(place, _)| place);
        match (place, &counts[..]) {
            (Some(place), &[labels]) => phrases.entry(place).or_default().push(Phrase { text, labels }),
            (None, &[labels, colour, several, bracket, front, back, counted]) if name == "word" => {
                words.push(Word { text, labels, colour, several, bracket, front, back, counted });
            }
            _ => {}
        }
    }
    let by_text = words.iter().enumerate().map(|(index, word)| (word.text, index)).collect();
    let lexicon = Lexicon::new(words.iter().map(|word| (word.text, word.labels)));
    Table { words, by_text, phrases, lexicon }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let table = include_str!("statistics.tsv");
        assert!(table.len() < 150_000, "{} bytes", table.len());
        let lines = table.lines().filter(|line| !line.starts_with("# ")).count();
        let phrases: usize = PLACES.iter().map(|&(place, _)| phrases(place).len()).sum();
        assert_eq!(words().len() + phrases, lines);
        for word in words() {
            let parts = [word.colour, word.several, word.bracket, word.front, word.back, word.counted];
            assert!(word.labels >= 3 && parts.iter().all(|count| *count <= word.labels), "{word:?}");
        }
        for &(place, name) in &PLACES {
            assert!(!super::phrases(place).is_empty(), "{name}");
        }
    }

    #[test]
    fn counts_tell_garments_from_talk_and_colour() {
        let rate = |text: &str, count: fn(&Word) -> u32| {
            let word = word(text).unwrap_or_else(|| panic!("{text}"));
            f64::from(count(word)) / f64::from(word.labels)
        };
        for garment in ["上衣", "裤", "连衣裙", "衬衫"] {
            assert!(rate(garment, |word| word.several) > 0.1, "{garment}");
        }
        for talk in ["发货", "预售", "现货"] {
            assert!(rate(talk, |word| word.several + word.colour) < 0.05, "{talk}");
        }
        for colour in ["黑色", "白色"] {
            assert!(rate(colour, |word| word.colour) > 0.8, "{colour}");
        }
    }
}
