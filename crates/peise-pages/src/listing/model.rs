//! What the report shows.

use std::cmp::Ordering;

use peise::{Answer, Verdict};

use crate::language::Language;

/// One listing on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportListing<'a> {
    /// What was decided.
    pub answer: &'a Answer,
    /// What the page knows of each photo beyond the answer, in the order of [`Answer::images`].
    pub photos: Vec<ReportPhoto>,
}

/// What the page knows of one photo beyond the answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportPhoto {
    /// The picture as JPEG, best some 300 px high; without it a placeholder is drawn.
    pub thumbnail_jpeg: Option<Vec<u8>>,
    /// What the photo shows, where it is known.
    pub truth: Option<Truth>,
}

/// What a photo shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// The option with this label.
    Label(String),
    /// No option, such as a size chart.
    NoOption,
}

impl Truth {
    /// Whether this verdict is right. A withheld answer is not.
    pub(super) fn is(&self, verdict: Verdict<'_>) -> bool {
        match (self, verdict) {
            (Self::Label(truth), Verdict::Matched(label)) => truth == label,
            (Self::NoOption, Verdict::NoLabel) => true,
            _ => false,
        }
    }
}

impl<'a> ReportListing<'a> {
    /// A listing without pictures and without a known truth; these are the caller's to add.
    pub fn new(answer: &'a Answer) -> Self {
        Self { answer, photos: vec![ReportPhoto::default(); answer.images.len()] }
    }

    /// Joint probability; undecided listings count as less sure than any other.
    pub(super) fn confidence(&self) -> f32 {
        self.answer.joint_probability.unwrap_or(-1.0)
    }
}

/// How the page is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportOptions {
    /// Language of the page's own words; labels stay as the seller wrote them, messages are English.
    pub language: Language,
    /// Photos below this probability are marked as unsure.
    pub threshold: f32,
    /// At most so many listings get a card, the least sure ones; the summary counts all of them.
    pub max_listings: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { language: Language::English, threshold: 0.8, max_listings: 500 }
    }
}

impl ReportOptions {
    /// Whether a photo of this probability deserves a second look; what is not a number does.
    pub(super) fn is_unsure(&self, probability: f32) -> bool {
        probability.is_nan() || probability < self.threshold
    }
}

/// Ascending order that puts what is not a number first: it deserves a look.
pub(super) fn ascending(a: f32, b: f32) -> Ordering {
    let key = |value: f32| {
        if value.is_nan() { f32::NEG_INFINITY } else { value }
    };
    key(a).total_cmp(&key(b))
}
