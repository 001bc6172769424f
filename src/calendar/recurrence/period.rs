//! The periods that FREQ divides time into, as numbers, and the days that a rule makes in one of them.
//! Knows neither times of day nor which periods are to be looked at.

use super::days::{DAY, civil, month_length, number, week_of, week_one, week_year, year_length};
use super::pattern::{MonthDays, Pattern, Source};
use super::rule::{Frequency, Skip};

impl Pattern {
    /// How many seconds one of the numbers that `expand` makes stands for.
    pub(super) fn scale(&self) -> i64 {
        match self.frequency {
            Frequency::Hourly => 3600,
            Frequency::Minutely => 60,
            Frequency::Secondly => 1,
            _ => DAY,
        }
    }

    /// The number of the period that a wall-clock time lies in. Where BYWEEKNO makes the days, a year is one
    /// of whole weeks: the days around New Year belong to the year their week is counted in.
    pub(super) fn period(&self, seconds: i64) -> i64 {
        let day = seconds.div_euclid(DAY);
        match self.frequency {
            Frequency::Yearly if matches!(self.source, Source::Weeks(_)) => week_year(day, self.limits.week_start),
            Frequency::Yearly => civil(day).0,
            Frequency::Monthly => {
                let (year, month, _) = civil(day);
                year * 12 + month - 1
            }
            Frequency::Weekly => week_of(day, self.limits.week_start).div_euclid(7),
            _ => seconds.div_euclid(self.scale()),
        }
    }

    /// The days of a period, sorted and each once; in frequencies shorter than a day the period itself.
    pub(super) fn expand(&self, period: i64, out: &mut Vec<i64>) {
        out.clear();
        match (&self.source, self.frequency) {
            (Source::YearDays(numbers), _) => {
                self.numbered(numbers, number(period, 1, 1), year_length(period), out);
            }
            (Source::Weeks(numbers), _) => self.weeks(numbers, period, out),
            (Source::YearWeekdays(weekdays), _) => weekdays.expand(number(period, 1, 1), year_length(period), out),
            (Source::Months(months, days), Frequency::Monthly) => {
                let (year, month) = (period.div_euclid(12), period.rem_euclid(12) + 1);
                if months & (1 << month) != 0 {
                    self.month(year, month, days, out);
                }
            }
            (Source::Months(months, days), _) => {
                for month in (1..=12).filter(|month| months & (1 << month) != 0) {
                    self.month(period, month, days, out);
                }
                // Skipping may have put a day into the next month.
                out.dedup();
            }
            (Source::Week(days), _) => {
                // Day 0 was a Thursday: week `n` is the one that begins in the days from `7 n` on.
                let first = week_of(period * 7 + 6, self.limits.week_start);
                let of_week = self.limits.week_start;
                out.extend((0..7).filter(|day| days & (1 << ((of_week + day) % 7)) != 0).map(|day| first + day));
            }
            (Source::Day, _) => {
                out.push(period);
                return;
            }
        }
        if !self.limits.is_empty() {
            out.retain(|day| self.limits.keeps(*day));
        }
    }

    /// The period that the start lies in. Of years of whole weeks it is the one that still makes an instance
    /// at the start or later, if its week's year does, and else that of its date: libical, ical.net and
    /// dateutil agree on no other reading.
    pub(super) fn first(&self) -> i64 {
        let (day, by_week) = (self.start.div_euclid(DAY), self.period(self.start));
        if !matches!(self.source, Source::Weeks(_)) {
            return by_week;
        }
        let mut days = Vec::new();
        self.expand(by_week, &mut days);
        if days.last().is_some_and(|last| *last >= day) { by_week } else { civil(day).0 }
    }

    fn month(&self, year: i64, month: i64, days: &MonthDays, out: &mut Vec<i64>) {
        let (first, length) = (number(year, month, 1), month_length(year, month));
        match days {
            MonthDays::Numbers(numbers) => self.numbered(numbers, first, length, out),
            MonthDays::Weekdays(weekdays) => weekdays.expand(first, length, out),
            MonthDays::All => out.extend(first..first + length),
        }
    }

    /// Numbered days of a month or year; those it does not have are skipped as the rule says.
    fn numbered(&self, numbers: &[i64], first: i64, length: i64, out: &mut Vec<i64>) {
        let begin = out.len();
        for number in numbers {
            let day = if *number > 0 { first + number - 1 } else { first + length + number };
            out.extend(match self.skip {
                _ if (first..first + length).contains(&day) => Some(day),
                Skip::Omit => None,
                Skip::Forward => Some(if day < first { first } else { first + length }),
                Skip::Backward => Some(if day < first { first - 1 } else { first + length - 1 }),
            });
        }
        if numbers.len() > 1 {
            if let Some(added) = out.get_mut(begin..) {
                added.sort_unstable();
            }
            // What stood there before lies in other months.
            out.dedup();
        }
    }

    fn weeks(&self, numbers: &[i64], year: i64, out: &mut Vec<i64>) {
        let start = self.limits.week_start;
        let (first, next) = (week_one(year, start), week_one(year + 1, start));
        let count = (next - first) / 7;
        for number in numbers {
            let week = if *number > 0 { number - 1 } else { count + number };
            if (0..count).contains(&week) {
                out.extend((0..7).map(|day| first + week * 7 + day));
            }
        }
        out.sort_unstable();
        out.dedup();
    }
}
