//! Reads `label,colour_words` from a CSV file and writes the statistics of its learning half: the table that the
//! default cleaner and the label grammar are built on, `crates/peise/src/label/statistics.tsv`.

use std::error::Error;

use peise_data::language::learning::{Observation, learn};
use peise_data::language::split::{Half, half};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(labels), Some(table)) = (arguments.next(), arguments.next()) else {
        return Err("usage: label_statistics LABELS.csv STATISTICS.tsv".into());
    };
    let bytes = std::fs::read(&labels)?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let (mut learning, mut total) = (Vec::new(), 0);
    for record in csv::ReaderBuilder::new().flexible(true).from_reader(bytes).records() {
        let record = record?;
        let (Some(label), Some(words)) = (record.get(0), record.get(1)) else { continue };
        total += 1;
        if half(label) == Half::Learning {
            learning.push(Observation::new(label, words));
        }
    }
    std::fs::write(&table, learn(&learning))?;
    eprintln!("{} of {total} labels learnt from", learning.len());
    Ok(())
}
