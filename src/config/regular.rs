//! Opens files that the user named. Nothing but a regular file is taken: to open a pipe would wait for somebody to write
//! to it, and a daemon must not. Knows nothing of what is in them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a regular file to read it; links are followed.
///
/// # Errors
/// Where it is none, or can't be opened.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let wait_not = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(wait_not).open(path)?;
    // What was opened is judged, so nobody can put another file in its place meanwhile.
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
}
