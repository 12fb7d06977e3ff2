//! Learning the table of statistics from real labels.

mod observation;
mod phrases;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write;

pub use observation::{MIN_LABELS, Observation};
use peise::label::statistics::{PLACES, Place};

/// The table of statistics of these labels, as text; the same labels in any order give the same bytes.
pub fn learn(observations: &[Observation]) -> String {
    let mut table = String::from("# Words and phrases of real labels with the number of labels that have them.\n");
    let _ = writeln!(table, "# word\ttext\tlabels\tcolour\tseveral\tbracket\tfront\tback\tcounted");
    for (text, counts) in by_count(words::count(observations), |counts| counts[0]) {
        let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
        let _ = writeln!(table, "word\t{text}\t{}", counts.join("\t"));
    }
    for ((place, text), labels) in by_place(phrases::count(observations)) {
        let name = PLACES.iter().find(|(other, _)| *other == place).map_or("", |(_, name)| name);
        let _ = writeln!(table, "{name}\t{text}\t{labels}");
    }
    table
}

fn by_count<T>(counts: BTreeMap<String, T>, key: impl Fn(&T) -> u32) -> Vec<(String, T)> {
    let mut sorted: Vec<(String, T)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| key(&b.1).cmp(&key(&a.1)).then_with(|| a.0.cmp(&b.0)));
    sorted
}

fn by_place(counts: BTreeMap<(Place, String), u32>) -> Vec<((Place, String), u32)> {
    let mut sorted: Vec<_> = counts.into_iter().filter(|(_, labels)| *labels >= MIN_LABELS).collect();
    sorted.sort_by(|a, b| (a.0.0, b.1, &a.0.1).cmp(&(b.0.0, a.1, &b.0.1)));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observations() -> Vec<Observation> {
        let mut labels = Vec::new();
        for (colour, number) in ["黑色", "白色", "红色", "浅蓝色"].iter().zip(11..) {
            for rest in ["上衣", "裤子", "(现货)", "(预售30天)", "", "裤子(现货)"] {
                labels.push(Observation::new(&format!("{number}0#{colour}{rest}"), colour));
            }
            labels.push(Observation::new(&format!("{colour}上衣+黑色裤子"), &format!("{colour}+黑色")));
        }
        labels
    }

    #[test]
    fn words_and_phrases_are_counted_where_they_stand() {
        let table = learn(&observations());
        for line in [
            "word\t黑色\t10\t10\t0\t0\t0\t0\t0",
            "word\t上衣\t8\t0\t4\t0\t0\t4\t0",
            "word\t现货\t8\t0\t0\t8\t0\t0\t0",
            "word\t天\t4\t0\t0\t4\t0\t0\t4",
            "note-back\t现货\t8",
            "note-back\t预售30天\t4",
            "code-front\t000#\t24",
            "between\t上衣+\t4",
            "brackets\t()\t12",
        ] {
            assert!(table.lines().any(|found| found == line), "{line} is not in\n{table}");
        }
    }

    #[test]
    fn the_order_of_labels_does_not_matter() {
        let mut labels = observations();
        let table = learn(&labels);
        labels.reverse();
        assert_eq!(learn(&labels), table);
        labels.truncate(2);
        assert!(learn(&labels).lines().all(|line| line.starts_with("# ")));
    }
}
