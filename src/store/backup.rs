//! A copy of the database in one file, made while others may be writing. Changes nothing in the original, not even
//! its version: the seawall that made it can go on with the copy.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::open::{BUSY_TIMEOUT, identify, io_error, is_corrupt};
use super::{DATABASE, StoreError, sql};

pub(super) fn backup(dir: &Path, to: &Path) -> Result<(), StoreError> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Err(io_error("copy", &path)(io::ErrorKind::NotFound.into()));
    }
    // To read beside a writer takes the right to write: the log of the database has an index that all keep up.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&path, flags).map_err(sql("open", &path))?;
    db.busy_timeout(BUSY_TIMEOUT).map_err(sql("set a limit for waiting", &path))?;
    if identify(&db, &path)? == 0 {
        return Err(StoreError::Empty { path });
    }
    // An absolute path is the name of a file to SQLite, whatever is in it.
    let to = std::path::absolute(to).map_err(io_error("find", to))?;
    let name = to.to_str().ok_or_else(|| io_error("name in UTF-8", &to)(io::ErrorKind::InvalidFilename.into()))?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&to);
    let file = file.map_err(io_error("make", &to))?;
    let copied = db
        .execute("VACUUM INTO ?1", [name])
        .map_err(|error| match error {
            error if is_corrupt(&error) => sql("copy what is", &path)(error),
            // It may be either of them that is at fault, and mostly it is the disk of the copy.
            error => StoreError::Copy { path: path.clone(), to: to.clone(), error },
        })
        .and_then(|_| file.sync_all().and_then(|()| sync_folder(&to)).map_err(io_error("finish", &to)));
    if copied.is_err() {
        // Half a backup is worse than none, and this one was made just now.
        let _ = fs::remove_file(&to);
    }
    copied
}

fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
