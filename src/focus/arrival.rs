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

/// What one cycle saw of an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Its time.
    pub span: Span,
    /// Whether it takes time.
    pub busy: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// What history knows after a cycle saw the occurrence at `now`.
pub fn observe(before: Option<&Sighting>, glimpse: Glimpse, now: Timestamp) -> Sighting {
    let cancelled = |earlier: Option<Timestamp>| glimpse.cancelled.then(|| earlier.unwrap_or(now));
    let Some(before) = before else {
        let Glimpse { span, busy, .. } = glimpse;
        return Sighting { span, busy, first_seen: now, changed: None, cancelled: cancelled(None) };
    };
    // What was accepted where it had been moved to came with the move.
    let moved = matches!(before.changed, Some((_, Cause::Moved | Cause::Lengthened)));
    let cause = if glimpse.span.start != before.span.start {
        Some(Cause::Moved)
    } else if glimpse.span.end > before.span.end {
        Some(Cause::Lengthened)
    } else if glimpse.span.end < before.span.end {
        // A shorter meeting stands where it stood: what it still takes came when the rest came.
        None
    } else if glimpse.busy && !before.busy && !moved && before.cancelled.is_none() {
        Some(Cause::AcceptedLate)
    } else {
        None
    };
    Sighting {
        span: glimpse.span,
        busy: glimpse.busy,
        first_seen: before.first_seen,
        changed: cause.map_or(before.changed, |cause| Some((now, cause))),
        cancelled: cancelled(before.cancelled),
    }
}

/// When an occurrence came to be where it is, and what brought it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When; none where nothing tells.
    pub at: Option<Timestamp>,
    /// Why.
    pub cause: Cause,
}

/// The arrival: when the present time was first seen, where history saw it move; else CREATED of the component
/// that sets it; else DTSTAMP.
pub fn arrival(sighting: Option<&Sighting>, created: Option<Timestamp>, stamped: Option<Timestamp>) -> Arrival {
    let written = created.or(stamped);
    match sighting.and_then(|sighting| sighting.changed) {
        Some((at, cause @ (Cause::Moved | Cause::Lengthened))) => Arrival { at: Some(at), cause },
        Some((_, Cause::AcceptedLate)) => Arrival { at: written, cause: Cause::AcceptedLate },
        Some((_, Cause::New)) | None => Arrival { at: written, cause: Cause::New },
    }
}
