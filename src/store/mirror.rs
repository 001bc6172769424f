//! The mirror: what calendars said when they were last read, so that an object that can't be read for once still
//! counts. It may be dropped at any time.

use std::collections::BTreeMap;

use super::{Store, StoreError};
use crate::calendar::CalendarId;
use crate::provider::{Etag, Object};

impl Store {
    /// What was last read of a calendar, by href.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn mirror(&self, calendar: &CalendarId) -> Result<BTreeMap<String, Object>, StoreError> {
        self.rows(
            "SELECT href, etag, body FROM mirror WHERE account = ?1 AND calendar = ?2",
            (&calendar.account, &calendar.calendar),
            |row| {
                let object = Object { href: row.get(0)?, etag: Etag(row.get(1)?), body: row.get(2)? };
                Ok((object.href.clone(), object))
            },
        )
        .map(|rows| rows.into_iter().collect())
        .map_err(self.failed("read the mirror"))
    }

    /// Takes over what a read of a calendar changed, all or none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn put_mirror(&self, calendar: &CalendarId, changed: &[Object], gone: &[String]) -> Result<(), StoreError> {
        let CalendarId { account, calendar } = calendar;
        self.atomically(|| {
            for href in gone {
                self.execute(
                    "DELETE FROM mirror WHERE account = ?1 AND calendar = ?2 AND href = ?3",
                    (account, calendar, href),
                )?;
            }
            for Object { href, etag, body } in changed {
                self.execute(
                    "INSERT OR REPLACE INTO mirror (account, calendar, href, etag, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                    (account, calendar, href, &etag.0, body),
                )?;
            }
            Ok(())
        })
        .map_err(self.failed("keep the mirror"))
    }
}
