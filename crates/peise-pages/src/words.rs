//! The pages' own words, one file a language. Text of sellers and models stays as it is.

mod chinese;
mod english;
mod terms;

pub(crate) use terms::{RunWords, Words};

use crate::language::Language;

/// The words of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &english::WORDS,
        Language::Chinese => &chinese::WORDS,
    }
}
