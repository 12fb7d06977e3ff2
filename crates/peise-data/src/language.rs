//! The language of sellers' option labels: statistics learnt from real ones, and a grammar that writes more.

mod case;
pub mod grammar;
pub mod learning;
pub mod measure;
pub mod reading;
mod side;
pub mod split;

pub(crate) use case::Case;
pub(crate) use side::{Side, beyond_colour, may_appear};
