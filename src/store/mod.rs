//! What seawall remembers, in one SQLite file: a mirror of what calendars said (may be dropped), the ledger of its
//! own objects, and history. SQL stays in this folder; nothing here decides. Calls block: each takes microseconds, and
//! a returned write is on the disk.

mod backup;
mod check;
mod history;
mod ledger;
pub mod lock;
mod migrate;
pub mod mirror;
mod open;
mod row;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Params, Row};

pub use open::BUSY_TIMEOUT;

/// The name of the database in its folder.
pub const DATABASE: &str = "seawall.sqlite";

/// The database, open.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    /// Device and inode of the file; none for one in memory.
    file: Option<(u64, u64)>,
}

/// A store and what had to be said about it.
#[derive(Debug)]
pub struct Opened {
    /// Ready to use.
    pub store: Store,
    /// What the user should know, in whole sentences.
    pub warnings: Vec<String>,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("can't {action} {}: {error}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// SQLite refused.
    #[error("can't {action} in the database {}: {error}", path.display())]
    Sql {
        /// What was tried.
        action: &'static str,
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
    /// A later seawall made it.
    #[error(
        "the database {} has version {found}, and this seawall knows versions up to {known}: a newer seawall has taken it \
         over. Where seawall was upgraded while it ran, restart the service; else use the newer seawall that made it, or \
         move the file away (the calendars still tell which holds exist; history and log start anew)",
        path.display()
    )]
    Future {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest version that is known.
        known: u32,
    },
    /// It belongs to another program.
    #[error("{} is a database of another program: move it away, or name another state_dir", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// There is nothing in its file.
    #[error(
        "the database {} has nothing in it: a crash or a full disk cut it off, or the first start was broken off", path.display()
    )]
    Empty {
        /// The database.
        path: PathBuf,
    },
    /// It could not be copied.
    #[error("can't copy the database {} to {}: {error}", path.display(), to.display())]
    Copy {
        /// The database.
        path: PathBuf,
        /// The copy.
        to: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
    /// It was removed, moved or replaced since it was opened: what is written to it would be lost, and what others write
    /// is not seen.
    #[error("the database {} is gone or another file now: nothing more is written by the one that was opened", path.display())]
    Gone {
        /// The database.
        path: PathBuf,
    },
    /// The ledger has no row of that UID, so nothing was changed.
    #[error("the ledger in {} knows no {uid}", path.display())]
    Unknown {
        /// The database.
        path: PathBuf,
        /// The UID.
        uid: String,
    },
}

impl StoreError {
    /// Whether what was remembered is gone: the database is corrupt, or there is nothing in it.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Sql { error, .. } => open::is_corrupt(error),
            Self::Empty { .. } => true,
            _ => false,
        }
    }
}

impl Store {
    /// Opens `seawall.sqlite` in the folder, and makes both where they are missing, for this user only. A corrupt
    /// database is moved aside under a name with `now` in it, and an empty one made; that is warned about, and so is one
    /// with nothing in it, which is used.
    ///
    /// # Errors
    /// Where the folder can't be used, or the database is of a later version or of another program.
    pub fn open(dir: &Path, now: Timestamp) -> Result<Opened, StoreError> {
        open::open(dir, now)
    }

    /// Opens the database that is there and repairs nothing: for commands that only look. None where there is none, or
    /// one that is corrupt or has nothing in it.
    ///
    /// # Errors
    /// Where the database is of a later version or of another program, or can't be read.
    pub fn open_to_look(dir: &Path) -> Result<Option<Self>, StoreError> {
        open::open_to_look(dir)
    }

    /// Tries whether the state of that folder can be used and written to, and leaves nothing behind. That there is none yet
    /// is no fault.
    ///
    /// # Errors
    /// Where it can't be; with the reason.
    pub fn check(dir: &Path) -> Result<(), StoreError> {
        check::check(dir)
    }

    /// Copies the database of the folder into a file that is not there yet, for this user only, while others may be
    /// writing. Tokens are no part of it.
    ///
    /// # Errors
    /// Where there is no database or nothing in it, it is of another program, the file is there already, or it can't be
    /// written; then there is no new file.
    pub fn backup(dir: &Path, to: &Path) -> Result<(), StoreError> {
        backup::backup(dir, to)
    }

    /// An empty store that is gone when dropped.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let db = Connection::open_in_memory().map_err(sql("open", &path))?;
        open::prepare(db, path)
    }

    /// A single value by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.db
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(self.failed("read a value"))
    }

    /// Keeps a single value by name; none removes it. What is kept already costs no write.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn set_meta(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        const KEEP: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                            ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value";
        let result = match value {
            Some(value) => self.execute(KEEP, (key, value)),
            None => self.execute("DELETE FROM meta WHERE key = ?1", [key]),
        };
        result.map(drop).map_err(self.failed("keep a value"))
    }

    /// A number that is another one after another process wrote to the database; what is written through this store
    /// leaves it.
    ///
    /// # Errors
    /// Where the database fails, its file is no longer the one that was opened, or a newer seawall has brought it to a
    /// version that this one does not know.
    pub fn version(&self) -> Result<i64, StoreError> {
        if self.file.is_some() && self.file != open::identity(&self.path) {
            return Err(StoreError::Gone { path: self.path.clone() });
        }
        let found = migrate::version(&self.db).map_err(self.failed("read the version"))?;
        if found > migrate::VERSION {
            return Err(StoreError::Future { path: self.path.clone(), found, known: migrate::VERSION });
        }
        self.db.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(self.failed("read the version"))
    }

    fn failed(&self, action: &'static str) -> impl FnOnce(rusqlite::Error) -> StoreError + '_ {
        sql(action, &self.path)
    }

    fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.db.prepare_cached(sql)?.execute(params)
    }

    fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.db.prepare_cached(sql)?.query_map(params, read)?.collect()
    }

    /// Runs all of `write` or none of it.
    fn atomically<T>(&self, write: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        // Unchecked means only that the compiler can't rule out nesting; `write` has no way to begin another.
        let transaction = self.db.unchecked_transaction()?;
        let value = write()?;
        transaction.commit()?;
        Ok(value)
    }
}

fn sql(action: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> StoreError {
    move |error| StoreError::Sql { action, path: path.to_owned(), error }
}
