//! Two matchers that need no training, to measure trained ones against on the same decoder.
//!
//! `random` shows what the decoding rules achieve without any knowledge. `nearest-colour` reads the colour words of a
//! label and looks for these colours on the product: a simple method without learning.
//!
//! Variants of `nearest-colour` were compared as plain classifiers: accuracy into the 6 colours of photos-web (3,972
//! photos) / among the base colours of 4 photos of photos-small (5,976 photos).
//!
//! | variant | web | small |
//! |---|---|---|
//! | all clusters, weighted by share: what is done here | .814 | .723 |
//! | the largest cluster only | .776 | .704 |
//! | median colour of the product | .787 | .666 |
//! | as the first, ground not taken away | .744 | .646 |
//! | as the first, Euclidean CIELAB in place of CIEDE2000 | .755 | .664 |

mod matcher;
mod scores;

pub use matcher::{Baseline, SmallPhoto};
pub use scores::{nearest_colour_scores, product_colours, random_scores};

#[cfg(test)]
mod tests;
