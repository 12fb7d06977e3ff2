//! Reads the lexicon's table: tab-separated rows that define a concept, give words for one, or do both.

use std::sync::LazyLock;

use super::LexiconError;

const TABLE: &str = include_str!("../lexicon.tsv");
const HEADER: &str = "role\tkey\tlanguage\twords\tsource\tL\ta\tb\tspread\tchinese";

/// A row that defines a concept.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition<'a> {
    pub role: &'a str,
    pub key: &'a str,
    pub lab: Option<[f32; 3]>,
    pub spread: f32,
    pub chinese: &'a str,
    pub source: &'a str,
}

/// A row that gives words of one language for a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'a> {
    pub role: &'a str,
    pub key: &'a str,
    pub language: &'a str,
    words: &'a str,
    pub line: usize,
}

impl<'a> Words<'a> {
    /// The words as written: `rot*A` stands for rot with every ending of the language's list A.
    pub fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.words.split(',').map(str::trim).filter(|word| !word.is_empty())
    }
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table<'a> {
    pub definitions: Vec<Definition<'a>>,
    pub words: Vec<Words<'a>>,
}

/// The table that is part of the crate.
///
/// # Panics
/// If that file has a bad row (programmer error).
pub fn builtin() -> &'static Table<'static> {
    static BUILTIN: LazyLock<Table<'static>> =
        LazyLock::new(|| read(TABLE).unwrap_or_else(|error| panic!("colour/lexicon.tsv: {error}")));
    &BUILTIN
}

/// Reads a table.
///
/// # Errors
/// The first row that has too few cells, a number that is none, a concept that is defined twice, or words for a
/// concept that is not defined.
pub fn read(text: &str) -> Result<Table<'_>, LexiconError> {
    let mut table = Table::default();
    let mut defined = std::collections::HashSet::new();
    for (index, row) in text.lines().enumerate() {
        let line = index + 1;
        let row = row.strip_suffix('\r').unwrap_or(row);
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        if line == 1 {
            if row != HEADER {
                return Err(LexiconError::Row { line, found: row.to_owned() });
            }
            continue;
        }
        let cells: Vec<&str> = row.split('\t').collect();
        let &[role, key, language, words, source, ref rest @ ..] = cells.as_slice() else {
            return Err(LexiconError::Row { line, found: row.to_owned() });
        };
        let number = |at: usize| -> Result<Option<f32>, LexiconError> {
            let Some(text) = rest.get(at).copied().filter(|text| !text.is_empty()) else { return Ok(None) };
            let value: Option<f32> = text.parse().ok().filter(|value: &f32| value.is_finite());
            value.map(Some).ok_or_else(|| LexiconError::Number { line, found: text.to_owned() })
        };
        let lab = match (number(0)?, number(1)?, number(2)?) {
            (Some(l), Some(a), Some(b)) => Some([l, a, b]),
            (None, None, None) => None,
            _ => return Err(LexiconError::Row { line, found: row.to_owned() }),
        };
        if language == "*" || lab.is_some() {
            if !defined.insert((role, key)) {
                return Err(LexiconError::Duplicate { line, name: key.to_owned() });
            }
            let (spread, chinese) = (number(3)?.unwrap_or(0.0), rest.get(4).copied().unwrap_or_default());
            table.definitions.push(Definition { role, key, lab, spread, chinese, source });
        }
        if language != "*" {
            let owner = if role == "term" { "colour" } else { role };
            if role != "endings" && !defined.contains(&(owner, key)) {
                return Err(LexiconError::UnknownKey { line, key: key.to_owned() });
            }
            table.words.push(Words { role, key, language, words, line });
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_named() {
        let read = |row: &str| read(&format!("{HEADER}\n# note\n{row}\n")).map(|_| ()).unwrap_err().to_string();
        for (row, expected) in [
            ("colour\tRed", "line 3: `colour\tRed` is no row of the table"),
            ("colour\tRed\t*\t\tPeise\tx\t1\t2", "line 3: `x` is no number"),
            ("colour\tRed\t*\t\tPeise\t1\t2", "line 3: `colour\tRed\t*\t\tPeise\t1\t2` is no row of the table"),
            ("colour\tRed\tde\trot\tPeise", "line 3: no row above defines `Red`"),
            (
                "colour\tRed\t*\t\tPeise\t1\t2\t3\ncolour\tRed\t*\t\tPeise\t1\t2\t3",
                "line 4: the name `Red` is there twice",
            ),
        ] {
            assert_eq!(read(row), expected);
        }
        assert!(super::read("role\n").is_err());
    }
}
