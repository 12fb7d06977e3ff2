//! Colours given as codes: `#C0392B`, `rgb(192, 57, 43)`, `RAL 3020`.

use super::folded::Folded;
use super::shop::parse_hex;

/// A colour code in a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// Gamma-encoded sRGB.
    Srgb([u8; 3]),
    /// A number of RAL Classic.
    Ral(u16),
}

/// A code that starts at this character, with its length.
pub fn code_at(text: &Folded, at: usize) -> Option<(Code, usize)> {
    let characters = &text.characters;
    let before = at.checked_sub(1).map(|at| characters[at]);
    if before.is_some_and(|character| character.is_alphanumeric() && character.is_ascii()) {
        return None;
    }
    let rest = &characters[at..];
    match rest.first()? {
        '#' => hex(&rest[1..], 6).or_else(|| hex(&rest[1..], 3)).map(|(srgb, length)| (Code::Srgb(srgb), length + 1)),
        'r' => ral(rest).or_else(|| rgb(rest)).or_else(|| plain(rest)),
        'a'..='f' | '0'..='9' => plain(rest),
        _ => None,
    }
}

/// Hex digits that no letter or digit follows.
fn hex(rest: &[char], length: usize) -> Option<([u8; 3], usize)> {
    let digits: String = rest.get(..length)?.iter().collect();
    if rest.get(length).is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    Some((parse_hex(&format!("#{digits}"))?, length))
}

/// Six hex digits without `#`; both a letter and a digit are needed, since article numbers are digits alone.
fn plain(rest: &[char]) -> Option<(Code, usize)> {
    let (srgb, length) = hex(rest, 6)?;
    let digits = &rest[..6];
    let mixed = digits.iter().any(char::is_ascii_digit) && digits.iter().any(char::is_ascii_alphabetic);
    // An exponent such as 12e456 or letters on one side only (213ab0 is an article number as often as a colour).
    let changes = digits.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    (mixed && changes >= 2).then_some((Code::Srgb(srgb), length))
}

fn ral(rest: &[char]) -> Option<(Code, usize)> {
    rest.strip_prefix(&['r', 'a', 'l'])?;
    let mut at = 3;
    while rest.get(at).is_some_and(|character| matches!(character, ' ' | '#' | ':')) && at < 6 {
        at += 1;
    }
    let number: String = rest.get(at..at + 4)?.iter().collect();
    let ends = !rest.get(at + 4).is_some_and(char::is_ascii_alphanumeric);
    let number = number.parse().ok().filter(|number| (1000..10_000).contains(number) && ends)?;
    Some((Code::Ral(number), at + 4))
}

fn rgb(rest: &[char]) -> Option<(Code, usize)> {
    rest.strip_prefix(&['r', 'g', 'b'])?;
    let open = rest.iter().take(6).position(|&character| character == '(')?;
    let close = rest.iter().take(40).position(|&character| character == ')')?;
    let inside: String = rest.get(open + 1..close)?.iter().collect();
    let numbers: Vec<&str> = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).take(3).collect();
    let [r, g, b] = numbers.as_slice() else { return None };
    Some((Code::Srgb([r.parse().ok()?, g.parse().ok()?, b.parse().ok()?]), close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found() {
        let find = |text: &str| code_at(&Folded::new(text, 100), 0);
        for (text, expected) in [
            ("#C0392B", Some((Code::Srgb([192, 57, 43]), 7))),
            ("#c39 shirt", Some((Code::Srgb([204, 51, 153]), 4))),
            ("C0392B", Some((Code::Srgb([192, 57, 43]), 6))),
            ("rgb(1, 2,3)", Some((Code::Srgb([1, 2, 3]), 11))),
            ("RAL 3020", Some((Code::Ral(3020), 8))),
            ("ral3020", Some((Code::Ral(3020), 7))),
            ("rgb(300,2,3)", None),
            ("decade", None),
            ("213456", None),
            ("213ab0c", None),
            ("#12345", None),
            ("RAL 30201", None),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
