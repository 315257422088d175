//! What `--help` and `contacts help` show: of a command what it takes, of the settings, which are the same for
//! all commands, one line that leads to `contacts help configuration`.

use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches};

use super::CommandLine;
use crate::config::Arguments;

/// The name of the topic.
const CONFIGURATION: &str = "configuration";

const LINE: &str = "Settings (environment variables or flags): `contacts help configuration`";

/// The settings, as a command, since that is what `contacts help` knows topics by.
#[derive(Debug, Args)]
pub(super) struct Configuration {
    #[command(flatten)]
    settings: Arguments,
}

impl CommandLine {
    /// What was typed. Shows help or an error and ends the process where that is due.
    #[must_use]
    pub fn read() -> Self {
        let matches = command().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The text of `contacts help configuration`.
pub(super) fn configuration() -> String {
    let mut command = command();
    command.build();
    command
        .find_subcommand_mut(CONFIGURATION)
        .map(|topic| topic.render_long_help().to_string())
        .unwrap_or_default()
}

fn command() -> clap::Command {
    CommandLine::command()
        // Every command takes the settings, but only the topic shows them.
        .mut_args(|arg| arg.hide(true))
        .after_help(LINE)
        .mut_subcommands(|command| {
            if command.get_name() == CONFIGURATION {
                let help = Arg::new("help").long("help").short('h').action(ArgAction::Help).hide(true);
                command.disable_help_flag(true).arg(help)
            } else {
                command.after_help(LINE)
            }
        })
}
