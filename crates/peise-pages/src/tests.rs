//! Tests that concern all pages.

use std::fs;
use std::path::Path;

/// Values reach a page through `maud`, which escapes them. Whatever does not must be the page's own.
#[test]
fn html_that_is_not_escaped_stands_in_the_frame_alone() {
    fn visit(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.extend(
                    ["PreEscaped", "render_to"]
                        .iter()
                        .any(|raw| text.contains(raw))
                        .then(|| path.file_name().unwrap().to_string_lossy().into()),
                );
            }
        }
    }
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    // escape.rs writes base64 and takes escaped text apart; lib.rs speaks of it.
    assert_eq!(found, ["escape.rs", "frame.rs", "lib.rs"]);
}
