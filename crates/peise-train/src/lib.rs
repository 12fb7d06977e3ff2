//! Training for Peise: listings from photos, data in memory, augmentation, losses, recipes, the loop,
//! evaluation, synthetic listings and baselines.

pub mod augment;
pub mod baseline;
pub mod batch;
pub mod curves;
pub mod dataset;
pub mod evaluate;
pub mod import;
pub mod language;
pub mod loss;
pub mod recipe;
pub mod synth;
pub mod trainer;
