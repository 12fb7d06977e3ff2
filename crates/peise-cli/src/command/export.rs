//! `peise export`: a model for other runtimes.

use crate::failure::{Failure, Outcome};
use crate::output;
use clap::Args;
use peise::atomic::write_atomically;
use peise::model_folder::StoredModel;
use peise::onnx::{self, GraphPart};
use std::fs;
use std::path::{Path, PathBuf};

/// Write a model as ONNX files that other runtimes run without Peise.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Folder to write: image_encoder.onnx, label_encoder.onnx, matcher.onnx, config.json, and the vocabulary if the
    /// model has one.
    #[arg(long, value_name = "DIR")]
    onnx: PathBuf,
    /// compact (embedded), or a model folder.
    #[arg(long, default_value = "compact", value_name = "NAME|DIR")]
    model: String,
}

/// Runs the command.
pub fn run(args: &ExportArgs) -> Result<Outcome, Failure> {
    let folder = Path::new(&args.model);
    let (name, model) = if args.model == "compact" {
        ("compact".to_owned(), StoredModel::embedded()?)
    } else if folder.is_dir() {
        let name = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        (name.unwrap_or_else(|| args.model.clone()), StoredModel::open(folder)?)
    } else {
        return Err(Failure::Usage(format!(
            "--model {}: neither compact nor a folder with a model; `peise models` lists what is known",
            args.model
        )));
    };
    let out = &args.onnx;
    fs::create_dir_all(out).map_err(|source| Failure::Write { path: out.clone(), source })?;
    let mut told = String::new();
    let mut write = |file: &str, bytes: &[u8]| -> Result<(), Failure> {
        let path = out.join(file);
        write_atomically(&path, |to| to.write_all(bytes))?;
        told.push_str(&format!("{}\t{} bytes\n", path.display(), bytes.len()));
        Ok(())
    };
    for part in GraphPart::ALL {
        write(part.file_name(), &onnx::export(part, &model.config, &model, &name)?)?;
    }
    let mut config = serde_json::to_vec_pretty(&model.config).map_err(Failure::Json)?;
    config.push(b'\n');
    write("config.json", &config)?;
    if let Some(vocabulary) = &model.vocabulary {
        write(vocabulary.file_name(), vocabulary.bytes())?;
    }
    output::print(&told)?;
    Ok(Outcome::Done)
}
