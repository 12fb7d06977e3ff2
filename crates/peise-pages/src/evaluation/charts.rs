//! Drawings of shares against shares.

use super::Words;
use peise_eval::Point;
use std::fmt::{self, Formatter};

/// Width and height of the plane, and what lies around it for ticks.
const SIZE: [f64; 2] = [300.0, 190.0];
const LEFT: f64 = 34.0;
const BELOW: f64 = 34.0;

/// A chart of values in 0..=1 on both axes; the vertical one begins at `low`.
pub(super) struct Chart {
    pub low: f64,
    pub across: &'static str,
}

impl Chart {
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (LEFT + x * SIZE[0], (1.0 - ((y - self.low) / (1.0 - self.low)).clamp(0.0, 1.0)) * SIZE[1])
    }

    pub fn open(&self, out: &mut Formatter<'_>, title: &str) -> fmt::Result {
        let [width, height] = [SIZE[0] + LEFT + 8.0, SIZE[1] + BELOW];
        writeln!(
            out,
            "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 -6 {width} {height}\" role=\"img\" aria-label=\"{title}\">"
        )?;
        for step in 0..=5 {
            let share = f64::from(step) / 5.0;
            let value = self.low + share * (1.0 - self.low);
            let ((_, y), (x, _)) = (self.place(0.0, value), self.place(share, 0.0));
            let (right, bottom) = (LEFT + SIZE[0], SIZE[1] + 14.0);
            writeln!(
                out,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>\
                 <text x=\"{x:.1}\" y=\"{bottom}\" text-anchor=\"middle\">{:.0} %</text>",
                LEFT - 5.0,
                y + 4.0,
                100.0 * value,
                100.0 * share,
            )?;
        }
        writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT + SIZE[0],
            SIZE[1] + 27.0,
            self.across
        )
    }

    pub fn line(&self, out: &mut Formatter<'_>, class: &str, points: impl Iterator<Item = (f64, f64)>) -> fmt::Result {
        write!(out, "<path class=\"{class}\" d=\"")?;
        for (order, (x, y)) in points.enumerate() {
            let (x, y) = self.place(x, y);
            write!(out, "{}{x:.1} {y:.1}", if order == 0 { 'M' } else { 'L' })?;
        }
        writeln!(out, "\"/>")
    }

    pub fn close(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "</svg></figure>")
    }

    /// Frequency by confidence, and what it should be.
    pub fn reliability(&self, out: &mut Formatter<'_>, title: &str, bins: &[Point], words: &Words) -> fmt::Result {
        self.open(out, title)?;
        self.line(out, "ideal", [(self.low, self.low), (1.0, 1.0)].into_iter())?;
        self.line(out, "one", bins.iter().map(|bin| (bin.confidence, bin.frequency)))?;
        for Point { count, confidence, frequency } in bins {
            let (x, y) = self.place(*confidence, *frequency);
            writeln!(
                out,
                "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{} {confidence:.3}, {} {frequency:.3} \
                 ({count})</title></circle>",
                words.confidence, words.right
            )?;
        }
        self.close(out)
    }
}
