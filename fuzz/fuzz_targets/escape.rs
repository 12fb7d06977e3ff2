//! Text from outside cannot leave its place in a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise_pages::{Base64, Text};

fuzz_target!(|bytes: &[u8]| {
    let base64 = Base64(bytes).to_string();
    assert!(base64.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
    assert_eq!(base64.len(), bytes.len().div_ceil(3) * 4);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let escaped = Text(text).to_string();
    assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped:?}");
    assert!(!escaped.chars().any(|c| c.is_control() && c != '\t' && c != '\n'), "{escaped:?}");
    let read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    let read = read.replace("&amp;", "&");
    let expected: String =
        text.chars().map(|c| if c.is_control() && c != '\t' && c != '\n' { '\u{fffd}' } else { c }).collect();
    assert_eq!(read, expected);
    // Every & left is one of ours.
    for part in escaped.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|entity| part.starts_with(entity)), "{escaped:?}");
    }
});
