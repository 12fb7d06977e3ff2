//! Training for Peise: batches, losses, recipes, and the loop.

mod architecture;
pub mod batch;
pub mod loss;
pub mod recipe;
pub mod trainer;
