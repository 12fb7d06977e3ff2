//! Upper and lower case as sellers write English colour words.

/// How English words are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Case {
    Lower,
    Title,
    Upper,
}

impl Case {
    /// ASCII words in this case.
    pub fn of(self, words: &str) -> String {
        match self {
            Self::Lower => words.to_owned(),
            Self::Upper => words.to_uppercase(),
            Self::Title => {
                let title = |word: &str| {
                    let (first, rest) = word.split_at(word.len().min(1));
                    first.to_uppercase() + rest
                };
                words.split(' ').map(title).collect::<Vec<_>>().join(" ")
            }
        }
    }
}
