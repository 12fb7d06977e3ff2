//! Runs the binary, draws photos and builds data sets.

use peise::Answer;
use peise::image::RgbImage;
use peise_data::synth::{self, Preset, SynthSet};
use peise_listings::jsonl::AnswerReader;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What a command did.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("stdout and stderr are UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Asserts exit code 2, nothing on stdout, and one line on stderr that holds all of `parts`.
    #[track_caller]
    pub fn refuses(self, parts: &[&str]) {
        let run = self.exits(2);
        assert_eq!(run.stdout, "", "stdout is data only");
        assert_eq!(run.stderr.lines().count(), 1, "one line: {}", run.stderr);
        assert!(run.stderr.starts_with("peise: "), "{}", run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "expected {part:?} in {}", run.stderr);
        }
    }

    /// Asserts exit code 0 and silence on stderr.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        let run = self.exits(0);
        assert_eq!(run.stderr, "");
        run
    }

    /// The one prediction that `match --json` prints.
    #[track_caller]
    pub fn prediction(&self) -> Answer {
        assert_eq!(self.stdout.lines().count(), 1, "{self:#?}");
        let mut read = AnswerReader::new(self.stdout.as_bytes(), Path::new("stdout"));
        read.next().expect("a line").expect("a prediction")
    }
}

/// The binary, to be run.
pub fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_peise"))
}

/// Runs the binary.
pub fn peise<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    Run::of(command().args(args).output().expect("the binary runs"))
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("test folders have UTF-8 names")
}

/// A drawn listing: labels, and photos with the index of the label each shows.
pub struct Drawn {
    pub labels: Vec<String>,
    pub photos: Vec<(Vec<u8>, usize)>,
}

/// Draws a listing: 2 or 3 labels, up to 4 photos; another for each index.
pub fn drawn(index: usize) -> Drawn {
    let mut set = SynthSet::preset(Preset::Plain, 5);
    (set.config.photo.size, set.config.photo.aspect) = (60, [4.0 / 3.0; 2]);
    (set.config.structure.labels, set.config.structure.max_photos) = ([2, 3], 4);
    let drawn = set.listing(index);
    let truth = drawn.listing.truth();
    let photo = |(image, label): (&RgbImage, Option<usize>)| (synth::jpeg(image, 90).unwrap(), label.unwrap());
    Drawn { labels: drawn.listing.labels, photos: drawn.images.iter().zip(truth).map(photo).collect() }
}

/// A drawn photo.
pub fn photo() -> Vec<u8> {
    drawn(0).photos.swap_remove(0).0
}

/// A photo of one colour.
pub fn plain(colour: [u8; 3], width: u32, height: u32) -> Vec<u8> {
    let pixels = colour.repeat((width * height) as usize);
    synth::jpeg(&RgbImage::from_raw(width, height, pixels).unwrap(), 90).unwrap()
}

/// A data set in the course format that is being written.
pub struct Data {
    folder: TempDir,
    listings: Map<String, Value>,
}

/// What `predict` did with a data set.
#[derive(Debug)]
pub struct Predicted {
    pub run: Run,
    /// `--out` in the course format.
    pub out: Value,
    /// `--scores`.
    pub scores: Vec<Answer>,
}

impl Data {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), listings: Map::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> &str {
        text(self.folder.path())
    }

    /// Adds a listing's folder, photos and profile; of a photo without bytes, the profile's entry only.
    pub fn add<L: AsRef<str>>(&mut self, id: &str, labels: &[L], photos: &[(&str, Option<Vec<u8>>)]) -> PathBuf {
        let folder = self.path("test").join(id);
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in photos {
            if let Some(bytes) = bytes {
                fs::write(folder.join(name), bytes).unwrap();
            }
        }
        let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        let images: Vec<Value> = photos.iter().map(|(name, _)| json!({ *name: null })).collect();
        self.listings.insert(id.to_owned(), json!({ "optional_tags": labels, "imgs_tags": images }));
        folder
    }

    /// Adds a drawn listing.
    pub fn add_drawn(&mut self, id: &str, index: usize) {
        let Drawn { labels, photos } = drawn(index);
        let names: Vec<String> = (0..photos.len()).map(|k| format!("{id}_{k}.jpg")).collect();
        let photos: Vec<_> = names.iter().map(String::as_str).zip(photos.into_iter().map(|(b, _)| Some(b))).collect();
        self.add(id, &labels, &photos);
    }

    /// Adds a profile as it stands.
    pub fn add_profile(&mut self, id: &str, profile: Value) {
        self.listings.insert(id.to_owned(), profile);
    }

    /// Writes `test_all.json`.
    pub fn write(&self) {
        fs::write(self.path("test_all.json"), serde_json::to_vec(&self.listings).unwrap()).unwrap();
    }

    /// Runs `predict` on what was written.
    pub fn run(&self, extra: &[&str]) -> Run {
        let out = self.path("out.json");
        peise(["predict", "--data", self.root(), "--out", text(&out)].iter().chain(extra))
    }

    /// Writes the set, predicts it and reads what came out.
    #[track_caller]
    pub fn predict(&self, extra: &[&str]) -> Predicted {
        self.write();
        let scores = self.path("scores.jsonl");
        let run = self.run(&[&["--scores", text(&scores)], extra].concat());
        assert_eq!(run.stdout, "", "stdout is data only");
        let out = fs::read(self.path("out.json")).unwrap_or_else(|error| panic!("{error}: {run:#?}"));
        let out = serde_json::from_slice(&out).unwrap();
        let scores = AnswerReader::open(&scores).unwrap().map(Result::unwrap).collect();
        Predicted { run, out, scores }
    }
}

impl Predicted {
    /// The prediction of a listing.
    #[track_caller]
    pub fn of(&self, id: &str) -> &Answer {
        self.scores.iter().find(|prediction| prediction.id == id).expect("each listing has a line")
    }

    /// A listing's answers in the course format, by photo.
    #[track_caller]
    pub fn answers(&self, id: &str) -> Vec<(String, Option<String>)> {
        let images = self.out[id]["imgs_tags"].as_array().expect("each listing keeps its photos");
        let pair = |image: &Value| {
            let (file, label) = image.as_object().unwrap().iter().next().unwrap();
            (file.clone(), label.as_str().map(str::to_owned))
        };
        images.iter().map(pair).collect()
    }

    /// Asserts that every photo of a listing has one of its labels.
    #[track_caller]
    pub fn is_answered(&self, id: &str) {
        let answers = self.answers(id);
        assert!(!answers.is_empty(), "{id}");
        for (file, label) in answers {
            let label = label.unwrap_or_else(|| panic!("{id}/{file} has no label: {:#?}", self.run));
            let labels = self.out[id]["optional_tags"].as_array().unwrap();
            assert!(labels.contains(&Value::from(label)), "{id}/{file}");
        }
    }
}
