//! Progress on stderr: bars where it is a terminal, sparse lines for long work where it is not.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use peise_train::trainer::{StepLog, ValidationLog};
use std::io::IsTerminal;

/// A bar that shows nothing unless stderr is a terminal.
pub fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let template = "{msg} [{bar:30}] {pos}/{len} {per_sec} {eta} left";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}

/// Progress of reading photos.
pub struct Preparing(ProgressBar);

impl Preparing {
    /// A bar of unknown length.
    pub fn new() -> Self {
        Self(bar(0, "photos"))
    }

    /// So many of so many are done.
    pub fn set(&self, done: u64, all: u64) {
        if done.is_multiple_of(64) || done == all {
            self.0.set_length(all);
            self.0.set_position(done);
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// Progress of training.
pub struct Training {
    bar: ProgressBar,
    terminal: bool,
}

impl Training {
    /// A bar of unknown length.
    pub fn new() -> Self {
        Self { bar: bar(0, "training"), terminal: std::io::stderr().is_terminal() }
    }

    /// Shows a step; without a terminal, only when `due`.
    pub fn step(&mut self, line: &StepLog, due: bool) {
        let share = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
        let text = format!(
            "{} lr {:.1e} loss {:.3} contrast {:.3} Acc {} EM {} reward {:.2} {:.0} photos/s",
            line.stage,
            line.lr,
            line.loss,
            line.contrast,
            share(line.accuracy),
            share(line.exact_match),
            line.cover_reward,
            line.photos_per_second
        );
        if self.terminal {
            self.bar.set_length(line.steps);
            self.bar.set_position(line.step + 1);
            self.bar.set_message(text);
        } else if due {
            eprintln!("{}/{} {text}", line.step + 1, line.steps);
        }
    }

    /// Prints a validation above the bar.
    pub fn validation(&mut self, line: &ValidationLog) {
        let share = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
        let text = format!(
            "{} validation: loss {:.4} Acc {} EM {}{}",
            line.step,
            line.validation_loss,
            share(line.validation_accuracy),
            share(line.validation_exact_match),
            if line.best { " (best)" } else { "" }
        );
        if self.terminal {
            self.bar.println(text);
        } else {
            eprintln!("{text}");
        }
    }
}
