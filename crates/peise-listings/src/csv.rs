//! Predictions as a table for spreadsheets: `id,file,label,probability,joint_probability,error`, one row per photo.
//!
//! UTF-8 without a byte order mark, rows end in a line feed, fields are quoted as in RFC 4180 where they must be. Empty
//! fields are what is null in the other formats. A listing without photos that failed is one row without a file.

use std::io::{self, Write};

use peise::Answer;

const HEADER: [&str; 6] = ["id", "file", "label", "probability", "joint_probability", "error"];

/// Writes predictions as rows.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    writer: W,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header; buffer the writer if single writes are costly.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(mut writer: W) -> io::Result<Self> {
        write_row(&mut writer, HEADER)?;
        Ok(Self { writer })
    }

    /// Appends one row per photo.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write(&mut self, prediction: &Answer) -> io::Result<()> {
        let number = |value: Option<f32>| value.map(|value| format!("{value:.6}")).unwrap_or_default();
        let joint = number(prediction.joint_probability);
        let listing_error = prediction.error.as_ref().map(|error| error.text.as_str()).unwrap_or_default();
        for image in &prediction.images {
            let row = [
                prediction.id.as_str(),
                &image.file,
                image.label.as_deref().unwrap_or_default(),
                &number(image.probability),
                &joint,
                image.error.as_ref().map_or(listing_error, |error| &error.text),
            ];
            write_row(&mut self.writer, row)?;
        }
        if prediction.images.is_empty() && !listing_error.is_empty() {
            write_row(&mut self.writer, [&prediction.id, "", "", "", "", listing_error])?;
        }
        Ok(())
    }

    /// Flushes and returns the writer.
    ///
    /// # Errors
    /// If flushing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }
}

fn write_row(writer: &mut impl Write, fields: [&str; HEADER.len()]) -> io::Result<()> {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            writer.write_all(b",")?;
        }
        write_field(writer, field)?;
    }
    writer.write_all(b"\n")
}

fn write_field(writer: &mut impl Write, field: &str) -> io::Result<()> {
    // RFC 4180, section 2, rules 6 and 7.
    if field.contains([',', '"', '\r', '\n']) {
        write!(writer, "\"{}\"", field.replace('"', "\"\""))
    } else {
        writer.write_all(field.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use peise::listing::{Assignment, Choice, Listing, ListingImage};

    fn table(predictions: &[Answer]) -> String {
        let mut writer = CsvWriter::new(Vec::new()).unwrap();
        for prediction in predictions {
            writer.write(prediction).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    fn listing(id: &str, label: &str, files: &[&str]) -> Listing {
        let images = files.iter().map(|&file| ListingImage { file: file.into(), label: None });
        Listing { id: id.into(), labels: vec![label.into()], images: images.collect() }
    }

    #[test]
    fn rows_are_photos_and_failures_are_told() {
        let matched = Assignment {
            choices: vec![Choice { label: Some(0), probability: 0.75 }],
            marginals: vec![0.75, 0.25],
            joint_probability: 0.5,
            exact: true,
        };
        let two = listing("1", "黑,\"A\"\n款", &["0.jpg", "1.jpg"]);
        let predictions = [
            Answer::new(&two, &matched, &[None, Some("truncated, 3 bytes".into())], "cover"),
            Answer::failed(&listing("2", "白", &["2.jpg"]), &[None], "no image left".into()),
            Answer::failed(&listing("3", "白", &[]), &[], "no image".into()),
        ];
        let expected = "id,file,label,probability,joint_probability,error\n\
            1,0.jpg,\"黑,\"\"A\"\"\n款\",0.750000,0.500000,\n\
            1,1.jpg,,,0.500000,\"truncated, 3 bytes\"\n\
            2,2.jpg,,,,no image left\n\
            3,,,,,no image\n";
        assert_eq!(table(&predictions), expected);
    }

    #[test]
    fn an_answer_withheld_keeps_its_probability() {
        let mut prediction = Answer::new(
            &listing("1", "黑", &["0.jpg"]),
            &Assignment {
                choices: vec![Choice { label: Some(0), probability: 0.25 }],
                marginals: vec![0.25, 0.75],
                joint_probability: 0.25,
                exact: true,
            },
            &[None],
            "free",
        );
        prediction.withhold_below(0.5);
        assert!(table(&[prediction]).ends_with("\n1,0.jpg,,0.250000,0.250000,\n"));
    }

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        let cases = [
            ("黑色", "黑色"),
            ("", ""),
            (" 杏 ", " 杏 "),
            ("a'b", "a'b"),
            ("a,b", "\"a,b\""),
            ("\"", "\"\"\"\""),
            ("a\r", "\"a\r\""),
        ];
        for (field, expected) in cases {
            let mut written = Vec::new();
            write_field(&mut written, field).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
