//! The language of sellers' option labels: statistics learnt from real ones, and a grammar that writes more.

pub mod grammar;
pub mod learning;
pub mod measure;
pub mod reading;
pub mod split;
