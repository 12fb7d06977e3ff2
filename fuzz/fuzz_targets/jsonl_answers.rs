//! Answers as JSON lines: every line an answer or an error of its own, and what is written again reads the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use peise_listings::jsonl::AnswerReader;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = AnswerReader::new(bytes, Path::new("answers.jsonl"));
    let mut read = 0;
    while let Some(answer) = reader.next() {
        read += 1;
        assert!(read <= bytes.len(), "at most one entry a line");
        if let Ok(answer) = answer {
            assert!(serde_json::to_string(&answer).is_ok());
        }
    }
    assert!(reader.complete_bytes() <= bytes.len() as u64);
});
