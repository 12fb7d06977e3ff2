//! Charts of how far the probabilities can be trusted.

use maud::{Markup, html};
use peise_eval::{Calibration, ProbabilityReport};

use crate::number::whole_percent;
use crate::plot::{Axis, Dot, Layer, Line, Plot, Scale};
use crate::words::Words;

/// Frequency by confidence, for photos and for listings, and the share right by the share answered.
pub(super) fn calibration(report: &ProbabilityReport, words: &Words) -> Markup {
    let own = &words.evaluation;
    let both: Vec<(&str, &Calibration)> = [(own.per_photo, &report.images), (own.per_listing, &report.listings)]
        .into_iter()
        .filter_map(|(name, found)| Some((name, found.as_ref()?)))
        .collect();
    if both.is_empty() {
        return html! {};
    }
    let least = both.iter().flat_map(|(_, found)| &found.curve).map(|point| point.frequency).fold(1.0, f64::min);
    html! {
        section.panel {
            h2 { (own.calibration) }
            div.charts {
                @for (name, found) in &both {
                    @let title = format!("{}, {name}", own.reliability);
                    (figure(html! { (title) }, plot(&title, own.confidence, Axis::SHARE, vec![reliability(found, words)])))
                }
                @let layers = both.iter().zip(["one", "two"]).map(|((_, found), class)| curve(found, class)).collect();
                @let plot = plot(own.coverage, own.answered, Axis::of_shares_from(least), layers);
                (figure(html! {
                    (own.coverage)
                    @for ((name, _), class) in both.iter().zip(["one", "two"]) {
                        span.of {
                            svg.key viewBox="0 0 28 14" aria-hidden="true" { path class=(class) d="M1 7H27" {} }
                            (name)
                        }
                    }
                }, plot))
            }
        }
    }
}

fn plot<'a>(title: &'a str, unit: &'a str, up: Axis, layers: Vec<Layer<'a>>) -> Plot<'a> {
    let scale = |axis| Scale { axis, number: whole_percent };
    Plot { title, across: scale(Axis::SHARE), up: scale(up), unit, marks: Vec::new(), layers, nothing: "" }
}

fn figure(caption: Markup, plot: Plot<'_>) -> Markup {
    html! { figure { figcaption { (caption) } div.area { div.plot { (plot) } } } }
}

/// The share right by stated probability, beside the ideal line.
fn reliability(found: &Calibration, words: &Words) -> Layer<'static> {
    let own = &words.evaluation;
    let dots = found.bins.iter().map(|bin| {
        let (said, came, count) = (bin.confidence, bin.frequency, bin.count);
        let title = format!("{} {said:.3}, {} {came:.3} ({count})", own.confidence, own.right);
        Dot { x: said, y: came, title }
    });
    let bins = found.bins.iter().map(|bin| (bin.confidence, bin.frequency));
    let lines = vec![Line::through("ideal", [(0.0, 0.0), (1.0, 1.0)]), Line::through("one", bins)];
    Layer { class: "reliability".into(), name: None, lines, dots: dots.collect(), ring: None }
}

/// The share right among the most certain, by how many these are.
fn curve(found: &Calibration, class: &'static str) -> Layer<'static> {
    let all = found.count.max(1) as f64;
    let points = found.curve.iter().map(|point| (point.count as f64 / all, point.frequency));
    let lines = vec![Line::through(class, points)];
    Layer { class: "curve".into(), name: None, lines, dots: Vec::new(), ring: None }
}
