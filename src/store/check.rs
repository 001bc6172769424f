//! Whether the state can be used and written to now, found out without leaving anything behind. Repairs nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::open::{BUSY_TIMEOUT, check as check_pages, identify, io_error, is_empty};
use super::{DATABASE, StoreError, migrate, sql};

/// What must still fit on the disk, as much as a cycle may write: so many times as many bytes.
const ROUNDS: usize = 32;
static ROUND: [u8; 32 * 1024] = [0; 32 * 1024];

pub(super) fn check(dir: &Path) -> Result<(), StoreError> {
    // Where there is no folder yet, the one in which it would be made.
    let there = dir.ancestors().find(|one| one.exists()).unwrap_or(dir);
    write_and_drop(there).map_err(io_error("write to a file in", there))?;
    let path = dir.join(DATABASE);
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("look at", &path)(error)),
        Ok(_) if is_empty(&path) => return Err(StoreError::Empty { path }),
        Ok(_) => {}
    }
    // SQLite would open it to read, and leave its other files behind.
    OpenOptions::new().write(true).open(&path).map_err(io_error("write to", &path))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&path, flags).map_err(sql("open", &path))?;
    db.busy_timeout(BUSY_TIMEOUT).map_err(sql("set a limit for waiting", &path))?;
    let found = identify(&db, &path)?;
    if found > migrate::VERSION {
        return Err(StoreError::Future { path, found, known: migrate::VERSION });
    }
    check_pages(&db).map_err(sql("check what is", &path))?;
    db.execute_batch("BEGIN IMMEDIATE; ROLLBACK").map_err(sql("begin to write", &path))
}

/// Writes to a file without a name, which is gone when closed, also by a crash.
fn write_and_drop(dir: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(dir)?;
    (0..ROUNDS).try_for_each(|_| file.write_all(&ROUND))?;
    file.sync_all()
}
