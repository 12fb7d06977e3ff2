//! Photos of every format: no panic, no more memory than the limits allow, a photo of at least one pixel.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise::image::{Preprocess, content_hash, decode};
use peise_fuzz::LIMITS;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(photo) = decode(bytes, &LIMITS).map(|decoded| decoded.pixels) {
        let (width, height) = photo.dimensions();
        assert!(width > 0 && height > 0 && width.max(height) <= LIMITS.max_side);
        assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels);
        assert_eq!(Preprocess::pad(8).apply(&photo).dimensions(), (8, 8));
        content_hash(&photo);
    }
});
