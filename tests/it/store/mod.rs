//! The database: what its tests have in common.

mod opening;
mod rows;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use jiff::Timestamp;
use seawall::calendar::CalendarId;
use seawall::calendar::time::Span;
use seawall::focus::plan::Closed;
use seawall::reconcile::key::{Key, Kind, Written};
use seawall::reconcile::ledger::{LedgerRow, LedgerState};
use seawall::store::{Opened, Store, StoreError};
use tempfile::TempDir;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn span(start: &str, end: &str) -> Span {
    Span::new(at(start), at(end))
}

pub(super) fn calendar(name: &str) -> CalendarId {
    CalendarId { account: "work".to_owned(), calendar: name.to_owned() }
}

pub(super) fn hold(ordinal: u32) -> LedgerRow {
    LedgerRow {
        uid: format!("sea0{ordinal}"),
        key: Key {
            kind: Kind::Hold,
            calendar: calendar("Personal"),
            week: "2026-W47".parse().unwrap(),
            role: "deep".to_owned(),
            ordinal,
            generation: 0,
        },
        state: LedgerState::Live,
        written: Written {
            span: span("2026-11-18T08:00:00Z", "2026-11-18T11:00:00Z"),
            busy: true,
            hash: "0123".to_owned(),
        },
        pinned: false,
    }
}

pub(super) fn closed(start: &str, end: &str) -> Closed {
    Closed {
        span: span(start, end),
        role: "deep".to_owned(),
        week: "2026-W47".parse().unwrap(),
        forgiven: span(start, end).minutes(),
    }
}

pub(super) fn morning() -> Closed {
    closed("2026-11-18T08:00:00Z", "2026-11-18T11:00:00Z")
}

/// A state folder that is not there yet, inside one that goes with the test.
pub(super) struct Dir(TempDir);

impl Dir {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("state/seawall")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(super) fn try_open(&self) -> Result<Opened, StoreError> {
        Store::open(&self.path(), at("2026-11-16T06:30:00Z"))
    }

    pub(super) fn open(&self) -> Store {
        let Opened { store, warnings } = self.try_open().unwrap();
        assert_eq!(warnings, [] as [&str; 0]);
        store
    }

    /// Puts a file in the place of the database.
    pub(super) fn plant(&self, content: &[u8]) {
        fs::create_dir_all(self.path()).unwrap();
        fs::set_permissions(self.path(), Permissions::from_mode(0o700)).unwrap();
        fs::write(self.file("seawall.sqlite"), content).unwrap();
        fs::set_permissions(self.file("seawall.sqlite"), Permissions::from_mode(0o600)).unwrap();
    }
}
