//! Lists of labels as people type them.

use peise::colour::mentions;
use peise::{Note, NoteCode};

/// What people put between labels on one line.
const SEPARATORS: [char; 5] = [',', '，', ';', '；', '、'];

/// The labels of a text file: one a line, or on its only line with `, ， ; ； 、` between them.
///
/// White space around a label and empty ones are ignored. Every other line is a label, also one that starts with `#`.
pub fn labels_of_text(text: &str) -> Vec<String> {
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let labels: Vec<String> = lines.map(str::to_owned).collect();
    match labels.as_slice() {
        [line] => parts(line).map(str::to_owned).collect(),
        _ => labels,
    }
}

/// A remark on labels that look like several joined. They stay one label: a set may be sold in two colours.
pub fn note_joined(labels: &[String]) -> Option<Note> {
    let is_joined = |label: &str| {
        let coloured = parts(label).filter(|part| !mentions(part).is_empty()).count();
        coloured >= 2 || (labels.len() == 1 && parts(label).count() >= 2)
    };
    let joined: Vec<usize> = (0..labels.len()).filter(|&index| is_joined(&labels[index])).collect();
    let first = labels.get(*joined.first()?)?;
    let text = format!("{first:?} looks like several labels in one; give each option a label of its own");
    Some(Note { code: NoteCode::JoinedLabels, labels: joined, images: Vec::new(), text })
}

fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(SEPARATORS).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_a_list_and_many_lines_are_labels() {
        let cases: [(&str, &[&str]); 8] = [
            ("黑色\n白色\n", &["黑色", "白色"]),
            ("黑色\r白色\r", &["黑色", "白色"]),
            ("黑色\r\n\r\n #3 红 \r\n", &["黑色", "#3 红"]),
            ("黑色,白色，红色;蓝色；绿色、紫色", &["黑色", "白色", "红色", "蓝色", "绿色", "紫色"]),
            ("黑色, ,", &["黑色"]),
            ("黑色,白色\n红色", &["黑色,白色", "红色"]),
            ("黑色+白色", &["黑色+白色"]),
            (" \n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(labels_of_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn joined_labels_are_noted() {
        let cases: [(&[&str], &[usize]); 6] = [
            (&["黑色,白色,红色"], &[0]),
            (&["A1、B2"], &[0]),
            (&["红色", "黑色；白色"], &[1]),
            (&["黑色,加绒", "白色,加绒"], &[]),
            (&["黑色", "白色"], &[]),
            (&[], &[]),
        ];
        for (labels, expected) in cases {
            let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
            assert_eq!(note_joined(&labels).map_or(Vec::new(), |note| note.labels), expected, "{labels:?}");
        }
    }
}
