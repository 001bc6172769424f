//! The port to calendar services and, in folders of their own, the adapters behind it. The port speaks of
//! objects as iCalendar text with an etag; it knows no config, no store, no holds and no rules.
//!
//! Every write carries a precondition by construction: `create` fails where the name is taken, `update` and
//! `delete` need the etag of what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, ready};
use std::sync::Arc;

use jiff::Timestamp;

pub mod any;
pub mod caldav;
pub mod google;
pub mod ics;
pub mod transport;
pub mod vdir;

/// One version of an object: opaque, only equality means anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Etag(pub String);

/// A calendar as an account shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarInfo {
    /// The name by which the config calls it (vdir: the folder's name).
    pub name: String,
    /// The name that calendar programs show.
    pub display_name: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// Whether objects can be created, changed and removed; true also where the service does not say.
    pub writable: bool,
    /// Whether it is the user's own; none where the service does not say.
    pub owned: Option<bool>,
    /// Whether its events are left out of what others are told of the user's time (RFC 6638 9.1); none where the
    /// service does not say.
    pub transparent: Option<bool>,
}

/// One object of a calendar: what a PUT would carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name within the calendar, e.g. `abc.ics`.
    pub href: String,
    /// Which version this is.
    pub etag: Etag,
    /// iCalendar text, as it is stored. Shared: what is known, what was read and what is kept are mostly the same.
    pub body: Arc<[u8]>,
}

/// What a caller knows of a calendar from earlier reads, and how thorough the next one shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The objects that the calendar had, by href.
    pub objects: BTreeMap<String, Object>,
    /// What the reading that gave them handed out to go on from, such as a sync token; only its adapter understands it.
    pub cursor: Option<String>,
    /// Those that the caller wrote since the cursor and knows as it read them back: that a service tells of them again
    /// says nothing new.
    pub own: BTreeSet<String>,
    /// Every name shall be listed, whatever the cursor says: services forget to tell of changes.
    pub thorough: bool,
    /// Occurrences outside of this half-open span are not needed; of use only for huge calendars.
    pub window: (Timestamp, Timestamp),
}

impl Known {
    /// Nothing is known, and everything is wanted.
    pub fn nothing() -> Self {
        let window = (Timestamp::MIN, Timestamp::MAX);
        Self { objects: BTreeMap::new(), cursor: None, own: BTreeSet::new(), thorough: true, window }
    }
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
    /// Why the list may lack objects, in words that name none of them; none: it is complete.
    pub incomplete: Option<String>,
    /// Where the next read can go on; to be kept only together with all of the objects. It is given beside unreadable ones
    /// only where the next read asks for them again.
    pub cursor: Option<String>,
    /// It went on from what is known: only what the service, or the file system, said had changed since was looked at.
    pub resumed: bool,
    /// The addresses of the user on this account, lower case, without `mailto:`.
    pub addresses: Vec<String>,
    /// Whether the calendar is the user's own; none where the service does not say.
    pub owned: Option<bool>,
    /// The service's clock when it answered last; none where it has none.
    pub served_at: Option<Timestamp>,
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
    /// The service does not let seawall in: only the user can mend that, with a login or another password.
    Login,
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

    /// The calendar that the config calls by a name that [`Provider::calendars`] does not show, such as its address;
    /// none where there are no such names.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where no calendar is called so, and where the account can't be reached.
    fn also_called(&self, name: &str) -> impl Future<Output = Result<Option<CalendarInfo>, ProviderError>> {
        let _ = name;
        ready(Ok(None))
    }

    /// What the service is and can do, in plain lines for people.
    ///
    /// # Errors
    /// Where the account can't be reached.
    fn describe(&self) -> impl Future<Output = Result<Vec<String>, ProviderError>> {
        ready(Ok(Vec::new()))
    }

    /// Every object of a calendar. What is known of it and has not changed may be taken from there in place of being
    /// fetched again, and the reading is whole all the same.
    ///
    /// # Errors
    /// Where nothing of the calendar could be read; a partial read is no error but says that it is incomplete.
    fn read(&self, calendar: &str, known: &Known) -> impl Future<Output = Result<Reading, ProviderError>>;

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

    /// Whether names of deleted objects stay taken for ever, as Google keeps them.
    fn keeps_names(&self) -> bool {
        false
    }

    /// Whether an own event can decline new invitations over it in the user's name, as Google's *focus time* does.
    fn has_strict(&self) -> bool {
        false
    }

    /// What is left of a deleted object, where the service keeps its name.
    ///
    /// # Errors
    /// Where that can't be told.
    fn remains(&self, calendar: &str, name: &str) -> impl Future<Output = Result<Option<Object>, ProviderError>> {
        let _ = (calendar, name);
        ready(Ok(None))
    }

    /// Takes over what [`Provider::memo`] gave in an earlier run; one of another account is ignored.
    fn recall(&self, memo: &str) {
        let _ = memo;
    }

    /// What it has found out about the account, to be kept for the next run; none where it keeps nothing.
    fn memo(&self) -> Option<String> {
        None
    }
}
