//! Weight files of others, hostile ones among them: read, or refused by name, and never run.
//!
//! `good.pth` is a small ResNet-18's state dict as `torch.save` wrote it; `evil.pth` is the same with an entry whose
//! pickle asks to run a command when it is loaded.

use burn::tensor::Device;
use peise::describe;
use peise::encoder::resnet::ResNetConfig;
use peise::pretrained;
use peise::weights::{WeightFile, WeightsError};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn small() -> ResNetConfig {
    ResNetConfig { widths: vec![4, 6, 8, 10], output: 10, ..ResNetConfig::imagenet() }
}

fn load(config: ResNetConfig, path: &Path) -> Result<(), String> {
    let encoder = config.init([40, 40], &Device::flex());
    pretrained::image_encoder(encoder, path).map(|_| ()).map_err(|error| describe(&error))
}

#[test]
fn a_published_pth_loads_as_it_is() {
    load(small(), &fixture("good.pth")).expect("torchvision's names");
    let file = WeightFile::open(&fixture("good.pth")).expect("a .pth");
    assert!(file.holds("layer4.1.bn2.running_var") && file.holds("bn1.num_batches_tracked"));
    let wrong = file.tensor("bn1.num_batches_tracked").expect_err("a whole number");
    assert!(matches!(wrong, WeightsError::Dtype { .. }), "{wrong}");
}

#[test]
fn a_pickle_that_asks_to_run_something_is_refused_and_nothing_runs() {
    let error = load(small(), &fixture("evil.pth")).expect_err("malicious");
    assert!(error.contains("evil.pth"), "{error}");
    // The command would have left this file.
    assert!(!Path::new("PWNED").exists());
}

#[test]
fn another_architecture_is_named_by_tensor() {
    let wide = ResNetConfig { widths: vec![4, 6, 8, 12], ..small() };
    let error = load(wide, &fixture("good.pth")).expect_err("other widths");
    assert!(error.contains("layer4.0.conv1.weight") && error.contains("[12, 8, 3, 3]"), "{error}");
    let deeper = ResNetConfig { blocks: vec![2, 2, 2, 3], ..small() };
    let error = load(deeper, &fixture("good.pth")).expect_err("deeper");
    assert!(error.contains("layer4.2.conv1.weight") && error.contains("lacks"), "{error}");
    let shallow = ResNetConfig { blocks: vec![2, 2, 2, 1], ..small() };
    let error = load(shallow, &fixture("good.pth")).expect_err("shallower");
    assert!(error.contains("layer4.1.") && error.contains("does not have"), "{error}");
}

#[test]
fn damaged_files_are_errors_and_no_panics() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("damaged.pth");
    let good = std::fs::read(fixture("good.pth")).expect("shipped");
    for length in (0..good.len()).step_by(977) {
        std::fs::write(&path, &good[..length]).expect("written");
        assert!(load(small(), &path).expect_err("truncated").contains("damaged.pth"));
    }
    // One bit flipped in a tensor's bytes: its checksum gives it away. Elsewhere, in padding or names that nothing
    // reads, a flip may be harmless; it must never panic.
    let mut caught = 0;
    for place in (100..good.len()).step_by(311) {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << (place % 8);
        std::fs::write(&path, &bytes).expect("written");
        caught += usize::from(load(small(), &path).is_err());
    }
    assert!(caught > 100, "{caught}");
    std::fs::write(&path, [0x80, 0x02, b'.']).expect("written");
    assert!(load(small(), &path).expect_err("a bare pickle").contains("torch.save"));
}
