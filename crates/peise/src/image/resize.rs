//! Resizing, and the geometry around it.

use ::image::RgbImage;
use fast_image_resize as fir;
use fast_image_resize::pixels::U8x3;

/// Size with the longer side scaled to `long`, the other rounded and at least 1.
pub(super) fn fit(width: u32, height: u32, long: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height)).max(1);
    let scale = |side: u32| ((2 * u64::from(side) * u64::from(long) + longest) / (2 * longest)).max(1) as u32;
    (scale(width), scale(height))
}

/// A photo as it was decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoded<'a> {
    /// Its pixels; the last row and column may reach beyond the photo.
    pub pixels: &'a RgbImage,
    /// Width and height of the photo in its file.
    pub size: (u32, u32),
    /// How many pixels of the file, along a side, one of these stands for.
    pub scale: u32,
}

impl<'a> Decoded<'a> {
    /// An image decoded in full.
    pub fn whole(pixels: &'a RgbImage) -> Self {
        Self { pixels, size: pixels.dimensions(), scale: 1 }
    }
}

/// Stretches an image; filter and colour space as [`super::Step`] says.
pub(super) fn resize(image: &Decoded, width: u32, height: u32) -> RgbImage {
    resize_middle(image, image.size, (width, height))
}

/// Stretches the centred part of size `keep` to size `to`; pixels outside `keep` have no influence.
pub(super) fn resize_middle(image: &Decoded, keep: (u32, u32), to: (u32, u32)) -> RgbImage {
    let mut out = RgbImage::new(to.0, to.1);
    let (left, top) = ((image.size.0 - keep.0) / 2, (image.size.1 - keep.1) / 2);
    let scaled = |length: u32| f64::from(length) / f64::from(image.scale);
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Bilinear)).crop(
        scaled(left),
        scaled(top),
        scaled(keep.0),
        scaled(keep.1),
    );
    let image = image.pixels;
    let (width, height) = image.dimensions();
    // Typed, since `Resizer::resize` would compile every pixel type into this crate: minutes instead of seconds.
    let from = fir::images::TypedImageRef::<U8x3>::from_buffer(width, height, image.as_raw())
        .expect("an RgbImage holds 3 bytes for each pixel");
    let mut into = fir::images::TypedImage::<U8x3>::from_buffer(to.0, to.1, &mut out)
        .expect("an RgbImage holds 3 bytes for each pixel");
    // The widest instructions of this machine are chosen at run time.
    fir::Resizer::new().resize_typed(&from, &mut into, &options).expect("the part kept is inside the image");
    out
}
