//! The root README and the crate's own README show the same library example. The crate's README is a doc test, so the
//! example in the root README runs too.

use std::path::Path;

/// The first Rust code block of a README.
fn example(readme: &Path) -> String {
    let text = std::fs::read_to_string(readme).unwrap_or_else(|error| panic!("{}: {error}", readme.display()));
    let (_, rest) = text.split_once("\n```rust\n").unwrap_or_else(|| panic!("{}: no Rust example", readme.display()));
    let (example, _) = rest.split_once("\n```\n").unwrap_or_else(|| panic!("{}: unclosed example", readme.display()));
    example.to_owned()
}

#[test]
fn all_readmes_show_the_example_that_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tested = example(&folder.join("README.md"));
    assert!(tested.contains("match_files"), "{tested}");
    for readme in ["../../README.md", "../../README.zh-CN.md"] {
        assert_eq!(example(&folder.join(readme)), tested, "{readme}");
    }
}
