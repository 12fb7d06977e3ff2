//! What every language has a word for. `{}` and names in braces stand for a number or for foreign text.

/// Everything that the pages say by themselves.
pub(crate) struct Words {
    /// The language as HTML names it.
    pub lang: &'static str,
    pub listings: &'static str,
    pub photos: &'static str,
    pub acc: &'static str,
    pub em: &'static str,
    /// A photo shows no option.
    pub no_label: &'static str,
    pub show: &'static str,
    /// In the gallery: the least difference of two options' colours.
    pub nearest: &'static str,
    pub listing: ListingWords,
    pub evaluation: EvaluationWords,
    pub runs: RunWords,
}

/// Words of the listing report.
pub(crate) struct ListingWords {
    pub one_photo: &'static str,
    pub many_photos: &'static str,
    pub mean: &'static str,
    pub below: &'static str,
    pub failed: &'static str,
    pub withheld_answers: &'static str,
    pub right_of: &'static str,
    pub all: &'static str,
    pub to_check: &'static str,
    pub sure: &'static str,
    pub unsure: &'static str,
    pub wrong: &'static str,
    pub order: &'static str,
    pub joint: &'static str,
    pub approximate: &'static str,
    pub no_photo: &'static str,
    /// Probability that no photo shows an option.
    pub bare: &'static str,
    /// Of an option that cannot be told from another.
    pub look_alike: &'static str,
    /// Heading of photos whose guess was too unsure to be an answer.
    pub withheld: &'static str,
    pub guess: &'static str,
    pub unmatched: &'static str,
    pub no_thumbnail: &'static str,
    pub runner_up: &'static str,
    /// Of a photo that shares the decision of another.
    pub same_as: &'static str,
    pub truth: &'static str,
    pub failure: &'static str,
    pub listing_failure: &'static str,
    pub notes: &'static str,
    pub more: &'static str,
    pub nothing: &'static str,
}

/// Words of the evaluation.
pub(crate) struct EvaluationWords {
    /// A kind of listing, as [`Slice::size`](peise_eval::Slice::size) has it.
    pub slice: fn(&'static str) -> &'static str,
    /// A colour, as [`Confusion`](peise_eval::Confusion) has it.
    pub colour: fn(&str) -> String,
    /// `{right}`, `{listings}`, `{photos}`: per cent.
    pub unattended: &'static str,
    pub on_this_file: &'static str,
    pub unanswered: &'static str,
    pub left_out: &'static str,
    pub shows_none: &'static str,
    pub ece_photo: &'static str,
    pub ece_listing: &'static str,
    /// `{}`: mean and upper end of the ECE of perfect probabilities.
    pub if_perfect: &'static str,
    pub per_photo: &'static str,
    pub per_listing: &'static str,
    pub comparison: &'static str,
    pub quantity: &'static str,
    pub difference: &'static str,
    pub interval: &'static str,
    pub only_these: &'static str,
    pub only_others: &'static str,
    pub calibration: &'static str,
    pub reliability: &'static str,
    pub confidence: &'static str,
    pub right: &'static str,
    pub coverage: &'static str,
    pub answered: &'static str,
    pub slices: &'static str,
    pub by_labels: &'static str,
    pub by_images: &'static str,
    pub by_distance: &'static str,
    pub by_hue: &'static str,
    pub by_parts: &'static str,
    pub by_writing: &'static str,
    pub confusion: &'static str,
    pub confusion_note: &'static str,
    pub mistakes: &'static str,
    pub no_mistake: &'static str,
    pub guess: &'static str,
    pub truth: &'static str,
    pub findings: &'static str,
}

/// Words of the page of training runs.
pub(crate) struct RunWords {
    pub title: &'static str,
    pub nothing: &'static str,
    pub no_values: &'static str,
    pub loss: &'static str,
    pub logarithmic: &'static str,
    pub step: &'static str,
    pub training: &'static str,
    pub raw: &'static str,
    pub smoothed: &'static str,
    pub validation: &'static str,
    pub best: &'static str,
    pub runs: &'static str,
    pub comparison: &'static str,
    pub steps: &'static str,
    pub stages: &'static str,
    pub validations: &'static str,
    pub best_step: &'static str,
    pub best_loss: &'static str,
    pub best_acc: &'static str,
    pub best_em: &'static str,
    pub last_loss: &'static str,
    pub last_acc: &'static str,
    pub last_em: &'static str,
    pub training_acc: &'static str,
    pub training_em: &'static str,
    pub photos_per_second: &'static str,
    pub not_finite: &'static str,
}
