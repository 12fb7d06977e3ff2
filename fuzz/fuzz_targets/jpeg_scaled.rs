//! Decoding at an eighth of the size against decoding in full: the same size, and nearly the same colours.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise::image::{Preprocess, decode};
use peise_fuzz::LIMITS;

fuzz_target!(|bytes: &[u8]| {
    let steps = Preprocess::stretch(4);
    let (scaled, in_full) = (steps.decode(bytes, &LIMITS), decode(bytes, &LIMITS));
    // A photo that can be decoded in full can be decoded for its steps. The reverse is not promised: the scaled decoder
    // passes over the coefficients that are damaged.
    if let Ok(in_full) = &in_full {
        let scaled = scaled.expect("what can be decoded in full can be decoded for its steps");
        assert_eq!(scaled.dimensions(), steps.apply(in_full).dimensions());
    }
});
