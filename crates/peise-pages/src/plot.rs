//! Lines over two axes, as SVG that takes its colours from the page.
//!
//! Lines live in a stretched inner picture whose strokes keep their width; dots, ticks and words are placed in per
//! cent of the outer one. So a plot fills any width, and its text has the page's size everywhere.

mod axis;

pub(crate) use axis::{Axis, LARGEST};

use maud::{Markup, Render, html};

/// Side of the inner picture.
const SIDE: f64 = 1000.0;

/// More dots than this get smaller.
const MANY_DOTS: usize = 60;

/// An axis and how its values are written.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub axis: Axis,
    pub number: fn(f64) -> String,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub x: f64,
    pub y: f64,
    /// The line does not reach back to the point before.
    pub gap: bool,
}

/// A line through points.
pub(crate) struct Line {
    pub class: &'static str,
    pub places: Vec<Place>,
    /// The values for a script, as pairs of numbers; the attribute `data-at`.
    pub values: Option<String>,
}

/// A point that tells its value.
pub(crate) struct Dot {
    pub x: f64,
    pub y: f64,
    pub title: String,
}

/// The point to be seen first.
pub(crate) struct Ring {
    pub x: f64,
    pub y: f64,
    pub text: Option<String>,
}

/// Everything drawn of one thing.
pub(crate) struct Layer<'a> {
    pub class: String,
    /// Its name, for a script; foreign text.
    pub name: Option<&'a str>,
    pub lines: Vec<Line>,
    pub dots: Vec<Dot>,
    pub ring: Option<Ring>,
}

/// A vertical line over the whole height.
pub(crate) struct Mark {
    pub class: String,
    pub x: f64,
}

/// The drawing.
pub(crate) struct Plot<'a> {
    /// What it shows, for those who do not see it.
    pub title: &'a str,
    pub across: Scale,
    pub up: Scale,
    /// What the horizontal axis measures.
    pub unit: &'a str,
    pub marks: Vec<Mark>,
    pub layers: Vec<Layer<'a>>,
    /// What stands where there is nothing to draw.
    pub nothing: &'a str,
}

impl Line {
    /// A line without gaps.
    pub fn through(class: &'static str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let places = points.into_iter().map(|(x, y)| Place { x, y, gap: false }).collect();
        Self { class, places, values: None }
    }
}

impl Render for Plot<'_> {
    fn render(&self) -> Markup {
        let empty = |layer: &Layer| layer.lines.iter().all(|line| line.places.is_empty()) && layer.dots.is_empty();
        html! {
            svg.outer role="img" aria-label=(self.title) {
                (self.grid())
                @if self.layers.iter().all(empty) {
                    text.nothing x="50%" y="50%" { (self.nothing) }
                }
                svg.inner viewBox={ "0 0 " (SIDE) " " (SIDE) } preserveAspectRatio="none" {
                    @for layer in &self.layers { (self.lines(layer)) }
                }
                @for layer in &self.layers { (self.points(layer)) }
            }
        }
    }
}

impl Plot<'_> {
    /// Position in per cent of the outer picture.
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (100.0 * self.across.axis.position(x), 100.0 * (1.0 - self.up.axis.position(y)))
    }

    fn grid(&self) -> Markup {
        let (low, _) = self.across.axis.ends();
        html! {
            @for tick in self.up.axis.ticks(6) {
                @let y = per_cent(self.place(low, tick).1);
                line.grid x2="100%" y1=(y) y2=(y) {}
                text.tick.y x="-7" y=(y) dy=".35em" { ((self.up.number)(tick)) }
            }
            @for mark in &self.marks {
                @let x = per_cent(self.place(mark.x, 0.0).0);
                line class=(mark.class) x1=(x) x2=(x) y2="100%" {}
            }
            @for (order, tick) in self.across.axis.ticks(8).into_iter().enumerate() {
                // Every other one gives way on a narrow screen.
                text.tick.x.minor[order % 2 == 1] x=(per_cent(self.place(tick, 0.0).0)) y="100%" dy="1.5em" {
                    ((self.across.number)(tick))
                }
            }
            text.tick.unit x="100%" y="100%" dy="2.8em" { (self.unit) }
        }
    }

    fn lines(&self, layer: &Layer) -> Markup {
        html! {
            g class=(layer.class) data-name=[layer.name] {
                @for line in layer.lines.iter().filter(|line| !line.places.is_empty()) {
                    @let class = if line.places.len() == 1 { format!("{} lone", line.class) } else { line.class.into() };
                    path class=(class) data-at=[line.values.as_deref()] d=(self.path(&line.places)) {}
                }
            }
        }
    }

    /// Path through the points; a point alone between gaps becomes a dot.
    fn path(&self, places: &[Place]) -> String {
        let mut path = String::new();
        for (k, place) in places.iter().enumerate() {
            let (x, y) = self.place(place.x, place.y);
            let command = if place.gap || k == 0 { 'M' } else { 'L' };
            path.push_str(&format!("{command}{} {}", coordinate(x), coordinate(y)));
            let alone = command == 'M' && places.get(k + 1).is_none_or(|next| next.gap);
            path.push_str(if alone { "h0" } else { "" });
        }
        path
    }

    fn points(&self, layer: &Layer) -> Markup {
        let radius = if layer.dots.len() > MANY_DOTS { "1.6" } else { "3" };
        html! {
            g class=(layer.class) {
                @for dot in &layer.dots {
                    @let (x, y) = self.place(dot.x, dot.y);
                    circle.dot cx=(per_cent(x)) cy=(per_cent(y)) r=(radius) { title { (dot.title) } }
                }
                @if let Some(ring) = &layer.ring { (self.ring(ring)) }
            }
        }
    }

    fn ring(&self, ring: &Ring) -> Markup {
        let (x, y) = self.place(ring.x, ring.y);
        let anchor = match x {
            x if x < 12.0 => "start",
            x if x > 85.0 => "end",
            _ => "middle",
        };
        let below = if y < 12.0 { "2em" } else { "-1.1em" };
        let (x, y) = (per_cent(x), per_cent(y));
        html! {
            circle.best cx=(x) cy=(y) r="7" {}
            @if let Some(text) = &ring.text {
                text.best-text x=(x) y=(y) dy=(below) text-anchor=(anchor) { (text) }
            }
        }
    }
}

fn per_cent(value: f64) -> String {
    format!("{value:.2}%")
}

/// Per cent as a coordinate of the inner picture, one decimal at most.
fn coordinate(percent: f64) -> String {
    let rounded = (percent * SIDE / 10.0).round() / 10.0;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::compact;

    fn plot(layers: Vec<Layer<'_>>) -> Plot<'_> {
        let axis = Axis::of_steps([0, 100].into_iter());
        let (across, up) = (Scale { axis, number: compact }, Scale { axis: Axis::SHARE, number: compact });
        Plot { title: "Acc", across, up, unit: "step", marks: Vec::new(), layers, nothing: "no values" }
    }

    fn places(values: &[Option<f64>]) -> Vec<Place> {
        let mut gap = false;
        let mut places = Vec::new();
        for (k, value) in values.iter().enumerate() {
            if let Some(y) = value {
                places.push(Place { x: 25.0 * k as f64, y: *y, gap });
            }
            gap = value.is_none();
        }
        places
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
            assert_eq!(plot(Vec::new()).path(&places(values)), expected);
        }
    }

    #[test]
    fn names_and_values_reach_scripts_and_titles_as_text() {
        let line = Line { values: Some("0 0.5".into()), ..Line::through("valid", [(0.0, 0.5), (50.0, 1.0)]) };
        let dot = Dot { x: 50.0, y: 1.0, title: "<1>".into() };
        let ring = Some(Ring { x: 50.0, y: 1.0, text: Some("best 1".into()) });
        let layer = Layer { class: "run-0".into(), name: Some("\"><b>"), lines: vec![line], dots: vec![dot], ring };
        let drawn = plot(vec![layer]).render().into_string();
        for expected in [
            "<g class=\"run-0\" data-name=\"&quot;&gt;&lt;b&gt;\"><path class=\"valid\" data-at=\"0 0.5\" d=\"M0 500L500 0\">",
            "<circle class=\"dot\" cx=\"50.00%\" cy=\"0.00%\" r=\"3\"><title>&lt;1&gt;</title></circle>",
            "<text class=\"best-text\" x=\"50.00%\" y=\"0.00%\" dy=\"2em\" text-anchor=\"middle\">best 1</text>",
        ] {
            assert!(drawn.contains(expected), "{expected}: {drawn}");
        }
        assert!(!drawn.contains("no values"));
        assert!(plot(Vec::new()).render().into_string().contains(">no values</text>"));
    }
}
