//! Temperature scaling after training.
//!
//! Source: Guo et al. 2017, "On Calibration of Modern Neural Networks" (arXiv 1706.04599), section 4.2:
//! one number that all scores are divided by, fitted by likelihood on listings not trained on. Deviation:
//! the likelihood is the listing's under the cover rule, so that joint probabilities are calibrated too.

use super::error::TrainError;
use super::features::Encoder;
use super::files::ModelFiles;
use super::freeze::Frozen;
use super::pass::scores_of;
use crate::batch::BatchMaker;
use crate::recipe::Recipe;
use burn::module::Module;
use burn::tensor::Device;
use peise::listing::Scores;
use peise::matcher::decode::{NonePolicy, Rule, RuleError, log_weight, marginals};
use peise::model_folder;
use peise_data::augment::Augmentation;
use peise_data::dataset::TrainingData;
use rayon::prelude::*;

/// Temperatures are sought between these.
const RANGE: (f64, f64) = (0.25, 4.0);

/// Fits the temperature of a run's best model and writes it into its configuration.
pub(super) fn temperature(
    files: &ModelFiles,
    validation: &TrainingData,
    recipe: &Recipe,
    device: &Device,
) -> Result<f32, TrainError> {
    let config = files.config();
    let loaded = model_folder::load(&files.folder("best"), device)?;
    let model = loaded.model.valid().fold();
    let maker = BatchMaker {
        data: validation,
        normalisation: config.normalisation(),
        augmentation: &Augmentation::default(),
        changes: &recipe.changes,
        size: recipe.batch,
        seed: recipe.seed,
        shared_regions: config.shared_regions(),
        pixels: true,
    };
    let encoder = Encoder { model: &model, frozen: &Frozen::everything(), tokenizer: &loaded.tokenizer, device, files };
    let features = encoder.keep(&maker, &|_, _| {})?;
    let maker = BatchMaker { pixels: !features.has_images(), ..maker };
    let mut tables = Vec::new();
    for listings in validation.listings.chunks(recipe.batch) {
        let batch = maker.plain(listings);
        let images = features.images(&model, &batch, device);
        let labels = features.labels(&model, &batch, batch.tokens(&loaded.tokenizer, device));
        let scores = scores_of(&model.match_inputs(images, labels, &batch.layout), &batch);
        tables.extend(scores.into_iter().zip(batch.targets.into_iter().map(|target| target.labels)));
    }
    if !tables.iter().any(|(scores, truth)| covers(scores, truth)) {
        return Ok(1.0);
    }
    let found = minimise(|temperature| negative_log_likelihood(&tables, temperature))
        .map_err(|source| TrainError::Diverged { step: 0, source: Some(source) })? as f32;
    files.write_config("best", &config.clone().with_temperature(found))?;
    Ok(found)
}

/// Of all listings that keep the cover rule.
fn negative_log_likelihood(tables: &[(Scores, Vec<Option<usize>>)], temperature: f64) -> Result<f64, RuleError> {
    tables
        .par_iter()
        .filter(|(scores, truth)| covers(scores, truth))
        .map(|(scores, truth)| {
            let row = |image| scores.row(image).iter().map(|&score| (f64::from(score) / temperature) as f32);
            let values = (0..scores.images()).flat_map(row).collect();
            let scaled = Scores::new(scores.images(), scores.labels(), values, vec![0.0; scores.images()]);
            let sums = marginals(&scaled, Rule::Cover, NonePolicy::Forbid, 0.0)?;
            Ok(sums.log_partition - log_weight(&scaled, truth, 0.0))
        })
        .sum()
}

/// Whether the truth keeps the cover rule; others are not among the assignments that are summed over.
fn covers(scores: &Scores, truth: &[Option<usize>]) -> bool {
    truth.iter().all(Option::is_some) && (0..scores.labels()).all(|label| truth.contains(&Some(label)))
}

/// Golden-section search for the least value within [`RANGE`], on a logarithmic scale.
fn minimise(value: impl Fn(f64) -> Result<f64, RuleError>) -> Result<f64, RuleError> {
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (RANGE.0.ln(), RANGE.1.ln());
    while high - low > 1e-3 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if value(left.exp())? < value(right.exp())? { high = right } else { low = left }
    }
    Ok(((low + high) / 2.0).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_the_least_value() {
        let found = minimise(|temperature| Ok((temperature.ln() - 0.5f64.ln()).powi(2))).expect("finite");
        assert!((found - 0.5).abs() < 1e-3);
    }

    #[test]
    fn overconfident_scores_get_a_higher_temperature() {
        // Two images, two labels; right in three listings of four, but very sure each time.
        let table = |right: bool| {
            let scores = Scores::new(2, 2, vec![8.0, 0.0, 0.0, 8.0], vec![0.0; 2]);
            (scores, if right { vec![Some(0), Some(1)] } else { vec![Some(1), Some(0)] })
        };
        let tables: Vec<_> = [true, true, true, false].into_iter().map(table).collect();
        let found = minimise(|temperature| negative_log_likelihood(&tables, temperature)).expect("finite");
        // sigmoid(16 / t) = 3 / 4 at t = 16 / ln 3 = 14.6: beyond the range.
        assert!(found > 3.9, "{found}");
    }
}
