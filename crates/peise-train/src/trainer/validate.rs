//! Validation of a model on listings as they are.

use super::error::TrainError;
use super::pass::{Pass, Right};
use super::record::ValidationLog;
use crate::batch::BatchMaker;
use peise::model::Model;

/// Loss, Acc and EM over all validation listings.
pub(super) fn validate(model: &Model, pass: &Pass, maker: &BatchMaker, done: u64) -> Result<ValidationLog, TrainError> {
    let (mut loss, mut count, mut right) = (0.0, 0, None::<Right>);
    for listings in pass.data.listings.chunks(maker.size) {
        let batch = maker.plain(listings);
        if batch.photo_places.is_empty() {
            continue;
        }
        let found = pass.run(model, &batch, done)?;
        loss += found.loss * found.count as f64;
        count += found.count;
        if let Some(one) = found.right {
            right.get_or_insert_default().add(one);
        }
    }
    Ok(ValidationLog {
        step: done,
        validation_loss: loss / count.max(1) as f64,
        validation_accuracy: right.map(|right| right.accuracy()),
        validation_exact_match: right.map(|right| right.exact_match()),
        best: false,
    })
}
