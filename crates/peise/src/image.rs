//! Photos: reading, decoding and preprocessing, as pure functions.
//!
//! Training and serving call the same code, so what a model was trained on is what it is given.
//! Everywhere in this module an image is 8-bit sRGB, three bytes R, G, B per pixel, row-major from the top left.

mod blur;
mod decode;
mod error;
mod fingerprint;
mod format;
mod frames;
mod inks;
mod jpeg;
mod light;
mod photo;
mod preprocess;
mod profile;
mod resize;
mod scaled;
mod shared;
mod srgb;
mod step;
mod tensor;

pub use ::image::RgbImage;
pub use decode::{DecodeLimits, decode, read, read_bytes};
pub use error::ImageError;
pub use fingerprint::Fingerprint;
pub use light::Light;
pub use photo::{DecodedPhoto, ProfileFault, Remark};
pub use preprocess::Preprocess;
pub use shared::SharedRegions;
pub use step::{PreprocessError, Step};
pub use tensor::{content_hash, thumbnail_jpeg, write_tensor};
