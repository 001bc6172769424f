//! Times as people type them on the command line. Pure: the present and the zone are arguments.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::calendar::week::{self, IsoWeek};

/// What a typed time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A whole local day.
    Day(Date),
    /// An instant.
    At(Timestamp),
}

/// Reads `2026-11-17T10:00:00+01:00`, `2026-11-17T10:00`, `2026-11-17 10:00`, `2026-11-17`, `tue 10:00`, `tue` (of this
/// week), `10:00` (today).
pub(super) fn parse(text: &str, now: Timestamp, tz: &TimeZone) -> Option<Typed> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Typed::At(at));
    }
    if let Ok(date) = text.parse::<Date>()
        && text.len() <= 10
    {
        return Some(Typed::Day(date));
    }
    let at = |date: Date, time: Time| Some(Typed::At(tz.to_timestamp(date.to_datetime(time)).ok()?));
    if let Ok(local) = text.parse::<DateTime>() {
        return at(local.date(), local.time());
    }
    if let Some(time) = clock_time(text) {
        return at(tz.to_datetime(now).date(), time);
    }
    let (day, time) = match text.split_once(char::is_whitespace) {
        Some((day, time)) => (day, Some(clock_time(time.trim())?)),
        None => (text, None),
    };
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let offset = names.iter().position(|name| day.to_lowercase().starts_with(name))?;
    let date = IsoWeek::at(now, tz).monday().saturating_add((offset as i64).days());
    match time {
        Some(time) => at(date, time),
        None => Some(Typed::Day(date)),
    }
}

/// `9:00`, `09:00`.
fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour, 2) || !digits(minute, 2) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

impl Typed {
    /// Its first instant.
    pub(super) fn start(self, tz: &TimeZone) -> Timestamp {
        match self {
            Self::Day(date) => week::midnight(date, tz),
            Self::At(at) => at,
        }
    }

    /// The first instant after it.
    pub(super) fn end(self, tz: &TimeZone) -> Timestamp {
        match self {
            Self::Day(date) => week::day_span(date, tz).end,
            Self::At(at) => at,
        }
    }
}

/// How a time may be typed, for error messages.
pub(super) const FORMS: &str =
    "write a time like \"tue 10:00\", 10:00, 2026-11-17, \"2026-11-17 10:00\" or 2026-11-17T10:00:00+01:00";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let tz = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let now = "2026-11-18T08:00:00+01:00".parse().unwrap();
        let found = match parse(text, now, &tz) {
            None => "none".to_owned(),
            Some(Typed::Day(date)) => date.to_string(),
            Some(Typed::At(at)) => at.to_zoned(tz).strftime("%Y-%m-%dT%H:%M").to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        check("2026-11-17T10:00:00+01:00", "2026-11-17T10:00");
        check("2026-11-17T09:00:00Z", "2026-11-17T10:00");
        check("2026-11-17T10:00", "2026-11-17T10:00");
        check("2026-11-17 10:00", "2026-11-17T10:00");
        check("2026-11-17", "2026-11-17");
        check("tue 10:00", "2026-11-17T10:00");
        check("Tuesday 9:05", "2026-11-17T09:05");
        check("sun", "2026-11-22");
        check("10:00", "2026-11-18T10:00");
        for wrong in ["", "soon", "25:00", "tue 10", "2026-13-01", "10", "sea0abc"] {
            check(wrong, "none");
        }
    }
}
