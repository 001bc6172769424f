//! Recurrence rules (RFC 5545 3.3.10): text to rule, rule to starts, all in wall-clock time.
//! Knows no zones and no events. The engine behind `starts` is the `rrule` crate, and only this file knows it.

use std::ops::Range;

use chrono::{NaiveDate, TimeZone as _};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{ToSpan as _, Unit};

use super::ical::Moment;

/// The most instances of one rule that are looked at, those before the window included.
pub const STEPS_MAX: usize = 100_000;

/// The most instances of one rule in a day.
const DAY_STARTS_MAX: usize = 24 * 60;

/// Why a rule gives no instances.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No rule of RFC 5545.
    #[error("the rule can't be read at `{0}`")]
    Unreadable(String),
    /// A rule that is not followed.
    #[error("the rule is not supported: {0}")]
    Unsupported(String),
    /// More than `STEPS_MAX` instances.
    #[error("the rule has too many instances")]
    TooMany,
}

/// How often a rule repeats at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// YEARLY.
    Yearly,
    /// MONTHLY.
    Monthly,
    /// WEEKLY.
    Weekly,
    /// DAILY.
    Daily,
    /// HOURLY.
    Hourly,
    /// MINUTELY.
    Minutely,
    /// SECONDLY.
    Secondly,
}

/// An RRULE or EXRULE, read but not yet checked against a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// FREQ.
    pub frequency: Frequency,
    /// INTERVAL, at least 1.
    pub interval: u32,
    /// COUNT.
    pub count: Option<u32>,
    /// UNTIL as written; its zone is the caller's to apply.
    pub until: Option<Moment>,
    /// WKST.
    pub week_start: Weekday,
    by_month: Vec<u8>,
    by_week_number: Vec<i8>,
    by_year_day: Vec<i16>,
    by_month_day: Vec<i8>,
    /// BYDAY: the number, 0 for every, and the day.
    by_day: Vec<(i16, Weekday)>,
    by_hour: Vec<u8>,
    by_minute: Vec<u8>,
    by_second: Vec<u8>,
    by_set_position: Vec<i32>,
}

impl Rule {
    /// Reads the value of an RRULE.
    ///
    /// # Errors
    /// A part that is no RFC 5545, or that would not be followed (RSCALE).
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut rule = Self {
            frequency: Frequency::Yearly,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            by_month: Vec::new(),
            by_week_number: Vec::new(),
            by_year_day: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_set_position: Vec::new(),
        };
        let mut has_frequency = false;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let unreadable = || RuleError::Unreadable(part.chars().take(40).collect());
            let (key, value) = part.split_once('=').ok_or_else(unreadable)?;
            let key = key.trim().to_ascii_uppercase();
            has_frequency |= key == "FREQ";
            if matches!(key.as_str(), "RSCALE" | "SKIP") {
                return Err(RuleError::Unsupported(key));
            }
            rule.take(&key, value.trim()).ok_or_else(unreadable)?;
        }
        if has_frequency { Ok(rule) } else { Err(RuleError::Unreadable("FREQ".to_owned())) }
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "FREQ" => self.frequency = frequency(value)?,
            "INTERVAL" => self.interval = value.parse().ok().filter(|interval| *interval > 0)?,
            "COUNT" => self.count = Some(value.parse().ok()?),
            "UNTIL" => self.until = Some(Moment::parse_bare(value)?),
            "WKST" => self.week_start = weekday(value)?,
            "BYMONTH" => self.by_month = numbers(value)?,
            "BYWEEKNO" => self.by_week_number = numbers(value)?,
            "BYYEARDAY" => self.by_year_day = numbers(value)?,
            "BYMONTHDAY" => self.by_month_day = numbers(value)?,
            "BYDAY" => self.by_day = value.split(',').map(numbered_day).collect::<Option<_>>()?,
            "BYHOUR" => self.by_hour = numbers(value)?,
            "BYMINUTE" => self.by_minute = numbers(value)?,
            "BYSECOND" => self.by_second = numbers(value)?,
            "BYSETPOS" => self.by_set_position = numbers(value)?,
            _ => return None,
        }
        Some(())
    }

    /// The rule with the engine's words; whatever it leaves open is filled from the start.
    fn engine(&self, start: DateTime) -> Result<rrule::RRule, RuleError> {
        let unsupported = |why: &str| RuleError::Unsupported(why.to_owned());
        if self.frequency > Frequency::Hourly {
            return Err(unsupported("more than one instance an hour"));
        }
        let hours = if self.frequency == Frequency::Hourly { 24 } else { self.by_hour.len().max(1) };
        if hours * self.by_minute.len().max(1) * self.by_second.len().max(1) > DAY_STARTS_MAX {
            return Err(unsupported("more than one instance a minute"));
        }
        // The engine finds no day at all in such a mixture.
        let numbered = self.by_day.iter().filter(|(number, _)| *number != 0).count();
        if numbered != 0 && numbered != self.by_day.len() {
            return Err(unsupported("BYDAY with and without numbers"));
        }
        let interval = u16::try_from(self.interval).map_err(|_| unsupported("INTERVAL above 65535"))?;
        let mut days: Vec<_> = self.by_day.iter().map(|(number, day)| nth(*number, *day)).collect();
        if days.is_empty() && !self.by_week_number.is_empty() && self.by_month_day.is_empty() {
            days.push(nth(0, start.weekday()));
        }
        let months: Vec<_> = self.by_month.iter().filter_map(|month| chrono::Month::try_from(*month).ok()).collect();
        if months.len() != self.by_month.len() {
            return Err(unsupported("BYMONTH beyond 12"));
        }
        rrule::RRule::new(match self.frequency {
            Frequency::Yearly => rrule::Frequency::Yearly,
            Frequency::Monthly => rrule::Frequency::Monthly,
            Frequency::Weekly => rrule::Frequency::Weekly,
            Frequency::Daily => rrule::Frequency::Daily,
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => rrule::Frequency::Hourly,
        })
        .interval(interval)
        .week_start(chrono_weekday(self.week_start))
        .by_month(&months)
        .by_week_no(self.by_week_number.clone())
        .by_year_day(self.by_year_day.clone())
        .by_month_day(self.by_month_day.clone())
        .by_weekday(days)
        .by_hour(self.by_hour.clone())
        .by_minute(self.by_minute.clone())
        .by_second(self.by_second.clone())
        .by_set_pos(self.by_set_position.clone())
        .validate(to_chrono(start).ok_or_else(|| unsupported("a start outside the calendar"))?)
        .map_err(|error| unsupported(&error.to_string()))
    }

    /// A point at or before the start from which the same instances come, whole intervals later where only
    /// what follows `from` matters: the cost must not grow with the age of a series. The engine has filled
    /// the BY parts from the true start, so the point may be the first day of a period.
    fn anchor(&self, start: DateTime, from: DateTime) -> Option<DateTime> {
        let from = if self.count.is_some() { start } else { from.max(start) };
        let interval = i64::from(self.interval);
        // One period of margin: what lies at the edge of `from` belongs to the period before.
        let whole = |periods: i64| ((periods - 1).max(0) / interval) * interval;
        let (date, time) = (start.date(), start.time());
        let days = i64::from(date.until((Unit::Day, from.date())).ok()?.get_days());
        let months = |first: Date| {
            i64::from(from.year() - first.year()) * 12 + i64::from(from.month()) - i64::from(first.month())
        };
        let date = match self.frequency {
            Frequency::Yearly => {
                let first = Date::new(date.year(), 1, 1).ok()?;
                first.checked_add(whole(i64::from(from.year() - first.year())).years()).ok()?
            }
            Frequency::Monthly => date.first_of_month().checked_add(whole(months(date)).months()).ok()?,
            Frequency::Weekly => {
                let back = i64::from(date.weekday().since(self.week_start));
                date.checked_sub(back.days()).ok()?.checked_add((whole(days / 7) * 7).days()).ok()?
            }
            Frequency::Daily => date.checked_add(whole(days).days()).ok()?,
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                return start.checked_add(whole((days - 1) * 24).hours()).ok();
            }
        };
        Some(date.to_datetime(time))
    }
}

/// The starts of a rule inside the window, in order and without duplicates, for a series that begins at
/// `start`; nothing after `until` (inclusive). The start itself is among them only where the rule makes it.
///
/// # Errors
/// A rule that is not followed, or one with more than `STEPS_MAX` instances up to the window's end.
pub fn starts(
    rule: &Rule,
    start: DateTime,
    until: Option<DateTime>,
    window: Range<DateTime>,
) -> Result<Vec<DateTime>, RuleError> {
    let engine = rule.engine(start)?;
    let edge = || RuleError::Unsupported("instances outside the calendar".to_owned());
    let anchor = rule.anchor(start, window.start).and_then(to_chrono).ok_or_else(edge)?;
    let count = rule.count.map_or(usize::MAX, |count| count as usize);
    let mut out: Vec<DateTime> = Vec::new();
    let set = rrule::RRuleSet::new(anchor).rrule(engine).limit();
    let instances = set.into_iter().map_while(|at| from_chrono(&at)).skip_while(|at| *at < start);
    for (step, at) in instances.take(count).enumerate() {
        if at >= window.end || until.is_some_and(|until| at > until) {
            break;
        }
        if step >= STEPS_MAX {
            return Err(RuleError::TooMany);
        }
        if at >= window.start && out.last() != Some(&at) {
            out.push(at);
        }
    }
    Ok(out)
}

fn frequency(word: &str) -> Option<Frequency> {
    Some(match word.to_ascii_uppercase().as_str() {
        "YEARLY" => Frequency::Yearly,
        "MONTHLY" => Frequency::Monthly,
        "WEEKLY" => Frequency::Weekly,
        "DAILY" => Frequency::Daily,
        "HOURLY" => Frequency::Hourly,
        "MINUTELY" => Frequency::Minutely,
        "SECONDLY" => Frequency::Secondly,
        _ => return None,
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.trim().to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

/// `MO`, `2TU`, `+1FR`, `-1SU`.
fn numbered_day(text: &str) -> Option<(i16, Weekday)> {
    let text = text.trim();
    let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let number = if number.is_empty() { 0 } else { number.parse().ok().filter(|number| *number != 0)? };
    Some((number, weekday(day)?))
}

fn numbers<N: std::str::FromStr>(text: &str) -> Option<Vec<N>> {
    text.split(',').map(|number| number.trim().parse().ok()).collect()
}

fn nth(number: i16, day: Weekday) -> rrule::NWeekday {
    rrule::NWeekday::new((number != 0).then_some(number), chrono_weekday(day))
}

fn chrono_weekday(day: Weekday) -> chrono::Weekday {
    match day {
        Weekday::Monday => chrono::Weekday::Mon,
        Weekday::Tuesday => chrono::Weekday::Tue,
        Weekday::Wednesday => chrono::Weekday::Wed,
        Weekday::Thursday => chrono::Weekday::Thu,
        Weekday::Friday => chrono::Weekday::Fri,
        Weekday::Saturday => chrono::Weekday::Sat,
        Weekday::Sunday => chrono::Weekday::Sun,
    }
}

/// Wall-clock time as the engine takes it: as if it were UTC.
fn to_chrono(at: DateTime) -> Option<chrono::DateTime<rrule::Tz>> {
    let date = NaiveDate::from_ymd_opt(i32::from(at.year()), at.month() as u32, at.day() as u32)?;
    let naive = date.and_hms_opt(at.hour() as u32, at.minute() as u32, at.second() as u32)?;
    Some(rrule::Tz::UTC.from_utc_datetime(&naive))
}

fn from_chrono(at: &chrono::DateTime<rrule::Tz>) -> Option<DateTime> {
    use chrono::{Datelike as _, Timelike as _};

    let date = Date::new(i16::try_from(at.year()).ok()?, at.month() as i8, at.day() as i8).ok()?;
    let time = Time::new(at.hour() as i8, at.minute() as i8, at.second() as i8, 0).ok()?;
    Some(date.to_datetime(time))
}
