//! The mirror: what calendars said when they were last read, so that an object that can't be read for once still
//! counts, and a read can go on where the last one ended. It may be dropped at any time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::{Store, StoreError};
use crate::calendar::CalendarId;
use crate::provider::{Etag, Object};

/// What was last read of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// Its objects by href.
    pub objects: BTreeMap<String, Object>,
    /// Where the next read can go on.
    pub cursor: Option<String>,
    /// When all its names were last listed.
    pub listed: Option<Timestamp>,
}

/// What a read changed in the mirror of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MirrorChange {
    /// New objects and new versions.
    pub changed: Vec<Object>,
    /// Hrefs that are no more.
    pub gone: Vec<String>,
    /// Where the next read can go on.
    pub cursor: Option<String>,
    /// When all names were last listed.
    pub listed: Option<Timestamp>,
}

impl Store {
    /// What was last read of a calendar.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn mirror(&self, calendar: &CalendarId) -> Result<Mirror, StoreError> {
        self.mirror_beside(calendar, &[])
    }

    /// The same for who still has what was read before, sorted by href: texts that are the same are shared with that, so
    /// that a large calendar is not in memory twice.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn mirror_beside(&self, calendar: &CalendarId, before: &[Object]) -> Result<Mirror, StoreError> {
        let id = (&calendar.account, &calendar.calendar);
        let shared = |href: &str, body: &[u8]| {
            let index = before.binary_search_by(|object| object.href.as_str().cmp(href)).ok()?;
            before.get(index).map(|object| Arc::clone(&object.body)).filter(|same| **same == *body)
        };
        let read = || -> rusqlite::Result<Mirror> {
            let rows =
                self.rows("SELECT href, etag, body FROM mirror WHERE account = ?1 AND calendar = ?2", id, |row| {
                    let (href, body): (String, _) = (row.get(0)?, row.get_ref(2)?.as_blob()?);
                    let body = shared(&href, body).unwrap_or_else(|| body.into());
                    Ok((href.clone(), Object { href, etag: Etag(row.get(1)?), body }))
                })?;
            let state = self
                .db
                .prepare_cached("SELECT cursor, listed FROM calendar WHERE account = ?1 AND calendar = ?2")?
                .query_row(id, |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?)))
                .optional()?;
            let (cursor, listed) = state.unwrap_or_default();
            let listed = listed.and_then(|second| Timestamp::from_second(second).ok());
            Ok(Mirror { objects: rows.into_iter().collect(), cursor, listed })
        };
        read().map_err(self.failed("read the mirror"))
    }

    /// Takes over what a read of a calendar changed, all or none: a cursor without its objects would hide changes for
    /// ever.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_mirror(&self, calendar: &CalendarId, change: &MirrorChange) -> Result<(), StoreError> {
        let CalendarId { account, calendar } = calendar;
        self.atomically(|| {
            for href in &change.gone {
                self.drop_row(account, calendar, href)?;
            }
            for object in &change.changed {
                self.put_row(account, calendar, object)?;
            }
            self.execute(
                "INSERT OR REPLACE INTO calendar (account, calendar, cursor, listed) VALUES (?1, ?2, ?3, ?4)",
                (account, calendar, &change.cursor, change.listed.map(Timestamp::as_second)),
            )
        })
        .map(drop)
        .map_err(self.failed("keep the mirror"))
    }

    /// Keeps one object as it was just read, by itself or gone; the next read need not fetch it again.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_mirrored(&self, calendar: &CalendarId, href: &str, object: Option<&Object>) -> Result<(), StoreError> {
        let CalendarId { account, calendar } = calendar;
        let done = match object {
            Some(object) => self.put_row(account, calendar, object),
            None => self.drop_row(account, calendar, href),
        };
        done.map(drop).map_err(self.failed("keep the mirror"))
    }

    /// Has the next read of a calendar list all names, whatever was told before.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn drop_cursor(&self, calendar: &CalendarId) -> Result<(), StoreError> {
        let id = (&calendar.account, &calendar.calendar);
        self.execute("UPDATE calendar SET cursor = NULL WHERE account = ?1 AND calendar = ?2", id)
            .map(drop)
            .map_err(self.failed("keep the mirror"))
    }

    fn put_row(&self, account: &str, calendar: &str, object: &Object) -> rusqlite::Result<usize> {
        let Object { href, etag, body } = object;
        self.execute(
            "INSERT OR REPLACE INTO mirror (account, calendar, href, etag, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            (account, calendar, href, &etag.0, body),
        )
    }

    fn drop_row(&self, account: &str, calendar: &str, href: &str) -> rusqlite::Result<usize> {
        self.execute("DELETE FROM mirror WHERE account = ?1 AND calendar = ?2 AND href = ?3", (account, calendar, href))
    }
}
