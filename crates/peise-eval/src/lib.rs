//! Evaluation of saved predictions: it reads files, never a model.
//!
//! - **Acc**: right photos / photos. **EM**: listings with every photo right / listings.
//! - A photo counts if the truth names one of its listing's labels, or says that the photo shows no option
//!   ([`Listing::shows_none`](peise::listing::Listing::shows_none)). Any other photo is left out; the number is reported.
//! - A photo that shows no option is right if the answer says so. A withheld or missing answer is wrong.
//! - What the predictions lack is wrong. Everything that does not fit together is reported as a [`Finding`].
//! - An answer is right if its text is the truth's, so equal labels of a listing are one.
//! - Intervals: percentile bootstrap over listings (Efron 1979), since photos of a listing are decided together.
//! - Probabilities, where they were saved, are judged by the guess they belong to, also where it was withheld.

pub mod baseline;
pub mod confusion;
pub mod curves;

mod bootstrap;
mod comparison;
mod evaluation;
mod finding;
mod options;
mod probability;
mod read;
mod rows;
mod slices;
mod table;

pub use bootstrap::Estimate;
pub use comparison::{Comparison, compare};
pub use confusion::Confusion;
pub use evaluation::{Evaluation, evaluate, evaluate_files};
pub use finding::Finding;
pub use options::{EvaluateError, EvaluateFiles, EvaluateOptions};
pub use probability::{Calibration, Coverage, Mistake, Point, ProbabilityReport};
pub use read::{SavedPredictions, read_predictions};
pub use slices::{Slice, Slices};

#[cfg(test)]
mod tests;
