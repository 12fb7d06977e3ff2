//! The command line as its users meet it: every test runs the binary and looks at its exit code, what it says on
//! stderr, and the data on stdout and in files. No test depends on what the embedded weights have learned.

mod bad_files;
mod bad_images;
mod common;
mod golden;
mod listings;
mod match_;
mod other_commands;
mod predict;
mod synth;
mod train;
