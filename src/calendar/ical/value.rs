//! Values of iCalendar properties: dates, times, durations and periods (RFC 5545 3.3), read tolerantly.
//! Knows no zones: a time says how it was written, and is resolved elsewhere.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};

use super::property::Property;
use crate::calendar::zones::Definition;

/// A DATE or DATE-TIME as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A date: the whole local day.
    Date(Date),
    /// A local time without a zone (form 1).
    Floating(DateTime),
    /// UTC (form 2).
    Utc(DateTime),
    /// A local time with the TZID of its zone (form 3).
    Zoned(DateTime, Tzid),
}

/// The name of a zone, and what the same calendar says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tzid {
    /// As written.
    pub name: String,
    /// The time is written without a zone; the name is that of its calendar (X-WR-TIMEZONE).
    pub is_assumed: bool,
    /// The VTIMEZONE of that name.
    pub(crate) definition: Option<Arc<Definition>>,
    /// X-WR-TIMEZONE.
    pub(crate) calendar: Option<Arc<str>>,
}

impl Tzid {
    /// A name of which nothing else is known.
    pub(super) fn new(name: String) -> Self {
        Self { name, is_assumed: false, definition: None, calendar: None }
    }
}

impl Moment {
    /// Reads a value with its parameters; eight digits are a date even without VALUE=DATE.
    pub(super) fn parse(text: &str, property: &Property<'_>) -> Option<Self> {
        Some(match Self::parse_bare(text)? {
            Self::Floating(at) | Self::Utc(at)
                if property.param("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE")) =>
            {
                Self::Date(at.date())
            }
            Self::Floating(at) => match property.param("TZID") {
                Some(tzid) => Self::Zoned(at, Tzid::new(tzid.into_owned())),
                None => Self::Floating(at),
            },
            other => other,
        })
    }

    /// Reads `20261116`, `20261116T090000` and `20261116T090000Z`.
    pub(crate) fn parse_bare(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = parse_date(text.get(..8)?)?;
        let rest = text.get(8..)?;
        if rest.is_empty() {
            return Some(Self::Date(date));
        }
        let time = rest.strip_prefix(['T', 't'])?;
        Some(match time.strip_suffix(['Z', 'z']) {
            Some(time) => Self::Utc(date.to_datetime(parse_time(time)?)),
            None => Self::Floating(date.to_datetime(parse_time(time)?)),
        })
    }

    /// The wall time as written; midnight of a date.
    pub fn wall(&self) -> DateTime {
        match self {
            Self::Date(date) => date.to_datetime(Time::midnight()),
            Self::Floating(at) | Self::Utc(at) | Self::Zoned(at, _) => *at,
        }
    }

    /// Whether it is a date.
    pub fn is_date(&self) -> bool {
        matches!(self, Self::Date(_))
    }

    /// Whether both were written in the same form and zone, so that their wall times compare.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Date(_), Self::Date(_)) | (Self::Floating(_), Self::Floating(_)) | (Self::Utc(_), Self::Utc(_)) => {
                true
            }
            (Self::Zoned(_, one), Self::Zoned(_, two)) => one == two,
            _ => false,
        }
    }
}

/// A DURATION: nominal days, then exact seconds (RFC 5545 3.3.6). Both carry the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Whole days of local time.
    pub days: i64,
    /// Exact seconds.
    pub seconds: i64,
}

impl Length {
    /// Reads every form of the RFC and some that are seen (`PT2D`, `P2DT`, `+P1W`); none for the rest.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, text) = match text.strip_prefix('-') {
            Some(text) => (-1, text),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut found = false;
        let mut length = Self { days: 0, seconds: 0 };
        let mut number: Option<i64> = None;
        for byte in text.strip_prefix(['P', 'p'])?.bytes() {
            if byte.is_ascii_digit() {
                let tens = number.unwrap_or(0).checked_mul(10)?;
                // Longer than all of history is no duration; it also keeps the sums below from overflowing.
                number = Some(tens + i64::from(byte - b'0')).filter(|number| *number < 10_000_000_000);
                number?;
                continue;
            }
            match (byte.to_ascii_uppercase(), number.take()) {
                (b'T', None) => continue,
                (b'W', Some(count)) => length.days += count * 7,
                (b'D', Some(count)) => length.days += count,
                (b'H', Some(count)) => length.seconds += count * 3600,
                (b'M', Some(count)) => length.seconds += count * 60,
                (b'S', Some(count)) => length.seconds += count,
                _ => return None,
            }
            found = true;
        }
        (found && number.is_none()).then_some(Self { days: sign * length.days, seconds: sign * length.seconds })
    }
}

/// When something ends, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Neither DTEND nor DURATION: a date lasts its day, a time no time (RFC 5545 3.6.1).
    Missing,
    /// DTEND: the first moment after.
    At(Moment),
    /// DURATION.
    After(Length),
}

/// Reads the `/`-separated PERIOD of an RDATE, or a plain date or time.
pub(super) fn parse_period(text: &str, property: &Property<'_>) -> Option<(Moment, Option<End>)> {
    let Some((start, end)) = text.split_once('/') else {
        return Some((Moment::parse(text, property)?, None));
    };
    let start = Moment::parse(start, property)?;
    let end = match Length::parse(end) {
        Some(length) => End::After(length),
        None => End::At(Moment::parse(end, property)?),
    };
    Some((start, Some(end)))
}

fn parse_date(text: &str) -> Option<Date> {
    let year: i16 = digits(text, 0, 4)?;
    let (month, day) = (digits(text, 4, 6)?, digits(text, 6, 8)?);
    Date::new(year, month as i8, day as i8).ok()
}

/// `HHMMSS` or `HHMM`; a leap second is the second before it.
fn parse_time(text: &str) -> Option<Time> {
    let second = match text.len() {
        6 => digits(text, 4, 6)?,
        4 => 0,
        _ => return None,
    };
    let second = if second == 60 { 59 } else { second };
    Time::new(digits(text, 0, 2)? as i8, digits(text, 2, 4)? as i8, second as i8, 0).ok()
}

fn digits(text: &str, from: usize, to: usize) -> Option<i16> {
    text.as_bytes()
        .get(from..to)?
        .iter()
        .try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let property = Property::split(line).unwrap();
        let found = match Moment::parse(property.value, &property) {
            Some(Moment::Date(date)) => format!("{date}"),
            Some(Moment::Floating(at)) => format!("{at} floating"),
            Some(Moment::Utc(at)) => format!("{at} UTC"),
            Some(Moment::Zoned(at, tzid)) => format!("{at} {}", tzid.name),
            None => "none".to_owned(),
        };
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn dates_and_times_in_their_forms() {
        check("DTSTART:20261116", "2026-11-16");
        check("DTSTART;VALUE=DATE:20261116T000000", "2026-11-16");
        check("DTSTART:20261116T090000", "2026-11-16T09:00:00 floating");
        check("DTSTART:20261116t0900z", "2026-11-16T09:00:00 UTC");
        check("DTSTART;TZID=Europe/Berlin: 20261116T090000 ", "2026-11-16T09:00:00 Europe/Berlin");
        check("DTSTART;TZID=Europe/Berlin:20261116T090000Z", "2026-11-16T09:00:00 UTC");
        check("DTSTART:20261231T235960Z", "2026-12-31T23:59:59 UTC");
        for bad in
            ["2024-13-45T99:00", "20261301", "20261116T250000", "20261116X090000", "2026111", "", "ab\u{e9}cdefgh"]
        {
            check(&format!("DTSTART:{bad}"), "none");
        }
    }

    #[test]
    fn durations_in_their_forms() {
        for (text, days, seconds) in [
            ("PT1H30M", 0, 5400),
            ("P1W", 7, 0),
            ("+P1DT2H3M4S", 1, 7384),
            ("-P1H", 0, -3600),
            ("PT2D", 2, 0),
            ("P2DT", 2, 0),
        ] {
            assert_eq!(Length::parse(text), Some(Length { days, seconds }), "{text}");
        }
        for bad in ["", "P", "PT", "1H", "PT1", "PTH", "P1Y", "PT99999999999999999999H"] {
            assert_eq!(Length::parse(bad), None, "{bad}");
        }
    }
}
