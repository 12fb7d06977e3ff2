//! What the command line says of itself, word for word.
//!
//! After a change that is meant: `PEISE_UPDATE=1 cargo test -p peise-cli --test cli golden`, and look at the difference.

use crate::common::peise;
use std::fs;
use std::path::Path;

#[test]
fn the_command_line_describes_itself_as_recorded() {
    let cases: [(&str, &[&str]); 4] = [
        ("models.txt", &["models"]),
        ("help.txt", &["--help"]),
        ("match-help.txt", &["match", "--help"]),
        ("predict-help.txt", &["predict", "--help"]),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("PEISE_UPDATE").is_some_and(|value| value == "1");
    for (name, args) in cases {
        let said = without_size(&peise(args).succeeds().stdout);
        let path = folder.join(name);
        if update {
            fs::write(&path, &said).unwrap();
        }
        let recorded = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(said, recorded, "{name} differs; if that is meant, run again with PEISE_UPDATE=1");
    }
}

/// The size of the embedded model depends on its weights.
fn without_size(text: &str) -> String {
    let Some((before, after)) = text.split_once("embedded, ") else { return text.to_owned() };
    let after = after.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    format!("{before}embedded, #{after}")
}
