//! One file per subcommand, and what they share.

pub mod demo;
pub mod eval;
pub mod export;
pub mod import;
pub mod match_;
pub mod models;
mod options;
mod page;
pub mod predict;
pub mod runs;
pub mod synth;
pub mod train;
