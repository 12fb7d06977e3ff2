//! The splits of a data set.

use std::fmt;

use serde::Serialize;

/// A split of a data set; imported photos belong to one for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// To learn from: 70 % of the imported photos. `train_all.json` has all labels.
    Train,
    /// To choose by: 10 %. `validation_all.json` has all labels.
    Validation,
    /// To be judged by: 20 %. In `test_all.json` every label is to be predicted; `test_truth.json` has them.
    Test,
}

impl Split {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The name of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
