//! Locks between processes: one writer of the state, and one writer of a hold calendar on this machine. The kernel
//! keeps them, so a crash leaves none behind.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

/// Between two tries: short beside what a person notices, long beside what a try costs.
const PAUSE: Duration = Duration::from_millis(50);

/// A link in the place of a lock leads to somebody else's file.
const NO_LINKS: i32 = OFlags::NOFOLLOW.bits() as i32;
/// Two paths are shorter.
const SAID_BYTES_MAX: u64 = 16 * 1024;

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Whether it locks the file that lies at that path now: one that was removed or moved away keeps nobody out.
    pub fn is_on(&self, path: &Path) -> bool {
        let file = |found: &fs::Metadata| (found.dev(), found.ino());
        let (held, found) = (self.file.metadata(), fs::metadata(path));
        matches!((held, found), (Ok(held), Ok(found)) if file(&held) == file(&found))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // To close the file is not enough: a program that is just being started (a notice, a password command) has it
        // too until it is quite there, and whoever wants the lock next would wait for that. Closing is left to the
        // kernel where this fails.
        let _ = self.file.unlock();
    }
}

/// Who holds a lock, as that process wrote it there.
#[derive(Debug, Default)]
pub struct Holder {
    /// Its number.
    pub pid: Option<u32>,
    /// What else it said of itself.
    pub about: Vec<u8>,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else had it all the time.
    #[error(
        "another seawall{} is at work (it holds {}), also after {} s; let it finish, or stop it",
        holder.pid.map(|pid| format!(", process {pid},")).unwrap_or_default(), path.display(), waited.as_secs()
    )]
    Held {
        /// The lock's file.
        path: PathBuf,
        /// What it wrote there.
        holder: Holder,
        /// How long it was tried.
        waited: Duration,
    },
    /// What should be the folder of the file is none.
    #[error("{} is no folder, and seawall keeps its state in one: remove it, or set state_dir in the config", path.display())]
    NoFolder {
        /// What lies there.
        path: PathBuf,
    },
    /// The file can't be used.
    #[error("can't lock {}: {error}", path.display())]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Locks the file, which is made where it is missing, as is its folder; tries again for `wait` where another process
/// holds it. Needs a runtime with timers.
///
/// # Errors
/// [`LockError::Held`] after `wait`; else where the file can't be made or locked.
pub async fn acquire(path: &Path, wait: Duration) -> Result<Lock, LockError> {
    acquire_saying(path, wait, &[]).await
}

/// The same, with what the holder says of itself.
///
/// # Errors
/// As [`acquire`].
pub async fn acquire_saying(path: &Path, wait: Duration, about: &[u8]) -> Result<Lock, LockError> {
    if let Some(dir) = path.parent().filter(|dir| dir.exists() && !dir.is_dir()) {
        return Err(LockError::NoFolder { path: dir.to_owned() });
    }
    let io_error = |error| LockError::Io { path: path.to_owned(), error };
    let mut file = open(path).map_err(io_error)?;
    let tried = tokio::time::timeout(wait, async {
        loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
    });
    match tried.await {
        Err(_) => Err(LockError::Held { path: path.to_owned(), holder: said(&mut file), waited: wait }),
        Ok(locked) => {
            locked.map_err(io_error)?;
            // Only a help for whoever waits; the lock holds without it.
            let said = [std::process::id().to_string().as_bytes(), b"\n", about].concat();
            let _ = file.set_len(0).and_then(|()| file.write_all(&said));
            Ok(Lock { file })
        }
    }
}

/// Who holds the lock now; none where it is free.
///
/// # Errors
/// Where the file can't be read.
pub fn holder(path: &Path) -> Result<Option<Holder>, LockError> {
    let io_error = |error| LockError::Io { path: path.to_owned(), error };
    let mut file = match OpenOptions::new().read(true).custom_flags(NO_LINKS).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(io_error)?,
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Ok(Some(said(&mut file))),
        Err(TryLockError::Error(error)) => Err(io_error(error)),
        Ok(()) => file.unlock().map(|()| None).map_err(io_error),
    }
}

/// The file stays when the lock is given up: to remove it would let two processes lock two files of one name.
fn open(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(NO_LINKS).open(path)
}

fn said(file: &mut File) -> Holder {
    let mut bytes = Vec::new();
    if file.take(SAID_BYTES_MAX).read_to_end(&mut bytes).is_err() {
        return Holder::default();
    }
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let pid = lines.next().and_then(|line| str::from_utf8(line).ok()?.parse().ok());
    Holder { pid, about: lines.next().unwrap_or_default().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_is_given_up_also_where_a_program_that_is_being_started_has_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let lock = acquire(&path, Duration::ZERO).await.unwrap();
        let _inherited = lock.file.try_clone().unwrap();
        drop(lock);
        acquire(&path, Duration::ZERO).await.unwrap();
    }
}
