//! `seawall backup`: a copy of what seawall remembers. How it is copied beside a running daemon is the store's.

use std::path::Path;

use super::args::Cli;
use super::fail::{DONE, Done};
use super::out;
use super::shell::Shell;
use crate::store::Store;

/// Copies the database into a new file.
pub(super) fn backup(cli: &Cli, file: &Path) -> Done {
    let shell = Shell::open(cli)?;
    Store::backup(&shell.settings.state_dir, file)?;
    out::print(&format!("Copied to {}.", file.display()))?;
    Ok(DONE)
}
