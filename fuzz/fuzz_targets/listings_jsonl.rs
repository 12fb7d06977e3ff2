//! Listings as JSON lines, photos in base64 included.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise_fuzz::{LIMITS, file, listings};
use peise_listings::PhotoSource;

fuzz_target!(|bytes: &[u8]| {
    for listing in listings(&file("listings.jsonl", bytes), "jsonl").iter().flatten() {
        for photo in listing.photos.iter().flatten().filter(|photo| matches!(photo, PhotoSource::Base64(_))) {
            if let Ok(bytes) = photo.read("photo", &LIMITS) {
                assert!(bytes.len() as u64 <= LIMITS.max_bytes);
            }
        }
    }
});
