//! What a run writes of its course: JSON lines.

use super::error::TrainError;
use super::record::{StepLog, ValidationLog};
use peise::atomic::write_atomically;
use peise_eval::curves::{RunCurves, StepPoint, ValidationPoint};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The name of the JSON lines in a run's folder.
pub const METRICS: &str = "metrics.jsonl";

/// One line of `metrics.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A step.
    Step(StepLog),
    /// A validation.
    Validation(ValidationLog),
}

impl Line {
    /// Whether the line was written when so many steps were done.
    fn within(&self, steps: u64) -> bool {
        match self {
            Self::Step(line) => line.step < steps,
            Self::Validation(line) => line.step <= steps,
        }
    }
}

/// The log of a run.
pub(super) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Opens the log of a run that has done so many steps; what an interrupted run wrote beyond them is cut off.
    pub fn open(out: &Path, steps: u64) -> Result<Self, TrainError> {
        let path = out.join(METRICS);
        let failed = |source| TrainError::Log { path: path.clone(), source };
        let kept = if steps == 0 { Vec::new() } else { read_lines(&path).map_err(failed)? };
        let kept: Vec<(String, Line)> = kept.into_iter().filter(|(_, line)| line.within(steps)).collect();
        // As they stand: what is read and written again need not have the same last digit.
        write_atomically(&path, |file| kept.iter().try_for_each(|(text, _)| file.write_all(text.as_bytes())))
            .map_err(|error| TrainError::Checkpoint(error.into()))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { path, file })
    }

    /// Appends one line.
    pub fn write(&mut self, line: &Line) -> Result<(), TrainError> {
        let written = serde_json::to_vec(line).map_err(io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            self.file.write_all(&text)
        });
        written.map_err(|source| TrainError::Log { path: self.path.clone(), source })
    }

    /// Makes sure that what was written outlives a power cut.
    pub fn sync(&mut self) -> Result<(), TrainError> {
        self.file.sync_data().map_err(|source| TrainError::Log { path: self.path.clone(), source })
    }
}

/// Reads the curves of a run's folder, and what is known of the run.
///
/// # Errors
/// If `metrics.jsonl` cannot be read or is none.
pub fn read_run(folder: &Path) -> io::Result<RunCurves> {
    let mut run = RunCurves { name: folder.display().to_string(), ..RunCurves::default() };
    let text = std::fs::read_to_string(folder.join("run.json")).unwrap_or_default();
    if let Ok(serde_json::Value::Object(facts)) = serde_json::from_str(&text) {
        let plain = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => "–".to_owned(),
            other => other.to_string(),
        };
        run.facts = facts.into_iter().map(|(key, value)| (key, plain(value))).collect();
    }
    for (_, line) in read_lines(&folder.join(METRICS))? {
        match line {
            Line::Step(line) => run.steps.push(StepPoint {
                step: line.step + 1,
                stage: line.stage,
                lr: line.lr,
                loss: line.loss,
                accuracy: line.accuracy,
                exact_match: line.exact_match,
                photos_per_second: line.photos_per_second,
            }),
            Line::Validation(line) => run.validations.push(ValidationPoint {
                step: line.step,
                loss: Some(line.validation_loss),
                accuracy: line.validation_accuracy,
                exact_match: line.validation_exact_match,
                best: line.best,
            }),
        }
    }
    Ok(run)
}

/// Reads JSON lines, each as it stands and what it says; a last line that was cut off in the middle does not count.
fn read_lines(path: &Path) -> io::Result<Vec<(String, Line)>> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(File::open(path)?);
    let mut text = String::new();
    let mut number = 0;
    loop {
        text.clear();
        number += 1;
        if reader.read_line(&mut text)? == 0 || !text.ends_with('\n') {
            return Ok(lines);
        }
        let line = serde_json::from_str(&text)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("line {number}: {error}")))?;
        lines.push((text.clone(), line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: u64) -> Line {
        let text = format!(
            r#"{{"step":{step},"steps":9,"stage":"s","lr":0.1,"loss":1.0,"contrast":0.0,"accuracy":null,"exact_match":0.5,"cover_reward":0.0,"photos_per_second":1.0}}"#
        );
        serde_json::from_str(&text).expect("a line")
    }

    #[test]
    fn what_was_written_beyond_the_checkpoint_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = Log::open(folder.path(), 0).expect("new");
        (0..5).for_each(|number| log.write(&step(number)).expect("written"));
        drop(log);
        let path = folder.path().join(METRICS);
        let mut text = std::fs::read_to_string(&path).expect("read");
        text.push_str("{\"step\":5,\"st");
        std::fs::write(&path, &text).expect("a torn line");
        let mut log = Log::open(folder.path(), 3).expect("again");
        log.write(&step(3)).expect("written");
        let steps: Vec<u64> = read_run(folder.path()).expect("read").steps.iter().map(|point| point.step).collect();
        assert_eq!(steps, [1, 2, 3, 4]);
    }
}
