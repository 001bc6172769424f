//! A rule seen with its start: what it leaves open filled in, and each BY part sorted into those that make
//! days and those that take days away (the table in RFC 5545 3.3.10). Knows no single period.

use jiff::civil::DateTime;

use super::days::{self, weekday, weekday_index};
use super::limits::{Limits, Weekdays, Within};
use super::rule::{Frequency, Rule, Skip};
use super::times::Times;

/// Every month of the year.
const ALL_MONTHS: u16 = 0b1_1111_1111_1110;

/// What makes the days of a period.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// BYYEARDAY in a year.
    YearDays(Vec<i64>),
    /// All days of those weeks (BYWEEKNO) of a year that consists of whole weeks.
    Weeks(Vec<i64>),
    /// BYDAY in a whole year.
    YearWeekdays(Weekdays),
    /// Days of each of those months of a year, or of the month that is the period where it is one of them.
    /// Bit 1 is January.
    Months(u16, MonthDays),
    /// Days of a week; bit 0 is Monday.
    Week(u8),
    /// The day itself that the period is or lies in.
    Day,
}

/// What makes the days of a month.
#[derive(Clone, Debug)]
pub(super) enum MonthDays {
    /// BYMONTHDAY.
    Numbers(Vec<i64>),
    /// BYDAY.
    Weekdays(Weekdays),
    /// Every day, for the limits to choose from.
    All,
}

/// A rule with its start.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) source: Source,
    /// What is asked of each day that `source` makes.
    pub(super) limits: Limits,
    pub(super) times: Times,
    /// BYSETPOS, sorted.
    pub(super) positions: Vec<i64>,
    pub(super) skip: Skip,
    /// The start in seconds of wall-clock time.
    pub(super) start: i64,
}

impl Pattern {
    /// The rule for a series from `start`; of one of dates the parts for times say nothing.
    pub(super) fn new(rule: &Rule, start: DateTime, is_date: bool) -> Self {
        let day = days::number(i64::from(start.year()), i64::from(start.month()), i64::from(start.day()));
        let mut limits = Limits {
            months: rule.by_month.iter().fold(0, |months, month| months | 1 << month),
            weeks: wide(&rule.by_week_number),
            year_days: wide(&rule.by_year_day),
            month_days: wide(&rule.by_month_day),
            weekdays: weekdays(rule),
            within: Within::Nothing,
            week_start: weekday_index(rule.week_start),
        };
        let source = match rule.frequency {
            Frequency::Yearly => yearly(&mut limits, start, day),
            Frequency::Monthly => monthly(&mut limits, start),
            Frequency::Weekly => weekly(&mut limits, day),
            _ => Source::Day,
        };
        Self {
            frequency: rule.frequency,
            interval: i64::from(rule.interval),
            source,
            limits,
            times: Times::new(rule, start, is_date),
            positions: wide(&rule.by_set_position),
            skip: rule.skip,
            start: days::seconds(start),
        }
    }
}

/// Moves the parts that make the days of a year out of the limits.
fn yearly(limits: &mut Limits, start: DateTime, day: i64) -> Source {
    limits.within = if limits.months == 0 { Within::Year } else { Within::Month };
    if !limits.year_days.is_empty() {
        return Source::YearDays(std::mem::take(&mut limits.year_days));
    }
    if !limits.weeks.is_empty() {
        limits.within = Within::Week;
        // The day that BYWEEKNO leaves open is the start's.
        if limits.weekdays.is_empty() && limits.month_days.is_empty() {
            limits.weekdays.every = 1 << weekday(day);
        }
        return Source::Weeks(std::mem::take(&mut limits.weeks));
    }
    if limits.months == 0 && limits.month_days.is_empty() && !limits.weekdays.is_empty() {
        return Source::YearWeekdays(std::mem::take(&mut limits.weekdays));
    }
    if limits.months == 0 {
        // The month that BYMONTHDAY leaves open is the start's, as any part that is left open is taken from it.
        limits.months = 1 << start.month();
    }
    Source::Months(std::mem::take(&mut limits.months), month_days(limits, start))
}

fn monthly(limits: &mut Limits, start: DateTime) -> Source {
    limits.within = Within::Month;
    let months = match std::mem::take(&mut limits.months) {
        0 => ALL_MONTHS,
        months => months,
    };
    if limits.month_days.is_empty() && limits.weekdays.is_empty() {
        // Not allowed here, but other programs take them as limits.
        let has_more = !limits.weeks.is_empty() || !limits.year_days.is_empty();
        let days = if has_more { MonthDays::All } else { month_days(limits, start) };
        return Source::Months(months, days);
    }
    Source::Months(months, month_days(limits, start))
}

fn month_days(limits: &mut Limits, start: DateTime) -> MonthDays {
    if !limits.month_days.is_empty() {
        MonthDays::Numbers(std::mem::take(&mut limits.month_days))
    } else if !limits.weekdays.is_empty() {
        MonthDays::Weekdays(std::mem::take(&mut limits.weekdays))
    } else {
        MonthDays::Numbers(vec![i64::from(start.day())])
    }
}

fn weekly(limits: &mut Limits, day: i64) -> Source {
    let meant = std::mem::take(&mut limits.weekdays);
    let numbered = meant.numbered.iter().filter(|(count, _)| *count != 0);
    let numbered = numbered.fold(0, |days, (_, day)| days | 1 << day);
    let every = meant.every | numbered;
    if every != 0 {
        return Source::Week(every);
    }
    let has_more = !limits.month_days.is_empty() || !limits.weeks.is_empty() || !limits.year_days.is_empty();
    Source::Week(if has_more { 0b111_1111 } else { 1 << weekday(day) })
}

fn weekdays(rule: &Rule) -> Weekdays {
    let mut out = Weekdays::default();
    for (number, day) in &rule.by_day {
        match number {
            None => out.every |= 1 << weekday_index(*day),
            Some(number) => out.numbered.push((i64::from(*number), weekday_index(*day))),
        }
    }
    out
}

fn wide(numbers: &[i32]) -> Vec<i64> {
    numbers.iter().copied().map(i64::from).collect()
}
