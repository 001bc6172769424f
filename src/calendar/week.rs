//! ISO 8601 weeks and local days as spans of absolute time, right across DST changes.
//! Knows nothing of events or plans; the zone is an argument.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::time::Span;

/// An ISO 8601 week such as `2026-W47`; it begins on Monday 00:00 local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    monday: Date,
}

impl IsoWeek {
    /// The week that a local date lies in.
    pub fn of(date: Date) -> Self {
        let back = i64::from(date.weekday().to_monday_zero_offset());
        Self { monday: date.saturating_sub(back.days()) }
    }

    /// The week that an instant lies in, in that zone.
    pub fn at(instant: Timestamp, tz: &TimeZone) -> Self {
        Self::of(tz.to_datetime(instant).date())
    }

    /// Its first day.
    pub fn monday(self) -> Date {
        self.monday
    }

    /// The ISO number of the week, 1 to 53.
    pub fn number(self) -> i8 {
        self.monday.iso_week_date().week()
    }

    /// The week `weeks` later (or earlier, where negative).
    pub fn plus(self, weeks: i64) -> Self {
        Self { monday: self.monday.saturating_add(weeks.saturating_mul(7).days()) }
    }

    /// From Monday 00:00 to the next Monday 00:00.
    pub fn span(self, tz: &TimeZone) -> Span {
        Span::new(midnight(self.monday, tz), midnight(self.plus(1).monday, tz))
    }

    /// Its seven dates.
    pub fn dates(self) -> impl Iterator<Item = Date> {
        (0..7_i64).map(move |day| self.monday.saturating_add(day.days()))
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.monday.iso_week_date();
        write!(f, "{:04}-W{:02}", iso.year(), iso.week())
    }
}

/// Why a text is no ISO week.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no ISO week; write it like 2026-W47")]
pub struct WeekError(String);

impl FromStr for IsoWeek {
    type Err = WeekError;

    fn from_str(text: &str) -> Result<Self, WeekError> {
        let parse = || -> Option<Date> {
            let (year, week) = text.split_once("-W").or_else(|| text.split_once("-w"))?;
            let date = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday);
            Some(date.ok()?.date())
        };
        parse().map(Self::of).ok_or_else(|| WeekError(text.to_owned()))
    }
}

/// The first instant of a local date; where a DST change skips midnight, the first that exists.
pub fn midnight(date: Date, tz: &TimeZone) -> Timestamp {
    instant(date, 0, tz)
}

/// The span of a local date: 23, 24 or 25 hours.
pub fn day_span(date: Date, tz: &TimeZone) -> Span {
    Span::new(midnight(date, tz), midnight(date.saturating_add(1.days()), tz))
}

/// The instant of a wall time given in minutes since midnight, up to 1440 (the next midnight). A time
/// in a DST gap is read with the offset before it, one in an overlap is the first (RFC 5545 3.3.5).
pub fn instant(date: Date, minute_of_day: u16, tz: &TimeZone) -> Timestamp {
    let (days, minutes) = (minute_of_day / 1440, minute_of_day % 1440);
    let date = date.saturating_add(i64::from(days).days());
    let (hour, minute) = (minutes / 60, minutes % 60);
    let wall = date.at(hour as i8, minute as i8, 0, 0);
    // Only dates at the very edge of jiff's range (year 9999) fail; there the edge itself will do.
    tz.to_ambiguous_timestamp(wall).compatible().unwrap_or(Timestamp::MAX)
}
