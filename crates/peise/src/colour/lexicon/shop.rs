//! A shop's own colour names.

use std::collections::HashSet;

use super::folded::Folded;
use super::{Concept, LexiconError, Role};
use crate::colour::srgb_to_lab;

/// Spread of a colour that a shop states itself, in CIEDE2000.
const STATED_SPREAD: f32 = 4.0;

/// A name and the colour that the shop says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopColour {
    /// As the labels write it.
    pub name: String,
    /// Gamma-encoded sRGB.
    pub srgb: [u8; 3],
    /// Line of the file, or place in the list, counted from 1.
    pub line: usize,
}

/// Reads `#C0392B`, `C0392B`, `#c39`: red, green, blue.
pub fn parse_hex(text: &str) -> Option<[u8; 3]> {
    let text = text.trim();
    let digits = text.strip_prefix('#').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |from: usize, length: usize| u8::from_str_radix(&digits[from..from + length], 16).ok();
    match digits.len() {
        6 => Some([channel(0, 2)?, channel(2, 2)?, channel(4, 2)?]),
        3 if text.starts_with('#') => Some([channel(0, 1)? * 17, channel(1, 1)? * 17, channel(2, 1)? * 17]),
        _ => None,
    }
}

/// Reads a file of two columns, name and hex code, with commas or tabs; a first row `name,hex` is a header.
///
/// # Errors
/// The first row that has not two cells, whose colour is no hex code, or whose name is empty or was there before.
pub fn read_shop_colours(text: &str) -> Result<Vec<ShopColour>, LexiconError> {
    let mut colours = Vec::new();
    let mut seen = HashSet::new();
    for (index, row) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let line = index + 1;
        if row.trim().is_empty() {
            continue;
        }
        let malformed = || LexiconError::Row { line, found: row.to_owned() };
        let cells = cells(row).ok_or_else(malformed)?;
        let [name, hex] = cells.as_slice() else { return Err(malformed()) };
        let (name, hex) = (name.trim(), hex.trim());
        if colours.is_empty() && name.eq_ignore_ascii_case("name") && hex.eq_ignore_ascii_case("hex") {
            continue;
        }
        let Some(srgb) = parse_hex(hex) else {
            return Err(LexiconError::Hex { line, name: name.to_owned(), found: hex.to_owned() });
        };
        check_name(name, line, &mut seen)?;
        colours.push(ShopColour { name: name.to_owned(), srgb, line });
    }
    Ok(colours)
}

/// The cells of one row; `None` if a quote is left open.
fn cells(row: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut()?;
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            ',' | '\t' | ';' if !quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    (!quoted).then_some(cells)
}

fn check_name(name: &str, line: usize, seen: &mut HashSet<Vec<char>>) -> Result<(), LexiconError> {
    let folded = Folded::new(name, usize::MAX).characters;
    if !folded.iter().any(|character| character.is_alphanumeric()) {
        return Err(LexiconError::Unnamed { line });
    }
    if !seen.insert(folded) {
        return Err(LexiconError::Duplicate { line, name: name.to_owned() });
    }
    Ok(())
}

/// The concepts of a shop's colours, in their order.
pub(super) fn concepts(colours: &[ShopColour]) -> Result<Vec<Concept>, LexiconError> {
    let mut seen = HashSet::new();
    let mut concepts = Vec::new();
    for colour in colours {
        check_name(&colour.name, colour.line, &mut seen)?;
        concepts.push(Concept {
            role: Role::Colour,
            key: colour.name.as_str().into(),
            lab: Some(srgb_to_lab(colour.srgb)),
            spread: STATED_SPREAD,
            chinese: String::new(),
            source: "shop".to_owned(),
        });
    }
    Ok(concepts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_colours_are_read_and_errors_name_the_line() {
        let colours = read_shop_colours("\u{FEFF}Name,HEX\r\n\"Sea, deep\",#0a3\r\nVerano ;C0392B\n\n").unwrap();
        assert_eq!(
            colours.iter().map(|c| (&*c.name, c.srgb, c.line)).collect::<Vec<_>>(),
            [("Sea, deep", [0, 170, 51], 2), ("Verano", [192, 57, 43], 3)]
        );
        for (text, expected) in [
            ("a,#12345", "line 1: the colour of `a` is `#12345`, which is no hex code such as #C0392B"),
            ("a,#123456\nb", "line 2: `b` is no row of the table"),
            ("a,#123456\n ,#123456", "line 2: a colour without a name"),
            ("Azúl,#123456\nazul,#123456", "line 2: the name `azul` is there twice"),
            ("a,\"#123456", "line 1: `a,\"#123456` is no row of the table"),
            ("a,rot", "line 1: the colour of `a` is `rot`, which is no hex code such as #C0392B"),
        ] {
            assert_eq!(read_shop_colours(text).unwrap_err().to_string(), expected);
        }
    }
}
