//! The command line. What each command does is in [`contacts::commands`].

use std::process::ExitCode;

use contacts::commands::{self, CommandLine};

/// A tenth less processor time for a listing than with the C library's (`docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(CommandLine::read())
}
