//! Kinds of places.

use serde::{Deserialize, Serialize};

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// A wall of plaster, brick, tiles or planks, and a floor.
    Wall,
    /// Houses, road, sky.
    Street,
    /// Leaves and grass.
    Foliage,
    /// A room with furniture.
    Interior,
    /// Cloth, wood or stone seen from above.
    FlatLay,
    /// Lights out of focus.
    Bokeh,
}

impl Family {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Wall, Self::Street, Self::Foliage, Self::Interior, Self::FlatLay, Self::Bokeh];
}
