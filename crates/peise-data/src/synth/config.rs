//! What a set of drawn listings may hold: one range or rate per axis, each of which can be switched off.

use serde::{Deserialize, Serialize};

use super::material::Material;
use super::pattern::Pattern;
pub use super::random::Range;
use super::scene::family::Family;
use super::wardrobe::Product;

use crate::language::grammar::GrammarConfig;

/// All axes of the generator. Rates are probabilities, 0 to 1; a rate of 0 switches its axis off.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SynthConfig {
    /// Size and encoding of the photos.
    pub photo: PhotoConfig,
    /// How many labels and photos a listing has, and which photos are odd.
    pub structure: StructureConfig,
    /// What is sold.
    pub product: ProductConfig,
    /// The colours of the options.
    pub colour: ColourConfig,
    /// Who or what carries the product.
    pub staging: StagingConfig,
    /// What lies behind.
    pub background: BackgroundConfig,
    /// The light.
    pub light: LightConfig,
    /// What is put over the photo.
    pub overlay: OverlayConfig,
    /// How the picture is laid out.
    pub layout: LayoutConfig,
    /// The camera and what files go through.
    pub camera: CameraConfig,
    /// How labels are written.
    pub label: GrammarConfig,
}

/// Size and encoding of the photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhotoConfig {
    /// Shorter side, pixels, 8 to 1000.
    pub size: u32,
    /// Height over width of a listing's photos, smallest and largest; snapped to 1 or 4/3 where near.
    pub aspect: Range,
    /// JPEG quality, 1 to 100.
    pub quality: Range,
}

/// Counts and odd photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StructureConfig {
    /// Fewest and most labels of a listing, 1 to 24; within them as often as real listings have so many.
    pub labels: [usize; 2],
    /// Most photos of a listing; one with more labels has as many as labels.
    pub max_photos: usize,
    /// A photo is a repetition of an earlier one, same file.
    pub duplicate: f64,
    /// A photo shows no option: a size chart, or a detail without colour. Its truth is `null`.
    pub junk: f64,
    /// A listing has more labels than photos.
    pub more_labels: f64,
}

/// What is sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProductConfig {
    /// Silhouettes that occur.
    pub products: Vec<Product>,
    /// How often an option is a product of 1, 2 and 3 parts; relative.
    pub parts: [f64; 3],
    /// Which pairs of parts occur.
    pub pairs: Pairs,
    /// Cloths that occur.
    pub materials: Vec<Material>,
    /// Patterns that occur; solid always does.
    pub patterns: Vec<Pattern>,
    /// A part has a pattern.
    pub patterned: f64,
    /// A part has a print on its chest.
    pub print: f64,
}

/// Which pairs of parts occur in outfits: a fifth of all pairs is held out, by a hash of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// All of them.
    All,
    /// Those not held out.
    Common,
    /// Those held out.
    HeldOut,
}

/// The colours of the options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColourConfig {
    /// Standard deviation of a colour term's cloth in CIELAB, per axis; drawn per listing.
    pub spread: Range,
    /// Smallest CIEDE2000 difference of two options; drawn per listing, evenly in its logarithm.
    pub difference: Range,
    /// An option is a lighter, darker or more vivid sibling of another.
    pub relative: f64,
    /// How far one option's cloth differs between photos, standard deviation in CIELAB.
    pub drift: f32,
}

/// Who or what carries the product; relative weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StagingConfig {
    /// A person.
    pub worn: f64,
    /// A dressmaker's torso.
    pub mannequin: f64,
    /// A hanger.
    pub hanger: f64,
    /// Lying, seen from above; or cut out.
    pub flat: f64,
    /// Lightness of skin, CIELAB L*.
    pub skin: Range,
    /// What a person wears besides is of any colour, not of a neutral one.
    pub colourful_company: f64,
}

/// What lies behind; relative weights of the kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackgroundConfig {
    /// White.
    pub white: f64,
    /// Paper with a gradient.
    pub studio: f64,
    /// A place.
    pub scene: f64,
    /// A strong colour: that of another label.
    pub contrast: f64,
    /// Places that occur.
    pub families: Vec<Family>,
    /// All photos of a listing have one background and pose, only the product is of another colour.
    pub shared: f64,
}

/// The light.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LightConfig {
    /// Colour temperature of a listing's light, kelvin.
    pub kelvin: Range,
    /// Part of the light's colour that the camera's white balance leaves.
    pub cast: Range,
    /// Shift between the photos of a listing, relative in kelvin.
    pub shift: f32,
    /// Exposure between the photos, in stops to either side.
    pub exposure: f32,
    /// Gamma, smallest and largest.
    pub gamma: Range,
    /// A shadow falls over the picture.
    pub shadow: f64,
}

/// What is put over the photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OverlayConfig {
    /// A photo has an overlay: price, watermark or text.
    pub any: f64,
    /// An overlay names a colour, and the wrong one.
    pub wrong_colour: f64,
}

/// How the picture is laid out; relative weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutConfig {
    /// The whole product.
    pub full: f64,
    /// A detail.
    pub detail: f64,
    /// From behind.
    pub back: f64,
    /// Two to six views of one option.
    pub collage: f64,
    /// The product with a strip of all options' colours.
    pub swatches: f64,
}

/// The camera and what files go through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraConfig {
    /// Size of the product in the picture, 1 = fills it.
    pub scale: Range,
    /// Rotation to either side, degrees.
    pub rotation: f32,
    /// Shift to either side, part of the picture.
    pub shift: f32,
    /// A photo is blurred.
    pub blur: f64,
    /// Standard deviation of the blur, pixels at a shorter side of 224.
    pub blur_sigma: Range,
    /// Standard deviation of the noise, 8-bit steps.
    pub noise: Range,
    /// A photo was once smaller.
    pub resized: f64,
    /// How small, part of its size.
    pub resized_to: Range,
}

impl Default for PhotoConfig {
    fn default() -> Self {
        Self { size: 224, aspect: [1.0, 1.34], quality: [30.0, 95.0] }
    }
}

impl Default for StructureConfig {
    fn default() -> Self {
        Self { labels: [1, 24], max_photos: 33, duplicate: 0.03, junk: 0.02, more_labels: 0.0 }
    }
}

impl Default for ProductConfig {
    fn default() -> Self {
        Self {
            products: Product::ALL.to_vec(),
            parts: [0.65, 0.25, 0.10],
            pairs: Pairs::All,
            materials: Material::ALL.to_vec(),
            patterns: Pattern::ALL.to_vec(),
            patterned: 0.22,
            print: 0.15,
        }
    }
}

impl Default for ColourConfig {
    fn default() -> Self {
        Self { spread: [3.0, 8.0], difference: [3.0, 30.0], relative: 0.12, drift: 0.8 }
    }
}

impl Default for StagingConfig {
    fn default() -> Self {
        Self { worn: 0.5, mannequin: 0.1, hanger: 0.1, flat: 0.3, skin: [28.0, 82.0], colourful_company: 0.3 }
    }
}

impl Default for BackgroundConfig {
    fn default() -> Self {
        Self { white: 0.4, studio: 0.2, scene: 0.3, contrast: 0.1, families: Family::ALL.to_vec(), shared: 0.15 }
    }
}

impl Default for LightConfig {
    fn default() -> Self {
        Self {
            kelvin: [2800.0, 9000.0],
            cast: [0.0, 0.3],
            shift: 0.08,
            exposure: 0.3,
            gamma: [0.85, 1.2],
            shadow: 0.15,
        }
    }
}

impl Default for OverlayConfig {
    fn default() -> Self {
        Self { any: 0.25, wrong_colour: 0.1 }
    }
}

impl Default for LayoutConfig {
    fn default() -> Self {
        Self { full: 0.70, detail: 0.12, back: 0.08, collage: 0.06, swatches: 0.04 }
    }
}

impl Default for CameraConfig {
    fn default() -> Self {
        Self {
            scale: [0.72, 1.12],
            rotation: 6.0,
            shift: 0.06,
            blur: 0.2,
            blur_sigma: [0.4, 1.4],
            noise: [0.3, 4.0],
            resized: 0.3,
            resized_to: [0.35, 1.0],
        }
    }
}
