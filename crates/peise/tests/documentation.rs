//! The pages of the repository: the READMEs show the library example that is tested, and every link leads somewhere.

use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// The first Rust code block of a README.
fn example(readme: &Path) -> String {
    let text = read(readme);
    let (_, rest) = text.split_once("```rust\n").unwrap_or_else(|| panic!("{}: no Rust example", readme.display()));
    let (example, _) = rest.split_once("\n```").unwrap_or_else(|| panic!("{}: unclosed example", readme.display()));
    example.to_owned()
}

/// The crate's README is a doc test, so the example of the others runs, too.
#[test]
fn all_readmes_show_the_example_that_is_tested() {
    let tested = example(&repository().join("crates/peise/README.md"));
    assert!(tested.contains("match_files"), "{tested}");
    for readme in ["README.md", "README.zh-CN.md"] {
        assert_eq!(example(&repository().join(readme)), tested, "{readme}");
    }
}

/// Markdown files at the root, in `docs`, and beside what they describe.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/decisions", "docs/archive", "crates/peise", "parity", "model-cards"];
    let files = folders.iter().flat_map(|folder| {
        let folder = repository().join(folder);
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    });
    let is_page = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "md");
    files.map(|file| file.unwrap().path()).filter(is_page).collect()
}

/// Targets of `[text](target)` and `![text](target)` outside code blocks.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))).collect()
}

/// The anchors that GitHub gives a page's headings.
fn anchors(text: &str) -> Vec<String> {
    let heading = |line: &str| {
        let title = line.trim_start_matches('#').trim();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    text.lines().filter(|line| line.starts_with('#')).map(heading).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let (mut broken, mut checked) = (Vec::new(), 0);
    for page in pages() {
        let text = read(&page);
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            checked += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let found = target.exists()
                && (anchor.is_empty() || anchors(&read(&target)).iter().any(|heading| heading == anchor));
            if !found {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(checked > 100, "{checked} links: are the pages still read?");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
