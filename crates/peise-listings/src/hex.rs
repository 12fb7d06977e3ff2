//! Colours as `#rrggbb`.

/// Reads `#rrggbb` or `#rgb`, in either case, also without the `#`.
pub(crate) fn parse_hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#').unwrap_or(text.trim());
    let digits: Vec<u8> = digits.chars().map(|digit| Some(digit.to_digit(16)? as u8)).collect::<Option<_>>()?;
    match digits[..] {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [a, b, c, d, e, f] => Some([a * 16 + b, c * 16 + d, e * 16 + f]),
        _ => None,
    }
}

/// Writes `#rrggbb`.
pub(crate) fn write_hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        for (text, colour) in [("#ff0080", [255, 0, 128]), ("FF0080", [255, 0, 128]), (" #f0a ", [255, 0, 170])] {
            assert_eq!(parse_hex(text), Some(colour));
            assert_eq!(parse_hex(&write_hex(colour)), Some(colour));
        }
        for text in ["", "#", "#ff008", "#ff00800", "red", "#gg0000", "＃ff0080"] {
            assert_eq!(parse_hex(text), None, "{text}");
        }
    }
}
