//! Answers as a table.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use peise::Answer;
use peise::atomic::{AtomicFile, WriteError};

use super::spreadsheet_safe;
use crate::registry::SinkOptions;
use crate::{AnswerSink, Answered};

const HEADER: [&str; 6] = ["id", "file", "label", "probability", "joint_probability", "error"];
/// The first column's name behind a byte order mark.
const MARKED: &str = "\u{FEFF}id";

/// Writes answers as rows.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    writer: ::csv::Writer<W>,
    bom: bool,
    begun: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Wraps a writer; the header comes before the first row, and a byte order mark before it where `bom` asks for one.
    pub fn new(writer: W, bom: bool) -> Self {
        let writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(writer);
        Self { writer, bom, begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let mut header = HEADER;
        if self.bom {
            header[0] = MARKED;
        }
        Ok(self.writer.write_record(header)?)
    }

    /// Appends one row per photo.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write(&mut self, answer: &Answer) -> io::Result<()> {
        self.begin()?;
        let number = |value: Option<f32>| value.map(|value| format!("{value:.6}")).unwrap_or_default();
        let joint = number(answer.joint_probability);
        let listing_error = answer.error.as_ref().map(|error| error.text.as_str()).unwrap_or_default();
        for image in &answer.images {
            let row = [
                &*spreadsheet_safe(&answer.id),
                &spreadsheet_safe(&image.file),
                &spreadsheet_safe(image.label.as_deref().unwrap_or_default()),
                &number(image.probability),
                &joint,
                &spreadsheet_safe(image.error.as_ref().map_or(listing_error, |error| &error.text)),
            ];
            self.writer.write_record(row)?;
        }
        if answer.images.is_empty() && !listing_error.is_empty() {
            let (id, error) = (spreadsheet_safe(&answer.id), spreadsheet_safe(listing_error));
            self.writer.write_record([&*id, "", "", "", "", &error])?;
        }
        Ok(())
    }

    /// Flushes and returns the writer.
    ///
    /// # Errors
    /// If flushing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.begin()?;
        self.writer.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

/// Writes a file of answers as rows.
#[derive(Debug)]
pub struct CsvSink {
    path: PathBuf,
    writer: CsvWriter<AtomicFile>,
}

impl CsvSink {
    /// Opens the file aside.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(options: &SinkOptions) -> Result<Self, WriteError> {
        let path = options.out.clone();
        let writer = CsvWriter::new(AtomicFile::create(&path)?, options.bom);
        Ok(Self { path, writer })
    }
}

impl AnswerSink for CsvSink {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, answered: &Answered) -> io::Result<()> {
        self.writer.write(&answered.answer)
    }

    fn commit(self: Box<Self>) -> Result<(), WriteError> {
        let Self { path, writer } = *self;
        writer.finish().map_err(|source| WriteError { path, action: "write", source })?.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::answer::Decision;
    use peise::listing::Listing;
    use peise::matcher::decode::{Assignment, Choice, Rule};
    use peise::{Note, Problem};

    fn table(answers: &[Answer]) -> String {
        let mut writer = CsvWriter::new(Vec::new(), false);
        for answer in answers {
            writer.write(answer).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    /// The first readable photo gets the label.
    fn decided(listing: &Listing, problems: &[Option<Problem>], probability: f32) -> Answer {
        let readable = problems.iter().filter(|problem| problem.is_none()).count();
        let assignment = Assignment {
            choices: vec![Choice { label: Some(0), probability }; readable],
            marginals: [probability, 1.0 - probability].repeat(readable),
            joint_probability: 0.5,
            bare: vec![0.0],
            rule: Rule::Free,
            exact: true,
        };
        Answer::decided(listing, problems, &Decision::new(assignment, vec![0]))
    }

    #[test]
    fn rows_are_photos_and_failures_are_told() {
        let two = Listing::new("1", ["黑,\"A\"\n款"], ["0.jpg", "1.jpg"]);
        let answers = [
            decided(&two, &[None, Some(Problem::new("truncated", "truncated, 3 bytes"))], 0.75),
            Answer::failed(&Listing::new("2", ["白"], ["2.jpg"]), &[None], Problem::new("rule", "no image left")),
            Answer::failed(&Listing::new("3", ["白"], [""; 0]), &[], Problem::new("rule", "no image")),
        ];
        let expected = "id,file,label,probability,joint_probability,error\n\
            1,0.jpg,\"黑,\"\"A\"\"\n款\",0.750000,0.500000,\n\
            1,1.jpg,,,0.500000,\"truncated, 3 bytes\"\n\
            2,2.jpg,,,,no image left\n\
            3,,,,,no image\n";
        assert_eq!(table(&answers), expected);
    }

    #[test]
    fn an_answer_withheld_keeps_its_probability() {
        let mut answer = decided(&Listing::new("1", ["黑"], ["0.jpg"]), &[None], 0.25);
        answer.withhold_below(0.5);
        answer.notes = Vec::<Note>::new();
        assert!(table(&[answer]).ends_with("\n1,0.jpg,,0.250000,0.500000,\n"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        let listing = Listing::new("-1", ["=HYPERLINK(\"http://x\")"], ["@a.jpg", "+b.jpg"]);
        let answer = decided(&listing, &[None, None], 0.75);
        let text = table(&[answer]);
        let mut rows = ::csv::Reader::from_reader(text.as_bytes());
        for row in rows.records().map(Result::unwrap) {
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        }
        assert!(text.contains("'-1,'@a.jpg,"), "{text}");
    }

    #[test]
    fn a_byte_order_mark_comes_first_on_request() {
        let folder = tempfile::tempdir().unwrap();
        for bom in [true, false] {
            let out = folder.path().join("out.csv");
            Box::new(CsvSink::create(&SinkOptions { out: out.clone(), bom }).unwrap()).commit().unwrap();
            assert_eq!(std::fs::read(&out).unwrap().starts_with(b"\xEF\xBB\xBFid,"), bom);
        }
    }
}
