//! PyTorch's `.pth`: a zip with a pickle, which must not run anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise::weights::WeightFile;
use peise_fuzz::file;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(weights) = WeightFile::open(&file("weights.pth", bytes)) {
        for name in weights.names() {
            if let Ok(tensor) = weights.tensor(&name) {
                assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>(), "{name}");
            }
        }
    }
});
