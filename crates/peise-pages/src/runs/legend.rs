//! What the lines mean, and which run has which colour.

use std::fmt::{self, Display, Formatter};

use super::chart::MOST_RAW;
use super::escape::shown;
use super::{Run, Words};

/// Colours of the style sheet (`--run-0` ...), after Okabe and Ito, with those replaced that fade on white or black.
const COLOURS: usize = 8;

/// Dashes tell apart the runs that share a colour.
const DASHES: [&str; 4] = ["none", "7 4", "2 4", "10 3 2 3"];

/// Rules of the style sheet that depend on the number of runs: colour, dashes, and what a checkbox hides.
pub(super) struct Colours(pub usize);

impl Display for Colours {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 1 {
            return writeln!(out, ".valid, .dot, .best, .best-text, .key.of-validation {{ --line: var(--run-1); }}");
        }
        for number in 0..self.0 {
            let (colour, dash) = (number % COLOURS, DASHES[number / COLOURS % DASHES.len()]);
            write!(out, ".run-{number} {{ --line: var(--run-{colour}); --dash: {dash}; }}")?;
            writeln!(out, " body:has(#show-{number}:not(:checked)) main .run-{number} {{ display: none; }}")?;
        }
        Ok(())
    }
}

/// The legend of all charts, with a checkbox for each of several runs.
pub(super) struct Legend<'a> {
    pub runs: &'a [Run],
    pub words: &'static Words,
}

impl Display for Legend<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let words = self.words;
        let several = self.runs.len() > 1;
        let plain = if several { " plain" } else { "" };
        write!(out, "<p class=\"legend{plain}\">")?;
        if self.runs.len() <= MOST_RAW {
            write!(
                out,
                "<span>{}{}</span>",
                key("", "<path class=\"raw\" d=\"M1 9L6 4L11 11L16 3L21 10L27 6\"/>"),
                words.raw
            )?;
        }
        let line = "<path class=\"smooth\" d=\"M1 7H27\"/>";
        write!(out, "<span>{}{}</span>", key("", line), words.smoothed)?;
        let line = "<path class=\"valid\" d=\"M1 7H27\"/><circle class=\"dot\" cx=\"14\" cy=\"7\" r=\"3\"/>";
        write!(out, "<span>{}{}</span>", key(" of-validation", line), words.validation)?;
        let ring =
            "<circle class=\"dot\" cx=\"14\" cy=\"7\" r=\"2.5\"/><circle class=\"best\" cx=\"14\" cy=\"7\" r=\"6\"/>";
        writeln!(out, "<span>{}{}</span></p>", key(" of-validation", ring), words.best)?;
        if several {
            writeln!(out, "<fieldset class=\"runs\"><legend>{}</legend>", words.show)?;
            for (number, run) in self.runs.iter().enumerate() {
                writeln!(
                    out,
                    "<label class=\"run-{number}\"><input type=\"checkbox\" id=\"show-{number}\" checked>{}\
                     <bdi>{}</bdi></label>",
                    key("", line),
                    shown(&run.name)
                )?;
            }
            writeln!(out, "</fieldset>")?;
        }
        Ok(())
    }
}

/// A small picture of a line.
pub(super) fn key(class: &str, drawing: &str) -> String {
    format!("<svg class=\"key{class}\" viewBox=\"0 0 28 14\" aria-hidden=\"true\">{drawing}</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_colour_differ_in_dashes() {
        let rules = Colours(10).to_string();
        assert!(rules.contains(".run-1 { --line: var(--run-1); --dash: none; }"));
        assert!(rules.contains(".run-9 { --line: var(--run-1); --dash: 7 4; }"));
        let rules = Colours(33).to_string();
        let mut styles: Vec<&str> = rules.lines().filter_map(|line| line.split(['{', '}']).nth(1)).collect();
        styles.truncate(COLOURS * DASHES.len());
        styles.sort_unstable();
        styles.dedup();
        assert_eq!(styles.len(), COLOURS * DASHES.len());
    }
}
