//! The course format, a merged file and a profile: what can be read is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise_fuzz::{file, listings};
use peise_listings::course::{read_merged, read_profile, write_profile_to};

fuzz_target!(|bytes: &[u8]| {
    let path = file("test_all.json", bytes);
    if let Ok(listing) = read_profile(&path, "1") {
        let mut written = Vec::new();
        write_profile_to(&mut written, &listing).expect("memory takes any listing");
        let again = read_profile(&file("again.json", &written), "1").expect("what was written can be read");
        assert_eq!(again, listing);
    }
    let found = listings(&path, "course");
    if let Ok(entries) = read_merged(&path) {
        assert_eq!(entries.len(), found.len());
    }
});
