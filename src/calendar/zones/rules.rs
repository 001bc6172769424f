//! The rules of a VTIMEZONE (RFC 5545 3.6.5), evaluated: when which offset from UTC holds.
//! Knows no text but the value of an RRULE, and no database of zones.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::tzif;
use crate::calendar::ical::Moment;
use crate::calendar::time::Span;

/// The years in which rules are evaluated; outside them the nearest offset holds.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2100;

/// Changes closer together than this many seconds are one: no offset is further from another.
const APART: i64 = 52 * 3600;

/// The most changes of which is looked whether two descriptions of a zone agree.
const COMPARED_MAX: usize = 1_000;

/// A VTIMEZONE.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Definition {
    /// TZID.
    pub(crate) name: String,
    /// X-LIC-LOCATION or TZID-ALIAS-OF (RFC 7808): the IANA name.
    pub(crate) location: Option<String>,
    /// X-MICROSOFT-CDO-TZID.
    pub(crate) number: Option<u8>,
    /// STANDARD and DAYLIGHT, in order.
    pub(crate) observances: Vec<Observance>,
}

/// STANDARD or DAYLIGHT.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Observance {
    /// TZOFFSETFROM, seconds east of UTC.
    pub(crate) from: i32,
    /// TZOFFSETTO, seconds east of UTC.
    pub(crate) to: i32,
    /// DTSTART, local time in `from`.
    pub(crate) start: DateTime,
    /// RDATE, likewise.
    pub(crate) dates: Vec<DateTime>,
    /// RRULE.
    pub(crate) rules: Vec<Yearly>,
}

/// UNTIL of such a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Until {
    /// The last instant, as the RFC wants it.
    Utc(DateTime),
    /// The last local time.
    Wall(DateTime),
}

/// An RRULE of the only kind that zones have: once or a few times a year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Yearly {
    interval: i16,
    count: Option<u32>,
    until: Option<Until>,
    months: Vec<i8>,
    /// BYDAY: the number, 0 for every, and the weekday from Monday = 0.
    days: Vec<(i8, i8)>,
    month_days: Vec<i8>,
    set_position: Option<i8>,
}

impl Yearly {
    /// Reads the value of an RRULE; none where it is of another kind.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rule = Self {
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            days: Vec::new(),
            month_days: Vec::new(),
            set_position: None,
        };
        let mut is_yearly = false;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=')?;
            let (key, value) = (key.trim().to_ascii_uppercase(), value.trim());
            match key.as_str() {
                "FREQ" => is_yearly = value.eq_ignore_ascii_case("YEARLY"),
                "INTERVAL" => rule.interval = value.parse().ok().filter(|interval| (1..=100).contains(interval))?,
                "COUNT" => rule.count = Some(value.parse().ok()?),
                "UNTIL" => {
                    rule.until = Some(match Moment::parse_bare(value)? {
                        Moment::Utc(at) => Until::Utc(at),
                        Moment::Date(date) => Until::Wall(date.to_datetime(Time::constant(23, 59, 59, 0))),
                        other => Until::Wall(other.wall()),
                    });
                }
                "BYMONTH" => rule.months = numbers(value, 12)?,
                "BYMONTHDAY" => rule.month_days = numbers(value, 31)?,
                "BYSETPOS" => rule.set_position = Some(numbers(value, 127)?.first().copied()?),
                "BYDAY" => rule.days = value.split(',').map(|day| weekday(day.trim())).collect::<Option<_>>()?,
                // The time of DTSTART again, wherever it was seen.
                "WKST" | "BYHOUR" | "BYMINUTE" | "BYSECOND" => {}
                _ => return None,
            }
        }
        // The nth weekday of a whole year is nothing that a zone has.
        let is_in_months = rule.days.is_empty() || !rule.months.is_empty();
        (is_yearly && is_in_months).then_some(rule)
    }

    /// Its local times after `start`, up to the end of `YEARS`.
    fn times(&self, start: DateTime, from: i32) -> Vec<DateTime> {
        let until = match &self.until {
            None => DateTime::MAX,
            Some(Until::Wall(at)) => *at,
            Some(Until::Utc(at)) => at.saturating_add(SignedDuration::from_secs(from.into())),
        };
        let first = start.year().max(1);
        // Without a count the years before those that matter need not be looked at.
        let skipped = if self.count.is_none() { (YEARS.start() - first).max(0) / self.interval } else { 0 };
        let most = self.count.map_or(usize::MAX, |count| (count as usize).saturating_sub(1));
        (first + skipped * self.interval..=*YEARS.end())
            .step_by(self.interval.unsigned_abs().into())
            .flat_map(|year| self.dates(year, start))
            .map(|date| date.to_datetime(start.time()))
            .filter(|at| *at > start)
            .take(most)
            .take_while(|at| *at <= until)
            .collect()
    }

    /// Its dates in a year, in order.
    fn dates(&self, year: i16, start: DateTime) -> Vec<Date> {
        let own = [start.month()];
        let months = if self.months.is_empty() { &own } else { self.months.as_slice() };
        let mut dates: Vec<Date> = months
            .iter()
            .filter_map(|month| Date::new(year, *month, 1).ok())
            .flat_map(|month| self.dates_in(month, start.day()))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        match self.set_position {
            None => dates,
            Some(position) => {
                let index =
                    if position > 0 { i64::from(position) - 1 } else { dates.len() as i64 + i64::from(position) };
                usize::try_from(index).ok().and_then(|index| dates.get(index)).copied().into_iter().collect()
            }
        }
    }

    fn dates_in(&self, month: Date, start_day: i8) -> Vec<Date> {
        let day = |day: i8| {
            let day = if day < 0 { month.days_in_month() + 1 + day } else { day };
            Date::new(month.year(), month.month(), day).ok()
        };
        let is_day = |date: Date| {
            let weekday = date.weekday().to_monday_zero_offset();
            self.days.is_empty() || self.days.iter().any(|(_, day)| *day == weekday)
        };
        if !self.month_days.is_empty() {
            return self.month_days.iter().filter_map(|number| day(*number)).filter(|date| is_day(*date)).collect();
        }
        if self.days.is_empty() {
            return day(start_day).into_iter().collect();
        }
        let nth = |number: i8, weekday: i8| {
            let weekday = Weekday::from_monday_zero_offset(weekday).ok()?;
            month.nth_weekday_of_month(number, weekday).ok()
        };
        let all = |(number, weekday): &(i8, i8)| -> Vec<Date> {
            let numbers = if *number == 0 { 1..=5 } else { *number..=*number };
            numbers.filter_map(|number| nth(number, *weekday)).collect()
        };
        self.days.iter().flat_map(all).collect()
    }
}

impl Definition {
    /// When which offset begins, sorted: Unix seconds, TZOFFSETFROM, TZOFFSETTO.
    fn changes(&self) -> Vec<(i64, i32, i32)> {
        let mut all: Vec<(i64, i32, i32)> = Vec::new();
        for observance in &self.observances {
            let Observance { from, to, start, dates, rules } = observance;
            let made = rules.iter().flat_map(|rule| rule.times(*start, *from));
            for wall in [*start].into_iter().chain(dates.iter().copied()).chain(made) {
                let Ok(at) = Offset::UTC.to_timestamp(wall) else { continue };
                all.push((at.as_second() - i64::from(*from), *from, *to));
            }
        }
        all.sort_by_key(|(at, ..)| *at);
        let mut out: Vec<(i64, i32, i32)> = Vec::with_capacity(all.len());
        for change in all {
            match out.last_mut() {
                Some(last) if change.0 - last.0 < APART => *last = (last.0, last.1, change.2),
                _ => out.push(change),
            }
        }
        out
    }

    /// The zone that it describes; none where it has no rules.
    pub(super) fn zone(&self) -> Option<TimeZone> {
        let changes = self.changes();
        let (_, before, _) = *changes.first()?;
        let changes: Vec<(i64, i32)> = changes.into_iter().map(|(at, _, to)| (at, to)).collect();
        tzif::zone(&self.name, before, &changes)
    }

    /// From when on, within the window, it says something else than that zone.
    pub(super) fn disagrees_with(&self, known: &TimeZone, window: Span) -> Option<Timestamp> {
        let first = self.changes().first().map(|(at, ..)| *at)?;
        let own = self.zone()?;
        let changes = |zone: &TimeZone| -> Vec<Timestamp> {
            let inside = zone.following(window.start).take_while(|change| change.timestamp() < window.end);
            inside.take(COMPARED_MAX).map(|change| change.timestamp()).collect()
        };
        let mut times = [vec![window.start], changes(&own), changes(known)].concat();
        times.sort_unstable();
        let is_inside = |at: &Timestamp| *at >= window.start && at.as_second() >= first;
        times.into_iter().filter(is_inside).find(|at| own.to_offset(*at) != known.to_offset(*at))
    }
}

/// A list of numbers, none of them 0 or further from it than `most`.
fn numbers(text: &str, most: i8) -> Option<Vec<i8>> {
    let number = |text: &str| text.trim().parse().ok().filter(|number: &i8| *number != 0 && number.abs() <= most);
    text.split(',').map(number).collect()
}

/// `-1SU` as -1 and 6.
fn weekday(text: &str) -> Option<(i8, i8)> {
    let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let day = days.iter().position(|name| name.eq_ignore_ascii_case(day))?;
    let number = if number.is_empty() { 0 } else { number.parse().ok().filter(|number: &i8| number.abs() <= 5)? };
    Some((number, day as i8))
}
