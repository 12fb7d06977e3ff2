//! What a listing is compared with.

/// One listing's truth.
#[derive(Debug, Clone)]
pub struct Target {
    /// For each image its label; `None` = shows none of them.
    pub labels: Vec<Option<usize>>,
    /// Number of labels.
    pub label_count: usize,
}
