//! The `peise` command line: thin, one file per subcommand.

mod allocator;
mod command;
mod device;
mod failure;
mod hub;
mod interrupt;
mod output;
mod progress;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Finds out which photo of a shop listing shows which of its colour options.
#[derive(Debug, Parser)]
#[command(name = "peise", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(command::demo::DemoArgs),
    Match(command::match_::MatchArgs),
    Predict(command::predict::PredictArgs),
    Eval(command::eval::EvalArgs),
    Train(command::train::TrainArgs),
    Export(command::export::ExportArgs),
    Import(command::import::ImportArgs),
    Synth(command::synth::SynthArgs),
    Models(command::models::ModelsArgs),
    Runs(command::runs::RunsArgs),
}

fn main() -> ExitCode {
    failure::exit(match Arguments::parse().command {
        Command::Demo(args) => command::demo::run(&args),
        Command::Match(args) => command::match_::run(&args),
        Command::Predict(args) => command::predict::run(&args),
        Command::Eval(args) => command::eval::run(&args),
        Command::Train(args) => command::train::run(&args),
        Command::Export(args) => command::export::run(&args),
        Command::Import(args) => command::import::run(&args),
        Command::Synth(args) => command::synth::run(&args),
        Command::Models(args) => command::models::run(&args),
        Command::Runs(args) => command::runs::run(&args),
    })
}
