//! Listings of a batch, and how they are cut into passes.
//!
//! An answer must not depend on the rest of the batch, to the last bit, but floating-point sums depend on the shapes
//! that a kernel gets. So all labels of one pass have the same number of tokens, all listings of one pass have the same
//! numbers of photos and labels, nothing is padded, and no pass has a single row (kernels treat it differently).

use std::collections::HashMap;

use super::Photo;
use super::canonical::Canonical;

/// Distinct photos and labels of a batch, and which of them each listing has.
pub(super) struct Batch<'a> {
    pub photos: Vec<&'a Photo>,
    pub labels: Vec<&'a str>,
    /// One for each listing that has a photo.
    pub members: Vec<Member>,
}

/// A listing of a batch.
#[derive(Clone)]
pub(super) struct Member {
    /// Its place among the listings that are matched.
    pub listing: usize,
    /// Indices into [`Batch::photos`], in canonical order.
    pub photos: Vec<usize>,
    /// Indices into [`Batch::labels`], in canonical order.
    pub labels: Vec<usize>,
}

impl<'a> Batch<'a> {
    /// Gathers listings: equal photos and equal labels once.
    pub fn gather(listings: impl Iterator<Item = (usize, &'a Canonical<'a>)>) -> Self {
        let (mut photos, mut photo_places) = (Vec::new(), HashMap::new());
        let (mut labels, mut label_places) = (Vec::new(), HashMap::new());
        let mut members = Vec::new();
        for (listing, canonical) in listings.filter(|(_, canonical)| !canonical.photos.is_empty()) {
            let place = |&photo: &&'a Photo| {
                *photo_places.entry(photo.hash).or_insert_with(|| {
                    photos.push(photo);
                    photos.len() - 1
                })
            };
            let photos = canonical.photos.iter().map(place).collect();
            let place = |text: &'a String| {
                *label_places.entry(text.as_str()).or_insert_with(|| {
                    labels.push(text.as_str());
                    labels.len() - 1
                })
            };
            members.push(Member { listing, photos, labels: canonical.texts.iter().map(place).collect() });
        }
        // Equal shapes beside each other.
        members.sort_by_key(|member| (member.shape(), member.listing));
        Self { photos, labels, members }
    }

    /// Members of equal shape, as many as have at most `most_pairs` pairs of photo and label, but one at least.
    pub fn passes(&self, most_pairs: usize) -> impl Iterator<Item = &[Member]> {
        self.members.chunk_by(|a, b| a.shape() == b.shape()).flat_map(move |group| {
            let (photos, labels) = group[0].shape();
            group.chunks((most_pairs / (photos * labels).max(1)).max(1))
        })
    }
}

impl Member {
    /// Numbers of photos and labels.
    pub fn shape(&self) -> (usize, usize) {
        (self.photos.len(), self.labels.len())
    }
}

/// Cuts rows into groups of equal `length`, of at most `most` rows; rows are given and returned by index.
pub(super) fn groups_of_equal_length(lengths: &[usize], most: usize) -> Vec<Vec<usize>> {
    let mut rows: Vec<usize> = (0..lengths.len()).collect();
    rows.sort_by_key(|&row| (lengths[row], row));
    let groups = rows.chunk_by(|&a, &b| lengths[a] == lengths[b]);
    groups.flat_map(|group| group.chunks(most)).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_one_length_and_a_limit() {
        let groups = groups_of_equal_length(&[3, 2, 3, 3, 2, 7], 2);
        assert_eq!(groups, [vec![1, 4], vec![0, 2], vec![3], vec![5]]);
        assert!(groups_of_equal_length(&[], 2).is_empty());
    }

    #[test]
    fn passes_have_one_shape_and_a_limit() {
        let member = |listing, photos, labels| Member { listing, photos: vec![0; photos], labels: vec![0; labels] };
        let mut members = vec![member(0, 4, 2), member(1, 4, 2), member(2, 4, 2), member(3, 900, 2)];
        members.sort_by_key(|member| (member.shape(), member.listing));
        let batch = Batch { photos: Vec::new(), labels: Vec::new(), members };
        let passes: Vec<Vec<usize>> =
            batch.passes(16).map(|pass| pass.iter().map(|member| member.listing).collect()).collect();
        assert_eq!(passes, [vec![0, 1], vec![2], vec![3]]);
    }
}
