//! Source `styles`: the public layout of "Fashion Product Images", `styles.csv` and `images/<id>.jpg`.
//!
//! The published table is not quite CSV: product names hold commas without quotes. The name is the last
//! column, so whatever a row has too many of belongs to it.

use std::fs;
use std::path::Path;

use super::error::ImportError;
use super::row::{MAX_PHOTO_BYTES, Row, Skipped, count};
use super::table::column;

const TABLE: &str = "styles.csv";

/// Words that make no difference between two members of a family, as in the catalogue's own colours.
#[rustfmt::skip]
const COLOUR_WORDS: &[&str] = &[
    "beige", "black", "blue", "bronze", "brown", "burgundy", "charcoal", "coffee", "colored", "coloured",
    "copper", "cream", "fluorescent", "gold", "gray", "green", "grey", "khaki", "lavender", "lime",
    "magenta", "maroon", "mauve", "melange", "metallic", "multi", "multicoloured", "mushroom", "mustard",
    "navy", "nude", "off", "olive", "orange", "peach", "pink", "purple", "red", "rose", "rust", "sea",
    "silver", "skin", "steel", "tan", "taupe", "teal", "turquoise", "white", "yellow",
];

/// Reads `styles.csv`.
pub(super) fn rows(folder: &Path) -> Result<(Vec<Row>, Skipped), ImportError> {
    let path = folder.join(TABLE);
    let bytes = fs::read(&path).map_err(|source| ImportError::Read {
        path: path.clone(),
        expected: "a folder with styles.csv and images/",
        source,
    })?;
    // Some copies of the file hold a few bytes that are not UTF-8, always inside a name.
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let header = fields(&path, lines.next().unwrap_or(("", 1)))?;
    let need = |name| column(&path, header.iter().map(String::as_str), &[name], name);
    let (id, article, colour) = (need("id")?, need("articleType")?, need("baseColour")?);
    let name = need("productDisplayName")?;

    let (mut rows, mut skipped) = (Vec::new(), Skipped::new());
    for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
        let mut row = fields(&path, (line, number))?;
        if row.len() > header.len() && name + 1 == header.len() {
            let tail = row.split_off(name);
            row.push(tail.join(","));
        }
        if row.len() != header.len() {
            count(&mut skipped, "row with too few or too many fields");
            continue;
        }
        let file = format!("{}.jpg", row[id].trim());
        let family = Some(family(&row[name], &row[article]));
        match Row::new((None, &file), &row[article], &row[colour], family) {
            Ok(row) => rows.push(row),
            Err(reason) => count(&mut skipped, &reason),
        }
    }
    Ok((rows, skipped))
}

/// The fields of one line; a quote that is never closed cannot swallow the lines that follow.
fn fields(path: &Path, (line, number): (&str, u64)) -> Result<Vec<String>, ImportError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line.as_bytes());
    let record = reader.records().next().transpose();
    let record = record.map_err(|source| ImportError::Csv { path: path.to_owned(), line: number, source })?;
    Ok(record.map(|record| record.iter().map(str::to_owned).collect()).unwrap_or_default())
}

/// A product's name without colour words, and its article: equal for the colours of one product.
pub(super) fn family(name: &str, article: &str) -> String {
    let lower = name.to_lowercase();
    let mut kept = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while !rest.is_empty() {
        let letters = |c: char| c.is_ascii_lowercase();
        let word_end = rest.find(|c| !letters(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        kept.push_str(if COLOUR_WORDS.contains(&word) { " " } else { word });
        let gap_end = after.find(letters).unwrap_or(after.len());
        let (gap, next) = after.split_at(gap_end);
        kept.push_str(gap);
        rest = next;
    }
    let words: Vec<&str> = kept.split_whitespace().collect();
    format!("{}|{}", words.join(" "), article.trim().to_lowercase())
}

/// Reads the photos of these rows.
pub(super) fn visit(
    folder: &Path,
    rows: &[Row],
    visit: &mut dyn FnMut(usize, Vec<u8>) -> Result<(), ImportError>,
) -> Result<Skipped, ImportError> {
    let images = folder.join("images");
    let mut skipped = Skipped::new();
    for (index, row) in rows.iter().enumerate() {
        let path = images.join(&row.file);
        match fs::metadata(&path) {
            Ok(data) if !data.is_file() || data.len() > MAX_PHOTO_BYTES => {
                count(&mut skipped, "not a plain file, or too large");
                continue;
            }
            Err(_) => {
                count(&mut skipped, "file is not in images/");
                continue;
            }
            Ok(_) => {}
        }
        match fs::read(&path) {
            Ok(bytes) => visit(index, bytes)?,
            Err(_) => count(&mut skipped, "file cannot be read"),
        }
    }
    Ok(skipped)
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn families_ignore_colour_words() {
        for (name, article, expected) in [
            ("Palm Tree Girls Sp Jace Sko White Skirts", "Skirts", "palm tree girls sp jace sko skirts|skirts"),
            ("Puma Men Top Flow Red-213 Black Watch", "Watches", "puma men top flow -213 watch|watches"),
            ("Lotto Men's Court-White-Blue Shoe", "Sports Shoes", "lotto men's court- - shoe|sports shoes"),
            ("Fastrack Men Silver-Toned Watch", "Watches", "fastrack men -toned watch|watches"),
            ("Redtape Men Shoes", "Formal Shoes", "redtape men shoes|formal shoes"),
        ] {
            assert_eq!(family(name, article), expected);
        }
    }
}
