//! What a run writes of its course: JSON lines and TensorBoard's event files.

use super::tensorboard::EventWriter;
use super::{StepLog, TrainError, ValidationLog};
use peise::atomic::write_atomically;
use peise_eval::curves::{RunCurves, StepPoint, ValidationPoint};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the JSON lines in a run's folder.
pub const METRICS: &str = "metrics.jsonl";
const EVENTS: &str = "tensorboard";

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

/// The logs of a run.
pub(super) struct Log {
    out: PathBuf,
    metrics: File,
    events: EventWriter,
}

impl Log {
    /// Opens the logs of a run that has done so many steps; what an interrupted run wrote beyond them is cut off.
    pub fn open(out: &Path, steps: u64) -> Result<Self, TrainError> {
        let path = out.join(METRICS);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TrainError::Log { path, source }
        };
        let kept = if steps == 0 { Vec::new() } else { read_lines(&path).map_err(failed(&path))? };
        let kept: Vec<(String, Line)> = kept.into_iter().filter(|(_, line)| line.within(steps)).collect();
        // As they stand: what is read and written again need not have the same last digit.
        write_atomically(&path, |file| kept.iter().try_for_each(|(text, _)| file.write_all(text.as_bytes())))
            .map_err(|error| TrainError::Checkpoint(error.into()))?;
        let metrics = OpenOptions::new().append(true).open(&path).map_err(failed(&path))?;
        let folder = out.join(EVENTS);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&folder)(error)),
            _ => {}
        }
        let mut events = EventWriter::create(&folder, now()).map_err(failed(&folder))?;
        kept.iter().try_for_each(|(_, line)| write_events(&mut events, line)).map_err(failed(&folder))?;
        Ok(Self { out: out.to_owned(), metrics, events })
    }

    /// Writes one line everywhere.
    pub fn write(&mut self, line: &Line) -> Result<(), TrainError> {
        let failed = |path: PathBuf| move |source| TrainError::Log { path, source };
        write_line(&mut self.metrics, line).map_err(failed(self.out.join(METRICS)))?;
        let events = write_events(&mut self.events, line);
        events.and_then(|()| self.events.flush()).map_err(failed(self.out.join(EVENTS)))
    }

    /// Makes sure that what was written outlives a power cut.
    pub fn sync(&mut self) -> Result<(), TrainError> {
        let path = self.out.join(METRICS);
        self.metrics.sync_data().map_err(|source| TrainError::Log { path, source })
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

fn write_line(file: &mut dyn Write, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

fn write_events(events: &mut EventWriter, line: &Line) -> io::Result<()> {
    let values: Vec<(&str, Option<f64>)> = match line {
        Line::Step(line) => vec![
            ("train/loss", Some(line.loss)),
            ("train/accuracy", line.accuracy),
            ("train/exact_match", line.exact_match),
            ("train/learning_rate", Some(line.lr)),
        ],
        Line::Validation(line) => vec![
            ("validation/loss", Some(line.validation_loss)),
            ("validation/accuracy", line.validation_accuracy),
            ("validation/exact_match", line.validation_exact_match),
        ],
    };
    let step = match line {
        Line::Step(line) => line.step + 1,
        Line::Validation(line) => line.step,
    };
    for (tag, value) in values {
        if let Some(value) = value {
            events.scalar(tag, step, value as f32, now())?;
        }
    }
    Ok(())
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
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
        assert_eq!(std::fs::read_dir(folder.path().join(EVENTS)).expect("a folder").count(), 1);
    }
}
