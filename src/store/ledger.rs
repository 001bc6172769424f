//! The ledger and closed time: what seawall wrote, and what the user took back. The one part of the store that
//! nothing can rebuild in full, so every change is on the disk when the call returns.

use jiff::Timestamp;
use rusqlite::Row;

use super::{Store, StoreError, row};
use crate::calendar::time::Span;
use crate::focus::plan::Closed;
use crate::reconcile::key::{Key, Kind, Written};
use crate::reconcile::ledger::{LedgerRow, LedgerState};

impl Store {
    /// Every row of the ledger, in order of key.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ledger(&self) -> Result<Vec<LedgerRow>, StoreError> {
        let mut rows =
            self.rows("SELECT * FROM ledger", (), read_ledger_row).map_err(self.failed("read the ledger"))?;
        rows.sort_by(|a, b| (&a.key, &a.uid).cmp(&(&b.key, &b.uid)));
        Ok(rows)
    }

    /// Keeps a row; one of the same UID is replaced.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_ledger(&self, row: &LedgerRow) -> Result<(), StoreError> {
        let Key { kind, calendar, week, role, ordinal, generation } = &row.key;
        let Written { span, busy, hash } = &row.written;
        self.execute(
            "INSERT OR REPLACE INTO ledger (uid, kind, account, calendar, week, role, ordinal, generation, state, \
             written_start, written_end, written_busy, written_hash, pinned) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            (
                &row.uid,
                kind_word(*kind),
                &calendar.account,
                &calendar.calendar,
                week.to_string(),
                role,
                ordinal,
                generation,
                state_word(row.state),
                span.start.as_second(),
                span.end.as_second(),
                busy,
                hash,
                row.pinned,
            ),
        )
        .map(drop)
        .map_err(self.failed("keep a row of the ledger"))
    }

    /// Removes a row; that there is none is no error.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn remove_ledger(&self, uid: &str) -> Result<(), StoreError> {
        let removed = self.execute("DELETE FROM ledger WHERE uid = ?1", [uid]);
        removed.map(drop).map_err(self.failed("remove a row of the ledger"))
    }

    /// The user deleted the hold: its row becomes dismissed and its time closed, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where the ledger has no such row; else where the database fails.
    pub fn dismiss(&self, uid: &str, closed: &Closed) -> Result<(), StoreError> {
        let marked = self.atomically(|| {
            let rows = self.execute("UPDATE ledger SET state = 'dismissed' WHERE uid = ?1", [uid])?;
            if rows > 0 {
                self.insert_closed(std::slice::from_ref(closed))?;
            }
            Ok(rows)
        });
        match marked.map_err(self.failed("note what the user did"))? {
            0 => Err(StoreError::Unknown { path: self.path.clone(), uid: uid.to_owned() }),
            _ => Ok(()),
        }
    }

    /// Closed time, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn closed(&self) -> Result<Vec<Closed>, StoreError> {
        self.rows("SELECT * FROM closed ORDER BY start_at, end_at, role, week, forgiven", (), read_closed)
            .map_err(self.failed("read closed time"))
    }

    /// Closes time; what is kept already is not kept twice.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_closed(&self, closed: &[Closed]) -> Result<(), StoreError> {
        self.atomically(|| self.insert_closed(closed)).map_err(self.failed("close time"))
    }

    fn insert_closed(&self, closed: &[Closed]) -> rusqlite::Result<()> {
        for Closed { span, role, week, forgiven } in closed {
            self.execute(
                "INSERT OR IGNORE INTO closed (start_at, end_at, role, week, forgiven) VALUES (?1, ?2, ?3, ?4, ?5)",
                (span.start.as_second(), span.end.as_second(), role, week.to_string(), forgiven),
            )?;
        }
        Ok(())
    }

    /// Opens what was closed with exactly this span, whatever the role. Returns how many rows that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn remove_closed(&self, span: Span) -> Result<usize, StoreError> {
        let seconds = (span.start.as_second(), span.end.as_second());
        self.execute("DELETE FROM closed WHERE start_at = ?1 AND end_at = ?2", seconds)
            .map_err(self.failed("open closed time"))
    }

    /// Forgets closed time that ended at `before` or earlier.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn prune_closed(&self, before: Timestamp) -> Result<(), StoreError> {
        let pruned = self.execute("DELETE FROM closed WHERE end_at <= ?1", [before.as_second()]);
        pruned.map(drop).map_err(self.failed("forget closed time"))
    }
}

const KINDS: [Kind; 3] = [Kind::Hold, Kind::Summary, Kind::Canary];
const STATES: [LedgerState; 3] = [LedgerState::Live, LedgerState::Released, LedgerState::Dismissed];

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Hold => "hold",
        Kind::Summary => "summary",
        Kind::Canary => "canary",
    }
}

fn state_word(state: LedgerState) -> &'static str {
    match state {
        LedgerState::Live => "live",
        LedgerState::Released => "released",
        LedgerState::Dismissed => "dismissed",
    }
}

fn read_ledger_row(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        uid: row.get("uid")?,
        key: Key {
            kind: row::word(row, "kind", &KINDS.map(|kind| (kind, kind_word(kind))))?,
            calendar: row::calendar(row)?,
            week: row::week(row)?,
            role: row.get("role")?,
            ordinal: row.get("ordinal")?,
            generation: row.get("generation")?,
        },
        state: row::word(row, "state", &STATES.map(|state| (state, state_word(state))))?,
        written: Written {
            span: row::span(row, "written_start", "written_end")?,
            busy: row.get("written_busy")?,
            hash: row.get("written_hash")?,
        },
        pinned: row.get("pinned")?,
    })
}

fn read_closed(row: &Row<'_>) -> rusqlite::Result<Closed> {
    Ok(Closed {
        span: row::span(row, "start_at", "end_at")?,
        role: row.get("role")?,
        week: row::week(row)?,
        forgiven: row.get("forgiven")?,
    })
}
