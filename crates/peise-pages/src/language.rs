//! The languages of pages.

/// Language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese (中文).
    Chinese,
}

impl std::str::FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        match name {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            _ => Err(UnknownLanguage { found: name.to_owned() }),
        }
    }
}

/// A language that pages are not written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected en or zh, found `{found}`")]
pub struct UnknownLanguage {
    /// What was asked for.
    pub found: String,
}
