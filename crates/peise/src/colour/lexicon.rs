//! The colour lexicon: what shops of many languages write in option labels, read into colours, parts and patterns.
//!
//! ```
//! use peise::colour::lexicon::Lexicon;
//!
//! let listing = Lexicon::builtin().read_listing(&["Hellblau", "Dunkelgrün", "Weiß/Rot gestreift"]);
//! assert_eq!(listing.language(), Some("de"));
//! assert_eq!(listing.chinese(), ["天蓝", "墨绿", "白色+红色条纹"]);
//! ```
//!
//! Words, colours and sources are the rows of `lexicon.tsv`; `docs/colours.md` lists what is covered and how to add to
//! it. Labels are read in the language that the listing's other labels tell; a listing may mix two.

mod chinese;
mod codes;
mod compound;
mod folded;
mod language;
mod reader;
mod reading;
mod shop;
pub(super) mod table;
#[cfg(test)]
mod tests;
mod typo;
mod words;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use thiserror::Error;

pub use reading::{LabelReading, ListingReading, NamedColour, Place, Span};
pub use shop::{ShopColour, parse_hex, read_shop_colours};

use typo::Typos;
use words::WordList;

/// A table or a shop's list of colours that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LexiconError {
    /// A row without the cells it needs.
    #[error("line {line}: `{found}` is no row of the table")]
    Row {
        /// Counted from 1.
        line: usize,
        /// The row.
        found: String,
    },
    /// A cell that should hold a number.
    #[error("line {line}: `{found}` is no number")]
    Number {
        /// Counted from 1.
        line: usize,
        /// The cell.
        found: String,
    },
    /// A colour that is no hex code.
    #[error("line {line}: the colour of `{name}` is `{found}`, which is no hex code such as #C0392B")]
    Hex {
        /// Counted from 1.
        line: usize,
        /// The colour's name.
        name: String,
        /// The cell.
        found: String,
    },
    /// A name without a letter or digit.
    #[error("line {line}: a colour without a name")]
    Unnamed {
        /// Counted from 1.
        line: usize,
    },
    /// A name that an earlier row has too; case and accents make no difference.
    #[error("line {line}: the name `{name}` is there twice")]
    Duplicate {
        /// Counted from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// Words for a concept that no row defines.
    #[error("line {line}: no row above defines `{key}`")]
    UnknownKey {
        /// Counted from 1.
        line: usize,
        /// The concept's key.
        key: String,
    },
}

/// What a word of a label is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A colour.
    Colour,
    /// A word that changes a colour: light, dark, neon.
    Modifier,
    /// A pattern: stripes, leopard; also "as in the picture" and several colours at once.
    Pattern,
    /// A part of the garment or article: top, sole, logo.
    Part,
    /// Random or assorted colours: no photo can be told to show it.
    Random,
    /// What it is made of.
    Material,
    /// Size, cut, number of pieces, for whom it is.
    Size,
    /// A word of the shop: in stock, new, sale.
    Note,
    /// and, with, of; the word colour itself.
    Connective,
    /// A place, person or brand with a colour word in it.
    Name,
}

impl Role {
    fn from_table(role: &str) -> Option<Self> {
        Some(match role {
            "colour" | "term" => Self::Colour,
            "modifier" => Self::Modifier,
            "pattern" => Self::Pattern,
            "part" => Self::Part,
            "random" => Self::Random,
            "material" => Self::Material,
            "size" => Self::Size,
            "note" => Self::Note,
            "connective" => Self::Connective,
            "name" => Self::Name,
            _ => return None,
        })
    }
}

/// One meaning of the table: a colour, a part, a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// What its words are there for.
    pub role: Role,
    /// Its English key.
    pub key: Arc<str>,
    /// Mean colour in CIELAB (D65); colours alone have one.
    pub lab: Option<[f32; 3]>,
    /// Spread around the mean, in CIEDE2000.
    pub spread: f32,
    /// Chinese text for models that know Chinese best; empty where the nearest term serves.
    pub chinese: String,
    /// Where name and value come from.
    pub source: String,
}

/// Words of many languages with what they mean; built once, read by many threads.
#[derive(Debug, Clone)]
pub struct Lexicon {
    shared: Arc<Shared>,
    /// A shop's own names, which go before all others.
    shop: WordList,
    shop_concepts: Vec<Concept>,
}

#[derive(Debug)]
struct Shared {
    concepts: Vec<Concept>,
    languages: Vec<Arc<str>>,
    words: WordList,
    typos: Typos,
    given_names: HashSet<String>,
    evocative: HashSet<String>,
}

impl Lexicon {
    /// The lexicon that is part of the crate. The first call takes a fraction of a second.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::from_table(table::builtin()));
        &BUILTIN
    }

    fn from_table(table: &table::Table<'_>) -> Self {
        let concept = |row: &table::Definition<'_>| {
            Some(Concept {
                role: Role::from_table(row.role)?,
                key: row.key.into(),
                lab: row.lab,
                spread: row.spread,
                chinese: row.chinese.to_owned(),
                source: row.source.to_owned(),
            })
        };
        let concepts: Vec<Concept> = table.definitions.iter().filter_map(concept).collect();
        let mut languages = Vec::new();
        let words = WordList::new(words::spellings(table, &concepts, &mut languages));
        let typos = Typos::new(&words, &concepts);
        let listed = |key: &str| -> HashSet<String> {
            let rows = table.words.iter().filter(|row| row.key == key);
            rows.flat_map(|row| row.words().map(str::to_owned)).collect()
        };
        let (given_names, evocative) = (listed(words::GIVEN_NAME), listed(words::EVOCATIVE));
        Self {
            shared: Arc::new(Shared { concepts, languages, words, typos, given_names, evocative }),
            shop: WordList::default(),
            shop_concepts: Vec::new(),
        }
    }

    /// The same with a shop's own names, which go before all other words.
    ///
    /// # Errors
    /// [`LexiconError::Unnamed`] and [`LexiconError::Duplicate`], with the line of the colour.
    pub fn with_colours(&self, colours: &[ShopColour]) -> Result<Self, LexiconError> {
        let shop_concepts = shop::concepts(colours)?;
        let first = self.shared.concepts.len();
        let spelling = |(index, colour): (usize, &ShopColour)| (colour.name.clone(), u8::MAX, (first + index) as u16);
        let shop = WordList::new(colours.iter().enumerate().map(spelling));
        Ok(Self { shared: Arc::clone(&self.shared), shop, shop_concepts })
    }

    /// Every concept of the table, then the shop's.
    pub fn concepts(&self) -> impl Iterator<Item = &Concept> {
        self.shared.concepts.iter().chain(&self.shop_concepts)
    }

    /// The languages that the table has words of, by their codes.
    pub fn languages(&self) -> &[Arc<str>] {
        &self.shared.languages
    }

    /// Number of spellings known, inflections included.
    pub fn spellings(&self) -> usize {
        self.shared.words.len() + self.shop.len()
    }

    /// Reads the option labels of one listing.
    ///
    /// Takes time linear in the labels' length; of each label the first 2,000 characters are read.
    pub fn read_listing(&self, labels: &[impl AsRef<str>]) -> ListingReading {
        let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        reader::read(self, &labels)
    }

    fn concept(&self, index: u16) -> &Concept {
        let index = usize::from(index);
        self.shared.concepts.get(index).unwrap_or_else(|| &self.shop_concepts[index - self.shared.concepts.len()])
    }
}
