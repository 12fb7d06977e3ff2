//! Training for Peise: batches, losses, recipes, and the loop.

pub mod batch;
pub mod loss;
pub mod recipe;
pub mod trainer;
