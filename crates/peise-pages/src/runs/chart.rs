//! One chart: what is drawn of which metric, with which axes.

use std::fmt::{self, Display, Formatter};

use super::axis::{Axis, compact, share};
use super::plot::{Layer, Plot};
use super::series::{Sample, sampled, samples, smoothed, thinned};
use super::stages::{Strips, plans};
use super::{Run, StepPoint, ValidationPoint, Words};

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
    pub fn training(self, run: &Run) -> Vec<Sample> {
        samples(run.steps.iter().map(|point| (point.step, point.stage.as_str(), self.of_step(point))))
    }

    /// Validation values of a run.
    pub fn validation(self, run: &Run) -> Vec<Sample> {
        samples(run.validations.iter().map(|point| (point.step, "", self.of_validation(point))))
    }
}

/// A figure with caption, stages and plot.
pub(super) struct Chart<'a> {
    pub runs: &'a [Run],
    pub metric: Metric,
    pub words: &'static Words,
}

impl Chart<'_> {
    /// What is drawn of one run.
    fn layer<'a>(&self, number: usize, run: &'a Run) -> Layer<'a> {
        let training = self.metric.training(run);
        let best = run.best().and_then(|best| {
            let marked = |sample: &Sample| sample.step == best.step;
            self.metric.validation(run).into_iter().find(marked)
        });
        Layer {
            number,
            name: (self.runs.len() > 1).then_some(run.name.as_str()),
            raw: if self.runs.len() > MOST_RAW { Vec::new() } else { thinned(&training) },
            smooth: sampled(&smoothed(&training)),
            validation: thinned(&self.metric.validation(run)),
            best,
        }
    }
}

impl Display for Chart<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (class, title, number): (_, _, fn(f64) -> String) = match self.metric {
            Metric::Loss => ("loss", self.words.loss, compact),
            Metric::Accuracy => ("accuracy", self.words.accuracy, share),
            Metric::ExactMatch => ("exact-match", self.words.exact_match, share),
        };
        let layers: Vec<Layer> = self.runs.iter().enumerate().map(|(number, run)| self.layer(number, run)).collect();
        let steps = Axis::of_steps(self.runs.iter().flat_map(Run::all_steps));
        let values = match self.metric {
            Metric::Loss => Axis::of_losses(layers.iter().flat_map(Layer::values)),
            Metric::Accuracy | Metric::ExactMatch => Axis::SHARE,
        };
        write!(out, "<figure class=\"chart {class}\">\n<figcaption>{title}")?;
        if values.logarithmic {
            write!(out, " <small>{}</small>", self.words.logarithmic)?;
        }
        let plans = plans(self.runs);
        let strips = Strips { plans: &plans, steps };
        let plot = Plot { title, layers: &layers, plans: &plans, steps, values, number, words: self.words };
        write!(out, "</figcaption>\n<div class=\"area\">\n{strips}{plot}</div>\n</figure>\n")
    }
}
