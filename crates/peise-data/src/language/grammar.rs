//! A grammar of sellers' option labels, fed by the statistics of real ones.
//!
//! `[prefix][article number][part]colour[modifier][色][separator part ...][note][suffix]`: [`Manner`] is one seller's
//! way through it, chosen once per listing; [`parse()`] tells whether a label derives from it.

mod adornment;
mod config;
mod lexis;
mod manner;
mod option;
mod parse;
mod part;
mod spelling;
mod vocabulary;
mod write;

pub(crate) use adornment::{Position, redundant};
pub use config::{GrammarConfig, RateError};
pub use manner::{Manner, choose};
pub use option::{ColourText, Modifier, OptionText, PartText, PatternWord, WrittenLabel};
pub use parse::{Parse, Symbol, parse};
pub use vocabulary::frequency;

#[cfg(test)]
mod tests;
