//! One chart: what is drawn of which metric, with which axes.

use maud::{Markup, html};
use peise_eval::curves::{RunCurves, StepPoint, ValidationPoint};

use super::series::{Sample, sampled, samples, smoothed, thinned};
use super::stages::{plans, strips};
use crate::escape::Foreign;
use crate::number::{compact, share, short_step};
use crate::plot::{Axis, Dot, Layer, Line, Mark, Place, Plot, Ring, Scale};
use crate::words::Words;

/// With more runs than this the thin lines of every step would hide everything else.
pub(super) const MOST_RAW: usize = 3;

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    Loss,
    Accuracy,
    ExactMatch,
}

impl Metric {
    fn of_step(self, point: &StepPoint) -> Option<f64> {
        match self {
            Self::Loss => Some(point.loss),
            Self::Accuracy => point.accuracy,
            Self::ExactMatch => point.exact_match,
        }
    }

    pub fn of_validation(self, point: &ValidationPoint) -> Option<f64> {
        match self {
            Self::Loss => point.loss,
            Self::Accuracy => point.accuracy,
            Self::ExactMatch => point.exact_match,
        }
    }

    /// Training values of a run.
    pub fn training(self, run: &RunCurves) -> Vec<Sample> {
        samples(run.steps.iter().map(|point| (point.step, point.stage.as_str(), self.of_step(point))))
    }

    /// Validation values of a run.
    pub fn validation(self, run: &RunCurves) -> Vec<Sample> {
        samples(run.validations.iter().map(|point| (point.step, "", self.of_validation(point))))
    }
}

/// The samples of one run that are drawn.
struct RunSamples {
    raw: Vec<Sample>,
    smooth: Vec<Sample>,
    validation: Vec<Sample>,
    best: Option<Sample>,
}

impl RunSamples {
    fn new(run: &RunCurves, metric: Metric, with_raw: bool) -> Self {
        let (training, validation) = (metric.training(run), metric.validation(run));
        let best = run.best().and_then(|best| validation.iter().find(|sample| sample.step == best.step).copied());
        Self {
            raw: if with_raw { thinned(&training) } else { Vec::new() },
            smooth: sampled(&smoothed(&training)),
            validation: thinned(&validation),
            best,
        }
    }

    fn values(&self) -> impl Iterator<Item = f64> + Clone {
        let lines = self.raw.iter().chain(&self.smooth).chain(&self.validation);
        lines.chain(&self.best).map(|sample| sample.value)
    }
}

/// A figure with caption, stages and plot.
pub(super) fn chart(runs: &[RunCurves], metric: Metric, words: &Words) -> Markup {
    let (class, title, number): (_, _, fn(f64) -> String) = match metric {
        Metric::Loss => ("chart loss", words.runs.loss, compact),
        Metric::Accuracy => ("chart", words.acc, share),
        Metric::ExactMatch => ("chart", words.em, share),
    };
    let drawn: Vec<RunSamples> = runs.iter().map(|run| RunSamples::new(run, metric, runs.len() <= MOST_RAW)).collect();
    let steps = Axis::of_steps(runs.iter().flat_map(RunCurves::all_steps));
    let values = match metric {
        Metric::Loss => Axis::of_losses(drawn.iter().flat_map(RunSamples::values)),
        Metric::Accuracy | Metric::ExactMatch => Axis::SHARE,
    };
    let plans = plans(runs);
    let marks = plans.iter().flat_map(|(number, plan)| {
        let class = if plans.len() > 1 { format!("stage run-{number}") } else { "stage".to_owned() };
        plan.iter().skip(1).map(move |stage| Mark { class: class.clone(), x: stage.first as f64 })
    });
    let layers = runs.iter().zip(&drawn).enumerate().map(|(index, (run, drawn))| Layer {
        class: format!("run-{index}"),
        name: (runs.len() > 1).then(|| Foreign(&run.name).text()),
        lines: vec![
            Line { class: "raw", places: places(&drawn.raw), values: None },
            Line { class: "smooth", places: places(&drawn.smooth), values: Some(told(&drawn.smooth)) },
            Line { class: "valid", places: places(&drawn.validation), values: Some(told(&drawn.validation)) },
        ],
        dots: drawn.validation.iter().map(|sample| dot(sample, words)).collect(),
        ring: drawn.best.map(|Sample { step, value, .. }| {
            let text = (runs.len() == 1).then(|| format!("{} {}", words.runs.best, number(value)));
            Ring { x: step as f64, y: value, text }
        }),
    });
    let plot = Plot {
        title,
        across: Scale { axis: steps, number: short_step },
        up: Scale { axis: values, number: compact },
        unit: words.runs.step,
        marks: marks.collect(),
        layers: layers.collect(),
        nothing: words.runs.no_values,
    };
    let (low, high) = steps.ends();
    html! {
        figure class=(class) {
            figcaption {
                h2 { (title) @if values.logarithmic { " " small { (words.runs.logarithmic) } } }
            }
            div.area {
                (strips(&plans, steps))
                div.plot data-low=(low) data-high=(high) data-step=(words.runs.step)
                    data-training=(words.runs.training) data-validation=(words.runs.validation) {
                    (plot)
                    div.cross hidden {}
                    table.tip hidden {}
                }
            }
        }
        "\n"
    }
}

fn places(samples: &[Sample]) -> Vec<Place> {
    samples.iter().map(|sample| Place { x: sample.step as f64, y: sample.value, gap: sample.gap }).collect()
}

/// The samples for the script: step, value, step, value ...
fn told(samples: &[Sample]) -> String {
    let pair = |sample: &Sample| format!("{} {}", sample.step, compact(sample.value));
    samples.iter().map(pair).collect::<Vec<_>>().join(" ")
}

fn dot(sample: &Sample, words: &Words) -> Dot {
    let title = format!("{} {}: {}", words.runs.step, sample.step, compact(sample.value));
    Dot { x: sample.step as f64, y: sample.value, title }
}
