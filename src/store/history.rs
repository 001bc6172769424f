//! History: when occurrences were first seen where they are, every write with its reason, and the balance of weeks.
//! Losing it harms no hold; reports know less.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Row;

use super::{Store, StoreError, row};
use crate::calendar::week::IsoWeek;
use crate::focus::arrival::{Cause, Sighting, SightingKey};
use crate::reconcile::ledger::{BalanceRecord, WriteRecord};

impl Store {
    /// What is known of occurrences that end at `from` or later.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sightings(&self, from: Timestamp) -> Result<BTreeMap<SightingKey, Sighting>, StoreError> {
        self.rows("SELECT * FROM sighting WHERE end_at >= ?1", [from.as_second()], read_sighting)
            .map(|rows| rows.into_iter().collect())
            .map_err(self.failed("read what was seen"))
    }

    /// Keeps what is now known of occurrences, all or none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_sightings(&self, sightings: &[(SightingKey, Sighting)]) -> Result<(), StoreError> {
        self.atomically(|| {
            let mut statement = self.db.prepare_cached(
                "INSERT OR REPLACE INTO sighting (account, calendar, uid, recurrence_id, start_at, end_at, busy, \
                 first_seen, changed, cause, cancelled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            for (key, seen) in sightings {
                statement.execute((
                    &key.calendar.account,
                    &key.calendar.calendar,
                    &key.uid,
                    key.recurrence_id.map_or_else(String::new, |at| at.as_second().to_string()),
                    seen.span.start.as_second(),
                    seen.span.end.as_second(),
                    seen.busy,
                    seen.first_seen.as_second(),
                    seen.changed.map(|(at, _)| at.as_second()),
                    seen.changed.map(|(_, cause)| cause_word(cause)),
                    seen.cancelled.map(Timestamp::as_second),
                ))?;
            }
            Ok(())
        })
        .map_err(self.failed("keep what was seen"))
    }

    /// Adds a write to the log.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn record_write(&self, write: &WriteRecord) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO write_log (at, action, kind, uid, calendar, title, start_at, end_at, why, error) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            (
                write.at.as_second(),
                &write.action,
                &write.kind,
                &write.uid,
                &write.calendar,
                &write.title,
                write.start.as_second(),
                write.end.as_second(),
                &write.why,
                &write.error,
            ),
        )
        .map(drop)
        .map_err(self.failed("log a write"))
    }

    /// How many writes were applied in `from..to`.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn writes_between(&self, from: Timestamp, to: Timestamp) -> Result<u32, StoreError> {
        self.db
            .prepare_cached("SELECT count(*) FROM write_log WHERE at >= ?1 AND at < ?2 AND error IS NULL")
            .and_then(|mut count| count.query_row((from.as_second(), to.as_second()), |row| row.get(0)))
            .map_err(self.failed("count writes"))
    }

    /// The last `limit` writes at `since` or later, newest last.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn log(&self, limit: u32, since: Option<Timestamp>) -> Result<Vec<WriteRecord>, StoreError> {
        let since = since.map_or(i64::MIN, Timestamp::as_second);
        let mut newest_first = self
            .rows("SELECT * FROM write_log WHERE at >= ?1 ORDER BY id DESC LIMIT ?2", (since, limit), read_write)
            .map_err(self.failed("read the log"))?;
        newest_first.reverse();
        Ok(newest_first)
    }

    /// Keeps a week's balance; another one of the week is replaced. What is kept already costs no write.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_balance(&self, week: IsoWeek, balance: BalanceRecord) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO balance (week, protected, meetings) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET protected = excluded.protected, meetings = excluded.meetings \
             WHERE protected <> excluded.protected OR meetings <> excluded.meetings",
            (week.to_string(), balance.protected, balance.meetings),
        )
        .map(drop)
        .map_err(self.failed("keep a balance"))
    }

    /// The balances of the `weeks` weeks up to and with `last`, oldest first. Weeks without one are left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn balances(&self, weeks: u32, last: IsoWeek) -> Result<Vec<(IsoWeek, BalanceRecord)>, StoreError> {
        let after = last.plus(-i64::from(weeks));
        self.rows(
            "SELECT * FROM balance WHERE week > ?1 AND week <= ?2 ORDER BY week",
            (after.to_string(), last.to_string()),
            |row| {
                let balance = BalanceRecord { protected: row.get("protected")?, meetings: row.get("meetings")? };
                Ok((row::week(row)?, balance))
            },
        )
        .map_err(self.failed("read balances"))
    }
}

const CAUSES: [Cause; 4] = [Cause::New, Cause::Moved, Cause::Lengthened, Cause::AcceptedLate];

fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Moved => "moved",
        Cause::Lengthened => "lengthened",
        Cause::AcceptedLate => "accepted late",
    }
}

fn read_sighting(row: &Row<'_>) -> rusqlite::Result<(SightingKey, Sighting)> {
    let recurrence: String = row.get("recurrence_id")?;
    let recurrence_id = (!recurrence.is_empty())
        .then(|| recurrence.parse().ok().and_then(|at| Timestamp::from_second(at).ok()))
        .map(|at| at.ok_or_else(|| row::meaningless("recurrence_id", &recurrence)))
        .transpose()?;
    let key = SightingKey { calendar: row::calendar(row)?, uid: row.get("uid")?, recurrence_id };
    let changed = match row::optional_instant(row, "changed")? {
        Some(at) => Some((at, row::word(row, "cause", &CAUSES.map(|cause| (cause, cause_word(cause))))?)),
        None => None,
    };
    let sighting = Sighting {
        span: row::span(row, "start_at", "end_at")?,
        busy: row.get("busy")?,
        first_seen: row::instant(row, "first_seen")?,
        changed,
        cancelled: row::optional_instant(row, "cancelled")?,
    };
    Ok((key, sighting))
}

fn read_write(row: &Row<'_>) -> rusqlite::Result<WriteRecord> {
    Ok(WriteRecord {
        at: row::instant(row, "at")?,
        action: row.get("action")?,
        kind: row.get("kind")?,
        uid: row.get("uid")?,
        calendar: row.get("calendar")?,
        title: row.get("title")?,
        start: row::instant(row, "start_at")?,
        end: row::instant(row, "end_at")?,
        why: row.get("why")?,
        error: row.get("error")?,
    })
}
