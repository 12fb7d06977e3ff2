//! Every block against PyTorch, torchvision and transformers: outputs, gradients and running statistics.
//!
//! `parity/fixtures` holds what they said; `parity/README.md` says how. With `PEISE_PARITY=DIR` the blocks at the
//! report's own widths, written by `parity/full_width.py DIR`, are compared, too. Run with `--nocapture` to see the table.

mod parity_blocks;
use parity_blocks::{BLOCKS, Block, FULL_WIDTH, Fixture, Worst};
use std::path::{Path, PathBuf};

/// Largest error that passes, relative to the largest value of the tensor compared.
const TOLERANCE: f64 = 1e-4;

fn run(folder: &Path, blocks: &[Block]) -> Vec<String> {
    let mut failures = Vec::new();
    for (name, block) in blocks {
        let fixture = Fixture::read(folder, name);
        let mut worst = Worst::new(&fixture);
        block(&mut worst);
        let compared = worst.count();
        println!("{name:<26} {}", worst.row());
        assert!(compared > 0, "{name}: nothing was compared");
        failures.extend(worst.beyond(TOLERANCE).into_iter().map(|failure| format!("{name}: {failure}")));
    }
    failures
}

#[test]
fn every_block_agrees_with_pytorch() {
    println!("\n{:<26} {}", "block", Worst::HEAD);
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../parity/fixtures");
    let mut failures = run(&fixtures, BLOCKS);
    if let Some(folder) = std::env::var_os("PEISE_PARITY") {
        failures.extend(run(Path::new(&folder), FULL_WIDTH));
    }
    assert!(failures.is_empty(), "beyond {TOLERANCE:e}:\n{}", failures.join("\n"));
}

/// A parity test that cannot fail would be worthless: one weight changed a little must show.
#[test]
fn a_small_change_is_noticed() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../parity/fixtures");
    for (name, block) in BLOCKS {
        let mut fixture = Fixture::read(&fixtures, name);
        if !fixture.disturb() {
            continue;
        }
        let mut worst = Worst::new(&fixture);
        block(&mut worst);
        assert!(!worst.beyond(TOLERANCE).is_empty(), "{name}: a changed weight went unnoticed");
    }
}
