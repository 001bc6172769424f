//! The time axis of one week: instants as elapsed minutes from Monday 00:00 local, and back.
//! Rounds so that room never grows and taken time never shrinks. Knows nothing of holds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::IsoWeek;
use crate::focus::view::later;

const NANOSECONDS_PER_MINUTE: i128 = 60_000_000_000;

/// A half-open interval in minutes from the start of the axis.
pub(super) type Interval = (i64, i64);

/// Elapsed minutes from a first instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    start: Timestamp,
}

impl Axis {
    pub(super) fn of_week(week: IsoWeek, tz: &TimeZone) -> Self {
        Self::from(week.span(tz).start)
    }

    pub(super) fn from(start: Timestamp) -> Self {
        Self { start }
    }

    pub(super) fn floor(self, at: Timestamp) -> i64 {
        let elapsed = at.as_nanosecond() - self.start.as_nanosecond();
        elapsed.div_euclid(NANOSECONDS_PER_MINUTE) as i64
    }

    pub(super) fn ceil(self, at: Timestamp) -> i64 {
        let elapsed = at.as_nanosecond() - self.start.as_nanosecond();
        (elapsed + NANOSECONDS_PER_MINUTE - 1).div_euclid(NANOSECONDS_PER_MINUTE) as i64
    }

    /// The whole minutes inside each of the spans.
    pub(super) fn inward(self, spans: &SpanSet) -> Vec<Interval> {
        let rounded = spans.iter().map(|span| (self.ceil(span.start), self.floor(span.end)));
        rounded.filter(|(start, end)| start < end).collect()
    }

    /// The minutes that a span touches.
    pub(super) fn outward(self, span: Span) -> Interval {
        (self.floor(span.start), self.ceil(span.end))
    }

    /// The span as minutes, where both its ends are whole ones.
    pub(super) fn exactly(self, span: Span) -> Option<Interval> {
        let interval = self.outward(span);
        (self.span(interval) == span).then_some(interval)
    }

    pub(super) fn span(self, (start, end): Interval) -> Span {
        Span::new(later(self.start, start), later(self.start, end))
    }

    /// The longest part of the span between multiples of `grid`; empty where there is none.
    pub(super) fn on_grid(self, span: Span, grid: i64) -> Span {
        let (grid, start, end) = (grid.max(1), self.ceil(span.start), self.floor(span.end));
        let start = (start + grid - 1).div_euclid(grid) * grid;
        self.span((start, end.div_euclid(grid) * grid))
    }
}
