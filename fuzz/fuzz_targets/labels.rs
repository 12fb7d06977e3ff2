//! Label cleaners: never two different labels made equal, none made empty, nothing left to clean, one result a label.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use peise::label::{Cleaner, normalize};
use peise_fuzz::lines;

fuzz_target!(|bytes: &[u8]| {
    let Some(labels) = lines(bytes) else { return };
    for cleaner in [Cleaner::None, Cleaner::Report, Cleaner::Default, Cleaner::Lexicon] {
        let cleaned = cleaner.clean(&labels);
        assert_eq!(cleaned.len(), labels.len());
        assert_eq!(cleaner.clean(&cleaned), cleaned, "cleaning {cleaner:?} twice changes {labels:?}");
        let normalised = matches!(cleaner, Cleaner::Default | Cleaner::Lexicon);
        let of = |label: &str| if normalised { normalize(label) } else { label.to_owned() };
        let mut before: HashMap<&str, String> = HashMap::new();
        for (label, cleaned) in labels.iter().zip(&cleaned) {
            assert_eq!(cleaned.is_empty(), of(label).is_empty(), "{cleaner:?} makes {label:?} {cleaned:?}");
            let first = before.entry(cleaned).or_insert_with(|| of(label));
            assert_eq!(*first, of(label), "{cleaner:?} makes two labels of {labels:?} equal");
        }
    }
});
