//! Opening the database: a folder and files for this user alone, and what is done with a file that is from the
//! future, of another program or broken.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};

use super::migrate::{self, APPLICATION_ID};
use super::{DATABASE, Opened, Store, StoreError, sql};

/// SQLite's own files beside the database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];
/// How long SQLite waits for another program that has the database; meanwhile whoever waits hears nothing.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// Bits that let others in.
const OTHERS: u32 = 0o077;

pub(super) fn open(dir: &Path, now: Timestamp) -> Result<Opened, StoreError> {
    let mut warnings = Vec::new();
    make_dir(dir)?;
    close_to_others(dir, 0o700, &mut warnings)?;
    let path = dir.join(DATABASE);
    let was_empty = is_empty(&path);
    let store = match open_file(&path, &mut warnings) {
        Err(StoreError::Sql { error, .. }) if is_corrupt(&error) => {
            let aside = move_aside(&path, now)?;
            warnings.push(format!(
                "the database {} was corrupt ({error}) and is now {}; an empty one was made. {LOST}",
                path.display(),
                aside.display()
            ));
            open_file(&path, &mut warnings)?
        }
        opened => opened?,
    };
    if was_empty {
        // A first start that was broken off leaves such a file, so it must lock nobody out; and nothing in it can be saved.
        warnings.push(format!(
            "{}. It is used as a new one. Where it was no new one: {LOST}; to have them again, stop seawall and put a \
             backup in the place of that file",
            StoreError::Empty { path }
        ));
    }
    Ok(Opened { store, warnings })
}

/// What a database is without which another begins.
const LOST: &str = "The calendars still tell which holds exist. Lost are: deletions of holds that no weekly summary \
                    remembers (such a hold may come back), the log, the trend of past weeks and when meetings arrived";

/// Whether there is a file at that path with nothing in it.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

pub(super) fn open_to_look(dir: &Path) -> Result<Option<Store>, StoreError> {
    let path = dir.join(DATABASE);
    if !path.exists() || is_empty(&path) {
        return Ok(None);
    }
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(&path, flags).map_err(sql("open", &path));
    match opened.and_then(|db| prepare(db, path)) {
        Err(StoreError::Sql { error, .. }) if is_corrupt(&error) => Ok(None),
        opened => opened.map(Some),
    }
}

/// Makes a folder for this user alone, unless it is there.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error("make the folder", dir))
}

fn open_file(path: &Path, warnings: &mut Vec<String>) -> Result<Store, StoreError> {
    // SQLite gives its other files the mode of this one, so it has to be right before the first of them is made.
    make_file(path)?;
    for file in with_companions(path) {
        close_to_others(&file, 0o600, warnings)?;
    }
    let db = Connection::open(path).map_err(sql("open", path))?;
    let file = identity(path);
    Ok(Store { file, ..prepare(db, path.to_owned())? })
}

/// Makes the file where there is none, and closes it again: closed later, it would take the locks of SQLite with it, and
/// another program would clear away the log in which this one goes on writing (POSIX locks end with the first descriptor
/// of a file that its process closes).
fn make_file(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(io_error("make", path)(error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Device and inode of the file at that path, by which another file of its name is told from it.
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Checks what was opened and brings it to the present version. Nothing is written before it is known to be ours.
pub(super) fn prepare(db: Connection, path: PathBuf) -> Result<Store, StoreError> {
    db.busy_timeout(BUSY_TIMEOUT).map_err(sql("set a limit for waiting", &path))?;
    let found = identify(&db, &path)?;
    if found > migrate::VERSION {
        return Err(StoreError::Future { path, found, known: migrate::VERSION });
    }
    check(&db).map_err(sql("check what is", &path))?;
    // A small cache (KiB): nearly all of the file is the mirror, which is read from end to end or not at all.
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                    PRAGMA cache_size = -256;";
    db.execute_batch(settings).map_err(sql("change the settings", &path))?;
    migrate::migrate(&db).map_err(sql("bring up to date what is", &path))?;
    Ok(Store { db, path, file: None })
}

/// The version of a database of ours, 0 where it is empty.
pub(super) fn identify(db: &Connection, path: &Path) -> Result<u32, StoreError> {
    let read = || -> rusqlite::Result<(i32, u32, u32)> {
        let id = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let objects = db.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        Ok((id, migrate::version(db)?, objects))
    };
    match read().map_err(sql("read the version", path))? {
        (APPLICATION_ID, version, _) => Ok(version),
        (0, 0, 0) => Ok(0),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

/// Looks whether all pages of the database are whole.
pub(super) fn check(db: &Connection) -> rusqlite::Result<()> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(code, Some(verdict)))
}

pub(super) fn is_corrupt(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Renames the database and its companions; none of them is ever overwritten.
fn move_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let aside = (1..100)
        .map(|number| match number {
            1 => with_suffix(path, &format!(".corrupt-{stamp}")),
            _ => with_suffix(path, &format!(".corrupt-{stamp}-{number}")),
        })
        .find(|aside| with_companions(aside).all(|file| !file.exists()))
        .ok_or_else(|| io_error("find a name to move aside", path)(io::ErrorKind::AlreadyExists.into()))?;
    // The database goes first: SQLite drops a log that it finds beside an empty database.
    for (from, to) in with_companions(path).zip(with_companions(&aside)) {
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("move aside the corrupt database", &from)(error));
            }
            _ => {}
        }
    }
    Ok(aside)
}

fn with_companions(path: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    std::iter::once("").chain(COMPANIONS).map(|suffix| with_suffix(path, suffix))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Takes away what rights others have, with a word about it.
fn close_to_others(path: &Path, mode: u32, warnings: &mut Vec<String>) -> Result<(), StoreError> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(io_error("look at", path))?,
    };
    let (found, shown) = (metadata.mode() & 0o7777, path.display());
    if found & OTHERS == 0 {
        return Ok(());
    }
    // A folder with the sticky bit, such as /tmp, is meant for everybody; taking it away would break the system.
    if found & 0o1000 != 0 {
        warnings
            .push(format!("{shown} is a folder for everybody (mode {found:04o}); name a state_dir of seawall's own"));
        return Ok(());
    }
    warnings.push(match fs::set_permissions(path, Permissions::from_mode(mode)) {
        Ok(()) => format!("{shown} was open to others (mode {found:04o}); its mode is now {mode:04o}"),
        Err(error) => format!("{shown} is open to others (mode {found:04o}), and that can't be changed: {error}"),
    });
    Ok(())
}

pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |error| StoreError::Io { action, path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_on_the_disk_when_it_returns() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(dir.path(), Timestamp::UNIX_EPOCH).unwrap().store.db;
        let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
        let (full, on) = (2, 1);
        assert_eq!((number("synchronous"), number("foreign_keys"), number("busy_timeout")), (full, on, 2000));
        let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(journal, "wal");
    }
}
