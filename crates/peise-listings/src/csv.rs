//! Plain tables, in and out.
//!
//! **In**, one row a photo; labels in rows of their own or joined, by `|` unless another separator is named:
//!
//! ```text
//! id,photo,label
//! 543,543_0.jpg,黑色|白色
//! 543,543_1.jpg,
//! ```
//!
//! A listing's labels are those of all its rows, in their order, each once. A row with one label beside a photo also says
//! what the photo shows. Rows of a listing follow each other; an empty id continues the listing above. Columns are found
//! by their usual names ([`Columns`](crate::registry::Columns) names others), other columns are ignored; commas, semicolons
//! or tabs between cells are told by the header. Photos are files beside the table or in the folder given.
//!
//! **Out**, one row a photo: `id,file,label,probability,joint_probability,error`. UTF-8, with a byte order mark on
//! request; rows end in a line feed; fields are quoted as in RFC 4180 where they must be. Empty fields are what is null
//! in the other formats. A listing without photos that failed is one row without a file. A cell that a spreadsheet would
//! take for a formula gets a leading `'`, which is taken off again on reading.

mod reader;
mod writer;

use std::borrow::Cow;

use crate::registry::{Format, Input};
pub use reader::CsvSource;
pub use writer::{CsvSink, CsvWriter};

/// The format's entry in the registry.
pub(crate) const FORMAT: Format = Format {
    name: "csv",
    about: "a table, one row a photo: id, photo, label",
    endings: &["csv", "tsv"],
    input: Some(Input {
        recognises: |probe| probe.has_ending(FORMAT.endings),
        expected: "a table FILE.csv with the columns id, photo and label",
        open: |options| Ok(Box::new(CsvSource::open(options)?)),
        complete: false,
    }),
    create: Some(|options| Ok(Box::new(CsvSink::create(options)?))),
    example: || {
        let table = "id,photo,label\n543,543_0.jpg,黑色|白色\n543,543_1.jpg,\n";
        vec![("listings.csv", table.into()), ("543_0.jpg", Vec::new()), ("543_1.jpg", Vec::new())]
    },
};

/// What makes a spreadsheet take a cell for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cell, with a leading `'` where a spreadsheet would compute it, or where it looks as if it had one already.
pub(crate) fn spreadsheet_safe(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// Undoes [`spreadsheet_safe`].
pub(crate) fn without_mark(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Whether the cell begins as a formula does, after any number of `'`.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_taken_off_again_and_nothing_else() {
        for (cell, written) in [
            ("黑色", "黑色"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("-M", "'-M"),
            ("'=1+1", "''=1+1"),
            ("''=1+1", "'''=1+1"),
            ("'quoted'", "'quoted'"),
        ] {
            assert_eq!(spreadsheet_safe(cell), written);
            assert_eq!(without_mark(written), cell);
        }
    }
}
