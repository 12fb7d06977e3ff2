//! The split of real labels: one half for the statistics, the other held out to measure them.

use xxhash_rust::xxh3::xxh3_64;

use super::side::{Side, may_appear};

const SALT: &str = "peise statistics 1";
/// Of 1000 labels that the import may train on, how many are learnt from: about half of all labels.
const LEARNING_SHARE: u64 = 670;

/// One of the two halves of the real labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Statistics are counted here.
    Learning,
    /// Nothing is learnt from here; holds all label text that the import keeps for test.
    HeldOut,
}

/// The half in which a label, as its seller wrote it, belongs.
pub fn half(label: &str) -> Half {
    let learning = may_train(label) && xxh3_64(format!("{SALT}\0{label}").as_bytes()) % 1000 < LEARNING_SHARE;
    if learning { Half::Learning } else { Half::HeldOut }
}

/// Whether the import may use a label for training: mere colours, and of other text what is not kept for test.
pub fn may_train(label: &str) -> bool {
    may_appear(label, Side::Train)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_text_is_held_out_and_the_rest_is_divided() {
        let suffixes: Vec<String> = (0..4000).map(|number| format!("黑色{number}")).collect();
        let learning = suffixes.iter().filter(|label| half(label) == Half::Learning).count();
        assert!((1750..2000).contains(&learning), "{learning} of 4000");
        assert!(suffixes.iter().all(|label| may_train(label) || half(label) == Half::HeldOut));
        assert!(may_train("黑色") && may_train("浅蓝"));
    }
}
