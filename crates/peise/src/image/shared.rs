//! Suppresses the regions that the photos of a listing share: the scene around a product that is only recoloured.
//!
//! Many sellers photograph or recolour one scene for all colours of a product. Regions that agree in all these photos
//! carry no information about the option. Photos of unrelated scenes, and several photos of one option, must stay as
//! they are. So two photos are only taken for one scene if their structure agrees, their borders agree in colour, and
//! they either agree everywhere or differ in a solid region towards the middle in which the structure still agrees: the
//! recoloured product. A group that holds no such pair is left alone, since what agrees there may be the product
//! itself.

mod grid;
mod group;
mod mask;
mod pair;

use ::image::RgbImage;

use grid::Grid;
use group::Group;
use pair::{Kind, Pair};

/// When photos count as one scene, and what of it counts as shared.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedRegions {
    /// Least agreement of the edges of two photos of one scene, 0 to 1; unrelated photos have 0.1 to 0.3.
    pub structure: f32,
    /// Least agreement of edges within the region that differs, 0 to 1: a product that is recoloured, not replaced.
    pub recoloured_structure: f32,
    /// Least part of the border of two photos that agrees in colour, 0 to 1: the scene, not the product, is shared.
    pub border: f32,
    /// sRGB code values by which any channel differs, exposure taken out: where a differing region may go on, and what
    /// it must reach somewhere.
    pub difference: [f32; 2],
    /// Part of the photo that is shared, least and most; below there is no scene, above no product.
    pub shared: [f32; 2],
    /// Fewest photos of a scene, at least 2.
    pub smallest_group: usize,
}

impl Default for SharedRegions {
    fn default() -> Self {
        Self {
            structure: 0.6,
            recoloured_structure: 0.55,
            border: 0.6,
            difference: [7.0, 14.0],
            shared: [0.15, 0.9],
            smallest_group: 2,
        }
    }
}

/// What was found of the photos' alignment, and what was done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alignment {
    /// Agreement of the edges of the two photos that agree best, 0 to 1; 0 where photos are flat or alone.
    pub score: f32,
    /// Photos of one scene, by their first photo; a photo of a scene of its own is in none.
    pub groups: Vec<AlignedGroup>,
}

impl Alignment {
    /// Whether anything was suppressed; else all photos came back as they were.
    pub fn is_open(&self) -> bool {
        self.groups.iter().any(|group| group.suppressed)
    }
}

/// Photos of one scene.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignedGroup {
    /// Places of the photos in the listing, rising.
    pub photos: Vec<usize>,
    /// Agreement of the edges, mean of the pairs that align, 0 to 1.
    pub score: f32,
    /// Part of the photo that all of them share, 0 to 1.
    pub shared: f32,
    /// Whether the shared part was suppressed.
    pub suppressed: bool,
}

impl SharedRegions {
    /// Photos of a listing beyond which comparing all pairs takes too long to be worth it.
    const MOST_PHOTOS: usize = 64;

    /// The photos of a listing without what they share; `None` where nothing is taken away.
    pub fn suppress_listing(&self, photos: &[RgbImage]) -> Option<Vec<RgbImage>> {
        if photos.len() > Self::MOST_PHOTOS {
            return None;
        }
        let (suppressed, alignment) = self.suppress(photos);
        alignment.is_open().then_some(suppressed)
    }

    /// Blends what photos of one scene share to white, and leaves alone where they differ: the product.
    ///
    /// Photos of other scenes do not matter to a scene's result, nor does the photos' order. A photo that is in no
    /// group, or in one that was not suppressed, comes back bit by bit; so does the product, within its outline.
    /// Time grows with the square of the number of photos.
    pub fn suppress(&self, photos: &[RgbImage]) -> (Vec<RgbImage>, Alignment) {
        // In an order that depends on the photos alone, so that rounding does too.
        let mut places: Vec<usize> = (0..photos.len()).collect();
        places.sort_by_key(|&place| (photos[place].as_raw(), photos[place].width()));
        let grids: Vec<Grid> = places.iter().map(|&place| Grid::of(&photos[place])).collect();
        let pairs: Vec<Pair> = (0..grids.len())
            .flat_map(|first| (first + 1..grids.len()).map(move |second| [first, second]))
            .map(|of| Pair::compare(self, of, [&grids[of[0]], &grids[of[1]]]))
            .collect();
        let score = pairs.iter().map(|pair| pair.structure).fold(0.0, f32::max);

        let mut suppressed = photos.to_vec();
        let mut groups = Vec::new();
        for group in
            Group::all(grids.len(), &pairs).into_iter().filter(|group| group.photos.len() >= self.smallest_group.max(2))
        {
            let product = group.differing(self, &grids, &pairs).dilated();
            let shared = 1.0 - product.part();
            let recoloured = group.edges(&pairs).any(|pair| pair.kind == Kind::Recoloured);
            let open = recoloured && (self.shared[0]..=self.shared[1]).contains(&shared);
            let mut members: Vec<usize> = group.photos.iter().map(|&photo| places[photo]).collect();
            members.sort_unstable();
            if open {
                members.iter().for_each(|&place| product.whiten_outside(&mut suppressed[place]));
            }
            groups.push(AlignedGroup { photos: members, score: group.score(&pairs), shared, suppressed: open });
        }
        groups.sort_by_key(|group| group.photos[0]);
        (suppressed, Alignment { score, groups })
    }
}

#[cfg(test)]
mod tests;
