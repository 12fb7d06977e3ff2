//! The drawing inside a chart.
//!
//! Lines live in a stretched inner picture whose strokes keep their width; dots, ticks and words are placed in per
//! cent of the outer one. So a chart fills any width, and its text has the page's size everywhere.

use std::fmt::{self, Display, Formatter};

use super::Words;
use super::axis::{Axis, compact, short_step};
use super::escape::shown;
use super::series::Sample;
use super::stages::Stage;

/// Side of the inner picture.
const SIDE: f64 = 1000.0;

/// More dots than this get smaller.
const MANY_DOTS: usize = 60;

/// Everything drawn of one run.
pub(super) struct Layer<'a> {
    pub number: usize,
    /// Name of the run, if there are several.
    pub name: Option<&'a str>,
    pub raw: Vec<Sample>,
    pub smooth: Vec<Sample>,
    pub validation: Vec<Sample>,
    pub best: Option<Sample>,
}

impl Layer<'_> {
    /// Every value drawn.
    pub fn values(&self) -> impl Iterator<Item = f64> + Clone {
        let lines = self.raw.iter().chain(&self.smooth).chain(&self.validation);
        lines.chain(&self.best).map(|sample| sample.value)
    }
}

/// Grid, lines, dots and ticks of a chart.
pub(super) struct Plot<'a> {
    pub title: &'a str,
    pub layers: &'a [Layer<'a>],
    pub plans: &'a [(usize, Vec<Stage<'a>>)],
    pub steps: Axis,
    pub values: Axis,
    /// How a value is written beside its mark.
    pub number: fn(f64) -> String,
    pub words: &'static Words,
}

impl Display for Plot<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (low, high) = self.steps.ends();
        write!(
            out,
            "<div class=\"plot\" data-low=\"{low}\" data-high=\"{high}\" data-step=\"{}\" data-training=\"{}\" \
             data-validation=\"{}\">\n<svg class=\"outer\" role=\"img\" aria-label=\"{}\">\n",
            self.words.step, self.words.training, self.words.validation, self.title
        )?;
        self.grid(out)?;
        if self.layers.iter().all(|layer| layer.values().next().is_none()) {
            writeln!(out, "<text class=\"nothing\" x=\"50%\" y=\"50%\">{}</text>", self.words.no_values)?;
        }
        writeln!(out, "<svg class=\"inner\" viewBox=\"0 0 {SIDE} {SIDE}\" preserveAspectRatio=\"none\">")?;
        for layer in self.layers {
            self.lines(layer, out)?;
        }
        writeln!(out, "</svg>")?;
        for layer in self.layers {
            self.dots(layer, out)?;
        }
        writeln!(out, "</svg>\n<div class=\"cross\" hidden></div>\n<table class=\"tip\" hidden></table>\n</div>")
    }
}

impl Plot<'_> {
    /// Position of a sample in per cent of the outer picture.
    fn place(&self, sample: &Sample) -> (f64, f64) {
        let x = self.steps.position(sample.step as f64);
        (100.0 * x, 100.0 * (1.0 - self.values.position(sample.value)))
    }

    fn grid(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for tick in self.values.ticks(6) {
            let (y, text) = (100.0 * (1.0 - self.values.position(tick)), compact(tick));
            writeln!(
                out,
                "<line class=\"grid\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/>\
                 <text class=\"tick y\" x=\"-7\" y=\"{y:.2}%\" dy=\".35em\">{text}</text>"
            )?;
        }
        let many = self.plans.len() > 1;
        for (number, plan) in self.plans {
            let run = if many { format!(" run-{number}") } else { String::new() };
            for stage in plan.iter().skip(1) {
                let x = 100.0 * self.steps.position(stage.first as f64);
                writeln!(out, "<line class=\"stage{run}\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y2=\"100%\"/>")?;
            }
        }
        let (low, high) = self.steps.ends();
        // A single step is no whole axis of ticks.
        let whole = |tick: &f64| tick.fract() == 0.0;
        for (order, tick) in self.steps.ticks(8).into_iter().filter(whole).enumerate() {
            let x = 100.0 * (tick - low) / (high - low);
            // Every other one gives way on a narrow screen.
            let minor = if order % 2 == 1 { " minor" } else { "" };
            writeln!(
                out,
                "<text class=\"tick x{minor}\" x=\"{x:.2}%\" y=\"100%\" dy=\"1.5em\">{}</text>",
                short_step(tick)
            )?;
        }
        writeln!(out, "<text class=\"tick unit\" x=\"100%\" y=\"100%\" dy=\"2.8em\">{}</text>", self.words.step)
    }

    fn lines(&self, layer: &Layer, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "<g class=\"run-{}\"", layer.number)?;
        if let Some(name) = layer.name {
            write!(out, " data-name=\"{}\"", shown(name))?;
        }
        writeln!(out, ">")?;
        if !layer.raw.is_empty() {
            writeln!(out, "<path class=\"raw\" d=\"{}\"/>", self.path(&layer.raw))?;
        }
        for (class, samples) in [("smooth", &layer.smooth), ("valid", &layer.validation)] {
            if samples.is_empty() {
                continue;
            }
            let lone = if samples.len() == 1 { " lone" } else { "" };
            write!(out, "<path class=\"{class}{lone}\" data-at=\"")?;
            for (order, sample) in samples.iter().enumerate() {
                let space = if order > 0 { " " } else { "" };
                write!(out, "{space}{} {}", sample.step, compact(sample.value))?;
            }
            writeln!(out, "\" d=\"{}\"/>", self.path(samples))?;
        }
        writeln!(out, "</g>")
    }

    /// Path through the samples; a sample alone between gaps becomes a dot.
    fn path(&self, samples: &[Sample]) -> String {
        let mut path = String::new();
        for (k, sample) in samples.iter().enumerate() {
            let (x, y) = self.place(sample);
            let command = if sample.gap || k == 0 { 'M' } else { 'L' };
            path.push_str(&format!("{command}{} {}", coordinate(x), coordinate(y)));
            let alone = command == 'M' && samples.get(k + 1).is_none_or(|next| next.gap);
            path.push_str(if alone { "h0" } else { "" });
        }
        path
    }

    fn dots(&self, layer: &Layer, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "<g class=\"run-{}\">", layer.number)?;
        let samples = &layer.validation;
        let radius = if samples.len() > MANY_DOTS { 1.6 } else { 3.0 };
        for sample in samples {
            let (x, y) = self.place(sample);
            writeln!(
                out,
                "<circle class=\"dot\" cx=\"{x:.2}%\" cy=\"{y:.2}%\" r=\"{radius}\"><title>{} {}: {}</title></circle>",
                self.words.step,
                sample.step,
                compact(sample.value)
            )?;
        }
        if let Some(best) = &layer.best {
            let (x, y) = self.place(best);
            writeln!(out, "<circle class=\"best\" cx=\"{x:.2}%\" cy=\"{y:.2}%\" r=\"7\"/>")?;
            if layer.name.is_none() {
                let anchor = match x {
                    x if x < 12.0 => "start",
                    x if x > 85.0 => "end",
                    _ => "middle",
                };
                let below = if y < 12.0 { "2em" } else { "-1.1em" };
                writeln!(
                    out,
                    "<text class=\"best-text\" x=\"{x:.2}%\" y=\"{y:.2}%\" dy=\"{below}\" text-anchor=\"{anchor}\">\
                     {} {}</text>",
                    self.words.best,
                    (self.number)(best.value)
                )?;
            }
        }
        writeln!(out, "</g>")
    }
}

/// Per cent as a coordinate of the inner picture, one decimal at most.
fn coordinate(percent: f64) -> String {
    let rounded = (percent * SIDE / 10.0).round() / 10.0;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use crate::curves::series::samples;
    use crate::curves::words;

    fn plot<'a>(layers: &'a [Layer<'a>]) -> Plot<'a> {
        let steps = Axis::of_steps([0, 100].into_iter());
        let words = words::words(Language::English);
        Plot { title: "Acc", layers, plans: &[], steps, values: Axis::SHARE, number: compact, words }
    }

    fn line(values: &[Option<f64>]) -> Vec<Sample> {
        samples((0..).map(|k| 25 * k).zip(values).map(|(step, &value)| (step, "", value)))
    }

    #[test]
    fn paths_break_at_gaps() {
        for (values, expected) in [
            (&[Some(0.0), Some(0.5), Some(1.0)][..], "M0 1000L250 500L500 0"),
            (&[Some(0.0), Some(0.25), None, Some(0.5), Some(0.5)], "M0 1000L250 750M750 500L1000 500"),
            (&[Some(0.0), Some(0.25), None, Some(0.33333)], "M0 1000L250 750M750 666.7h0"),
            (&[Some(0.5)], "M0 500h0"),
            (&[], ""),
        ] {
            assert_eq!(plot(&[]).path(&line(values)), expected);
        }
    }

    #[test]
    fn values_are_told_to_the_script_and_by_titles() {
        let validation = line(&[Some(0.93216), Some(0.5)]);
        let best = validation.first().copied();
        let layers = [Layer { number: 0, name: None, raw: Vec::new(), smooth: line(&[]), validation, best }];
        let drawn = plot(&layers).to_string();
        assert!(drawn.contains("data-at=\"0 0.9322 25 0.5\""), "{drawn}");
        assert!(drawn.contains("<title>step 25: 0.5</title>") && drawn.contains(">best 0.9322</text>"));
        assert!(!drawn.contains("class=\"raw\"") && !drawn.contains("no values"));
        assert!(plot(&[]).to_string().contains("no values"));
    }
}
