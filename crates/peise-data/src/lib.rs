//! Training data for Peise: listings composed of labelled photos, drawn listings, the language of sellers' labels,
//! and the augmentation of photos and labels.

pub mod augment;
pub mod dataset;
pub mod import;
pub mod language;
mod random;
mod real_sizes;
pub mod setting;
pub mod split;
pub mod synth;
