//! Named sets of listings: for training, and for tests with held-out values.

use std::str::FromStr;

use thiserror::Error;

use super::config::{Pairs, SynthConfig};
use super::material::Material;
use super::pattern::Pattern;
use super::scene::family::Family;
use super::wardrobe::Product;

/// A named set of listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Everything the generator can draw: for the model that ships.
    Everything,
    /// Everything but what the tests below hold out: for training that is tested on them.
    Train,
    /// As `train`, with other listings: a test with nothing unseen.
    Iid,
    /// Products that `train` never has.
    UnseenSilhouette,
    /// Patterns that `train` never has.
    UnseenPattern,
    /// Cloths that `train` never has.
    UnseenMaterial,
    /// Warmer light than `train` has, and less of it balanced away.
    UnseenLight,
    /// Places that `train` never has, behind every photo.
    UnseenBackground,
    /// Outfits whose parts `train` never combines.
    UnseenPairs,
    /// Listings of more labels than `train` has.
    ManyLabels,
    /// Files of lower quality than `train` has.
    LowQuality,
    /// Unseen silhouette, pattern and material at once.
    UnseenLook,
    /// All of these at once but the pairs: single products have none.
    UnseenAll,
    /// More labels than photos.
    MoreLabels,
    /// One plain product on a plain ground, plainly labelled: what `peise demo` shows.
    Plain,
}

/// A name that is no preset's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown preset `{found}`; give one of {}", names())]
pub struct UnknownPreset {
    /// The name found.
    pub found: String,
}

fn names() -> String {
    Preset::ALL.iter().map(|preset| preset.name()).collect::<Vec<_>>().join(", ")
}

const UNSEEN_PRODUCTS: &[Product] =
    &[Product::SlipDress, Product::Blazer, Product::PleatedSkirt, Product::Boot, Product::Backpack, Product::BucketHat];
const UNSEEN_PATTERNS: &[Pattern] = &[Pattern::Dot, Pattern::Gradient];
const UNSEEN_MATERIALS: &[Material] = &[Material::Satin, Material::Fur];
const UNSEEN_FAMILIES: &[Family] = &[Family::Street, Family::FlatLay];
/// Light below this colour temperature, kelvin, is held out.
const WARM: f32 = 3500.0;
/// Listings of more labels are held out.
const MANY: usize = 7;
/// JPEG quality below this is held out.
const LOW: f32 = 45.0;
/// More of the light's colour left than this is held out.
const BALANCED: f32 = 0.2;
/// Photos that were once smaller than this part of their size are held out.
const SMALL: f32 = 0.5;

impl Preset {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Everything,
        Self::Train,
        Self::Iid,
        Self::UnseenSilhouette,
        Self::UnseenPattern,
        Self::UnseenMaterial,
        Self::UnseenLight,
        Self::UnseenBackground,
        Self::UnseenPairs,
        Self::ManyLabels,
        Self::LowQuality,
        Self::UnseenLook,
        Self::UnseenAll,
        Self::MoreLabels,
        Self::Plain,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Train => "train",
            Self::Iid => "iid",
            Self::UnseenSilhouette => "unseen-silhouette",
            Self::UnseenPattern => "unseen-pattern",
            Self::UnseenMaterial => "unseen-material",
            Self::UnseenLight => "unseen-light",
            Self::UnseenBackground => "unseen-background",
            Self::UnseenPairs => "unseen-pairs",
            Self::ManyLabels => "many-labels",
            Self::LowQuality => "low-quality",
            Self::UnseenLook => "unseen-look",
            Self::UnseenAll => "unseen-all",
            Self::MoreLabels => "more-labels",
            Self::Plain => "plain",
        }
    }

    /// What it holds.
    pub fn config(self) -> SynthConfig {
        let mut config = SynthConfig::default();
        match self {
            Self::Everything => return config,
            Self::MoreLabels => {
                config.structure.more_labels = 1.0;
                return config;
            }
            Self::Plain => return plain(),
            _ => {}
        }
        seen(&mut config);
        match self {
            Self::UnseenSilhouette => silhouettes(&mut config),
            Self::UnseenPattern => patterns(&mut config),
            Self::UnseenMaterial => config.product.materials = UNSEEN_MATERIALS.to_vec(),
            Self::UnseenLight => light(&mut config),
            Self::UnseenBackground => background(&mut config),
            Self::UnseenPairs => pairs(&mut config),
            Self::ManyLabels => config.structure.labels = [MANY + 1, 24],
            Self::LowQuality => quality(&mut config),
            Self::UnseenLook => {
                silhouettes(&mut config);
                patterns(&mut config);
                config.product.materials = UNSEEN_MATERIALS.to_vec();
            }
            Self::UnseenAll => {
                silhouettes(&mut config);
                patterns(&mut config);
                config.product.materials = UNSEEN_MATERIALS.to_vec();
                light(&mut config);
                background(&mut config);
                config.structure.labels = [MANY + 1, 24];
                quality(&mut config);
            }
            _ => {}
        }
        config
    }
}

/// Takes out all that is held out.
fn seen(config: &mut SynthConfig) {
    config.product.products.retain(|product| !UNSEEN_PRODUCTS.contains(product));
    config.product.patterns.retain(|pattern| !UNSEEN_PATTERNS.contains(pattern));
    config.product.materials.retain(|material| !UNSEEN_MATERIALS.contains(material));
    config.product.pairs = Pairs::Common;
    config.light.kelvin[0] = WARM;
    config.background.families.retain(|family| !UNSEEN_FAMILIES.contains(family));
    config.structure.labels[1] = MANY;
    config.photo.quality[0] = LOW;
    config.light.cast[1] = BALANCED;
    config.camera.resized_to[0] = SMALL;
}

fn silhouettes(config: &mut SynthConfig) {
    config.product.products = UNSEEN_PRODUCTS.to_vec();
    // Only single products: what would be combined with them is not unseen.
    config.product.parts = [1.0, 0.0, 0.0];
    config.product.pairs = Pairs::All;
}

fn patterns(config: &mut SynthConfig) {
    config.product.patterns = UNSEEN_PATTERNS.to_vec();
    config.product.patterned = 1.0;
}

fn light(config: &mut SynthConfig) {
    config.light.kelvin = [2800.0, WARM];
    config.light.cast = [BALANCED, 0.45];
}

fn background(config: &mut SynthConfig) {
    config.background.families = UNSEEN_FAMILIES.to_vec();
    (config.background.white, config.background.studio, config.background.contrast) = (0.0, 0.0, 0.0);
}

fn pairs(config: &mut SynthConfig) {
    config.product.parts = [0.0, 0.7, 0.3];
    config.product.pairs = Pairs::HeldOut;
}

fn quality(config: &mut SynthConfig) {
    config.photo.quality = [30.0, LOW];
    config.camera.resized = 1.0;
    config.camera.resized_to = [0.3, SMALL];
}

fn plain() -> SynthConfig {
    let mut config = SynthConfig::default();
    config.structure.labels = [2, 5];
    config.structure.max_photos = 9;
    (config.structure.duplicate, config.structure.junk) = (0.0, 0.0);
    config.product.parts = [0.8, 0.2, 0.0];
    (config.product.patterned, config.product.print) = (0.0, 0.0);
    config.colour.spread = [1.0, 2.0];
    config.colour.difference = [18.0, 30.0];
    config.colour.relative = 0.0;
    config.background.scene = 0.0;
    config.background.contrast = 0.0;
    config.light.cast = [0.0, 0.05];
    (config.light.exposure, config.light.shadow) = (0.08, 0.0);
    config.overlay.any = 0.0;
    config.layout.collage = 0.0;
    config.photo.quality = [92.0, 92.0];
    config.camera.blur = 0.0;
    config.camera.noise = [0.3, 1.0];
    config.camera.resized = 0.0;
    (config.label.colourless, config.label.sloppy, config.label.slip, config.label.traditional) = (0.0, 0.0, 0.0, 0.0);
    config
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    /// # Errors
    /// [`UnknownPreset`], which lists the names there are.
    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .iter()
            .copied()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| UnknownPreset { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_never_holds_a_held_out_value_and_each_test_holds_nothing_else_of_its_axis() {
        let train = Preset::Train.config();
        assert_eq!(train, Preset::Iid.config());
        let none = |unseen: bool| assert!(!unseen);
        none(train.product.products.iter().any(|product| UNSEEN_PRODUCTS.contains(product)));
        none(train.product.patterns.iter().any(|pattern| UNSEEN_PATTERNS.contains(pattern)));
        none(train.product.materials.iter().any(|material| UNSEEN_MATERIALS.contains(material)));
        none(train.background.families.iter().any(|family| UNSEEN_FAMILIES.contains(family)));
        assert_eq!(train.product.pairs, Pairs::Common);
        let look = Preset::UnseenLook.config();
        assert!(look.product.products.iter().all(|product| !train.product.products.contains(product)));
        assert!(look.product.patterns.iter().all(|pattern| !train.product.patterns.contains(pattern)));
        assert!(look.product.materials.iter().all(|material| !train.product.materials.contains(material)));
        let all = Preset::UnseenAll.config();
        assert!(all.background.families.iter().all(|family| !train.background.families.contains(family)));
        assert!(all.light.kelvin[1] <= train.light.kelvin[0] && all.light.cast[0] >= train.light.cast[1]);
        assert!(all.photo.quality[1] <= train.photo.quality[0]);
        assert!(all.camera.resized_to[1] <= train.camera.resized_to[0]);
        assert!(all.structure.labels[0] > train.structure.labels[1]);
        assert_eq!(Preset::UnseenPairs.config().product.pairs, Pairs::HeldOut);
        for &preset in Preset::ALL {
            assert_eq!(preset.name().parse(), Ok(preset));
            preset.config().check().unwrap_or_else(|error| panic!("{}: {error}", preset.name()));
        }
        assert!("none".parse::<Preset>().is_err_and(|error| error.to_string().contains("unseen-light")));
    }
}
