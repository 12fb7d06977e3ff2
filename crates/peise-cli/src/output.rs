//! Stdout: data only, and its reader may leave early.

use crate::failure::Failure;
use std::io::{self, ErrorKind, Write};

/// Writes data to stdout. That its reader has gone (`peise models | head -n 1`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|source| Failure::Write { path: "standard output".into(), source }),
    }
}
