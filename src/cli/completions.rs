//! `seawall completions`: what makes a shell complete commands and options. Knows them from `args` alone.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Cli;
use super::fail::{DONE, Done};
use super::out;

/// Prints the completions for a shell.
pub(super) fn completions(shell: Shell) -> Done {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "seawall", &mut text);
    out::print(&String::from_utf8(text)?)?;
    Ok(DONE)
}
