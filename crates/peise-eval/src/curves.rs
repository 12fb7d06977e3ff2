//! The curves of a training run as plain data: what a trainer writes and a page draws.

/// One training run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunCurves {
    /// What the run is called.
    pub name: String,
    /// What is known of it, such as recipe, seed, commit and device; shown in this order.
    pub facts: Vec<(String, String)>,
    /// One point for each training step.
    pub steps: Vec<StepPoint>,
    /// One point for each validation.
    pub validations: Vec<ValidationPoint>,
}

/// One training step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepPoint {
    /// Number of the step in the run.
    pub step: u64,
    /// Stage of the recipe that it belongs to.
    pub stage: String,
    /// Learning rate.
    pub lr: f64,
    /// Loss of the batch; what is not finite leaves a gap.
    pub loss: f64,
    /// Share of the batch's photos that are right.
    pub accuracy: Option<f64>,
    /// Share of the batch's listings of which every photo is right.
    pub exact_match: Option<f64>,
    /// Throughput.
    pub photos_per_second: f64,
}

/// One validation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValidationPoint {
    /// Training step after which it took place.
    pub step: u64,
    /// Mean loss.
    pub loss: Option<f64>,
    /// Share of photos that are right.
    pub accuracy: Option<f64>,
    /// Share of listings of which every photo is right.
    pub exact_match: Option<f64>,
    /// Whether the model was the best so far; the last such point is the run's best.
    pub best: bool,
}

impl RunCurves {
    /// The validation whose model was kept.
    pub fn best(&self) -> Option<&ValidationPoint> {
        self.validations.iter().filter(|point| point.best).max_by_key(|point| point.step)
    }

    /// Every step and validation on the horizontal axis.
    pub fn all_steps(&self) -> impl Iterator<Item = u64> {
        self.steps.iter().map(|point| point.step).chain(self.validations.iter().map(|point| point.step))
    }
}
