//! One event placed in absolute time: the zone of its wall time, and how long it lasts.
//! Knows no series and no window but to ask whether a span touches it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::event::{MadeBy, Provenance, ZoneBy};
use super::expand::add;
use super::ical::{Component, End, Moment};
use super::recurrence::days;
use super::time::Span;
use super::walls::Walls;
use super::zones::{Atlas, instant};

pub(super) const DAY_SECONDS: i64 = 86_400;

/// How long each instance lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    /// Whole local days.
    Days(i64),
    /// Nominal days, then exact seconds: DURATION, and with no days DTEND (RFC 5545 3.8.5.3: the same
    /// exact duration for all instances).
    Time { days: i64, seconds: i64 },
}

/// An event placed in absolute time.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) wall: DateTime,
    /// The zone in which its wall time counts.
    pub(super) tz: TimeZone,
    pub(super) lasting: Lasting,
    /// Why its time is not certain.
    pub(super) trouble: Option<String>,
    /// How the zone was found.
    zone_by: ZoneBy,
}

impl Placed {
    /// Places a component; floating times of a changed instance belong to the zone of its `series`.
    pub(super) fn of(component: &Component, atlas: &mut Atlas<'_>, series: Option<&Self>) -> Self {
        let floating = match (&component.start, series) {
            (Moment::Floating(_), Some(series)) => series.tz.clone(),
            _ => atlas.home.clone(),
        };
        let (tz, zone_by, guessed) = atlas.found(&component.start, &floating);
        let zone_by = if zone_by == ZoneBy::Floating && series.is_some() { ZoneBy::Series } else { zone_by };
        let mut trouble = component.trouble.clone();
        if let Some(guessed) = guessed {
            add(&mut trouble, &guessed);
        }
        let lasting =
            lasting(component.start.wall(), component.start.is_date(), &component.end, &tz, atlas, &mut trouble);
        Self { wall: component.start.wall(), tz, lasting, trouble, zone_by }
    }

    /// Where an instance comes from that this property made.
    pub(super) fn provenance(&self, made_by: MadeBy) -> Provenance {
        Provenance { made_by, zone_by: self.zone_by, zone: Some(self.tz.clone()), file: None }
    }

    /// The span of the instance that begins at its own start.
    pub(super) fn first_span(&self) -> Span {
        self.lasting.span(days::seconds(self.wall), &mut Walls::new(&self.tz))
    }

    /// Whether it was given as dates.
    pub(super) fn is_all_day(&self) -> bool {
        matches!(self.lasting, Lasting::Days(_))
    }
}

impl Lasting {
    /// The span of what begins at that wall time, in seconds.
    pub(super) fn span(self, wall: i64, walls: &mut Walls<'_>) -> Span {
        let start = walls.instant(wall);
        let end = match self {
            Self::Days(days) => {
                let midnight = wall.div_euclid(DAY_SECONDS).saturating_add(days).saturating_mul(DAY_SECONDS);
                walls.instant(midnight)
            }
            Self::Time { days: 0, seconds } => shift(start, seconds),
            Self::Time { days, seconds } => {
                shift(walls.instant(wall.saturating_add(days.saturating_mul(DAY_SECONDS))), seconds)
            }
        };
        // What ends before it starts takes the time between.
        Span::new(start.min(end), start.max(end))
    }

    /// Its length in seconds, without DST.
    pub(super) fn nominal(self) -> i64 {
        match self {
            Self::Days(days) => days.saturating_mul(DAY_SECONDS),
            Self::Time { days, seconds } => days.saturating_mul(DAY_SECONDS).saturating_add(seconds),
        }
    }
}

/// Whether the span shares time with the window; one without length, whether it lies inside.
pub(super) fn touches(span: Span, window: Span) -> bool {
    if span.is_empty() { window.contains(span.start) } else { span.start < window.end && window.start < span.end }
}

/// How long what starts at that wall time in `tz` lasts.
pub(super) fn lasting(
    wall: DateTime,
    is_date: bool,
    end: &End,
    tz: &TimeZone,
    atlas: &mut Atlas<'_>,
    trouble: &mut Option<String>,
) -> Lasting {
    match (is_date, end) {
        (true, End::Missing) => Lasting::Days(1),
        (true, End::At(Moment::Date(end))) => {
            let days = days_between(wall.date(), *end);
            // An end before the start means this day alone. One on the same day is kept as it is written, without length:
            // whoever asks what it takes reads it as that day.
            Lasting::Days(if days < 0 { 1 } else { days })
        }
        (true, End::At(end)) => {
            add(trouble, "starts as a date and ends at a time; taken as whole days");
            let partly = i64::from(end.wall().time() > Time::midnight());
            Lasting::Days((days_between(wall.date(), end.wall().date()) + partly).max(1))
        }
        (true, End::After(length)) => {
            let partly = length.seconds.div_euclid(DAY_SECONDS) + i64::from(length.seconds % DAY_SECONDS != 0);
            Lasting::Days(length.days.saturating_add(partly).max(1))
        }
        (false, End::Missing) => Lasting::Time { days: 0, seconds: 0 },
        (false, End::At(end)) => {
            if end.is_date() {
                add(trouble, "starts at a time and ends on a date; taken until that date begins");
            }
            let (zone, guessed) = atlas.zone(end, tz);
            if let Some(guessed) = guessed {
                add(trouble, &guessed);
            }
            let (from, to) = (instant(wall, tz), instant(end.wall(), &zone));
            let exact = to.as_second() - from.as_second();
            let shown = days::seconds(end.wall()) - days::seconds(wall);
            // A start that the clocks skip is read as later than it says, at times later than its end.
            let seconds = if exact < 0 && shown > 0 && zone == *tz { shown } else { exact };
            Lasting::Time { days: 0, seconds }
        }
        (false, End::After(length)) => Lasting::Time { days: length.days, seconds: length.seconds },
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    (to.duration_since(from)).as_hours() / 24
}

pub(super) fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(at.as_second().saturating_add(seconds).clamp(min, max)).unwrap_or(at)
}
