//! Ctrl-C: the first ends the work in order, the second at once.

use crate::failure::{Failure, INTERRUPTED, tell};
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// Watches for Ctrl-C from now on; the flag is `true` once it was pressed.
///
/// # Errors
/// If the system does not let the program watch.
pub fn watch() -> Result<&'static AtomicBool, Failure> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
        tell("stopping after the listings in work; press Ctrl-C again to stop at once");
    })
    .map_err(Failure::Signal)?;
    Ok(&STOP)
}
