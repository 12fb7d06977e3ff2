//! A model folder's `config.json` and its safetensors file. The first byte tells which of the two follows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peise::model::ModelConfig;
use peise::weights::WeightFile;

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        Some((b'{', _)) => {
            if let Ok(config) = serde_json::from_slice::<ModelConfig>(bytes)
                && config.check().is_ok()
            {
                let again = serde_json::to_vec(&config).expect("a config can be written");
                let again: ModelConfig = serde_json::from_slice(&again).expect("what was written can be read");
                assert_eq!(again, config);
            }
        }
        Some(_) => {
            if let Ok(file) = WeightFile::from_bytes(bytes) {
                for name in file.names() {
                    if let Ok(tensor) = file.tensor(&name) {
                        assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>(), "{name}");
                    }
                }
            }
        }
        None => {}
    }
});
