//! The port to calendar services and, in folders of their own, the adapters behind it. The port speaks of
//! objects as iCalendar text with an etag; it knows no config, no store, no holds and no rules.
//!
//! Every write carries a precondition by construction: `create` fails where the name is taken, `update` and
//! `delete` need the etag of what was read.

use std::collections::BTreeMap;
use std::future::Future;

pub mod any;
pub mod caldav;
pub mod ics;
pub mod transport;
pub mod vdir;

/// One version of an object: opaque, only equality means anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Etag(pub String);

/// A calendar as an account shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarInfo {
    /// The name by which the config calls it (vdir: the folder's name).
    pub name: String,
    /// The name that calendar programs show.
    pub display_name: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// Whether objects can be created, changed and removed.
    pub writable: bool,
}

/// One object of a calendar: what a PUT would carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name within the calendar, e.g. `abc.ics`.
    pub href: String,
    /// Which version this is.
    pub etag: Etag,
    /// iCalendar text, as it is stored.
    pub body: Vec<u8>,
}

/// What one read of a calendar gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The objects, sorted by href.
    pub objects: Vec<Object>,
    /// Objects that are there and could not be read, each with the reason. Their last known content counts.
    pub unreadable: Vec<(String, String)>,
    /// What was passed over, in words that name file and reason.
    pub warnings: Vec<String>,
    /// Why the list may lack objects; none: it is complete.
    pub incomplete: Option<String>,
}

/// What the caller can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object or calendar is not there (404, 410).
    NotFound,
    /// The precondition did not hold: somebody else was faster. Read again, then think again.
    Precondition,
    /// This calendar can't be written.
    ReadOnly,
    /// Anything else: try again in a later cycle, after a read.
    Unavailable,
}

/// A failed exchange with a calendar service.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// What happened, naming the object: fits "failed to {…}" or stands alone.
    pub message: String,
}

/// An account of a calendar service.
pub trait Provider {
    /// The calendars of the account.
    ///
    /// # Errors
    /// Where the account can't be reached.
    fn calendars(&self) -> impl Future<Output = Result<Vec<CalendarInfo>, ProviderError>>;

    /// Every object of a calendar. `known` is what was last read of it, by href: one that is still at its etag may be
    /// taken from there in place of being fetched again, and the reading is whole all the same.
    ///
    /// # Errors
    /// Where nothing of the calendar could be read; a partial read is no error but says that it is incomplete.
    fn read(
        &self,
        calendar: &str,
        known: &BTreeMap<String, Object>,
    ) -> impl Future<Output = Result<Reading, ProviderError>>;

    /// One object as it is now; none where it is not there.
    ///
    /// # Errors
    /// Where that can't be told.
    fn get(&self, calendar: &str, href: &str) -> impl Future<Output = Result<Option<Object>, ProviderError>>;

    /// Stores a new object under `name`, which is one path segment.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where there is one already.
    fn create(&self, calendar: &str, name: &str, body: &[u8]) -> impl Future<Output = Result<(), ProviderError>>;

    /// Replaces an object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is no longer at this etag, [`ErrorKind::NotFound`] where it is gone.
    fn update(
        &self,
        calendar: &str,
        href: &str,
        etag: &Etag,
        body: &[u8],
    ) -> impl Future<Output = Result<(), ProviderError>>;

    /// Removes an object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is no longer at this etag, [`ErrorKind::NotFound`] where it is gone.
    fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> impl Future<Output = Result<(), ProviderError>>;
}
