//! What the judged calendars come to for the planner: busy time, days off, threats, the user's own focus
//! events, and the working time and free runs that follow from them. Pure geometry; no rule of section 2 is here.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::policy::{Minutes, Policy};
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week;

/// A busy occurrence, as far as placement must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The time it takes, widened outward to whole minutes.
    pub span: Span,
    /// Whether recovery follows it.
    pub meeting: bool,
}

impl Busy {
    /// The time it takes with the recovery after it.
    pub fn with_recovery(self, recovery: Minutes) -> Span {
        let after = if self.meeting { recovery } else { 0 };
        Span::new(self.span.start, later(self.span.end, after))
    }
}

/// An event by which the user protects time by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnFocus {
    /// When.
    pub span: Span,
    /// Index of the role it counts for; none where no role fits or holds.
    pub role: Option<usize>,
}

/// All that the calendars say about the time of the user.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Busy occurrences.
    pub busy: Vec<Busy>,
    /// Days off, timed ones too; in the week of the very first cycle also the time before it.
    pub days_off: SpanSet,
    /// Unanswered invitations.
    pub threats: Vec<Span>,
    /// The user's own focus events.
    pub own_focus: Vec<OwnFocus>,
}

impl View {
    /// Working time of a date: `work` minus `away` minus days off.
    pub fn working(&self, policy: &Policy, date: Date) -> SpanSet {
        policy.template_hours(date).minus(&self.days_off)
    }

    /// The maximal intervals of working time of a date without busy time and without recovery.
    pub fn free_runs(&self, policy: &Policy, date: Date, recovery: Minutes) -> SpanSet {
        let day = week::day_span(date, &policy.tz);
        let taken = taken_by(self.busy.iter().copied(), recovery, day);
        self.working(policy, date).minus(&taken)
    }

    /// The time of all busy occurrences.
    pub fn busy_set(&self) -> SpanSet {
        self.busy.iter().map(|busy| busy.span).collect()
    }
}

/// The time that some busy occurrences and the recovery after them take of a window.
pub fn taken_by(busy: impl Iterator<Item = Busy>, recovery: Minutes, window: Span) -> SpanSet {
    busy.filter_map(|busy| busy.with_recovery(recovery).intersection(window)).collect()
}

/// The instant `minutes` after `at` (before, where negative).
pub fn later(at: Timestamp, minutes: Minutes) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at)
}
