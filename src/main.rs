//! The command line. What each command does is in [`contacts::commands`].

use std::process::ExitCode;

use clap::Parser;
use contacts::commands::{self, CommandLine};

fn main() -> ExitCode {
    commands::run(CommandLine::parse())
}
