//! When an occurrence came to be where it is: the order in which erosion is charged (design section 3).
//! What history saw is an argument; the store keeps it.

use jiff::Timestamp;

use crate::calendar::CalendarId;
use crate::calendar::time::Span;

/// Names an occurrence across cycles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SightingKey {
    /// Where it lies.
    pub calendar: CalendarId,
    /// Its UID.
    pub uid: String,
    /// Its original start, where it recurs.
    pub recurrence_id: Option<Timestamp>,
}

/// Why an occurrence stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is new.
    New,
    /// It was moved here.
    Moved,
    /// It was made longer.
    Lengthened,
    /// The user accepted it after it had been seen unanswered, declined or free.
    AcceptedLate,
}

/// What history knows of an occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its present time.
    pub span: Span,
    /// Whether it took time when last seen.
    pub busy: bool,
    /// When it was first seen at all.
    pub first_seen: Timestamp,
    /// When its present state was first seen, and what brought it, where history saw a change.
    pub changed: Option<(Timestamp, Cause)>,
    /// When it was first seen cancelled or gone.
    pub cancelled: Option<Timestamp>,
}
