//! The databases of the simulated seawalls: real ones, that are lost, opened again after a crash, opened by other programs
//! beside, and that may refuse what is written to them.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use jiff::Timestamp;
use seawall::store::Store;
use tempfile::TempDir;

use super::own::{Lying, lying};
use super::watch::Leave;
use super::world::World;

/// A seawall with its database.
pub(crate) struct Seawall {
    pub(crate) instance: &'static str,
    pub(crate) store: RefCell<Rc<Store>>,
    /// Where the database lies; none: in memory.
    pub(crate) dir: Option<TempDir>,
    /// A backup of it.
    pub(crate) copy: RefCell<Option<TempDir>>,
    /// What it may do in this cycle.
    pub(crate) leave: RefCell<Leave>,
    /// Whether what it remembers of each account is what it was told there, and that was true.
    pub(crate) is_told: [Cell<bool>; 2],
    /// At which of the next steps of its requests it dies.
    pub(crate) dies_in: Cell<Option<u32>>,
    pub(crate) is_dead: Cell<bool>,
    /// Its database was lost since the last cycle.
    pub(crate) is_new: Cell<bool>,
    /// And since then nothing was read that is true.
    pub(crate) is_blank: Cell<bool>,
    /// Only now something was: what it asks for besides may still not be answered.
    pub(crate) is_filling: Cell<bool>,
}

impl World {
    pub(crate) fn store(&self, seawall: usize) -> Rc<Store> {
        Rc::clone(&self.seawalls[seawall].store.borrow())
    }

    /// The database is gone, and an empty one is there.
    pub(crate) fn lose_store(&self, seawall: usize) {
        self.replace_store(seawall, None);
    }

    fn replace_store(&self, seawall: usize, copy: Option<&TempDir>) {
        let one = &self.seawalls[seawall];
        // Nobody may have it open while its files go.
        *one.store.borrow_mut() = Rc::new(Store::in_memory().unwrap());
        if let Some(dir) = &one.dir {
            for file in std::fs::read_dir(dir.path()).unwrap() {
                std::fs::remove_file(file.unwrap().path()).unwrap();
            }
        }
        if let (Some(dir), Some(copy)) = (&one.dir, copy) {
            let file = |dir: &TempDir| dir.path().join(seawall::store::DATABASE);
            std::fs::copy(file(copy), file(dir)).unwrap();
        }
        *one.store.borrow_mut() = Rc::new(open(one.dir.as_ref(), self.now()));
        one.is_told.iter().for_each(|told| told.set(false));
        one.is_new.set(true);
        one.is_blank.set(true);
    }

    /// The database as it is now is kept.
    pub(crate) fn back_up(&self, seawall: usize) {
        let (one, copy) = (&self.seawalls[seawall], folder());
        let to = copy.path().join(seawall::store::DATABASE);
        Store::backup(one.dir.as_ref().unwrap().path(), &to).unwrap();
        *one.copy.borrow_mut() = Some(copy);
    }

    /// The database is as it was when it was kept.
    pub(crate) fn put_back(&self, seawall: usize) {
        let copy = self.seawalls[seawall].copy.take();
        self.replace_store(seawall, copy.as_ref());
    }

    /// What whoever writes to the state locks.
    pub(crate) fn lock_file(&self) -> std::path::PathBuf {
        self.seawalls[0].dir.as_ref().unwrap().path().join("lock")
    }

    /// The database as another program has it open.
    pub(crate) fn open_beside(&self, seawall: usize) -> Store {
        open(self.seawalls[seawall].dir.as_ref(), self.now())
    }

    /// Bytes of the database on disk.
    pub(crate) fn database_size(&self) -> u64 {
        let files = std::fs::read_dir(self.seawalls[0].dir.as_ref().unwrap().path()).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    }

    /// The program starts anew: a database on disk is opened again.
    pub(crate) fn restart(&self, seawall: usize) {
        let one = &self.seawalls[seawall];
        // What a new database was told, it may not have kept.
        if one.is_filling.take() {
            one.is_blank.set(true);
        }
        if let Some(dir) = &one.dir {
            *one.store.borrow_mut() = Rc::new(Store::in_memory().unwrap());
            *one.store.borrow_mut() = Rc::new(open(Some(dir), self.now()));
        }
        // What was read back, and could not be kept.
        let rows = one.store.borrow().ledger().unwrap();
        let is_known = |own: &Lying| rows.iter().any(|row| row.uid == own.uid());
        for own in lying(self).iter().filter(|own| own.marker.instance == one.instance && !is_known(own)) {
            self.accounts[0].unseen(&own.href);
        }
    }
}

pub(super) fn open(dir: Option<&TempDir>, now: Timestamp) -> Store {
    match dir {
        None => Store::in_memory().unwrap(),
        Some(dir) => {
            let opened = Store::open(dir.path(), now).unwrap();
            assert_eq!(opened.warnings, Vec::<String>::new());
            opened.store
        }
    }
}

/// A folder in memory where there is one: what is simulated is a crash, not a disk.
pub(super) fn folder() -> TempDir {
    let mut made = tempfile::Builder::new();
    made.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    made.tempdir_in("/dev/shm").or_else(|_| made.tempdir()).unwrap()
}

/// Every table, so that none can be written to.
const TABLES: [&str; 8] = ["ledger", "closed", "sighting", "write_log", "balance", "mirror", "calendar", "meta"];

impl World {
    /// After so many writes the database on disk refuses all others, as where the disk is full.
    pub(crate) fn fill_disk(&self, seawall: usize, writes: u32) {
        let mut sql = format!("CREATE TABLE room (n INTEGER); INSERT INTO room VALUES ({writes});");
        for table in TABLES {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                let _ = write!(
                    sql,
                    "CREATE TRIGGER full_{table}_{event} BEFORE {event} ON {table} BEGIN \
                     UPDATE room SET n = n - 1; \
                     SELECT RAISE(ABORT, 'database or disk is full') WHERE (SELECT n FROM room) < 0; END;"
                );
            }
        }
        self.beside(seawall, &sql);
    }

    /// There is room again.
    pub(crate) fn mend_disk(&self, seawall: usize) {
        let drops = TABLES.iter().flat_map(|table| {
            ["INSERT", "UPDATE", "DELETE"].map(|event| format!("DROP TRIGGER IF EXISTS full_{table}_{event};"))
        });
        self.beside(seawall, &format!("{} DROP TABLE IF EXISTS room;", drops.collect::<String>()));
    }

    /// Another program writes to the database on disk.
    fn beside(&self, seawall: usize, sql: &str) {
        if let Some(dir) = &self.seawalls[seawall].dir {
            let file = dir.path().join(seawall::store::DATABASE);
            rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
        }
    }
}
