//! Answers as JSON lines: every line an answer or an error of its own, and what is written again reads the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use peise_listings::csv::CsvWriter;
use peise_listings::jsonl::{AnswerReader, AnswerWriter};

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("answers.jsonl");
    let mut answers = Vec::new();
    for (index, answer) in AnswerReader::new(bytes, path).enumerate() {
        assert!(index <= bytes.len(), "at most one entry a line");
        answers.extend(answer);
    }
    let (mut lines, mut table) = (AnswerWriter::new(Vec::new()), CsvWriter::new(Vec::new(), false));
    for answer in &answers {
        lines.write(answer).expect("memory takes any answer");
        table.write(answer).expect("memory takes any answer");
    }
    let lines = lines.finish().expect("memory takes any answer");
    let again: Vec<_> =
        AnswerReader::new(&*lines, path).map(|answer| answer.expect("what was written can be read")).collect();
    assert_eq!(again, answers);
    let table = table.finish().expect("memory takes any answer");
    for row in csv::Reader::from_reader(&*table).records() {
        assert_eq!(row.expect("a table can be read").len(), 6);
    }
});
