//! The file that keeps a refresh token: only its owner may read it, it is replaced whole or not at all, and one
//! process at a time changes it. Knows what it keeps, not what it is for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use super::grant::Grant;

/// How long another process may have the file.
const LOCK_WAIT: Duration = Duration::from_mins(2);
/// Between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(50);
const BYTES_MAX: u64 = 256 * 1024;
/// File names have 255 bytes on the usual file systems, and the temporary file and the lock get longer ones.
const NAME_BYTES_MAX: usize = 200;
/// What of an account's name stands in a file name as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Where a refresh token is kept.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

/// Why a token file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Others may read it.
    #[error(
        "{} can be read by others (mode {mode:o}): who has seen it can read your calendar. Withdraw seawall's access at \
         https://myaccount.google.com/connections if that may be so; then `chmod 600` it, or log in again",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error("{} is no token file, or only part of one", path.display())]
    Garbled {
        /// The file.
        path: PathBuf,
    },
    /// Another process keeps it.
    #[error("another seawall is refreshing the token in {}", path.display())]
    Held {
        /// The file.
        path: PathBuf,
    },
    /// The system says no.
    #[error("can't {act} {}: {error}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// The right to change a token file, until it is dropped.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

impl TokenFile {
    /// Touches nothing yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The file of an account in the state folder; any name makes a sound file name, and no two the same.
    pub fn of(state_dir: &Path, account: &str) -> Self {
        let name = utf8_percent_encode(account, ESCAPED).to_string();
        let name = if name.len() <= NAME_BYTES_MAX {
            name
        } else {
            // A tilde stands in no other name.
            format!("~{}", URL_SAFE_NO_PAD.encode(Sha256::digest(account.as_bytes())))
        };
        Self::new(state_dir.join(format!("google-{name}.token")))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it keeps; none where there is no file.
    ///
    /// # Errors
    /// Where others may read it, or it can't be read as what it should be. Nothing is removed.
    pub fn load(&self) -> Result<Option<Grant>, FileError> {
        let opened = OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits() as i32).open(&self.path);
        let file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| self.io("read", error))?,
        };
        let mode = file.metadata().map_err(|error| self.io("read", error))?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(FileError::Open { path: self.path.clone(), mode });
        }
        let mut text = Vec::new();
        file.take(BYTES_MAX).read_to_end(&mut text).map_err(|error| self.io("read", error))?;
        Grant::read(&text).map(Some).map_err(|_| FileError::Garbled { path: self.path.clone() })
    }

    /// Waits until no other process changes the file. Its folder is made where it is missing.
    ///
    /// # Errors
    /// Where another one has it for long, or the folder can't be written.
    pub async fn hold(&self) -> Result<Held, FileError> {
        let lock = self.open_lock().map_err(|error| self.io("lock", error))?;
        let tries = async {
            loop {
                match lock.try_lock() {
                    Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
                    Err(TryLockError::Error(error)) => return Err(self.io("lock", error)),
                    Ok(()) => return Ok(()),
                }
            }
        };
        let held = || Err(FileError::Held { path: self.path.clone() });
        tokio::time::timeout(LOCK_WAIT, tries).await.unwrap_or_else(|_| held())?;
        Ok(Held { _lock: lock })
    }

    /// Replaces the content; when this returns it is on the disk. After a crash there is the old file or the new one.
    ///
    /// # Errors
    /// Where it can't be written; then the old one stays.
    pub fn save(&self, grant: &Grant, _held: &Held) -> Result<(), FileError> {
        self.replace(grant).map_err(|error| self.io("write", error))
    }

    fn replace(&self, grant: &Grant) -> io::Result<()> {
        // One name for all times, so that a crash leaves at most one behind: the lock sees to it that nobody else is
        // writing it.
        let temp = self.beside(".new");
        match std::fs::remove_file(&temp) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temp)?;
        file.write_all(&grant.write()?)?;
        file.sync_all()?;
        std::fs::rename(&temp, &self.path)?;
        File::open(self.folder())?.sync_all()
    }

    /// The lock is a file of its own that stays: the other one is replaced each time.
    fn open_lock(&self) -> io::Result<File> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        let no_links = OFlags::NOFOLLOW.bits() as i32;
        let path = self.beside(".lock");
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(no_links).open(path)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(suffix);
        path.into()
    }

    fn io(&self, act: &'static str, error: io::Error) -> FileError {
        FileError::Io { act, path: self.path.clone(), error }
    }
}
