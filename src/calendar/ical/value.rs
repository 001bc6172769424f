//! Values of iCalendar properties: dates, times, durations and periods (RFC 5545 3.3), read tolerantly.
//! Knows no zones: a time says how it was written, and is resolved elsewhere.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::property::Property;
use crate::calendar::zones::Definition;

/// The longest date or time in an odd form: `2026-11-16T09:00:00.000000000+01:00`.
const ODD_BYTES_MAX: usize = 40;

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
    /// Reads a value with its parameters; eight digits are a date even without VALUE=DATE, and a time of day is one even
    /// with it, unless it is midnight.
    pub(super) fn parse(text: &str, property: &Property<'_>) -> Option<Self> {
        Some(match Self::parse_bare(text)? {
            Self::Floating(at) | Self::Utc(at)
                if at.time() == Time::midnight()
                    && property.param("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE")) =>
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

    /// Reads `20261116`, `20261116T090000` and `20261116T090000Z`, and what is seen instead: no seconds, a fraction,
    /// 24:00, a blank for the `T`, the extended form of ISO 8601, an offset.
    pub(crate) fn parse_bare(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::parse_basic(text).or_else(|| Self::parse_odd(text))
    }

    fn parse_basic(text: &str) -> Option<Self> {
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

    fn parse_odd(text: &str) -> Option<Self> {
        // Nothing that means a time is longer; it also keeps the rest from copying much.
        if text.len() > ODD_BYTES_MAX {
            return None;
        }
        let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
        let date = date.replace('-', "");
        let date = parse_date(&date).filter(|_| date.len() == 8)?;
        if time.is_empty() {
            return Some(Self::Date(date));
        }
        let (time, zone) = match time.find(['Z', 'z', '+', '-']) {
            Some(at) => time.split_at_checked(at)?,
            None => (time, ""),
        };
        let time = time.trim().split(['.', ',']).next()?.replace(':', "");
        let at = match time.as_str() {
            "2400" | "240000" => date.tomorrow().ok()?.to_datetime(Time::midnight()),
            time => date.to_datetime(parse_time(time)?),
        };
        Some(match zone {
            "" => Self::Floating(at),
            "Z" | "z" => Self::Utc(at),
            offset => Self::Utc(at.checked_sub(SignedDuration::from_secs(parse_offset(offset)?.into())).ok()?),
        })
    }

    /// The day of a value of which no more can be read.
    pub(super) fn parse_day(text: &str) -> Option<Self> {
        Some(Self::Date(parse_date(text.trim().get(..8)?)?))
    }

    /// The wall time as written; midnight of a date.
    pub fn wall(&self) -> DateTime {
        match self {
            Self::Date(date) => date.to_datetime(Time::midnight()),
            Self::Floating(at) | Self::Utc(at) | Self::Zoned(at, _) => *at,
        }
    }

    /// So many seconds earlier, or of a date the day before.
    pub(super) fn earlier(&self, seconds: i64) -> Option<Self> {
        let before = |at: &DateTime| at.checked_sub(SignedDuration::from_secs(seconds)).ok();
        Some(match self {
            Self::Date(date) => Self::Date(date.yesterday().ok()?),
            Self::Floating(at) => Self::Floating(before(at)?),
            Self::Utc(at) => Self::Utc(before(at)?),
            Self::Zoned(at, tzid) => Self::Zoned(before(at)?, tzid.clone()),
        })
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

/// A UTC offset in seconds: `+0100`, `+010000`, `+01:00`, `+1`. Hours that no zone has are minutes, which some
/// servers leave when they cut the leading zeros of `+005730` (RFC 5545 3.3.14 has seconds).
pub(super) fn parse_offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.get(..digits.len().min(7))?.parse().ok()?;
    let (hours, minutes, seconds) = match digits.len() {
        1 | 2 => (number, 0, 0),
        3 | 4 if number / 100 <= 15 => (number / 100, number % 100, 0),
        3 | 4 => (0, number / 100, number % 100),
        5 | 6 => (number / 10_000, number / 100 % 100, number % 100),
        _ => return None,
    };
    (hours <= 25 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3600 + minutes * 60 + seconds))
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
        check("DTSTART:20261116T24:00", "2026-11-17T00:00:00 floating");
        check("DTSTART:20261116T240000Z", "2026-11-17T00:00:00 UTC");
        check("DTSTART:20261116T090000.000Z", "2026-11-16T09:00:00 UTC");
        check("DTSTART:2026-11-16T09:00:00", "2026-11-16T09:00:00 floating");
        check("DTSTART:2026-11-16 09:00", "2026-11-16T09:00:00 floating");
        check("DTSTART:2026-11-16", "2026-11-16");
        check("DTSTART:20261116T090000+0100", "2026-11-16T08:00:00 UTC");
        check("DTSTART:2026-11-16T09:00:00-05:00", "2026-11-16T14:00:00 UTC");
        check("DTSTART;VALUE=DATE-TIME:20261116", "2026-11-16");
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

    #[test]
    fn offsets_in_their_forms() {
        for (text, seconds) in [
            ("+0100", 3600),
            ("-0330", -12_600),
            ("+005730", 3450),
            ("+5730", 3450),
            ("-5730", -3450),
            ("+01:00", 3600),
            ("0100", 3600),
            ("+530", 19_800),
            ("+1", 3600),
            ("-0000", 0),
        ] {
            assert_eq!(parse_offset(text), Some(seconds), "{text}");
        }
        for bad in ["", "+", "east", "+0199", "+999999", "+12345678", "+01:xx"] {
            assert_eq!(parse_offset(bad), None, "{bad}");
        }
    }
}
