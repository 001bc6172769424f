//! A subscribed calendar in a file: read whole, within the same size as one from the network. Links are followed,
//! for the user named the path.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::BODY_BYTES_MAX;
use crate::provider::{ErrorKind, ProviderError};

/// What is in the file.
///
/// # Errors
/// Where it is not there, can't be read or is too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ProviderError> {
    let fault = |kind: ErrorKind, why: &str| ProviderError { kind, message: format!("{}: {why}", path.display()) };
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => fault(ErrorKind::NotFound, "there is no such file"),
        _ => fault(ErrorKind::Unavailable, &format!("can't be read: {error}")),
    };
    // Looked at before it is opened: opening a pipe can wait for ever.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(fault(
            ErrorKind::Unavailable,
            "is no file; for a folder of .ics files there is provider = \"vdir\"",
        ));
    }
    let mut body = Vec::new();
    let limit = BODY_BYTES_MAX as u64 + 1;
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut body)).map_err(unreadable)?;
    if body.len() > BODY_BYTES_MAX {
        return Err(fault(ErrorKind::Unavailable, &format!("has more than {BODY_BYTES_MAX} bytes")));
    }
    Ok(body)
}
