//! The domain: a listing, its images and labels, and the scores that a matcher gives them.

/// One photo of a listing, as its profile names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListingImage {
    /// File name inside the listing's folder, e.g. `543437665996_0.jpg`.
    pub file: String,
    /// The label that the photo shows; `None` = to be predicted (`null` in the course format).
    pub label: Option<String>,
}

/// One product for sale: its photos and the colour options a buyer can pick.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Listing {
    /// Identifier, unique in its data set; also the name of its folder.
    pub id: String,
    /// The option labels as the seller wrote them, in the seller's order.
    pub labels: Vec<String>,
    /// The photos, in the profile's order.
    pub images: Vec<ListingImage>,
    /// What the seller calls the product; `None` = not given.
    pub title: Option<String>,
    /// Colours that the seller states for labels: the label, and its colour as 8-bit sRGB.
    pub colours: Vec<(String, [u8; 3])>,
    /// File names of photos that are known to show no option. Any other photo without a label is unknown.
    pub shows_none: Vec<String>,
}

impl Listing {
    /// A listing whose images have no labels yet.
    pub fn new(
        id: impl Into<String>,
        labels: impl IntoIterator<Item = impl Into<String>>,
        files: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let images = files.into_iter().map(|file| ListingImage { file: file.into(), label: None }).collect();
        Self { id: id.into(), labels: labels.into_iter().map(Into::into).collect(), images, ..Self::default() }
    }

    /// For every image the index of its true label.
    ///
    /// `None` where the profile holds `null` or a label that is not one of [`Listing::labels`].
    /// Of several equal labels the first counts.
    pub fn truth(&self) -> Vec<Option<usize>> {
        self.images
            .iter()
            .map(|image| {
                let label = image.label.as_ref()?;
                self.labels.iter().position(|candidate| candidate == label)
            })
            .collect()
    }
}

/// Scores of every image against every label of one listing, unnormalised log-weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    images: usize,
    labels: usize,
    values: Vec<f32>,
    none: Vec<f32>,
}

impl Scores {
    /// Wraps a score table.
    ///
    /// # Shapes
    /// - `values` row-major `[I, L]`; `none` `[I]`, the score of "shows no label" per image
    /// # Panics
    /// If the lengths disagree (programmer error).
    pub fn new(images: usize, labels: usize, values: Vec<f32>, none: Vec<f32>) -> Self {
        assert_eq!(values.len(), images * labels, "scores must be [images, labels]");
        assert_eq!(none.len(), images, "one no-label score per image");
        Self { images, labels, values, none }
    }

    /// Number of images I.
    pub fn images(&self) -> usize {
        self.images
    }

    /// Number of labels L.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Scores of one image against all labels, `[L]`.
    pub fn row(&self, image: usize) -> &[f32] {
        &self.values[image * self.labels..(image + 1) * self.labels]
    }

    /// Score of "shows no label" of one image.
    pub fn none(&self, image: usize) -> f32 {
        self.none[image]
    }
}
